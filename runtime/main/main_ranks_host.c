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
    int64_t left, done; /* polls until the next meeting, and since the last one */
    int64_t met;        /* when, of rank 0 */
    bool agreed;        /* that a signal ends the run */
    int kept;           /* LOOPC_EVENT_CONTROL: the channel of this rank waits for its turn */
    bool control;       /* the channel of rank 0 has something to do at its next turn */
    bool turn;          /* this poll is its turn */
} polls;

/* How many polls come before the next meeting, as the polls of late went by. */
static int64_t next_wait(void)
{
    const int64_t now = loopc_clock(), taken = now - polls.met + 1;
    const int64_t fitting = (int64_t)((double)polls.done * PERIOD_NS / (double)taken);
    const int64_t most = 4 * polls.done;
    polls.met = now;
    if (fitting > most) return most < WAIT_MOST ? most : WAIT_MOST;
    return fitting;
}

/* The ranks have parted: the run ends. */
static int part(struct loopc_run *run)
{
    return loopc_fail(run, run->program->name, "another process has ended");
}

static void take_signal(int number, int *events)
{
    polls.agreed = true;
    loopc_signal_adopt(number);
    loopc_events_take(LOOPC_EVENT_SIGNAL);
    *events |= LOOPC_EVENT_SIGNAL;
}

/* Meets if it is time, or if the control channel of rank 0 waits for its turn and this is one.
 * Adds LOOPC_EVENT_SIGNAL to the events of this rank when all ranks know of a signal. Returns
 * LOOPC_OK or LOOPC_FAILED. */
static int meet(struct loopc_run *run, int *events, bool turn)
{
    struct loopc_news news = {.signal = loopc_signal_caught(), .control = polls.kept};
    *events &= polls.agreed ? ~0 : ~LOOPC_EVENT_SIGNAL;
    polls.turn = false;
    if (loopc_ranks_parted) return part(run);
    polls.done++;
    if (polls.left-- > 0 && !(turn && polls.control)) return LOOPC_OK;
    if (loopc_rank == 0) news.value = next_wait();
    if (!loopc_ranks_meet(LOOPC_MEETING_POLL, &news)) return part(run);
    polls.left = news.value;
    polls.done = 0;
    polls.control = news.control != 0;
    polls.turn = turn && polls.control;
    if (news.signal && !polls.agreed) take_signal((int)news.signal, events);
    return LOOPC_OK;
}

/* What a poll of the main host finds: the events of this rank but for a signal that not all ranks
 * know of, and for the control channel before its turn. The word of pending events is never 0 for
 * long, so that all polls come here. */
static int gather(struct loopc_run *run, bool turn)
{
    int events = loopc_events_take(LOOPC_EVENTS_ALL);
    polls.kept |= events & LOOPC_EVENT_CONTROL;
    const int st = meet(run, &events, turn);
    events &= ~LOOPC_EVENT_CONTROL;
    if (polls.turn) {
        events |= polls.kept;
        polls.kept = 0;
    }
    loopc_raise_event((events | LOOPC_EVENT_RANKS) & ~(st ? LOOPC_EVENT_SIGNAL : 0));
    return st;
}

/* Where the channel of rank 0 has had its turn, the others end as it does. Rank 0 may leave the run
 * only to go on in its other variant. */
static int follow(struct loopc_run *run, int st)
{
    struct loopc_turn turn = {.interrupted = st == LOOPC_INTERRUPTED ? run->interrupted : 0};
    loopc_ranks_share_turn(run, &turn);
    polls.control = turn.more;
    if (loopc_rank == 0 || !turn.interrupted || st) return st;
    run->interrupted = turn.interrupted;
    if (turn.interrupted > 0) loopc_signal_adopt(turn.interrupted);
    return LOOPC_INTERRUPTED;
}

static int poll(struct loopc_run *run, int at)
{
    if (gather(run, true)) return LOOPC_FAILED;
    const bool turn = polls.turn;
    int st = loopc_main_host.poll(run, at);
    if (turn) st = follow(run, st);
    loopc_raise_event(LOOPC_EVENT_RANKS);
    return st;
}

static int poll_nosave(struct loopc_run *run)
{
    return gather(run, false) ? LOOPC_FAILED : loopc_main_host.poll_nosave(run);
}

static int poll_steps(struct loopc_run *run, int at)
{
    if (gather(run, false)) return LOOPC_FAILED;
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

/* All ranks come here at once; only rank 0 has a channel, and sleeps. */
static bool wait_for_target(struct loopc_run *run)
{
    struct loopc_news news = {.control = run->control != NULL};
    struct loopc_turn turn = {0};
    if (!loopc_ranks_meet(LOOPC_MEETING_POLL, &news) || !news.control) return false;
    if (loopc_rank == 0) turn.waits = loopc_main_host.wait_for_target(run);
    loopc_ranks_share_turn(run, &turn);
    polls.control = true;
    return turn.waits;
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
