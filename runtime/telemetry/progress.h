/* Progress: the line on standard error that shows how far a run is.
 *
 *     Fit 3/20  Train 12/60  loss 0.123
 *
 * On a terminal this is one line that is rewritten five times a second; elsewhere a plain line,
 * at most one a second. A helper thread raises LOOPC_EVENT_TICK; the run itself makes the line
 * at its next safepoint, so that no other thread reads the state.
 *
 * LOOPC_AUTO shows the first line after a second; LOOPC_ALWAYS at once, and once more at the
 * end.
 *
 * A loop is shown while it has iterations to go (LOOP.iteration < LOOP.times), or, where there
 * is no LOOP.times, when its total has changed since the last line. Of fields with LOOPC_REPORT
 * the numbers, bools and texts are shown.
 */
#ifndef LOOPC_PROGRESS_H
#define LOOPC_PROGRESS_H

#include "run/program.h"

#include <stdio.h>

/* Starts the helper thread, or returns NULL: not wanted, nothing to show, or no thread
 * available. `out` is standard error. */
struct loopc_progress *loopc_progress_start(const struct loopc_program *program,
                                            enum loopc_when when, FILE *out);

/* Shows the line. Does nothing in a child process. */
void loopc_progress_show(struct loopc_progress *progress, const void *state);

/* Takes the line of the run that shows progress, if any, off a terminal, after text that bodies
 * have printed, so that a message can be written. The next tick draws it again. */
void loopc_progress_clear(void);

/* Ends the thread, clears the line of a terminal and frees. The last line stays if plain lines
 * were written, and with LOOPC_ALWAYS. NULL is allowed. */
void loopc_progress_stop(struct loopc_progress *progress, const void *state);

#endif
