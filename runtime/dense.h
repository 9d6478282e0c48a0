/* Fully connected layers: y = W x + b, and the derivatives of it that training needs.
 *
 * Shapes (panel.h says how they are stored; "upright" means features x samples):
 *   w, gw      outputs x inputs
 *   b, gb      outputs
 *   x, y       upright: inputs and outputs of the layer
 *   lying      samples x inputs: x once more, for the gradient
 *   d, dx      upright: derivatives of the loss by what the layer's activation is given, and by
 *              what that of the layer below is given
 * Arrays of samples have room for `batch` of them, of which `samples` are there; that may be 0. No
 * two arrays of one call overlap. Nothing is allocated and nothing can fail.
 *
 * Every sum runs over its index in ascending order, a fused multiply-add a term, starting from the
 * first value of its formula: the bits are those of the plain loops, on every machine and for every
 * number of threads. Each call does the share of one part (part.h); all parts must have done theirs
 * before what they made is read.
 */
#ifndef LOOPC_DENSE_H
#define LOOPC_DENSE_H

#include "product.h"
#include "turn.h"

/* y(o, r) = finish(b(o) + sum over k of w(o, k) * x(k, r)) */
LOOPC_INLINE void loopc_dense_forward(const float *w, const float *b, const float *x, float *y,
                                      int32_t samples, int32_t batch, int32_t inputs,
                                      int32_t outputs, enum loopc_finish finish,
                                      struct loopc_part me)
{
    const struct loopc_product product = {
        .u = w,
        .u_stride = LOOPC_STRIDE(outputs),
        .way = LOOPC_ALONG,
        .v = x,
        .v_stride = LOOPC_STRIDE(inputs),
        .c = y,
        .c_stride = LOOPC_STRIDE(outputs),
        .rows = outputs,
        .columns = samples,
        .most = batch,
        .depth = inputs,
        .deepest = inputs,
        .start = b,
        .finish = finish,
        .me = me,
    };
    loopc_multiply(&product);
}

/* dx(k, r) = finish(sum over o of w(o, k) * d(o, r)), gated by the outputs x of the layer below */
LOOPC_INLINE void loopc_dense_backward(const float *w, const float *d, const float *x, float *dx,
                                       int32_t samples, int32_t batch, int32_t inputs,
                                       int32_t outputs, enum loopc_finish finish,
                                       struct loopc_part me)
{
    const struct loopc_product product = {
        .u = w,
        .u_stride = LOOPC_STRIDE(outputs),
        .way = LOOPC_ACROSS,
        .v = d,
        .v_stride = LOOPC_STRIDE(outputs),
        .c = dx,
        .c_stride = LOOPC_STRIDE(inputs),
        .rows = inputs,
        .columns = samples,
        .most = batch,
        .depth = outputs,
        .deepest = outputs,
        .finish = finish,
        .gate = x,
        .me = me,
    };
    loopc_multiply(&product);
}

/* The sums of the biases of 16 outputs, lane by lane. */
struct loopc_bias_sums {
    loopc_vec of[LOOPC_PANEL_VECS];
};

/* Adds d(o, 0), d(o, 1), ... to the sums, for `count` <= 16 outputs from o on. */
LOOPC_INLINE void loopc_bias_add(struct loopc_bias_sums *sums, const float *d, int32_t samples,
                                 int32_t outputs, int32_t o, int32_t count)
{
    for (int32_t r = 0; r < samples; r += LOOPC_PANEL) {
        LOOPC_ALIGNED float turned[LOOPC_SQUARE];
        const int32_t rows = loopc_lesser(samples - r, LOOPC_PANEL);
        loopc_turn_block(d + loopc_panel_at(outputs, o, r), turned, count, rows);
#pragma GCC unroll 4
        for (int32_t i = 0; i < rows; i++)
#pragma GCC unroll 4
            for (int t = 0; t < LOOPC_PANEL_VECS; t++)
                sums->of[t] += loopc_load(turned + i * LOOPC_PANEL + t * LOOPC_LANES);
    }
}

/* gb(o) += sum over r of d(o, r) */
LOOPC_INLINE void loopc_bias_gradient(float *gb, const float *d, int32_t samples, int32_t outputs)
{
    for (int32_t o = 0; o < outputs; o += LOOPC_PANEL) {
        struct loopc_bias_sums sums;
        for (int t = 0; t < LOOPC_PANEL_VECS; t++)
            sums.of[t] = loopc_load(gb + o + t * LOOPC_LANES);
        loopc_bias_add(&sums, d, samples, outputs, o, loopc_lesser(outputs - o, LOOPC_PANEL));
        for (int t = 0; t < LOOPC_PANEL_VECS; t++)
            loopc_store(gb + o + t * LOOPC_LANES, sums.of[t]);
    }
}

/* gw(o, k) += sum over r of d(o, r) * lying(r, k),  gb(o) += sum over r of d(o, r) */
LOOPC_INLINE void loopc_dense_gradient(float *gw, float *gb, const float *lying, const float *d,
                                       int32_t samples, int32_t batch, int32_t inputs,
                                       int32_t outputs, struct loopc_part me)
{
    const struct loopc_product product = {
        .u = d,
        .u_stride = LOOPC_STRIDE(outputs),
        .way = LOOPC_ALONG,
        .v = lying,
        .v_stride = LOOPC_STRIDE(batch),
        .c = gw,
        .c_stride = LOOPC_STRIDE(outputs),
        .rows = outputs,
        .columns = inputs,
        .most = inputs,
        .depth = samples,
        .deepest = batch,
        .add = true,
        .finish = LOOPC_STORE,
        .me = me,
    };
    loopc_multiply(&product);
    if (me.part == 0) loopc_bias_gradient(gb, d, samples, outputs);
}

/* Moves the biases by their gradient. */
LOOPC_INLINE void loopc_bias_update(struct loopc_weights b, const float *d, int32_t samples,
                                    int32_t outputs, const struct loopc_rates *rates,
                                    struct loopc_part me)
{
    const struct loopc_span mine = loopc_panels_of(outputs, me);
    for (int32_t o = mine.first; o < mine.end; o += LOOPC_PANEL) {
        struct loopc_bias_sums sums = {{{0}}};
        const int32_t count = loopc_lesser(outputs - o, LOOPC_PANEL);
        loopc_bias_add(&sums, d, samples, outputs, o, count);
#pragma GCC unroll 4
        for (int t = 0; t < LOOPC_PANEL_VECS; t++)
            loopc_move(b, o + t * LOOPC_LANES, sums.of[t], rates);
    }
}

/* Moves weights and biases by the gradients that loopc_dense_gradient would have added to 0, but
 * uses each where it was summed, in registers: they are nowhere stored. */
LOOPC_INLINE void loopc_dense_update(struct loopc_weights w, struct loopc_weights b,
                                     const float *lying, const float *d, int32_t samples,
                                     int32_t batch, int32_t inputs, int32_t outputs,
                                     const struct loopc_rates *rates, struct loopc_part me)
{
    const struct loopc_product product = {
        .u = d,
        .u_stride = LOOPC_STRIDE(outputs),
        .way = LOOPC_ALONG,
        .v = lying,
        .v_stride = LOOPC_STRIDE(batch),
        .c_stride = LOOPC_STRIDE(outputs),
        .rows = outputs,
        .columns = inputs,
        .most = inputs,
        .depth = samples,
        .deepest = batch,
        .finish = LOOPC_UPDATE,
        .weights = w,
        .rates = rates,
        .me = me,
    };
    loopc_multiply(&product);
    loopc_bias_update(b, d, samples, outputs, rates, me);
}

#endif
