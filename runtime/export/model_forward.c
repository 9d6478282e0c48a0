/* Models at work: what a trained net makes of rows, with the kernels that trained it. */
#include "export/model.h"

#include "nn/deep.h"
#include "nn/nn.h"

#include <stdlib.h>
#include <string.h>

struct loopc_forward {
    const struct loopc_model *model;
    int32_t most;    /* rows at a time */
    float **weights; /* of each layer the weights in panels and the biases */
    float **values;  /* what goes in, and what each layer makes */
    float *out;      /* rows of outputs */
};

static float *floats(size_t count)
{
    float *const array = aligned_alloc(64, (count * sizeof *array + 63) / 64 * 64);
    if (array) memset(array, 0, count * sizeof *array);
    return array;
}

/* Room for a value: full panels, whatever its width. */
static size_t room_of(const struct loopc_forward *f, int32_t width)
{
    return LOOPC_PANELS(((size_t)width + 31) / 32 * 32, (size_t)f->most);
}

/* Vectors are copied, too: kernels read them in whole vectors. */
static int take_layer(struct loopc_forward *f, int i)
{
    const struct loopc_layer *const layer = &f->model->layers[i];
    if (!layer->weights) return LOOPC_OK;
    const bool is_dense = layer->kind == LOOPC_OP_DENSE;
    float *const w = floats(is_dense ? LOOPC_PANELS((size_t)layer->outputs, (size_t)layer->inputs)
                                     : LOOPC_VECTOR((size_t)layer->outputs));
    float *const b = floats(LOOPC_VECTOR((size_t)layer->outputs));
    f->weights[2 * i] = w;
    f->weights[2 * i + 1] = b;
    if (!w || !b) return LOOPC_FAILED;
    if (is_dense)
        loopc_panels_from(layer->weights, w, layer->outputs, layer->inputs);
    else
        memcpy(w, layer->weights, (size_t)layer->outputs * sizeof *w);
    memcpy(b, layer->biases, (size_t)layer->outputs * sizeof *b);
    return LOOPC_OK;
}

static int fill(struct loopc_forward *f)
{
    const size_t layers = (size_t)f->model->layer_count;
    int st = LOOPC_OK;
    f->weights = calloc(2 * layers, sizeof *f->weights);
    f->values = calloc(layers + 1, sizeof *f->values);
    f->out = floats((size_t)f->most * (size_t)f->model->outputs);
    if (!f->weights || !f->values || !f->out) return LOOPC_FAILED;
    for (int i = 0; !st && i < f->model->layer_count; i++)
        st = take_layer(f, i);
    for (int i = 0; !st && i <= f->model->layer_count; i++) {
        f->values[i] = floats(room_of(f, loopc_model_width(f->model, i)));
        if (!f->values[i]) st = LOOPC_FAILED;
    }
    return st;
}

struct loopc_forward *loopc_forward_new(const struct loopc_model *model, int32_t most)
{
    struct loopc_forward *const f = calloc(1, sizeof *f);
    if (!f) return NULL;
    *f = (struct loopc_forward){.model = model, .most = most};
    if (!fill(f)) return f;
    loopc_forward_free(f);
    return NULL;
}

void loopc_forward_free(struct loopc_forward *f)
{
    if (!f) return;
    for (int i = 0; f->weights && i < 2 * f->model->layer_count; i++)
        free(f->weights[i]);
    for (int i = 0; f->values && i <= f->model->layer_count; i++)
        free(f->values[i]);
    free(f->weights);
    free(f->values);
    free(f->out);
    free(f);
}

static const struct {
    const char *name;
    enum loopc_curve curve;
} curves[] = {
    {"leaky_relu", LOOPC_CURVE_LEAKY_RELU},
    {"elu", LOOPC_CURVE_ELU},
    {"selu", LOOPC_CURVE_SELU},
    {"gelu", LOOPC_CURVE_GELU},
    {"gelu_tanh", LOOPC_CURVE_GELU_TANH},
    {"silu", LOOPC_CURVE_SILU},
    {"mish", LOOPC_CURVE_MISH},
    {"softplus", LOOPC_CURVE_SOFTPLUS},
    {"softsign", LOOPC_CURVE_SOFTSIGN},
    {"hard_tanh", LOOPC_CURVE_HARD_TANH},
    {"hard_sigmoid", LOOPC_CURVE_HARD_SIGMOID},
    {"hard_swish", LOOPC_CURVE_HARD_SWISH},
};

static void activate(const char *name, const float *z, float *a, int32_t rows, int32_t outputs)
{
    const struct loopc_thread me = LOOPC_ONE_THREAD;
    enum loopc_epilogue finish = LOOPC_STORE;
    if (!strcmp(name, "softmax")) {
        loopc_softmax(z, a, rows, outputs, me);
        return;
    }
    if (!strcmp(name, "log_softmax")) {
        loopc_log_softmax(z, a, rows, outputs, me);
        return;
    }
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++) {
        if (strcmp(name, curves[i].name) != 0) continue;
        loopc_curve(z, a, NULL, rows, outputs, curves[i].curve, me);
        return;
    }
    if (!strcmp(name, "relu")) finish = LOOPC_RELU;
    if (!strcmp(name, "tanh")) finish = LOOPC_TANH;
    if (!strcmp(name, "sigmoid")) finish = LOOPC_SIGMOID;
    loopc_activate(z, z, a, rows, outputs, finish, me);
}

static void run_layer(const struct loopc_forward *f, int i, int32_t rows)
{
    const struct loopc_layer *const layer = &f->model->layers[i];
    float *const w = f->weights[2 * i], *const b = f->weights[2 * i + 1],
                 *const to = f->values[i + 1];
    const float *const from = f->values[layer->input];
    const struct loopc_batch_norm norm = {w, b, layer->mean, layer->variance, layer->epsilon, 0.0f};
    switch (layer->kind) {
    case LOOPC_OP_DENSE:
        loopc_dense_forward(w, b, from, to, rows, layer->inputs, layer->outputs, LOOPC_STORE,
                            LOOPC_ONE_THREAD);
        activate(layer->activation, to, to, rows, layer->outputs);
        break;
    case LOOPC_OP_ACTIVATION:
        activate(layer->activation, from, to, rows, layer->outputs);
        break;
    case LOOPC_OP_DROPOUT:
        loopc_activate(from, from, to, rows, layer->outputs, LOOPC_STORE, LOOPC_ONE_THREAD);
        break;
    case LOOPC_OP_LAYER_NORM:
        loopc_layer_norm(from, w, b, NULL, NULL, to, rows, layer->outputs, layer->epsilon,
                         LOOPC_ONE_THREAD);
        break;
    case LOOPC_OP_BATCH_NORM:
        loopc_batch_norm(&norm, from, NULL, NULL, to, rows, layer->outputs, LOOPC_ONE_THREAD);
        break;
    case LOOPC_OP_RESIDUAL:
        loopc_add(from, f->values[layer->skip], to, rows, layer->outputs, LOOPC_ONE_THREAD);
        break;
    }
}

const float *loopc_forward_run(struct loopc_forward *f, const float *x, int32_t rows)
{
    loopc_pack((struct loopc_rows){.x = x}, NULL, f->values[0], rows, f->most, f->model->inputs,
               LOOPC_ONE_THREAD);
    for (int i = 0; i < f->model->layer_count; i++)
        run_layer(f, i, rows);
    loopc_unpack(f->values[f->model->layer_count], f->out, rows, f->model->outputs);
    return f->out;
}
