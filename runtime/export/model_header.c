/* Models as C: constant arrays and a predict function, for where there is nothing else. */
#include "export/model.h"
#include "base/version.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* A header on its way out. */
struct header {
    const struct loopc_model *model;
    FILE *file;
    char name[256]; /* what all its names begin with: digits_net */
    bool finite;    /* so far */
};

static void name_it(struct header *h)
{
    snprintf(h->name, sizeof h->name, "%s_%s", h->model->program->name, h->model->net->name);
    for (char *c = h->name; *c; c++) {
        if (!isalnum((unsigned char)*c)) *c = '_';
    }
}

/* As few digits as read back to the same value. */
static void write_number(struct header *h, float value)
{
    const struct loopc_field one = {.type = LOOPC_F32, .count = 1};
    char text[64];
    if (!isfinite(value)) h->finite = false;
    loopc_field_format(&one, &value, 0, text, sizeof text);
    fprintf(h->file, "%s%sf", text, strpbrk(text, ".e") ? "" : ".0");
}

static void begin_array(const struct header *h, const char *letter, int i, size_t count)
{
    fprintf(h->file, "static const float %s_%s%d[%zu] = {", h->name, letter, i, count);
}

static void write_place(struct header *h, size_t i, float value)
{
    fputs(i == 0 ? "\n    " : i % 8 == 0 ? ",\n    " : ", ", h->file);
    write_number(h, value);
}

static void write_array(struct header *h, const char *letter, int i, const float *values,
                        size_t count)
{
    begin_array(h, letter, i, count);
    for (size_t k = 0; k < count; k++)
        write_place(h, k, values[k]);
    fputs("};\n\n", h->file);
}

static void write_scale(struct header *h)
{
    const struct loopc_model *model = h->model;
    fputs("/* inputs are scaled: (x - mean) * factor */\n", h->file);
    for (int part = 0; part < 2; part++) {
        fprintf(h->file, "static const float %s_%s[%" PRId32 "] = {", h->name,
                part ? "factor" : "mean", model->inputs);
        for (int32_t i = 0; i < model->inputs; i++)
            write_place(h, (size_t)i, part ? loopc_model_factor(model, i) : (float)model->mean[i]);
        fputs("};\n\n", h->file);
    }
}

static void write_arrays(struct header *h)
{
    for (int i = 0; i < h->model->net->layers; i++) {
        const struct loopc_layer *layer = &h->model->layers[i];
        const size_t outputs = (size_t)layer->outputs;
        fprintf(h->file, "/* layer %d: weights, a row an output, and biases */\n", i);
        write_array(h, "w", i, layer->weights, outputs * (size_t)layer->inputs);
        write_array(h, "b", i, layer->biases, outputs);
    }
    if (h->model->mean) write_scale(h);
}

/* What it is, how it is used, and its sizes. */
static void write_top(const struct header *h)
{
    const struct loopc_model *model = h->model;
    char guard[sizeof h->name];
    snprintf(guard, sizeof guard, "%s", h->name);
    for (char *c = guard; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    fprintf(h->file, "/* %s of %s: %" PRId32, model->net->name, model->program->name,
            model->inputs);
    for (int i = 0; i < model->net->layers; i++)
        fprintf(h->file, "-%" PRId32, model->layers[i].outputs);
    fprintf(h->file, ", %s. Made by loopc %s. Plain C11, no memory but the stack.\n *\n",
            model->net->output, LOOPC_VERSION);
    fprintf(h->file, " *     float y[%s_outputs];\n *     %s_predict(x, y);\n */\n", h->name,
            h->name);
    fprintf(h->file, "#ifndef %s_H\n#define %s_H\n\n#include <math.h>\n\n", guard, guard);
    fprintf(h->file, "enum { %s_inputs = %" PRId32 ", %s_outputs = %" PRId32 " };\n\n", h->name,
            model->inputs, h->name, model->outputs);
}

static const char layer_text[] =
    "/* y = W x + b */\n"
    "static inline void %s_layer(const float *w, const float *b, const float *x, int inputs,\n"
    "                            float *y, int outputs)\n"
    "{\n"
    "    for (int j = 0; j < outputs; j++, w += inputs) {\n"
    "        y[j] = b[j];\n"
    "        for (int k = 0; k < inputs; k++)\n"
    "            y[j] += w[k] * x[k];\n"
    "    }\n"
    "}\n\n";

/* It is always the last one. */
static void write_softmax(const struct header *h)
{
    const char *name = h->name;
    fprintf(h->file,
            "    float largest = y[0], sum = 0;\n"
            "    for (int i = 1; i < %s_outputs; i++)\n"
            "        largest = y[i] > largest ? y[i] : largest;\n"
            "    for (int i = 0; i < %s_outputs; i++) {\n"
            "        y[i] = expf(y[i] - largest);\n"
            "        sum += y[i];\n"
            "    }\n"
            "    for (int i = 0; i < %s_outputs; i++)\n"
            "        y[i] /= sum;\n",
            name, name, name);
}

static void write_activation(const struct header *h, const struct loopc_layer *layer, const char *a)
{
    const char *activation = layer->activation;
    if (!strcmp(activation, "softmax")) write_softmax(h);
    if (!strcmp(activation, "softmax") || !strcmp(activation, "identity")) return;
    fprintf(h->file, "    for (int i = 0; i < %" PRId32 "; i++)\n        ", layer->outputs);
    if (!strcmp(activation, "relu")) fprintf(h->file, "%s[i] = %s[i] < 0 ? 0 : %s[i];\n", a, a, a);
    if (!strcmp(activation, "tanh")) fprintf(h->file, "%s[i] = tanhf(%s[i]);\n", a, a);
    if (!strcmp(activation, "sigmoid")) fprintf(h->file, "%s[i] = 1 / (1 + expf(-%s[i]));\n", a, a);
}

static void write_scaling(const struct header *h)
{
    const char *name = h->name;
    fprintf(h->file,
            "    float scaled[%s_inputs];\n    for (int i = 0; i < %s_inputs; i++)\n"
            "        scaled[i] = (x[i] - %s_mean[i]) * %s_factor[i];\n",
            name, name, name, name);
}

/* Arrays of their own for the inputs, when they are scaled, and for each hidden layer: a0, a1
 * ... */
static void write_predict(const struct header *h)
{
    const struct loopc_model *model = h->model;
    const int count = model->net->layers;
    const char *from = "x";
    char names[2][16] = {"scaled", ""};
    fprintf(h->file, "/* The outputs y for the inputs x. */\n");
    fprintf(h->file, "static inline void %s_predict(const float *x, float *y)\n{\n", h->name);
    if (model->mean) {
        write_scaling(h);
        from = names[0];
    }
    for (int i = 0; i < count; i++) {
        const struct loopc_layer *layer = &model->layers[i];
        char *to = names[(i + 1) % 2];
        if (i + 1 < count)
            snprintf(to, sizeof names[0], "a%d", i);
        else
            strcpy(to, "y");
        if (i + 1 < count) fprintf(h->file, "    float %s[%" PRId32 "];\n", to, layer->outputs);
        fprintf(h->file, "    %s_layer(%s_w%d, %s_b%d, %s, %d, %s, %d);\n", h->name, h->name, i,
                h->name, i, from, (int)layer->inputs, to, (int)layer->outputs);
        write_activation(h, layer, to);
        from = to;
    }
    fputs("}\n\n", h->file);
}

static void write_class(const struct header *h)
{
    fprintf(h->file,
            "/* The class that the outputs y name: the index of the largest. */\n"
            "static inline int %s_class(const float *y)\n{\n    int best = 0;\n"
            "    for (int i = 1; i < %s_outputs; i++)\n        best = y[i] > y[best] ? i : best;\n"
            "    return best;\n}\n\n",
            h->name, h->name);
}

int loopc_model_header(const struct loopc_model *model, const char *path,
                       const struct loopc_message *message)
{
    struct header h = {.model = model, .finite = true};
    h.file = loopc_model_open(path, message);
    if (!h.file) return LOOPC_FAILED;
    name_it(&h);
    write_top(&h);
    write_arrays(&h);
    fprintf(h.file, layer_text, h.name);
    write_predict(&h);
    if (model->outputs > 1) write_class(&h);
    fputs("#endif\n", h.file);
    if (loopc_model_close(h.file, path, message)) return LOOPC_FAILED;
    if (h.finite) return LOOPC_OK;
    return loopc_error_set(message, NULL, "%s: a weight is no finite number, which C cannot write",
                           path);
}
