/* Returns: what the callbacks of the library loopc.rl compute of rewards, and running moments.
 *
 * A rollout is `steps` steps of `count` environments side by side, an array of steps x count. Of
 * step t of environment i, at t * count + i:
 *
 *     rewards   the reward of the step
 *     values    an estimate of the value of the observation before it
 *     after     an estimate of the value of the observation behind it: 0 where the episode
 *               terminated there; where only its time was up it is that of its last observation
 *     ends      whether the episode ended with the step, in either way
 */
#ifndef LOOPC_RETURNS_H
#define LOOPC_RETURNS_H

#include "base/rng.h"

#include <stdbool.h>
#include <stdint.h>

/* Uniform in low .. high. */
static inline float loopc_between(struct loopc_rng *rng, float low, float high)
{
    return low + (high - low) * loopc_rng_f32(rng);
}

/* Generalized advantage estimation (Schulman, Moritz, Levine, Jordan and Abbeel, "High-dimensional
 * continuous control using generalized advantage estimation", 2016), from the last step to the
 * first, with g the discount and l the decay:
 *
 *     delta[t] = rewards[t] + g after[t] - values[t]
 *     advantages[t] = delta[t] + (ends[t] ? 0 : g l advantages[t + 1])
 *
 * Where the episode has not ended, after[t] is values[t + 1], except in the last step. */
void loopc_advantages(const float *rewards, const float *values, const float *after,
                      const bool *ends, int32_t steps, int32_t count, float discount, float decay,
                      float *advantages);

/* Shifts and scales n values to the mean 0 and the deviation 1 (with n, not n - 1, and 1e-8
 * added to it). */
void loopc_standardize(float *values, int32_t n);

/* Running moments of vectors of `width` numbers: means and sums of squared differences from them,
 * brought up to date by the formula of Chan, Golub and LeVeque ("Algorithms for computing the
 * sample variance", 1983). All of it is 0 at first. */
void loopc_moments_add(const float *rows, int32_t count, int32_t width, double *seen, double *means,
                       double *squares);

/* (x - mean) / deviation of each number, kept between -limit and limit; before there are two
 * vectors deviations count as 1. `to` may be `rows`. */
void loopc_moments_scale(const float *rows, int32_t count, int32_t width, double seen,
                         const double *means, const double *squares, float limit, float *to);

/* Changes a layer that takes such scaled numbers (without limit) so that it takes them unscaled: a
 * list of `outputs` rows of `width` weights each, then as many biases. */
void loopc_fold_moments(float *layer, int32_t outputs, int32_t width, double seen,
                        const double *means, const double *squares);

#endif
