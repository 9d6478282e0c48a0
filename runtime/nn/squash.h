/* Squashed Gaussian policies: numbers between -1 and 1, tanh of draws from a normal distribution
 * whose mean and deviation a net puts out.
 *
 * out are its outputs, a row a sample: `width` means m, then `width` numbers l of which the
 * deviations are made: log s = -5 + 3.5 (tanh l + 1), from exp(-5) to exp(2). With noise z from
 * the standard normal distribution u = m + s z is the draw, tanh u the number, and
 *
 *     log p = sum of -z^2 / 2 - log s - log(2 pi) / 2 - 2 (log 2 - u - softplus(-2 u)),
 *
 * the last term log(1 - tanh(u)^2), which loses nothing where tanh u is near 1. (Haarnoja et al.,
 * "Soft actor-critic", 2018, appendix C.) The elementary functions are those of elementary.h.
 */
#ifndef LOOPC_SQUASH_H
#define LOOPC_SQUASH_H

#include "nn/cpu.h"
#include <stdint.h>

/* Draws `rows` rows of `width` numbers. Of each number deviations has s and slopes has
 * d log s / d l, both rows x width as numbers and z are; log_p has rows values. */
void loopc_squash(const float *out, const float *z, int32_t rows, int32_t width, float *numbers,
                  float *deviations, float *slopes, float *log_p) LOOPC_KERNEL(loopc_squash);

/* The derivative by the outputs, in the form of out, of the sum over all rows of
 * weight log p + f(numbers), where d is the derivative of f by the numbers:
 * d log p / d u = 2 tanh u, d log p / d log s = -1 + 2 tanh(u) s z. */
void loopc_unsquash(const float *z, const float *numbers, const float *deviations,
                    const float *slopes, const float *d, float weight, int32_t rows, int32_t width,
                    float *d_out) LOOPC_KERNEL(loopc_unsquash);

#endif
