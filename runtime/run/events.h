/* Attention: how signals and the clock reach a run.
 *
 * A run looks up between two iterations of a repeating loop and nowhere else. Whoever wants
 * something of it (a signal handler, the ticker of progress) raises its cause in one word; the
 * run finds the word not 0 at its next boundary and attends to it. While nothing is raised a
 * boundary costs one load and one branch.
 *
 * What a person at a terminal or a batch scheduler sends interrupts the run: SIGINT, SIGTERM,
 * SIGHUP, SIGXCPU, SIGUSR2, and for those who save SIGPIPE. loopc_poll returns
 * LOOPC_INTERRUPTED, phases are left by way of their finally parts, and the program ends with 128 +
 * n, n the first of them. Another SIGINT, or SIGTERM again, ends the program at once, by that
 * signal; any other is one more call of a scheduler that climbs from signal to signal. Two that
 * arrive within LOOPC_TWIN_MS are one: timeout(1) and a wrapper that passes on what the terminal
 * has sent already both signal twice.
 *
 * SIGUSR1 calls for a checkpoint, and the run goes on. Where a file may not grow (SIGXFSZ) the
 * write fails as on a full disk.
 */
#ifndef LOOPC_EVENTS_H
#define LOOPC_EVENTS_H

#include "run/failures.h"

#include <stdatomic.h>
#include <stdbool.h>

enum { LOOPC_TWIN_MS = 30 };

enum loopc_event {
    LOOPC_EVENT_SIGNAL = 1,  /* a signal was caught: interrupt the run */
    LOOPC_EVENT_TICK = 2,    /* it is time to show progress */
    LOOPC_EVENT_SAVE = 4,    /* checkpoints have a schedule: is one due? */
    LOOPC_EVENT_NOW = 8,     /* SIGUSR1: save, and go on */
    LOOPC_EVENT_CONTROL = 16 /* the control channel: there is mail, or it is time to report */
};

extern atomic_int loopc_pending_events; /* causes, as bits */

/* Raises a cause; from any thread, or a signal handler. */
void loopc_raise_event(int cause);

/* Takes these causes off what is raised; returns which of them were. */
int loopc_events_take(int causes);

/* Attends to what was raised, at a position of the program; the way in is loopc_poll. Returns
 * LOOPC_INTERRUPTED once for an interruption (what then unwinds may hold loops that have to
 * finish), LOOPC_MORE when the run is to return as it is and be called again, in its other variant;
 * else LOOPC_OK. */
int loopc_handle_events(struct loopc_run *run, int at);

/* The same where a run cannot be interrupted: a signal stays raised for the next loopc_poll. */
void loopc_handle_events_masked(struct loopc_run *run);

static inline int loopc_events_pending(void)
{
    return atomic_load_explicit(&loopc_pending_events, memory_order_relaxed);
}

/* At the start of each iteration of a repeating loop: `at` is where the run is, a position of the
 * program, and where it goes on when it is saved here and resumed. */
static inline int loopc_poll(struct loopc_run *run, int at)
{
    return loopc_events_pending() ? loopc_handle_events(run, at) : LOOPC_OK;
}

/* Attends to what was raised but for checkpoints, which stay to be taken; the way in is
 * loopc_poll_nosave. */
int loopc_handle_events_nosave(struct loopc_run *run);

/* At the start of each iteration where the run is at no position: in elements, and in libraries. */
static inline int loopc_poll_nosave(struct loopc_run *run)
{
    return loopc_events_pending() ? loopc_handle_events_nosave(run) : LOOPC_OK;
}

/* The same for loops that stand in a failed or finally part: they run to their end. */
static inline void loopc_poll_masked(struct loopc_run *run)
{
    if (loopc_events_pending()) loopc_handle_events_masked(run);
}

/* Catches all these; `save`: SIGUSR1 and SIGPIPE too. Not those that were ignored when the program
 * was started. System calls of bodies are restarted. `notice`, if not NULL, is written to standard
 * error at the first signal; it must live on. Returns LOOPC_OK or LOOPC_FAILED. */
int loopc_signals_catch(const char *notice, bool save);

/* In a new process: what was caught means again what it means to any program. */
void loopc_signals_default(void);

/* "SIGINT" */
const char *loopc_signal_name(int number);

/* The signal that was caught, or 0. */
int loopc_signal_caught(void);

/* Puts back what was before loopc_signals_catch, and forgets what was raised. */
void loopc_signals_release(void);

#endif
