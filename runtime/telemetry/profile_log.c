/* Times as JSON: for --timings-log, and for the control channel. */
#include "telemetry/profile_state.h"

#include "base/json_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

static const int64_t first_line = 50000000; /* ns */

/* The times of a trace point, including its open call. */
struct taken {
    uint64_t calls;
    double total, self; /* ns */
};

/* An array by place; NULL without memory. */
static struct taken *sum_up(const struct loopc_profile *profile, int64_t now)
{
    const struct loopc_program *program = profile->program;
    struct taken *taken = calloc((size_t)program->trace_point_count + 1, sizeof *taken);
    if (!taken) return NULL;
    for (int i = 0; i < program->trace_point_count; i++) {
        taken[i].calls = profile->timings[i].calls;
        taken[i].total = (double)profile->timings[i].total;
    }
    for (int i = 0; i < profile->depth; i++)
        taken[profile->stack[i].place].total += (double)(now - profile->stack[i].since);
    for (int i = 0; i < program->trace_point_count; i++) {
        taken[i].self += taken[i].total;
        const int parent = program->trace_points[i].parent;
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

static void write_row(const struct loopc_profile *profile, int i, const struct taken *taken)
{
    const struct loopc_trace_point *place = &profile->program->trace_points[i];
    FILE *out = profile->log;
    write_string(out, "kind", place->kind == 'l' ? "loop" : place->kind == 'p' ? "phase" : "step");
    write_string(out, "place", place->name);
    if (place->on) write_string(out, "on", place->on);
    if (place->parent >= 0)
        write_string(out, "in", profile->program->trace_points[place->parent].name);
    fprintf(out, ",\"calls\":%" PRIu64 ",\"total\":", taken->calls);
    write_seconds(out, taken->total);
    fputs(",\"self\":", out);
    write_seconds(out, taken->self);
    fputs(",\"median\":", out);
    write_seconds(out, loopc_timing_quantile(&profile->timings[i], 0.5));
    fputs(",\"p99\":", out);
    write_seconds(out, loopc_timing_quantile(&profile->timings[i], 0.99));
    fputs("}\n", out);
}

void loopc_profile_log_now(struct loopc_profile *profile, int64_t now)
{
    const int64_t since = now - profile->started;
    struct taken *taken = sum_up(profile, now);
    for (int i = 0; taken && i < profile->program->trace_point_count; i++) {
        fputs("{\"timings\":", profile->log);
        loopc_json_string(profile->log, profile->program->name);
        fputs(",\"time\":", profile->log);
        write_seconds(profile->log, (double)since);
        write_row(profile, i, &taken[i]);
    }
    free(taken);
    fflush(profile->log); /* errors are detected when the log ends */
    profile->next_line = now + (since / 32 > first_line ? since / 32 : first_line);
}

void loopc_profile_log(struct loopc_profile *profile, FILE *file)
{
    profile->log = file;
    profile->next_line = profile->started + first_line;
}

int loopc_profile_log_end(struct loopc_profile *profile)
{
    if (!profile->log) return 0;
    if (profile->ended) loopc_profile_log_now(profile, profile->ended);
    const bool lost = ferror(profile->log) != 0;
    const bool failed = fclose(profile->log) != 0 || lost;
    profile->log = NULL;
    profile->next_line = INT64_MAX;
    return failed ? LOOPC_FAILED : LOOPC_OK;
}

void loopc_profile_write(const struct loopc_profile *profile, FILE *out)
{
    struct taken *taken = sum_up(profile, loopc_clock());
    fputc('[', out);
    for (int i = 0; taken && i < profile->program->trace_point_count; i++) {
        fprintf(out, "%s[%" PRIu64 ", ", i ? ", " : "", taken[i].calls);
        write_seconds(out, taken[i].total);
        fputs(", ", out);
        write_seconds(out, taken[i].self);
        fputs(", ", out);
        write_seconds(out, loopc_timing_quantile(&profile->timings[i], 0.5));
        fputc(']', out);
    }
    free(taken);
    fputc(']', out);
}

double loopc_profile_seconds(const struct loopc_profile *profile)
{
    return (double)(loopc_clock() - profile->started) / 1e9;
}
