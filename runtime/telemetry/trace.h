/* Trace: each step as it begins, and each field that it changed, with old and new value.
 *
 *     trace: Inner.on_iteration on Outer.on_step
 *     trace:   Train.loss: 0 -> 0.5
 *     trace:   net: changed
 *
 * What loops change themselves (their counters, the batch state they make anew) comes under a
 * line of its own:
 *
 *     trace: Inner on Outer.on_step, between steps
 *     trace:   Inner.iteration: 0 -> 1
 */
#ifndef LOOPC_TRACE_H
#define LOOPC_TRACE_H

#include "run/program.h"

#include <stdio.h>

/* NULL when there is no memory. Keeps a copy of the state to compare with. */
struct loopc_trace *loopc_trace_new(const struct loopc_program *program, const void *state,
                                    FILE *out);

/* A step begins: its line. What changes from now on is its doing, until loopc_trace_changes. */
void loopc_trace_step(struct loopc_trace *trace, int place);

/* Prints what changed since the last call: by the step that began in between, else by the loop or
 * phase `place` (-1: the program) itself. */
void loopc_trace_changes(struct loopc_trace *trace, const void *state, int place);

void loopc_trace_free(struct loopc_trace *trace);

#endif
