/* Activation functions, on the `count` values of a layer's outputs, and their derivatives.
 *
 * A function is given z = W x + b and leaves a in its place. Its derivative is written in terms of
 * a, so z need not be kept: NAME_backward turns d, the derivative of the loss by a, into that by z,
 * in place. (The identity needs neither.) Those that an entropy reads the outputs of leave z alone:
 * see loss.h. A NaN stays a NaN, so that a net that diverged shows it. Softmax works on rows and
 * belongs to the output layer.
 */
#ifndef LOOPC_ACTIVATION_H
#define LOOPC_ACTIVATION_H

#include "elementary.h"
#include <stdint.h>

/* a = tanh(z) */
static inline void loopc_tanh(float *a, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        a[i] = loopc_tanhf(a[i]);
}

/* da/dz = 1 - a^2 */
static inline void loopc_tanh_backward(const float *restrict a, float *restrict d, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        d[i] *= fmaf(-a[i], a[i], 1.0f);
}

/* a = max(z, 0) */
static inline void loopc_relu(float *a, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        a[i] = a[i] < 0.0f ? 0.0f : a[i];
}

/* da/dz = 1 where z > 0, else 0 (also at the kink) */
static inline void loopc_relu_backward(const float *restrict a, float *restrict d, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        d[i] = a[i] <= 0.0f ? 0.0f : d[i];
}

/* a = 1 / (1 + exp(-z)); where exp overflows, a is 0 as it should be. a may be z. */
static inline void loopc_sigmoid_of(const float *z, float *a, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        a[i] = 1.0f / (1.0f + loopc_expf(-z[i]));
}

static inline void loopc_sigmoid(float *a, int32_t count)
{
    loopc_sigmoid_of(a, a, count);
}

/* da/dz = a (1 - a) */
static inline void loopc_sigmoid_backward(const float *restrict a, float *restrict d, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        d[i] *= a[i] * (1.0f - a[i]);
}

/* The index of the largest of n >= 1 values; of equal ones the first. */
static inline int32_t loopc_argmax(const float *values, int32_t n)
{
    int32_t best = 0;
    for (int32_t i = 1; i < n; i++)
        best = values[i] > values[best] ? i : best;
    return best;
}

/* a[j] = exp(z[j] - m) / sum over i of exp(z[i] - m), row by row, m the row's largest value: no
 * exponential overflows, and the sum is at least 1. */
static inline void loopc_softmax(const float *restrict z, float *restrict a, int32_t rows,
                                 int32_t classes)
{
    for (int32_t r = 0; r < rows; r++, z += classes, a += classes) {
        const float largest = z[loopc_argmax(z, classes)];
        float sum = 0.0f;
        for (int32_t j = 0; j < classes; j++) {
            a[j] = loopc_expf(z[j] - largest);
            sum += a[j];
        }
        for (int32_t j = 0; j < classes; j++)
            a[j] /= sum;
    }
}

/* dz[j] = a[j] (d[j] - sum over i of d[i] a[i]), row by row */
static inline void loopc_softmax_backward(const float *restrict a, float *restrict d, int32_t rows,
                                          int32_t classes)
{
    for (int32_t r = 0; r < rows; r++, a += classes, d += classes) {
        float mean = 0.0f;
        for (int32_t j = 0; j < classes; j++)
            mean = fmaf(d[j], a[j], mean);
        for (int32_t j = 0; j < classes; j++)
            d[j] = a[j] * (d[j] - mean);
    }
}

#endif
