/* Pearson's test: whether counts are as uniform as random ones would be. */
#ifndef CHI_SQUARE_H
#define CHI_SQUARE_H

#include <math.h>
#include <stddef.h>

/* The statistic of counts that are all expected to be alike. */
static inline double chi_square(const int *counts, size_t n, double expected)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (counts[i] - expected) * (counts[i] - expected) / expected;
    return sum;
}

/* With k degrees of freedom it is below this except once in a few thousand tests (Wilson and
 * Hilferty's approximation, at 3.4 deviations). */
static inline double chi_square_bound(double k)
{
    const double t = 1 - 2 / (9 * k) + 3.4 * sqrt(2 / (9 * k));
    return k * t * t * t;
}

#endif
