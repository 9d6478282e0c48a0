#include "export/model_deep.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 32 };

static void write_folded(struct loopc_c_header *h, int i)
{
    const struct loopc_layer *layer = &h->model->layers[i];
    const size_t count = (size_t)layer->outputs;
    float *const numbers = malloc(2 * count * sizeof *numbers);
    if (!numbers) {
        h->finite = false;
        return;
    }
    for (int32_t k = 0; k < layer->outputs; k++)
        loopc_model_fold(layer, k, numbers + k, numbers + count + (size_t)k);
    loopc_header_array(h, "w", i, numbers, count);
    loopc_header_array(h, "b", i, numbers + count, count);
    free(numbers);
}

static void write_table(struct loopc_c_header *h, int i)
{
    const struct loopc_layer *layer = &h->model->layers[i];
    fprintf(h->file, "/* operation %d: a table, a row an index of column %" PRId32 " */\n", i,
            layer->column);
    loopc_header_array(h, "w", i, layer->weights, (size_t)layer->vocabulary * (size_t)layer->width);
}

void loopc_header_weights(struct loopc_c_header *h)
{
    for (int i = 0; i < h->model->layer_count; i++) {
        const struct loopc_layer *layer = &h->model->layers[i];
        const size_t outputs = (size_t)layer->outputs;
        if (!layer->weights) continue;
        if (layer->kind == LOOPC_OP_EMBEDDING) {
            write_table(h, i);
            continue;
        }
        fprintf(h->file, "/* operation %d: %s */\n", i,
                layer->kind == LOOPC_OP_DENSE ? "weights, a row an output, and biases"
                                              : "factors and what is added");
        if (layer->kind == LOOPC_OP_BATCH_NORM) {
            write_folded(h, i);
            continue;
        }
        const bool is_dense = layer->kind == LOOPC_OP_DENSE;
        loopc_header_array(h, "w", i, layer->weights,
                           outputs * (is_dense ? (size_t)layer->inputs : 1));
        loopc_header_array(h, "b", i, layer->biases, outputs);
    }
}

/* Activations as expressions of z. */
static const struct {
    const char *name, *text;
} texts[] = {
    {"relu", "z < 0 ? 0 : z"},
    {"tanh", "tanhf(z)"},
    {"sigmoid", "1 / (1 + expf(-z))"},
    {"leaky_relu", "z < 0 ? 0.01f * z : z"},
    {"elu", "z < 0 ? expm1f(z) : z"},
    {"selu", "z < 0 ? 1.75809934f * expm1f(z) : 1.05070099f * z"},
    {"gelu", "0.5f * z * erfcf(-0.707106781f * z)"},
    {"gelu_tanh", "z / (1 + expf(-1.59576912f * (z + 0.044715f * z * z * z)))"},
    {"silu", "z / (1 + expf(-z))"},
    {"mish", "z * tanhf(z > 20 ? z : log1pf(expf(z)))"},
    {"softplus", "(z > 0 ? z : 0) + log1pf(expf(-fabsf(z)))"},
    {"softsign", "z / (1 + fabsf(z))"},
    {"hard_tanh", "z < -1 ? -1 : z > 1 ? 1 : z"},
    {"hard_sigmoid", "z < -3 ? 0 : z > 3 ? 1 : z / 6 + 0.5f"},
    {"hard_swish", "z < -3 ? 0 : z > 3 ? z : z * (z / 6 + 0.5f)"},
};

/* It is always the last one. */
static void write_softmax(const struct loopc_c_header *h, const struct loopc_layer *layer,
                          const char *from, const char *to)
{
    const int outputs = (int)layer->outputs;
    const bool is_log = !strcmp(layer->activation, "log_softmax");
    fprintf(
        h->file,
        "    float largest = %s[0], sum = 0;\n"
        "    for (int i = 1; i < %d; i++)\n        largest = %s[i] > largest ? %s[i] : largest;\n"
        "    for (int i = 0; i < %d; i++)\n        sum += expf(%s[i] - largest);\n"
        "    for (int i = 0; i < %d; i++)\n        %s[i] = %s;\n",
        from, outputs, from, from, outputs, from, outputs, to,
        is_log ? "v_last[i] - largest - logf(sum)" : "expf(v_last[i] - largest) / sum");
}

static void write_activation(const struct loopc_c_header *h, const struct loopc_layer *layer,
                             const char *from, const char *to)
{
    const char *name = layer->activation, *text = "z";
    if (!strcmp(name, "identity") && !strcmp(from, to)) return;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!strcmp(name, texts[i].name)) text = texts[i].text;
    }
    fprintf(h->file,
            "    for (int i = 0; i < %" PRId32 "; i++) {\n        const float z = %s[i];\n"
            "        %s[i] = %s;\n    }\n",
            layer->outputs, from, to, text);
}

static void write_layer_norm(const struct loopc_c_header *h, const struct loopc_layer *layer, int i,
                             const char *from, const char *to)
{
    const int width = (int)layer->outputs;
    fprintf(
        h->file,
        "    float mean%d = 0, variance%d = 0;\n"
        "    for (int i = 0; i < %d; i++)\n        mean%d += %s[i] / %d;\n"
        "    for (int i = 0; i < %d; i++)\n"
        "        variance%d += (%s[i] - mean%d) * (%s[i] - mean%d) / %d;\n"
        "    for (int i = 0; i < %d; i++)\n"
        "        %s[i] = (%s[i] - mean%d) / sqrtf(variance%d + %.9gf) * %s_w%d[i] + %s_b%d[i];\n",
        i, i, width, i, from, width, width, i, from, i, from, i, width, width, to, from, i, i,
        (double)layer->epsilon, h->name, i, h->name, i);
}

/* The other columns, then a row of the table; NaN for an index that it does not have. */
static void write_embedding(const struct loopc_c_header *h, const struct loopc_layer *layer, int i,
                            const char *from, const char *to)
{
    const int rest = (int)layer->inputs - 1, column = (int)layer->column;
    const int width = (int)layer->width;
    fprintf(h->file, "    const float at%d = %s[%d];\n", i, from, column);
    fprintf(h->file,
            "    const int row%d =\n"
            "        at%d >= 0 && at%d < %d && at%d == (float)(int)at%d ? (int)at%d : -1;\n",
            i, i, i, (int)layer->vocabulary, i, i, i);
    if (rest > 0)
        fprintf(h->file, "    for (int i = 0; i < %d; i++)\n        %s[i] = %s[i + (i >= %d)];\n",
                rest, to, from, column);
    fprintf(h->file,
            "    for (int i = 0; i < %d; i++)\n"
            "        %s[%d + i] = row%d < 0 ? (float)NAN : %s_w%d[row%d * %d + i];\n",
            width, to, rest, i, h->name, i, i, width);
}

/* The array of a value: what a dropout makes is what it was given. */
static void name_value(const struct loopc_c_header *h, int value, const char *first,
                       char text[NAME])
{
    while (value > 0 && h->model->layers[value - 1].kind == LOOPC_OP_DROPOUT)
        value = h->model->layers[value - 1].input;
    if (value == 0 || value == h->model->layer_count)
        snprintf(text, NAME, "%s", value == 0 ? first : "y");
    else
        snprintf(text, NAME, "v%d", value);
}

static void write_op(const struct loopc_c_header *h, int i, const char *first)
{
    const struct loopc_layer *layer = &h->model->layers[i];
    char from[NAME], to[NAME], skip[NAME];
    name_value(h, layer->input, first, from);
    name_value(h, layer->skip, first, skip);
    name_value(h, i + 1, first, to);
    if (layer->kind == LOOPC_OP_DROPOUT) return;
    if (i + 1 < h->model->layer_count)
        fprintf(h->file, "    float %s[%" PRId32 "];\n", to, layer->outputs);
    if (layer->kind == LOOPC_OP_DENSE) {
        fprintf(h->file, "    %s_layer(%s_w%d, %s_b%d, %s, %d, %s, %d);\n", h->name, h->name, i,
                h->name, i, from, (int)layer->inputs, to, (int)layer->outputs);
        write_activation(h, layer, to, to);
    } else if (strstr(layer->activation, "softmax")) {
        fprintf(h->file, "    const float *const v_last = %s;\n", from);
        write_softmax(h, layer, from, to);
    } else if (layer->kind == LOOPC_OP_ACTIVATION) {
        write_activation(h, layer, from, to);
    } else if (layer->kind == LOOPC_OP_EMBEDDING) {
        write_embedding(h, layer, i, from, to);
    } else if (layer->kind == LOOPC_OP_LAYER_NORM) {
        write_layer_norm(h, layer, i, from, to);
    } else if (layer->kind == LOOPC_OP_BATCH_NORM) {
        fprintf(
            h->file,
            "    for (int i = 0; i < %d; i++)\n        %s[i] = %s[i] * %s_w%d[i] + %s_b%d[i];\n",
            (int)layer->outputs, to, from, h->name, i, h->name, i);
    } else {
        fprintf(h->file, "    for (int i = 0; i < %d; i++)\n        %s[i] = %s[i] + %s[i];\n",
                (int)layer->outputs, to, from, skip);
    }
}

void loopc_header_ops(const struct loopc_c_header *h, const char *first)
{
    for (int i = 0; i < h->model->layer_count; i++)
        write_op(h, i, first);
}
