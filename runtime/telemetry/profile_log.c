/* Times as JSON: the log of --timings-log, and what the control channel is told. */
#include "telemetry/profile_state.h"

#include "base/json_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

static const int64_t first_line = 50000000; /* ns */

/* What a place has taken, as far as it has come. */
struct taken {
    uint64_t calls;
    double total, self; /* ns */
};

/* An array by place; NULL without memory. */
static struct taken *sum_up(const struct loopc_profile *watch, int64_t now)
{
    const struct loopc_program *program = watch->program;
    struct taken *taken = calloc((size_t)program->place_count + 1, sizeof *taken);
    if (!taken) return NULL;
    for (int i = 0; i < program->place_count; i++) {
        taken[i].calls = watch->timings[i].calls;
        taken[i].total = (double)watch->timings[i].total;
    }
    for (int i = 0; i < watch->depth; i++)
        taken[watch->stack[i].place].total += (double)(now - watch->stack[i].since);
    for (int i = 0; i < program->place_count; i++) {
        taken[i].self += taken[i].total;
        const int parent = program->places[i].parent;
        if (parent >= 0) taken[parent].self -= taken[i].total;
    }
    return taken;
}

static void write_seconds(FILE *out, double ns)
{
    if (isnan(ns)) {
        fputs("null", out);
    } else {
        fprintf(out, "%.6g", ns > 0 ? ns / 1e9 : 0.0);
    }
}

static void write_string(FILE *out, const char *key, const char *text)
{
    fprintf(out, ",\"%s\":", key);
    loopc_json_string(out, text);
}

static void write_row(const struct loopc_profile *watch, int i, const struct taken *taken)
{
    const struct loopc_trace_point *place = &watch->program->places[i];
    FILE *out = watch->log;
    write_string(out, "kind", place->kind == 'l' ? "loop" : place->kind == 'p' ? "phase" : "step");
    write_string(out, "place", place->name);
    if (place->on) write_string(out, "on", place->on);
    if (place->parent >= 0) write_string(out, "in", watch->program->places[place->parent].name);
    fprintf(out, ",\"calls\":%" PRIu64 ",\"total\":", taken->calls);
    write_seconds(out, taken->total);
    fputs(",\"self\":", out);
    write_seconds(out, taken->self);
    fputs(",\"median\":", out);
    write_seconds(out, loopc_timing_quantile(&watch->timings[i], 0.5));
    fputs(",\"p99\":", out);
    write_seconds(out, loopc_timing_quantile(&watch->timings[i], 0.99));
    fputs("}\n", out);
}

void loopc_profile_log_now(struct loopc_profile *watch, int64_t now)
{
    const int64_t since = now - watch->started;
    struct taken *taken = sum_up(watch, now);
    for (int i = 0; taken && i < watch->program->place_count; i++) {
        fputs("{\"timings\":", watch->log);
        loopc_json_string(watch->log, watch->program->name);
        fputs(",\"time\":", watch->log);
        write_seconds(watch->log, (double)since);
        write_row(watch, i, &taken[i]);
    }
    free(taken);
    fflush(watch->log); /* what fails here is found at its end */
    watch->next_line = now + (since / 32 > first_line ? since / 32 : first_line);
}

void loopc_profile_log(struct loopc_profile *watch, FILE *file)
{
    watch->log = file;
    watch->next_line = watch->started + first_line;
}

int loopc_profile_log_end(struct loopc_profile *watch)
{
    if (!watch->log) return 0;
    if (watch->ended) loopc_profile_log_now(watch, watch->ended);
    const bool lost = ferror(watch->log) != 0;
    const bool failed = fclose(watch->log) != 0 || lost;
    watch->log = NULL;
    watch->next_line = INT64_MAX;
    return failed ? LOOPC_FAILED : LOOPC_OK;
}

void loopc_profile_write(const struct loopc_profile *watch, FILE *out)
{
    struct taken *taken = sum_up(watch, loopc_clock());
    fputc('[', out);
    for (int i = 0; taken && i < watch->program->place_count; i++) {
        fprintf(out, "%s[%" PRIu64 ", ", i ? ", " : "", taken[i].calls);
        write_seconds(out, taken[i].total);
        fputs(", ", out);
        write_seconds(out, taken[i].self);
        fputs(", ", out);
        write_seconds(out, loopc_timing_quantile(&watch->timings[i], 0.5));
        fputc(']', out);
    }
    free(taken);
    fputc(']', out);
}

double loopc_profile_seconds(const struct loopc_profile *watch)
{
    return (double)(loopc_clock() - watch->started) / 1e9;
}
