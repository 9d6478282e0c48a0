/* Policies: a softmax whose classes are drawn, and the derivatives of what was drawn.
 *
 * z, feature-major (panel.h), classes x samples, is what a net's softmax is given; a is what it
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

#include "nn/activation.h"
#include "base/rng.h"
#include <math.h>
#include <stdbool.h>

/* The logarithms of a softmax: log a[j] = z[j] - shift, for one sample; its z begin at z.
 * From z, because a rounds to 0 where z does not. */
static inline float loopc_log_shift(const float *z, int32_t classes)
{
    float largest = z[0], sum = 0.0f;
    for (int32_t j = 1; j < classes; j++)
        largest = z[j * LOOPC_PANEL] > largest ? z[j * LOOPC_PANEL] : largest;
    for (int32_t j = 0; j < classes; j++)
        sum += loopc_expf(z[j * LOOPC_PANEL] - largest);
    return largest + loopc_logf(sum);
}

/* Takes the classes that are not allowed out of a softmax: z becomes -1e30 there, and all that is
 * made of it afterwards is that of the classes left. allowed is row-major, samples x classes. A
 * sample for which none is allowed stays as it is. */
static inline void loopc_mask(float *z, const bool *allowed, int32_t samples, int32_t classes)
{
    for (int32_t r = 0; r < samples; r++, allowed += classes) {
        bool any = false;
        for (int32_t j = 0; j < classes; j++)
            any |= allowed[j];
        for (int32_t j = 0; any && j < classes; j++)
            if (!allowed[j]) z[loopc_panel_at(classes, j, r)] = -1e30f;
    }
}

/* log_p[r] = log a[actions[r]] of sample r, 0 for no action */
static inline void loopc_log_probabilities(const float *z, const int32_t *actions, float *log_p,
                                           int32_t samples, int32_t classes)
{
    for (int32_t r = 0; r < samples; r++) {
        const float *const own = z + loopc_panel_at(classes, 0, r);
        const int32_t action = actions[r];
        log_p[r] = action < 0 ? 0.0f : NAN;
        if (action >= 0 && action < classes)
            log_p[r] = own[action * LOOPC_PANEL] - loopc_log_shift(own, classes);
    }
}

/* Returns the sum of weights[r] * -log a[actions[r]];
 * d[j] += weights[r] * (a[j] - [j = actions[r]]), sample by sample */
static inline float loopc_likelihood(const float *z, const int32_t *actions, const float *weights,
                                     float *d, int32_t samples, int32_t classes)
{
    float total = 0.0f;
    for (int32_t r = 0; r < samples; r++) {
        if (actions[r] < 0) continue;
        const ptrdiff_t at = loopc_panel_at(classes, 0, r);
        const float shift = loopc_log_shift(z + at, classes);
        const bool known = actions[r] < classes;
        const ptrdiff_t own = at + actions[r] * LOOPC_PANEL;
        total -= weights[r] * (known ? z[own] - shift : NAN);
        for (int32_t j = 0; j < classes; j++) {
            float *const to = d + at + j * LOOPC_PANEL;
            *to = loopc_fma1(weights[r], loopc_expf(z[at + j * LOOPC_PANEL] - shift), *to);
        }
        if (known) d[own] -= weights[r];
    }
    return total;
}

/* The entropy of the softmax of one sample: -(sum over j of a[j] log a[j]), log a[j] = z[j] -
 * shift. */
static inline float loopc_softmax_entropy(const float *z, float shift, int32_t classes)
{
    float entropy = 0.0f;
    for (int32_t j = 0; j < classes; j++) {
        const float log_a = z[j * LOOPC_PANEL] - shift, a = loopc_expf(log_a);
        entropy -= a > 0.0f ? a * log_a : 0.0f;
    }
    return entropy;
}

/* Returns the sum of weights[r] * -H[r], H[r] the entropy of sample r;
 * d[j] += weights[r] * a[j] * (log a[j] + H[r]). A weight above 0 rewards entropy. */
static inline float loopc_entropy(const float *z, const float *weights, float *d, int32_t samples,
                                  int32_t classes)
{
    float total = 0.0f;
    for (int32_t r = 0; r < samples; r++) {
        if (weights[r] == 0.0f) continue;
        const ptrdiff_t at = loopc_panel_at(classes, 0, r);
        const float shift = loopc_log_shift(z + at, classes);
        const float entropy = loopc_softmax_entropy(z + at, shift, classes);
        for (int32_t j = 0; j < classes; j++) {
            float *const to = d + at + j * LOOPC_PANEL;
            const float log_a = z[at + j * LOOPC_PANEL] - shift, a = loopc_expf(log_a);
            if (a > 0.0f) *to = loopc_fma1(weights[r] * a, log_a + entropy, *to);
        }
        total -= weights[r] * entropy;
    }
    return total;
}

/* d = 0 for all samples: the beginning of a loss that is a sum of several. */
static inline void loopc_zero_delta(float *d, int32_t samples, int32_t classes)
{
    memset(d, 0, (size_t)LOOPC_PANELS((size_t)classes, (size_t)samples) * sizeof *d);
}

/* The index of the largest of n >= 1 values; of equal ones the first. */
static inline int32_t loopc_argmax(const float *values, int32_t n)
{
    int32_t best = 0;
    for (int32_t i = 1; i < n; i++)
        best = values[i] > values[best] ? i : best;
    return best;
}

/* What a class of probability `share` of the largest one weighs at a temperature above 0. */
static inline float loopc_tempered(float share, float temperature)
{
    if (temperature == 1.0f || share <= 0.0f) return share;
    return loopc_expf(loopc_logf(share) / temperature);
}

/* Draws a class with probability a[j]^(1/temperature) / sum over i of a[i]^(1/temperature); a is a
 * row of outputs. temperature 0, or less, takes the most probable one and no random number. */
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

#endif
