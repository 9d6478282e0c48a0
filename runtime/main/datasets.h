/* The data sets of a program, loaded before the run as the command line says. Part of
 * main. */
#ifndef LOOPC_DATASETS_H
#define LOOPC_DATASETS_H

#include "main/startup.h"

/* Loads the data sets that the command line names, those first that others are like or parts of,
 * draws parts, and says a line about each. Returns LOOPC_CONTINUE, or the exit code. */
int loopc_datasets_load(struct loopc_context *context);

/* Prints the tables as read: `PROG data`. Returns the exit code. */
int loopc_datasets_print(const struct loopc_context *context);

/* Messages of data sets do not know by which flag these were named and say --DATA: copies a text
 * with that flag in its place, cut to size bytes. */
void loopc_name_flag(const char *text, const char *flag, char *to, size_t size);

/* Frees them. Bodies may have copied one to another: each memory is freed once. */
void loopc_datasets_free(const struct loopc_context *context);

#endif
