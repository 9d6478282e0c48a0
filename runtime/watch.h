/* Watching: time per step, phase and loop (--timings), and what each step changes (--trace).
 *
 * Only the watched instance of the run function calls these, and only when asked for: the other
 * one has no trace of them.
 *
 *     loopc_enter(run, p)   a loop, or one occurrence of a phase, begins
 *     loopc_leave(run, p)   it ends
 *     loopc_at(run, p)      a step begins; the step before it has ended
 *
 * A place belongs to its parent: entering it ends whatever is open below the parent, leaving it
 * ends whatever is open below it. So early exits need no calls of their own. A step that is the
 * parent of the loops inserted on it includes them. Times are of the wall, from CLOCK_MONOTONIC.
 */
#ifndef LOOPC_WATCH_H
#define LOOPC_WATCH_H

#include "program.h"

#include <stdio.h>

void loopc_enter(struct loopc_run *run, int place);
void loopc_leave(struct loopc_run *run, int place);
void loopc_at(struct loopc_run *run, int place);

/* Watches a run from now on; NULL when there is no memory. Traces go to out as they happen. */
struct loopc_watch *loopc_watch_start(const struct loopc_program *program, const void *state,
                                      bool timings, bool trace, FILE *out);

/* Ends what is still open. Call it once, after the run. */
void loopc_watch_end(struct loopc_watch *watch);

/* The table of times, the places in their order, indented by their parents; then, in programs that
 * have callbacks, that of the callbacks and loops whose bodies took them. */
void loopc_watch_print(const struct loopc_watch *watch, FILE *out);
void loopc_watch_free(struct loopc_watch *watch);

#endif
