/* Startup: what main does before the run. */
#include "main/startup.h"

#include "main/feeds.h"

#include "parallel/team.h"
#include "data/dataset.h"
#include "run/events.h"
#include "library/instance.h"
#include "telemetry/metrics.h"
#include "base/pages.h"
#include "checkpoint/checkpointer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ALIGNMENT = 64, BAD_USAGE = 2 };

void loopc_say(const struct loopc_program *program, const char *kind, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fprintf(stderr, "%s: %s: %s\n", program->name, kind, text);
}

/* Whether the run was ended because nobody reads any more, a pipe's reader or a terminal: what is
 * lost then is not missed. */
static bool is_gone(void)
{
    const int number = loopc_signal_caught();
    return number == SIGPIPE || number == SIGHUP;
}

/* Closing a descriptor is where some file systems tell of what they could not write. */
int loopc_flush_stdout(const struct loopc_program *program)
{
    errno = 0;
    bool lost = ferror(stdout);
    lost |= fflush(stdout) != 0;
    const int copy = lost ? -1 : dup(STDOUT_FILENO);
    lost |= copy >= 0 && close(copy) != 0;
    if (!lost || is_gone()) return 0;
    loopc_say(program, "error", "cannot write standard output%s%s", errno ? ": " : "",
              errno ? strerror(errno) : "");
    return 1;
}

/* A program started without standard streams must not open its files in their place. What takes
 * it refuses to be used, as a closed one would. */
static void occupy_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
        if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) return;
    }
}

/* Zeroed memory at a multiple of 64 bytes; *memory is what is to be freed. calloc, since a large
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

static int make_state(struct loopc_job *job)
{
    job->state = make_memory(job->program->size, &job->memory);
    if (!job->state) {
        loopc_say(job->program, "error", "no memory for a state of %zu bytes", job->program->size);
        return 1;
    }
    struct loopc_run *run = job->state;
    run->program = job->program;
    if (job->program->defaults) job->program->defaults(job->state);
    return LOOPC_GO_ON;
}

static void hint(const struct loopc_program *program, const char *text)
{
    if (text && *text) loopc_say(program, "hint", "%s", text);
}

static int print_and_end(const struct loopc_job *job)
{
    if (job->args.wish == LOOPC_WISH_HELP) {
        loopc_help_print(job->program, job->state, stdout);
    } else {
        printf("%s, made by loopc %s\n", job->program->name, LOOPC_VERSION);
    }
    return loopc_flush_stdout(job->program);
}

static int read_command_line(struct loopc_job *job, int argc, char **argv)
{
    struct loopc_args *args = &job->args;
    if (loopc_args_read(args, job->program, job->state, &job->texts, argc, argv)) {
        loopc_say(job->program, "error", "%s", args->message);
        hint(job->program, args->hint);
        return BAD_USAGE;
    }
    if (args->wish != LOOPC_WISH_RUN) return print_and_end(job);
    if (args->model.verb != LOOPC_VERB_RUN) return job->program->model(job);
    if ((args->timings || args->timings_log || args->trace) && !job->program->watched &&
        !job->program->step_watched) {
        loopc_say(job->program, "error", "it was built without --timings and --trace");
        return BAD_USAGE;
    }
    return LOOPC_GO_ON;
}

static void *field_memory(const struct loopc_job *job, int i)
{
    return (char *)job->state + job->program->fields[i].offset;
}

/* Where the location that opens a message of loopc_dataset_load ends: "path", "path:line",
 * "path:line:column", with path a file of the argument. 0 when there is none. */
static size_t location_length(const char *message, const char *argument)
{
    for (const char *file = argument; *file;) {
        size_t length = strcspn(file, ",");
        if (!strncmp(message, file, length) && message[length] == ':') {
            size_t digits;
            while ((digits = strspn(message + length + 1, "0123456789")))
                length += 1 + digits;
            return message[length] == ':' ? length : 0;
        }
        file += length + (file[length] == ',');
    }
    return 0;
}

/* A message has its hint in a second line. */
static int bad_data(const struct loopc_job *job, int i, char *message)
{
    char *second = strchr(message, '\n');
    if (second) *second++ = 0;
    const size_t place = location_length(message, job->args.given[i]);
    if (place) {
        fprintf(stderr, "%.*s: error:%s\n", (int)place, message, message + place + 1);
    } else {
        loopc_say(job->program, "error", "%s", message);
    }
    if (second) hint(job->program, strncmp(second, "hint: ", 6) ? second : second + 6);
    return BAD_USAGE;
}

static int missing(const struct loopc_job *job, const struct loopc_field *field)
{
    loopc_say(job->program, "error", "--%s is needed%s%s", field->flag ? field->flag : field->name,
              field->doc ? ": " : "", field->doc ? field->doc : "");
    hint(job->program, "a data set is one CSV or .npy file, or IMAGES,LABELS for IDX");
    return BAD_USAGE;
}

static int load_dataset(const struct loopc_job *job, int i, int depth);

/* Finds the data set that field i is like, and loads it if that is still to be done. */
static int load_like(const struct loopc_job *job, int i, const struct loopc_dataset **like,
                     int depth)
{
    const struct loopc_program *program = job->program;
    const char *name = program->fields[i].dataset ? program->fields[i].dataset->like : NULL;
    *like = NULL;
    if (!name) return LOOPC_GO_ON;
    const struct loopc_field *field = loopc_field_find(program->fields, program->field_count, name);
    if (field && depth < program->field_count) {
        const int other = (int)(field - program->fields);
        const int code = load_dataset(job, other, depth + 1);
        if (code != LOOPC_GO_ON) return code;
        *like = field_memory(job, other);
        if ((*like)->source) return LOOPC_GO_ON;
    }
    loopc_say(program, "error", "--%s needs --%s, whose scale and classes it shares",
              program->fields[i].flag, field && field->flag ? field->flag : name);
    return BAD_USAGE;
}

/* `depth` is how many data sets wait for this one: a circle ends at load_like. */
static int load_dataset(const struct loopc_job *job, int i, int depth)
{
    static const struct loopc_dataset_options plain;
    const struct loopc_field *field = &job->program->fields[i];
    const struct loopc_dataset_options *options = field->dataset ? field->dataset : &plain;
    const char *argument = job->args.given[i];
    struct loopc_dataset *d = field_memory(job, i);
    const struct loopc_dataset *like;
    char message[LOOPC_DATASET_MESSAGE * 2];
    if (d->source) return LOOPC_GO_ON;
    if (!argument) return options->required ? missing(job, field) : LOOPC_GO_ON;
    const int code = load_like(job, i, &like, depth);
    if (code != LOOPC_GO_ON) return code;
    if (loopc_dataset_load(d, argument, options, like, message, sizeof message)) {
        return bad_data(job, i, message);
    }
    return LOOPC_GO_ON;
}

static int load_datasets(const struct loopc_job *job)
{
    for (int i = 0; i < job->program->field_count; i++) {
        if (job->program->fields[i].type != LOOPC_DATASET) continue;
        const int code = load_dataset(job, i, 0);
        if (code != LOOPC_GO_ON) return code;
    }
    return loopc_feeds_check(job);
}

/* Bodies may have copied one data set to another: each memory is freed once. */
static void free_datasets(const struct loopc_job *job)
{
    for (int i = 0; i < job->program->field_count; i++) {
        if (job->program->fields[i].type != LOOPC_DATASET) continue;
        struct loopc_dataset *d = field_memory(job, i);
        for (int j = i + 1; j < job->program->field_count; j++) {
            if (job->program->fields[j].type != LOOPC_DATASET) continue;
            struct loopc_dataset *other = field_memory(job, j);
            if (other->source == d->source) other->owner = false;
        }
        loopc_dataset_free(d);
    }
}

static int open_timings(struct loopc_job *job)
{
    const char *const path = job->args.timings_log;
    if (!path) return LOOPC_GO_ON;
    job->timings_log = fopen(path, "we");
    if (job->timings_log) return LOOPC_GO_ON;
    loopc_say(job->program, "error", "--timings-log: cannot write %s: %s", path, strerror(errno));
    return BAD_USAGE;
}

static int open_metrics(const struct loopc_job *job)
{
    struct loopc_run *run = job->state;
    char message[512];
    if (!job->args.metrics) return LOOPC_GO_ON;
    const int64_t keep = run->checkpointer ? loopc_checkpointer_metrics(run->checkpointer) : -1;
    run->metrics =
        loopc_metrics_open(job->program, job->args.metrics, keep, message, sizeof message);
    if (run->metrics) return LOOPC_GO_ON;
    loopc_say(job->program, "error", "--metrics: %s", message);
    return BAD_USAGE;
}

static int open_files(struct loopc_job *job)
{
    int code = open_timings(job);
    if (code != LOOPC_GO_ON) return code;
    code = open_metrics(job);
    if (code != LOOPC_GO_ON && job->timings_log) fclose(job->timings_log);
    return code;
}

static int bad_saving(const struct loopc_job *job, char *message)
{
    char *second = strchr(message, '\n');
    if (second) *second++ = 0;
    loopc_say(job->program, "error", "%s", message);
    hint(job->program, second && !strncmp(second, "hint: ", 6) ? second + 6 : second);
    return BAD_USAGE;
}

static int open_saver(const struct loopc_job *job)
{
    const struct loopc_saving *saving = &job->args.saving;
    struct loopc_run *run = job->state;
    char message[1024];
    if (!saving->folder && !saving->resume) {
        if (!saving->every && !saving->best && !saving->keep) return LOOPC_GO_ON;
        loopc_say(job->program, "error", "nothing is saved without --checkpoint");
        hint(job->program, "--checkpoint <folder>");
        return BAD_USAGE;
    }
    run->checkpointer = loopc_checkpointer_open(job->program, saving, message, sizeof message);
    return run->checkpointer ? LOOPC_GO_ON : bad_saving(job, message);
}

static int make_crew(const struct loopc_job *job)
{
    char message[256];
    if (!loopc_team_size(job->args.threads, message, sizeof message)) return LOOPC_GO_ON;
    loopc_say(job->program, "error", "--threads: %s", message);
    return 1;
}

int loopc_start(struct loopc_job *job, int argc, char **argv)
{
    job->argc = argc;
    job->argv = argv;
    occupy_standard_streams();
    int code = make_state(job);
    if (code == LOOPC_GO_ON) code = read_command_line(job, argc, argv);
    if (code == LOOPC_GO_ON) code = load_datasets(job);
    if (code == LOOPC_GO_ON) loopc_instance_seed(job->program, job->state, job->args.seed);
    if (code == LOOPC_GO_ON) code = open_saver(job);
    if (code == LOOPC_GO_ON) code = make_crew(job);
    return code;
}

/* Flags that are given again win over what was saved. */
static int read_again(struct loopc_job *job)
{
    loopc_args_free(&job->args);
    return read_command_line(job, job->argc, job->argv);
}

static int resume(struct loopc_job *job)
{
    struct loopc_run *run = job->state;
    char message[1024];
    if (!run->checkpointer || !job->args.saving.resume) return LOOPC_GO_ON;
    if (loopc_checkpointer_resume(run->checkpointer, job->state, &job->texts, message,
                                  sizeof message)) {
        return bad_saving(job, message);
    }
    return read_again(job);
}

/* Whoever wanted more of it should know what that takes. */
static int over(const struct loopc_job *job)
{
    const struct loopc_run *run = job->state;
    loopc_say(job->program, "resumed", "nothing: that run is over");
    if (loopc_checkpointer_position(run->checkpointer) == LOOPC_AT_END &&
        loopc_checkpointer_ended(run->checkpointer)) {
        hint(job->program, "more of it would need the checkpoint before its end: --keep 2");
    }
    return 0;
}

/* A run that is over goes on at the end of the first loop that has more to do now, with a larger
 * bound: what came behind it comes anew. Returns LOOPC_GO_ON when there is one, or the exit
 * code. */
static int extend(struct loopc_job *job)
{
    struct loopc_run *run = job->state;
    struct loopc_checkpointer *saver = run->checkpointer;
    int64_t number, found = 0;
    while (job->program->again && (number = loopc_checkpointer_ended(saver)) != 0) {
        if (!loopc_checkpointer_load(saver, job->state, &job->texts, number)) break;
        const int code = read_again(job);
        if (code != LOOPC_GO_ON) return code;
        if (job->program->again(job->state, loopc_checkpointer_position(saver))) found = number;
    }
    if (!found || !loopc_checkpointer_load(saver, job->state, &job->texts, found)) return over(job);
    return read_again(job);
}

int loopc_take_up(struct loopc_job *job)
{
    struct loopc_run *run = job->state;
    int code = resume(job);
    if (code != LOOPC_GO_ON || !run->checkpointer || !job->args.saving.resume) {
        return code == LOOPC_GO_ON ? open_files(job) : code;
    }
    if (loopc_checkpointer_position(run->checkpointer) == LOOPC_AT_END) code = extend(job);
    if (code != LOOPC_GO_ON) return code;
    if (job->program->again)
        job->program->again(job->state, loopc_checkpointer_position(run->checkpointer));
    loopc_checkpointer_go_on(run->checkpointer, run);
    return open_files(job);
}

void loopc_end(struct loopc_job *job)
{
    struct loopc_run *run = job->state;
    loopc_team_end();
    if (run) loopc_checkpointer_close(run->checkpointer, run, false);
    if (run) free_datasets(job);
    loopc_args_free(&job->args);
    loopc_texts_free(&job->texts);
    free(job->memory);
    job->memory = job->state = NULL;
}
