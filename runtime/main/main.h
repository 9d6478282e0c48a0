/* Main: a trainer as a program. */
#ifndef LOOPC_MAIN_H
#define LOOPC_MAIN_H

struct loopc_context;
struct loopc_program;

/* Defaults, command line, data sets, random streams, prepare, run, reports. Returns the exit code:
 * 0; 1 the run failed, or a requested output could not be written; 2 wrong usage or bad input;
 * 128 + n interrupted by signal n. Standard output belongs to the bodies (except for --help and
 * --version); main writes to standard error. */
int loopc_main(const struct loopc_program *program, int argc, char **argv);

/* The subcommands export and predict (model.h), in place of a run. Returns the exit code. */
int loopc_model_main(const struct loopc_context *context);

#endif
