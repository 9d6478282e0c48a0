/* The host of a trainer's run. */
#include "main/main_host.h"

#include "base/clock.h"
#include "checkpoint/checkpointer.h"
#include "control/control.h"
#include "run/events.h"
#include "run/signals.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"
#include "telemetry/progress.h"

#include <errno.h>
#include <string.h>

/* When the control channel starts or ends profiling, the run returns, to be called in its other
 * variant, where it continues as if it had been resumed here: all of its state is in the struct.
 * The step form returns after every step anyway. */
static int switch_variant(struct loopc_run *run, int at)
{
    if (run->program->step || !loopc_control_switch_variant(run->control, run)) return LOOPC_OK;
    run->resume_at = at;
    return LOOPC_MORE;
}

static void show_progress(struct loopc_run *run, int events)
{
    if (events & LOOPC_EVENT_TICK) loopc_progress_show(run->progress, run);
}

/* Commands and reports. Adds a signal that came meanwhile to the events; returns whether the
 * channel ends the run. */
static bool poll_control(struct loopc_run *run, int at, int *events)
{
    if (!run->control || !(*events & LOOPC_EVENT_CONTROL) || (*events & LOOPC_EVENT_SIGNAL)) {
        return false;
    }
    const bool ended = loopc_control_poll(run->control, run, at);
    *events |= loopc_events_take(LOOPC_EVENT_SIGNAL);
    return ended;
}

/* A recovery raises the event of an interruption again, also when no signal was its cause. */
static int interrupt(struct loopc_run *run)
{
    run->interrupted = loopc_signal_caught() ? loopc_signal_caught() : LOOPC_SHUTDOWN;
    return LOOPC_INTERRUPTED;
}

static int poll(struct loopc_run *run, int at)
{
    int events = loopc_events_take(LOOPC_EVENTS_ALL);
    show_progress(run, events);
    const bool shut = poll_control(run, at, &events) || run->interrupted == LOOPC_SHUTDOWN;
    const bool ended = (events & LOOPC_EVENT_SIGNAL) || shut;
    const bool now = ended || (events & LOOPC_EVENT_NOW);
    if (run->checkpointer && loopc_checkpointer_poll(run->checkpointer, run, at, now))
        return LOOPC_FAILED;
    if (ended) return interrupt(run);
    return run->control && at > 0 ? switch_variant(run, at) : LOOPC_OK;
}

static int poll_nosave(struct loopc_run *run)
{
    const int events = loopc_events_take(LOOPC_EVENT_TICK | LOOPC_EVENT_SIGNAL);
    show_progress(run, events);
    if (!(events & LOOPC_EVENT_SIGNAL)) return LOOPC_OK;
    if (run->checkpointer && !run->interrupted)
        loopc_checkpointer_missed(run->checkpointer,
                                  "it was interrupted where it has no resume point");
    return interrupt(run);
}

static int poll_steps(struct loopc_run *run, int at)
{
    const int events = loopc_events_take(LOOPC_EVENTS_ALL & ~LOOPC_EVENT_CONTROL);
    const bool ended = events & LOOPC_EVENT_SIGNAL;
    const bool now = ended || (events & LOOPC_EVENT_NOW);
    show_progress(run, events);
    if (run->checkpointer && loopc_checkpointer_poll(run->checkpointer, run, at, now))
        return LOOPC_FAILED;
    return ended ? interrupt(run) : LOOPC_OK;
}

static void poll_masked(struct loopc_run *run)
{
    show_progress(run, loopc_events_take(LOOPC_EVENT_TICK));
}

static void check_metrics(const struct loopc_run *run, int st)
{
    if (st) loopc_log(run->program, "error", "--metrics: cannot write: %s", strerror(errno));
}

static void report(struct loopc_run *run, const char *loop)
{
    check_metrics(run, loopc_metrics_write(run->metrics, run, loop));
}

static void report_end(struct loopc_run *run, const char *loop)
{
    check_metrics(run, loopc_metrics_end(run->metrics, run, loop));
}

static int loop_ended(struct loopc_run *run, int at)
{
    return loopc_checkpointer_end(run->checkpointer, run, at);
}

static bool wait_for_target(struct loopc_run *run)
{
    return loopc_control_wait(run->control, run);
}

static void before_message(struct loopc_run *run)
{
    (void)run;
    loopc_progress_clear();
}

const struct loopc_host loopc_main_host = {
    .poll = poll,
    .poll_nosave = poll_nosave,
    .poll_steps = poll_steps,
    .poll_masked = poll_masked,
    .report = report,
    .report_end = report_end,
    .loop_ended = loop_ended,
    .wait_for_target = wait_for_target,
    .before_message = before_message,
};

/* A run that is left between two steps is saved there, unless a failure is on its way. */
static int leave_steps(const struct loopc_context *context, struct loopc_run *run)
{
    if (!run->checkpointer || context->args.steps == 0) return LOOPC_MORE;
    if (run->failures.count > 0) {
        loopc_checkpointer_missed(run->checkpointer, "--steps ended in the handling of a failure");
        return LOOPC_MORE;
    }
    const int at = run->program->resume_point_count - 1;
    const int st = loopc_checkpointer_poll(run->checkpointer, run, at, true);
    return st ? LOOPC_FAILED : LOOPC_MORE;
}

/* At most --steps steps of the step form; LOOPC_MORE when the run is not at its end then. Sleeps
 * between steps that only wait for processes. */
static int run_steps(const struct loopc_context *context)
{
    struct loopc_run *run = context->state;
    int64_t left = context->args.steps;
    int idle = 0; /* steps in a row that only polled a process */
    while (left != 0) {
        const uint64_t waits = run->waits;
        const int st = run->profile ? context->program->step_instrumented(context->state)
                                    : context->program->step(context->state);
        if (st != LOOPC_MORE) return st;
        idle = run->waits != waits ? idle + 1 : 0;
        if (idle > 16) loopc_nap();
        if (left > 0) left--;
        if (run->control) loopc_control_switch_variant(run->control, run);
    }
    return leave_steps(context, run);
}

int loopc_main_run(const struct loopc_context *context)
{
    const struct loopc_run *run = context->state;
    int st;
    if (context->program->step) return run_steps(context);
    do {
        st = run->profile ? context->program->run_instrumented(context->state)
                          : context->program->run(context->state);
    } while (st == LOOPC_MORE);
    return st;
}
