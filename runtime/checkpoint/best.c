/* The best checkpoint: the field that is judged, and when. */
#include "checkpoint/best.h"

#include "checkpoint/schedule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Which field. */

static bool is_number(const struct loopc_field *field)
{
    return loopc_field_is_value(field) && field->type != LOOPC_STR && field->count == 1;
}

/* Whether name is all of the field's, or its end behind a point. */
static bool ends_in(const char *field, const char *name)
{
    const size_t length = strlen(field), wanted = strlen(name);
    if (wanted > length || strcmp(field + length - wanted, name) != 0) return false;
    return wanted == length || field[length - wanted - 1] == '.';
}

static int several(const struct loopc_message *message, const char *name, const char *first,
                   const char *second)
{
    return loopc_error_set(message, "give the full name", "'%.80s' may be %.80s or %.80s", name,
                           first, second);
}

/* No field has the name: one that is reported may be meant. */
static int unknown(const char *name, const struct loopc_program *program,
                   const struct loopc_message *message)
{
    char hint[128];
    int i = 0;
    while (i < program->field_count && !(program->fields[i].flags & LOOPC_REPORT))
        i++;
    const bool any = i < program->field_count;
    if (any) snprintf(hint, sizeof hint, "one that is reported: %.80s", program->fields[i].name);
    return loopc_error_set(message, any ? hint : NULL, "there is no field '%.80s'", name);
}

/* The one field that the name is of, all of it or its end; a full name comes before any end. */
static int find_number(const struct loopc_field **found, const char *name,
                       const struct loopc_program *program, const struct loopc_message *message)
{
    *found = loopc_field_find(program->fields, program->field_count, name);
    for (int i = 0; !*found && i < program->field_count; i++) {
        const struct loopc_field *field = &program->fields[i];
        if (!ends_in(field->name, name)) continue;
        for (int j = i + 1; j < program->field_count; j++) {
            const char *other = program->fields[j].name;
            if (ends_in(other, name)) return several(message, name, field->name, other);
        }
        *found = field;
    }
    if (!*found) return unknown(name, program, message);
    if (is_number(*found)) return LOOPC_OK;
    return loopc_error_set(message, NULL, "%.80s is not a number", (*found)->name);
}

static const struct loopc_field *counter(const struct loopc_program *program, const char *loop,
                                         int length, const char *name)
{
    char full[512];
    snprintf(full, sizeof full, "%.*s.%s", length, loop, name);
    return loopc_field_find(program->fields, program->field_count, full);
}

/* The name of the loop whose passes set the field: that of its name, else that which reports it.
 * Returns its length. */
static int loop_of(const struct loopc_field *field, const struct loopc_program *program,
                   const char **loop)
{
    const char *dot = strchr(field->name, '.');
    const int length = dot ? (int)(dot - field->name) : 0;
    *loop = field->name;
    if (dot && counter(program, *loop, length, "total")) return length;
    *loop = field->report_in ? field->report_in : "";
    return (int)strlen(*loop);
}

/* Whether a position, "a step", "Wait on Train.on_inner on Fit.on_train" or "the end of Fit", is
 * in a run of the loop: at one of its own boundaries, at the end of its repetition, or further
 * inside. A step may be anywhere: what it would judge is judged later. */
static bool is_inside(const char *position, const char *loop, size_t length)
{
    static const char end[] = "the end of ";
    if (!strcmp(position, LOOPC_STEP_NAME)) return true;
    if (!strncmp(position, end, sizeof end - 1)) position += sizeof end - 1;
    if (!strncmp(position, loop, length) && strchr(" ", position[length])) return true;
    for (const char *on = strstr(position, " on "); on; on = strstr(on + 4, " on ")) {
        if (!strncmp(on + 4, loop, length) && on[4 + length] == '.') return true;
    }
    return false;
}

static int find_positions(struct loopc_best *best, const struct loopc_program *program,
                          const char *loop, int length)
{
    best->inside = calloc((size_t)program->resume_point_count + 1, sizeof *best->inside);
    if (!best->inside) return LOOPC_FAILED;
    best->position_count = program->resume_point_count;
    for (int i = 1; i < program->resume_point_count; i++)
        best->inside[i] = is_inside(program->resume_points[i], loop, (size_t)length);
    return LOOPC_OK;
}

static bool is_by_run(const struct loopc_field *field, bool outermost, bool innermost)
{
    if (field->flags & LOOPC_ONLY_AT_END) return true;
    if (outermost) return false;
    return innermost || (field->flags & (LOOPC_SET_AT_ENTRY | LOOPC_SET_AT_END));
}

static int find_passes(struct loopc_best *best, const struct loopc_program *program)
{
    const char *loop;
    struct loopc_counters counters;
    const int length = loop_of(best->field, program, &loop);
    best->total = counter(program, loop, length, "total");
    best->iteration = counter(program, loop, length, "iteration");
    if (!best->total || !best->iteration) return LOOPC_OK;
    if (loopc_counters_make(&counters, program)) return LOOPC_FAILED;
    best->by_run = is_by_run(best->field, loopc_counters_is_epoch(&counters, best->total),
                             loopc_counters_is_step(&counters, best->total));
    loopc_counters_free(&counters);
    return best->by_run ? find_positions(best, program, loop, length) : LOOPC_OK;
}

int loopc_best_parse(struct loopc_best *best, const char *text, const struct loopc_program *program,
                     const struct loopc_message *message)
{
    const struct loopc_field *field;
    const bool highest = !strncmp(text, "max:", 4);
    const char *name = highest || !strncmp(text, "min:", 4) ? text + 4 : text;
    if (find_number(&field, name, program, message)) return LOOPC_FAILED;
    *best = (struct loopc_best){.field = field, .highest = highest};
    if (!find_passes(best, program)) return LOOPC_OK;
    return loopc_error_set(message, NULL, "out of memory");
}

void loopc_best_free(struct loopc_best *best)
{
    free(best->inside);
    *best = (struct loopc_best){0};
}

void loopc_best_format(const struct loopc_best *best, char *text, size_t size)
{
    snprintf(text, size, "%s%s", best->highest ? "max:" : "min:", best->field->name);
}

/* Whether the run is in a pass, or has no iteration behind it that was not judged. */
static bool is_in_pass(const struct loopc_best *best, const void *state, int at,
                       const struct loopc_checkpoint_info *info, int64_t passes)
{
    if (passes <= info->judged) return true;
    if (!best->by_run || at <= 0 || at >= best->position_count || !best->inside[at]) return false;
    return loopc_field_integer(best->iteration, state, 0) != 0;
}

/* Whether the next pass has begun already, and with it another value. */
static bool is_gone(const struct loopc_best *best, int at)
{
    const bool inside = best->by_run && at > 0 && at < best->position_count && best->inside[at];
    return inside && (best->field->flags & LOOPC_SET_AT_ENTRY);
}

static int64_t passes_of(const struct loopc_best *best, const void *state,
                         const struct loopc_checkpoint_info *info)
{
    return best->total ? loopc_field_integer(best->total, state, 0) : info->epochs;
}

void loopc_best_begin(const struct loopc_best *best, const void *state,
                      struct loopc_checkpoint_info *info)
{
    info->judged = passes_of(best, state, info);
    info->best = (double)NAN;
}

bool loopc_best_judge(const struct loopc_best *best, const void *state, int at,
                      struct loopc_checkpoint_info *info)
{
    if (!best->field) return false;
    const int64_t passes = passes_of(best, state, info);
    if (is_in_pass(best, state, at, info, passes)) return false;
    info->judged = passes;
    return !is_gone(best, at) && loopc_best_improves(best, state, info);
}

bool loopc_best_improves(const struct loopc_best *best, const void *state,
                         struct loopc_checkpoint_info *info)
{
    const double value = best->field ? loopc_field_real(best->field, state, 0) : (double)NAN;
    const double before = info->best;
    const bool better = best->highest ? value > before : value < before;
    if (isnan(value) || !(better || isnan(before))) return false;
    info->best = value;
    return true;
}
