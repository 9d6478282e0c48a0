/* The program: main, and the two places where a run calls back to it. */
#include "run/program.h"

#include "process/child.h"
#include "control/control.h"
#include "run/events.h"
#include "telemetry/metrics.h"
#include "telemetry/progress.h"
#include "checkpoint/checkpointer.h"
#include "main/startup.h"
#include "telemetry/profile.h"
#include "process/weave.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Between two iterations. */

/* Where the control channel turns instrumentation on or off, the run returns, and continues in its
 * other variant as if it had been resumed at its position. The step form has no need: its functions
 * are left after each step. */
static int leave_variant(struct loopc_run *run, int at)
{
    if (run->program->step || !loopc_control_switch_variant(run->control, run)) return LOOPC_OK;
    run->resume_at = at;
    return LOOPC_MORE;
}

int loopc_handle_events(struct loopc_run *run, int at)
{
    int causes = atomic_exchange_explicit(&loopc_pending_events, 0, memory_order_relaxed);
    if (causes & LOOPC_EVENT_TICK) loopc_progress_show(run->progress, run);
    if (run->control && (causes & LOOPC_EVENT_CONTROL) && !(causes & LOOPC_EVENT_SIGNAL)) {
        const bool ended = loopc_control_poll(run->control, run, at);
        causes |= loopc_events_take(LOOPC_EVENT_SIGNAL);
        if (ended && !(causes & LOOPC_EVENT_SIGNAL)) run->interrupted = LOOPC_SHUTDOWN;
    }
    const bool ended = (causes & LOOPC_EVENT_SIGNAL) || run->interrupted == LOOPC_SHUTDOWN;
    const bool now = ended || (causes & LOOPC_EVENT_NOW);
    if (run->checkpointer && loopc_checkpointer_poll(run->checkpointer, run, at, now))
        return LOOPC_FAILED;
    if (!ended) return run->control && at > 0 ? leave_variant(run, at) : LOOPC_OK;
    if (causes & LOOPC_EVENT_SIGNAL) run->interrupted = loopc_signal_caught();
    return LOOPC_INTERRUPTED;
}

int loopc_save_end(struct loopc_run *run, int at)
{
    return loopc_checkpointer_end(run->checkpointer, run, at);
}

int loopc_handle_events_nosave(struct loopc_run *run)
{
    const int mine = LOOPC_EVENT_TICK | LOOPC_EVENT_SIGNAL;
    const int causes =
        atomic_fetch_and_explicit(&loopc_pending_events, ~mine, memory_order_relaxed);
    if (causes & LOOPC_EVENT_TICK) loopc_progress_show(run->progress, run);
    if (!(causes & LOOPC_EVENT_SIGNAL)) return LOOPC_OK;
    run->interrupted = loopc_signal_caught();
    return LOOPC_INTERRUPTED;
}

bool loopc_wait_for_target(struct loopc_run *run)
{
    return loopc_control_wait(run->control, run);
}

void loopc_handle_events_masked(struct loopc_run *run)
{
    const int causes =
        atomic_fetch_and_explicit(&loopc_pending_events, ~LOOPC_EVENT_TICK, memory_order_relaxed);
    if (causes & LOOPC_EVENT_TICK) loopc_progress_show(run->progress, run);
}

void loopc_report_now(struct loopc_run *run, const char *loop)
{
    if (!loopc_metrics_write(run->metrics, run, loop)) return;
    const int why = errno;
    loopc_progress_clear(run->progress);
    loopc_log(run->program, "error", "--metrics: cannot write: %s", strerror(why));
}

/* Main. */

/* A run of the step form: at most --steps of them; LOOPC_MORE when that was not all. While it does
 * nothing but wait for processes there is no hurry. */
static int run_steps(const struct loopc_context *context)
{
    struct loopc_run *run = context->state;
    int64_t left = context->args.steps;
    int idle = 0; /* steps in a row that did nothing but look after a process */
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
    return LOOPC_MORE;
}

static int run_once(const struct loopc_context *context)
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

static int start_watch(const struct loopc_context *context, struct loopc_run *run)
{
    const struct loopc_args *args = &context->args;
    const bool timings = args->timings || args->timings_log;
    if (!timings && !args->trace) return LOOPC_OK;
    run->profile =
        loopc_profile_start(context->program, context->state, timings, args->trace, stderr);
    if (!run->profile) return loopc_fail(run, context->program->name, "no memory to watch the run");
    if (context->timings_log) loopc_profile_log(run->profile, context->timings_log);
    return LOOPC_OK;
}

/* The emitted functions, with all that listens around them. Returns the status. */
static int run_watched(const struct loopc_context *context, struct loopc_run *run)
{
    if (start_watch(context, run)) return LOOPC_FAILED;
    const int st = run_once(context);
    if (!run->profile || !loopc_profile_end(run->profile)) return st;
    return st | loopc_fail(run, context->program->name, "--timings-log: %s is not complete",
                           context->args.timings_log);
}

/* Processes that still run when the run has ended. */
static void end_children(const struct loopc_context *context)
{
    for (int i = 0; i < context->program->child_count; i++) {
        loopc_child_end((void *)((char *)context->state + context->program->children[i]));
    }
}

static int run_all(const struct loopc_context *context)
{
    struct loopc_run *run = context->state;
    enum loopc_when when = context->args.progress;
    if (when == LOOPC_AUTO && context->args.trace) when = LOOPC_NEVER; /* a trace says it all */
    run->progress = loopc_progress_start(context->program, when, stderr);
    int st = run_watched(context, run);
    end_children(context);
    if (loopc_control_close(run->control, run, st)) {
        st |= loopc_fail(run, context->program->name, "--log or --journal: it is not complete");
    }
    run->control = NULL;
    loopc_progress_stop(run->progress, context->state);
    run->progress = NULL;
    return st;
}

static void report_failures(const struct loopc_context *context)
{
    const struct loopc_run *run = context->state;
    for (int i = 0; i < run->failures.count; i++) {
        const struct loopc_failure *failure = &run->failures.kept[i];
        char text[2048];
        loopc_failure_text(failure, text, sizeof text);
        loopc_log(context->program, i == 0 ? "failed" : "suppressed", "%s", text);
    }
    const unsigned more = loopc_failures_more(&run->failures);
    if (more) loopc_log(context->program, "suppressed", "%u more", more);
    if (run->failures.count == 0) loopc_log(context->program, "failed", "without a message");
}

/* What the run's status is for those who started it. An interruption that came too late for the
 * last boundary is one all the same: who sent it waits for it. */
static int conclude(const struct loopc_context *context, int st, const char **word)
{
    const struct loopc_run *run = context->state;
    const int number = run->interrupted > 0 ? run->interrupted : loopc_signal_caught();
    *word = "failed";
    if (st == LOOPC_FAILED) {
        report_failures(context);
        return 1;
    }
    if (st == LOOPC_INTERRUPTED && !number) { /* LOOPC_SHUTDOWN: as was wished */
        *word = "shutdown";
        return 0;
    }
    if (st == LOOPC_INTERRUPTED || number) {
        *word = "interrupted";
        loopc_log(context->program, "interrupted", "%s", loopc_signal_name(number));
        return 128 + number;
    }
    if (st != LOOPC_OK && st != LOOPC_MORE) {
        loopc_log(context->program, "failed", "the run ended with status %d, which is nobody's",
                  st);
        return 1;
    }
    *word = "ok";
    return 0;
}

/* Times and traces that were asked for and did not get out. There is nowhere left to say so. */
static bool is_unseen(const struct loopc_args *args)
{
    return (args->timings || args->trace) && ferror(stderr);
}

static int finish(const struct loopc_context *context, int st)
{
    struct loopc_run *run = context->state;
    const char *word;
    const int lost = loopc_flush_stdout(context->program);
    int code = conclude(context, st, &word);
    if (loopc_checkpointer_close(run->checkpointer, run, st == LOOPC_OK)) {
        loopc_log(context->program, "error", "--checkpoint: a checkpoint is missing");
        code = 1;
    }
    run->checkpointer = NULL;
    if (loopc_metrics_close(run->metrics, context->state, word)) {
        loopc_log(context->program, "error", "--metrics: %s is not complete",
                  context->args.metrics);
        code = 1;
    }
    if (run->profile && context->args.timings) loopc_profile_print(run->profile, stderr);
    loopc_profile_free(run->profile);
    return lost || is_unseen(&context->args) ? 1 : code;
}

/* Said by the signal handler, for people only. */
static const char *notice(const struct loopc_context *context, char *text, size_t size)
{
    if (!isatty(STDERR_FILENO)) return NULL;
    snprintf(text, size, "\n%s: ending in good order; once more to end at once\n",
             context->program->name);
    return text;
}

/* Who started the program may have had SIGCHLD ignored: then no exit status would be known. The
 * library leaves the signal to its host. */
static void hear_of_children(void)
{
    struct sigaction action;
    if (!sigaction(SIGCHLD, NULL, &action) && action.sa_handler == SIG_IGN) {
        signal(SIGCHLD, SIG_DFL);
    }
}

/* What is left to do before the run once everything is loaded. What does not fit the trainer is bad
 * input. Returns LOOPC_CONTINUE, or the exit code. */
static int make_ready(struct loopc_context *context)
{
    if (context->program->prepare && context->program->prepare(context->state)) {
        report_failures(context);
        return 2;
    }
    const int code = loopc_resume_and_open(context);
    return code == LOOPC_CONTINUE ? loopc_control_open(context) : code;
}

int loopc_main(const struct loopc_program *program, int argc, char **argv)
{
    struct loopc_context context = {.program = program};
    char text[256];
    hear_of_children();
    int code = loopc_start(&context, argc, argv);
    if (code == LOOPC_CONTINUE) {
        if (loopc_signals_catch(notice(&context, text, sizeof text), context.args.saving.folder)) {
            loopc_log(program, "error", "cannot catch signals: %s", strerror(errno));
        }
        code = make_ready(&context);
        if (code == LOOPC_CONTINUE) code = finish(&context, run_all(&context));
        loopc_signals_release();
    }
    loopc_end(&context);
    return code;
}
