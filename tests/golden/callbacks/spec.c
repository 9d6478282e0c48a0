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

/* All that a run of this trainer knows. */
struct callbacks {
    struct loopc_run loopc; /* what the runtime keeps of a run */
};

/* first.before_step (spec.lua:13) */
LOOPC_BODY void first_before_step(void)
{
    puts("first");
}

/* second.before_step (spec.lua:14) */
LOOPC_BODY void second_before_step(void)
{
    puts("second");
}

/* late.before_step (spec.lua:12) */
LOOPC_BODY void late_before_step(void)
{
    puts("late");
}

/* Outer.on_step (spec.lua:5) */
LOOPC_BODY void Outer_on_step(void)
{
    puts("step");
}

/* second.step (spec.lua:14) */
LOOPC_BODY void second_step(void)
{
    puts("right after step");
}

/* Inner.on_work (spec.lua:10) */
LOOPC_BODY void Inner_on_work(void)
{
    puts("work");
}

/* everywhere.work (spec.lua:15) */
LOOPC_BODY void everywhere_work(void)
{
    puts("everywhere");
}

/* narrow.work (spec.lua:16) */
LOOPC_BODY void narrow_work(void)
{
    puts("only at rest");
}

/* The run: every step in the order in which it happens. `st` is what is pending: a failure, or a
 * signal on its way to its target; each phase hands it on when its failed and finally parts are
 * done. */

static int callbacks_run(void *state)
{
    (void)state; /* nothing here touches the state */

    /* Outer (spec.lua:3) */
    /* Outer.step (spec.lua:4) */
    first_before_step();
    second_before_step();
    late_before_step();
    Outer_on_step();
    second_step();

    /* Inner.work (spec.lua:10), on Outer.on_step */
    Inner_on_work();
    everywhere_work();

    /* Outer.rest (spec.lua:7) */
    /* Inner.work (spec.lua:10), on Outer.on_rest */
    Inner_on_work();
    everywhere_work();
    narrow_work();
    return LOOPC_OK;
}

/* The same run, watched: --timings and --trace run this one. Places are numbered as in their
 * table. */

static int callbacks_instrumented(void *state)
{
    struct callbacks *const s = state;

    /* Outer (spec.lua:3) */
    loopc_enter(&s->loopc, 0);

    /* Outer.step (spec.lua:4) */
    loopc_enter(&s->loopc, 1);
    loopc_at(&s->loopc, 2);
    first_before_step();
    loopc_at(&s->loopc, 3);
    second_before_step();
    loopc_at(&s->loopc, 4);
    late_before_step();
    loopc_at(&s->loopc, 5);
    Outer_on_step();
    loopc_at(&s->loopc, 6);
    second_step();
    loopc_enter(&s->loopc, 7);

    /* Inner.work (spec.lua:10), on Outer.on_step */
    loopc_enter(&s->loopc, 8);
    loopc_at(&s->loopc, 9);
    Inner_on_work();
    loopc_at(&s->loopc, 10);
    everywhere_work();
    loopc_leave(&s->loopc, 8);
    loopc_leave(&s->loopc, 7);
    loopc_leave(&s->loopc, 1);

    /* Outer.rest (spec.lua:7) */
    loopc_enter(&s->loopc, 11);
    loopc_enter(&s->loopc, 12);

    /* Inner.work (spec.lua:10), on Outer.on_rest */
    loopc_enter(&s->loopc, 13);
    loopc_at(&s->loopc, 14);
    Inner_on_work();
    loopc_at(&s->loopc, 15);
    everywhere_work();
    loopc_at(&s->loopc, 16);
    narrow_work();
    loopc_leave(&s->loopc, 13);
    loopc_leave(&s->loopc, 12);
    loopc_leave(&s->loopc, 11);
    loopc_leave(&s->loopc, 0);
    return LOOPC_OK;
}

/* The places of the run, for --timings and --trace. */
static const struct loopc_trace_point places[] = {
    {"Outer", NULL, -1, 'l'},
    {"Outer.step", NULL, 0, 'p'},
    {"first.before_step", "Outer.before_step", 1, 's'},
    {"second.before_step", "Outer.before_step", 1, 's'},
    {"late.before_step", "Outer.before_step", 1, 's'},
    {"Outer.on_step", NULL, 1, 's'},
    {"second.step", "Outer.on_step", 1, 's'},
    {"Inner", "Outer.on_step", 1, 'l'},
    {"Inner.work", "Outer.on_step", 7, 'p'},
    {"Inner.on_work", "Outer.on_step", 8, 's'},
    {"everywhere.work", "Inner.on_work", 8, 's'},
    {"Outer.rest", NULL, 0, 'p'},
    {"Inner", "Outer.on_rest", 11, 'l'},
    {"Inner.work", "Outer.on_rest", 12, 'p'},
    {"Inner.on_work", "Outer.on_rest", 13, 's'},
    {"everywhere.work", "Inner.on_work", 13, 's'},
    {"narrow.work", "Inner.on_work", 13, 's'},
};

static const struct loopc_program program = {
    .name = "callbacks",
    .size = sizeof(struct callbacks),
    .trace_points = places,
    .trace_point_count = sizeof places / sizeof places[0],
    .run = callbacks_run,
    .run_instrumented = callbacks_instrumented,
};

int main(int argc, char **argv)
{
    return loopc_main(&program, argc, argv);
}
