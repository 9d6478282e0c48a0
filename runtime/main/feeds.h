/* Feeds: whether the data sets that were loaded go with the nets that read their rows. Part of
 * main. */
#ifndef LOOPC_FEEDS_H
#define LOOPC_FEEDS_H

#include "main/startup.h"

/* Checks columns, classes, targets and their range, and the rows that loops leave out, for every
 * data set that is loaded. A mismatch is reported on standard error, with a hint. Returns
 * LOOPC_CONTINUE, or the exit code 2. */
int loopc_feeds_check(const struct loopc_context *context);

#endif
