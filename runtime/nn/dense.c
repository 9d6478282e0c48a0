#include "nn/dense.h"

#include "nn/bias.h"
#include "nn/dense_halves.h"
#include "nn/product.h"
#include "nn/update.h"

void loopc_dense_forward(const float *w, const float *b, const float *x, float *y, int32_t samples,
                         int32_t inputs, int32_t outputs, enum loopc_epilogue finish,
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
        .finish = finish,
        .start = b,
        .me = me,
    };
    loopc_multiply_forward(&product);
}

void loopc_dense_backward(const float *w, const float *d, const float *x, float *dx,
                          int32_t samples, int32_t inputs, int32_t outputs,
                          enum loopc_epilogue finish, struct loopc_thread me)
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
        .finish = finish,
        .gate = x,
        .me = me,
    };
    loopc_multiply_backward(&product);
}

/* gb(o) += sum over r of d(o, r) */
LOOPC_INLINE void loopc_bias_gradient(float *gb, const float *d, int32_t samples, int32_t outputs)
{
    for (int32_t o = 0; o < outputs; o += LOOPC_PANEL) {
        LOOPC_ALIGNED float sums[LOOPC_PANEL];
        loopc_bias_sums(d, samples, outputs, o, sums);
        for (int t = 0; t < LOOPC_PANEL; t += LOOPC_LANES)
            loopc_store(gb + o + t, loopc_load(gb + o + t) + loopc_load(sums + t));
    }
}

void loopc_dense_gradient(float *gw, float *gb, const float *sample_major, const float *d,
                          int32_t samples, int32_t batch, int32_t inputs, int32_t outputs,
                          struct loopc_thread me)
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
    loopc_multiply_forward(&product);
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
        for (int t = 0; t < LOOPC_PANEL; t += LOOPC_LANES)
            loopc_move(b, o + t, loopc_load(sums + t), rates);
    }
}

/* The product of an update of w. */
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

static void loopc_multiply_by_rule(const struct loopc_product *p)
{
    if (p->rates->rule == LOOPC_ADAM || p->rates->rule == LOOPC_ADAMW)
        loopc_multiply_adam(p);
    else
        loopc_multiply_update(p);
}

void loopc_dense_update(struct loopc_weights w, struct loopc_weights b, const float *sample_major,
                        const float *d, int32_t samples, int32_t batch, int32_t inputs,
                        int32_t outputs, const struct loopc_step_params *rates,
                        struct loopc_thread me)
{
    const struct loopc_product product =
        loopc_update_of(w, sample_major, d, samples, batch, inputs, outputs, rates, me);
    loopc_multiply_by_rule(&product);
    loopc_bias_update(b, d, samples, outputs, rates, me);
}

void loopc_dense_update_first(struct loopc_weights w, struct loopc_weights b,
                              const float *sample_major, const float *d, int32_t samples,
                              int32_t batch, int32_t inputs, int32_t outputs,
                              const struct loopc_step_params *rates, struct loopc_ahead *ahead,
                              struct loopc_thread me)
{
    struct loopc_product product =
        loopc_update_of(w, sample_major, d, samples, batch, inputs, outputs, rates, me);
    product.ahead = ahead;
    product.own = true;
    loopc_multiply_by_rule(&product);
    loopc_bias_update(b, d, samples, outputs, rates, me);
}

void loopc_dense_weights_gradient(float *gw, const float *sample_major, const float *d,
                                  int32_t samples, int32_t batch, int32_t inputs, int32_t outputs,
                                  struct loopc_thread me)
{
    struct loopc_product product = loopc_update_of((struct loopc_weights){0}, sample_major, d,
                                                   samples, batch, inputs, outputs, NULL, me);
    product.c = gw;
    product.add = true;
    loopc_multiply_forward(&product);
}

void loopc_dense_bias_gradient(float *gb, const float *d, int32_t samples, int32_t outputs,
                               struct loopc_thread me)
{
    if (me.tid == 0) loopc_bias_gradient(gb, d, samples, outputs);
}

void loopc_dense_weights_update(struct loopc_weights w, const float *sample_major, const float *d,
                                int32_t samples, int32_t batch, int32_t inputs, int32_t outputs,
                                const struct loopc_step_params *rates, struct loopc_thread me)
{
    const struct loopc_product product =
        loopc_update_of(w, sample_major, d, samples, batch, inputs, outputs, rates, me);
    loopc_multiply_by_rule(&product);
}

void loopc_dense_bias_update(struct loopc_weights b, const float *d, int32_t samples,
                             int32_t outputs, const struct loopc_step_params *rates,
                             struct loopc_thread me)
{
    loopc_bias_update(b, d, samples, outputs, rates, me);
}
