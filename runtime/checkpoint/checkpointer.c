/* The checkpointer: when, and what becomes of errors; checkpoint.h knows how. */
#include "checkpoint/checkpointer.h"

#include "checkpoint/checkpoint.h"
#include "checkpoint/directory.h"
#include "base/clock.h"
#include "run/events.h"
#include "telemetry/metrics.h"
#include "telemetry/progress.h"
#include "checkpoint/schedule.h"
#include "telemetry/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct loopc_checkpointer {
    const struct loopc_program *program;
    struct loopc_saving saving;
    struct loopc_directory folder;
    bool open;          /* the folder */
    char resumed[4096]; /* the path of the checkpoint that was loaded, or empty */
    struct loopc_counters counters;
    struct loopc_schedule schedule;
    struct loopc_best best;
    struct loopc_checkpoint_info now, last; /* where the run is; where it was saved last */
    double started;                         /* on the clock, less what ran before a resume */
    bool lost;                              /* a checkpoint could not be written */
};

static double clock_now(void)
{
    return (double)loopc_clock() * 1e-9;
}

static int read_flags(struct loopc_checkpointer *checkpointer, const struct loopc_message *message)
{
    const struct loopc_saving *saving = &checkpointer->saving;
    if (loopc_schedule_parse(&checkpointer->schedule, saving->every ? saving->every : "1epoch",
                             message))
        return LOOPC_FAILED;
    if (saving->best &&
        loopc_best_parse(&checkpointer->best, saving->best, checkpointer->program, message))
        return LOOPC_FAILED;
    if (saving->folder) {
        if (loopc_directory_open(&checkpointer->folder, checkpointer->program, saving->folder,
                                 message))
            return LOOPC_FAILED;
        checkpointer->open = true;
    }
    return loopc_counters_make(&checkpointer->counters, checkpointer->program);
}

static void free_checkpointer(struct loopc_checkpointer *checkpointer)
{
    if (checkpointer->open) loopc_directory_close(&checkpointer->folder);
    loopc_counters_free(&checkpointer->counters);
    free(checkpointer);
}

struct loopc_checkpointer *loopc_checkpointer_open(const struct loopc_program *program,
                                                   const struct loopc_saving *saving, char *message,
                                                   size_t size)
{
    struct loopc_checkpointer *checkpointer = calloc(1, sizeof *checkpointer);
    snprintf(message, size, "out of memory");
    if (!checkpointer) return NULL;
    checkpointer->program = program;
    checkpointer->saving = *saving;
    checkpointer->now = checkpointer->last = loopc_checkpoint_info_start();
    checkpointer->started = clock_now();
    if (!read_flags(checkpointer, &(struct loopc_message){message, size})) {
        if (checkpointer->open) loopc_raise_event(LOOPC_EVENT_SAVE);
        return checkpointer;
    }
    free_checkpointer(checkpointer);
    return NULL;
}

/* Resuming. */

static void log_load_note(void *listener, enum loopc_load_note note, const char *text)
{
    const struct loopc_checkpointer *checkpointer = listener;
    static const char *const what[] = {
        [LOOPC_NOTE_MISSING] = "is not in the checkpoint: left as it is",
        [LOOPC_NOTE_EXTRA] = "of the checkpoint is nothing here: ignored"};
    if (note == LOOPC_NOTE_WARNING)
        loopc_log(checkpointer->program, "warning", "%s", text);
    else
        loopc_log(checkpointer->program, "warning", "%s %s", text, what[note]);
}

static void adopt(struct loopc_checkpointer *checkpointer, const struct loopc_load_request *loading)
{
    checkpointer->now = checkpointer->last = loading->info;
    checkpointer->started = clock_now() - loading->info.seconds;
    snprintf(checkpointer->resumed, sizeof checkpointer->resumed, "%s", loading->path);
}

static int check_position(const struct loopc_checkpointer *checkpointer,
                          const struct loopc_load_request *loading)
{
    const int64_t position = loading->info.position;
    if (position >= LOOPC_AT_END && position < checkpointer->program->resume_point_count)
        return LOOPC_OK;
    return loopc_error_set(&loading->message, NULL, "%s: its position is none of this program",
                           loading->path);
}

int loopc_checkpointer_resume(struct loopc_checkpointer *checkpointer, void *state,
                              struct loopc_texts *texts, char *message, size_t size)
{
    if (!checkpointer->saving.resume) return LOOPC_OK;
    struct loopc_load_request loading = {.program = checkpointer->program,
                                         .state = state,
                                         .texts = texts,
                                         .note = log_load_note,
                                         .listener = checkpointer,
                                         .message = {message, size}};
    const int result =
        loopc_checkpoint_resume(&loading, checkpointer->saving.folder, checkpointer->saving.resume);
    if (result == LOOPC_NO_FILE && checkpointer->open &&
        strcmp(checkpointer->saving.resume, "latest") == 0) {
        loopc_log(checkpointer->program, "resumed", "nothing: there is no checkpoint in %s yet",
                  checkpointer->saving.folder);
        return LOOPC_OK;
    }
    if (result != LOOPC_LOADED || check_position(checkpointer, &loading)) return LOOPC_FAILED;
    adopt(checkpointer, &loading);
    return LOOPC_OK;
}

int loopc_checkpointer_position(const struct loopc_checkpointer *checkpointer)
{
    return (int)checkpointer->now.position;
}

int64_t loopc_checkpointer_ended(const struct loopc_checkpointer *checkpointer)
{
    const int64_t ended = *checkpointer->resumed ? checkpointer->now.ended : 0;
    return ended > 0 && ended < checkpointer->now.number ? ended : 0;
}

/* The path of a checkpoint beside the one that was resumed. */
static int path_of(const struct loopc_checkpointer *checkpointer, int64_t number, char *path,
                   size_t size)
{
    const char *slash = strrchr(checkpointer->resumed, '/');
    const int folder = slash ? (int)(slash - checkpointer->resumed) + 1 : 0;
    char name[LOOPC_NAME_SIZE];
    loopc_checkpoint_name(checkpointer->program->name, number, name);
    const int wrote = snprintf(path, size, "%.*s%s", folder, checkpointer->resumed, name);
    return wrote > 0 && (size_t)wrote < size ? LOOPC_OK : LOOPC_FAILED;
}

bool loopc_checkpointer_load(struct loopc_checkpointer *checkpointer, void *state,
                             struct loopc_texts *texts, int64_t number)
{
    char path[4096], text[1024];
    struct loopc_load_request loading = {.program = checkpointer->program,
                                         .state = state,
                                         .texts = texts,
                                         .message = {text, sizeof text}};
    if (path_of(checkpointer, number, path, sizeof path)) return false;
    const int result = loopc_checkpoint_load(&loading, path);
    if (result != LOOPC_LOADED && result != LOOPC_NO_FILE)
        loopc_log(checkpointer->program, "warning", "%.*s", (int)strcspn(text, "\n"), text);
    if (result != LOOPC_LOADED || check_position(checkpointer, &loading)) return false;
    if (loading.info.position == LOOPC_AT_END) return false;
    adopt(checkpointer, &loading);
    return true;
}

void loopc_checkpointer_continue(struct loopc_checkpointer *checkpointer, struct loopc_run *run)
{
    if (!*checkpointer->resumed) return;
    run->resume_at = loopc_checkpointer_position(checkpointer);
    loopc_log(checkpointer->program, "resumed", "%s, at %s", checkpointer->resumed,
              checkpointer->program->resume_points[run->resume_at]);
}

int64_t loopc_checkpointer_metrics(const struct loopc_checkpointer *checkpointer)
{
    return checkpointer->now.metrics;
}

/* Saving. */

static void read_info(struct loopc_checkpointer *checkpointer, const struct loopc_run *run, int at)
{
    loopc_counters_read(&checkpointer->counters, run, &checkpointer->now);
    checkpointer->now.position = at;
    checkpointer->now.seconds = clock_now() - checkpointer->started;
    checkpointer->now.metrics = run->metrics ? loopc_metrics_size(run->metrics) : -1;
}

static int not_saved(struct loopc_checkpointer *checkpointer, struct loopc_run *run,
                     const char *message)
{
    checkpointer->lost = true;
    if (checkpointer->saving.stop) return loopc_fail(run, "--checkpoint", "%s", message);
    loopc_log(checkpointer->program, "error", "--checkpoint: %s; the run goes on", message);
    return LOOPC_OK;
}

static int save(struct loopc_checkpointer *checkpointer, struct loopc_run *run)
{
    char text[1024] = "";
    const struct loopc_message message = {text, sizeof text};
    const bool best = checkpointer->best.field &&
                      loopc_best_improves(&checkpointer->best, run, &checkpointer->now);
    const int st =
        loopc_checkpoint_save(&checkpointer->folder, run, &checkpointer->now, best, &message);
    checkpointer->last = checkpointer->now;
    if (st) return not_saved(checkpointer, run, text);
    if (checkpointer->saving.keep &&
        loopc_directory_prune(&checkpointer->folder, checkpointer->saving.keep, &message))
        return not_saved(checkpointer, run, text);
    return LOOPC_OK;
}

int loopc_checkpointer_poll(struct loopc_checkpointer *checkpointer, struct loopc_run *run, int at,
                            bool now)
{
    if (!checkpointer->open) return LOOPC_OK;
    loopc_raise_event(LOOPC_EVENT_SAVE); /* the schedule is looked at in every iteration */
    read_info(checkpointer, run, at);
    if (!now &&
        !loopc_schedule_due(&checkpointer->schedule, &checkpointer->last, &checkpointer->now))
        return LOOPC_OK;
    return save(checkpointer, run);
}

int loopc_checkpointer_end(struct loopc_checkpointer *checkpointer, struct loopc_run *run, int at)
{
    if (!checkpointer->open) return LOOPC_OK;
    read_info(checkpointer, run, at);
    const int st = save(checkpointer, run);
    checkpointer->now.ended = checkpointer->now.number;
    return st;
}

int64_t loopc_checkpointer_number(const struct loopc_checkpointer *checkpointer)
{
    return checkpointer->now.number;
}

int loopc_checkpointer_close(struct loopc_checkpointer *checkpointer, struct loopc_run *run,
                             bool ended)
{
    if (!checkpointer) return LOOPC_OK;
    if (checkpointer->open && ended) {
        read_info(checkpointer, run, LOOPC_AT_END);
        save(checkpointer, run);
    }
    const bool lost = checkpointer->lost;
    free_checkpointer(checkpointer);
    return lost ? LOOPC_FAILED : LOOPC_OK;
}
