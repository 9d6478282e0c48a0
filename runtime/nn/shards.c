#include "nn/shards_bias.h"

#include "nn/product.h"
#include "nn/update.h"

/* The product of a gradient; its finish is still to be set. */
LOOPC_INLINE struct loopc_product loopc_shards_product(const float *sample_major, const float *d,
                                                       struct loopc_shards shards, int32_t batch,
                                                       int32_t inputs, int32_t outputs,
                                                       struct loopc_thread me)
{
    const struct loopc_span rows = loopc_shards_rows(shards);
    return (struct loopc_product){
        .u = d,
        .u_stride = LOOPC_STRIDE(outputs),
        .v = sample_major,
        .v_stride = LOOPC_STRIDE(batch),
        .c_stride = LOOPC_STRIDE(outputs),
        .rows = outputs,
        .columns = inputs,
        .depth = rows.end - rows.first,
        .deepest = batch,
        .shards = shards,
        .me = me,
    };
}

void loopc_shards_gradient(float *gw, float *gb, const float *sample_major, const float *d,
                           struct loopc_shards shards, int32_t batch, int32_t inputs,
                           int32_t outputs, struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(outputs, me);
    struct loopc_product product =
        loopc_shards_product(sample_major, d, shards, batch, inputs, outputs, me);
    product.c = gw;
    loopc_multiply_shards(&product);
    for (int32_t o = mine.first; o < mine.end; o += LOOPC_PANEL) {
        LOOPC_ALIGNED float sums[LOOPC_PANEL];
        loopc_shards_bias_sums(sums, d, shards, outputs, o);
        memcpy(gb + o, sums, (size_t)loopc_lesser(outputs - o, LOOPC_PANEL) * sizeof *gb);
    }
}

void loopc_shards_update(struct loopc_weights w, struct loopc_weights b, const float *sample_major,
                         const float *d, struct loopc_shards shards, int32_t batch, int32_t inputs,
                         int32_t outputs, const struct loopc_step_params *rates,
                         struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(outputs, me);
    struct loopc_product product =
        loopc_shards_product(sample_major, d, shards, batch, inputs, outputs, me);
    product.weights = w;
    product.rates = rates;
    if (rates->rule == LOOPC_ADAM || rates->rule == LOOPC_ADAMW)
        loopc_multiply_shards_adam(&product);
    else
        loopc_multiply_shards_update(&product);
    for (int32_t o = mine.first; o < mine.end; o += LOOPC_PANEL) {
        LOOPC_ALIGNED float sums[LOOPC_PANEL];
        loopc_shards_bias_sums(sums, d, shards, outputs, o);
        for (int t = 0; t < LOOPC_PANEL; t += LOOPC_LANES)
            loopc_move(b, o + t, loopc_load(sums + t), rates);
    }
}
