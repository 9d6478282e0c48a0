/* Losses: the mean over the rows of a batch, and with it the derivative that the backward pass
 * begins with.
 *
 * a is what the net puts out, rows x outputs, y what it should, of the same shape; a label is the
 * index of the right class, 0 <= label < classes (any other makes the loss NaN). d receives the
 * derivative of the mean loss, rows x outputs, and does not overlap the rest. The mean of no rows
 * is 0.
 *
 * squared error leaves the derivative by a; the caller takes it back through the activation. The
 * two entropies are written together with the activation they go with and leave the derivative by
 * z, which is plain a - y; they also read z, because a has lost what a logarithm needs once it
 * rounds to 0 or 1.
 */
#ifndef LOOPC_LOSS_H
#define LOOPC_LOSS_H

#include "activation.h"
#include "elementary.h"
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/* What one of `rows` samples weighs in their mean. */
static inline float loopc_share(int32_t rows)
{
    return rows > 0 ? 1.0f / (float)rows : 0.0f;
}

/* Mean squared error, halved: sum of (a - y)^2 / (2 rows), the sum over rows and outputs;
 * d = (a - y) / rows, the derivative by a. */
static inline float loopc_squared_error(const float *restrict a, const float *restrict y,
                                        float *restrict d, int32_t rows, int32_t outputs)
{
    const float share = loopc_share(rows);
    float total = 0.0f;
    for (int32_t r = 0; r < rows; r++, a += outputs, y += outputs, d += outputs) {
        float sum = 0.0f;
        for (int32_t j = 0; j < outputs; j++) {
            const float error = a[j] - y[j];
            sum = fmaf(error, error, sum);
            d[j] = error * share;
        }
        total += sum;
    }
    return 0.5f * total * share;
}

/* Cross-entropy after a softmax: the mean of -log a[label]; d = (a - [j = label]) / rows, the
 * derivative by z. With m the row's largest z, a[m] = 1 / sum of exp(z[j] - z[m]), hence
 * -log a[label] = (z[m] - z[label]) - log a[m], where a[m] >= 1 / classes is never near 0. */
static inline float loopc_cross_entropy(const float *restrict z, const float *restrict a,
                                        const int32_t *restrict labels, float *restrict d,
                                        int32_t rows, int32_t classes)
{
    const float share = loopc_share(rows);
    float total = 0.0f;
    for (int32_t r = 0; r < rows; r++, z += classes, a += classes, d += classes) {
        const int32_t largest = loopc_argmax(z, classes), label = labels[r];
        const bool known = label >= 0 && label < classes;
        total += known ? z[largest] - z[label] - loopc_logf(a[largest]) : NAN;
        for (int32_t j = 0; j < classes; j++)
            d[j] = a[j] * share;
        if (known) d[label] -= share;
    }
    return total * share;
}

/* Binary cross-entropy after a sigmoid, summed over the outputs: the mean of
 * -(y log a + (1 - y) log (1 - a)), 0 <= y <= 1; d = (a - y) / rows, the derivative by z.
 * In terms of z that is max(z, 0) - y z + log(1 + exp(-|z|)), which loses nothing at either end. */
static inline float loopc_binary_cross_entropy(const float *restrict z, const float *restrict a,
                                               const float *restrict y, float *restrict d,
                                               int32_t rows, int32_t outputs)
{
    const float share = loopc_share(rows);
    float total = 0.0f;
    for (int32_t r = 0; r < rows; r++, z += outputs, a += outputs, y += outputs, d += outputs) {
        float sum = 0.0f;
        for (int32_t j = 0; j < outputs; j++) {
            const float positive = z[j] < 0.0f ? 0.0f : z[j];
            sum += positive - y[j] * z[j] + loopc_logf(1.0f + loopc_expf(-fabsf(z[j])));
            d[j] = (a[j] - y[j]) * share;
        }
        total += sum;
    }
    return total * share;
}

/* y[r][j] = 1 where j is the label of row r, else 0: labels as the targets of a squared error. */
static inline void loopc_one_hot(const int32_t *labels, float *y, int32_t rows, int32_t classes)
{
    for (int32_t r = 0; r < rows; r++)
        for (int32_t j = 0; j < classes; j++)
            y[r * classes + j] = labels[r] == j ? 1.0f : 0.0f;
}

/* The class that one row of outputs names: the largest of several; a single output says 1 when it
 * is above `threshold` (1/2 for a sigmoid, 0 where outputs have both signs), else 0. */
static inline int32_t loopc_class(const float *a, int32_t outputs, float threshold)
{
    return outputs > 1 ? loopc_argmax(a, outputs) : a[0] > threshold;
}

/* The class of each row. */
static inline void loopc_classes(const float *a, int32_t *classes, int32_t rows, int32_t outputs,
                                 float threshold)
{
    for (int32_t r = 0; r < rows; r++)
        classes[r] = loopc_class(a + r * outputs, outputs, threshold);
}

/* How many of the rows name their label. */
static inline int32_t loopc_correct(const float *a, const int32_t *labels, int32_t rows,
                                    int32_t outputs, float threshold)
{
    int32_t correct = 0;
    for (int32_t r = 0; r < rows; r++)
        correct += loopc_class(a + r * outputs, outputs, threshold) == labels[r];
    return correct;
}

#endif
