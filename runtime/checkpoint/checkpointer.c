/* The checkpointer: its flags, and resuming; checkpointer_save.c saves. */
#include "checkpoint/checkpointer_state.h"

#include "checkpoint/directory.h"
#include "base/clock.h"
#include "run/events.h"
#include "telemetry/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { FREE_SECONDS = 30, FREE_KEEP = 3 };

double loopc_checkpointer_clock(void)
{
    return (double)loopc_clock() * 1e-9;
}

bool loopc_checkpointer_is_free(const struct loopc_checkpointer *checkpointer)
{
    return !checkpointer->saving.every;
}

/* When, and how many are kept. */
static int read_schedule(struct loopc_checkpointer *checkpointer,
                         const struct loopc_message *message)
{
    struct loopc_saving *saving = &checkpointer->saving;
    if (saving->every) return loopc_schedule_parse(&checkpointer->schedule, saving->every, message);
    checkpointer->schedule = (struct loopc_schedule){LOOPC_SECONDS, FREE_SECONDS};
    if (saving->keep) return LOOPC_OK;
    saving->keep = FREE_KEEP;
    checkpointer->spares = true;
    return LOOPC_OK;
}

static int judge_by(struct loopc_checkpointer *checkpointer, const char *text,
                    const struct loopc_message *message)
{
    if (loopc_best_parse(&checkpointer->best, text, checkpointer->program, message))
        return LOOPC_FAILED;
    loopc_best_format(&checkpointer->best, checkpointer->now.by, sizeof checkpointer->now.by);
    return LOOPC_OK;
}

/* A folder is that of one run: this one may begin in it when there is nothing in it. */
static int check_empty(const struct loopc_checkpointer *checkpointer,
                       const struct loopc_message *message)
{
    char name[LOOPC_NAME_SIZE], run[LOOPC_RUN_ID];
    if (checkpointer->saving.resume || !loopc_directory_owner(&checkpointer->folder, name, run))
        return LOOPC_OK;
    return loopc_error_set(message, "--resume continues that run; a new one needs another folder",
                           "%s: it has the checkpoints of another run, as %s",
                           checkpointer->saving.folder, name);
}

static int open_folder(struct loopc_checkpointer *checkpointer, const struct loopc_message *message)
{
    if (!checkpointer->saving.folder) return LOOPC_OK;
    int (*const open)(struct loopc_directory *, const struct loopc_program *, const char *,
                      const struct loopc_message *) =
        checkpointer->saving.reads ? loopc_directory_look : loopc_directory_open;
    if (open(&checkpointer->folder, checkpointer->program, checkpointer->saving.folder, message))
        return LOOPC_FAILED;
    checkpointer->open = true;
    return check_empty(checkpointer, message);
}

static void make_identity(char id[LOOPC_RUN_ID])
{
    unsigned char bytes[(LOOPC_RUN_ID - 1) / 2] = {0};
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
        const double now = loopc_checkpointer_clock();
        memcpy(bytes, &now, sizeof now);
    }
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(id + 2 * i, 3, "%02x", bytes[i]);
}

static int read_flags(struct loopc_checkpointer *checkpointer, const struct loopc_message *message)
{
    const struct loopc_saving *saving = &checkpointer->saving;
    if (read_schedule(checkpointer, message)) return LOOPC_FAILED;
    if (saving->best && judge_by(checkpointer, saving->best, message)) return LOOPC_FAILED;
    if (open_folder(checkpointer, message)) return LOOPC_FAILED;
    make_identity(checkpointer->now.run);
    if (checkpointer->spares) checkpointer->now.spared = 0;
    return loopc_counters_make(&checkpointer->counters, checkpointer->program);
}

static void free_checkpointer(struct loopc_checkpointer *checkpointer)
{
    loopc_alarm_stop(checkpointer->alarm);
    if (checkpointer->open) loopc_directory_close(&checkpointer->folder);
    loopc_counters_free(&checkpointer->counters);
    loopc_best_free(&checkpointer->best);
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
    checkpointer->started = loopc_checkpointer_clock();
    if (!read_flags(checkpointer, &(struct loopc_message){message, size})) return checkpointer;
    free_checkpointer(checkpointer);
    return NULL;
}

/* Boundaries are looked at from here on. Where there is no thread for an alarm, all of them are. */
static void start_looking(struct loopc_checkpointer *checkpointer)
{
    const double every = checkpointer->schedule.every / 8;
    if (!checkpointer->open) return;
    if (checkpointer->schedule.unit == LOOPC_SECONDS)
        checkpointer->alarm = loopc_alarm_start(every > 1 ? 1 : every < 1e-3 ? 1e-3 : every);
    checkpointer->polls = checkpointer->best.field || !checkpointer->alarm;
    loopc_raise_event(LOOPC_EVENT_SAVE);
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

void loopc_checkpointer_add_end(struct loopc_checkpointer *checkpointer, int64_t number)
{
    if (checkpointer->end_count == LOOPC_ENDS_KEPT)
        memmove(checkpointer->ends, checkpointer->ends + 1,
                (LOOPC_ENDS_KEPT - 1) * sizeof *checkpointer->ends);
    else
        checkpointer->end_count++;
    checkpointer->ends[checkpointer->end_count - 1] = number;
}

/* The judgement continues. By another field it begins anew, with the next pass. */
static void take_up_best(struct loopc_checkpointer *checkpointer, const void *state, const char *by)
{
    char text[512];
    const struct loopc_message message = {text, sizeof text};
    if (!checkpointer->best.field && *checkpointer->now.by && checkpointer->open) {
        if (judge_by(checkpointer, checkpointer->now.by, &message))
            loopc_log(checkpointer->program, "warning", "--best is given up: %s", text);
        return;
    }
    if (!checkpointer->best.field || !strcmp(by, checkpointer->now.by)) return;
    if (*checkpointer->now.by)
        loopc_log(checkpointer->program, "warning", "the best was judged by %s, and now anew by %s",
                  checkpointer->now.by, by);
    snprintf(checkpointer->now.by, sizeof checkpointer->now.by, "%s", by);
    loopc_counters_read(&checkpointer->counters, state, &checkpointer->now);
    loopc_best_begin(&checkpointer->best, state, &checkpointer->now);
}

static void adopt(struct loopc_checkpointer *checkpointer, const struct loopc_load_request *loading)
{
    const struct loopc_checkpoint_info before = checkpointer->now;
    checkpointer->now = loading->info;
    if (!checkpointer->spares) checkpointer->now.spared = -1;
    if (checkpointer->spares && checkpointer->now.spared < 0)
        checkpointer->now.spared = checkpointer->folder.last;
    if (!*checkpointer->now.run)
        snprintf(checkpointer->now.run, sizeof checkpointer->now.run, "%s", before.run);
    take_up_best(checkpointer, loading->state, before.by);
    checkpointer->last = checkpointer->now;
    checkpointer->started = loopc_checkpointer_clock() - loading->info.seconds;
    checkpointer->synced = checkpointer->took_best = loading->info.seconds;
    if (loading->info.ended) loopc_checkpointer_add_end(checkpointer, loading->info.ended);
    snprintf(checkpointer->resumed, sizeof checkpointer->resumed, "%s", loading->path);
}

/* A folder that has the checkpoints of another run is not written to. */
static int check_owner(const struct loopc_checkpointer *checkpointer, const char *run,
                       const struct loopc_message *message)
{
    char name[LOOPC_NAME_SIZE], owner[LOOPC_RUN_ID];
    if (!checkpointer->open || !loopc_directory_owner(&checkpointer->folder, name, owner))
        return LOOPC_OK;
    if (run && !strcmp(run, owner)) return LOOPC_OK;
    return loopc_error_set(message, "continue in another folder",
                           "%s: it has the checkpoints of another run, as %s",
                           checkpointer->saving.folder, name);
}

static int check_position(const struct loopc_checkpointer *checkpointer,
                          const struct loopc_load_request *loading)
{
    const int64_t position = loading->info.position;
    if (position >= LOOPC_AT_END && position < checkpointer->program->resume_point_count)
        return LOOPC_OK;
    return loopc_error_set(&loading->message, NULL, "%s: its position is not in this program",
                           loading->path);
}

int loopc_checkpointer_resume(struct loopc_checkpointer *checkpointer, void *state,
                              struct loopc_texts *texts, char *message, size_t size)
{
    if (!checkpointer->saving.resume) return LOOPC_OK;
    struct loopc_load_request loading = {.program = checkpointer->program,
                                         .state = state,
                                         .other_data = checkpointer->saving.other_data,
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
        return check_owner(checkpointer, NULL, &loading.message);
    }
    if (result != LOOPC_LOADED || check_position(checkpointer, &loading)) return LOOPC_FAILED;
    if (check_owner(checkpointer, loading.info.run, &loading.message)) return LOOPC_FAILED;
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
                                         .other_data = checkpointer->saving.other_data,
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

void loopc_checkpointer_begin(struct loopc_checkpointer *checkpointer, struct loopc_run *run)
{
    start_looking(checkpointer);
    if (!*checkpointer->resumed) return;
    run->resume_at = loopc_checkpointer_position(checkpointer);
    loopc_log(checkpointer->program, "resumed", "%s, at %s", checkpointer->resumed,
              checkpointer->program->resume_points[run->resume_at]);
}

const struct loopc_metrics_mark *
loopc_checkpointer_metrics(const struct loopc_checkpointer *checkpointer)
{
    return *checkpointer->resumed ? &checkpointer->now.metrics : NULL;
}

/* The end. */

int64_t loopc_checkpointer_number(const struct loopc_checkpointer *checkpointer)
{
    return checkpointer->now.number;
}

int loopc_checkpointer_close(struct loopc_checkpointer *checkpointer, struct loopc_run *run,
                             bool ended)
{
    char text[1024] = "";
    if (!checkpointer) return LOOPC_OK;
    if (checkpointer->open && ended) loopc_checkpointer_poll(checkpointer, run, LOOPC_AT_END, true);
    if (loopc_checkpointer_take_best(checkpointer, &(struct loopc_message){text, sizeof text})) {
        loopc_log(checkpointer->program, "error", "--checkpoint: %s", text);
        checkpointer->lost = true;
    }
    const bool lost = checkpointer->lost;
    free_checkpointer(checkpointer);
    return lost ? LOOPC_FAILED : LOOPC_OK;
}
