/* The gradient of a bias: the sum of a row of derivatives, of one kind in every order of threads
 * and vectors. It is 16 sums side by side, of every sixteenth sample each, that are then added
 * up in pairs. */
#ifndef LOOPC_BIAS_H
#define LOOPC_BIAS_H

#ifdef LOOPC_DEVICE

#include "nn/vector.h"

/* *sum = sum over r of d(o, r), by the same 16 sums; of fewer samples there are as many. None of
 * them is -0, so that adding one that is 0 would change nothing. */
static inline void loopc_bias_sums(const float *d, int32_t samples, int32_t outputs, int32_t o,
                                   float *sum)
{
    float lanes[16];
    const int32_t count = samples < 16 ? samples : 16;
    for (int32_t l = 0; l < count; l++)
        lanes[l] = d[l * outputs + o] + 0.0f;
    for (int32_t r = 16; r < samples; r++)
        lanes[r & 15] += d[r * outputs + o];
    for (int32_t half = 8; half > 0; half /= 2)
        for (int32_t l = 0; l < half && l + half < count; l++)
            lanes[l] += lanes[l + half];
    *sum = count > 0 ? lanes[0] : 0.0f;
}

#else

#include "nn/strip.h"

#if LOOPC_LANES == 16 && LOOPC_MOST_LANES == 16

/* One halving of the lanes of two rows, l and l + 8 added, then of two pairs of rows, and so on. */
LOOPC_INLINE loopc_vec loopc_fold_eight(loopc_vec a, loopc_vec b)
{
    return LOOPC_SHUFFLE(loopc_ivec, a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +
           LOOPC_SHUFFLE(loopc_ivec, a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30,
                         31);
}

LOOPC_INLINE loopc_vec loopc_fold_four(loopc_vec a, loopc_vec b)
{
    return LOOPC_SHUFFLE(loopc_ivec, a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26,
                         27) +
           LOOPC_SHUFFLE(loopc_ivec, a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30,
                         31);
}

LOOPC_INLINE loopc_vec loopc_fold_two(loopc_vec a, loopc_vec b)
{
    return LOOPC_SHUFFLE(loopc_ivec, a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28,
                         29) +
           LOOPC_SHUFFLE(loopc_ivec, a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30,
                         31);
}

LOOPC_INLINE loopc_vec loopc_fold_one(loopc_vec a, loopc_vec b)
{
    return LOOPC_SHUFFLE(loopc_ivec, a, b, 0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28,
                         30) +
           LOOPC_SHUFFLE(loopc_ivec, a, b, 1, 3, 17, 19, 5, 7, 21, 23, 9, 11, 25, 27, 13, 15, 29,
                         31);
}

/* The sums of four rows' lanes, down to 4 lanes each. Rows that are 4 apart come out side by side
 * of the two halvings that follow. */
LOOPC_INLINE loopc_vec loopc_fold_rows(const loopc_vec *rows)
{
    return loopc_fold_four(loopc_fold_eight(rows[0], rows[4]), loopc_fold_eight(rows[8], rows[12]));
}

/* rows[i] += the vector of row i of a panel, for `count` of 16 rows. */
LOOPC_INLINE void loopc_add_rows(loopc_vec *rows, const float *panel, int32_t count,
                                 loopc_ivec there)
{
    const loopc_vec zero = {0};
    LOOPC_UNROLL(16)
    for (int i = 0; i < LOOPC_PANEL; i++)
        if (i < count) rows[i] += loopc_select(there, loopc_load(panel + i * LOOPC_PANEL), zero);
}

/* sums[i] = sum over r of d(o + i, r) for the 16 outputs from o on, as far as they are there. */
LOOPC_INLINE void loopc_bias_sums(const float *d, int32_t samples, int32_t outputs, int32_t o,
                                  float *sums)
{
    const loopc_ivec place = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const ptrdiff_t stride = LOOPC_STRIDE((ptrdiff_t)outputs);
    const int32_t count = loopc_lesser(outputs - o, LOOPC_PANEL);
    loopc_vec rows[LOOPC_PANEL] = {{0}};
    d += o * LOOPC_PANEL;
    for (int32_t r = 0; r < samples; r += LOOPC_PANEL, d += stride) {
        if (count == LOOPC_PANEL && samples - r >= LOOPC_PANEL)
            loopc_add_rows(rows, d, LOOPC_PANEL, place < LOOPC_PANEL);
        else
            loopc_add_rows(rows, d, count, place < samples - r);
    }
    loopc_store(
        sums, loopc_fold_one(loopc_fold_two(loopc_fold_rows(rows), loopc_fold_rows(rows + 1)),
                             loopc_fold_two(loopc_fold_rows(rows + 2), loopc_fold_rows(rows + 3))));
}

#else

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
    return LOOPC_SHUFFLE(loopc_places, a, b, 0, 1, 2, 3, 8, 9, 10, 11) +
           LOOPC_SHUFFLE(loopc_places, a, b, 4, 5, 6, 7, 12, 13, 14, 15);
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

/* The same as loopc_bias_lanes for four rows, one below the other. */
LOOPC_INLINE void loopc_bias_lanes_of_four(const float *d, ptrdiff_t stride, int32_t samples,
                                           float *lanes)
{
    const float *const rest = d + samples / LOOPC_PANEL * stride;
    if (samples % LOOPC_PANEL > 0) {
        for (int i = 0; i < 4; i++)
            loopc_bias_lanes(d + i * LOOPC_PANEL, stride, samples, lanes + i * LOOPC_PANEL);
        return;
    }
    LOOPC_UNROLL(4)
    for (int t = 0; t < LOOPC_MOST_LANES; t += LOOPC_LANES) {
        loopc_vec sums[4] = {{0}, {0}, {0}, {0}};
        for (const float *panel = d; panel < rest; panel += stride) {
            LOOPC_UNROLL(4)
            for (int i = 0; i < 4; i++)
                sums[i] += loopc_load(panel + i * LOOPC_PANEL + t);
        }
        LOOPC_UNROLL(4)
        for (int i = 0; i < 4; i++)
            loopc_store(lanes + i * LOOPC_PANEL + t, sums[i]);
    }
}

/* sums[i] = sum over r of d(o + i, r) for the 16 outputs from o on, as far as they are there. */
LOOPC_INLINE void loopc_bias_sums(const float *d, int32_t samples, int32_t outputs, int32_t o,
                                  float *sums)
{
    LOOPC_ALIGNED float lanes[LOOPC_SQUARE];
    const ptrdiff_t stride = LOOPC_STRIDE((ptrdiff_t)outputs);
    const int32_t count = loopc_lesser(outputs - o, LOOPC_PANEL);
    int32_t i = 0;
    if (LOOPC_MOST_LANES == LOOPC_PANEL)
        for (; i + 4 <= count; i += 4)
            loopc_bias_lanes_of_four(d + (o + i) * LOOPC_PANEL, stride, samples,
                                     lanes + i * LOOPC_PANEL);
    LOOPC_UNROLL(8)
    for (; i < count; i++)
        loopc_bias_lanes(d + (o + i) * LOOPC_PANEL, stride, samples, lanes + i * LOOPC_PANEL);
    LOOPC_UNROLL(16)
    for (; i < LOOPC_MOST_LANES; i++)
        for (int t = 0; t < LOOPC_MOST_LANES; t += LOOPC_LANES)
            loopc_store(lanes + i * LOOPC_PANEL + t, (loopc_vec){0});
    LOOPC_UNROLL(4)
    for (i = 0; i < LOOPC_MOST_LANES; i += LOOPC_STRIP)
        loopc_add_lanes(lanes + i * LOOPC_PANEL, sums + i);
}

#endif
#endif
#endif
