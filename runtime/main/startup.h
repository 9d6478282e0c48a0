/* Startup: from a program's tables and a command line to a state that can run. Part of main. */
#ifndef LOOPC_STARTUP_H
#define LOOPC_STARTUP_H

#include "main/args.h"
#include "run/program.h"

#include <stdio.h>

/* The context of main while a program runs. Starts with .program and zeros. */
struct loopc_context {
    const struct loopc_program *program;
    void *memory; /* the allocation that holds state */
    void *state;  /* it begins with a struct loopc_run; aligned to 64 bytes */
    int argc;
    char **argv;
    struct loopc_args args;
    struct loopc_texts texts;
    FILE *timings_log; /* of --timings-log, or NULL; the watch closes it */
};

enum { LOOPC_CONTINUE = -1 };

/* Everything up to prepare: defaults, command line, data sets, random streams. Returns
 * LOOPC_CONTINUE, or the exit code with which the program ends here. */
int loopc_start(struct loopc_context *context, int argc, char **argv);

/* Everything after prepare: loads the checkpoint to resume, opens output files. Returns as
 * loopc_start. */
int loopc_resume_and_open(struct loopc_context *context);

/* Frees everything that loopc_start allocated, even if it failed. */
void loopc_end(struct loopc_context *context);

#endif
