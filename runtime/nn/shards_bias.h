/* The gradient of a bias in shards (shards.h): chains of additions over the rows of a shard, and
 * their tree. */
#ifndef LOOPC_SHARDS_BIAS_H
#define LOOPC_SHARDS_BIAS_H

#include "nn/shards.h"

#ifdef LOOPC_DEVICE

/* *sums = the tree of output o. waiting[level] is the sum of 2^level shards whose neighbours come
 * next. */
static inline void loopc_shards_bias_sums(float *sums, const float *d, struct loopc_shards shards,
                                          int32_t outputs, int32_t o)
{
    float waiting[LOOPC_SHARD_LEVELS] = {0};
    const int32_t base = loopc_shard_row(shards, shards.first);
    for (int32_t s = shards.first, r = 0; s < shards.end; s++) {
        int level = 0;
        *sums = 0.0f;
        for (; r < loopc_shard_row(shards, s + 1) - base; r++)
            *sums += d[loopc_panel_at(outputs, o, r)];
        for (int32_t n = s - shards.first; n & 1; n >>= 1)
            *sums = waiting[level++] + *sums;
        if (level < LOOPC_SHARD_LEVELS) waiting[level] = *sums;
    }
}

#else

#include "nn/strip.h"
#include "nn/tile.h"

/* sums += from, for 16 outputs. */
LOOPC_INLINE void loopc_shards_bias_add(loopc_vec *sums, const float *from)
{
    LOOPC_UNROLL(4)
    for (int t = 0; t < LOOPC_PANEL_VECS; t++)
        sums[t] = loopc_load(from + t * LOOPC_LANES) + sums[t];
}

LOOPC_INLINE void loopc_shards_bias_store(float *to, const loopc_vec *sums)
{
    LOOPC_UNROLL(4)
    for (int t = 0; t < LOOPC_PANEL_VECS; t++)
        loopc_store(to + t * LOOPC_LANES, sums[t]);
}

/* The trees of the 16 outputs from o on, a lane each, as far as they are there: d is transposed 16
 * rows at a time. waiting[level] are the sums of 2^level shards whose neighbours come next. */
static inline void loopc_shards_bias_sums(float *to, const float *d, struct loopc_shards shards,
                                          int32_t outputs, int32_t o)
{
    LOOPC_ALIGNED float waiting[LOOPC_SHARD_LEVELS][LOOPC_PANEL], turned[LOOPC_SQUARE];
    const int32_t base = loopc_shard_row(shards, shards.first);
    const int32_t rows = loopc_shard_row(shards, shards.end) - base;
    const int32_t count = loopc_lesser(outputs - o, LOOPC_PANEL);
    for (int32_t s = shards.first, r = 0; s < shards.end; s++) {
        loopc_vec sums[LOOPC_PANEL_VECS] = {{0}};
        int level = 0;
        for (const int32_t end = loopc_shard_row(shards, s + 1) - base; r < end; r++) {
            if (r % LOOPC_PANEL == 0)
                loopc_transpose_block(d + loopc_panel_at(outputs, o, r), turned, count,
                                      loopc_lesser(rows - r, LOOPC_PANEL));
            loopc_shards_bias_add(sums, turned + r % LOOPC_PANEL * LOOPC_PANEL);
        }
        for (int32_t n = s - shards.first; n & 1; n >>= 1)
            loopc_shards_bias_add(sums, waiting[level++]);
        loopc_shards_bias_store(s + 1 < shards.end ? waiting[level] : to, sums);
    }
}

#endif
#endif
