/* recovery: a trainer, flattened from spec.lua
 * Made by loopc from spec.lua; change that, not this.
 *
 *   Fit (spec.lua:3): epoch, check, until $epoch >= $epochs
 *   Train (spec.lua:19): batch, times $epochs - 1; on Fit.on_epoch
 *   Cleanup (spec.lua:34): sweep, 2 times; on Fit.failed_epoch, Fit.finally_epoch
 *   log (spec.lua:41): callback on Fit.finally_epoch, Train.after_batch */
#include "loopc.h"

/* Signals with a named target. */
enum { STOP_Fit = LOOPC_FIRST_TARGET, CANCEL_Fit_epoch };

/* Where a run can be saved and resumed: between two iterations of a loop. */
enum { AT_START, AT_Fit, AT_Fit_END, AT_Train };

/* What each place of Train has for itself. */
struct Train_site {
    uint64_t visits; /* spec.lua:23 */
};

/* All that a run of this trainer knows. */
struct recovery {
    struct loopc_run loopc;                  /* what the runtime keeps of a run */
    float loss;                              /* spec.lua:50 */
    int64_t fail_at;                         /* spec.lua:50 */
    struct Train_site Train_on_Fit_on_epoch; /* on Fit.on_epoch */
    struct {
        int64_t iteration; /* iterations completed since entry */
        int64_t total;     /* iterations completed since the program first started */
        int64_t epoch;     /* spec.lua:7 */
        int64_t epochs;    /* how many epochs (spec.lua:7) */
    } Fit;
    struct {
        int64_t iteration; /* iterations completed since entry */
        int64_t total;     /* iterations completed since the program first started */
        int64_t times;     /* iterations to do, since entry */
    } Train;
    struct {               /* made anew for every iteration of Train */
        float rate;        /* spec.lua:22 */
        int32_t counts[4]; /* spec.lua:22 */
    } Train_batch;
    struct {
        int64_t iteration; /* iterations completed since entry */
        int64_t total;     /* iterations completed since the program first started */
        int64_t times;     /* iterations to do, since entry */
    } Cleanup;
    struct {
        int32_t lines; /* spec.lua:43 */
    } log;
};

/* Fit.on_skip (spec.lua:6) */
LOOPC_BODY void Fit_on_skip(void)
{
    puts("skipped");
}

/* Fit.before_run (spec.lua:8) */
LOOPC_BODY void Fit_before_run(void)
{
    puts("start");
}

/* Fit.before_epoch (spec.lua:9) */
LOOPC_LEAF int Fit_before_epoch(struct recovery *s)
{
    if (s->Fit.epoch == s->fail_at)
        return loopc_fail(&s->loopc, "Fit.before_epoch", "epoch %d", (int)s->Fit.epoch);
    return LOOPC_OK;
}

/* Train.on_batch (spec.lua:24) */
LOOPC_LEAF int Train_on_batch(struct recovery *s, struct Train_site *Train_site)
{
    Train_site->visits++;
    s->Train_batch.counts[0]++;
    s->loss *= s->Train_batch.rate; /* $x stays as it is */
    if (s->loss < 0.01f) return STOP_Fit;
    if (Train_site->visits == 2) return CANCEL_Fit_epoch;
    return LOOPC_OK;
}

/* log.after_batch (spec.lua:44) */
LOOPC_BODY void log_after_batch(struct recovery *s)
{
    printf("%d: loss %g\n", ++s->log.lines, (double)s->loss);
}

/* Fit.after_epoch (spec.lua:11) */
LOOPC_LEAF void Fit_after_epoch(struct recovery *s)
{
    s->Fit.epoch++;
}

/* Fit.failed_epoch (spec.lua:12) */
LOOPC_LEAF int Fit_failed_epoch(struct recovery *s)
{
    s->Fit.epoch++;
    return LOOPC_RECOVERED;
}

/* Cleanup.on_sweep (spec.lua:37) */
LOOPC_BODY int Cleanup_on_sweep(struct recovery *s)
{
    if (s->Cleanup.iteration == 0) return LOOPC_CANCEL;
    puts("sweep");
    return LOOPC_OK;
}

/* Cleanup.finally_sweep (spec.lua:38) */
LOOPC_BODY void Cleanup_finally_sweep(void)
{
    puts("swept");
}

/* Fit.finally_epoch (spec.lua:13) */
LOOPC_BODY void Fit_finally_epoch(void)
{
    puts("end of epoch");
}

/* log.finally_epoch (spec.lua:45) */
LOOPC_LEAF int log_finally_epoch(struct recovery *s)
{
    if (s->Fit.epoch > 5) return loopc_fail(&s->loopc, "log.finally_epoch", "late");
    return LOOPC_OK;
}

/* Fit.on_check (spec.lua:14) */
LOOPC_LEAF int Fit_on_check(struct recovery *s)
{
    if (s->loss < 0.1f) return LOOPC_STOP;
    return LOOPC_OK;
}

/* Fit.after_run (spec.lua:15) */
LOOPC_BODY void Fit_after_run(void)
{
    puts("done");
}

/* Fit.finally_run (spec.lua:16) */
LOOPC_BODY void Fit_finally_run(void)
{
    puts("bye");
}

/* The run: every step in the order in which it happens. `st` is what is pending: a failure, or a
 * signal on its way to its target; each phase hands it on when its failed and finally parts are
 * done. */

/* Cleanup (spec.lua:34), on Fit.failed_epoch, Fit.finally_epoch */
static void Cleanup_on_Fit_failed_epoch(struct recovery *s)
{
    int st = LOOPC_OK;

    for (s->Cleanup.iteration = 0; s->Cleanup.iteration < 2;
         s->Cleanup.iteration++, s->Cleanup.total++) {
        loopc_poll_masked(&s->loopc);

        /* Cleanup.sweep (spec.lua:37) */
        st = Cleanup_on_sweep(s);
        /* Cleanup.sweep finally (spec.lua:38) */
        Cleanup_finally_sweep();
        if (st == LOOPC_CANCEL) st = LOOPC_OK;
    }
}

static int recovery_run(void *state)
{
    struct recovery *const s = state;
    int st = LOOPC_OK;

    switch (s->loopc.resume_at) { /* AT_START, or where a resumed run was saved */
    case AT_Fit:
        s->loopc.resume_at = AT_START;
        goto Fit_resumed;
    case AT_Train:
        s->loopc.resume_at = AT_START;
        goto Train_resumed;
    case AT_Fit_END:
        s->loopc.resume_at = AT_START;
        if (!(s->Fit.epoch >= s->Fit.epochs)) goto Fit_resumed;
        goto Fit_ended;
    }

    /* Fit (spec.lua:3) */
    if (s->Fit.epochs == 0) {
        Fit_on_skip();
    } else {
        s->Fit.iteration = 0;

        /* Fit.run (spec.lua:8) */
        Fit_before_run();
        for (; !(s->Fit.epoch >= s->Fit.epochs); s->Fit.iteration++, s->Fit.total++) {
            if ((st = loopc_poll(&s->loopc, AT_Fit))) break;
        Fit_resumed:
            /* Fit.epoch (spec.lua:9) */
            if ((st = Fit_before_epoch(s))) goto Fit_epoch_end;
            s->Train.times = (int64_t)(s->Fit.epochs - 1);
            for (s->Train.iteration = 0; s->Train.iteration < s->Train.times;
                 s->Train.iteration++, s->Train.total++) {
                if ((st = loopc_poll(&s->loopc, AT_Train))) break;
            Train_resumed:
                memset(&s->Train_batch, 0, sizeof s->Train_batch);
                s->Train_batch.rate = 0.5f;

                /* Train.batch (spec.lua:24), on Fit.on_epoch */
                if ((st = Train_on_batch(s, &s->Train_on_Fit_on_epoch))) goto Train_batch_end;
                log_after_batch(s);
            Train_batch_end:
                if (st) break;
            }
            if (st) goto Fit_epoch_end;
            Fit_after_epoch(s);
        Fit_epoch_end: /* failed, then finally (spec.lua:12) */
            if (st == LOOPC_FAILED) {
                int handled = Fit_failed_epoch(s);
                Cleanup_on_Fit_failed_epoch(s);
                if (handled == LOOPC_RECOVERED) st = loopc_recover(&s->loopc, "Fit");
            }
            Fit_finally_epoch();
            Cleanup_on_Fit_failed_epoch(s);
            st = loopc_merge_status(
                st, loopc_propagate(&s->loopc, log_finally_epoch(s), "log", "Fit.finally_epoch"));
            if (st == CANCEL_Fit_epoch) st = LOOPC_OK;
            if (st) break;

            /* Fit.check (spec.lua:14) */
            st = Fit_on_check(s);
            if (st) break;
        }
    Fit_ended:
        if (!st) st = loopc_ended(&s->loopc, AT_Fit_END);
        if (st == LOOPC_STOP || st == STOP_Fit) st = LOOPC_OK;
        if (st) goto Fit_run_end;
        Fit_after_run();
    Fit_run_end: /* finally (spec.lua:16) */
        Fit_finally_run();
        if (st) return st;
    }
    return st;
}

/* The same run, watched: --timings and --trace run this one. Places are numbered as in their
 * table. */

/* Cleanup (spec.lua:34), on Fit.failed_epoch */
static void Cleanup_on_Fit_failed_epoch_instrumented(struct recovery *s)
{
    int st = LOOPC_OK;

    loopc_enter(&s->loopc, 12);
    for (s->Cleanup.iteration = 0; s->Cleanup.iteration < 2;
         s->Cleanup.iteration++, s->Cleanup.total++) {
        loopc_poll_masked(&s->loopc);

        /* Cleanup.sweep (spec.lua:37) */
        loopc_enter(&s->loopc, 13);
        loopc_at(&s->loopc, 14);
        st = Cleanup_on_sweep(s);
        /* Cleanup.sweep finally (spec.lua:38) */
        loopc_at(&s->loopc, 15);
        Cleanup_finally_sweep();
        if (st == LOOPC_CANCEL) st = LOOPC_OK;
        loopc_leave(&s->loopc, 13);
    }
    loopc_leave(&s->loopc, 12);
}

/* Cleanup (spec.lua:34), on Fit.finally_epoch */
static void Cleanup_on_Fit_finally_epoch_instrumented(struct recovery *s)
{
    int st = LOOPC_OK;

    loopc_enter(&s->loopc, 17);
    for (s->Cleanup.iteration = 0; s->Cleanup.iteration < 2;
         s->Cleanup.iteration++, s->Cleanup.total++) {
        loopc_poll_masked(&s->loopc);

        /* Cleanup.sweep (spec.lua:37) */
        loopc_enter(&s->loopc, 18);
        loopc_at(&s->loopc, 19);
        st = Cleanup_on_sweep(s);
        /* Cleanup.sweep finally (spec.lua:38) */
        loopc_at(&s->loopc, 20);
        Cleanup_finally_sweep();
        if (st == LOOPC_CANCEL) st = LOOPC_OK;
        loopc_leave(&s->loopc, 18);
    }
    loopc_leave(&s->loopc, 17);
}

static int recovery_instrumented(void *state)
{
    struct recovery *const s = state;
    int st = LOOPC_OK;

    switch (s->loopc.resume_at) { /* AT_START, or where a resumed run was saved */
    case AT_Fit:
        s->loopc.resume_at = AT_START;
        goto Fit_resumed;
    case AT_Train:
        s->loopc.resume_at = AT_START;
        goto Train_resumed;
    case AT_Fit_END:
        s->loopc.resume_at = AT_START;
        if (!(s->Fit.epoch >= s->Fit.epochs)) goto Fit_resumed;
        goto Fit_ended;
    }

    /* Fit (spec.lua:3) */
    loopc_enter(&s->loopc, 0);
    if (s->Fit.epochs == 0) {
        loopc_at(&s->loopc, 1);
        Fit_on_skip();
    } else {
        s->Fit.iteration = 0;

        /* Fit.run (spec.lua:8) */
        loopc_enter(&s->loopc, 2);
        loopc_at(&s->loopc, 3);
        Fit_before_run();
        for (; !(s->Fit.epoch >= s->Fit.epochs); s->Fit.iteration++, s->Fit.total++) {
            if ((st = loopc_poll(&s->loopc, AT_Fit))) break;
        Fit_resumed:
            /* Fit.epoch (spec.lua:9) */
            loopc_enter(&s->loopc, 4);
            loopc_at(&s->loopc, 5);
            if ((st = Fit_before_epoch(s))) goto Fit_epoch_end;
            loopc_enter(&s->loopc, 6);
            s->Train.times = (int64_t)(s->Fit.epochs - 1);
            for (s->Train.iteration = 0; s->Train.iteration < s->Train.times;
                 s->Train.iteration++, s->Train.total++) {
                if ((st = loopc_poll(&s->loopc, AT_Train))) break;
            Train_resumed:
                memset(&s->Train_batch, 0, sizeof s->Train_batch);
                s->Train_batch.rate = 0.5f;

                /* Train.batch (spec.lua:24), on Fit.on_epoch */
                loopc_enter(&s->loopc, 7);
                loopc_at(&s->loopc, 8);
                if ((st = Train_on_batch(s, &s->Train_on_Fit_on_epoch))) goto Train_batch_end;
                loopc_at(&s->loopc, 9);
                log_after_batch(s);
            Train_batch_end:
                loopc_leave(&s->loopc, 7);
                if (st) break;
            }
            if (st) goto Fit_epoch_end;
            loopc_leave(&s->loopc, 6);
            loopc_at(&s->loopc, 10);
            Fit_after_epoch(s);
        Fit_epoch_end: /* failed, then finally (spec.lua:12) */
            if (st == LOOPC_FAILED) {
                loopc_at(&s->loopc, 11);
                int handled = Fit_failed_epoch(s);
                Cleanup_on_Fit_failed_epoch_instrumented(s);
                if (handled == LOOPC_RECOVERED) st = loopc_recover(&s->loopc, "Fit");
            }
            loopc_at(&s->loopc, 16);
            Fit_finally_epoch();
            Cleanup_on_Fit_finally_epoch_instrumented(s);
            loopc_at(&s->loopc, 21);
            st = loopc_merge_status(
                st, loopc_propagate(&s->loopc, log_finally_epoch(s), "log", "Fit.finally_epoch"));
            if (st == CANCEL_Fit_epoch) st = LOOPC_OK;
            loopc_leave(&s->loopc, 4);
            if (st) break;

            /* Fit.check (spec.lua:14) */
            loopc_enter(&s->loopc, 22);
            loopc_at(&s->loopc, 23);
            st = Fit_on_check(s);
            loopc_leave(&s->loopc, 22);
            if (st) break;
        }
    Fit_ended:
        if (!st) st = loopc_ended(&s->loopc, AT_Fit_END);
        if (st == LOOPC_STOP || st == STOP_Fit) st = LOOPC_OK;
        if (st) goto Fit_run_end;
        loopc_at(&s->loopc, 24);
        Fit_after_run();
    Fit_run_end: /* finally (spec.lua:16) */
        loopc_at(&s->loopc, 25);
        Fit_finally_run();
        loopc_leave(&s->loopc, 2);
        if (st) return st;
    }
    loopc_leave(&s->loopc, 0);
    return st;
}

/* What a run that is resumed evaluates again: bounds that nothing but options decides; and
 * whether a loop that had come to its end has more to do. */
static bool recovery_reevaluate(void *state, int at)
{
    struct recovery *const s = state;

    s->Train.times = (int64_t)(s->Fit.epochs - 1);
    switch (at) {
    case AT_Fit_END:
        return !(s->Fit.epoch >= s->Fit.epochs);
    default:
        return false;
    }
}

static void recovery_defaults(void *state)
{
    struct recovery *const s = state;

    s->loss = 1.0f;
    s->fail_at = 1;
    s->Fit.epochs = 3;
    s->Cleanup.times = 2;
}

/* Every field, for the command line, metrics, progress, trace and checkpoints. */
static const struct loopc_field fields[] = {
    {.name = "loss", .type = LOOPC_F32, .offset = offsetof(struct recovery, loss), .count = 1},
    {.name = "fail_at",
     .flag = "fail-at",
     .type = LOOPC_I64,
     .offset = offsetof(struct recovery, fail_at),
     .count = 1,
     .flags = LOOPC_OPTION},
    {.name = "Fit.iteration",
     .type = LOOPC_I64,
     .offset = offsetof(struct recovery, Fit.iteration),
     .count = 1,
     .flags = LOOPC_COUNTER,
     .doc = "iterations completed since entry"},
    {.name = "Fit.total",
     .type = LOOPC_I64,
     .offset = offsetof(struct recovery, Fit.total),
     .count = 1,
     .flags = LOOPC_COUNTER,
     .doc = "iterations completed since the program first started"},
    {.name = "Fit.epoch",
     .type = LOOPC_I64,
     .offset = offsetof(struct recovery, Fit.epoch),
     .count = 1},
    {.name = "Fit.epochs",
     .flag = "epochs",
     .type = LOOPC_I64,
     .offset = offsetof(struct recovery, Fit.epochs),
     .count = 1,
     .flags = LOOPC_OPTION,
     .doc = "how many epochs"},
    {.name = "Train.iteration",
     .type = LOOPC_I64,
     .offset = offsetof(struct recovery, Train.iteration),
     .count = 1,
     .flags = LOOPC_COUNTER,
     .doc = "iterations completed since entry"},
    {.name = "Train.total",
     .type = LOOPC_I64,
     .offset = offsetof(struct recovery, Train.total),
     .count = 1,
     .flags = LOOPC_COUNTER,
     .doc = "iterations completed since the program first started"},
    {.name = "Train.times",
     .type = LOOPC_I64,
     .offset = offsetof(struct recovery, Train.times),
     .count = 1,
     .flags = LOOPC_COUNTER,
     .doc = "iterations to do, since entry"},
    {.name = "Train_on_Fit_on_epoch.visits",
     .type = LOOPC_U64,
     .offset = offsetof(struct recovery, Train_on_Fit_on_epoch.visits),
     .count = 1},
    {.name = "Train.rate",
     .type = LOOPC_F32,
     .offset = offsetof(struct recovery, Train_batch.rate),
     .count = 1},
    {.name = "Train.counts",
     .type = LOOPC_I32,
     .offset = offsetof(struct recovery, Train_batch.counts),
     .count = 4},
    {.name = "Cleanup.iteration",
     .type = LOOPC_I64,
     .offset = offsetof(struct recovery, Cleanup.iteration),
     .count = 1,
     .flags = LOOPC_COUNTER,
     .doc = "iterations completed since entry"},
    {.name = "Cleanup.total",
     .type = LOOPC_I64,
     .offset = offsetof(struct recovery, Cleanup.total),
     .count = 1,
     .flags = LOOPC_COUNTER,
     .doc = "iterations completed since the program first started"},
    {.name = "Cleanup.times",
     .type = LOOPC_I64,
     .offset = offsetof(struct recovery, Cleanup.times),
     .count = 1,
     .flags = LOOPC_COUNTER,
     .doc = "iterations to do, since entry"},
    {.name = "log.lines",
     .type = LOOPC_I32,
     .offset = offsetof(struct recovery, log.lines),
     .count = 1},
};

/* The places of the run, for --timings and --trace. */
static const struct loopc_trace_point places[] = {
    {"Fit", NULL, -1, 'l'},
    {"Fit.on_skip", NULL, 0, 's'},
    {"Fit.run", NULL, 0, 'p'},
    {"Fit.before_run", NULL, 2, 's'},
    {"Fit.epoch", NULL, 2, 'p'},
    {"Fit.before_epoch", NULL, 4, 's'},
    {"Train", "Fit.on_epoch", 4, 'l'},
    {"Train.batch", "Fit.on_epoch", 6, 'p'},
    {"Train.on_batch", "Fit.on_epoch", 7, 's'},
    {"log.after_batch", "Train.after_batch", 7, 's'},
    {"Fit.after_epoch", NULL, 4, 's'},
    {"Fit.failed_epoch", NULL, 4, 's'},
    {"Cleanup", "Fit.failed_epoch", 4, 'l'},
    {"Cleanup.sweep", "Fit.failed_epoch", 12, 'p'},
    {"Cleanup.on_sweep", "Fit.failed_epoch", 13, 's'},
    {"Cleanup.finally_sweep", "Fit.failed_epoch", 13, 's'},
    {"Fit.finally_epoch", NULL, 4, 's'},
    {"Cleanup", "Fit.finally_epoch", 4, 'l'},
    {"Cleanup.sweep", "Fit.finally_epoch", 17, 'p'},
    {"Cleanup.on_sweep", "Fit.finally_epoch", 18, 's'},
    {"Cleanup.finally_sweep", "Fit.finally_epoch", 18, 's'},
    {"log.finally_epoch", "Fit.finally_epoch", 4, 's'},
    {"Fit.check", NULL, 2, 'p'},
    {"Fit.on_check", NULL, 22, 's'},
    {"Fit.after_run", NULL, 2, 's'},
    {"Fit.finally_run", NULL, 2, 's'},
};

/* The positions of the run by name, as checkpoints have them. */
static const char *const positions[] = {
    [AT_START] = "start",
    [AT_Fit] = "Fit",
    [AT_Fit_END] = "the end of Fit",
    [AT_Train] = "Train on Fit.on_epoch",
};

static const struct loopc_program program = {
    .name = "recovery",
    .size = sizeof(struct recovery),
    .fields = fields,
    .field_count = sizeof fields / sizeof fields[0],
    .trace_points = places,
    .trace_point_count = sizeof places / sizeof places[0],
    .resume_points = positions,
    .resume_point_count = sizeof positions / sizeof positions[0],
    .reevaluate = recovery_reevaluate,
    .defaults = recovery_defaults,
    .run = recovery_run,
    .run_instrumented = recovery_instrumented,
};

int main(int argc, char **argv)
{
    return loopc_main(&program, argc, argv);
}
