/* Startup: from a program's tables and a command line to a state that can run. Part of main. */
#ifndef LOOPC_STARTUP_H
#define LOOPC_STARTUP_H

#include "main/args.h"
#include "run/program.h"

#include <stdio.h>

/* What main holds while a program runs. Start with .program and zeros. */
struct loopc_context {
    const struct loopc_program *program;
    void *memory; /* what state stands in */
    void *state;  /* a struct loopc_run and what follows; aligned to 64 bytes */
    int argc;
    char **argv;
    struct loopc_args args;
    struct loopc_texts texts;
    FILE *timings_log; /* of --timings-log, or NULL; the watch closes it */
};

enum { LOOPC_CONTINUE = -1 };

/* Gets everything ready up to prepare: defaults, command line, data sets, random streams. Returns
 * LOOPC_CONTINUE, or the exit code with which the program ends here. */
int loopc_start(struct loopc_context *context, int argc, char **argv);

/* Gets the rest ready, once the state is prepared: what is to be resumed, files to write. Returns
 * as loopc_start. */
int loopc_resume_and_open(struct loopc_context *context);

/* Frees what loopc_start made, however far it came. */
void loopc_end(struct loopc_context *context);

#endif
