/* Policies: a softmax whose classes are drawn, and the gradients of the draws.
 *
 * z, feature-major (panel.h), classes x samples, are the logits of a net; a are the outputs that it
 * makes of it. An action is the class drawn for a sample; one below 0 says that nothing was, and
 * its sample counts for nothing. Losses are sums over the samples, each with a weight of its
 * own, and *add* to d, the derivative by z: several of them may follow each other on a d that
 * began as 0.
 *
 * Policy gradient (Williams, "Simple statistical gradient-following algorithms for connectionist
 * reinforcement learning", 1992): the gradient of an expected reward is the expectation of
 * (reward - baseline) times the gradient of log a[action]. So it is the likelihood loss below with
 * weight (reward - baseline) / samples.
 */
#ifndef LOOPC_POLICY_H
#define LOOPC_POLICY_H

#include "base/rng.h"
#include "nn/activation.h"
#include <stdbool.h>

/* Takes the classes that are not allowed out of a softmax: z becomes -1e30 there, and all that is
 * made of it afterwards is that of the classes left. allowed is row-major, samples x classes. A
 * sample for which none is allowed stays as it is. */
void loopc_mask(float *z, const bool *allowed, int32_t samples, int32_t classes)
    LOOPC_KERNEL(loopc_mask);

/* log_p[r] = log a[actions[r]] of sample r, 0 for no action */
void loopc_log_probabilities(const float *z, const int32_t *actions, float *log_p, int32_t samples,
                             int32_t classes) LOOPC_KERNEL(loopc_log_probabilities);

/* Returns the sum of weights[r] * -log a[actions[r]];
 * d[j] += weights[r] * (a[j] - [j = actions[r]]), sample by sample */
float loopc_likelihood(const float *z, const int32_t *actions, const float *weights, float *d,
                       int32_t samples, int32_t classes) LOOPC_KERNEL(loopc_likelihood);

/* Returns the sum of weights[r] * -H[r], H[r] the entropy of sample r;
 * d[j] += weights[r] * a[j] * (log a[j] + H[r]). A weight above 0 rewards entropy. */
float loopc_entropy(const float *z, const float *weights, float *d, int32_t samples,
                    int32_t classes) LOOPC_KERNEL(loopc_entropy);

/* d = 0 for all samples: the beginning of a loss that is a sum of several. */
void loopc_zero_delta(float *d, int32_t samples, int32_t classes) LOOPC_KERNEL(loopc_zero_delta);

/* The index of the largest of n >= 1 values; of equal ones the first. */
int32_t loopc_argmax(const float *values, int32_t n) LOOPC_KERNEL(loopc_argmax);

/* Draws a class with probability a[j]^(1/temperature) / sum over i of a[i]^(1/temperature); a is a
 * row of outputs. temperature 0, or less, takes the most probable one and no random number. */
int32_t loopc_draw(struct loopc_rng *rng, const float *a, int32_t classes, float temperature)
    LOOPC_KERNEL(loopc_draw);

#endif
