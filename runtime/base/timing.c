/* Timing: a histogram with buckets of relative width. */
#include "base/timing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    FINE_BITS = 4, /* 16 buckets to a power of 2 */
    FINE = 1 << FINE_BITS,
    TOP_BIT = 47, /* 2^48 ns are three days: longer times count as that */
    BUCKETS = (TOP_BIT - FINE_BITS + 2) * FINE
};

/* Times below 2 * FINE have a bucket each; above, the bits after the highest one count. */
static int bucket_of(int64_t time)
{
    const uint64_t t = time < 0 ? 0 : (uint64_t)time;
    if (t < FINE) return (int)t;
    if (t >> (TOP_BIT + 1)) return BUCKETS - 1;
    const int top = 63 - __builtin_clzll(t);
    return (top - FINE_BITS + 1) * FINE + (int)((t >> (top - FINE_BITS)) & (FINE - 1));
}

/* Where a bucket starts. */
static double bucket_from(int bucket)
{
    if (bucket < FINE) return bucket;
    return ldexp(FINE + bucket % FINE, bucket / FINE - 1);
}

void loopc_timing_add(struct loopc_timing *timing, int64_t time)
{
    if (timing->calls == 0 || time < timing->shortest) timing->shortest = time;
    if (time > timing->longest) timing->longest = time;
    timing->calls++;
    timing->total += time;
    if (!timing->buckets) timing->buckets = calloc(BUCKETS, sizeof *timing->buckets);
    if (timing->buckets) timing->buckets[bucket_of(time)]++;
}

void loopc_timing_free(struct loopc_timing *timing)
{
    free(timing->buckets);
    timing->buckets = NULL;
}

/* Within a bucket times are taken to be spread evenly. */
double loopc_timing_quantile(const struct loopc_timing *timing, double q)
{
    if (timing->calls == 0 || !timing->buckets) return (double)NAN;
    const double rank = q * (double)timing->calls;
    double below = 0;
    int bucket = 0;
    while (bucket < BUCKETS - 1 && below + (double)timing->buckets[bucket] < rank) {
        below += (double)timing->buckets[bucket++];
    }
    const double from = bucket_from(bucket), to = bucket_from(bucket + 1);
    const double part = (rank - below) / (double)timing->buckets[bucket];
    return fmin(fmax(from + (to - from) * part, (double)timing->shortest), (double)timing->longest);
}

double loopc_timing_mean(const struct loopc_timing *timing)
{
    return timing->calls ? (double)timing->total / (double)timing->calls : (double)NAN;
}

void loopc_time_format(double time, char *text, size_t size)
{
    static const char *const units[] = {"ns", "us", "ms", "s"};
    if (isnan(time)) {
        snprintf(text, size, "-");
        return;
    }
    int unit = 0;
    while (unit < 3 && time >= 999.5) {
        time /= 1000;
        unit++;
    }
    const int decimals = unit == 0 || time >= 99.95 ? 0 : time >= 9.995 ? 1 : 2;
    snprintf(text, size, "%.*f %s", decimals, time, units[unit]);
}
