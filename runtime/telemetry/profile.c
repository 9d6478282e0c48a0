/* Watching: a stack of the places that are open, their times, and the trace. */
#include "telemetry/profile_owners.h"
#include "telemetry/profile_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Leaves asked-for parts NULL where memory ends; the caller looks. */
struct loopc_profile *loopc_profile_start(const struct loopc_program *program, const void *state,
                                          bool timings, bool trace, FILE *out)
{
    const size_t places = (size_t)program->place_count;
    struct loopc_profile *watch = calloc(1, sizeof *watch + (places + 1) * sizeof *watch->stack);
    if (!watch) return NULL;
    watch->program = program;
    watch->state = state;
    watch->next_line = INT64_MAX;
    if (timings) watch->timings = calloc(places + 1, sizeof *watch->timings);
    if (trace) watch->trace = loopc_trace_new(program, state, out);
    if ((timings && !watch->timings) || (trace && !watch->trace)) {
        loopc_profile_free(watch);
        return NULL;
    }
    watch->started = loopc_clock();
    return watch;
}

void loopc_profile_free(struct loopc_profile *watch)
{
    if (!watch) return;
    for (int i = 0; watch->timings && i < watch->program->place_count; i++) {
        loopc_timing_free(&watch->timings[i]);
    }
    free(watch->timings);
    loopc_profile_log_end(watch);
    loopc_trace_free(watch->trace);
    free(watch);
}

/* Where in the stack a place is, or -1. */
static int height(const struct loopc_profile *watch, int place)
{
    int i = watch->depth - 1;
    while (i >= 0 && watch->stack[i].place != place)
        i--;
    return i;
}

static void close_to(struct loopc_profile *watch, int depth, int64_t now)
{
    while (watch->depth > depth) {
        const struct loopc_open_trace_point *top = &watch->stack[--watch->depth];
        if (watch->timings) loopc_timing_add(&watch->timings[top->place], now - top->since);
    }
}

static void push(struct loopc_profile *watch, int place, int64_t now)
{
    watch->stack[watch->depth++] = (struct loopc_open_trace_point){.place = place, .since = now};
}

static int top_place(const struct loopc_profile *watch)
{
    return watch->depth > 0 ? watch->stack[watch->depth - 1].place : -1;
}

static void look(const struct loopc_profile *watch)
{
    if (watch->trace) loopc_trace_changes(watch->trace, watch->state, top_place(watch));
}

/* Makes a place the top of the stack with its parents below it: what is open beside them ends. */
static void stand_at(struct loopc_profile *watch, int place, int64_t now)
{
    if (place < 0) {
        close_to(watch, 0, now);
        return;
    }
    const int own = height(watch, place);
    if (own >= 0) {
        close_to(watch, own + 1, now);
        return;
    }
    stand_at(watch, watch->program->places[place].parent, now);
    push(watch, place, now);
}

/* A place that is open still was left early. */
static void open_place(struct loopc_profile *watch, int place, int64_t now)
{
    const int own = height(watch, place);
    if (own >= 0) close_to(watch, own, now);
    stand_at(watch, watch->program->places[place].parent, now);
    push(watch, place, now);
}

static void tell(const struct loopc_profile *watch)
{
    if (!watch->follower) return;
    atomic_store_explicit(watch->follower, top_place(watch), memory_order_relaxed);
}

void loopc_profile_follow(struct loopc_profile *watch, atomic_int *place)
{
    if (watch->follower) atomic_store_explicit(watch->follower, -1, memory_order_relaxed);
    watch->follower = place;
    tell(watch);
}

/* The clock is read when what ends has ended and before what begins begins, so the time that the
 * watch itself takes is nobody's, or its parent's. */
static void restart_clock(struct loopc_profile *watch)
{
    const int64_t now = loopc_clock();
    watch->stack[watch->depth - 1].since = now;
    if (now < watch->next_line) return;
    loopc_profile_log_now(watch, now);
    watch->stack[watch->depth - 1].since = loopc_clock();
}

void loopc_enter(struct loopc_run *run, int place)
{
    struct loopc_profile *watch = run->profile;
    if (!watch) return;
    const int64_t now = loopc_clock();
    look(watch);
    open_place(watch, place, now);
    tell(watch);
    restart_clock(watch);
}

void loopc_leave(struct loopc_run *run, int place)
{
    struct loopc_profile *watch = run->profile;
    if (!watch) return;
    const int64_t now = loopc_clock();
    look(watch);
    const int own = height(watch, place);
    if (own >= 0) close_to(watch, own, now);
    tell(watch);
}

void loopc_at(struct loopc_run *run, int place)
{
    struct loopc_profile *watch = run->profile;
    if (!watch) return;
    const int64_t now = loopc_clock();
    look(watch);
    open_place(watch, place, now);
    tell(watch);
    if (watch->trace) loopc_trace_step(watch->trace, place);
    restart_clock(watch);
}

int loopc_profile_end(struct loopc_profile *watch)
{
    watch->ended = loopc_clock();
    look(watch);
    close_to(watch, 0, watch->ended);
    tell(watch);
    return loopc_profile_log_end(watch);
}

/* The table. */

static int indent_of(const struct loopc_program *program, int place)
{
    int indent = 0;
    while ((place = program->places[place].parent) >= 0)
        indent += 2;
    return indent;
}

static const char *kind_of(const struct loopc_trace_point *place)
{
    return place->kind == 'l' ? "loop" : place->kind == 'p' ? "phase" : "step";
}

/* A loop says where it is inserted: it may be in more places than one. */
static void label_of(const struct loopc_program *program, int place, char *text, size_t size)
{
    const struct loopc_trace_point *p = &program->places[place];
    const bool inserted = p->kind == 'l' && p->on;
    snprintf(text, size, "%*s%s%s%s", indent_of(program, place), "", p->name,
             inserted ? " on " : "", inserted ? p->on : "");
}

static int label_width(const struct loopc_program *program)
{
    char label[256];
    size_t width = strlen("place");
    for (int i = 0; i < program->place_count; i++) {
        label_of(program, i, label, sizeof label);
        if (strlen(label) > width) width = strlen(label);
    }
    return (int)width;
}

static void print_row(const struct loopc_profile *watch, int place, int width, FILE *out)
{
    const struct loopc_timing *timing = &watch->timings[place];
    const double whole = (double)(watch->ended - watch->started);
    const double times[] = {timing->calls ? (double)timing->total : (double)NAN,
                            loopc_timing_mean(timing), loopc_timing_quantile(timing, 0.5),
                            loopc_timing_quantile(timing, 0.99)};
    char label[256], cells[4][32], share[32] = "-";
    label_of(watch->program, place, label, sizeof label);
    for (int i = 0; i < 4; i++)
        loopc_time_format(times[i], cells[i], sizeof cells[i]);
    if (timing->calls && whole > 0) {
        snprintf(share, sizeof share, "%.1f %%", 100 * (double)timing->total / whole);
    }
    fprintf(out, "%-5s  %-*s  %11llu  %8s  %7s  %8s  %8s  %8s\n",
            kind_of(&watch->program->places[place]), width, label,
            (unsigned long long)timing->calls, cells[0], share, cells[1], cells[2], cells[3]);
}

void loopc_profile_print(const struct loopc_profile *watch, FILE *out)
{
    if (!watch->timings) return;
    char whole[32];
    loopc_time_format((double)(watch->ended - watch->started), whole, sizeof whole);
    fprintf(out, "timings of %s, %s in all\n", watch->program->name, whole);
    const int width = label_width(watch->program);
    fprintf(out, "%-5s  %-*s  %11s  %8s  %7s  %8s  %8s  %8s\n", "", width, "place", "calls",
            "total", "share", "mean", "median", "p99");
    for (int i = 0; i < watch->program->place_count; i++)
        print_row(watch, i, width, out);
    loopc_profile_print_owners(watch->program, watch->timings,
                               (double)(watch->ended - watch->started), out);
}
