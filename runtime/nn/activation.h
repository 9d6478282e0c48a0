/* Activation functions and their derivatives, on feature-major panels (panel.h): features x
 * samples, of which `samples` are there.
 *
 * A function is given z = W x + b and makes a of it. Its derivative is written in terms of a, so z
 * need not be kept: a gate turns d, the derivative of the loss by a, into that by z. Hidden layers
 * have both done where their sums end (product.h, `finish`); the functions here are for the last
 * layer. A NaN stays a NaN, so that a net that diverged shows it. Each call does the share of one
 * part (part.h), LOOPC_LANES samples side by side.
 */
#ifndef LOOPC_ACTIVATION_H
#define LOOPC_ACTIVATION_H

#include "nn/elementary.h"
#include "nn/panel.h"

/* What a sum becomes. x is the sum; a, for a gate, the output of the layer that it belongs to. */
enum loopc_epilogue {
    LOOPC_STORE,            /* x */
    LOOPC_RELU,             /* max(x, 0) */
    LOOPC_TANH,             /* tanh x */
    LOOPC_SIGMOID,          /* 1 / (1 + exp(-x)) */
    LOOPC_BACKWARD_RELU,    /* x where a > 0, else 0 (also at the kink) */
    LOOPC_BACKWARD_TANH,    /* x (1 - a^2) */
    LOOPC_BACKWARD_SIGMOID, /* x a (1 - a) */
    LOOPC_UPDATE,           /* the sum is the gradient of the weight in its place, which it moves */
};

/* The result for all but the update. */
LOOPC_INLINE loopc_vec loopc_epilogue_value(loopc_vec x, loopc_vec a, enum loopc_epilogue finish)
{
    const loopc_vec zero = {0}, one = zero + 1.0f;
    if (finish == LOOPC_RELU) return loopc_select(x < zero, zero, x);
    if (finish == LOOPC_TANH) return loopc_vtanh(x);
    if (finish == LOOPC_SIGMOID) return loopc_vsigmoid(x);
    if (finish == LOOPC_BACKWARD_RELU) return loopc_select(a <= zero, zero, x);
    if (finish == LOOPC_BACKWARD_TANH) return x * loopc_fma(-a, a, one);
    if (finish == LOOPC_BACKWARD_SIGMOID) return x * (a * (one - a));
    return x;
}

/* to = finish(from, a), where all three may be the same */
LOOPC_INLINE void loopc_activate(const float *from, const float *a, float *to, int32_t samples,
                                 int32_t features, enum loopc_epilogue finish,
                                 struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(samples, me);
    for (int32_t r = mine.first; r < mine.end; r += LOOPC_PANEL) {
        const ptrdiff_t first = loopc_panel_at(features, 0, r);
        for (ptrdiff_t i = first; i < first + features * LOOPC_PANEL; i += LOOPC_LANES)
            loopc_store(to + i,
                        loopc_epilogue_value(loopc_load(from + i), loopc_load(a + i), finish));
    }
}

/* The largest of the classes of LOOPC_LANES samples; z is a column of panels. */
LOOPC_INLINE loopc_vec loopc_largest(const float *z, int32_t classes)
{
    loopc_vec largest = loopc_load(z);
    for (int32_t j = 1; j < classes; j++)
        largest = loopc_max(largest, loopc_load(z + j * LOOPC_PANEL));
    return largest;
}

/* a[j] = exp(z[j] - m) / sum over i of exp(z[i] - m), sample by sample, m the largest z: no
 * exponential overflows, and the sum is at least 1. */
LOOPC_INLINE void loopc_softmax(const float *z, float *a, int32_t samples, int32_t classes,
                                struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(samples, me);
    for (int32_t r = mine.first; r < mine.end && r < samples; r += LOOPC_LANES) {
        const float *const from = z + loopc_panel_at(classes, 0, r);
        float *const to = a + loopc_panel_at(classes, 0, r);
        const loopc_vec largest = loopc_largest(from, classes);
        loopc_vec sum = {0};
        for (int32_t j = 0; j < classes; j++) {
            const loopc_vec power = loopc_vexp(loopc_load(from + j * LOOPC_PANEL) - largest);
            loopc_store(to + j * LOOPC_PANEL, power);
            sum += power;
        }
        for (int32_t j = 0; j < classes; j++)
            loopc_store(to + j * LOOPC_PANEL, loopc_load(to + j * LOOPC_PANEL) / sum);
    }
}

/* d[j] becomes a[j] (d[j] - sum over i of d[i] a[i]), sample by sample. */
LOOPC_INLINE void loopc_softmax_backward(const float *a, float *d, int32_t samples, int32_t classes,
                                         struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(samples, me);
    for (int32_t r = mine.first; r < mine.end && r < samples; r += LOOPC_LANES) {
        const ptrdiff_t at = loopc_panel_at(classes, 0, r);
        loopc_vec mean = {0};
        for (int32_t j = 0; j < classes; j++)
            mean = loopc_fma(loopc_load(d + at + j * LOOPC_PANEL),
                             loopc_load(a + at + j * LOOPC_PANEL), mean);
        for (int32_t j = 0; j < classes; j++) {
            float *const to = d + at + j * LOOPC_PANEL;
            loopc_store(to, loopc_load(a + at + j * LOOPC_PANEL) * (loopc_load(to) - mean));
        }
    }
}

#endif
