/* nested: a trainer, flattened from spec.lua
 * Made by loopc from spec.lua; change that, not this.
 *
 *   Outer (spec.lua:1): step, jump
 *   Inner (spec.lua:14): iteration; on Outer.on_step, Outer.after_step, Outer.finally_jump
 *   FailingInner (spec.lua:22): force_fail; on Inner.finally_iteration */
#include "loopc.h"

/* All that a run of this trainer knows. */
struct nested {
    struct loopc_run loopc; /* what the runtime keeps of a run */
};

/* Outer.before_step (spec.lua:2) */
LOOPC_BODY void Outer_before_step(void)
{
    puts("before_step");
}

/* Outer.on_step (spec.lua:3) */
LOOPC_BODY void Outer_on_step(void)
{
    puts("on_step");
}

/* Inner.before_iteration (spec.lua:16) */
LOOPC_BODY void Inner_before_iteration(void)
{
    puts("before_iteration");
}

/* Inner.on_iteration (spec.lua:17) */
LOOPC_BODY void Inner_on_iteration(void)
{
    puts("on_iteration");
}

/* Inner.after_iteration (spec.lua:18) */
LOOPC_BODY void Inner_after_iteration(void)
{
    puts("after_iteration");
}

/* Inner.finally_iteration (spec.lua:20) */
LOOPC_BODY void Inner_finally_iteration(void)
{
    puts("finally_iteration");
}

/* FailingInner.on_force_fail (spec.lua:24) */
LOOPC_BODY int FailingInner_on_force_fail(struct nested *s)
{
    puts("on_force_fail");
    return loopc_fail(&s->loopc, "FailingInner.on_force_fail", "forced");
}

/* Outer.after_step (spec.lua:4) */
LOOPC_BODY void Outer_after_step(void)
{
    puts("after_step");
}

/* Outer.failed_step (spec.lua:5) */
LOOPC_BODY void Outer_failed_step(void)
{
    puts("failed_step");
}

/* Outer.finally_step (spec.lua:6) */
LOOPC_BODY void Outer_finally_step(void)
{
    puts("finally_step");
}

/* Outer.before_jump (spec.lua:7) */
LOOPC_BODY void Outer_before_jump(void)
{
    puts("before_jump");
}

/* Outer.on_jump (spec.lua:8) */
LOOPC_BODY void Outer_on_jump(void)
{
    puts("on_jump");
}

/* Outer.after_jump (spec.lua:9) */
LOOPC_BODY void Outer_after_jump(void)
{
    puts("after_jump");
}

/* Outer.finally_jump (spec.lua:11) */
LOOPC_BODY void Outer_finally_jump(void)
{
    puts("finally_jump");
}

/* The run: every step in the order in which it happens. `st` is what is pending: a failure, or a
 * signal on its way to its target; each phase hands it on when its failed and finally parts are
 * done. */

/* Inner (spec.lua:14), on Outer.finally_jump */
static int Inner_on_Outer_finally_jump(struct nested *s)
{
    int st = LOOPC_OK;

    /* Inner.iteration (spec.lua:16) */
    Inner_before_iteration();
    Inner_on_iteration();
    Inner_after_iteration();
    /* Inner.iteration finally (spec.lua:20) */
    Inner_finally_iteration();
    st = loopc_merge_status(st, loopc_propagate(&s->loopc, FailingInner_on_force_fail(s),
                                                "FailingInner", "Inner.finally_iteration"));
    return st;
}

static int nested_run(void *state)
{
    struct nested *const s = state;
    int st = LOOPC_OK;

    /* Outer (spec.lua:1) */
    /* Outer.step (spec.lua:2) */
    Outer_before_step();
    Outer_on_step();

    /* Inner.iteration (spec.lua:16), on Outer.on_step */
    Inner_before_iteration();
    Inner_on_iteration();
    Inner_after_iteration();
    /* Inner.iteration finally (spec.lua:20) */
    Inner_finally_iteration();
    st = loopc_merge_status(st, loopc_propagate(&s->loopc, FailingInner_on_force_fail(s),
                                                "FailingInner", "Inner.finally_iteration"));
    if ((st = loopc_propagate(&s->loopc, st, "Inner", "Outer.on_step"))) goto Outer_step_end;
    Outer_after_step();

    /* Inner.iteration (spec.lua:16), on Outer.after_step */
    Inner_before_iteration();
    Inner_on_iteration();
    Inner_after_iteration();
    /* Inner.iteration finally (spec.lua:20) */
    Inner_finally_iteration();
    st = loopc_merge_status(st, loopc_propagate(&s->loopc, FailingInner_on_force_fail(s),
                                                "FailingInner", "Inner.finally_iteration"));
    st = loopc_propagate(&s->loopc, st, "Inner", "Outer.after_step");
Outer_step_end: /* failed, then finally (spec.lua:5) */
    if (st == LOOPC_FAILED) Outer_failed_step();
    Outer_finally_step();
    if (st) return st;

    /* Outer.jump (spec.lua:7) */
    Outer_before_jump();
    Outer_on_jump();
    Outer_after_jump();
    /* Outer.jump finally (spec.lua:11) */
    Outer_finally_jump();
    st = loopc_merge_status(st, loopc_propagate(&s->loopc, Inner_on_Outer_finally_jump(s), "Inner",
                                                "Outer.finally_jump"));
    return st;
}

/* The same run, watched: --timings and --trace run this one. Places are numbered as in their
 * table. */

/* FailingInner (spec.lua:22), on Inner.finally_iteration */
static int FailingInner_on_Inner_finally_iteration_instrumented(struct nested *s)
{
    int st = LOOPC_OK;

    loopc_enter(&s->loopc, 10);

    /* FailingInner.force_fail (spec.lua:24) */
    loopc_enter(&s->loopc, 11);
    loopc_at(&s->loopc, 12);
    st = FailingInner_on_force_fail(s);
    loopc_leave(&s->loopc, 11);
    if (st) return st;
    loopc_leave(&s->loopc, 10);
    return st;
}

/* FailingInner (spec.lua:22), on Inner.finally_iteration */
static int FailingInner_on_Inner_finally_iteration_2_instrumented(struct nested *s)
{
    int st = LOOPC_OK;

    loopc_enter(&s->loopc, 20);

    /* FailingInner.force_fail (spec.lua:24) */
    loopc_enter(&s->loopc, 21);
    loopc_at(&s->loopc, 22);
    st = FailingInner_on_force_fail(s);
    loopc_leave(&s->loopc, 21);
    if (st) return st;
    loopc_leave(&s->loopc, 20);
    return st;
}

/* FailingInner (spec.lua:22), on Inner.finally_iteration */
static int FailingInner_on_Inner_finally_iteration_3_instrumented(struct nested *s)
{
    int st = LOOPC_OK;

    loopc_enter(&s->loopc, 36);

    /* FailingInner.force_fail (spec.lua:24) */
    loopc_enter(&s->loopc, 37);
    loopc_at(&s->loopc, 38);
    st = FailingInner_on_force_fail(s);
    loopc_leave(&s->loopc, 37);
    if (st) return st;
    loopc_leave(&s->loopc, 36);
    return st;
}

/* Inner (spec.lua:14), on Outer.finally_jump */
static int Inner_on_Outer_finally_jump_instrumented(struct nested *s)
{
    int st = LOOPC_OK;

    loopc_enter(&s->loopc, 30);

    /* Inner.iteration (spec.lua:16) */
    loopc_enter(&s->loopc, 31);
    loopc_at(&s->loopc, 32);
    Inner_before_iteration();
    loopc_at(&s->loopc, 33);
    Inner_on_iteration();
    loopc_at(&s->loopc, 34);
    Inner_after_iteration();
    /* Inner.iteration finally (spec.lua:20) */
    loopc_at(&s->loopc, 35);
    Inner_finally_iteration();
    st = loopc_merge_status(
        st, loopc_propagate(&s->loopc, FailingInner_on_Inner_finally_iteration_3_instrumented(s),
                            "FailingInner", "Inner.finally_iteration"));
    loopc_leave(&s->loopc, 31);
    if (st) return st;
    loopc_leave(&s->loopc, 30);
    return st;
}

static int nested_instrumented(void *state)
{
    struct nested *const s = state;
    int st = LOOPC_OK;

    /* Outer (spec.lua:1) */
    loopc_enter(&s->loopc, 0);

    /* Outer.step (spec.lua:2) */
    loopc_enter(&s->loopc, 1);
    loopc_at(&s->loopc, 2);
    Outer_before_step();
    loopc_at(&s->loopc, 3);
    Outer_on_step();
    loopc_enter(&s->loopc, 4);

    /* Inner.iteration (spec.lua:16), on Outer.on_step */
    loopc_enter(&s->loopc, 5);
    loopc_at(&s->loopc, 6);
    Inner_before_iteration();
    loopc_at(&s->loopc, 7);
    Inner_on_iteration();
    loopc_at(&s->loopc, 8);
    Inner_after_iteration();
    /* Inner.iteration finally (spec.lua:20) */
    loopc_at(&s->loopc, 9);
    Inner_finally_iteration();
    st = loopc_merge_status(
        st, loopc_propagate(&s->loopc, FailingInner_on_Inner_finally_iteration_instrumented(s),
                            "FailingInner", "Inner.finally_iteration"));
    loopc_leave(&s->loopc, 5);
    if ((st = loopc_propagate(&s->loopc, st, "Inner", "Outer.on_step"))) goto Outer_step_end;
    loopc_leave(&s->loopc, 4);
    loopc_at(&s->loopc, 13);
    Outer_after_step();
    loopc_enter(&s->loopc, 14);

    /* Inner.iteration (spec.lua:16), on Outer.after_step */
    loopc_enter(&s->loopc, 15);
    loopc_at(&s->loopc, 16);
    Inner_before_iteration();
    loopc_at(&s->loopc, 17);
    Inner_on_iteration();
    loopc_at(&s->loopc, 18);
    Inner_after_iteration();
    /* Inner.iteration finally (spec.lua:20) */
    loopc_at(&s->loopc, 19);
    Inner_finally_iteration();
    st = loopc_merge_status(
        st, loopc_propagate(&s->loopc, FailingInner_on_Inner_finally_iteration_2_instrumented(s),
                            "FailingInner", "Inner.finally_iteration"));
    loopc_leave(&s->loopc, 15);
    st = loopc_propagate(&s->loopc, st, "Inner", "Outer.after_step");
    loopc_leave(&s->loopc, 14);
Outer_step_end: /* failed, then finally (spec.lua:5) */
    if (st == LOOPC_FAILED) {
        loopc_at(&s->loopc, 23);
        Outer_failed_step();
    }
    loopc_at(&s->loopc, 24);
    Outer_finally_step();
    loopc_leave(&s->loopc, 1);
    if (st) return st;

    /* Outer.jump (spec.lua:7) */
    loopc_enter(&s->loopc, 25);
    loopc_at(&s->loopc, 26);
    Outer_before_jump();
    loopc_at(&s->loopc, 27);
    Outer_on_jump();
    loopc_at(&s->loopc, 28);
    Outer_after_jump();
    /* Outer.jump finally (spec.lua:11) */
    loopc_at(&s->loopc, 29);
    Outer_finally_jump();
    st = loopc_merge_status(st,
                            loopc_propagate(&s->loopc, Inner_on_Outer_finally_jump_instrumented(s),
                                            "Inner", "Outer.finally_jump"));
    loopc_leave(&s->loopc, 25);
    if (st) return st;
    loopc_leave(&s->loopc, 0);
    return st;
}

/* The places of the run, for --timings and --trace. */
static const struct loopc_trace_point places[] = {
    {"Outer", NULL, -1, 'l'},
    {"Outer.step", NULL, 0, 'p'},
    {"Outer.before_step", NULL, 1, 's'},
    {"Outer.on_step", NULL, 1, 's'},
    {"Inner", "Outer.on_step", 1, 'l'},
    {"Inner.iteration", "Outer.on_step", 4, 'p'},
    {"Inner.before_iteration", "Outer.on_step", 5, 's'},
    {"Inner.on_iteration", "Outer.on_step", 5, 's'},
    {"Inner.after_iteration", "Outer.on_step", 5, 's'},
    {"Inner.finally_iteration", "Outer.on_step", 5, 's'},
    {"FailingInner", "Inner.finally_iteration", 5, 'l'},
    {"FailingInner.force_fail", "Inner.finally_iteration", 10, 'p'},
    {"FailingInner.on_force_fail", "Inner.finally_iteration", 11, 's'},
    {"Outer.after_step", NULL, 1, 's'},
    {"Inner", "Outer.after_step", 1, 'l'},
    {"Inner.iteration", "Outer.after_step", 14, 'p'},
    {"Inner.before_iteration", "Outer.after_step", 15, 's'},
    {"Inner.on_iteration", "Outer.after_step", 15, 's'},
    {"Inner.after_iteration", "Outer.after_step", 15, 's'},
    {"Inner.finally_iteration", "Outer.after_step", 15, 's'},
    {"FailingInner", "Inner.finally_iteration", 15, 'l'},
    {"FailingInner.force_fail", "Inner.finally_iteration", 20, 'p'},
    {"FailingInner.on_force_fail", "Inner.finally_iteration", 21, 's'},
    {"Outer.failed_step", NULL, 1, 's'},
    {"Outer.finally_step", NULL, 1, 's'},
    {"Outer.jump", NULL, 0, 'p'},
    {"Outer.before_jump", NULL, 25, 's'},
    {"Outer.on_jump", NULL, 25, 's'},
    {"Outer.after_jump", NULL, 25, 's'},
    {"Outer.finally_jump", NULL, 25, 's'},
    {"Inner", "Outer.finally_jump", 25, 'l'},
    {"Inner.iteration", "Outer.finally_jump", 30, 'p'},
    {"Inner.before_iteration", "Outer.finally_jump", 31, 's'},
    {"Inner.on_iteration", "Outer.finally_jump", 31, 's'},
    {"Inner.after_iteration", "Outer.finally_jump", 31, 's'},
    {"Inner.finally_iteration", "Outer.finally_jump", 31, 's'},
    {"FailingInner", "Inner.finally_iteration", 31, 'l'},
    {"FailingInner.force_fail", "Inner.finally_iteration", 36, 'p'},
    {"FailingInner.on_force_fail", "Inner.finally_iteration", 37, 's'},
};

static const struct loopc_program program = {
    .name = "nested",
    .size = sizeof(struct nested),
    .trace_points = places,
    .trace_point_count = sizeof places / sizeof places[0],
    .run = nested_run,
    .run_instrumented = nested_instrumented,
};

int main(int argc, char **argv)
{
    return loopc_main(&program, argc, argv);
}
