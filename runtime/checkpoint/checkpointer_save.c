/* Saving at safepoints: the schedule, the writing, the errors. */
#include "checkpoint/checkpointer_state.h"

#include "checkpoint/directory.h"
#include "run/events.h"
#include "telemetry/log.h"

/* The share of the time for checkpoints by default, and for the best ones as well. */
static const double share = 0.01;

/* The assumed cost of a checkpoint before one was timed. */
static const double first_cost = 0.02;

static void read_info(struct loopc_checkpointer *checkpointer, const struct loopc_run *run, int at)
{
    checkpointer->now.position = at;
    checkpointer->now.seconds = loopc_checkpointer_clock() - checkpointer->started;
    checkpointer->now.metrics =
        run->metrics ? loopc_metrics_where(run->metrics) : (struct loopc_metrics_mark){.size = -1};
}

static int not_saved(struct loopc_checkpointer *checkpointer, struct loopc_run *run,
                     const char *message)
{
    checkpointer->lost = true;
    if (checkpointer->saving.stop) return loopc_fail(run, "--checkpoint", "%s", message);
    loopc_log(checkpointer->program, "error", "--checkpoint: %s; the run continues", message);
    return LOOPC_OK;
}

/* Calls the hook of bodies before the state is written. Its failure is one of saving. */
static int call_hooks(const struct loopc_checkpointer *checkpointer, struct loopc_run *run,
                      const struct loopc_message *message)
{
    char text[512];
    int *const count = &run->failures.count;
    const int before = *count;
    if (!checkpointer->program->before_save || !checkpointer->program->before_save(run))
        return LOOPC_OK;
    if (*count == before) return loopc_error_set(message, NULL, "a hook failed");
    loopc_failure_text(&run->failures.kept[--*count], text, sizeof text);
    return loopc_error_set(message, NULL, "%s", text);
}

/* The least seconds between two that are synced. */
static double least_between(const struct loopc_checkpointer *checkpointer)
{
    return (checkpointer->cost > 0 ? checkpointer->cost : first_cost) / share;
}

static int prune(const struct loopc_checkpointer *checkpointer, const struct loopc_message *message)
{
    const struct loopc_spared spared = {checkpointer->now.spared, checkpointer->ends,
                                        checkpointer->end_count};
    if (!checkpointer->saving.keep) return LOOPC_OK;
    return loopc_directory_prune(&checkpointer->folder, checkpointer->saving.keep,
                                 checkpointer->spares ? spared : (struct loopc_spared){0}, message);
}

/* The metrics first: no checkpoint is to count on lines that the disk has not. */
static int write_one(struct loopc_checkpointer *checkpointer, struct loopc_run *run, bool better,
                     const struct loopc_message *message)
{
    const double began = loopc_checkpointer_clock();
    const bool synced = !checkpointer->folder.unsynced;
    if (synced && run->metrics) loopc_metrics_sync(run->metrics);
    const int st =
        loopc_checkpoint_save(&checkpointer->folder, run, &checkpointer->now, better, message);
    if (better) checkpointer->trying = false;
    if (st || !synced) return st;
    checkpointer->cost = loopc_checkpointer_clock() - began;
    checkpointer->synced = checkpointer->now.seconds;
    if (better) checkpointer->took_best = checkpointer->now.seconds;
    return LOOPC_OK;
}

static int save(struct loopc_checkpointer *checkpointer, struct loopc_run *run, bool better,
                bool waits)
{
    char text[1024] = "";
    const struct loopc_message message = {text, sizeof text};
    const double passed = checkpointer->now.seconds - checkpointer->synced;
    checkpointer->folder.unsynced =
        loopc_checkpointer_is_free(checkpointer) && !waits && passed < least_between(checkpointer);
    const int kept = better ? LOOPC_OK : loopc_checkpointer_take_best(checkpointer, &message);
    int st = call_hooks(checkpointer, run, &message);
    if (!st) st = write_one(checkpointer, run, better, &message);
    st |= kept;
    checkpointer->folder.unsynced = false;
    checkpointer->last = checkpointer->now;
    if (!st) st = prune(checkpointer, &message);
    return st ? not_saved(checkpointer, run, text) : LOOPC_OK;
}

int loopc_checkpointer_take_best(struct loopc_checkpointer *checkpointer,
                                 const struct loopc_message *message)
{
    if (!checkpointer->trying) return LOOPC_OK;
    checkpointer->trying = false;
    checkpointer->took_best = checkpointer->now.seconds;
    return loopc_checkpoint_take_best(&checkpointer->folder, message);
}

/* A better one between two checkpoints. It is written at once, for the state will change; the disk
 * is waited for when that is little of the time, else with the next checkpoint: a run that is
 * killed before continues from the one before and finds the same best again. */
static int try_best(struct loopc_checkpointer *checkpointer, struct loopc_run *run)
{
    char text[1024] = "";
    const struct loopc_message message = {text, sizeof text};
    int st = call_hooks(checkpointer, run, &message);
    if (!st)
        st = loopc_checkpoint_try_best(&checkpointer->folder, run, &checkpointer->now, &message);
    checkpointer->trying = !st;
    if (!st && checkpointer->now.seconds - checkpointer->took_best >= least_between(checkpointer))
        st = loopc_checkpointer_take_best(checkpointer, &message);
    return st ? not_saved(checkpointer, run, text) : LOOPC_OK;
}

static bool is_due(struct loopc_checkpointer *checkpointer)
{
    if (checkpointer->schedule.unit == LOOPC_SECONDS)
        checkpointer->now.seconds = loopc_checkpointer_clock() - checkpointer->started;
    if (!loopc_schedule_due(&checkpointer->schedule, &checkpointer->last, &checkpointer->now))
        return false;
    return !loopc_checkpointer_is_free(checkpointer) ||
           checkpointer->now.seconds - checkpointer->last.seconds >= least_between(checkpointer);
}

/* Counts, judges, and saves when it is due or `now`; `waits`: it was requested. */
static int look(struct loopc_checkpointer *checkpointer, struct loopc_run *run, int at, bool now,
                bool waits)
{
    loopc_counters_read(&checkpointer->counters, run, &checkpointer->now);
    const bool better = loopc_best_judge(&checkpointer->best, run, at, &checkpointer->now);
    const bool due = now || is_due(checkpointer);
    if (!due && !better) return LOOPC_OK;
    read_info(checkpointer, run, at);
    return due ? save(checkpointer, run, better, waits) : try_best(checkpointer, run);
}

/* Behind an interruption the run only unwinds. When a recovery lets it continue, the
 * iterations that were left are missing: it can be resumed at the last checkpoint before. */
int loopc_checkpointer_poll(struct loopc_checkpointer *checkpointer, struct loopc_run *run, int at,
                            bool now)
{
    if (!checkpointer->open || run->interrupted) return LOOPC_OK;
    if (checkpointer->polls) loopc_raise_event(LOOPC_EVENT_SAVE);
    return look(checkpointer, run, at, now, at != LOOPC_AT_END);
}

int loopc_checkpointer_end(struct loopc_checkpointer *checkpointer, struct loopc_run *run, int at)
{
    if (!checkpointer->open || run->interrupted) return LOOPC_OK;
    const int st = look(checkpointer, run, at, true, false);
    checkpointer->now.ended = checkpointer->now.number;
    loopc_checkpointer_add_end(checkpointer, checkpointer->now.number);
    return st;
}

void loopc_checkpointer_missed(const struct loopc_checkpointer *checkpointer, const char *why)
{
    char name[LOOPC_NAME_SIZE];
    const bool any = checkpointer->now.number > 0;
    if (!checkpointer->open) return;
    loopc_checkpoint_name(checkpointer->program->name, checkpointer->now.number, name);
    loopc_log(checkpointer->program, "warning", "not saved: %s; %s%s", why,
              any ? "the last checkpoint is " : "there is no checkpoint yet", any ? name : "");
}
