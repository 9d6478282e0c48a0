/* The monotonic clock. */
#ifndef LOOPC_CLOCK_H
#define LOOPC_CLOCK_H

#include <stdint.h>

/* CLOCK_MONOTONIC in nanoseconds. Async-signal-safe. */
int64_t loopc_clock(void);

/* Sleeps for about a millisecond, or until a signal arrives. */
void loopc_nap(void);

#endif
