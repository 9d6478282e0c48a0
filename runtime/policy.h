/* Policies: a softmax whose classes are drawn, and the derivatives of what was drawn.
 *
 * z and a are what a net's softmax is given and makes of it, rows x classes. An action is the class
 * drawn in a row; one below 0 says that nothing was, and its row counts for nothing. Losses are
 * sums over the rows, each with a weight of its own, and *add* to d, the derivative by z: several of
 * them may follow each other on a d that began as 0.
 *
 * Policy gradient (Williams, "Simple statistical gradient-following algorithms for connectionist
 * reinforcement learning", 1992): the gradient of an expected reward is the expectation of
 * (reward - baseline) times the gradient of log a[action]. So it is the likelihood loss below with
 * weight (reward - baseline) / samples.
 */
#ifndef LOOPC_POLICY_H
#define LOOPC_POLICY_H

#include "activation.h"
#include "elementary.h"
#include "rng.h"
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/* Takes the classes that are not allowed out of a softmax: z becomes -1e30 and a 0 there, and all that
 * is made of the two afterwards is that of the classes left. A row in which none is allowed stays as
 * it is. */
static inline void loopc_mask(float *z, float *a, const bool *allowed, int32_t rows,
                              int32_t classes)
{
    for (int32_t r = 0; r < rows; r++, z += classes, a += classes, allowed += classes) {
        bool any = false, all = true;
        for (int32_t j = 0; j < classes; j++)
            any |= allowed[j], all &= allowed[j];
        if (!any || all) continue;
        for (int32_t j = 0; j < classes; j++)
            z[j] = allowed[j] ? z[j] : -1e30f;
        loopc_softmax(z, a, 1, classes);
    }
}

/* log a[action] of one row, 0 for no action. From z, because a has rounded to 0 where z has not:
 * with m the largest z it is (z[action] - z[m]) + log a[m], and a[m] >= 1 / classes. */
static inline float loopc_log_probability(const float *z, const float *a, int32_t action,
                                          int32_t classes)
{
    if (action < 0 || action >= classes) return action < 0 ? 0.0f : NAN;
    const int32_t largest = loopc_argmax(z, classes);
    return z[action] - z[largest] + loopc_logf(a[largest]);
}

/* log_p[r] = log a[r][actions[r]] */
static inline void loopc_log_probabilities(const float *z, const float *a, const int32_t *actions,
                                           float *log_p, int32_t rows, int32_t classes)
{
    for (int32_t r = 0; r < rows; r++, z += classes, a += classes)
        log_p[r] = loopc_log_probability(z, a, actions[r], classes);
}

/* Returns the sum of weights[r] * -log a[r][actions[r]];
 * d[r][j] += weights[r] * (a[r][j] - [j = actions[r]]) */
static inline float loopc_likelihood(const float *z, const float *a, const int32_t *actions,
                                     const float *weights, float *d, int32_t rows, int32_t classes)
{
    float total = 0.0f;
    for (int32_t r = 0; r < rows; r++, z += classes, a += classes, d += classes) {
        if (actions[r] < 0) continue;
        total -= weights[r] * loopc_log_probability(z, a, actions[r], classes);
        for (int32_t j = 0; j < classes; j++)
            d[j] = fmaf(weights[r], a[j], d[j]);
        if (actions[r] < classes) d[actions[r]] -= weights[r];
    }
    return total;
}

/* Returns the sum of weights[r] * -H[r], with the entropy H[r] = -(sum over j of a[j] log a[j]);
 * d[r][j] += weights[r] * a[r][j] * (log a[r][j] + H[r]). A weight above 0 rewards entropy. */
static inline float loopc_entropy(const float *z, const float *a, const float *weights, float *d,
                                  int32_t rows, int32_t classes)
{
    float total = 0.0f;
    for (int32_t r = 0; r < rows; r++, z += classes, a += classes, d += classes) {
        if (weights[r] == 0.0f) continue;
        float entropy = 0.0f;
        for (int32_t j = 0; j < classes; j++)
            entropy -= a[j] > 0.0f ? a[j] * loopc_log_probability(z, a, j, classes) : 0.0f;
        for (int32_t j = 0; j < classes; j++)
            if (a[j] > 0.0f)
                d[j] = fmaf(weights[r] * a[j], loopc_log_probability(z, a, j, classes) + entropy,
                            d[j]);
        total -= weights[r] * entropy;
    }
    return total;
}

/* What a class of probability `share` of the largest one weighs at a temperature above 0. */
static inline float loopc_tempered(float share, float temperature)
{
    if (temperature == 1.0f || share <= 0.0f) return share;
    return loopc_expf(loopc_logf(share) / temperature);
}

/* Draws a class with probability a[j]^(1/temperature) / sum over i of a[i]^(1/temperature).
 * temperature 0, or less, takes the most probable one and no random number. */
static inline int32_t loopc_draw(struct loopc_rng *rng, const float *a, int32_t classes,
                                 float temperature)
{
    const int32_t largest = loopc_argmax(a, classes);
    if (!(temperature > 0.0f)) return largest;
    float sum = 0.0f;
    for (int32_t j = 0; j < classes; j++)
        sum += loopc_tempered(a[j] / a[largest], temperature);
    float left = loopc_rng_f32(rng) * sum;
    for (int32_t j = 0; j < classes; j++) {
        left -= loopc_tempered(a[j] / a[largest], temperature);
        if (left < 0.0f) return j;
    }
    return largest;
}

/* flat[i] += share * (w[i] - flat[i]): an exponential average of weights. Returns what follows. */
static inline float *loopc_blend(const float *w, float *flat, int32_t count, float share)
{
    for (int32_t i = 0; i < count; i++)
        flat[i] = fmaf(share, w[i] - flat[i], flat[i]);
    return flat + count;
}

#endif
