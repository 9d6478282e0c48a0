/* Progress: what a run that takes longer than a second says of itself on standard error.
 *
 *     Fit 3/20  Train 12/60  loss 0.123
 *
 * On a terminal this is one line that is rewritten five times a second; elsewhere a plain line,
 * at most one a second. A helper thread keeps the time and raises attention; the line itself is
 * made by the run, between two iterations, so nobody else ever reads the state.
 *
 * LOOPC_AUTO waits a second before the first line; LOOPC_ALWAYS does not, and ends with a line
 * however short the run is.
 *
 * A loop is shown while it has iterations to go (LOOP.iteration < LOOP.times), or, where there is
 * no LOOP.times, when it has moved since the last line. Of fields with LOOPC_REPORT the numbers,
 * bools and texts are shown.
 */
#ifndef LOOPC_PROGRESS_H
#define LOOPC_PROGRESS_H

#include "run/program.h"

#include <stdio.h>

/* Starts the helper thread, or returns NULL: not wanted, nothing to show, or no thread to be had.
 * `out` is standard error. */
struct loopc_progress *loopc_progress_start(const struct loopc_program *program,
                                            enum loopc_when when, FILE *out);

/* Shows where the run stands, if it is time to. Does nothing in a child process. */
void loopc_progress_show(struct loopc_progress *progress, const void *state);

/* Takes the line of the run that shows progress, if any, off a terminal, after text that bodies have
 * printed, so that a message can be written. The next tick draws it again. */
void loopc_progress_clear(void);

/* Ends the thread, clears the line of a terminal and frees. The last line stays where lines are
 * plain and there were any, and with LOOPC_ALWAYS. NULL is allowed. */
void loopc_progress_stop(struct loopc_progress *progress, const void *state);

#endif
