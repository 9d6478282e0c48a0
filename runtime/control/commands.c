/* Commands: from the text of a message to a list of commands. */
#include "control/commands.h"

#include "run/failures.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    enum loopc_command_kind kind;
    bool takes_number;
    int64_t least;
} fixed[] = {
    {"batch to", LOOPC_COMMAND_BATCH_TO, true, INT64_MIN},
    {"tell state", LOOPC_COMMAND_TELL_STATE, false, 0},
    {"report state every", LOOPC_COMMAND_REPORT_EVERY, true, 0},
    {"shutdown", LOOPC_COMMAND_SHUTDOWN, false, 0},
    {"pause", LOOPC_COMMAND_PAUSE, false, 0},
    {"resume", LOOPC_COMMAND_RESUME, false, 0},
    {"step", LOOPC_COMMAND_STEP, true, 1},
    {"step epoch", LOOPC_COMMAND_STEP_EPOCH, false, 0},
    {"batches a second", LOOPC_COMMAND_PACE, true, 0},
    {"checkpoint", LOOPC_COMMAND_CHECKPOINT, false, 0},
    {"tell status", LOOPC_COMMAND_TELL_STATUS, false, 0},
    {"stay", LOOPC_COMMAND_STAY, false, 0},
    {"watch", LOOPC_COMMAND_WATCH, true, 0},
    {"tell views", LOOPC_COMMAND_TELL_VIEWS, false, 0},
    {"tell history", LOOPC_COMMAND_TELL_HISTORY, false, 0},
    {"tell timings", LOOPC_COMMAND_TELL_TIMINGS, false, 0},
    {"answer", LOOPC_COMMAND_ANSWER, false, 0},
};
enum { FIXED_COUNT = sizeof fixed / sizeof *fixed };

/* The reader of a message. */
struct reading {
    struct loopc_commands *commands;
    const struct loopc_program *program;
    struct loopc_commanded commanded;
    struct loopc_texts *texts;
    char *message;
    size_t size;
};

static int read_whole(const struct reading *r, const char *name, struct loopc_json value,
                      int64_t least, int64_t *number)
{
    char text[32], *end = text;
    errno = 0;
    if (value.length < sizeof text) {
        memcpy(text, value.text, value.length);
        text[value.length] = 0;
        *number = strtoll(text, &end, 10);
        if (end > text && !*end && !errno && *number >= least) return LOOPC_OK;
    }
    snprintf(r->message, r->size, "%s: it takes a whole number%s", name,
             least == 0   ? " from 0"
             : least == 1 ? " from 1"
                          : "");
    return LOOPC_FAILED;
}

/* A value in the form of a command line: a number as it is, the elements of an array separated
 * by commas, the characters of a string. NULL for an object or null. */
static char *as_argument(struct loopc_json value)
{
    const char first = value.text[0];
    if (first == '{' || first == 'n') return NULL;
    char *text = malloc(value.length + 1);
    if (!text) return NULL;
    if (first == '"') {
        loopc_json_characters(value, text, value.length + 1);
        return text;
    }
    size_t n = 0;
    for (size_t i = 0; i < value.length; i++) {
        if (!strchr(" \t\r\n[]", value.text[i])) text[n++] = value.text[i];
    }
    text[n] = 0;
    return text;
}

/* Reads the value of a field into memory of its own, as if the field were at the start of a state.
 * `name` is what the message calls it. */
static int read_value(const struct reading *r, const struct loopc_field *field, const char *name,
                      struct loopc_json value, void **made)
{
    char why[256] = "no memory";
    struct loopc_field apart = *field;
    char *text = as_argument(value);
    apart.offset = 0;
    *made = calloc(1, loopc_field_size(field) + 1);
    if (!text) snprintf(why, sizeof why, "a field takes a number, a text, true or false");
    const bool ok =
        text && *made && !loopc_field_parse(&apart, *made, text, r->texts, why, sizeof why);
    free(text);
    if (ok) return LOOPC_OK;
    snprintf(r->message, r->size, "%s: %s", name, why);
    return LOOPC_FAILED;
}

/* The number of a command that takes one. That of the target is a value of its field, too. */
static int read_number(const struct reading *r, int i, struct loopc_command *command,
                       struct loopc_json value)
{
    const struct loopc_field *target = r->commanded.target;
    if (read_whole(r, fixed[i].name, value, fixed[i].least, &command->number)) return LOOPC_FAILED;
    if (command->kind != LOOPC_COMMAND_BATCH_TO || !target) return LOOPC_OK;
    return read_value(r, target, fixed[i].name, value, &command->value);
}

static int read_answer(const struct reading *r, struct loopc_command *command,
                       struct loopc_json value)
{
    if (value.text[0] != '"' || !(command->value = malloc(value.length + 1))) {
        snprintf(r->message, r->size, "answer: it takes a text");
        return LOOPC_FAILED;
    }
    loopc_json_characters(value, command->value, value.length + 1);
    return LOOPC_OK;
}

static const struct loopc_field *settable(const struct reading *r, struct loopc_json name)
{
    char text[256];
    loopc_json_characters(name, text, sizeof text);
    const struct loopc_field *field =
        loopc_field_find(r->program->fields, r->program->field_count, text);
    if (!field && !strcmp(text, "eta")) field = r->commanded.eta;
    return field && (field->flags & LOOPC_SETTABLE) ? field : NULL;
}

static int read_member(const struct reading *r, struct loopc_json name, struct loopc_json value)
{
    struct loopc_command command = {.kind = LOOPC_COMMAND_SET, .field = settable(r, name)};
    if (command.field) {
        const int st = read_value(r, command.field, command.field->name, value, &command.value);
        r->commands->list[r->commands->count++] = command;
        return st;
    }
    for (int i = 0; i < FIXED_COUNT; i++) {
        if (!loopc_json_is(name, fixed[i].name)) continue;
        command.kind = fixed[i].kind;
        struct loopc_command *kept = &r->commands->list[r->commands->count++];
        *kept = command;
        if (command.kind == LOOPC_COMMAND_ANSWER) return read_answer(r, kept, value);
        if (!fixed[i].takes_number) return LOOPC_OK;
        return read_number(r, i, kept, value);
    }
    r->commands->unknown[r->commands->unknown_count++] = name;
    return LOOPC_OK;
}

int loopc_commands_read(struct loopc_commands *commands, const struct loopc_program *program,
                        struct loopc_commanded commanded, struct loopc_texts *texts,
                        struct loopc_json text, char *message, size_t size)
{
    const struct reading reading = {commands, program, commanded, texts, message, size};
    struct loopc_json name, value;
    commands->count = commands->unknown_count = 0;
    if (loopc_json_check(text, message, size)) return LOOPC_FAILED;
    while (loopc_json_next(&text, &name, &value)) {
        if (read_member(&reading, name, value)) return LOOPC_FAILED;
    }
    return LOOPC_OK;
}

void loopc_commands_free(struct loopc_commands *commands)
{
    for (int i = 0; i < commands->count; i++)
        free(commands->list[i].value);
    commands->count = 0;
}
