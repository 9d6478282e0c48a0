/* Fully connected layers: y = W x + b, and the derivatives of it that training needs.
 *
 * Shapes (panel.h says how they are stored; "feature-major" means features x samples):
 *   w, gw      outputs x inputs
 *   b, gb      outputs
 *   x, y       feature-major: inputs and outputs of the layer
 *   sample-major      samples x inputs: x once more, for the gradient
 *   d, dx      feature-major: gradients of the loss with respect to this layer's
 *              pre-activations and to those of the layer below
 * Arrays of samples have room for `batch` of them, of which `samples` are there; that may be 0. No
 * two arrays of one call overlap. Nothing is allocated and nothing can fail.
 *
 * Every sum runs over its index in ascending order, a fused multiply-add a term, starting from the
 * first value of its formula: the bits are those of the plain loops, on every machine and for every
 * number of threads. (Only the gradient of a bias, which has no products, is 16 sums side by side,
 * of every sixteenth sample each, that are then added up in pairs.) Each call does the share of one
 * part (part.h); all parts must have done theirs before what they made is read.
 */
#ifndef LOOPC_DENSE_H
#define LOOPC_DENSE_H

#include "nn/product.h"
#include "nn/transpose.h"

/* y(o, r) = finish(b(o) + sum over k of w(o, k) * x(k, r)) */
LOOPC_INLINE void loopc_dense_forward(const float *w, const float *b, const float *x, float *y,
                                      int32_t samples, int32_t batch, int32_t inputs,
                                      int32_t outputs, enum loopc_epilogue finish,
                                      struct loopc_thread me)
{
    const struct loopc_product product = {
        .u = w,
        .u_stride = LOOPC_STRIDE(outputs),
        .v = x,
        .v_stride = LOOPC_STRIDE(inputs),
        .c = y,
        .c_stride = LOOPC_STRIDE(outputs),
        .rows = outputs,
        .columns = samples,
        .depth = inputs,
        .deepest = inputs,
        .start = b,
        .me = me,
    };
    loopc_multiply(&product, loopc_plan_of(finish, LOOPC_NO_TRANS, outputs, batch, inputs));
}

/* dx(k, r) = finish(sum over o of w(o, k) * d(o, r)), gated by the outputs x of the layer below */
LOOPC_INLINE void loopc_dense_backward(const float *w, const float *d, const float *x, float *dx,
                                       int32_t samples, int32_t batch, int32_t inputs,
                                       int32_t outputs, enum loopc_epilogue finish,
                                       struct loopc_thread me)
{
    const struct loopc_product product = {
        .u = w,
        .u_stride = LOOPC_STRIDE(outputs),
        .v = d,
        .v_stride = LOOPC_STRIDE(outputs),
        .c = dx,
        .c_stride = LOOPC_STRIDE(inputs),
        .rows = inputs,
        .columns = samples,
        .depth = outputs,
        .deepest = outputs,
        .gate = x,
        .me = me,
    };
    loopc_multiply(&product, loopc_plan_of(finish, LOOPC_TRANS, inputs, batch, outputs));
}

/* lanes[l] = sum over r of d[r], where r % 16 = l, for the samples that are there; d is a row of
 * feature-major panels that are `stride` apart. */
LOOPC_INLINE void loopc_bias_lanes(const float *d, ptrdiff_t stride, int32_t samples, float *lanes)
{
    static const LOOPC_ALIGNED int32_t place[] = {0, 1, 2,  3,  4,  5,  6,  7,
                                                  8, 9, 10, 11, 12, 13, 14, 15};
    const loopc_vec zero = {0};
    const float *const rest = d + samples / LOOPC_PANEL * stride;
    for (int t = 0; t < LOOPC_MOST_LANES; t += LOOPC_LANES) {
        loopc_vec sum = zero;
        for (const float *panel = d; panel < rest; panel += stride)
            sum += loopc_load(panel + t);
        const loopc_ivec there = *(const loopc_ivec *)(place + t) < samples % LOOPC_PANEL;
        if (samples % LOOPC_PANEL > 0) sum += loopc_select(there, loopc_load(rest + t), zero);
        loopc_store(lanes + t, sum);
    }
}

/* The lanes of a row, and of the one that is 4 below it where a strip has both, added up to 4: l
 * and l + 8, then of these l and l + 4. */
LOOPC_INLINE loopc_strip loopc_fold_lanes(const float *row)
{
    const loopc_strip *const upper = (const loopc_strip *)row;
#if LOOPC_STRIP == 8
    const loopc_strip *const lower = upper + 4 * LOOPC_PANEL / LOOPC_STRIP;
    loopc_strip a = upper[0], b = lower[0];
    if (LOOPC_MOST_LANES > 8) a += upper[1], b += lower[1];
    return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11) +
           __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
#else
    if (LOOPC_MOST_LANES == 4) return upper[0];
    if (LOOPC_MOST_LANES == 8) return upper[0] + upper[1];
    return (upper[0] + upper[2]) + (upper[1] + upper[3]);
#endif
}

/* sums[i] = the sum of the lanes of row i, for a strip of rows: folded to 4, of these l and l + 2,
 * then l + 1. */
LOOPC_INLINE void loopc_add_lanes(const float *lanes, float *sums)
{
    loopc_strip rows[4];
    LOOPC_UNROLL(4)
    for (int i = 0; i < 4; i++)
        rows[i] = loopc_fold_lanes(lanes + i * LOOPC_PANEL);
    loopc_transpose_four(rows);
    *(loopc_strip *)sums = (rows[0] + rows[2]) + (rows[1] + rows[3]);
}

/* sums[i] = sum over r of d(o + i, r) for the 16 outputs from o on, as far as they are there. */
LOOPC_INLINE void loopc_bias_sums(const float *d, int32_t samples, int32_t outputs, int32_t o,
                                  float *sums)
{
    LOOPC_ALIGNED float lanes[LOOPC_SQUARE];
    const int32_t count = loopc_lesser(outputs - o, LOOPC_PANEL);
    memset(lanes + count * LOOPC_PANEL, 0,
           (size_t)(LOOPC_MOST_LANES - count) * LOOPC_PANEL * sizeof *lanes);
    LOOPC_UNROLL(8)
    for (int32_t i = 0; i < count; i++)
        loopc_bias_lanes(d + (o + i) * LOOPC_PANEL, LOOPC_STRIDE((ptrdiff_t)outputs), samples,
                         lanes + i * LOOPC_PANEL);
    LOOPC_UNROLL(4)
    for (int i = 0; i < LOOPC_MOST_LANES; i += LOOPC_STRIP)
        loopc_add_lanes(lanes + i * LOOPC_PANEL, sums + i);
}

/* gb(o) += sum over r of d(o, r) */
LOOPC_INLINE void loopc_bias_gradient(float *gb, const float *d, int32_t samples, int32_t outputs)
{
    for (int32_t o = 0; o < outputs; o += LOOPC_PANEL) {
        LOOPC_ALIGNED float sums[LOOPC_PANEL];
        loopc_bias_sums(d, samples, outputs, o, sums);
        for (int t = 0; t < LOOPC_MOST_LANES; t += LOOPC_LANES)
            loopc_store(gb + o + t, loopc_load(gb + o + t) + loopc_load(sums + t));
    }
}

/* gw(o, k) += sum over r of d(o, r) * sample_major(r, k),  gb(o) += sum over r of d(o, r) */
LOOPC_INLINE void loopc_dense_gradient(float *gw, float *gb, const float *sample_major,
                                       const float *d, int32_t samples, int32_t batch,
                                       int32_t inputs, int32_t outputs, struct loopc_thread me)
{
    const struct loopc_product product = {
        .u = d,
        .u_stride = LOOPC_STRIDE(outputs),
        .v = sample_major,
        .v_stride = LOOPC_STRIDE(batch),
        .c = gw,
        .c_stride = LOOPC_STRIDE(outputs),
        .rows = outputs,
        .columns = inputs,
        .depth = samples,
        .deepest = batch,
        .add = true,
        .me = me,
    };
    loopc_multiply(&product, loopc_plan_of(LOOPC_STORE, LOOPC_NO_TRANS, outputs, inputs, batch));
    if (me.tid == 0) loopc_bias_gradient(gb, d, samples, outputs);
}

/* Moves the biases by their gradient. */
LOOPC_INLINE void loopc_bias_update(struct loopc_weights b, const float *d, int32_t samples,
                                    int32_t outputs, const struct loopc_step_params *rates,
                                    struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(outputs, me);
    for (int32_t o = mine.first; o < mine.end; o += LOOPC_PANEL) {
        LOOPC_ALIGNED float sums[LOOPC_PANEL];
        loopc_bias_sums(d, samples, outputs, o, sums);
        for (int t = 0; t < LOOPC_MOST_LANES; t += LOOPC_LANES)
            loopc_move(b, o + t, loopc_load(sums + t), rates);
    }
}

/* What an update of w multiplies. */
LOOPC_INLINE struct loopc_product loopc_update_of(struct loopc_weights w, const float *sample_major,
                                                  const float *d, int32_t samples, int32_t batch,
                                                  int32_t inputs, int32_t outputs,
                                                  const struct loopc_step_params *rates,
                                                  struct loopc_thread me)
{
    return (struct loopc_product){
        .u = d,
        .u_stride = LOOPC_STRIDE(outputs),
        .v = sample_major,
        .v_stride = LOOPC_STRIDE(batch),
        .c_stride = LOOPC_STRIDE(outputs),
        .rows = outputs,
        .columns = inputs,
        .depth = samples,
        .deepest = batch,
        .weights = w,
        .rates = rates,
        .me = me,
    };
}

/* Moves weights and biases by the gradients that loopc_dense_gradient would have added to 0, but
 * uses each where it was summed, in registers: they are nowhere stored. */
LOOPC_INLINE void loopc_dense_update(struct loopc_weights w, struct loopc_weights b,
                                     const float *sample_major, const float *d, int32_t samples,
                                     int32_t batch, int32_t inputs, int32_t outputs,
                                     const struct loopc_step_params *rates, struct loopc_thread me)
{
    const struct loopc_product product =
        loopc_update_of(w, sample_major, d, samples, batch, inputs, outputs, rates, me);
    const int plan = loopc_plan_of(LOOPC_UPDATE, LOOPC_NO_TRANS, outputs, inputs, batch);
    loopc_multiply(&product, plan | loopc_plan_by(rates->rule));
    loopc_bias_update(b, d, samples, outputs, rates, me);
}

/* The same for the first layer, whose inputs each part made for itself. On the way what the next
 * step needs is fetched; ahead may be NULL. */
LOOPC_INLINE void loopc_dense_update_first(struct loopc_weights w, struct loopc_weights b,
                                           const float *sample_major, const float *d,
                                           int32_t samples, int32_t batch, int32_t inputs,
                                           int32_t outputs, const struct loopc_step_params *rates,
                                           struct loopc_ahead *ahead, struct loopc_thread me)
{
    struct loopc_product product =
        loopc_update_of(w, sample_major, d, samples, batch, inputs, outputs, rates, me);
    product.ahead = ahead;
    const int plan = loopc_plan_of(LOOPC_UPDATE, LOOPC_NO_TRANS, outputs, inputs, batch);
    loopc_multiply(&product, plan | loopc_plan_by(rates->rule) | LOOPC_PLAN_OWN);
    loopc_bias_update(b, d, samples, outputs, rates, me);
}

#endif
