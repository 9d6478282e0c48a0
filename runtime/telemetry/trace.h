/* Trace: each step when it starts, and each field that it changed, with old and new value.
 *
 *     trace: Inner.on_iteration on Outer.on_step
 *     trace:   Train.loss: 0 -> 0.5
 *     trace:   net: changed
 *
 * Changes by the loops themselves (counters, batch state that is reset) have a line of their
 * own:
 *
 *     trace: Inner on Outer.on_step, between steps
 *     trace:   Inner.iteration: 0 -> 1
 */
#ifndef LOOPC_TRACE_H
#define LOOPC_TRACE_H

#include "run/program.h"

#include <stdio.h>

/* NULL without memory. Keeps a copy of the state to compare with. */
struct loopc_trace *loopc_trace_new(const struct loopc_program *program, const void *state,
                                    FILE *out);

/* Writes the line of a step. Changes up to the next loopc_trace_changes are attributed to it. */
void loopc_trace_step(struct loopc_trace *trace, int place);

/* Prints the fields that changed since the last call: attributed to the step that started in
 * between, else to the loop or phase `place` (-1: the program). */
void loopc_trace_changes(struct loopc_trace *trace, const void *state, int place);

void loopc_trace_free(struct loopc_trace *trace);

#endif
