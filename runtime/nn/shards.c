#include "nn/shards.h"

#include "nn/product.h"
#include "nn/strip.h"
#include "nn/tile.h"

/* sum += from */
LOOPC_INLINE void add(loopc_vec *sum, const float *from)
{
    LOOPC_UNROLL(4)
    for (int t = 0; t < LOOPC_PANEL_VECS; t++)
        sum[t] = loopc_load(from + t * LOOPC_LANES) + sum[t];
}

LOOPC_INLINE void store(float *to, const loopc_vec *sum)
{
    LOOPC_UNROLL(4)
    for (int t = 0; t < LOOPC_PANEL_VECS; t++)
        loopc_store(to + t * LOOPC_LANES, sum[t]);
}

/* The trees of 16 biases from output o on, a lane each: d is transposed 16 rows at a time.
 * waiting[level] are the sums of 2^level shards whose neighbours come next. */
static void trees(float *gb, const float *d, struct loopc_shards shards, int32_t outputs, int32_t o)
{
    LOOPC_ALIGNED float waiting[LOOPC_SHARD_LEVELS][LOOPC_PANEL], turned[LOOPC_SQUARE];
    const int32_t base = loopc_shard_row(shards, shards.first);
    const int32_t rows = loopc_shard_row(shards, shards.end) - base;
    const int32_t count = loopc_lesser(outputs - o, LOOPC_PANEL);
    loopc_vec sum[LOOPC_PANEL_VECS] = {{0}};
    int level = 0;
    for (int32_t s = shards.first, r = 0; s < shards.end; s++) {
        memset(sum, 0, sizeof sum);
        for (const int32_t end = loopc_shard_row(shards, s + 1) - base; r < end; r++) {
            if (r % LOOPC_PANEL == 0)
                loopc_transpose_block(d + loopc_panel_at(outputs, o, r), turned, count,
                                      loopc_lesser(rows - r, LOOPC_PANEL));
            add(sum, turned + r % LOOPC_PANEL * LOOPC_PANEL);
        }
        level = 0;
        for (int32_t n = s - shards.first; n & 1; n >>= 1)
            add(sum, waiting[level++]);
        store(waiting[level], sum);
    }
    memcpy(gb + o, waiting[level], (size_t)count * sizeof *gb);
}

void loopc_shards_gradient(float *gw, float *gb, const float *sample_major, const float *d,
                           struct loopc_shards shards, int32_t batch, int32_t inputs,
                           int32_t outputs, struct loopc_thread me)
{
    const struct loopc_span rows = loopc_shards_rows(shards),
                            mine = loopc_span_of(LOOPC_PANEL_COUNT(outputs), me);
    const struct loopc_product product = {
        .u = d,
        .u_stride = LOOPC_STRIDE(outputs),
        .v = sample_major,
        .v_stride = LOOPC_STRIDE(batch),
        .c = gw,
        .c_stride = LOOPC_STRIDE(outputs),
        .rows = outputs,
        .columns = inputs,
        .depth = rows.end - rows.first,
        .deepest = batch,
        .shards = shards,
        .me = me,
    };
    loopc_multiply_shards(&product);
    for (int32_t panel = mine.first; panel < mine.end; panel++)
        trees(gb, d, shards, outputs, panel * LOOPC_PANEL);
}
