/* nested: a trainer, flattened from spec.lua
 * Made by loopc from spec.lua; change that, not this.
 *
 *   Outer (spec.lua:1): step, jump
 *   Inner (spec.lua:14): iteration; on Outer.on_step, Outer.after_step, Outer.finally_jump
 *   FailingInner (spec.lua:22): force_fail; on Inner.finally_iteration */
#include "loopc.h"

/* ---- State --------------------------------------------------------------------------- */

/* The whole state of a run. */
struct nested {
    struct loopc_run loopc; /* the runtime's own */
};

/* ---- Bodies -------------------------------------------------------------------------- */

/* Outer.before_step (spec.lua:2) */
static LOOPC_NOINLINE void Outer_before_step(void)
{
    puts("before_step");
}

/* Outer.on_step (spec.lua:3) */
static LOOPC_NOINLINE void Outer_on_step(void)
{
    puts("on_step");
}

/* Inner.before_iteration (spec.lua:16) */
static LOOPC_NOINLINE void Inner_before_iteration(void)
{
    puts("before_iteration");
}

/* Inner.on_iteration (spec.lua:17) */
static LOOPC_NOINLINE void Inner_on_iteration(void)
{
    puts("on_iteration");
}

/* Inner.after_iteration (spec.lua:18) */
static LOOPC_NOINLINE void Inner_after_iteration(void)
{
    puts("after_iteration");
}

/* Inner.finally_iteration (spec.lua:20) */
static LOOPC_NOINLINE void Inner_finally_iteration(void)
{
    puts("finally_iteration");
}

/* FailingInner.on_force_fail (spec.lua:24) */
static LOOPC_NOINLINE int FailingInner_on_force_fail(struct nested *s)
{
    puts("on_force_fail");
    return loopc_fail(&s->loopc, "FailingInner.on_force_fail", "forced");
}

/* Outer.after_step (spec.lua:4) */
static LOOPC_NOINLINE void Outer_after_step(void)
{
    puts("after_step");
}

/* Outer.failed_step (spec.lua:5) */
static LOOPC_NOINLINE void Outer_failed_step(void)
{
    puts("failed_step");
}

/* Outer.finally_step (spec.lua:6) */
static LOOPC_NOINLINE void Outer_finally_step(void)
{
    puts("finally_step");
}

/* Outer.before_jump (spec.lua:7) */
static LOOPC_NOINLINE void Outer_before_jump(void)
{
    puts("before_jump");
}

/* Outer.on_jump (spec.lua:8) */
static LOOPC_NOINLINE void Outer_on_jump(void)
{
    puts("on_jump");
}

/* Outer.after_jump (spec.lua:9) */
static LOOPC_NOINLINE void Outer_after_jump(void)
{
    puts("after_jump");
}

/* Outer.finally_jump (spec.lua:11) */
static LOOPC_NOINLINE void Outer_finally_jump(void)
{
    puts("finally_jump");
}

/* ---- Run ----------------------------------------------------------------------------- */

/* Trace points: loops, phases and steps, as --timings and --trace know them. */
#define TRACE_POINTS(POINT)                                                                        \
    POINT(P_Outer, -1, 'l', "Outer", NULL)                                                         \
    POINT(P_Outer_step, P_Outer, 'p', "Outer.step", NULL)                                          \
    POINT(P_Outer_before_step, P_Outer_step, 's', "Outer.before_step", NULL)                       \
    POINT(P_Outer_on_step, P_Outer_step, 's', "Outer.on_step", NULL)                               \
    POINT(P_Inner, P_Outer_step, 'l', "Inner", "Outer.on_step")                                    \
    POINT(P_Inner_iteration, P_Inner, 'p', "Inner.iteration", "Outer.on_step")                     \
    POINT(P_Inner_before_iteration, P_Inner_iteration, 's', "Inner.before_iteration",              \
          "Outer.on_step")                                                                         \
    POINT(P_Inner_on_iteration, P_Inner_iteration, 's', "Inner.on_iteration", "Outer.on_step")     \
    POINT(P_Inner_after_iteration, P_Inner_iteration, 's', "Inner.after_iteration",                \
          "Outer.on_step")                                                                         \
    POINT(P_Inner_finally_iteration, P_Inner_iteration, 's', "Inner.finally_iteration",            \
          "Outer.on_step")                                                                         \
    POINT(P_FailingInner, P_Inner_iteration, 'l', "FailingInner", "Inner.finally_iteration")       \
    POINT(P_FailingInner_force_fail, P_FailingInner, 'p', "FailingInner.force_fail",               \
          "Inner.finally_iteration")                                                               \
    POINT(P_FailingInner_on_force_fail, P_FailingInner_force_fail, 's',                            \
          "FailingInner.on_force_fail", "Inner.finally_iteration")                                 \
    POINT(P_Outer_after_step, P_Outer_step, 's', "Outer.after_step", NULL)                         \
    POINT(P_Inner_2, P_Outer_step, 'l', "Inner", "Outer.after_step")                               \
    POINT(P_Inner_iteration_2, P_Inner_2, 'p', "Inner.iteration", "Outer.after_step")              \
    POINT(P_Inner_before_iteration_2, P_Inner_iteration_2, 's', "Inner.before_iteration",          \
          "Outer.after_step")                                                                      \
    POINT(P_Inner_on_iteration_2, P_Inner_iteration_2, 's', "Inner.on_iteration",                  \
          "Outer.after_step")                                                                      \
    POINT(P_Inner_after_iteration_2, P_Inner_iteration_2, 's', "Inner.after_iteration",            \
          "Outer.after_step")                                                                      \
    POINT(P_Inner_finally_iteration_2, P_Inner_iteration_2, 's', "Inner.finally_iteration",        \
          "Outer.after_step")                                                                      \
    POINT(P_FailingInner_2, P_Inner_iteration_2, 'l', "FailingInner", "Inner.finally_iteration")   \
    POINT(P_FailingInner_force_fail_2, P_FailingInner_2, 'p', "FailingInner.force_fail",           \
          "Inner.finally_iteration")                                                               \
    POINT(P_FailingInner_on_force_fail_2, P_FailingInner_force_fail_2, 's',                        \
          "FailingInner.on_force_fail", "Inner.finally_iteration")                                 \
    POINT(P_Outer_failed_step, P_Outer_step, 's', "Outer.failed_step", NULL)                       \
    POINT(P_Outer_finally_step, P_Outer_step, 's', "Outer.finally_step", NULL)                     \
    POINT(P_Outer_jump, P_Outer, 'p', "Outer.jump", NULL)                                          \
    POINT(P_Outer_before_jump, P_Outer_jump, 's', "Outer.before_jump", NULL)                       \
    POINT(P_Outer_on_jump, P_Outer_jump, 's', "Outer.on_jump", NULL)                               \
    POINT(P_Outer_after_jump, P_Outer_jump, 's', "Outer.after_jump", NULL)                         \
    POINT(P_Outer_finally_jump, P_Outer_jump, 's', "Outer.finally_jump", NULL)                     \
    POINT(P_Inner_3, P_Outer_jump, 'l', "Inner", "Outer.finally_jump")                             \
    POINT(P_Inner_iteration_3, P_Inner_3, 'p', "Inner.iteration", "Outer.finally_jump")            \
    POINT(P_Inner_before_iteration_3, P_Inner_iteration_3, 's', "Inner.before_iteration",          \
          "Outer.finally_jump")                                                                    \
    POINT(P_Inner_on_iteration_3, P_Inner_iteration_3, 's', "Inner.on_iteration",                  \
          "Outer.finally_jump")                                                                    \
    POINT(P_Inner_after_iteration_3, P_Inner_iteration_3, 's', "Inner.after_iteration",            \
          "Outer.finally_jump")                                                                    \
    POINT(P_Inner_finally_iteration_3, P_Inner_iteration_3, 's', "Inner.finally_iteration",        \
          "Outer.finally_jump")                                                                    \
    POINT(P_FailingInner_3, P_Inner_iteration_3, 'l', "FailingInner", "Inner.finally_iteration")   \
    POINT(P_FailingInner_force_fail_3, P_FailingInner_3, 'p', "FailingInner.force_fail",           \
          "Inner.finally_iteration")                                                               \
    POINT(P_FailingInner_on_force_fail_3, P_FailingInner_force_fail_3, 's',                        \
          "FailingInner.on_force_fail", "Inner.finally_iteration")
enum { TRACE_POINTS(LOOPC_TRACE_POINT_NAME) };

/* Every step in the order in which it happens. `st` is the pending status: a failure, or a signal
 * that has not reached its target yet. */

/* FailingInner (spec.lua:22), on Inner.finally_iteration (3 places) */
static LOOPC_ALWAYS_INLINE int
FailingInner_on_Inner_finally_iteration_steps(struct nested *s, const bool instrumented,
                                              const int shift)
{
    int st = LOOPC_OK;

    /* FailingInner.force_fail (spec.lua:24) */
    if (instrumented) loopc_at(&s->loopc, P_FailingInner_on_force_fail + shift);
    if ((st = FailingInner_on_force_fail(s))) return st;
    if (instrumented) loopc_leave(&s->loopc, P_FailingInner + shift);
    return st;
}

static int FailingInner_on_Inner_finally_iteration_plain(struct nested *s)
{
    return FailingInner_on_Inner_finally_iteration_steps(s, false, 0);
}

static int FailingInner_on_Inner_finally_iteration_instrumented(struct nested *s, const int shift)
{
    return FailingInner_on_Inner_finally_iteration_steps(s, true, shift);
}

static LOOPC_ALWAYS_INLINE int
FailingInner_on_Inner_finally_iteration(struct nested *s, const bool instrumented, const int shift)
{
    return instrumented ? FailingInner_on_Inner_finally_iteration_instrumented(s, shift)
                        : FailingInner_on_Inner_finally_iteration_plain(s);
}

/* Inner (spec.lua:14), on Outer.finally_jump */
static LOOPC_ALWAYS_INLINE int Inner_on_Outer_finally_jump_steps(struct nested *s,
                                                                 const bool instrumented)
{
    int st = LOOPC_OK;

    /* Inner.iteration (spec.lua:16) */
    if (instrumented) loopc_at(&s->loopc, P_Inner_before_iteration_3);
    Inner_before_iteration();
    if (instrumented) loopc_at(&s->loopc, P_Inner_on_iteration_3);
    Inner_on_iteration();
    if (instrumented) loopc_at(&s->loopc, P_Inner_after_iteration_3);
    Inner_after_iteration();
    /* Inner.iteration finally (spec.lua:20) */
    if (instrumented) loopc_at(&s->loopc, P_Inner_finally_iteration_3);
    Inner_finally_iteration();
    st = loopc_merge_status(st,
                            loopc_propagate(&s->loopc,
                                            FailingInner_on_Inner_finally_iteration(
                                                s, instrumented, P_FailingInner_3 - P_FailingInner),
                                            "FailingInner", "Inner.finally_iteration"));
    if (st) return st;
    if (instrumented) loopc_leave(&s->loopc, P_Inner_3);
    return st;
}

static int Inner_on_Outer_finally_jump_plain(struct nested *s)
{
    return Inner_on_Outer_finally_jump_steps(s, false);
}

static int Inner_on_Outer_finally_jump_instrumented(struct nested *s)
{
    return Inner_on_Outer_finally_jump_steps(s, true);
}

static LOOPC_ALWAYS_INLINE int Inner_on_Outer_finally_jump(struct nested *s,
                                                           const bool instrumented)
{
    return instrumented ? Inner_on_Outer_finally_jump_instrumented(s)
                        : Inner_on_Outer_finally_jump_plain(s);
}

static LOOPC_ALWAYS_INLINE int nested_steps(struct nested *s, const bool instrumented)
{
    int st = LOOPC_OK;

    /* Outer (spec.lua:1) */
    /* Outer.step (spec.lua:2) */
    if (instrumented) loopc_at(&s->loopc, P_Outer_before_step);
    Outer_before_step();
    if (instrumented) loopc_at(&s->loopc, P_Outer_on_step);
    Outer_on_step();

    /* Inner.iteration (spec.lua:16), on Outer.on_step */
    if (instrumented) loopc_at(&s->loopc, P_Inner_before_iteration);
    Inner_before_iteration();
    if (instrumented) loopc_at(&s->loopc, P_Inner_on_iteration);
    Inner_on_iteration();
    if (instrumented) loopc_at(&s->loopc, P_Inner_after_iteration);
    Inner_after_iteration();
    /* Inner.iteration finally (spec.lua:20) */
    if (instrumented) loopc_at(&s->loopc, P_Inner_finally_iteration);
    Inner_finally_iteration();
    st = loopc_merge_status(
        st, loopc_propagate(&s->loopc, FailingInner_on_Inner_finally_iteration(s, instrumented, 0),
                            "FailingInner", "Inner.finally_iteration"));
    if (instrumented) loopc_leave(&s->loopc, P_Inner_iteration);
    if ((st = loopc_propagate(&s->loopc, st, "Inner", "Outer.on_step"))) goto Outer_step_end;
    if (instrumented) loopc_at(&s->loopc, P_Outer_after_step);
    Outer_after_step();

    /* Inner.iteration (spec.lua:16), on Outer.after_step */
    if (instrumented) loopc_at(&s->loopc, P_Inner_before_iteration_2);
    Inner_before_iteration();
    if (instrumented) loopc_at(&s->loopc, P_Inner_on_iteration_2);
    Inner_on_iteration();
    if (instrumented) loopc_at(&s->loopc, P_Inner_after_iteration_2);
    Inner_after_iteration();
    /* Inner.iteration finally (spec.lua:20) */
    if (instrumented) loopc_at(&s->loopc, P_Inner_finally_iteration_2);
    Inner_finally_iteration();
    st = loopc_merge_status(st,
                            loopc_propagate(&s->loopc,
                                            FailingInner_on_Inner_finally_iteration(
                                                s, instrumented, P_FailingInner_2 - P_FailingInner),
                                            "FailingInner", "Inner.finally_iteration"));
    if (instrumented) loopc_leave(&s->loopc, P_Inner_iteration_2);
    st = loopc_propagate(&s->loopc, st, "Inner", "Outer.after_step");
    if (instrumented) loopc_leave(&s->loopc, P_Inner_2);
Outer_step_end: /* failed, then finally (spec.lua:5) */
    if (st == LOOPC_FAILED) {
        if (instrumented) loopc_at(&s->loopc, P_Outer_failed_step);
        Outer_failed_step();
    }
    if (instrumented) loopc_at(&s->loopc, P_Outer_finally_step);
    Outer_finally_step();
    if (st) return st;

    /* Outer.jump (spec.lua:7) */
    if (instrumented) loopc_at(&s->loopc, P_Outer_before_jump);
    Outer_before_jump();
    if (instrumented) loopc_at(&s->loopc, P_Outer_on_jump);
    Outer_on_jump();
    if (instrumented) loopc_at(&s->loopc, P_Outer_after_jump);
    Outer_after_jump();
    /* Outer.jump finally (spec.lua:11) */
    if (instrumented) loopc_at(&s->loopc, P_Outer_finally_jump);
    Outer_finally_jump();
    st = loopc_merge_status(st,
                            loopc_propagate(&s->loopc, Inner_on_Outer_finally_jump(s, instrumented),
                                            "Inner", "Outer.finally_jump"));
    return st;
}

static int nested_run(void *state)
{
    return nested_steps(state, false);
}

static int nested_run_instrumented(void *state)
{
    return nested_steps(state, true);
}

/* ---- Tables -------------------------------------------------------------------------- */

static const struct loopc_trace_point trace_points[] = {TRACE_POINTS(LOOPC_TRACE_POINT)};

static const struct loopc_program program = {
    .name = "nested",
    .size = sizeof(struct nested),
    LOOPC_TABLE(trace_points, trace_point_count, trace_points),
    .run = nested_run,
    .run_instrumented = nested_run_instrumented,
};

int main(int argc, char **argv)
{
    return loopc_main(&program, argc, argv);
}
