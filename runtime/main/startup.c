/* Startup: the work of main before the run. */
#include "main/startup.h"

#include "main/datasets.h"
#include "main/main_host.h"

#include "parallel/team.h"
#include "run/streams.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"
#include "base/pages.h"
#include "checkpoint/checkpointer.h"
#include "checkpoint/initial_values.h"
#include "base/version.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ALIGNMENT = 64, BAD_USAGE = 2 };

/* A program started without standard streams must not open its files in their place. What takes
 * it refuses to be used, as a closed one would. */
static void occupy_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
        if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) return;
    }
}

/* Zeroed memory at a multiple of 64 bytes; *memory is the pointer to free. calloc, since a large
 * state then costs no memory where it is not used. One that fills a huge page at least by half gets
 * such pages: its weights are walked through from end to end. */
static void *make_memory(size_t size, void **memory)
{
    const size_t alignment = size > LOOPC_HUGE_PAGE / 2 ? LOOPC_HUGE_PAGE : ALIGNMENT;
    const size_t whole = (size + alignment - 1) / alignment * alignment;
    *memory = calloc(1, whole + alignment);
    if (!*memory) return NULL;
    char *const aligned = (char *)*memory + (alignment - (uintptr_t)*memory % alignment);
    loopc_huge_pages(aligned, whole);
    return aligned;
}

static int make_state(struct loopc_context *context)
{
    context->state = make_memory(context->program->size, &context->memory);
    if (!context->state) {
        loopc_log(context->program, "error", "no memory for a state of %zu bytes",
                  context->program->size);
        return 1;
    }
    struct loopc_run *run = context->state;
    run->program = context->program;
    run->host = &loopc_main_host;
    if (context->program->defaults) context->program->defaults(context->state);
    return LOOPC_CONTINUE;
}

static void hint(const struct loopc_program *program, const char *text)
{
    if (text && *text) loopc_log(program, "hint", "%s", text);
}

static int print_and_end(const struct loopc_context *context)
{
    if (context->args.action == LOOPC_ACTION_HELP) {
        loopc_help_print(context->program, context->state, stdout);
    } else {
        printf("%s, made by loopc %s\n", context->program->name, LOOPC_VERSION);
    }
    return loopc_flush_stdout(context->program);
}

static int read_command_line(struct loopc_context *context, int argc, char **argv)
{
    struct loopc_args *args = &context->args;
    if (loopc_args_read(args, context->program, context->state, &context->texts, argc, argv)) {
        loopc_log(context->program, "error", "%s", args->message);
        hint(context->program, args->hint);
        return BAD_USAGE;
    }
    if (args->action != LOOPC_ACTION_RUN) return print_and_end(context);
    if (args->model.subcommand == LOOPC_SUBCOMMAND_DATA) return LOOPC_CONTINUE;
    if (args->model.subcommand != LOOPC_SUBCOMMAND_RUN) return context->program->model(context);
    if ((args->timings || args->timings_log || args->trace) &&
        !context->program->run_instrumented && !context->program->step_instrumented) {
        loopc_log(context->program, "error", "it was built without --timings and --trace");
        return BAD_USAGE;
    }
    return LOOPC_CONTINUE;
}

static int open_timings(struct loopc_context *context)
{
    const char *const path = context->args.timings_log;
    if (!path) return LOOPC_CONTINUE;
    context->timings_log = fopen(path, "we");
    if (context->timings_log) return LOOPC_CONTINUE;
    loopc_log(context->program, "error", "--timings-log: cannot write %s: %s", path,
              strerror(errno));
    return BAD_USAGE;
}

/* A message may have its hint in a second line. */
static int bad_flag(const struct loopc_context *context, const char *flag, char *message)
{
    char *second = strchr(message, '\n');
    if (second) *second++ = 0;
    loopc_log(context->program, "error", "%s%s", flag, message);
    hint(context->program, second && !strncmp(second, "hint: ", 6) ? second + 6 : second);
    return BAD_USAGE;
}

static int open_metrics(const struct loopc_context *context)
{
    struct loopc_run *run = context->state;
    char message[512];
    if (!context->args.metrics) return LOOPC_CONTINUE;
    const struct loopc_metrics_mark *mark =
        run->checkpointer ? loopc_checkpointer_metrics(run->checkpointer) : NULL;
    run->metrics =
        loopc_metrics_open(context->program, context->args.metrics, mark, message, sizeof message);
    return run->metrics ? LOOPC_CONTINUE : bad_flag(context, "--metrics: ", message);
}

static int open_files(struct loopc_context *context)
{
    int code = open_timings(context);
    if (code != LOOPC_CONTINUE) return code;
    code = open_metrics(context);
    if (code != LOOPC_CONTINUE && context->timings_log) fclose(context->timings_log);
    return code;
}

static int open_checkpointer(const struct loopc_context *context)
{
    const struct loopc_saving *saving = &context->args.saving;
    struct loopc_run *run = context->state;
    char message[1024];
    if (!saving->folder && !saving->resume) {
        if (!saving->every && !saving->best && !saving->keep) return LOOPC_CONTINUE;
        loopc_log(context->program, "error", "nothing is saved without --checkpoint");
        hint(context->program, "--checkpoint <folder>");
        return BAD_USAGE;
    }
    run->checkpointer = loopc_checkpointer_open(context->program, saving, message, sizeof message);
    return run->checkpointer ? LOOPC_CONTINUE : bad_flag(context, "", message);
}

static int make_team(const struct loopc_context *context)
{
    char message[256];
    if (!loopc_team_size(context->args.threads, message, sizeof message)) return LOOPC_CONTINUE;
    loopc_log(context->program, "error", "--threads: %s", message);
    return 1;
}

int loopc_start(struct loopc_context *context, int argc, char **argv)
{
    context->argc = argc;
    context->argv = argv;
    occupy_standard_streams();
    int code = make_state(context);
    if (code == LOOPC_CONTINUE) code = read_command_line(context, argc, argv);
    if (code == LOOPC_CONTINUE) code = loopc_datasets_load(context);
    if (code == LOOPC_CONTINUE && context->args.model.subcommand == LOOPC_SUBCOMMAND_DATA)
        code = loopc_datasets_print(context);
    if (code == LOOPC_CONTINUE)
        loopc_streams_seed(context->program, context->state, context->args.seed);
    if (code == LOOPC_CONTINUE) code = open_checkpointer(context);
    if (code == LOOPC_CONTINUE) code = make_team(context);
    return code;
}

/* Reads the command line again: its flags override the values of the checkpoint. */
static int read_again(struct loopc_context *context)
{
    loopc_args_free(&context->args);
    return read_command_line(context, context->argc, context->argv);
}

/* Random streams continue: another seed would have no effect, or an effect on some of them. */
static int check_seed(const struct loopc_context *context)
{
    const struct loopc_run *run = context->state;
    if (!context->args.seed_given || context->args.seed == run->seed) return LOOPC_CONTINUE;
    loopc_log(context->program, "error", "--seed: the resumed run was begun with seed %llu",
              (unsigned long long)run->seed);
    hint(context->program, "leave it out, or begin a new run, without --resume");
    return BAD_USAGE;
}

static int resume(struct loopc_context *context)
{
    struct loopc_run *run = context->state;
    char message[1024];
    if (!run->checkpointer || !context->args.saving.resume) return LOOPC_CONTINUE;
    if (loopc_checkpointer_resume(run->checkpointer, context->state, &context->texts, message,
                                  sizeof message)) {
        return bad_flag(context, "", message);
    }
    const int code = check_seed(context);
    return code == LOOPC_CONTINUE ? read_again(context) : code;
}

/* The run ended before: says which checkpoint would extend it. */
static int over(const struct loopc_context *context)
{
    const struct loopc_run *run = context->state;
    loopc_log(context->program, "resumed", "nothing: that run is over");
    if (loopc_checkpointer_position(run->checkpointer) == LOOPC_AT_END &&
        loopc_checkpointer_ended(run->checkpointer)) {
        hint(context->program, "more of it would need the checkpoint before its end: --keep 2");
    }
    return 0;
}

/* Extends a run that has ended: continues at the end of the first loop that has iterations left
 * now, with a larger bound; all later steps are repeated. Returns LOOPC_CONTINUE when there is
 * one, or the exit code. */
static int extend(struct loopc_context *context)
{
    struct loopc_run *run = context->state;
    struct loopc_checkpointer *checkpointer = run->checkpointer;
    int64_t number, found = 0;
    while (context->program->reevaluate && (number = loopc_checkpointer_ended(checkpointer)) != 0) {
        if (!loopc_checkpointer_load(checkpointer, context->state, &context->texts, number)) break;
        const int code = read_again(context);
        if (code != LOOPC_CONTINUE) return code;
        if (context->program->reevaluate(context->state, loopc_checkpointer_position(checkpointer)))
            found = number;
    }
    if (!found || !loopc_checkpointer_load(checkpointer, context->state, &context->texts, found))
        return over(context);
    return read_again(context);
}

/* Calls the hook of bodies after a checkpoint was loaded. */
static int call_hooks(const struct loopc_context *context)
{
    char text[1024];
    struct loopc_run *run = context->state;
    const struct loopc_program *program = context->program;
    if (!program->after_load || !loopc_checkpointer_metrics(run->checkpointer))
        return LOOPC_CONTINUE;
    if (!program->after_load(context->state)) return LOOPC_CONTINUE;
    loopc_failure_text(&run->failures.kept[0], text, sizeof text);
    loopc_log(program, "failed", "%s", text);
    return 1;
}

/* The position at which a resumed run continues. */
static int find_place(struct loopc_context *context)
{
    struct loopc_run *run = context->state;
    if (!context->args.saving.resume) return LOOPC_CONTINUE;
    if (loopc_checkpointer_position(run->checkpointer) == LOOPC_AT_END) {
        const int code = extend(context);
        if (code != LOOPC_CONTINUE) return code;
    }
    if (context->program->reevaluate)
        context->program->reevaluate(context->state,
                                     loopc_checkpointer_position(run->checkpointer));
    return call_hooks(context);
}

/* The values of --init, in a run that begins. Flags given override them. */
static int take_values(struct loopc_context *context)
{
    struct loopc_run *run = context->state;
    const char *const source = context->args.saving.init;
    char message[1024] = "";
    if (!source) return LOOPC_CONTINUE;
    if (run->checkpointer && loopc_checkpointer_metrics(run->checkpointer)) {
        loopc_log(context->program, "warning", "--init is not used: the run is resumed");
        return LOOPC_CONTINUE;
    }
    if (loopc_init_values(context->program, context->state, &context->texts, source,
                          &(struct loopc_message){message, sizeof message}))
        return bad_flag(context, "--init: ", message);
    return read_again(context);
}

int loopc_resume_and_open(struct loopc_context *context)
{
    struct loopc_run *run = context->state;
    int code = resume(context);
    if (code == LOOPC_CONTINUE && run->checkpointer) code = find_place(context);
    if (code == LOOPC_CONTINUE) code = take_values(context);
    if (code == LOOPC_CONTINUE) code = open_files(context);
    if (code == LOOPC_CONTINUE && run->checkpointer)
        loopc_checkpointer_begin(run->checkpointer, run);
    return code;
}

void loopc_end(struct loopc_context *context)
{
    struct loopc_run *run = context->state;
    loopc_team_end();
    if (run) loopc_checkpointer_close(run->checkpointer, run, false);
    if (run) loopc_datasets_free(context);
    loopc_args_free(&context->args);
    loopc_texts_free(&context->texts);
    free(context->memory);
    context->memory = context->state = NULL;
}
