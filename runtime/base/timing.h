/* Timing: how often something ran, how long it took in all, and the distribution of that.
 *
 * The distribution is a histogram of fixed size whose buckets grow with their values, 16 to
 * each power of 2, so a quantile is at most a 16th off, from nanoseconds to days.
 */
#ifndef LOOPC_TIMING_H
#define LOOPC_TIMING_H

#include <stddef.h>
#include <stdint.h>

/* Times are in nanoseconds. Start with {0}. */
struct loopc_timing {
    uint64_t calls;
    int64_t total, shortest, longest;
    uint64_t *buckets; /* NULL until the first call, or without memory */
};

void loopc_timing_add(struct loopc_timing *timing, int64_t time);
void loopc_timing_free(struct loopc_timing *timing);

/* The time that a share q, from 0 to 1, of the calls stays under; NaN when there is no telling. */
double loopc_timing_quantile(const struct loopc_timing *timing, double q);
double loopc_timing_mean(const struct loopc_timing *timing);

/* Writes a time in three digits and its unit: "812 ns", "12.3 us", "1.23 ms", "61.0 s"; "-" for
 * NaN. */
void loopc_time_format(double time, char *text, size_t size);

#endif
