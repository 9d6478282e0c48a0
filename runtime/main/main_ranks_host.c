/* The host of a run of several ranks. */
#include "main/main_host.h"
#include "main/main_ranks.h"

#include "base/clock.h"
#include "parallel/ranks.h"
#include "run/events.h"
#include "run/signals.h"

enum { PERIOD_NS = 40 * 1000 * 1000, WAIT_MOST = 1 << 30 };

/* All ranks count the same polls. */
static struct {
    int64_t left, wait; /* polls until the next meeting, and from the last one to it */
    int64_t met;        /* when, of rank 0 */
    bool agreed;        /* that a signal ends the run */
} polls;

/* How many polls come before the next meeting, as the polls of late went by. */
static int64_t next_wait(void)
{
    const int64_t now = loopc_clock(), taken = now - polls.met + 1;
    const int64_t fitting = (int64_t)((double)(polls.wait + 1) * PERIOD_NS / (double)taken);
    const int64_t most = 4 * polls.wait + 4;
    polls.met = now;
    if (fitting > most) return most < WAIT_MOST ? most : WAIT_MOST;
    return fitting;
}

/* The ranks have parted: the run ends. */
static int part(struct loopc_run *run)
{
    return loopc_fail(run, run->program->name, "another process has ended");
}

/* Meets if it is time. Adds LOOPC_EVENT_SIGNAL to the events of this rank when all ranks know of a
 * signal. Returns LOOPC_OK or LOOPC_FAILED. */
static int meet(struct loopc_run *run, int *events)
{
    struct loopc_news news = {.signal = loopc_signal_caught()};
    *events &= polls.agreed ? ~0 : ~LOOPC_EVENT_SIGNAL;
    if (loopc_ranks_parted) return part(run);
    if (polls.left-- > 0) return LOOPC_OK;
    if (loopc_rank == 0) news.value = next_wait();
    if (!loopc_ranks_meet(LOOPC_MEETING_POLL, &news)) return part(run);
    polls.left = polls.wait = news.value;
    if (!news.signal || polls.agreed) return LOOPC_OK;
    polls.agreed = true;
    loopc_signal_adopt((int)news.signal);
    loopc_events_take(LOOPC_EVENT_SIGNAL);
    *events |= LOOPC_EVENT_SIGNAL;
    return LOOPC_OK;
}

/* What a poll of the main host finds: the events of this rank but for a signal that not all ranks
 * know of. The word of pending events is never 0 for long, so that all polls come here. */
static int gather(struct loopc_run *run)
{
    int events = loopc_events_take(LOOPC_EVENTS_ALL);
    const int st = meet(run, &events);
    loopc_raise_event((events | LOOPC_EVENT_RANKS) & ~(st ? LOOPC_EVENT_SIGNAL : 0));
    return st;
}

static int poll(struct loopc_run *run, int at)
{
    if (gather(run)) return LOOPC_FAILED;
    const int st = loopc_main_host.poll(run, at);
    loopc_raise_event(LOOPC_EVENT_RANKS);
    return st;
}

static int poll_nosave(struct loopc_run *run)
{
    return gather(run) ? LOOPC_FAILED : loopc_main_host.poll_nosave(run);
}

static int poll_steps(struct loopc_run *run, int at)
{
    if (gather(run)) return LOOPC_FAILED;
    const int st = loopc_main_host.poll_steps(run, at);
    loopc_raise_event(LOOPC_EVENT_RANKS);
    return st;
}

static void poll_masked(struct loopc_run *run)
{
    loopc_main_host.poll_masked(run);
}

static void report(struct loopc_run *run, const char *loop)
{
    loopc_main_host.report(run, loop);
}

static void report_end(struct loopc_run *run, const char *loop)
{
    loopc_main_host.report_end(run, loop);
}

static int loop_ended(struct loopc_run *run, int at)
{
    return loopc_main_host.loop_ended(run, at);
}

static bool wait_for_target(struct loopc_run *run)
{
    return loopc_main_host.wait_for_target(run);
}

static void before_message(struct loopc_run *run)
{
    loopc_main_host.before_message(run);
}

const struct loopc_host loopc_ranks_host = {
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
