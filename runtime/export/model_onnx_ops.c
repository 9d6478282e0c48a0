#include "export/model_deep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 32 };

#define INPUTS(...) ((const char *const[3]){__VA_ARGS__})

/* The name of a value: what a dropout makes is what it was given. */
struct names {
    struct buffer *graph;
    const struct loopc_model *model;
    const char *from;
};

static const char *name_of(const struct names *n, int value, char text[NAME])
{
    while (value > 0 && n->model->layers[value - 1].kind == LOOPC_OP_DROPOUT)
        value = n->model->layers[value - 1].input;
    if (value == 0) return n->from;
    if (value == n->model->layer_count)
        return n->model->y.mean ? "net" : loopc_onnx_output(n->model);
    snprintf(text, NAME, "v%d", value);
    return text;
}

/* The name of what is calculated on the way to value `to`: part 0, 1 ... */
static const char *part_of(const char *to, int part, char text[NAME])
{
    snprintf(text, NAME, "%.20s.%d", to, part);
    return text;
}

static const char *scalar(struct buffer *graph, const char *to, const char *what, float value,
                          char text[NAME])
{
    snprintf(text, NAME, "%.16s.%.12s", to, what);
    loopc_onnx_tensor(graph, text, &value, 1, 0);
    return text;
}

/* Activations that are one operator, with at most two attributes. */
static const struct {
    const char *name, *operator;
    int count;
    struct loopc_onnx_number numbers[2];
} direct[] = {
    {"identity", "Identity", 0, {{0}}},
    {"relu", "Relu", 0, {{0}}},
    {"tanh", "Tanh", 0, {{0}}},
    {"sigmoid", "Sigmoid", 0, {{0}}},
    {"softplus", "Softplus", 0, {{0}}},
    {"softsign", "Softsign", 0, {{0}}},
    {"leaky_relu", "LeakyRelu", 1, {{"alpha", 0.01f}}},
    {"elu", "Elu", 1, {{"alpha", 1.0f}}},
    {"selu", "Selu", 2, {{"alpha", 1.67326324235437728481f}, {"gamma", 1.05070098735548049342f}}},
    {"hard_sigmoid", "HardSigmoid", 2, {{"alpha", 1.0f / 6}, {"beta", 0.5f}}},
};

/* x times the function of x that `share` names. */
static void put_gated(struct buffer *graph, const char *share, const char *from, const char *to)
{
    char part[NAME];
    const struct loopc_onnx_number ramp[2] = {{"alpha", 1.0f / 6}, {"beta", 0.5f}};
    part_of(to, 0, part);
    loopc_onnx_float_node(graph, share, part, ramp, strcmp(share, "HardSigmoid") ? 0 : 2,
                          INPUTS(from));
    loopc_onnx_node(graph, "Mul", to, NULL, INPUTS(from, part));
}

static void put_mish(struct buffer *graph, const char *from, const char *to)
{
    char soft[NAME], tanh[NAME];
    loopc_onnx_node(graph, "Softplus", part_of(to, 0, soft), NULL, INPUTS(from));
    loopc_onnx_node(graph, "Tanh", part_of(to, 1, tanh), NULL, INPUTS(soft));
    loopc_onnx_node(graph, "Mul", to, NULL, INPUTS(from, tanh));
}

/* x (1 + erf(x / sqrt 2)) / 2 */
static void put_gelu(struct buffer *graph, const char *from, const char *to)
{
    char root[NAME], half[NAME], one[NAME], a[NAME], b[NAME], c[NAME], d[NAME];
    scalar(graph, to, "root", 0.70710678118654752440f, root);
    scalar(graph, to, "half", 0.5f, half);
    scalar(graph, to, "one", 1.0f, one);
    loopc_onnx_node(graph, "Mul", part_of(to, 0, a), NULL, INPUTS(from, root));
    loopc_onnx_node(graph, "Erf", part_of(to, 1, b), NULL, INPUTS(a));
    loopc_onnx_node(graph, "Add", part_of(to, 2, c), NULL, INPUTS(b, one));
    loopc_onnx_node(graph, "Mul", part_of(to, 3, d), NULL, INPUTS(c, half));
    loopc_onnx_node(graph, "Mul", to, NULL, INPUTS(from, d));
}

/* x times the sigmoid of 2 sqrt(2 / pi) (x + 0.044715 x^3) */
static void put_gelu_tanh(struct buffer *graph, const char *from, const char *to)
{
    char linear[NAME], cubic[NAME], a[NAME], b[NAME], c[NAME], d[NAME], e[NAME];
    scalar(graph, to, "linear", 1.59576912160573071176f, linear);
    scalar(graph, to, "cubic", 1.59576912160573071176f * 0.044715f, cubic);
    loopc_onnx_node(graph, "Mul", part_of(to, 0, a), NULL, INPUTS(from, from));
    loopc_onnx_node(graph, "Mul", part_of(to, 1, b), NULL, INPUTS(a, cubic));
    loopc_onnx_node(graph, "Add", part_of(to, 2, c), NULL, INPUTS(b, linear));
    loopc_onnx_node(graph, "Mul", part_of(to, 3, d), NULL, INPUTS(c, from));
    loopc_onnx_node(graph, "Sigmoid", part_of(to, 4, e), NULL, INPUTS(d));
    loopc_onnx_node(graph, "Mul", to, NULL, INPUTS(from, e));
}

static void put_hard_tanh(struct buffer *graph, const char *from, const char *to)
{
    char least[NAME], most[NAME];
    const float limits[2] = {-1.0f, 1.0f};
    snprintf(least, NAME, "%.20s.least", to);
    snprintf(most, NAME, "%.20s.most", to);
    loopc_onnx_tensor(graph, least, &limits[0], 0, 0);
    loopc_onnx_tensor(graph, most, &limits[1], 0, 0);
    loopc_onnx_node(graph, "Clip", to, NULL, INPUTS(from, least, most));
}

static void put_activation(struct buffer *graph, const char *name, const char *from, const char *to)
{
    for (size_t i = 0; i < sizeof direct / sizeof *direct; i++) {
        if (strcmp(name, direct[i].name) != 0) continue;
        loopc_onnx_float_node(graph, direct[i].operator, to, direct[i].numbers, direct[i].count,
                              INPUTS(from));
        return;
    }
    if (!strcmp(name, "silu")) put_gated(graph, "Sigmoid", from, to);
    if (!strcmp(name, "hard_swish")) put_gated(graph, "HardSigmoid", from, to);
    if (!strcmp(name, "mish")) put_mish(graph, from, to);
    if (!strcmp(name, "gelu")) put_gelu(graph, from, to);
    if (!strcmp(name, "gelu_tanh")) put_gelu_tanh(graph, from, to);
    if (!strcmp(name, "hard_tanh")) put_hard_tanh(graph, from, to);
    if (!strcmp(name, "softmax")) loopc_onnx_node(graph, "Softmax", to, "axis", INPUTS(from));
    if (!strcmp(name, "log_softmax"))
        loopc_onnx_node(graph, "LogSoftmax", to, "axis", INPUTS(from));
}

static void put_dense(struct buffer *graph, const struct loopc_layer *layer, const char *from,
                      const char *to)
{
    char w[NAME], b[NAME], z[NAME];
    const bool is_bare = !strcmp(layer->activation, "identity");
    snprintf(w, NAME, "%.20s.weight", to);
    snprintf(b, NAME, "%.20s.bias", to);
    loopc_onnx_tensor(graph, w, layer->weights, layer->outputs, layer->inputs);
    loopc_onnx_tensor(graph, b, layer->biases, layer->outputs, 0);
    part_of(to, 9, z);
    loopc_onnx_node(graph, "Gemm", is_bare ? to : z, "transB", INPUTS(from, w, b));
    if (!is_bare) put_activation(graph, layer->activation, z, to);
}

static void put_layer_norm(struct buffer *graph, const struct loopc_layer *layer, const char *from,
                           const char *to)
{
    char gain[NAME], bias[NAME], small[NAME], a[NAME], b[NAME], c[NAME], d[NAME], e[NAME], f[NAME];
    char g[NAME], h[NAME];
    snprintf(gain, NAME, "%.20s.weight", to);
    snprintf(bias, NAME, "%.20s.bias", to);
    loopc_onnx_tensor(graph, gain, layer->weights, layer->outputs, 0);
    loopc_onnx_tensor(graph, bias, layer->biases, layer->outputs, 0);
    scalar(graph, to, "epsilon", layer->epsilon, small);
    loopc_onnx_row_mean(graph, part_of(to, 0, a), from);
    loopc_onnx_node(graph, "Sub", part_of(to, 1, b), NULL, INPUTS(from, a));
    loopc_onnx_node(graph, "Mul", part_of(to, 2, c), NULL, INPUTS(b, b));
    loopc_onnx_row_mean(graph, part_of(to, 3, d), c);
    loopc_onnx_node(graph, "Add", part_of(to, 4, e), NULL, INPUTS(d, small));
    loopc_onnx_node(graph, "Sqrt", part_of(to, 5, f), NULL, INPUTS(e));
    loopc_onnx_node(graph, "Div", part_of(to, 6, g), NULL, INPUTS(b, f));
    loopc_onnx_node(graph, "Mul", part_of(to, 7, h), NULL, INPUTS(g, gain));
    loopc_onnx_node(graph, "Add", to, NULL, INPUTS(h, bias));
}

/* A factor and a shift for each feature. */
static void put_batch_norm(struct buffer *graph, const struct loopc_layer *layer, const char *from,
                           const char *to)
{
    char factor[NAME], shift[NAME], a[NAME];
    float *const numbers = malloc(2 * (size_t)layer->outputs * sizeof *numbers);
    if (!numbers) {
        graph->lost = true;
        return;
    }
    for (int32_t i = 0; i < layer->outputs; i++)
        loopc_model_fold(layer, i, numbers + i, numbers + layer->outputs + i);
    snprintf(factor, NAME, "%.20s.factor", to);
    snprintf(shift, NAME, "%.20s.shift", to);
    loopc_onnx_tensor(graph, factor, numbers, layer->outputs, 0);
    loopc_onnx_tensor(graph, shift, numbers + layer->outputs, layer->outputs, 0);
    loopc_onnx_node(graph, "Mul", part_of(to, 0, a), NULL, INPUTS(from, factor));
    loopc_onnx_node(graph, "Add", to, NULL, INPUTS(a, shift));
    free(numbers);
}

/* Entries of the matrices that an embedding is made of: they pick its column, keep the others, and
 * look up the table, whose columns are behind them. */
typedef float entry_of(const struct loopc_layer *layer, int64_t row, int64_t column);

static float pick(const struct loopc_layer *layer, int64_t row, int64_t column)
{
    return column + row == layer->column ? 1.0f : 0.0f;
}

static float keep(const struct loopc_layer *layer, int64_t row, int64_t column)
{
    return row < layer->inputs - 1 && column == row + (row >= layer->column) ? 1.0f : 0.0f;
}

static float look_up(const struct loopc_layer *layer, int64_t row, int64_t column)
{
    const int64_t j = row - (layer->inputs - 1);
    return j < 0 ? 0.0f : layer->weights[column * layer->width + j];
}

static float one(const struct loopc_layer *layer, int64_t row, int64_t column)
{
    (void)layer, (void)row, (void)column;
    return 1.0f;
}

static float count(const struct loopc_layer *layer, int64_t row, int64_t column)
{
    (void)layer;
    return (float)(row + column);
}

/* A constant that `entry` makes; a vector where rows is 0. */
static void put_made(struct buffer *graph, const char *name, const struct loopc_layer *layer,
                     entry_of *entry, int64_t rows, int64_t columns)
{
    const int64_t size = (rows ? rows : 1) * columns;
    float *const numbers = malloc(((size_t)size + 1) * sizeof *numbers);
    if (!numbers) {
        graph->lost = true;
        return;
    }
    for (int64_t i = 0; i < size; i++)
        numbers[i] = entry(layer, i / columns, i % columns);
    if (rows)
        loopc_onnx_tensor(graph, name, numbers, rows, columns);
    else
        loopc_onnx_tensor(graph, name, numbers, columns, 0);
    free(numbers);
}

static float nothing(const struct loopc_layer *layer, int64_t row, int64_t column)
{
    (void)layer, (void)row, (void)column;
    return 0.0f;
}

/* to = from times a matrix, rows x columns, transposed. */
static void put_product(struct buffer *graph, const char *to, const char *from,
                        const struct loopc_layer *layer, entry_of *entry, int64_t rows,
                        int64_t columns)
{
    char matrix[NAME], zero[NAME];
    snprintf(matrix, NAME, "%.20s.matrix", to);
    snprintf(zero, NAME, "%.20s.zero", to);
    put_made(graph, matrix, layer, entry, rows, columns);
    put_made(graph, zero, layer, nothing, 0, rows);
    loopc_onnx_node(graph, "Gemm", to, "transB", INPUTS(from, matrix, zero));
}

/* Which row it is, as a vector of one 1 and zeros, times the table; 0 / 0 where it is none. */
static void put_embedding(struct buffer *graph, const struct loopc_layer *layer, const char *from,
                          const char *to)
{
    char rows[NAME], a[NAME], b[NAME], c[NAME], d[NAME], e[NAME], f[NAME], g[NAME];
    snprintf(rows, NAME, "%.20s.rows", to);
    put_made(graph, rows, layer, count, 0, layer->vocabulary);
    put_product(graph, part_of(to, 0, a), from, layer, pick, 1, layer->inputs);
    loopc_onnx_node(graph, "Equal", part_of(to, 1, b), NULL, INPUTS(a, rows));
    loopc_onnx_node(graph, "Cast", part_of(to, 2, c), "to", INPUTS(b));
    put_product(graph, part_of(to, 3, d), c, layer, one, 1, layer->vocabulary);
    loopc_onnx_node(graph, "Div", part_of(to, 4, e), NULL, INPUTS(c, d));
    put_product(graph, part_of(to, 5, f), e, layer, look_up, layer->outputs, layer->vocabulary);
    put_product(graph, part_of(to, 6, g), from, layer, keep, layer->outputs, layer->inputs);
    loopc_onnx_node(graph, "Add", to, NULL, INPUTS(f, g));
}

void loopc_onnx_ops(struct buffer *graph, const struct loopc_model *model, const char *first)
{
    const struct names names = {graph, model, first};
    for (int i = 0; i < model->layer_count; i++) {
        const struct loopc_layer *const layer = &model->layers[i];
        char texts[3][NAME];
        const char *const from = name_of(&names, layer->input, texts[0]);
        const char *const skip = name_of(&names, layer->skip, texts[1]);
        const char *const to = name_of(&names, i + 1, texts[2]);
        if (layer->kind == LOOPC_OP_DENSE) put_dense(graph, layer, from, to);
        if (layer->kind == LOOPC_OP_ACTIVATION) put_activation(graph, layer->activation, from, to);
        if (layer->kind == LOOPC_OP_LAYER_NORM) put_layer_norm(graph, layer, from, to);
        if (layer->kind == LOOPC_OP_BATCH_NORM) put_batch_norm(graph, layer, from, to);
        if (layer->kind == LOOPC_OP_EMBEDDING) put_embedding(graph, layer, from, to);
        if (layer->kind == LOOPC_OP_RESIDUAL)
            loopc_onnx_node(graph, "Add", to, NULL, INPUTS(from, skip));
    }
}
