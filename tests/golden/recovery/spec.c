/* recovery: a trainer, flattened from spec.lua
 * Made by loopc from spec.lua; change that, not this.
 *
 *   Fit (spec.lua:3): epoch, check, until $epoch >= $epochs
 *   Train (spec.lua:19): batch, times $epochs - 1; on Fit.on_epoch
 *   Cleanup (spec.lua:34): sweep, 2 times; on Fit.failed_epoch, Fit.finally_epoch
 *   log (spec.lua:41): callback on Fit.finally_epoch, Train.after_batch */
#include "loopc.h"

/* ---- State --------------------------------------------------------------------------- */

/* Signals with a named target. */
enum { STOP_Fit = LOOPC_FIRST_TARGET, CANCEL_Fit_epoch };

/* What each place of Train has for itself. */
struct Train_site {
    uint64_t visits; /* spec.lua:23 */
};

/* The whole state of a run. */
struct recovery {
    struct loopc_run loopc;                  /* the runtime's own */
    float loss;                              /* spec.lua:50 */
    int64_t fail_at;                         /* --fail-at (spec.lua:50) */
    struct Train_site Train_on_Fit_on_epoch; /* on Fit.on_epoch */
    struct {
        int64_t iteration, total; /* iterations completed since entry, since the first start */
        int64_t epoch;            /* spec.lua:7 */
        int64_t epochs;           /* --epochs (spec.lua:7) */
    } Fit;
    struct {
        /* iterations completed since entry, since the first start, to do since entry */
        int64_t iteration, total, times;
    } Train;
    struct {               /* made anew for every iteration of Train */
        float rate;        /* spec.lua:22 */
        int32_t counts[4]; /* spec.lua:22 */
    } Train_batch;
    struct {
        /* iterations completed since entry, since the first start, to do since entry */
        int64_t iteration, total, times;
    } Cleanup;
    struct {
        int32_t lines; /* spec.lua:43 */
    } log;
};

/* ---- Bodies -------------------------------------------------------------------------- */

/* Fit.on_skip (spec.lua:6) */
static LOOPC_NOINLINE void Fit_on_skip(void)
{
    puts("skipped");
}

/* Fit.before_run (spec.lua:8) */
static LOOPC_NOINLINE void Fit_before_run(void)
{
    puts("start");
}

/* Fit.before_epoch (spec.lua:9) */
static LOOPC_ALWAYS_INLINE int Fit_before_epoch(struct recovery *s)
{
    if (s->Fit.epoch == s->fail_at)
        return loopc_fail(&s->loopc, "Fit.before_epoch", "epoch %d", (int)s->Fit.epoch);
    return LOOPC_OK;
}

/* Train.on_batch (spec.lua:24) */
static LOOPC_ALWAYS_INLINE int Train_on_batch(struct recovery *s, struct Train_site *Train_site)
{
    Train_site->visits++;
    s->Train_batch.counts[0]++;
    s->loss *= s->Train_batch.rate; /* $x stays as it is */
    if (s->loss < 0.01f) return STOP_Fit;
    if (Train_site->visits == 2) return CANCEL_Fit_epoch;
    return LOOPC_OK;
}

/* log.after_batch (spec.lua:44) */
static LOOPC_NOINLINE void log_after_batch(struct recovery *s)
{
    printf("%d: loss %g\n", ++s->log.lines, (double)s->loss);
}

/* Fit.after_epoch (spec.lua:11) */
static LOOPC_ALWAYS_INLINE void Fit_after_epoch(struct recovery *s)
{
    s->Fit.epoch++;
}

/* Fit.failed_epoch (spec.lua:12) */
static LOOPC_ALWAYS_INLINE int Fit_failed_epoch(struct recovery *s)
{
    s->Fit.epoch++;
    return LOOPC_RECOVERED;
}

/* Cleanup.on_sweep (spec.lua:37) */
static LOOPC_NOINLINE int Cleanup_on_sweep(struct recovery *s)
{
    if (s->Cleanup.iteration == 0) return LOOPC_CANCEL;
    puts("sweep");
    return LOOPC_OK;
}

/* Cleanup.finally_sweep (spec.lua:38) */
static LOOPC_NOINLINE void Cleanup_finally_sweep(void)
{
    puts("swept");
}

/* Fit.finally_epoch (spec.lua:13) */
static LOOPC_NOINLINE void Fit_finally_epoch(void)
{
    puts("end of epoch");
}

/* log.finally_epoch (spec.lua:45) */
static LOOPC_ALWAYS_INLINE int log_finally_epoch(struct recovery *s)
{
    if (s->Fit.epoch > 5) return loopc_fail(&s->loopc, "log.finally_epoch", "late");
    return LOOPC_OK;
}

/* Fit.on_check (spec.lua:14) */
static LOOPC_ALWAYS_INLINE int Fit_on_check(struct recovery *s)
{
    if (s->loss < 0.1f) return LOOPC_STOP;
    return LOOPC_OK;
}

/* Fit.after_run (spec.lua:15) */
static LOOPC_NOINLINE void Fit_after_run(void)
{
    puts("done");
}

/* Fit.finally_run (spec.lua:16) */
static LOOPC_NOINLINE void Fit_finally_run(void)
{
    puts("bye");
}

/* ---- Run ----------------------------------------------------------------------------- */

/* Resume points: where a run can be saved and resumed, between two iterations of a loop. */
enum { AT_START, AT_Fit, AT_Fit_END, AT_Train };

/* Trace points: loops, phases and steps, as --timings and --trace know them. */
#define TRACE_POINTS(POINT)                                                                        \
    POINT(P_Fit, -1, 'l', "Fit", NULL)                                                             \
    POINT(P_Fit_on_skip, P_Fit, 's', "Fit.on_skip", NULL)                                          \
    POINT(P_Fit_run, P_Fit, 'p', "Fit.run", NULL)                                                  \
    POINT(P_Fit_before_run, P_Fit_run, 's', "Fit.before_run", NULL)                                \
    POINT(P_Fit_epoch, P_Fit_run, 'p', "Fit.epoch", NULL)                                          \
    POINT(P_Fit_before_epoch, P_Fit_epoch, 's', "Fit.before_epoch", NULL)                          \
    POINT(P_Train, P_Fit_epoch, 'l', "Train", "Fit.on_epoch")                                      \
    POINT(P_Train_batch, P_Train, 'p', "Train.batch", "Fit.on_epoch")                              \
    POINT(P_Train_on_batch, P_Train_batch, 's', "Train.on_batch", "Fit.on_epoch")                  \
    POINT(P_log_after_batch, P_Train_batch, 's', "log.after_batch", "Train.after_batch")           \
    POINT(P_Fit_after_epoch, P_Fit_epoch, 's', "Fit.after_epoch", NULL)                            \
    POINT(P_Fit_failed_epoch, P_Fit_epoch, 's', "Fit.failed_epoch", NULL)                          \
    POINT(P_Cleanup, P_Fit_epoch, 'l', "Cleanup", "Fit.failed_epoch")                              \
    POINT(P_Cleanup_sweep, P_Cleanup, 'p', "Cleanup.sweep", "Fit.failed_epoch")                    \
    POINT(P_Cleanup_on_sweep, P_Cleanup_sweep, 's', "Cleanup.on_sweep", "Fit.failed_epoch")        \
    POINT(P_Cleanup_finally_sweep, P_Cleanup_sweep, 's', "Cleanup.finally_sweep",                  \
          "Fit.failed_epoch")                                                                      \
    POINT(P_Fit_finally_epoch, P_Fit_epoch, 's', "Fit.finally_epoch", NULL)                        \
    POINT(P_Cleanup_2, P_Fit_epoch, 'l', "Cleanup", "Fit.finally_epoch")                           \
    POINT(P_Cleanup_sweep_2, P_Cleanup_2, 'p', "Cleanup.sweep", "Fit.finally_epoch")               \
    POINT(P_Cleanup_on_sweep_2, P_Cleanup_sweep_2, 's', "Cleanup.on_sweep", "Fit.finally_epoch")   \
    POINT(P_Cleanup_finally_sweep_2, P_Cleanup_sweep_2, 's', "Cleanup.finally_sweep",              \
          "Fit.finally_epoch")                                                                     \
    POINT(P_log_finally_epoch, P_Fit_epoch, 's', "log.finally_epoch", "Fit.finally_epoch")         \
    POINT(P_Fit_check, P_Fit_run, 'p', "Fit.check", NULL)                                          \
    POINT(P_Fit_on_check, P_Fit_check, 's', "Fit.on_check", NULL)                                  \
    POINT(P_Fit_after_run, P_Fit_run, 's', "Fit.after_run", NULL)                                  \
    POINT(P_Fit_finally_run, P_Fit_run, 's', "Fit.finally_run", NULL)
enum { TRACE_POINTS(LOOPC_TRACE_POINT_NAME) };

/* Every step in the order in which it happens. `st` is the pending status: a failure, or a signal
 * that has not reached its target yet. */

/* Cleanup (spec.lua:34), on Fit.failed_epoch, Fit.finally_epoch */
static LOOPC_ALWAYS_INLINE void
Cleanup_on_Fit_failed_epoch_steps(struct recovery *s, const bool instrumented, const int shift)
{
    int st = LOOPC_OK;

    if (instrumented) loopc_enter(&s->loopc, P_Cleanup + shift);
    for (s->Cleanup.iteration = 0; s->Cleanup.iteration < 2;
         s->Cleanup.iteration++, s->Cleanup.total++) {
        loopc_poll_masked(&s->loopc);

        /* Cleanup.sweep (spec.lua:37) */
        if (instrumented) loopc_at(&s->loopc, P_Cleanup_on_sweep + shift);
        st = Cleanup_on_sweep(s);
        /* Cleanup.sweep finally (spec.lua:38) */
        if (instrumented) loopc_at(&s->loopc, P_Cleanup_finally_sweep + shift);
        Cleanup_finally_sweep();
        if (st == LOOPC_CANCEL) st = LOOPC_OK;
        if (instrumented) loopc_leave(&s->loopc, P_Cleanup_sweep + shift);
    }
    if (instrumented) loopc_leave(&s->loopc, P_Cleanup + shift);
}

static void Cleanup_on_Fit_failed_epoch_plain(struct recovery *s)
{
    Cleanup_on_Fit_failed_epoch_steps(s, false, 0);
}

static void Cleanup_on_Fit_failed_epoch_instrumented(struct recovery *s, const int shift)
{
    Cleanup_on_Fit_failed_epoch_steps(s, true, shift);
}

static LOOPC_ALWAYS_INLINE void
Cleanup_on_Fit_failed_epoch(struct recovery *s, const bool instrumented, const int shift)
{
    instrumented ? Cleanup_on_Fit_failed_epoch_instrumented(s, shift)
                 : Cleanup_on_Fit_failed_epoch_plain(s);
}

static LOOPC_ALWAYS_INLINE int recovery_steps(struct recovery *s, const bool instrumented)
{
    int st = LOOPC_OK;
    const int at = s->loopc.resume_at; /* AT_START, or where a resumed run was saved */

    s->loopc.resume_at = AT_START;
    switch (at) {
    case AT_Fit:
        goto Fit_resumed;
    case AT_Train:
        goto Train_resumed;
    case AT_Fit_END:
        if (!(s->Fit.epoch >= s->Fit.epochs)) goto Fit_resumed;
        goto Fit_ended;
    default:
        break;
    }

    /* Fit (spec.lua:3) */
    if (instrumented) loopc_enter(&s->loopc, P_Fit);
    if (s->Fit.epochs == 0) { /* skipped */
        if (instrumented) loopc_at(&s->loopc, P_Fit_on_skip);
        Fit_on_skip();
    } else {
        s->Fit.iteration = 0;

        /* Fit.run (spec.lua:8) */
        if (instrumented) loopc_at(&s->loopc, P_Fit_before_run);
        Fit_before_run();
        for (; !(s->Fit.epoch >= s->Fit.epochs); s->Fit.iteration++, s->Fit.total++) {
            if ((st = loopc_poll(&s->loopc, AT_Fit)) == LOOPC_MORE) return LOOPC_MORE;
            if (st) break;
        Fit_resumed:
            /* Fit.epoch (spec.lua:9) */
            if (instrumented) loopc_at(&s->loopc, P_Fit_before_epoch);
            if ((st = Fit_before_epoch(s))) goto Fit_epoch_end;
            if (instrumented) loopc_enter(&s->loopc, P_Train);
            s->Train.times = (int64_t)(s->Fit.epochs - 1);
            for (s->Train.iteration = 0; s->Train.iteration < s->Train.times;
                 s->Train.iteration++, s->Train.total++) {
                if ((st = loopc_poll(&s->loopc, AT_Train)) == LOOPC_MORE) return LOOPC_MORE;
                if (st) break;
            Train_resumed:
                memset(&s->Train_batch, 0, sizeof s->Train_batch);
                s->Train_batch.rate = 0.5f;

                /* Train.batch (spec.lua:24), on Fit.on_epoch */
                if (instrumented) loopc_at(&s->loopc, P_Train_on_batch);
                if ((st = Train_on_batch(s, &s->Train_on_Fit_on_epoch))) break;
                if (instrumented) loopc_at(&s->loopc, P_log_after_batch);
                log_after_batch(s);
                if (instrumented) loopc_leave(&s->loopc, P_Train_batch);
            }
            if (st) goto Fit_epoch_end;
            if (instrumented) loopc_at(&s->loopc, P_Fit_after_epoch);
            Fit_after_epoch(s);
        Fit_epoch_end: /* failed, then finally (spec.lua:12) */
            if (st == LOOPC_FAILED) {
                if (instrumented) loopc_at(&s->loopc, P_Fit_failed_epoch);
                int handled = Fit_failed_epoch(s);
                Cleanup_on_Fit_failed_epoch(s, instrumented, 0);
                if (handled == LOOPC_RECOVERED) st = loopc_recover(&s->loopc, "Fit");
            }
            if (instrumented) loopc_at(&s->loopc, P_Fit_finally_epoch);
            Fit_finally_epoch();
            Cleanup_on_Fit_failed_epoch(s, instrumented, P_Cleanup_2 - P_Cleanup);
            if (instrumented) loopc_at(&s->loopc, P_log_finally_epoch);
            st = loopc_merge_status(
                st, loopc_propagate(&s->loopc, log_finally_epoch(s), "log", "Fit.finally_epoch"));
            if (st == CANCEL_Fit_epoch) st = LOOPC_OK;
            if (st) break;

            /* Fit.check (spec.lua:14) */
            if (instrumented) loopc_at(&s->loopc, P_Fit_on_check);
            if ((st = Fit_on_check(s))) break;
            if (instrumented) loopc_leave(&s->loopc, P_Fit_check);
        }
    Fit_ended:
        if (!st) st = loopc_ended(&s->loopc, AT_Fit_END);
        if (st == LOOPC_STOP || st == STOP_Fit) st = LOOPC_OK;
        if (st) goto Fit_run_end;
        if (instrumented) loopc_at(&s->loopc, P_Fit_after_run);
        Fit_after_run();
    Fit_run_end: /* finally (spec.lua:16) */
        if (instrumented) loopc_at(&s->loopc, P_Fit_finally_run);
        Fit_finally_run();
        if (st) return st;
    }
    return st;
}

static int recovery_run(void *state)
{
    return recovery_steps(state, false);
}

static int recovery_run_instrumented(void *state)
{
    return recovery_steps(state, true);
}

/* Called on resume: evaluates anew the bounds of loops that depend on options only; returns
 * whether a finished loop now has iterations left. */
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

/* ---- Tables -------------------------------------------------------------------------- */

/* Every field, for the command line, metrics, progress, trace and checkpoints. */
static const struct loopc_field fields[] = {
    {LOOPC_FIELD(recovery, loss, F32)},
    {LOOPC_FIELD(recovery, fail_at, I64), .flag = "fail-at", .flags = LOOPC_OPTION},
    {LOOPC_FIELD(recovery, Fit.iteration, I64), .flags = LOOPC_COUNTER},
    {LOOPC_FIELD(recovery, Fit.total, I64), .flags = LOOPC_COUNTER},
    {LOOPC_FIELD(recovery, Fit.epoch, I64)},
    {LOOPC_FIELD(recovery, Fit.epochs, I64), .flag = "epochs", .flags = LOOPC_OPTION,
     .doc = "how many epochs"},
    {LOOPC_FIELD(recovery, Train.iteration, I64), .flags = LOOPC_COUNTER},
    {LOOPC_FIELD(recovery, Train.total, I64), .flags = LOOPC_COUNTER},
    {LOOPC_FIELD(recovery, Train.times, I64), .flags = LOOPC_COUNTER},
    {LOOPC_FIELD(recovery, Train_on_Fit_on_epoch.visits, U64)},
    {LOOPC_NAMED("Train.rate", recovery, Train_batch.rate, F32, 1)},
    {LOOPC_NAMED("Train.counts", recovery, Train_batch.counts, I32, 4)},
    {LOOPC_FIELD(recovery, Cleanup.iteration, I64), .flags = LOOPC_COUNTER},
    {LOOPC_FIELD(recovery, Cleanup.total, I64), .flags = LOOPC_COUNTER},
    {LOOPC_FIELD(recovery, Cleanup.times, I64), .flags = LOOPC_COUNTER},
    {LOOPC_FIELD(recovery, log.lines, I32)},
};

static const struct loopc_trace_point trace_points[] = {TRACE_POINTS(LOOPC_TRACE_POINT)};

/* The resume points by name, as checkpoints have them. */
static const char *const resume_points[] = {
    [AT_START] = "start",
    [AT_Fit] = "Fit",
    [AT_Fit_END] = "the end of Fit",
    [AT_Train] = "Train on Fit.on_epoch",
};

static const struct loopc_program program = {
    .name = "recovery",
    .size = sizeof(struct recovery),
    LOOPC_TABLE(fields, field_count, fields),
    LOOPC_TABLE(trace_points, trace_point_count, trace_points),
    LOOPC_TABLE(resume_points, resume_point_count, resume_points),
    .reevaluate = recovery_reevaluate,
    .defaults = recovery_defaults,
    .run = recovery_run,
    .run_instrumented = recovery_run_instrumented,
};

int main(int argc, char **argv)
{
    return loopc_main(&program, argc, argv);
}
