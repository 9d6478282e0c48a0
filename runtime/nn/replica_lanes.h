/* Kernels of replica.h, inline, for nets so narrow that a step is cut to size where it is called,
 * and what they share with replica.c. */
#ifndef LOOPC_REPLICA_LANES_H
#define LOOPC_REPLICA_LANES_H

#include "nn/elementary.h"
#include "nn/epilogue.h"
#include "nn/loss.h"
#include "nn/replica.h"
#include "nn/strip.h"
#include "nn/update.h"

#include <math.h>
#include <stdbool.h>

LOOPC_INLINE struct loopc_replica_rates loopc_lanes_sgd(const float *eta, int32_t count,
                                                        float momentum, float decay)
{
    struct loopc_replica_rates rates = {.common = loopc_sgd_params(0.0f, momentum, decay)};
    memcpy(rates.move, eta, (size_t)count * sizeof *eta);
    return rates;
}

/* The formulas of loopc_move, lane by lane. */
LOOPC_INLINE void loopc_replica_move(struct loopc_weights to, ptrdiff_t at, int t,
                                     loopc_vec gradient, const struct loopc_replica_rates *rates)
{
    const struct loopc_step_params *const common = &rates->common;
    const enum loopc_rule rule = common->rule;
    if (rule != LOOPC_ADAMW && common->decay > 0.0f)
        gradient = loopc_fma(loopc_broadcast(common->decay), loopc_load(to.w + at), gradient);
    if (rule == LOOPC_MOMENTUM) {
        gradient = loopc_fma(loopc_broadcast(common->momentum), loopc_load(to.m + at), gradient);
        loopc_store(to.m + at, gradient);
    }
    if (rule == LOOPC_ADAM || rule == LOOPC_ADAMW)
        gradient = loopc_adam_move(to, at, gradient, common);
    loopc_vec w = loopc_load(to.w + at);
    if (rule == LOOPC_ADAMW) w *= loopc_load(rates->kept + t);
    loopc_store(to.w + at, loopc_fma(-loopc_load(rates->move + t), gradient, w));
}

/* Sums one by one, each with its finish: in a narrow net all factors are in the first cache. */
LOOPC_INLINE void loopc_lanes_forward(const float *w, const float *b, const float *x, float *y,
                                      int32_t samples, int32_t inputs, int32_t outputs,
                                      enum loopc_epilogue finish)
{
    for (int32_t r = 0; r < samples; r++)
        for (int32_t o = 0; o < outputs; o++)
            for (int t = 0; t < LOOPC_REPLICAS; t += LOOPC_LANES) {
                loopc_vec sum = loopc_load(b + o * LOOPC_REPLICAS + t);
                for (int32_t k = 0; k < inputs; k++)
                    sum = loopc_fma(loopc_load(w + loopc_replica_at(inputs, o, k) + t),
                                    loopc_load(x + loopc_replica_at(inputs, r, k) + t), sum);
                loopc_store(y + loopc_replica_at(outputs, r, o) + t,
                            loopc_epilogue_value(sum, sum, finish));
            }
}

LOOPC_INLINE void loopc_lanes_backward(const float *w, const float *d, const float *x, float *dx,
                                       int32_t samples, int32_t inputs, int32_t outputs,
                                       enum loopc_epilogue finish)
{
    for (int32_t r = 0; r < samples; r++)
        for (int32_t k = 0; k < inputs; k++)
            for (int t = 0; t < LOOPC_REPLICAS; t += LOOPC_LANES) {
                const ptrdiff_t at = loopc_replica_at(inputs, r, k) + t;
                loopc_vec sum = {0};
                for (int32_t o = 0; o < outputs; o++)
                    sum = loopc_fma(loopc_load(w + loopc_replica_at(inputs, o, k) + t),
                                    loopc_load(d + loopc_replica_at(outputs, r, o) + t), sum);
                loopc_store(dx + at,
                            loopc_epilogue_value(sum, x ? loopc_load(x + at) : sum, finish));
            }
}

/* sum over r of d(r), `next` apart, in the order of bias.h: 16 sums of every sixteenth sample,
 * added up in pairs; pairs of which one has no sample are left as they are. */
LOOPC_INLINE loopc_vec loopc_replica_bias_sum(const float *d, ptrdiff_t next, int32_t samples)
{
    loopc_vec sums[LOOPC_PANEL];
    LOOPC_UNROLL(16)
    for (int l = 0; l < LOOPC_PANEL; l++)
        sums[l] = (loopc_vec){0};
    int32_t r = 0;
    for (; r + LOOPC_PANEL <= samples; r += LOOPC_PANEL, d += LOOPC_PANEL * next) {
        LOOPC_UNROLL(16)
        for (int l = 0; l < LOOPC_PANEL; l++)
            sums[l] += loopc_load(d + l * next);
    }
    LOOPC_UNROLL(16)
    for (int l = 0; l < LOOPC_PANEL - 1; l++)
        if (r + l < samples) sums[l] += loopc_load(d + l * next);
    LOOPC_UNROLL(4)
    for (int half = LOOPC_PANEL / 2; half > 0; half /= 2) {
        LOOPC_UNROLL(8)
        for (int l = 0; l < half; l++)
            if (l + half < samples) sums[l] += sums[l + half];
    }
    return sums[0];
}

LOOPC_INLINE void loopc_lanes_biases(struct loopc_weights b, const float *d, int32_t samples,
                                     int32_t outputs, const struct loopc_replica_rates *rates)
{
    for (int32_t o = 0; o < outputs; o++)
        for (int t = 0; t < LOOPC_REPLICAS; t += LOOPC_LANES) {
            const ptrdiff_t at = o * LOOPC_REPLICAS + t;
            const loopc_vec sum =
                loopc_replica_bias_sum(d + at, loopc_replica_at(outputs, 1, 0), samples);
            loopc_replica_move(b, at, t, sum, rates);
        }
}

LOOPC_INLINE void loopc_lanes_update(struct loopc_weights w, struct loopc_weights b, const float *x,
                                     const float *d, int32_t samples, int32_t inputs,
                                     int32_t outputs, const struct loopc_replica_rates *rates)
{
    for (int32_t o = 0; o < outputs; o++)
        for (int32_t k = 0; k < inputs; k++)
            for (int t = 0; t < LOOPC_REPLICAS; t += LOOPC_LANES) {
                loopc_vec sum = {0};
                for (int32_t r = 0; r < samples; r++)
                    sum = loopc_fma(loopc_load(d + loopc_replica_at(outputs, r, o) + t),
                                    loopc_load(x + loopc_replica_at(inputs, r, k) + t), sum);
                loopc_replica_move(w, loopc_replica_at(inputs, o, k) + t, t, sum, rates);
            }
    loopc_lanes_biases(b, d, samples, outputs, rates);
}

LOOPC_INLINE void loopc_lanes_squared_error(const float *a, float *d, float *losses,
                                            int32_t samples, int32_t outputs,
                                            enum loopc_epilogue gate)
{
    const loopc_vec shares = loopc_broadcast(loopc_share(samples));
    for (int32_t r = 0; r < samples; r++)
        for (int t = 0; t < LOOPC_REPLICAS; t += LOOPC_LANES) {
            loopc_vec sum = {0};
            for (int32_t j = 0; j < outputs; j++) {
                const ptrdiff_t at = loopc_replica_at(outputs, r, j) + t;
                const loopc_vec output = loopc_load(a + at), error = output - loopc_load(d + at);
                sum = loopc_fma(error, error, sum);
                loopc_store(d + at, loopc_epilogue_value(error * shares, output, gate));
            }
            loopc_store(losses + r * LOOPC_REPLICAS + t, sum * 0.5f);
        }
}

LOOPC_INLINE void loopc_lanes_mean(const float *losses, float *means, int32_t samples)
{
    for (int t = 0; t < LOOPC_REPLICAS; t += LOOPC_LANES) {
        loopc_vec total = {0};
        for (int32_t r = 0; r < samples; r++)
            total += loopc_load(losses + r * LOOPC_REPLICAS + t);
        loopc_store(means + t, total * loopc_share(samples));
    }
}

/* Row r of replica l; lanes without a replica have that of the last one. */
LOOPC_INLINE const float *loopc_replica_row(struct loopc_replica_rows from, int32_t count,
                                            int32_t samples, int32_t features, int32_t l, int32_t r)
{
    const int32_t m = loopc_lesser(l, count - 1);
    const struct loopc_rows own = {(const float *)from.x + m * from.apart,
                                   from.index ? from.index + m * samples : NULL};
    return loopc_row(own, r, features);
}

/* Four neighbouring elements of a strip of replicas, to lanes. */
LOOPC_INLINE void loopc_lanes_pack_strip(const float *const rows[LOOPC_STRIP], float *to)
{
    loopc_strip quads[4];
    LOOPC_UNROLL(4)
    for (int i = 0; i < 4; i++) {
        memcpy(&quads[i], rows[i], 4 * sizeof **rows);
#if LOOPC_STRIP == 8
        memcpy((char *)&quads[i] + 4 * sizeof **rows, rows[i + 4], 4 * sizeof **rows);
#endif
    }
    loopc_transpose_four(quads);
    LOOPC_UNROLL(4)
    for (int j = 0; j < 4; j++)
        *(loopc_strip *)(to + j * LOOPC_REPLICAS) = quads[j];
}

/* A cache line of each replica, which is read once: their rows may compete for one set. */
LOOPC_INLINE void loopc_lanes_pack_square(const float *const rows[LOOPC_REPLICAS], ptrdiff_t at,
                                          float *to)
{
    LOOPC_ALIGNED float square[LOOPC_SQUARE];
    LOOPC_UNROLL(16)
    for (int l = 0; l < LOOPC_PANEL; l++)
        memcpy(square + l * LOOPC_PANEL, rows[l] + at, LOOPC_PANEL * sizeof *square);
    loopc_transpose_square(square, to);
}

/* The elements from k on, up to `end`, of the rows of all replicas. */
LOOPC_INLINE void loopc_lanes_pack_rest(const float *const rows[LOOPC_REPLICAS], ptrdiff_t k,
                                        ptrdiff_t end, float *to)
{
    for (; k + 4 <= end; k += 4) {
        LOOPC_UNROLL(4)
        for (int l = 0; l < LOOPC_REPLICAS; l += LOOPC_STRIP) {
            const float *strip[LOOPC_STRIP];
            LOOPC_UNROLL(8)
            for (int i = 0; i < LOOPC_STRIP; i++)
                strip[i] = rows[l + i] + k;
            loopc_lanes_pack_strip(strip, to + k * LOOPC_REPLICAS + l);
        }
    }
    for (; k < end; k++)
        for (int l = 0; l < LOOPC_REPLICAS; l++)
            memcpy(to + k * LOOPC_REPLICAS + l, rows[l] + k, sizeof *to);
}

enum { LOOPC_REPLICA_FEW = 64 }; /* elements of the batch of a narrow net */

/* All of a small batch as one row of each replica. */
LOOPC_INLINE void loopc_lanes_pack_few(struct loopc_replica_rows from, int32_t count, float *to,
                                       int32_t samples, int32_t features)
{
    float few[LOOPC_REPLICAS][LOOPC_REPLICA_FEW];
    const float *rows[LOOPC_REPLICAS];
    for (int l = 0; l < LOOPC_REPLICAS; l++) {
        for (int32_t r = 0; from.index && r < samples; r++)
            memcpy(few[l] + r * features, loopc_replica_row(from, count, samples, features, l, r),
                   (size_t)features * sizeof *to);
    }
    LOOPC_UNROLL(16)
    for (int l = 0; l < LOOPC_REPLICAS; l++)
        rows[l] = from.index ? few[l] : loopc_replica_row(from, count, samples, features, l, 0);
    loopc_lanes_pack_rest(rows, 0, (ptrdiff_t)samples * features, to);
}

LOOPC_INLINE void loopc_lanes_pack(struct loopc_replica_rows from, int32_t count, void *to,
                                   int32_t samples, int32_t features)
{
    const float *rows[LOOPC_REPLICAS];
    if (LOOPC_REPLICA_STRIDE(features) == features && samples * features <= LOOPC_REPLICA_FEW) {
        loopc_lanes_pack_few(from, count, to, samples, features);
        return;
    }
    for (int32_t r = 0; r < samples; r++) {
        float *const row = (float *)to + loopc_replica_at(features, r, 0);
        int32_t k = 0;
        LOOPC_UNROLL(16)
        for (int l = 0; l < LOOPC_REPLICAS; l++)
            rows[l] = loopc_replica_row(from, count, samples, features, l, r);
        for (; k + LOOPC_PANEL <= features; k += LOOPC_PANEL)
            loopc_lanes_pack_square(rows, k, row + k * LOOPC_REPLICAS);
        loopc_lanes_pack_rest(rows, k, features, row);
    }
}

#endif
