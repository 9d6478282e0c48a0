/* The saver: when, and what becomes of errors; checkpoint.h knows how. */
#include "checkpoint/checkpointer.h"

#include "checkpoint/checkpoint.h"
#include "checkpoint/directory.h"
#include "run/events.h"
#include "telemetry/metrics.h"
#include "telemetry/progress.h"
#include "checkpoint/schedule.h"
#include "main/startup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int read_flags(struct loopc_checkpointer *saver, const struct loopc_message *message)
{
    const struct loopc_saving *saving = &saver->saving;
    if (loopc_schedule_parse(&saver->schedule, saving->every ? saving->every : "1epoch", message))
        return LOOPC_FAILED;
    if (saving->best && loopc_best_parse(&saver->best, saving->best, saver->program, message))
        return LOOPC_FAILED;
    if (saving->folder) {
        if (loopc_directory_open(&saver->folder, saver->program, saving->folder, message))
            return LOOPC_FAILED;
        saver->open = true;
    }
    return loopc_counters_make(&saver->counters, saver->program);
}

static void free_saver(struct loopc_checkpointer *saver)
{
    if (saver->open) loopc_directory_close(&saver->folder);
    loopc_counters_free(&saver->counters);
    free(saver);
}

struct loopc_checkpointer *loopc_checkpointer_open(const struct loopc_program *program,
                                                   const struct loopc_saving *saving, char *message,
                                                   size_t size)
{
    struct loopc_checkpointer *saver = calloc(1, sizeof *saver);
    snprintf(message, size, "out of memory");
    if (!saver) return NULL;
    saver->program = program;
    saver->saving = *saving;
    saver->now = saver->last = loopc_checkpoint_info_start();
    saver->started = clock_now();
    if (!read_flags(saver, &(struct loopc_message){message, size})) {
        if (saver->open) loopc_raise_event(LOOPC_EVENT_SAVE);
        return saver;
    }
    free_saver(saver);
    return NULL;
}

/* Resuming. */

static void say_note(void *listener, enum loopc_note note, const char *text)
{
    const struct loopc_checkpointer *saver = listener;
    static const char *const what[] = {
        [LOOPC_NOTE_MISSING] = "is not in the checkpoint: left as it is",
        [LOOPC_NOTE_EXTRA] = "of the checkpoint is nothing here: ignored"};
    if (note == LOOPC_NOTE_WARNING)
        loopc_say(saver->program, "warning", "%s", text);
    else
        loopc_say(saver->program, "warning", "%s %s", text, what[note]);
}

static void take_up(struct loopc_checkpointer *saver, const struct loopc_loading *loading)
{
    saver->now = saver->last = loading->moment;
    saver->started = clock_now() - loading->moment.seconds;
    snprintf(saver->resumed, sizeof saver->resumed, "%s", loading->path);
}

static int check_position(const struct loopc_checkpointer *saver,
                          const struct loopc_loading *loading)
{
    const int64_t position = loading->moment.position;
    if (position >= LOOPC_AT_END && position < saver->program->position_count) return LOOPC_OK;
    return loopc_complain(&loading->message, NULL, "%s: its position is none of this program",
                          loading->path);
}

int loopc_checkpointer_resume(struct loopc_checkpointer *saver, void *state,
                              struct loopc_texts *texts, char *message, size_t size)
{
    if (!saver->saving.resume) return LOOPC_OK;
    struct loopc_loading loading = {.program = saver->program,
                                    .state = state,
                                    .texts = texts,
                                    .note = say_note,
                                    .listener = saver,
                                    .message = {message, size}};
    const int verdict =
        loopc_checkpoint_resume(&loading, saver->saving.folder, saver->saving.resume);
    if (verdict == LOOPC_NO_FILE && saver->open && strcmp(saver->saving.resume, "latest") == 0) {
        loopc_say(saver->program, "resumed", "nothing: there is no checkpoint in %s yet",
                  saver->saving.folder);
        return LOOPC_OK;
    }
    if (verdict != LOOPC_LOADED || check_position(saver, &loading)) return LOOPC_FAILED;
    take_up(saver, &loading);
    return LOOPC_OK;
}

int loopc_checkpointer_position(const struct loopc_checkpointer *saver)
{
    return (int)saver->now.position;
}

int64_t loopc_checkpointer_ended(const struct loopc_checkpointer *saver)
{
    const int64_t ended = *saver->resumed ? saver->now.ended : 0;
    return ended > 0 && ended < saver->now.number ? ended : 0;
}

/* The path of a checkpoint beside the one that was resumed. */
static int path_of(const struct loopc_checkpointer *saver, int64_t number, char *path, size_t size)
{
    const char *slash = strrchr(saver->resumed, '/');
    const int folder = slash ? (int)(slash - saver->resumed) + 1 : 0;
    char name[LOOPC_NAME_SIZE];
    loopc_checkpoint_name(saver->program->name, number, name);
    const int wrote = snprintf(path, size, "%.*s%s", folder, saver->resumed, name);
    return wrote > 0 && (size_t)wrote < size ? LOOPC_OK : LOOPC_FAILED;
}

bool loopc_checkpointer_load(struct loopc_checkpointer *saver, void *state,
                             struct loopc_texts *texts, int64_t number)
{
    char path[4096], text[1024];
    struct loopc_loading loading = {
        .program = saver->program, .state = state, .texts = texts, .message = {text, sizeof text}};
    if (path_of(saver, number, path, sizeof path)) return false;
    const int verdict = loopc_checkpoint_load(&loading, path);
    if (verdict != LOOPC_LOADED && verdict != LOOPC_NO_FILE)
        loopc_say(saver->program, "warning", "%.*s", (int)strcspn(text, "\n"), text);
    if (verdict != LOOPC_LOADED || check_position(saver, &loading)) return false;
    if (loading.moment.position == LOOPC_AT_END) return false;
    take_up(saver, &loading);
    return true;
}

void loopc_checkpointer_go_on(struct loopc_checkpointer *saver, struct loopc_run *run)
{
    if (!*saver->resumed) return;
    run->resume_at = loopc_checkpointer_position(saver);
    loopc_say(saver->program, "resumed", "%s, at %s", saver->resumed,
              saver->program->positions[run->resume_at]);
}

int64_t loopc_checkpointer_metrics(const struct loopc_checkpointer *saver)
{
    return saver->now.metrics;
}

/* Saving. */

static void read_moment(struct loopc_checkpointer *saver, const struct loopc_run *run, int at)
{
    loopc_counters_read(&saver->counters, run, &saver->now);
    saver->now.position = at;
    saver->now.seconds = clock_now() - saver->started;
    saver->now.metrics = run->metrics ? loopc_metrics_size(run->metrics) : -1;
}

static int not_saved(struct loopc_checkpointer *saver, struct loopc_run *run, const char *message)
{
    saver->lost = true;
    loopc_progress_clear(run->progress);
    if (saver->saving.stop) return loopc_fail(run, "--checkpoint", "%s", message);
    loopc_say(saver->program, "error", "--checkpoint: %s; the run goes on", message);
    return LOOPC_OK;
}

static int save(struct loopc_checkpointer *saver, struct loopc_run *run)
{
    char text[1024] = "";
    const struct loopc_message message = {text, sizeof text};
    const bool best = saver->best.field && loopc_best_improves(&saver->best, run, &saver->now);
    const int st = loopc_checkpoint_save(&saver->folder, run, &saver->now, best, &message);
    saver->last = saver->now;
    if (st) return not_saved(saver, run, text);
    if (saver->saving.keep && loopc_directory_prune(&saver->folder, saver->saving.keep, &message))
        return not_saved(saver, run, text);
    return LOOPC_OK;
}

int loopc_checkpointer_attend(struct loopc_checkpointer *saver, struct loopc_run *run, int at,
                              bool now)
{
    if (!saver->open) return LOOPC_OK;
    loopc_raise_event(LOOPC_EVENT_SAVE); /* the schedule is looked at in every iteration */
    read_moment(saver, run, at);
    if (!now && !loopc_schedule_due(&saver->schedule, &saver->last, &saver->now)) return LOOPC_OK;
    return save(saver, run);
}

int loopc_checkpointer_end(struct loopc_checkpointer *saver, struct loopc_run *run, int at)
{
    if (!saver->open) return LOOPC_OK;
    read_moment(saver, run, at);
    const int st = save(saver, run);
    saver->now.ended = saver->now.number;
    return st;
}

int64_t loopc_checkpointer_number(const struct loopc_checkpointer *saver)
{
    return saver->now.number;
}

int loopc_checkpointer_close(struct loopc_checkpointer *saver, struct loopc_run *run, bool ended)
{
    if (!saver) return LOOPC_OK;
    if (saver->open && ended) {
        read_moment(saver, run, LOOPC_AT_END);
        save(saver, run);
    }
    const bool lost = saver->lost;
    free_saver(saver);
    return lost ? LOOPC_FAILED : LOOPC_OK;
}
