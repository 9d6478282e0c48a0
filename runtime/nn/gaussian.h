/* Gaussian policies: numbers drawn from a normal distribution whose mean and deviation a net puts
 * out, and the gradients of the draws. The counterpart of policy.h for numbers.
 *
 * a are the outputs of the net, rows x 2: the mean m, and the logarithm s of the deviation, which
 * counts as LOOPC_LEAST_LOG or LOOPC_MOST_LOG where it lies beyond them. drawn is a number a row.
 * Losses are sums over the rows, each with a weight of its own, and *add* to d, the derivative by
 * a: several of them may follow each other on a d that began as 0. With e = (x - m) / exp(s):
 *
 *     log p(x) = -e^2 / 2 - s - log(2 pi) / 2        entropy = s + (1 + log(2 pi)) / 2
 *     d log p / d m = e / exp(s)                     d log p / d s = e^2 - 1
 */
#ifndef LOOPC_GAUSSIAN_H
#define LOOPC_GAUSSIAN_H

#include "base/rng.h"
#include "nn/cpu.h"
#include <stdint.h>

#define LOOPC_LEAST_LOG    (-6.0f)      /* deviations from 0.0025 .. */
#define LOOPC_MOST_LOG     2.0f         /* .. to 7.4 */
#define LOOPC_HALF_LOG_TAU 0.918938533f /* log(2 pi) / 2 */

/* log_p[r] = log p(drawn[r]) */
void loopc_gaussian_log_p(const float *a, const float *drawn, float *log_p, int32_t rows)
    LOOPC_KERNEL(loopc_gaussian_log_p);

/* Returns the sum of weights[r] * -log p(drawn[r]). */
float loopc_gaussian_likelihood(const float *a, const float *drawn, const float *weights, float *d,
                                int32_t rows) LOOPC_KERNEL(loopc_gaussian_likelihood);

/* Returns the sum of weights[r] * -entropy[r]. A weight above 0 rewards entropy. */
float loopc_gaussian_entropy(const float *a, const float *weights, float *d, int32_t rows)
    LOOPC_KERNEL(loopc_gaussian_entropy);

/* Draws from a row: p(x)^(1/temperature), made a density again, which is the same with the
 * deviation times the square root of the temperature. 0, or less, takes the mean and no random
 * number. */
float loopc_gaussian_draw(struct loopc_rng *rng, const float *a, float temperature)
    LOOPC_KERNEL(loopc_gaussian_draw);

#endif
