/* One layer and its operations, twice: by kernels, on panels, and by plain loops on row-major
 * arrays. Every sum of these begins where its formula does and runs upwards, a fused multiply-add a
 * term; so both have the same bits.
 */
#ifndef LAYER_H
#define LAYER_H

#include "kernels.h"
#include "nn/elementary.h"

enum {
    MOST_WIDTH = 3072,
    MOST_BATCH = 1400,
    MOST_VALUES = 1024 * 1024,
    MOST_WEIGHTS = 1024 * 1024
};

struct layer_shape {
    int32_t inputs, outputs, batch;
    enum loopc_epilogue finish, gate;
    struct loopc_step_params rates;
};

struct layer {
    struct layer_shape shape;
    int32_t samples;
    float *w, *mw, *vw, *b, *mb, *vb, *gw, *gb, *x, *y, *d, *dx, *sample_major;
};

/* The kernels of a layer; each does the share of one part. */
struct layer_kernels {
    void (*forward)(struct layer *l, struct loopc_thread me);
    void (*backward)(struct layer *l, struct loopc_thread me);
    void (*gradient)(struct layer *l, struct loopc_thread me);
    void (*update)(struct layer *l, struct loopc_thread me);
};

/* The kernels, with sizes and choices written as they are there. */
#define LAYER_KERNELS(name, INPUTS, OUTPUTS, BATCH, FINISH, GATE, RATES)                           \
    static void name##_forward(struct layer *l, struct loopc_thread me)                            \
    {                                                                                              \
        loopc_dense_forward(l->w, l->b, l->x, l->y, l->samples, INPUTS, OUTPUTS, FINISH, me);      \
    }                                                                                              \
    static void name##_backward(struct layer *l, struct loopc_thread me)                           \
    {                                                                                              \
        loopc_dense_backward(l->w, l->d, l->x, l->dx, l->samples, INPUTS, OUTPUTS, GATE, me);      \
    }                                                                                              \
    static void name##_gradient(struct layer *l, struct loopc_thread me)                           \
    {                                                                                              \
        loopc_dense_gradient(l->gw, l->gb, l->sample_major, l->d, l->samples, BATCH, INPUTS,       \
                             OUTPUTS, me);                                                         \
    }                                                                                              \
    static void name##_update(struct layer *l, struct loopc_thread me)                             \
    {                                                                                              \
        const struct loopc_step_params rates = RATES;                                              \
        const bool adam = rates.rule == LOOPC_ADAM || rates.rule == LOOPC_ADAMW;                   \
        const bool keeps = adam || rates.rule == LOOPC_MOMENTUM;                                   \
        const struct loopc_weights weights = {l->w, keeps ? l->mw : NULL, adam ? l->vw : NULL};    \
        const struct loopc_weights biases = {l->b, keeps ? l->mb : NULL, adam ? l->vb : NULL};     \
        loopc_dense_update(weights, biases, l->sample_major, l->d, l->samples, BATCH, INPUTS,      \
                           OUTPUTS, &rates, me);                                                   \
    }                                                                                              \
    static const struct layer_kernels name = {name##_forward, name##_backward, name##_gradient,    \
                                              name##_update};

/* ---- plain loops ---- */

/* Row-major: matrices outputs x inputs, and a row a sample. */
static float w[MOST_WEIGHTS], mw[MOST_WEIGHTS], vw[MOST_WEIGHTS], gw[MOST_WEIGHTS];
static float b[MOST_WIDTH], mb[MOST_WIDTH], vb[MOST_WIDTH], gb[MOST_WIDTH];
static float x[MOST_VALUES], d[MOST_VALUES];

static inline float plain_finish(float sum, float a, enum loopc_epilogue finish)
{
    if (finish == LOOPC_RELU) return sum < 0.0f ? 0.0f : sum;
    if (finish == LOOPC_TANH) return loopc_vtanh(loopc_broadcast(sum))[0];
    if (finish == LOOPC_SIGMOID) return loopc_vsigmoid(loopc_broadcast(sum))[0];
    if (finish == LOOPC_BACKWARD_RELU) return a > 0.0f ? sum : 0.0f;
    if (finish == LOOPC_BACKWARD_TANH) return sum * fmaf(-a, a, 1.0f);
    if (finish == LOOPC_BACKWARD_SIGMOID) return sum * (a * (1.0f - a));
    return sum;
}

static inline float plain_output(const struct layer *l, int32_t o, int32_t r)
{
    const int32_t inputs = l->shape.inputs;
    float sum = b[o];
    for (int32_t k = 0; k < inputs; k++)
        sum = fmaf(w[o * inputs + k], x[r * inputs + k], sum);
    return plain_finish(sum, 0.0f, l->shape.finish);
}

static inline float plain_input_derivative(const struct layer *l, int32_t k, int32_t r)
{
    const int32_t inputs = l->shape.inputs, outputs = l->shape.outputs;
    float sum = 0.0f;
    for (int32_t o = 0; o < outputs; o++)
        sum = fmaf(w[o * inputs + k], d[r * outputs + o], sum);
    return plain_finish(sum, x[r * inputs + k], l->shape.gate);
}

static inline float plain_gradient(const struct layer *l, int32_t o, int32_t k, float sum)
{
    for (int32_t r = 0; r < l->samples; r++)
        sum = fmaf(d[r * l->shape.outputs + o], x[r * l->shape.inputs + k], sum);
    return sum;
}

/* 16 sums side by side, then added up in pairs. */
static inline float plain_bias_gradient(const struct layer *l, int32_t o)
{
    float sums[16] = {0};
    for (int32_t r = 0; r < l->samples; r++)
        sums[r % 16] += d[r * l->shape.outputs + o];
    for (int half = 8; half > 0; half /= 2)
        for (int i = 0; i < half; i++)
            sums[i] += sums[i + half];
    return sums[0];
}

static inline float plain_adam(float *m, float *v, float g, const struct loopc_step_params *rates)
{
    *m = fmaf(rates->gain1, g - *m, *m);
    *v = fmaf(rates->gain2, fmaf(g, g, -*v), *v);
    return *m / (sqrtf(*v) + rates->epsilon);
}

static inline void plain_move(float *weight, float *m, float *v, float g,
                              const struct loopc_step_params *rates)
{
    const float before = *weight;
    if (rates->rule != LOOPC_ADAMW && rates->decay > 0.0f) g = fmaf(rates->decay, before, g);
    switch (rates->rule) {
    case LOOPC_SGD:
        *weight = fmaf(-rates->eta, g, before);
        break;
    case LOOPC_MOMENTUM:
        *m = fmaf(rates->momentum, *m, g);
        *weight = fmaf(-rates->eta, *m, before);
        break;
    case LOOPC_ADAM:
        *weight = fmaf(-rates->step, plain_adam(m, v, g, rates), before);
        break;
    case LOOPC_ADAMW:
        *weight = fmaf(-rates->step, plain_adam(m, v, g, rates),
                       fmaf(-rates->eta, rates->decay, 1.0f) * before);
        break;
    }
}

/* ---- the comparison ---- */

static inline void same_bits(float value, float expected, const char *what, int32_t i, int32_t j)
{
    uint32_t bits, wanted;
    memcpy(&bits, &value, sizeof bits);
    memcpy(&wanted, &expected, sizeof wanted);
    if (bits != wanted)
        fail_msg("%s(%d, %d): %a is not %a", what, i, j, (double)value, (double)expected);
}

static inline void same_matrix(const float *in_panels, const float *plain, int32_t rows,
                               int32_t columns, const char *what)
{
    for (int32_t i = 0; i < rows; i++)
        for (int32_t j = 0; j < columns; j++)
            same_bits(in_panels[loopc_panel_at(rows, i, j)], plain[i * columns + j], what, i, j);
}

/* A layer of random values, all in row-major arrays as well. */
static inline struct layer make_layer(const struct layer_shape *s, int32_t samples)
{
    const int32_t in = s->inputs, out = s->outputs, batch = s->batch;
    uint32_t seed = (uint32_t)(in * 31 + out * 7 + samples);
    fill(w, in * out, &seed);
    fill(b, out, &seed);
    fill(gw, in * out, &seed);
    fill(gb, out, &seed);
    fill(x, in * samples, &seed);
    fill(d, out * samples, &seed);
    memset(mw, 0, sizeof(float) * (size_t)(in * out));
    memset(vw, 0, sizeof(float) * (size_t)(in * out));
    memset(mb, 0, sizeof mb);
    memset(vb, 0, sizeof vb);
    struct layer l = {
        .shape = *s,
        .samples = samples,
        .w = panels_of(w, out, in),
        .mw = panels_of(mw, out, in),
        .vw = panels_of(vw, out, in),
        .b = panels_of(b, 1, out),
        .mb = panels_of(mb, 1, out),
        .vb = panels_of(vb, 1, out),
        .gw = panels_of(gw, out, in),
        .gb = panels_of(gb, 1, out),
        .x = upright_of(x, samples, in, batch),
        .d = upright_of(d, samples, out, batch),
        .y = panels(out, batch),
        .dx = panels(in, batch),
        .sample_major = panels(batch, in),
    };
    for (int32_t r = 0; r < samples; r++)
        for (int32_t k = 0; k < in; k++)
            l.sample_major[loopc_panel_at(batch, r, k)] = x[r * in + k];
    return l;
}

static inline void all_parts(void (*kernel)(struct layer *l, struct loopc_thread me),
                             struct layer *l, int32_t parts)
{
    for (int32_t part = 0; part < parts; part++)
        kernel(l, (struct loopc_thread){part, parts});
}

static inline void check_products(const struct layer_kernels *kernels, struct layer *l,
                                  int32_t parts)
{
    const int32_t in = l->shape.inputs, out = l->shape.outputs;
    all_parts(kernels->forward, l, parts);
    for (int32_t r = 0; r < l->samples; r++)
        for (int32_t o = 0; o < out; o++)
            same_bits(l->y[loopc_panel_at(out, o, r)], plain_output(l, o, r), "y", o, r);
    all_parts(kernels->backward, l, parts);
    for (int32_t r = 0; r < l->samples; r++)
        for (int32_t k = 0; k < in; k++)
            same_bits(l->dx[loopc_panel_at(in, k, r)], plain_input_derivative(l, k, r), "dx", k, r);
}

static inline void check_gradient(const struct layer_kernels *kernels, struct layer *l,
                                  int32_t parts)
{
    const int32_t in = l->shape.inputs, out = l->shape.outputs;
    all_parts(kernels->gradient, l, parts);
    for (int32_t o = 0; o < out; o++) {
        gb[o] += plain_bias_gradient(l, o);
        for (int32_t k = 0; k < in; k++)
            gw[o * in + k] = plain_gradient(l, o, k, gw[o * in + k]);
    }
    same_matrix(l->gw, gw, out, in, "gw");
    same_matrix(l->gb, gb, 1, out, "gb");
}

/* Two updates, so that moments count. */
static inline void check_update(const struct layer_kernels *kernels, struct layer *l, int32_t parts)
{
    const int32_t in = l->shape.inputs, out = l->shape.outputs;
    const struct loopc_step_params *const rates = &l->shape.rates;
    for (int step = 0; step < 2; step++) {
        all_parts(kernels->update, l, parts);
        for (int32_t o = 0; o < out; o++) {
            plain_move(&b[o], &mb[o], &vb[o], plain_bias_gradient(l, o), rates);
            for (int32_t k = 0, i = o * in; k < in; k++, i++)
                plain_move(&w[i], &mw[i], &vw[i], plain_gradient(l, o, k, 0.0f), rates);
        }
    }
    same_matrix(l->w, w, out, in, "w");
    same_matrix(l->mw, mw, out, in, "m of w");
    same_matrix(l->vw, vw, out, in, "v of w");
    same_matrix(l->b, b, 1, out, "b");
    same_matrix(l->mb, mb, 1, out, "m of b");
    same_matrix(l->vb, vb, 1, out, "v of b");
}

/* All that is done with a layer. */
static inline void check_layer(const struct layer_kernels *kernels, const struct layer_shape *shape,
                               int32_t samples, int32_t parts)
{
    struct layer l = make_layer(shape, samples);
    check_products(kernels, &l, parts);
    check_gradient(kernels, &l, parts);
    check_update(kernels, &l, parts);
    end_arrays();
}

#endif
