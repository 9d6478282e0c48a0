/* Profiling: time per step, phase and loop (--timings), and the fields that each step changes
 * (--trace).
 *
 * Only the instrumented variant of the run function calls these; the other one holds no
 * instruction of them.
 *
 *     loopc_enter(run, p)   a loop, or one occurrence of a phase, begins
 *     loopc_leave(run, p)   it ends
 *     loopc_at(run, p)      a step begins; the step before it has ended
 *
 * A trace point belongs to its parent: entering it closes all open trace points below the
 * parent, leaving it closes all below itself. So early exits need no calls of their own. The
 * time of a step includes the loops inserted on it. When a run is resumed inside of trace
 * points, the first one entered opens those around it. Times are wall-clock times from
 * CLOCK_MONOTONIC.
 */
#ifndef LOOPC_PROFILE_H
#define LOOPC_PROFILE_H

#include "run/program.h"

#include <stdatomic.h>
#include <stdio.h>

void loopc_enter(struct loopc_run *run, int place);
void loopc_leave(struct loopc_run *run, int place);
void loopc_at(struct loopc_run *run, int place);

/* Starts profiling a run; NULL without memory. The trace is written to out. */
struct loopc_profile *loopc_profile_start(const struct loopc_program *program, const void *state,
                                          bool timings, bool trace, FILE *out);

/* Writes the times to a file, too (--timings-log): repeatedly, a line for each trace point, as
 *
 *     {"timings":"digits","time":1.5,"kind":"step","place":"Train.on_batch","on":"Fit.on_epoch",
 *      "in":"Train.batch","calls":60,"total":0.81,"self":0.8,"median":0.013,"p99":0.02}
 *
 * in seconds since the start. `total` includes the open call, `self` excludes the trace points
 * below. Times between lines grow with the run by a 32nd, from 50 ms. Takes the file over. */
void loopc_profile_log(struct loopc_profile *profile, FILE *file);

/* Stores the index of the innermost open trace point in *place, -1 for none, for another thread
 * to read; NULL ends that. */
void loopc_profile_follow(struct loopc_profile *profile, atomic_int *place);

/* Writes the times of the trace points up to now, in their order, as an array
 *
 *     [[calls, total, self, median], ...]     in seconds; median null where there is none
 */
void loopc_profile_write(const struct loopc_profile *profile, FILE *out);

/* Seconds since the start. */
double loopc_profile_seconds(const struct loopc_profile *profile);

/* Closes all open trace points. Call it once, after the run. Returns LOOPC_OK, or LOOPC_FAILED
 * when the file of loopc_profile_log is not complete. */
int loopc_profile_end(struct loopc_profile *profile);

/* Prints the table of times, trace points in their order, indented by depth; then, in programs
 * with callbacks, the table of the callbacks and loops that own the bodies. */
void loopc_profile_print(const struct loopc_profile *profile, FILE *out);
void loopc_profile_free(struct loopc_profile *profile);

#endif
