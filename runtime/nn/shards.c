#include "nn/shards.h"

#include "nn/product.h"

/* The sum of a row of d over the rows of shard s. */
static float chain(const float *d, struct loopc_shards shards, int32_t s, int32_t outputs,
                   int32_t o)
{
    const int32_t base = loopc_shard_row(shards, shards.first);
    float sum = 0.0f;
    for (int32_t r = loopc_shard_row(shards, s); r < loopc_shard_row(shards, s + 1); r++)
        sum += d[loopc_panel_at(outputs, o, r - base)];
    return sum;
}

/* The tree of one bias: waiting[level] is the sum of 2^level shards whose neighbours come next. */
static float tree(const float *d, struct loopc_shards shards, int32_t outputs, int32_t o)
{
    float waiting[LOOPC_SHARD_LEVELS], sum = 0.0f;
    for (int32_t s = shards.first; s < shards.end; s++) {
        int level = 0;
        sum = chain(d, shards, s, outputs, o);
        for (int32_t n = s - shards.first; n & 1; n >>= 1)
            sum = waiting[level++] + sum;
        waiting[level] = sum;
    }
    return sum;
}

void loopc_shards_gradient(float *gw, float *gb, const float *sample_major, const float *d,
                           struct loopc_shards shards, int32_t batch, int32_t inputs,
                           int32_t outputs, struct loopc_thread me)
{
    const struct loopc_span rows = loopc_shards_rows(shards), mine = loopc_span_of(outputs, me);
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
    for (int32_t o = mine.first; o < mine.end; o++)
        gb[o] = tree(d, shards, outputs, o);
}
