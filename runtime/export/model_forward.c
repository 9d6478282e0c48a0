/* Models at work: the outputs of a trained net for rows, by the kernels that trained it. */
#include "export/model.h"

#include "nn/nn.h"

#include <stdlib.h>
#include <string.h>

struct loopc_forward {
    const struct loopc_model *model;
    int32_t most;   /* rows at a time */
    float **arrays; /* per layer the weights and the biases; then two for the outputs of layers */
    float *out;     /* rows of outputs */
};

static float *floats(size_t count)
{
    float *const array = aligned_alloc(64, (count * sizeof *array + 63) / 64 * 64);
    if (array) memset(array, 0, count * sizeof *array);
    return array;
}

/* Room for the outputs of any layer; full panels, whatever its width. */
static size_t room_of(const struct loopc_forward *f)
{
    const size_t widest = ((size_t)f->model->widest + 31) / 32 * 32;
    return LOOPC_PANELS(widest, (size_t)f->most);
}

static int take_layer(struct loopc_forward *f, int i)
{
    const struct loopc_layer *const layer = &f->model->layers[i];
    float *const w = floats(LOOPC_PANELS((size_t)layer->outputs, (size_t)layer->inputs));
    float *const b = floats(LOOPC_VECTOR((size_t)layer->outputs));
    f->arrays[2 * i] = w;
    f->arrays[2 * i + 1] = b;
    if (!w || !b) return LOOPC_FAILED;
    loopc_panels_from(layer->weights, w, layer->outputs, layer->inputs);
    memcpy(b, layer->biases, (size_t)layer->outputs * sizeof *b);
    return LOOPC_OK;
}

static int fill(struct loopc_forward *f)
{
    const int layers = f->model->net->layers;
    int st = LOOPC_OK;
    f->arrays = calloc(2 * (size_t)layers + 2, sizeof *f->arrays);
    f->out = floats((size_t)f->most * (size_t)f->model->outputs);
    for (int i = 0; f->arrays && !st && i < layers; i++)
        st = take_layer(f, i);
    for (int i = 0; f->arrays && i < 2; i++)
        f->arrays[2 * layers + i] = floats(room_of(f));
    const bool whole = f->arrays && f->out && f->arrays[2 * layers] && f->arrays[2 * layers + 1];
    return whole ? st : LOOPC_FAILED;
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
    for (int i = 0; f->arrays && i < 2 * f->model->net->layers + 2; i++)
        free(f->arrays[i]);
    free(f->arrays);
    free(f->out);
    free(f);
}

/* In place. */
static void activate(const char *name, float *a, int32_t rows, int32_t outputs)
{
    if (!strcmp(name, "relu")) loopc_activate(a, a, a, rows, outputs, LOOPC_RELU, LOOPC_ONE_THREAD);
    if (!strcmp(name, "tanh")) loopc_activate(a, a, a, rows, outputs, LOOPC_TANH, LOOPC_ONE_THREAD);
    if (!strcmp(name, "sigmoid"))
        loopc_activate(a, a, a, rows, outputs, LOOPC_SIGMOID, LOOPC_ONE_THREAD);
    if (!strcmp(name, "softmax")) loopc_softmax(a, a, rows, outputs, LOOPC_ONE_THREAD);
}

const float *loopc_forward_run(struct loopc_forward *f, const float *x, int32_t rows)
{
    const int layers = f->model->net->layers;
    float *from = f->arrays[2 * layers], *to = f->arrays[2 * layers + 1];
    loopc_pack((struct loopc_rows){.x = x}, NULL, from, rows, f->most, f->model->inputs,
               LOOPC_ONE_THREAD);
    for (int i = 0; i < layers; i++) {
        const struct loopc_layer *const layer = &f->model->layers[i];
        loopc_dense_forward(f->arrays[2 * i], f->arrays[2 * i + 1], from, to, rows, layer->inputs,
                            layer->outputs, LOOPC_STORE, LOOPC_ONE_THREAD);
        activate(layer->activation, to, rows, layer->outputs);
        float *const free_one = from;
        from = to;
        to = free_one;
    }
    loopc_unpack(from, f->out, rows, f->model->outputs);
    return f->out;
}
