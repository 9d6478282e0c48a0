/* callbacks: a trainer, flattened from spec.lua
 * Made by loopc from spec.lua; change that, not this.
 *
 *   Outer (spec.lua:3): step, rest
 *   Inner (spec.lua:10): work; on Outer.on_step, Outer.on_rest
 *   late (spec.lua:12): callback on Outer.before_step
 *   first (spec.lua:13): callback on Outer.before_step
 *   second (spec.lua:14): callback on Outer.before_step, Outer.on_step
 *   everywhere (spec.lua:15): callback on Inner.on_work
 *   narrow (spec.lua:16): callback on Inner.on_work */
#include "loopc.h"

/* ---- State --------------------------------------------------------------------------- */

/* The whole state of a run. */
struct callbacks {
    struct loopc_run loopc; /* the runtime's own */
};

/* ---- Bodies -------------------------------------------------------------------------- */

/* first.before_step (spec.lua:13) */
static LOOPC_NOINLINE void first_before_step(void)
{
    puts("first");
}

/* second.before_step (spec.lua:14) */
static LOOPC_NOINLINE void second_before_step(void)
{
    puts("second");
}

/* late.before_step (spec.lua:12) */
static LOOPC_NOINLINE void late_before_step(void)
{
    puts("late");
}

/* Outer.on_step (spec.lua:5) */
static LOOPC_NOINLINE void Outer_on_step(void)
{
    puts("step");
}

/* second.step (spec.lua:14) */
static LOOPC_NOINLINE void second_step(void)
{
    puts("right after step");
}

/* Inner.on_work (spec.lua:10) */
static LOOPC_NOINLINE void Inner_on_work(void)
{
    puts("work");
}

/* everywhere.work (spec.lua:15) */
static LOOPC_NOINLINE void everywhere_work(void)
{
    puts("everywhere");
}

/* narrow.work (spec.lua:16) */
static LOOPC_NOINLINE void narrow_work(void)
{
    puts("only at rest");
}

/* ---- Run ----------------------------------------------------------------------------- */

/* Trace points: loops, phases and steps, as --timings and --trace know them. */
#define TRACE_POINTS(POINT)                                                                        \
    POINT(P_Outer, -1, 'l', "Outer", NULL)                                                         \
    POINT(P_Outer_step, P_Outer, 'p', "Outer.step", NULL)                                          \
    POINT(P_first_before_step, P_Outer_step, 's', "first.before_step", "Outer.before_step")        \
    POINT(P_second_before_step, P_Outer_step, 's', "second.before_step", "Outer.before_step")      \
    POINT(P_late_before_step, P_Outer_step, 's', "late.before_step", "Outer.before_step")          \
    POINT(P_Outer_on_step, P_Outer_step, 's', "Outer.on_step", NULL)                               \
    POINT(P_second_step, P_Outer_step, 's', "second.step", "Outer.on_step")                        \
    POINT(P_Inner, P_Outer_step, 'l', "Inner", "Outer.on_step")                                    \
    POINT(P_Inner_work, P_Inner, 'p', "Inner.work", "Outer.on_step")                               \
    POINT(P_Inner_on_work, P_Inner_work, 's', "Inner.on_work", "Outer.on_step")                    \
    POINT(P_everywhere_work, P_Inner_work, 's', "everywhere.work", "Inner.on_work")                \
    POINT(P_Outer_rest, P_Outer, 'p', "Outer.rest", NULL)                                          \
    POINT(P_Inner_2, P_Outer_rest, 'l', "Inner", "Outer.on_rest")                                  \
    POINT(P_Inner_work_2, P_Inner_2, 'p', "Inner.work", "Outer.on_rest")                           \
    POINT(P_Inner_on_work_2, P_Inner_work_2, 's', "Inner.on_work", "Outer.on_rest")                \
    POINT(P_everywhere_work_2, P_Inner_work_2, 's', "everywhere.work", "Inner.on_work")            \
    POINT(P_narrow_work, P_Inner_work_2, 's', "narrow.work", "Inner.on_work")
enum { TRACE_POINTS(LOOPC_TRACE_POINT_NAME) };

/* Every step in the order in which it happens. `st` is the pending status: a failure, or a signal
 * that has not reached its target yet. */

static LOOPC_ALWAYS_INLINE int callbacks_steps(struct callbacks *s, const bool instrumented)
{
    /* Outer (spec.lua:3) */
    /* Outer.step (spec.lua:4) */
    if (instrumented) loopc_at(&s->loopc, P_first_before_step);
    first_before_step();
    if (instrumented) loopc_at(&s->loopc, P_second_before_step);
    second_before_step();
    if (instrumented) loopc_at(&s->loopc, P_late_before_step);
    late_before_step();
    if (instrumented) loopc_at(&s->loopc, P_Outer_on_step);
    Outer_on_step();
    if (instrumented) loopc_at(&s->loopc, P_second_step);
    second_step();

    /* Inner.work (spec.lua:10), on Outer.on_step */
    if (instrumented) loopc_at(&s->loopc, P_Inner_on_work);
    Inner_on_work();
    if (instrumented) loopc_at(&s->loopc, P_everywhere_work);
    everywhere_work();

    /* Outer.rest (spec.lua:7) */
    /* Inner.work (spec.lua:10), on Outer.on_rest */
    if (instrumented) loopc_at(&s->loopc, P_Inner_on_work_2);
    Inner_on_work();
    if (instrumented) loopc_at(&s->loopc, P_everywhere_work_2);
    everywhere_work();
    if (instrumented) loopc_at(&s->loopc, P_narrow_work);
    narrow_work();
    return LOOPC_OK;
}

static int callbacks_run(void *state)
{
    return callbacks_steps(state, false);
}

static int callbacks_run_instrumented(void *state)
{
    return callbacks_steps(state, true);
}

/* ---- Tables -------------------------------------------------------------------------- */

static const struct loopc_trace_point trace_points[] = {TRACE_POINTS(LOOPC_TRACE_POINT)};

static const struct loopc_program program = {
    .name = "callbacks",
    .size = sizeof(struct callbacks),
    LOOPC_TABLE(trace_points, trace_point_count, trace_points),
    .run = callbacks_run,
    .run_instrumented = callbacks_run_instrumented,
};

int main(int argc, char **argv)
{
    return loopc_main(&program, argc, argv);
}
