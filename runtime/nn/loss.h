/* Losses: the mean over the samples of a batch, and with it the derivative that the backward pass
 * begins with.
 *
 * All matrices stand feature-major (panel.h), outputs x samples: z is what the last activation
 * is given, a what it makes of it. d receives the derivative of the mean loss, and where the
 * targets are values it holds these, y, before. A label is the index of the right class, 0 <=
 * label < classes (any other makes the loss NaN). What each sample adds to the mean goes to
 * `losses`, which has room for full panels; loopc_mean adds it up, first to last, so that the
 * sum depends on nothing else. Each call does the share of one part (part.h), LOOPC_LANES
 * samples side by side.
 *
 * squared error takes its derivative back through the activation itself, but for a softmax. The two
 * entropies are written together with the activation they go with and leave the derivative by
 * z, which is plain a - y; they read z, because a has lost what a logarithm needs once it rounds to
 * 0 or 1.
 */
#ifndef LOOPC_LOSS_H
#define LOOPC_LOSS_H

#include "nn/activation.h"
#include <math.h>
#include <stdbool.h>

/* What one of `samples` samples weighs in their mean. */
static inline float loopc_share(int32_t samples)
{
    return samples > 0 ? 1.0f / (float)samples : 0.0f;
}

/* The mean of `samples` losses; of none 0. */
static inline float loopc_mean(const float *losses, int32_t samples)
{
    float total = 0.0f;
    for (int32_t r = 0; r < samples; r++)
        total += losses[r];
    return total * loopc_share(samples);
}

/* Mean squared error, halved: sum of (a - y)^2 / (2 samples), the sum over samples and outputs;
 * d = (a - y) / samples, taken back through the activation by its gate: LOOPC_STORE leaves the
 * derivative by a. */
LOOPC_INLINE void loopc_squared_error(const float *a, float *d, float *losses, int32_t samples,
                                      int32_t outputs, enum loopc_epilogue gate,
                                      struct loopc_thread me)
{
    const loopc_vec share = loopc_broadcast(loopc_share(samples));
    const struct loopc_span mine = loopc_panels_of(samples, me);
    for (int32_t r = mine.first; r < mine.end && r < samples; r += LOOPC_LANES) {
        const ptrdiff_t at = loopc_panel_at(outputs, 0, r);
        loopc_vec sum = {0};
        for (int32_t j = 0; j < outputs; j++) {
            float *const to = d + at + j * LOOPC_PANEL;
            const loopc_vec output = loopc_load(a + at + j * LOOPC_PANEL);
            const loopc_vec error = output - loopc_load(to);
            sum = loopc_fma(error, error, sum);
            loopc_store(to, loopc_epilogue_value(error * share, output, gate));
        }
        loopc_store(losses + r, sum * 0.5f);
    }
}

/* Weights of samples: multiplies the loss and the derivatives of each by its weight. The loss of a
 * batch is then the mean of weight times loss. Weights are read up to a multiple of LOOPC_LANES. */
LOOPC_INLINE void loopc_weigh(const float *weights, float *d, float *losses, int32_t samples,
                              int32_t outputs, struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(samples, me);
    for (int32_t r = mine.first; r < mine.end && r < samples; r += LOOPC_LANES) {
        const ptrdiff_t at = loopc_panel_at(outputs, 0, r);
        const loopc_vec weight = loopc_load(weights + r);
        for (int32_t j = 0; j < outputs; j++) {
            float *const to = d + at + j * LOOPC_PANEL;
            loopc_store(to, loopc_load(to) * weight);
        }
        loopc_store(losses + r, loopc_load(losses + r) * weight);
    }
}

/* The labels of LOOPC_LANES samples from r on; -1, no class, beyond the last. */
LOOPC_INLINE loopc_ivec loopc_label_lanes(const int32_t *labels, int32_t r, int32_t samples)
{
    loopc_ivec lanes = (loopc_ivec){0} - 1;
    if (samples - r >= LOOPC_LANES)
        memcpy(&lanes, labels + r, sizeof lanes);
    else
        for (int32_t i = 0; i < samples - r; i++)
            lanes[i] = labels[r + i];
    return lanes;
}

/* Cross-entropy after a softmax, for LOOPC_LANES samples whose z begin at z: d = (a - [j = label])
 * share; returns -log a[label] = m - z[label] + log(sum over j of exp(z[j] - m)), m the largest z,
 * where the sum is at least 1. */
LOOPC_INLINE loopc_vec loopc_entropy_lanes(const float *z, loopc_ivec label, float *d,
                                           int32_t classes, float share)
{
    const loopc_vec largest = loopc_largest(z, classes);
    loopc_vec own = loopc_broadcast(NAN), sum = {0};
    for (int32_t j = 0; j < classes; j++) {
        const loopc_vec value = loopc_load(z + j * LOOPC_PANEL);
        const loopc_vec power = loopc_vexp(value - largest);
        own = loopc_select(label == j, value, own);
        sum += power;
        loopc_store(d + j * LOOPC_PANEL, power);
    }
    const loopc_vec scale = share / sum;
    for (int32_t j = 0; j < classes; j++) {
        const loopc_vec delta = loopc_load(d + j * LOOPC_PANEL) * scale;
        loopc_store(d + j * LOOPC_PANEL, loopc_select(label == j, delta - share, delta));
    }
    return largest - own + loopc_vlog(sum);
}

/* Cross-entropy after a softmax: the mean of -log a[label]; d = (a - [j = label]) / samples, the
 * derivative by z. */
LOOPC_INLINE void loopc_cross_entropy(const float *z, const int32_t *labels, float *d,
                                      float *losses, int32_t samples, int32_t classes,
                                      struct loopc_thread me)
{
    const float share = loopc_share(samples);
    const struct loopc_span mine = loopc_panels_of(samples, me);
    for (int32_t r = mine.first; r < mine.end && r < samples; r += LOOPC_LANES) {
        const ptrdiff_t at = loopc_panel_at(classes, 0, r);
        const loopc_ivec label = loopc_label_lanes(labels, r, samples);
        loopc_store(losses + r, loopc_entropy_lanes(z + at, label, d + at, classes, share));
    }
}

/* Binary cross-entropy after a sigmoid, summed over the outputs: the mean of
 * -(y log a + (1 - y) log (1 - a)), 0 <= y <= 1; d = (a - y) / samples, the derivative by z.
 * In terms of z that is max(z, 0) - y z + log(1 + exp(-|z|)), which loses nothing at either end. */
LOOPC_INLINE void loopc_binary_cross_entropy(const float *z, float *d, float *losses,
                                             int32_t samples, int32_t outputs,
                                             struct loopc_thread me)
{
    const float share = loopc_share(samples);
    const struct loopc_span mine = loopc_panels_of(samples, me);
    for (int32_t r = mine.first; r < mine.end && r < samples; r += LOOPC_LANES) {
        const ptrdiff_t at = loopc_panel_at(outputs, 0, r);
        loopc_vec sum = {0};
        for (int32_t j = 0; j < outputs; j++) {
            float *const to = d + at + j * LOOPC_PANEL;
            const loopc_vec value = loopc_load(z + at + j * LOOPC_PANEL), y = loopc_load(to);
            const loopc_vec a = loopc_epilogue_value(value, value, LOOPC_SIGMOID);
            const loopc_vec positive = loopc_epilogue_value(value, value, LOOPC_RELU);
            sum += positive - y * value + loopc_vlog(loopc_vexp(-loopc_abs(value)) + 1.0f);
            loopc_store(to, (a - y) * share);
        }
        loopc_store(losses + r, sum);
    }
}

/* The class that the outputs of a sample name: the largest of several, of equal ones the first; a
 * single output says 1 when it is above `threshold` (1/2 for a sigmoid, 0 where outputs have both
 * signs), else 0. */
static inline int32_t loopc_class(const float *outputs, int32_t r, int32_t count, float threshold)
{
    const float *const first = outputs + loopc_panel_at(count, 0, r);
    if (count == 1) return *first > threshold;
    int32_t best = 0;
    for (int32_t j = 1; j < count; j++)
        best = first[j * LOOPC_PANEL] > first[best * LOOPC_PANEL] ? j : best;
    return best;
}

/* The class of each sample. */
static inline void loopc_classes(const float *outputs, int32_t *classes, int32_t samples,
                                 int32_t count, float threshold)
{
    for (int32_t r = 0; r < samples; r++)
        classes[r] = loopc_class(outputs, r, count, threshold);
}

/* How many of the samples name their label. */
static inline int32_t loopc_correct(const float *outputs, const int32_t *labels, int32_t samples,
                                    int32_t count, float threshold)
{
    int32_t correct = 0;
    for (int32_t r = 0; r < samples; r++)
        correct += loopc_class(outputs, r, count, threshold) == labels[r];
    return correct;
}

/* y[r][j] = 1 where j is the label of row r, else 0: labels as the targets of a squared error;
 * row-major, samples x classes. */
static inline void loopc_one_hot(const int32_t *labels, float *y, int32_t samples, int32_t classes)
{
    for (int32_t r = 0; r < samples; r++)
        for (int32_t j = 0; j < classes; j++)
            y[r * classes + j] = labels[r] == j ? 1.0f : 0.0f;
}

#endif
