#include "export/model_deep.h"

#include "nn/deep.h"
#include "nn/nn.h"

#include <string.h>

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

static void run_batch_norm(const struct loopc_layer *layer, const float *w, const float *b,
                           const float *from, float *to, int32_t rows)
{
    const struct loopc_batch_norm norm = {w, b, layer->mean, layer->variance, layer->epsilon, 0.0f};
    loopc_batch_norm(&norm, from, NULL, NULL, to, rows, layer->outputs, LOOPC_ONE_THREAD);
}

static void run_embedding(const struct loopc_layer *layer, const float *w, const float *from,
                          float *to, int32_t rows)
{
    const struct loopc_embedding e = {layer->inputs, layer->column, layer->vocabulary,
                                      layer->width};
    loopc_embed(&e, w, from, to, rows, LOOPC_ONE_THREAD);
}

static void run(const struct loopc_layer *layer, const float *w, const float *b, const float *from,
                const float *skip, float *to, int32_t rows)
{
    const struct loopc_thread me = LOOPC_ONE_THREAD;
    const int32_t outputs = layer->outputs;
    if (layer->kind == LOOPC_OP_ACTIVATION) activate(layer->activation, from, to, rows, outputs);
    if (layer->kind == LOOPC_OP_DROPOUT)
        loopc_activate(from, from, to, rows, outputs, LOOPC_STORE, me);
    if (layer->kind == LOOPC_OP_LAYER_NORM)
        loopc_layer_norm(from, w, b, NULL, NULL, to, rows, outputs, layer->epsilon, me);
    if (layer->kind == LOOPC_OP_BATCH_NORM) run_batch_norm(layer, w, b, from, to, rows);
    if (layer->kind == LOOPC_OP_EMBEDDING) run_embedding(layer, w, from, to, rows);
    if (layer->kind == LOOPC_OP_RESIDUAL) loopc_add(from, skip, to, rows, outputs, me);
}

const struct loopc_deep loopc_deep_nets = {
    .run = run,
    .onnx = loopc_onnx_ops,
    .weights = loopc_header_weights,
    .statements = loopc_header_ops,
};
