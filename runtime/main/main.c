/* Main: from the command line to the exit code. */
#include "main/main.h"

#include "run/program.h"

#include "control/control.h"
#include "telemetry/metrics.h"
#include "telemetry/progress.h"
#include "checkpoint/checkpointer.h"
#include "checkpoint/directory.h"
#include "main/main_host.h"
#include "main/main_ranks.h"
#include "main/startup.h"
#include "parallel/ranks.h"
#include "telemetry/log.h"
#include "telemetry/profile.h"
#include "run/events.h"
#include "run/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BAD_USAGE = 2 };

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

/* Calls the emitted functions, profiled on request. Returns the status. */
static int run_watched(const struct loopc_context *context, struct loopc_run *run)
{
    if (start_watch(context, run)) return LOOPC_FAILED;
    const int st = loopc_main_run(context);
    if (!run->profile || !loopc_profile_end(run->profile)) return st;
    return st | loopc_fail(run, context->program->name, "--timings-log: %s is not complete",
                           context->args.timings_log);
}

/* Ends the processes that still run after the run. */
static void end_children(const struct loopc_context *context)
{
    for (int i = 0; i < context->program->child_count; i++) {
        context->program->end_child(
            (void *)((char *)context->state + context->program->children[i]));
    }
}

static int run_all(const struct loopc_context *context)
{
    struct loopc_run *run = context->state;
    enum loopc_when when = context->args.progress;
    if (loopc_ranks > 1) loopc_ranks_start_run();
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

/* The signal that ended the run, and how it is continued. */
static void report_interruption(const struct loopc_context *context, int number)
{
    const struct loopc_run *run = context->state;
    const char *folder = context->args.saving.folder;
    const int64_t saved = folder ? loopc_checkpointer_number(run->checkpointer) : 0;
    char name[LOOPC_NAME_SIZE];
    if (saved == 0) {
        loopc_log(context->program, "interrupted", "%s", loopc_signal_name(number));
        return;
    }
    loopc_checkpoint_name(context->program->name, saved, name);
    loopc_log(context->program, "interrupted", "%s; --resume continues with %s/%s",
              loopc_signal_name(number), folder, name);
}

/* The exit code. A signal that arrives after the last safepoint still decides it: its sender
 * expects 128 + n. */
static int conclude(const struct loopc_context *context, int st, const char **word)
{
    const struct loopc_run *run = context->state;
    const int number = run->interrupted > 0 ? run->interrupted : loopc_signal_caught();
    *word = "failed";
    if (st == LOOPC_FAILED) {
        if (!loopc_ranks_parted) report_failures(context);
        return 1;
    }
    if (st == LOOPC_INTERRUPTED && !number) { /* LOOPC_SHUTDOWN: as was wished */
        *word = "shutdown";
        return 0;
    }
    if (st == LOOPC_INTERRUPTED || number) {
        *word = "interrupted";
        report_interruption(context, number);
        return 128 + number;
    }
    if (st != LOOPC_OK && st != LOOPC_MORE) {
        loopc_log(context->program, "failed", "the run ended with the unknown status %d", st);
        return 1;
    }
    *word = "ok";
    return 0;
}

/* Whether requested times or traces could not be written to standard error. The exit code is the
 * only report left. */
static bool is_unseen(const struct loopc_args *args)
{
    return (args->timings || args->trace) && ferror(stderr);
}

/* The last thing that a run does: whoever finds the file knows that all went well. */
static int write_done_file(const struct loopc_context *context, int code)
{
    const char *const path = context->args.done_file;
    if (!path || code != 0) return code;
    FILE *const file = fopen(path, "we");
    const bool written = file && fputs("done\n", file) >= 0;
    if (file && fclose(file) == 0 && written) return 0;
    loopc_log(context->program, "error", "--done-file: cannot write %s: %s", path, strerror(errno));
    return 1;
}

static int finish(const struct loopc_context *context, int st)
{
    struct loopc_run *run = context->state;
    const char *word;
    const bool failed = loopc_ranks_is_own_failure(st);
    const int lost = loopc_flush_stdout(context->program);
    loopc_ranks_speak(false);
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
    if (lost || is_unseen(&context->args)) code = 1;
    return write_done_file(context, loopc_ranks_conclude(context, code, failed));
}

/* The notice that the signal handler writes to a terminal. */
static const char *notice(const struct loopc_context *context, char *text, size_t size)
{
    if (!isatty(STDERR_FILENO)) return NULL;
    snprintf(text, size, "\n%s: ending in good order; once more to end at once\n",
             context->program->name);
    return text;
}

/* If the program was started with SIGCHLD ignored, the system would discard the exit statuses of
 * children. The library leaves the signal to its host. */
static void hear_of_children(void)
{
    struct sigaction action;
    if (!sigaction(SIGCHLD, NULL, &action) && action.sa_handler == SIG_IGN) {
        signal(SIGCHLD, SIG_DFL);
    }
}

/* Whether the command line sets the field that is the target of the control channel. */
static bool is_target_given(const struct loopc_context *context)
{
    const struct loopc_program *program = context->program;
    const char *const name = program->steering ? program->steering->target : NULL;
    const struct loopc_field *target =
        name ? loopc_field_find(program->fields, program->field_count, name) : NULL;
    return target && context->args.given[target - program->fields];
}

static int open_control(struct loopc_context *context)
{
    struct loopc_control_options *const options = &context->args.control;
    options->target_given = is_target_given(context);
    return loopc_control_open(options, context->state, &context->texts) ? BAD_USAGE
                                                                        : LOOPC_CONTINUE;
}

/* The steps between loading and running. A spec that does not fit its data is bad input. Returns
 * LOOPC_CONTINUE, or the exit code. */
static int make_ready(struct loopc_context *context)
{
    int code = LOOPC_CONTINUE;
    if (context->program->prepare && context->program->prepare(context->state)) {
        report_failures(context);
        code = BAD_USAGE;
    }
    code = loopc_ranks_agree(code);
    if (code == LOOPC_CONTINUE) code = loopc_resume_and_open(context);
    if (code == LOOPC_CONTINUE) code = open_control(context);
    code = loopc_ranks_agree(code);
    if (code == LOOPC_CONTINUE && loopc_ranks > 1)
        loopc_ranks_share_turn(context->state, &(struct loopc_turn){0});
    return code;
}

int loopc_main(const struct loopc_program *program, int argc, char **argv)
{
    struct loopc_context context = {.program = program};
    char text[256];
    hear_of_children();
    loopc_ranks_begin(&argc, &argv);
    int code = loopc_ranks_agree(loopc_start(&context, argc, argv));
    if (code == LOOPC_CONTINUE) code = loopc_ranks_agree(loopc_ranks_check(&context));
    if (code == LOOPC_CONTINUE) {
        if (loopc_signals_catch(notice(&context, text, sizeof text), context.args.saving.folder)) {
            loopc_log(program, "error", "cannot catch signals: %s", strerror(errno));
        }
        code = make_ready(&context);
        if (code == LOOPC_CONTINUE) code = finish(&context, run_all(&context));
        loopc_signals_release();
    }
    loopc_end(&context);
    loopc_ranks_end();
    return code;
}
