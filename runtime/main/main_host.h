/* The host of a trainer's run: progress, checkpoints, the control channel. Part of main. */
#ifndef LOOPC_MAIN_HOST_H
#define LOOPC_MAIN_HOST_H

#include "main/startup.h"
#include "run/host.h"

extern const struct loopc_host loopc_main_host;

/* Calls the emitted run or step function, or its instrumented variant while run->profile is set.
 * Returns the status with which the run ended; LOOPC_MORE after the --steps of a run in the step
 * form. */
int loopc_main_run(const struct loopc_context *context);

#endif
