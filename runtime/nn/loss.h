/* Losses: the mean over the samples of a batch, and with it the derivative that the backward pass
 * begins with.
 *
 * All matrices are feature-major (panel.h), outputs x samples: z are the logits of the last layer,
 * a its outputs. d receives the derivative of the mean loss, and where the
 * targets are values it holds these, y, before. A label is the index of the right class, 0 <=
 * label < classes, or -1 for a sample that is left out (any other makes the loss NaN). The loss of
 * each sample goes to
 * `losses`, which has room for full panels; loopc_mean adds it up, first to last, so that the
 * sum depends on nothing else. Each call does the share of one part (part.h), LOOPC_LANES
 * samples side by side.
 *
 * squared error takes its derivative back through the activation itself, but for a softmax. The two
 * entropies are written together with the activation they go with and leave the derivative by
 * z, which is plain a - y; they read z, because a logarithm of a is useless once a rounds to
 * 0 or 1.
 */
#ifndef LOOPC_LOSS_H
#define LOOPC_LOSS_H

#include "nn/activation.h"

/* The weight of one of `samples` samples in their mean. */
static inline float loopc_share(int32_t samples)
{
    return samples > 0 ? 1.0f / (float)samples : 0.0f;
}

/* The mean of `samples` losses; 0 without samples. */
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
void loopc_squared_error(const float *a, float *d, float *losses, int32_t samples, int32_t outputs,
                         enum loopc_epilogue gate, struct loopc_thread me)
    LOOPC_KERNEL(loopc_squared_error);

/* Divides the weights of samples by their mean, so that the loss of a batch is the sum of weight
 * times loss divided by the sum of the weights, as PyTorch's weighted losses are. Samples with the
 * label -1 do not count; labels may be NULL. Weights whose sum is 0 stay. */
void loopc_even_weights(float *weights, const int32_t *labels, int32_t samples)
    LOOPC_KERNEL(loopc_even_weights);

/* Weights of samples: multiplies the loss and the derivatives of each by its weight. The loss of a
 * batch is then the mean of weight times loss. Weights are read up to a multiple of LOOPC_LANES. */
void loopc_weigh(const float *weights, float *d, float *losses, int32_t samples, int32_t outputs,
                 struct loopc_thread me) LOOPC_KERNEL(loopc_weigh);

/* Cross-entropy after a softmax: the mean of -log a[label] over the samples that have a label;
 * d = (a - [j = label]) / their number, the derivative by z. */
void loopc_cross_entropy(const float *z, const int32_t *labels, float *d, float *losses,
                         int32_t samples, int32_t classes, struct loopc_thread me)
    LOOPC_KERNEL(loopc_cross_entropy);

/* Binary cross-entropy after a sigmoid, summed over the outputs: the mean of
 * -(y log a + (1 - y) log (1 - a)), 0 <= y <= 1; d = (a - y) / samples, the derivative by z.
 * In terms of z that is max(z, 0) - y z + log(1 + exp(-|z|)), which loses nothing at either end. */
void loopc_binary_cross_entropy(const float *z, float *d, float *losses, int32_t samples,
                                int32_t outputs, struct loopc_thread me)
    LOOPC_KERNEL(loopc_binary_cross_entropy);

/* The class that the outputs of a sample name: the largest of several, of equal ones the first; a
 * single output says 1 when it is above `threshold` (1/2 for a sigmoid, 0 where outputs have both
 * signs), else 0. */
int32_t loopc_class(const float *outputs, int32_t r, int32_t count, float threshold)
    LOOPC_KERNEL(loopc_class);

/* The class of each sample. */
void loopc_classes(const float *outputs, int32_t *classes, int32_t samples, int32_t count,
                   float threshold) LOOPC_KERNEL(loopc_classes);

/* How many of the samples name their label. */
int32_t loopc_correct(const float *outputs, const int32_t *labels, int32_t samples, int32_t count,
                      float threshold) LOOPC_KERNEL(loopc_correct);

/* y[r][j] = 1 where j is the label of row r, else 0: labels as the targets of a squared error;
 * row-major, samples x classes. */
void loopc_one_hot(const int32_t *labels, float *y, int32_t samples, int32_t classes)
    LOOPC_KERNEL(loopc_one_hot);

#endif
