/* Models at work: the outputs of a trained net for rows, by the kernels that trained it. */
#include "export/model_deep.h"

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

static int take_table(struct loopc_forward *f, int i)
{
    const struct loopc_layer *const layer = &f->model->layers[i];
    float *const w = floats(LOOPC_PANELS((size_t)layer->vocabulary, (size_t)layer->width));
    f->weights[2 * i] = w;
    if (!w) return LOOPC_FAILED;
    loopc_panels_from(layer->weights, w, layer->vocabulary, layer->width);
    return LOOPC_OK;
}

/* Vectors are copied, too: kernels read them in whole vectors. */
static int take_layer(struct loopc_forward *f, int i)
{
    const struct loopc_layer *const layer = &f->model->layers[i];
    if (!layer->weights) return LOOPC_OK;
    if (layer->kind == LOOPC_OP_EMBEDDING) return take_table(f, i);
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

/* The activations that layers end in; in place. */
static void activate(const char *name, float *a, int32_t rows, int32_t outputs)
{
    const struct loopc_thread me = LOOPC_ONE_THREAD;
    if (!strcmp(name, "relu")) loopc_activate(a, a, a, rows, outputs, LOOPC_RELU, me);
    if (!strcmp(name, "tanh")) loopc_activate(a, a, a, rows, outputs, LOOPC_TANH, me);
    if (!strcmp(name, "sigmoid")) loopc_activate(a, a, a, rows, outputs, LOOPC_SIGMOID, me);
    if (!strcmp(name, "softmax")) loopc_softmax(a, a, rows, outputs, me);
}

static void run_layer(const struct loopc_forward *f, int i, int32_t rows)
{
    const struct loopc_layer *const layer = &f->model->layers[i];
    const float *const w = f->weights[2 * i], *const b = f->weights[2 * i + 1];
    float *const to = f->values[i + 1];
    if (layer->kind != LOOPC_OP_DENSE) {
        f->model->net->deep->run(layer, w, b, f->values[layer->input], f->values[layer->skip], to,
                                 rows);
        return;
    }
    loopc_dense_forward(w, b, f->values[layer->input], to, rows, layer->inputs, layer->outputs,
                        LOOPC_STORE, LOOPC_ONE_THREAD);
    activate(layer->activation, to, rows, layer->outputs);
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
