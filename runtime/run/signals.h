/* Signals: those that a run catches, and their effects.
 *
 * A person at a terminal or a batch scheduler interrupts a run by SIGINT, SIGTERM, SIGHUP,
 * SIGXCPU, SIGUSR2, and if checkpoints are saved by the SIGPIPE of standard output: the next
 * loopc_poll returns LOOPC_INTERRUPTED, phases are left by way of their finally parts, and the
 * program ends with 128 + n, n the first signal. A second SIGINT, or a second SIGTERM, ends the
 * program at once, by that signal. Two signals within LOOPC_TWIN_MS count as one: timeout(1),
 * and a wrapper that forwards a signal which the terminal has sent to the whole group, both
 * signal twice.
 *
 * SIGUSR1 requests a checkpoint, and the run continues. SIGXFSZ is caught so that a write to a file
 * that may not grow fails as on a full disk; SIGPIPE, so that a write to a pipe without a reader,
 * other than standard output, fails in the same way.
 *
 * Apart from events.h, which plain C11 includes.
 */
#ifndef LOOPC_SIGNALS_H
#define LOOPC_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

enum { LOOPC_TWIN_MS = 30 };

/* Catches all of them; with `save` SIGUSR1, too. A signal that was ignored when the
 * program was started stays ignored. System calls of bodies are restarted. `notice`, if not NULL,
 * is written to standard error at the first signal; it must outlive the run. Returns LOOPC_OK or
 * LOOPC_FAILED. */
int loopc_signals_catch(const char *notice, bool save);

/* In a new process: gives all that were caught their default action. */
void loopc_signals_default(void);

/* All signals that a run may catch, for functions that sleep until one arrives. */
void loopc_signals_set(sigset_t *set);

/* "SIGINT" */
const char *loopc_signal_name(int number);

/* The first signal that was caught, or 0. */
int loopc_signal_caught(void);

/* Takes a signal that another process of the run has caught as if it had been caught here. */
void loopc_signal_adopt(int number);

/* Restores the actions before loopc_signals_catch, and clears all pending events. */
void loopc_signals_release(void);

#endif
