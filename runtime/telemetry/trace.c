/* Trace: compares the state with an earlier copy of it. */
#include "telemetry/trace.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { LISTED = 8 /* more changed elements of one array are only counted */ };

struct loopc_trace {
    const struct loopc_program *program;
    FILE *out;
    bool in_step;
    _Alignas(max_align_t) char before[]; /* program->size bytes */
};

struct loopc_trace *loopc_trace_new(const struct loopc_program *program, const void *state,
                                    FILE *out)
{
    struct loopc_trace *trace = malloc(sizeof *trace + program->size);
    if (!trace) return NULL;
    trace->program = program;
    trace->out = out;
    trace->in_step = false;
    memcpy(trace->before, state, program->size);
    return trace;
}

void loopc_trace_free(struct loopc_trace *trace)
{
    free(trace);
}

static size_t append(char *text, size_t size, size_t length, const char *what, const char *name)
{
    const int wrote = snprintf(text + length, size - length, "%s%s", what, name);
    return wrote > 0 && (size_t)wrote < size - length ? length + (size_t)wrote : length;
}

/* The name of a trace point and the insertions that lead to it, innermost first. A trace point
 * and its loop may both have the insertion of that loop: it is written once. */
static void place_text(const struct loopc_program *program, int place, char *text, size_t size)
{
    const char *last = NULL;
    size_t length =
        append(text, size, 0, "", place < 0 ? program->name : program->trace_points[place].name);
    for (; place >= 0; place = program->trace_points[place].parent) {
        const char *on = program->trace_points[place].on;
        if (!on || (last && !strcmp(on, last))) continue;
        length = append(text, size, length, " on ", on);
        last = on;
    }
}

/* Standard output is flushed first, so that both are in order. */
static void say(const struct loopc_trace *trace, int place, const char *what)
{
    char text[1024];
    place_text(trace->program, place, text, sizeof text);
    fflush(stdout);
    fprintf(trace->out, "trace: %s%s\n", text, what);
}

void loopc_trace_step(struct loopc_trace *trace, int place)
{
    say(trace, place, "");
    trace->in_step = true;
}

static void print_element(const struct loopc_trace *trace, const struct loopc_field *field,
                          const void *state, size_t i)
{
    char before[64], after[64], index[32] = "";
    loopc_field_format(field, trace->before, i, before, sizeof before);
    loopc_field_format(field, state, i, after, sizeof after);
    if (field->count > 1) snprintf(index, sizeof index, "[%zu]", i);
    fprintf(trace->out, "trace:   %s%s: %s -> %s\n", field->name, index, before, after);
}

static void print_field(const struct loopc_trace *trace, const struct loopc_field *field,
                        const void *state, size_t changes)
{
    if (!loopc_field_is_value(field)) {
        fprintf(trace->out, "trace:   %s: changed\n", field->name);
    } else if (changes > LISTED) {
        fprintf(trace->out, "trace:   %s: %zu of %zu changed\n", field->name, changes,
                field->count);
    } else {
        for (size_t i = 0; i < field->count; i++) {
            if (loopc_element_changed(field, trace->before, state, i)) {
                print_element(trace, field, state, i);
            }
        }
    }
}

/* Where the coroutines of a body are: of no interest to who traces fields. */
static bool is_internal(const struct loopc_field *field)
{
    return !strncmp(field->name, "loopc.", sizeof "loopc." - 1);
}

void loopc_trace_changes(struct loopc_trace *trace, const void *state, int place)
{
    bool said = trace->in_step;
    trace->in_step = false;
    for (int i = 0; i < trace->program->field_count; i++) {
        const struct loopc_field *field = &trace->program->fields[i];
        if (is_internal(field)) continue;
        const size_t changes = loopc_field_changes(field, trace->before, state);
        if (changes == 0) continue;
        if (!said) say(trace, place, ", between steps");
        said = true;
        print_field(trace, field, state, changes);
        memcpy(trace->before + field->offset, (const char *)state + field->offset,
               loopc_field_size(field));
    }
}
