/* Weaves: coroutines that run round robin, a step each.
 *
 * Emitted code holds a struct loopc_weave and a flag for each coroutine (child of a WEAVE); a
 * step of coroutine i is a call of an emitted function, which returns LOOPC_MORE until the
 * coroutine has ended. The first call of each enters the coroutine: it runs up to just before
 * its first leaf.
 */
#ifndef LOOPC_WEAVE_H
#define LOOPC_WEAVE_H

#include "base/clock.h"
#include "run/events.h"
#include "run/program.h"
#include "run/failures.h"

#include <stdbool.h>
#include <stdint.h>

struct loopc_weave {
    int32_t count;    /* strands */
    int32_t turn;     /* the index of the one that runs now */
    int32_t finished; /* how many are at their end */
    int32_t left;     /* steps of this turn, where a turn has several */
    bool worked;      /* in this round: a coroutine did more than wait for a process */
    uint64_t waits;   /* run->waits before the step at hand */
};

/* At entry: the coroutines are then entered in order. */
static inline void loopc_weave_enter(const struct loopc_run *run, struct loopc_weave *weave,
                                     int32_t count)
{
    *weave = (struct loopc_weave){.count = count, .waits = run->waits};
}

/* Takes the status of a step of the current coroutine; returns LOOPC_OK, or the status that
 * leaves the weave. */
static inline int loopc_weave_took(const struct loopc_run *run, struct loopc_weave *weave,
                                   bool *done, int st)
{
    if (run->waits == weave->waits) weave->worked = true;
    if (st == LOOPC_MORE) return LOOPC_OK;
    if (st == LOOPC_OK) {
        done[weave->turn] = true;
        weave->finished++;
    }
    return st;
}

/* Switches to the next coroutine that has not ended; there is one. `nap`: sleeps for a
 * millisecond when all coroutines of the last round waited for processes. */
static inline void loopc_weave_turn(const struct loopc_run *run, struct loopc_weave *weave,
                                    const bool *done, bool nap)
{
    do {
        if (++weave->turn < weave->count) continue;
        weave->turn = 0;
        if (nap && !weave->worked) loopc_nap();
        weave->worked = false;
    } while (done[weave->turn]);
    weave->waits = run->waits;
}

/* The same where a turn of strand i has steps[i] steps, or fewer when it comes to its end
 * before. */
static inline void loopc_weave_turn_of(const struct loopc_run *run, struct loopc_weave *weave,
                                       const bool *done, const int32_t *steps, bool nap)
{
    if (weave->turn < weave->count && !done[weave->turn] && --weave->left > 0) {
        weave->waits = run->waits;
        return;
    }
    loopc_weave_turn(run, weave, done, nap);
    weave->left = steps[weave->turn];
}

/* Between two steps of a body of elements with weaves: polls for events, as at the head of an
 * iteration, with the resume point `at`. Sleeps for a millisecond when the last steps did nothing
 * but wait for processes. Returns as loopc_poll, but never LOOPC_MORE. */
static inline int loopc_between_steps(struct loopc_run *run, int at)
{
    run->idle = run->waits != run->waited ? run->idle + 1 : 0;
    run->waited = run->waits;
    if (run->idle > 16) loopc_nap();
    return loopc_poll_steps(run, at);
}

#endif
