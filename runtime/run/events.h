/* Events: how signals, the clock and the control channel reach a run.
 *
 * A run polls for events only at the head of an iteration of a repeating loop (a safepoint). To get
 * its attention, set a bit in the word of pending events: a signal handler, the ticker of the
 * progress line and the thread of the control channel do that. The run finds the word not to be 0
 * at its next safepoint and calls its host (host.h), which handles the events. While no event is
 * pending a poll costs one load and one branch.
 */
#ifndef LOOPC_EVENTS_H
#define LOOPC_EVENTS_H

#include "base/status.h"

#include <stdatomic.h>
#include <stdbool.h>

struct loopc_run;

enum loopc_event {
    LOOPC_EVENT_SIGNAL = 1,   /* a signal was caught: interrupt the run */
    LOOPC_EVENT_TICK = 2,     /* it is time to show progress */
    LOOPC_EVENT_SAVE = 4,     /* checkpoints have a schedule: is one due? */
    LOOPC_EVENT_NOW = 8,      /* SIGUSR1: save, and continue */
    LOOPC_EVENT_CONTROL = 16, /* the control channel: a message, or it is time to report */
    LOOPC_EVENT_RANKS = 32,   /* several ranks: always set, so that all of them count all polls */
    LOOPC_EVENTS_ALL = 63
};

extern atomic_int loopc_pending_events; /* a bit for each enum loopc_event */

/* Sets events; from any thread, or a signal handler. */
void loopc_raise_event(int events);

/* Clears these events; returns those of them that were pending. */
int loopc_events_take(int events);

static inline int loopc_events_pending(void)
{
    return atomic_load_explicit(&loopc_pending_events, memory_order_relaxed);
}

/* Of the four polls below when events are pending: they call the run's host. */
int loopc_handle_events(struct loopc_run *run, int at);
int loopc_handle_events_nosave(struct loopc_run *run);
int loopc_handle_events_steps(struct loopc_run *run, int at);
void loopc_handle_events_masked(struct loopc_run *run);

/* At the head of each iteration of a repeating loop: `at` is the resume point of the program at
 * which a run that is saved here is resumed. Returns LOOPC_OK; LOOPC_INTERRUPTED once for each
 * interruption, so that loops of failed and finally parts on the way out run to their end;
 * LOOPC_FAILED; or LOOPC_MORE: the run function returns that at once, to be called again. */
static inline int loopc_poll(struct loopc_run *run, int at)
{
    return loopc_events_pending() ? loopc_handle_events(run, at) : LOOPC_OK;
}

/* Whether an event is pending that is handled between the steps of a body of elements: messages of
 * the control channel are not, they are applied between iterations. */
static inline bool loopc_steps_pending(void)
{
    return loopc_events_pending() & ~LOOPC_EVENT_CONTROL;
}

/* Between the steps of a body of elements, with the resume point `at`. Returns as loopc_poll, but
 * never LOOPC_MORE. */
static inline int loopc_poll_steps(struct loopc_run *run, int at)
{
    return loopc_steps_pending() ? loopc_handle_events_steps(run, at) : LOOPC_OK;
}

/* At the head of each iteration that is not a resume point, as in libraries. */
static inline int loopc_poll_nosave(struct loopc_run *run)
{
    return loopc_events_pending() ? loopc_handle_events_nosave(run) : LOOPC_OK;
}

/* At the head of each iteration in a failed or finally part, which runs to its end: an interruption
 * stays pending for the next of the polls above. */
static inline void loopc_poll_masked(struct loopc_run *run)
{
    if (loopc_events_pending()) loopc_handle_events_masked(run);
}

#endif
