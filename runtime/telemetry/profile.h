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
 * parent of the loops inserted on it includes them. Where a run is resumed within places, those
 * around it are opened with the first place in them. Times are of the wall, from CLOCK_MONOTONIC.
 */
#ifndef LOOPC_PROFILE_H
#define LOOPC_PROFILE_H

#include "run/program.h"

#include <stdatomic.h>
#include <stdio.h>

void loopc_enter(struct loopc_run *run, int place);
void loopc_leave(struct loopc_run *run, int place);
void loopc_at(struct loopc_run *run, int place);

/* Watches a run from now on; NULL when there is no memory. Traces go to out as they happen. */
struct loopc_profile *loopc_profile_start(const struct loopc_program *program, const void *state,
                                          bool timings, bool trace, FILE *out);

/* Writes times to a file, too, while they are taken (--timings-log): a line a place, now and again,
 * as
 *
 *     {"timings":"digits","time":1.5,"kind":"step","place":"Train.on_batch","on":"Fit.on_epoch",
 *      "in":"Train.batch","calls":60,"total":0.81,"self":0.8,"median":0.013,"p99":0.02}
 *
 * in seconds since the start. `total` includes what is open, `self` is without the places within.
 * Times between lines grow with the run by a 32nd, from 50 ms. Takes the file over. */
void loopc_profile_log(struct loopc_profile *profile, FILE *file);

/* Keeps *place at the place that is open, -1 for none, for another thread to see. NULL: no more. */
void loopc_profile_follow(struct loopc_profile *profile, atomic_int *place);

/* What the places have taken up to now, in their order: an array, as
 *
 *     [[calls, total, self, median], ...]     in seconds; median null where there is none
 */
void loopc_profile_write(const struct loopc_profile *profile, FILE *out);

/* Seconds since the start. */
double loopc_profile_seconds(const struct loopc_profile *profile);

/* Ends what is still open. Call it once, after the run. Returns LOOPC_OK, or LOOPC_FAILED when the
 * file of loopc_profile_log is not complete. */
int loopc_profile_end(struct loopc_profile *profile);

/* The table of times, the places in their order, indented by their parents; then, in programs that
 * have callbacks, that of the callbacks and loops whose bodies took them. */
void loopc_profile_print(const struct loopc_profile *profile, FILE *out);
void loopc_profile_free(struct loopc_profile *profile);

#endif
