/* Profiling: the stack of open trace points, their times, and the trace. */
#include "telemetry/profile_owners.h"
#include "telemetry/profile_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* NULL without memory. */
struct loopc_profile *loopc_profile_start(const struct loopc_program *program, const void *state,
                                          bool timings, bool trace, FILE *out)
{
    const size_t places = (size_t)program->trace_point_count;
    struct loopc_profile *profile =
        calloc(1, sizeof *profile + (places + 1) * sizeof *profile->stack);
    if (!profile) return NULL;
    profile->program = program;
    profile->state = state;
    profile->next_line = INT64_MAX;
    if (timings) profile->timings = calloc(places + 1, sizeof *profile->timings);
    if (trace) profile->trace = loopc_trace_new(program, state, out);
    if ((timings && !profile->timings) || (trace && !profile->trace)) {
        loopc_profile_free(profile);
        return NULL;
    }
    profile->started = loopc_clock();
    return profile;
}

void loopc_profile_free(struct loopc_profile *profile)
{
    if (!profile) return;
    for (int i = 0; profile->timings && i < profile->program->trace_point_count; i++) {
        loopc_timing_free(&profile->timings[i]);
    }
    free(profile->timings);
    loopc_profile_log_end(profile);
    loopc_trace_free(profile->trace);
    free(profile);
}

/* Where in the stack a place is, or -1. */
static int height(const struct loopc_profile *profile, int place)
{
    int i = profile->depth - 1;
    while (i >= 0 && profile->stack[i].place != place)
        i--;
    return i;
}

static void close_to(struct loopc_profile *profile, int depth, int64_t now)
{
    while (profile->depth > depth) {
        const struct loopc_open_trace_point *top = &profile->stack[--profile->depth];
        if (profile->timings) loopc_timing_add(&profile->timings[top->place], now - top->since);
    }
}

static void push(struct loopc_profile *profile, int place, int64_t now)
{
    profile->stack[profile->depth++] =
        (struct loopc_open_trace_point){.place = place, .since = now};
}

static int top_place(const struct loopc_profile *profile)
{
    return profile->depth > 0 ? profile->stack[profile->depth - 1].place : -1;
}

static void trace_changes(const struct loopc_profile *profile)
{
    if (profile->trace) loopc_trace_changes(profile->trace, profile->state, top_place(profile));
}

/* Makes a trace point the top of the stack, with its parents below it; closes all others. */
static void make_top(struct loopc_profile *profile, int place, int64_t now)
{
    if (place < 0) {
        close_to(profile, 0, now);
        return;
    }
    const int own = height(profile, place);
    if (own >= 0) {
        close_to(profile, own + 1, now);
        return;
    }
    make_top(profile, profile->program->trace_points[place].parent, now);
    push(profile, place, now);
}

/* Opens a trace point; one that is still open was left early. */
static void open_place(struct loopc_profile *profile, int place, int64_t now)
{
    const int own = height(profile, place);
    if (own >= 0) close_to(profile, own, now);
    make_top(profile, profile->program->trace_points[place].parent, now);
    push(profile, place, now);
}

static void publish_place(const struct loopc_profile *profile)
{
    if (!profile->follower) return;
    atomic_store_explicit(profile->follower, top_place(profile), memory_order_relaxed);
}

void loopc_profile_follow(struct loopc_profile *profile, atomic_int *place)
{
    if (profile->follower) atomic_store_explicit(profile->follower, -1, memory_order_relaxed);
    profile->follower = place;
    publish_place(profile);
}

/* The clock is read once after the previous trace point ended, and once before this one starts:
 * the overhead of profiling counts for none of the two, at most for their parent. */
static void restart_clock(struct loopc_profile *profile)
{
    const int64_t now = loopc_clock();
    profile->stack[profile->depth - 1].since = now;
    if (now < profile->next_line) return;
    loopc_profile_log_now(profile, now);
    profile->stack[profile->depth - 1].since = loopc_clock();
}

/* A place or, with a line of the trace, a step begins. */
static void begin(struct loopc_profile *profile, int place, bool is_step)
{
    const int64_t now = loopc_clock();
    trace_changes(profile);
    open_place(profile, place, now);
    publish_place(profile);
    if (is_step && profile->trace) loopc_trace_step(profile->trace, place);
    restart_clock(profile);
}

void loopc_enter(struct loopc_run *run, int place)
{
    if (run->profile) begin(run->profile, place, false);
}

void loopc_at(struct loopc_run *run, int place)
{
    if (run->profile) begin(run->profile, place, true);
}

void loopc_leave(struct loopc_run *run, int place)
{
    struct loopc_profile *profile = run->profile;
    if (!profile) return;
    const int64_t now = loopc_clock();
    trace_changes(profile);
    const int own = height(profile, place);
    if (own >= 0) close_to(profile, own, now);
    publish_place(profile);
}

int loopc_profile_end(struct loopc_profile *profile)
{
    profile->ended = loopc_clock();
    trace_changes(profile);
    close_to(profile, 0, profile->ended);
    publish_place(profile);
    return loopc_profile_log_end(profile);
}

/* The table. */

static int indent_of(const struct loopc_program *program, int place)
{
    int indent = 0;
    while ((place = program->trace_points[place].parent) >= 0)
        indent += 2;
    return indent;
}

static const char *kind_of(const struct loopc_trace_point *place)
{
    return place->kind == 'l' ? "loop" : place->kind == 'p' ? "phase" : "step";
}

/* A loop has its insertion in its label, because it may be inserted at several nodes. */
static void label_of(const struct loopc_program *program, int place, char *text, size_t size)
{
    const struct loopc_trace_point *p = &program->trace_points[place];
    const bool inserted = p->kind == 'l' && p->on;
    snprintf(text, size, "%*s%s%s%s", indent_of(program, place), "", p->name,
             inserted ? " on " : "", inserted ? p->on : "");
}

static int label_width(const struct loopc_program *program)
{
    char label[256];
    size_t width = strlen("place");
    for (int i = 0; i < program->trace_point_count; i++) {
        label_of(program, i, label, sizeof label);
        if (strlen(label) > width) width = strlen(label);
    }
    return (int)width;
}

static void print_row(const struct loopc_profile *profile, int place, int width, FILE *out)
{
    const struct loopc_timing *timing = &profile->timings[place];
    const double whole = (double)(profile->ended - profile->started);
    const double times[] = {timing->calls ? (double)timing->total : (double)NAN,
                            loopc_timing_mean(timing), loopc_timing_quantile(timing, 0.5),
                            loopc_timing_quantile(timing, 0.99)};
    char label[256], cells[4][32], share[32] = "-";
    label_of(profile->program, place, label, sizeof label);
    for (int i = 0; i < 4; i++)
        loopc_time_format(times[i], cells[i], sizeof cells[i]);
    if (timing->calls && whole > 0) {
        snprintf(share, sizeof share, "%.1f %%", 100 * (double)timing->total / whole);
    }
    fprintf(out, "%-5s  %-*s  %11llu  %8s  %7s  %8s  %8s  %8s\n",
            kind_of(&profile->program->trace_points[place]), width, label,
            (unsigned long long)timing->calls, cells[0], share, cells[1], cells[2], cells[3]);
}

void loopc_profile_print(const struct loopc_profile *profile, FILE *out)
{
    if (!profile->timings) return;
    char whole[32];
    loopc_time_format((double)(profile->ended - profile->started), whole, sizeof whole);
    fprintf(out, "timings of %s, %s in all\n", profile->program->name, whole);
    const int width = label_width(profile->program);
    fprintf(out, "%-5s  %-*s  %11s  %8s  %7s  %8s  %8s  %8s\n", "", width, "place", "calls",
            "total", "share", "mean", "median", "p99");
    for (int i = 0; i < profile->program->trace_point_count; i++)
        print_row(profile, i, width, out);
    loopc_profile_print_owners(profile->program, profile->timings,
                               (double)(profile->ended - profile->started), out);
}
