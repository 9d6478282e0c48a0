/* What another program prints. */
#ifndef LOOPC_OBSERVE_CHILD_OUTPUT_H
#define LOOPC_OBSERVE_CHILD_OUTPUT_H

#include <stdio.h>

/* Runs a program, a path and its arguments, and waits for it. Returns what it wrote to its standard
 * output, to be read and closed; NULL when it failed. */
FILE *child_output(char **argv);

#endif
