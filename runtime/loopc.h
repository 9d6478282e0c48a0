/* loopc.h: the one include of emitted code, and how the parts of the runtime fit together.
 *
 * An emitted program is one struct, one run function and a few static tables:
 *
 *     struct digits {
 *         struct loopc_run loopc;        run/program.h    the runtime's part of a run
 *         float eta;                     run/fields.h     fields, by a table that names them
 *         struct loopc_dataset train;    data/dataset.h   samples, loaded before the run
 *         struct digits_net net;         nn/nn.h          nets: structs; kernels of fixed size
 *         ...
 *     };
 *     static int digits_run(void *state);
 *     static const struct loopc_program program = { .name = "digits", .run = digits_run, ... };
 *     int main(int argc, char **argv) { return loopc_main(&program, argc, argv); }
 *
 * loopc_main (main/main.h) executes, in this order:
 *
 *     defaults        the emitted function, on a zeroed state
 *     command line    main/args.h      flags of option fields and those that every trainer has
 *     data sets       data/dataset.h   each one checked completely, or the program ends with 2
 *     random streams  run/streams.h    one for each rng field, by --seed and the field's name
 *     prepare         the emitted function: initial weights of nets
 *     resume          checkpoint/checkpointer.h
 *     run             the emitted run function, or its instrumented variant while it is profiled
 *     reports         failures, timings, exit code
 *
 * The run function calls the runtime at few places, each of them an inline test, or nothing at all
 * where the spec does not need it:
 *
 *     loopc_poll          run/events.h   at the head of an iteration: is an event pending?
 *     loopc_poll_steps    run/events.h   the same inside of bodies of elements
 *     loopc_poll_nosave   run/events.h   the same in libraries, and where nothing can be saved
 *     loopc_poll_masked   run/events.h   the same in failed and finally parts
 *     loopc_ended         run/program.h  at the end of an outermost loop: a checkpoint
 *     loopc_report        run/program.h  at the end of an iteration: a line of --metrics
 *     loopc_fail, loopc_propagate, loopc_recover, loopc_merge_status
 *                         run/failures.h failures on their way out of the loops
 *     loopc_weave_...     process/weave.h  the coroutines of a WEAVE
 *     loopc_popen, loopc_spawn_...
 *                         process/child.h  processes
 *     loopc_team_run      parallel/team.h  work that is divided among the threads of --threads
 *     loopc_enter, loopc_leave, loopc_at
 *                         telemetry/profile.h  in the instrumented variant only
 *
 * A pending event leads to the run's host (run/host.h): the main function of a trainer shows
 * progress, saves checkpoints and serves the control channel there; a program that links the
 * library form has none of these. Between the calls above the state belongs to the bodies: no other
 * thread reads or writes it, except the thread team until loopc_team_run returns.
 *
 * The state is plain memory without pointers into itself, so it can be copied as it is. The objects
 * that it points to (samples, texts, the parts of struct loopc_run) live as long as the run and are
 * shared by copies. Every function returns a status and leaves printing to loopc_main, progress and
 * profile; nothing in the library exits or aborts.
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
#include "run/read_line.h"
#include "telemetry/profile.h"
#include "process/weave.h"
#include "process/child.h"
#include "library/instance.h"
#include "parallel/team.h"
#include "base/rng.h"
#include "base/shuffle.h"
#include "data/dataset.h"
#include "data/table.h"
#include "nn/nn.h"
#include "nn/squash.h"
#include "library/environment.h"
#include "library/returns.h"
#include "library/replay.h"
#include "base/angle.h"
#include "base/power.h"
#include "main/main.h"

#endif
