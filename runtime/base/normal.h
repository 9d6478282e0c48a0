/* Normal numbers in two halves, for those who draw one and those who draw many: a point, which the
 * stream gives one at a time, and what is calculated of it, which goes side by side in vectors.
 *
 * This is the polar method (Marsaglia and Bray, "A convenient method for generating normal
 * variables", 1964): a point in the unit disk gives two normal numbers, of which the second is
 * dropped so that the stream is all the state there is. Every product that is added to another
 * number is written as an fma: a compiler that may contract finds nothing to change.
 */
#ifndef LOOPC_NORMAL_H
#define LOOPC_NORMAL_H

#include "base/rng.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* A coordinate, and the square of the distance from the middle: above 0 and below 1. */
struct loopc_point {
    double u, square;
};

/* Draws a point of the square around the disk; returns whether it is in the disk, too. */
static inline bool loopc_normal_try(struct loopc_rng *rng, struct loopc_point *point)
{
    const double u = 2 * loopc_rng_f64(rng) - 1, v = 2 * loopc_rng_f64(rng) - 1;
    *point = (struct loopc_point){u, fma(u, u, v * v)};
    return (point->square < 1) & (point->square > 0);
}

/* The natural logarithm of a positive normal number, to about two units in the last place, with the
 * same bits everywhere and without a branch. x = m 2^e with m in [sqrt(1/2), sqrt(2)); with
 * z = (m - 1) / (m + 1), log m = 2 (z + z^3/3 + z^5/5 + ...). |z| < 0.1716, so the term after the
 * last, z^23/23, is below 2^-62. */
static inline double loopc_natural_log(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    const uint64_t half = (bits & 0xfffffffffffff) | (UINT64_C(1022) << 52); /* in [1/2, 1) */
    const uint64_t power = (bits >> 52) | (UINT64_C(1075) << 52); /* 2^52 + exponent + 1022 */
    double m, e;
    memcpy(&m, &half, sizeof m);
    memcpy(&e, &power, sizeof e);
    e -= 0x1p52 + 1022;
    const double less = m < 0.70710678118654752 ? 1 : 0;
    m += m * less;
    e -= less;
    const double z = (m - 1) / (m + 1), square = z * z;
    double sum = fma(1.0 / 21, square, 1.0 / 19);
    sum = fma(sum, square, 1.0 / 17);
    sum = fma(sum, square, 1.0 / 15);
    sum = fma(sum, square, 1.0 / 13);
    sum = fma(sum, square, 1.0 / 11);
    sum = fma(sum, square, 1.0 / 9);
    sum = fma(sum, square, 1.0 / 7);
    sum = fma(sum, square, 1.0 / 5);
    sum = fma(sum, square, 1.0 / 3);
    return fma(e, 0.69314718055994531, 2 * fma(sum * square, z, z));
}

/* The normal number of a point. */
static inline double loopc_normal_of(struct loopc_point point)
{
    return point.u * sqrt(-2 * loopc_natural_log(point.square) / point.square);
}

#endif
