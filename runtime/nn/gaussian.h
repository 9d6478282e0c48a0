/* Gaussian policies: numbers drawn from a normal distribution whose mean and deviation a net puts
 * out, and the derivatives of what was drawn. The counterpart of policy.h for numbers.
 *
 * a is what the net puts out, rows x 2: the mean m, and the logarithm s of the deviation, which
 * counts as LOOPC_LEAST_LOG or LOOPC_MOST_LOG where it lies beyond them. drawn is a number a row.
 * Losses are sums over the rows, each with a weight of its own, and *add* to d, the derivative by
 * a: several of them may follow each other on a d that began as 0. With e = (x - m) / exp(s):
 *
 *     log p(x) = -e^2 / 2 - s - log(2 pi) / 2        entropy = s + (1 + log(2 pi)) / 2
 *     d log p / d m = e / exp(s)                     d log p / d s = e^2 - 1
 */
#ifndef LOOPC_GAUSSIAN_H
#define LOOPC_GAUSSIAN_H

#include "nn/elementary.h"
#include "base/rng.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define LOOPC_LEAST_LOG    (-6.0f)      /* deviations from 0.0025 .. */
#define LOOPC_MOST_LOG     2.0f         /* .. to 7.4 */
#define LOOPC_HALF_LOG_TAU 0.918938533f /* log(2 pi) / 2 */

/* The logarithm of a deviation as it counts. */
static inline float loopc_log_deviation(float s)
{
    return fminf(fmaxf(s, LOOPC_LEAST_LOG), LOOPC_MOST_LOG);
}

/* log_p[r] = log p(drawn[r]) */
static inline void loopc_gaussian_log_p(const float *a, const float *drawn, float *log_p,
                                        int32_t rows)
{
    for (int32_t r = 0; r < rows; r++, a += 2) {
        const float s = loopc_log_deviation(a[1]);
        const float e = (drawn[r] - a[0]) * loopc_expf(-s);
        log_p[r] = -0.5f * e * e - s - LOOPC_HALF_LOG_TAU;
    }
}

/* What is added to the derivative by s. Beyond its bounds s follows only what leads it back. */
static inline float loopc_log_slope(float s, float slope)
{
    const bool out =
        (s <= LOOPC_LEAST_LOG && slope > 0.0f) || (s >= LOOPC_MOST_LOG && slope < 0.0f);
    return out ? 0.0f : slope;
}

/* Returns the sum of weights[r] * -log p(drawn[r]). */
static inline float loopc_gaussian_likelihood(const float *a, const float *drawn,
                                              const float *weights, float *d, int32_t rows)
{
    float total = 0.0f;
    for (int32_t r = 0; r < rows; r++, a += 2, d += 2) {
        const float s = loopc_log_deviation(a[1]), inverse = loopc_expf(-s);
        const float e = (drawn[r] - a[0]) * inverse, w = weights[r];
        total += w * (0.5f * e * e + s + LOOPC_HALF_LOG_TAU);
        d[0] -= w * e * inverse;
        d[1] += loopc_log_slope(a[1], w * (1.0f - e * e));
    }
    return total;
}

/* Returns the sum of weights[r] * -entropy[r]. A weight above 0 rewards entropy. */
static inline float loopc_gaussian_entropy(const float *a, const float *weights, float *d,
                                           int32_t rows)
{
    float total = 0.0f;
    for (int32_t r = 0; r < rows; r++, a += 2, d += 2) {
        total -= weights[r] * (loopc_log_deviation(a[1]) + 0.5f + LOOPC_HALF_LOG_TAU);
        d[1] += loopc_log_slope(a[1], -weights[r]);
    }
    return total;
}

/* Draws from a row: p(x)^(1/temperature), made a density again, which is the same with the
 * deviation times the square root of the temperature. 0, or less, takes the mean and no random
 * number. */
static inline float loopc_gaussian_draw(struct loopc_rng *rng, const float *a, float temperature)
{
    if (!(temperature > 0.0f)) return a[0];
    const float deviation = loopc_expf(loopc_log_deviation(a[1])) * sqrtf(temperature);
    return fmaf(deviation, (float)loopc_rng_normal(rng), a[0]);
}

#endif
