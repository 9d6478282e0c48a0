/* loopc.h: the one include of emitted code, and how the parts of the runtime fit together.
 *
 * An emitted program is one struct, one run function and a few static tables:
 *
 *     struct digits {
 *         struct loopc_run loopc;        program.h   what the runtime keeps of a run
 *         float eta;                     fields.h    fields, by a table that names them
 *         struct loopc_dataset train;    dataset.h   samples, loaded and checked before the run
 *         struct digits_net net;         nn.h        nets: emitted structs, kernels of known size
 *         ...
 *     };
 *     static int digits_run(void *state);
 *     static const struct loopc_program program = { .name = "digits", .run = digits_run, ... };
 *     int main(int argc, char **argv) { return loopc_main(&program, argc, argv); }
 *
 * loopc_main (program.h) goes from top to bottom:
 *
 *     defaults        the emitted function, over a state of zeros
 *     command line    args.h       flags of option fields and those that every trainer has
 *     data sets       dataset.h    each one checked completely, or the program ends with 2
 *     random streams  rng.h        one for each rng field, by --seed and the field's name
 *     prepare         the emitted function: first weights of nets
 *     run             the emitted run function, or its watched twin for --timings and --trace
 *     reports         failures, timings, exit code
 *
 * While the run function runs it calls the runtime at few places, each of them an inline test or
 * nothing at all where the spec gives no cause:
 *
 *     loopc_poll   interrupt.h  at the start of each iteration: was there a signal, a tick?
 *     loopc_ended     program.h    at the end of an outermost loop: a checkpoint
 *     loopc_poll_masked      interrupt.h  the same in failed and finally parts, which run to their end
 *     loopc_report    program.h    at the end of an iteration: a line of --metrics (metrics.h)
 *     loopc_fail, loopc_propagate, loopc_recover, loopc_merge_status
 *                     status.h     failures on their way out
 *     loopc_poll_nosave    interrupt.h  in elements of control flow and libraries: was there a signal?
 *     loopc_weave_... weave.h      the turns of a WEAVE
 *     loopc_popen, loopc_spawn_... child.h  processes
 *     loopc_team_run  team.h       work that the threads of --threads share
 *     loopc_enter, loopc_leave, loopc_at
 *                     watch.h      in the watched twin only
 *
 * A tick makes progress.h show a line. Between these calls the state belongs to the bodies alone:
 * no other thread reads or writes it, but for the thread team while loopc_team_run has not returned.
 *
 * The state is plain memory without pointers into itself, so it can be copied as it is. What it
 * points at (samples, texts, the listeners in struct loopc_run) lives as long as the program's
 * run and is not changed by a copy. Everything returns a status and leaves printing to
 * loopc_main, progress and watch; nothing in the library exits or aborts.
 */
#ifndef LOOPC_H
#define LOOPC_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "run/failures.h"
#include "run/fields.h"
#include "run/program.h"
#include "run/events.h"
#include "telemetry/profile.h"
#include "process/weave.h"
#include "process/child.h"
#include "library/instance.h"
#include "parallel/team.h"
#include "base/rng.h"
#include "base/shuffle.h"
#include "data/dataset.h"
#include "nn/nn.h"
#include "library/environment.h"
#include "main/main.h"

#endif
