/* Taking values out of a file by the beginnings of their names. */
#include "checkpoint/initial_values.h"

#include "checkpoint/checkpoint.h"
#include "base/nearest.h"
#include "telemetry/log.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LISTED = 20 /* more names are only counted */ };

/* Names for a line of the log. */
struct names {
    char text[2048];
    size_t length;
    int count;
};

struct part {
    const char *name;
    size_t length;
    bool taken;
};

struct choice {
    const struct loopc_program *program;
    struct part *parts;
    int part_count;
    struct names taken, missing, net, rest; /* net: of the nets, not taken; rest: of others */
};

static void add_name(struct names *names, const char *name)
{
    const size_t room = sizeof names->text - names->length;
    if (names->count++ >= LISTED) return;
    const int wrote =
        snprintf(names->text + names->length, room, "%s%s", names->length ? ", " : "", name);
    if (wrote > 0) names->length += (size_t)wrote < room ? (size_t)wrote : room - 1;
}

static void log_names(const struct choice *choice, const char *what, const struct names *names)
{
    char more[32] = "";
    if (names->count > LISTED) snprintf(more, sizeof more, ", and %d more", names->count - LISTED);
    if (names->count) loopc_log(choice->program, "init", "%s: %s%s", what, names->text, more);
}

/* Whether the key is the part, or begins with it: "net.layers.0.weight" with "net.layers.0". */
static bool is_in(const struct part *part, const char *key)
{
    if (strncmp(key, part->name, part->length) != 0) return false;
    const char next = key[part->length];
    return !next || next == '.' || next == '[';
}

static struct part *part_of(const struct choice *choice, const char *key)
{
    for (int i = 0; i < choice->part_count; i++) {
        if (is_in(&choice->parts[i], key)) return &choice->parts[i];
    }
    return NULL;
}

/* A run begins at its beginning: its loops count from there. */
static bool is_counter(const struct loopc_program *program, const char *key)
{
    const struct loopc_field *field = loopc_field_find(program->fields, program->field_count, key);
    return field && (field->flags & LOOPC_COUNTER);
}

static bool is_wanted(const void *listener, const char *key)
{
    const struct choice *choice = listener;
    return part_of(choice, key) && !is_counter(choice->program, key);
}

static bool is_of_net(const struct loopc_program *program, const char *key)
{
    for (int i = 0; i < program->net_count; i++) {
        const char *const name = program->nets[i].name;
        if (is_in(&(struct part){.name = name, .length = strlen(name)}, key)) return true;
    }
    return false;
}

static void take_note(void *listener, enum loopc_load_note note, const char *text)
{
    struct choice *choice = listener;
    if (note == LOOPC_NOTE_WARNING) loopc_log(choice->program, "warning", "%s", text);
    if (note == LOOPC_NOTE_MISSING) add_name(&choice->missing, text);
    if (note == LOOPC_NOTE_EXTRA)
        add_name(is_of_net(choice->program, text) ? &choice->net : &choice->rest, text);
    if (note != LOOPC_NOTE_TAKEN) return;
    add_name(&choice->taken, text);
    for (int i = 0; i < choice->part_count; i++)
        choice->parts[i].taken |= is_in(&choice->parts[i], text);
}

static int choose_nets(struct choice *choice, const struct loopc_message *message)
{
    const struct loopc_program *program = choice->program;
    if (!program->net_count)
        return loopc_error_set(message, "name the fields to take: --init FILE:FIELD,FIELD",
                               "%s has no net", program->name);
    for (int i = 0; i < program->net_count; i++) {
        const char *const name = program->nets[i].name;
        choice->parts[choice->part_count++] = (struct part){.name = name, .length = strlen(name)};
    }
    return LOOPC_OK;
}

static int unknown_part(const struct choice *choice, const struct part *part,
                        const struct loopc_message *message)
{
    const struct loopc_program *program = choice->program;
    char name[128], hint[256] = "a field or the beginning of its name, up to a dot: net.layers.0";
    snprintf(name, sizeof name, "%.*s", (int)(part->length % sizeof name), part->name);
    const char **names = calloc((size_t)program->field_count + 1, sizeof *names);
    for (int i = 0; names && i < program->field_count; i++)
        names[i] = program->fields[i].name;
    const int nearest = names ? loopc_nearest(name, names, program->field_count) : -1;
    if (nearest >= 0) snprintf(hint, sizeof hint, "did you mean '%s'?", names[nearest]);
    free(names);
    return loopc_error_set(message, hint, "%s has no field '%s'", program->name, name);
}

static int check_part(const struct choice *choice, const struct part *part,
                      const struct loopc_message *message)
{
    const struct loopc_program *program = choice->program;
    bool counter = false;
    for (int i = 0; part->length && i < program->field_count; i++) {
        const struct loopc_field *const field = &program->fields[i];
        if (!is_in(part, field->name)) continue;
        if (!(field->flags & LOOPC_COUNTER)) return LOOPC_OK;
        counter = true;
    }
    if (!counter) return unknown_part(choice, part, message);
    return loopc_error_set(message, "--resume continues a run", "'%.*s' is a counter",
                           (int)part->length, part->name);
}

/* PART,PART: each is there in the program. */
static int choose_parts(struct choice *choice, const char *list,
                        const struct loopc_message *message)
{
    for (const char *next = list;; next++) {
        struct part *const part = &choice->parts[choice->part_count++];
        *part = (struct part){.name = next, .length = strcspn(next, ",")};
        if (check_part(choice, part, message)) return LOOPC_FAILED;
        next += part->length;
        if (!*next) return LOOPC_OK;
    }
}

/* Where the parts begin in FILE:PART; NULL when all of it is the name of a file, or has none. */
static char *find_parts(char *source)
{
    return access(source, F_OK) ? strrchr(source, ':') : NULL;
}

static int choose(struct choice *choice, const char *list, const struct loopc_message *message)
{
    size_t most = (size_t)choice->program->net_count + 1;
    for (const char *c = list; c && *c; c++)
        most += *c == ',';
    choice->parts = calloc(most, sizeof *choice->parts);
    if (!choice->parts) return loopc_error_set(message, NULL, "out of memory");
    return list ? choose_parts(choice, list, message) : choose_nets(choice, message);
}

/* Each part named is in the file; of nets, at least something. */
static int check_taken(const struct choice *choice, bool named, const char *file,
                       const struct loopc_message *message)
{
    for (int i = 0; named && i < choice->part_count; i++) {
        const struct part *const part = &choice->parts[i];
        if (!part->taken)
            return loopc_error_set(message, "loopc state lists the contents of a file",
                                   "%s: there is no %.*s in it", file, (int)part->length,
                                   part->name);
    }
    if (choice->taken.count) return LOOPC_OK;
    return loopc_error_set(message, "loopc state lists the contents of a file",
                           "%s: it has nothing of the nets of %s", file, choice->program->name);
}

static int load(struct choice *choice, void *state, struct loopc_texts *texts, const char *file,
                const struct loopc_message *message)
{
    struct loopc_load_request loading = {.program = choice->program,
                                         .state = state,
                                         .texts = texts,
                                         .values_only = true,
                                         .wanted = is_wanted,
                                         .note = take_note,
                                         .listener = choice,
                                         .message = *message};
    return loopc_checkpoint_load(&loading, file) == LOOPC_LOADED ? LOOPC_OK : LOOPC_FAILED;
}

static void log_choice(const struct choice *choice, const char *file)
{
    loopc_log(choice->program, "init", "values of %s", file);
    log_names(choice, "taken", &choice->taken);
    log_names(choice, "of the net, not taken", &choice->net);
    log_names(choice, "of the rest, not taken", &choice->rest);
    log_names(choice, "not in the file, left as they are", &choice->missing);
}

int loopc_init_values(const struct loopc_program *program, void *state, struct loopc_texts *texts,
                      const char *source, const struct loopc_message *message)
{
    struct choice choice = {.program = program};
    char *const file = strdup(source);
    if (!file) return loopc_error_set(message, NULL, "out of memory");
    char *list = find_parts(file);
    if (list) *list++ = 0;
    int st = choose(&choice, list, message);
    if (!st) st = load(&choice, state, texts, file, message);
    if (!st) st = check_taken(&choice, list != NULL, file, message);
    if (!st) log_choice(&choice, file);
    free(choice.parts);
    free(file);
    return st;
}
