/* Layers in which nothing is wider than LOOPC_MOST_LANES: neither inputs nor outputs nor a batch.
 *
 * Their matrices are one panel each (panel.h), of which a vector is used, so a training step of two
 * or three such layers stays in registers. Calls of functions and looking at sizes would take
 * longer than the calculation itself; so these are inline, their sizes are constants where they
 * are called, and all loops are written out. Sums are those of dense.h and loss.h, to the bit.
 *
 * Compile time grows with the number of multiplications: a statement for each product of a weight
 * and a vector of samples, three times. That is why this is for narrow nets alone.
 */
#ifndef LOOPC_NARROW_H
#define LOOPC_NARROW_H

#include "nn/bias.h"
#include "nn/loss_lanes.h"
#include "nn/update.h"

/* Of a function that is rarely called: it is compiled for size. */
#define LOOPC_SELDOM __attribute__((noinline, cold))

/* y(o, r) = finish(b(o) + sum over k of w(o, k) * x(k, r)) */
LOOPC_INLINE void loopc_narrow_forward(const float *w, const float *b, const float *x, float *y,
                                       int32_t inputs, int32_t outputs, enum loopc_epilogue finish)
{
    for (int t = 0; t < LOOPC_MOST_LANES; t += LOOPC_LANES) {
        LOOPC_UNROLL(8)
        for (int32_t o = 0; o < outputs; o++) {
            loopc_vec sum = loopc_broadcast(b[o]);
            LOOPC_UNROLL(8)
            for (int32_t k = 0; k < inputs; k++)
                sum = loopc_fma(loopc_broadcast(w[o * LOOPC_PANEL + k]),
                                loopc_load(x + k * LOOPC_PANEL + t), sum);
            loopc_store(y + o * LOOPC_PANEL + t, loopc_epilogue_value(sum, sum, finish));
        }
    }
}

/* dx(k, r) = finish(sum over o of w(o, k) * d(o, r)), gated by the outputs x of the layer below */
LOOPC_INLINE void loopc_narrow_backward(const float *w, const float *d, const float *x, float *dx,
                                        int32_t inputs, int32_t outputs, enum loopc_epilogue finish)
{
    for (int t = 0; t < LOOPC_MOST_LANES; t += LOOPC_LANES) {
        LOOPC_UNROLL(8)
        for (int32_t k = 0; k < inputs; k++) {
            loopc_vec sum = {0};
            LOOPC_UNROLL(8)
            for (int32_t o = 0; o < outputs; o++)
                sum = loopc_fma(loopc_broadcast(w[o * LOOPC_PANEL + k]),
                                loopc_load(d + o * LOOPC_PANEL + t), sum);
            const loopc_vec a = loopc_load(x + k * LOOPC_PANEL + t);
            loopc_store(dx + k * LOOPC_PANEL + t, loopc_epilogue_value(sum, a, finish));
        }
    }
}

/* Moves weights and biases by their gradients, with x sample-major. */
LOOPC_INLINE void loopc_narrow_update(struct loopc_weights w, struct loopc_weights b,
                                      const float *sample_major, const float *d, int32_t samples,
                                      int32_t inputs, int32_t outputs, enum loopc_rule rule,
                                      const struct loopc_step_params *rates)
{
    LOOPC_ALIGNED float sums[LOOPC_PANEL];
    (void)inputs;
    if (rates->rule != rule) __builtin_unreachable();
    for (int t = 0; t < LOOPC_MOST_LANES; t += LOOPC_LANES) {
        LOOPC_UNROLL(8)
        for (int32_t o = 0; o < outputs; o++) {
            loopc_vec sum = {0};
            LOOPC_UNROLL(8)
            for (int32_t r = 0; r < samples; r++)
                sum = loopc_fma(loopc_broadcast(d[o * LOOPC_PANEL + r]),
                                loopc_load(sample_major + r * LOOPC_PANEL + t), sum);
            loopc_move(w, o * LOOPC_PANEL + t, sum, rates);
        }
    }
    loopc_bias_sums(d, samples, outputs, 0, sums);
    for (int t = 0; t < LOOPC_MOST_LANES; t += LOOPC_LANES)
        loopc_move(b, t, loopc_load(sums + t), rates);
}

/* sample_major[r][k] = feature_major[k][r] */
LOOPC_INLINE void loopc_narrow_transpose(const float *restrict feature_major,
                                         float *restrict sample_major, int32_t samples,
                                         int32_t features)
{
    loopc_transpose_block(feature_major, sample_major, features, samples);
}

/* Takes rows into panels, both ways; where only the feature-major ones are wanted, sample-major is
 * NULL. */
LOOPC_INLINE void loopc_narrow_pack(struct loopc_rows rows, float *restrict sample_major,
                                    float *restrict feature_major, int32_t samples,
                                    int32_t features)
{
    LOOPC_ALIGNED float square[LOOPC_SQUARE];
    float *const block = sample_major ? sample_major : square;
    loopc_pack_block(rows, block, feature_major, 0, 0, samples, features);
}

/* The squared error of each sample in `losses`, and its gradient with respect to what the last
 * activation was given in d, which holds the targets before. */
LOOPC_INLINE void loopc_narrow_squared_error(const float *a, float *d, float *losses,
                                             int32_t samples, int32_t outputs,
                                             enum loopc_epilogue gate)
{
    const float share = loopc_share(samples);
    for (int t = 0; t < LOOPC_MOST_LANES; t += LOOPC_LANES)
        loopc_store(losses + t, loopc_squared_error_lanes(a + t, d + t, outputs, share, gate));
}

#endif
