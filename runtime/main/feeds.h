/* Feeds: whether the data sets that were loaded go with the nets that read their rows. Part of
 * main. */
#ifndef LOOPC_FEEDS_H
#define LOOPC_FEEDS_H

#include "main/startup.h"

/* Checks columns, classes, targets and their range, and what loops leave out, for every data set
 * that is loaded. What does not go together is said on standard error, with the way out. Returns
 * LOOPC_CONTINUE, or the exit code 2. */
int loopc_feeds_check(const struct loopc_context *context);

#endif
