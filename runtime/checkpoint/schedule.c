/* When to save: counting, multiples, seconds. */
#include "checkpoint/schedule.h"

#include "base/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The total of a place that is a loop and repeats, or NULL. */
static const struct loopc_field *total_of(const struct loopc_program *program, int place)
{
    char name[256];
    if (program->trace_points[place].kind != 'l') return NULL;
    snprintf(name, sizeof name, "%s.total", program->trace_points[place].name);
    const struct loopc_field *field = loopc_field_find(program->fields, program->field_count, name);
    return field && field->flags & LOOPC_COUNTER ? field : NULL;
}

static int index_of(const struct loopc_program *program, const struct loopc_field *field)
{
    return (int)(field - program->fields);
}

/* Marks, by fields, the totals of loops that hold one that repeats, and of those within one.
 * A loop with several sites is marked by any of them. */
static void mark(const struct loopc_program *program, bool *repeats, bool *holds, bool *inside)
{
    for (int i = 0; i < program->trace_point_count; i++) {
        const struct loopc_field *inner = total_of(program, i);
        if (!inner) continue;
        repeats[index_of(program, inner)] = true;
        for (int up = program->trace_points[i].parent; up >= 0;
             up = program->trace_points[up].parent) {
            const struct loopc_field *outer = total_of(program, up);
            if (!outer) continue;
            holds[index_of(program, outer)] = true;
            inside[index_of(program, inner)] = true;
            break; /* outer ones were marked by this one */
        }
    }
}

/* Adds the fields that are marked as repeating and not as other. Returns how many. */
static int add_unless(struct loopc_counters *counters, const struct loopc_program *program,
                      const bool *repeats, const bool *other)
{
    const struct loopc_field **next = counters->fields + counters->steps;
    int count = 0;
    for (int i = 0; i < program->field_count; i++) {
        if (repeats[i] && !other[i]) next[count++] = &program->fields[i];
    }
    return count;
}

int loopc_counters_make(struct loopc_counters *counters, const struct loopc_program *program)
{
    const size_t count = (size_t)program->field_count + 1;
    bool *const marks = calloc(count, 3 * sizeof *marks);
    *counters = (struct loopc_counters){.fields = calloc(2 * count, sizeof(void *))};
    if (marks && counters->fields) {
        bool *repeats = marks, *holds = marks + count, *inside = marks + 2 * count;
        mark(program, repeats, holds, inside);
        counters->steps = add_unless(counters, program, repeats, holds);
        counters->epochs = add_unless(counters, program, repeats, inside);
    }
    const bool made = marks && counters->fields;
    free(marks);
    if (!made) loopc_counters_free(counters);
    return made ? LOOPC_OK : LOOPC_FAILED;
}

void loopc_counters_free(struct loopc_counters *counters)
{
    free(counters->fields);
    *counters = (struct loopc_counters){0};
}

void loopc_counters_read(const struct loopc_counters *counters, const void *state,
                         struct loopc_checkpoint_info *info)
{
    info->steps = info->epochs = 0;
    for (int i = 0; i < counters->steps; i++)
        info->steps += loopc_field_integer(counters->fields[i], state, 0);
    for (int i = 0; i < counters->epochs; i++)
        info->epochs += loopc_field_integer(counters->fields[counters->steps + i], state, 0);
}

static bool is_among(const struct loopc_field *const *fields, int count,
                     const struct loopc_field *field)
{
    for (int i = 0; i < count; i++) {
        if (fields[i] == field) return true;
    }
    return false;
}

bool loopc_counters_is_epoch(const struct loopc_counters *counters, const struct loopc_field *total)
{
    return is_among(counters->fields + counters->steps, counters->epochs, total);
}

bool loopc_counters_is_step(const struct loopc_counters *counters, const struct loopc_field *total)
{
    return is_among(counters->fields, counters->steps, total);
}

static const struct {
    const char *word;
    enum loopc_unit unit;
} units[] = {
    {"", LOOPC_STEPS},         {"steps", LOOPC_STEPS},  {"step", LOOPC_STEPS},
    {"epochs", LOOPC_EPOCHS},  {"epoch", LOOPC_EPOCHS}, {"seconds", LOOPC_SECONDS},
    {"second", LOOPC_SECONDS},
};

static int find_unit(const char *word, enum loopc_unit *unit)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        *unit = units[i].unit;
        if (!strcmp(word, units[i].word)) return LOOPC_OK;
    }
    return LOOPC_FAILED;
}

static int wrong(const struct loopc_message *message, const char *text, const char *why)
{
    return loopc_error_set(message, "100steps, 2epochs or 600seconds; a number alone counts steps",
                           "'%.80s' %s", text, why);
}

int loopc_schedule_parse(struct loopc_schedule *schedule, const char *text,
                         const struct loopc_message *message)
{
    char digits[32];
    struct loopc_schedule parsed;
    const size_t length = strspn(text, "0123456789.");
    snprintf(digits, sizeof digits, "%.*s", (int)(length % sizeof digits), text);
    const char *word = text + length;
    while (*word == ' ')
        word++;
    if (length == 0 || length >= sizeof digits || !loopc_number_read(digits, &parsed.every)) {
        return wrong(message, text, "does not begin with a number");
    }
    if (find_unit(word, &parsed.unit)) return wrong(message, text, "has no unit that there is");
    if (parsed.every <= 0) return wrong(message, text, "is not more than 0");
    if (parsed.unit != LOOPC_SECONDS && (parsed.every > 1e15 || fmod(parsed.every, 1) > 0)) {
        return wrong(message, text, "is not a whole number of them");
    }
    *schedule = parsed;
    return LOOPC_OK;
}

bool loopc_schedule_due(const struct loopc_schedule *schedule,
                        const struct loopc_checkpoint_info *last,
                        const struct loopc_checkpoint_info *now)
{
    if (schedule->every <= 0) return false;
    if (schedule->unit == LOOPC_SECONDS) return now->seconds - last->seconds >= schedule->every;
    const int64_t every = (int64_t)schedule->every;
    if (schedule->unit == LOOPC_EPOCHS) return now->epochs / every > last->epochs / every;
    return now->steps / every > last->steps / every;
}
