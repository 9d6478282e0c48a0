/* Models as C: constant arrays and a predict function, for where there is nothing else. */
#include "export/model_deep.h"
#include "base/version.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

static void name_it(struct loopc_c_header *h)
{
    snprintf(h->name, sizeof h->name, "%s_%s", h->model->program->name, h->model->net->name);
    for (char *c = h->name; *c; c++) {
        if (!isalnum((unsigned char)*c)) *c = '_';
    }
}

/* As few digits as read back to the same value. */
static void write_number(struct loopc_c_header *h, float value)
{
    const struct loopc_field one = {.type = LOOPC_F32, .count = 1};
    char text[64];
    if (!isfinite(value)) h->finite = false;
    loopc_field_format(&one, &value, 0, text, sizeof text);
    fprintf(h->file, "%s%sf", text, strpbrk(text, ".e") ? "" : ".0");
}

static void begin_array(const struct loopc_c_header *h, const char *letter, int i, size_t count)
{
    fprintf(h->file, "static const float %s_%s%d[%zu] = {", h->name, letter, i, count);
}

void loopc_header_value(struct loopc_c_header *h, size_t i, float value)
{
    fputs(i == 0 ? "\n    " : i % 8 == 0 ? ",\n    " : ", ", h->file);
    write_number(h, value);
}

void loopc_header_array(struct loopc_c_header *h, const char *letter, int i, const float *values,
                        size_t count)
{
    begin_array(h, letter, i, count);
    for (size_t k = 0; k < count; k++)
        loopc_header_value(h, k, values[k]);
    fputs("};\n\n", h->file);
}

static void write_halves(struct loopc_c_header *h, const char *name, const double *values)
{
    for (int low = 0; low < 2; low++) {
        fprintf(h->file, "static const float %s_%s%s[%" PRId32 "] = {", h->name, name,
                low ? "_low" : "", h->model->inputs);
        for (int32_t i = 0; i < h->model->inputs; i++)
            loopc_header_value(h, (size_t)i, low ? loopc_low(values[i]) : loopc_high(values[i]));
        fputs("};\n", h->file);
    }
    fputc('\n', h->file);
}

/* A column without a fill has NAN: the comparison that finds missing inputs leaves them as they
 * are. */
static void write_fills(struct loopc_c_header *h)
{
    const struct loopc_model *model = h->model;
    fputs("/* the value of a missing input (NAN); NAN: no input was missing in training */\n",
          h->file);
    for (int low = 0; low < 2; low++) {
        fprintf(h->file, "static const float %s_fill%s[%" PRId32 "] = {", h->name,
                low ? "_low" : "", model->inputs);
        for (int32_t i = 0; i < model->inputs; i++) {
            fputs(i == 0 ? "\n    " : i % 8 == 0 ? ",\n    " : ", ", h->file);
            if (isnan(model->fill[i]))
                fputs(low ? "0.0f" : "NAN", h->file);
            else
                write_number(h, low ? loopc_low(model->fill[i]) : loopc_high(model->fill[i]));
        }
        fputs("};\n", h->file);
    }
    fputc('\n', h->file);
}

static void write_scale(struct loopc_c_header *h)
{
    const struct loopc_model *model = h->model;
    if (model->fill) write_fills(h);
    if (!model->x.mean) return;
    fputs("/* inputs are scaled: (x - mean - mean_low) * factor; a mean is in two floats */\n",
          h->file);
    write_halves(h, "mean", model->x.mean);
    fprintf(h->file, "static const float %s_factor[%" PRId32 "] = {", h->name, model->inputs);
    for (int32_t i = 0; i < model->inputs; i++)
        loopc_header_value(h, (size_t)i, loopc_model_factor(model, i));
    fputs("};\n\n", h->file);
}

/* Targets were scaled: outputs are brought back to the units of the file. */
static void write_target_scale(struct loopc_c_header *h)
{
    const struct loopc_model *model = h->model;
    if (!model->y.mean) return;
    fputs("/* outputs are in the units of the file: y * divisor + mean */\n", h->file);
    for (int part = 0; part < 2; part++) {
        fprintf(h->file, "static const float %s_target_%s[%" PRId32 "] = {", h->name,
                part ? "divisor" : "mean", model->outputs);
        for (int32_t i = 0; i < model->outputs; i++)
            loopc_header_value(h, (size_t)i,
                               (float)(part ? model->y.divisor[i] : model->y.mean[i]));
        fputs("};\n\n", h->file);
    }
}

static void write_arrays(struct loopc_c_header *h)
{
    if (h->model->net->ops) h->model->net->deep->weights(h);
    for (int i = 0; !h->model->net->ops && i < h->model->layer_count; i++) {
        const struct loopc_layer *layer = &h->model->layers[i];
        const size_t outputs = (size_t)layer->outputs;
        fprintf(h->file, "/* layer %d: weights, a row an output, and biases */\n", i);
        loopc_header_array(h, "w", i, layer->weights, outputs * (size_t)layer->inputs);
        loopc_header_array(h, "b", i, layer->biases, outputs);
    }
    write_scale(h);
    write_target_scale(h);
}

/* The title, the use and the sizes. */
static void write_top(const struct loopc_c_header *h)
{
    const struct loopc_model *model = h->model;
    char guard[sizeof h->name];
    snprintf(guard, sizeof guard, "%s", h->name);
    for (char *c = guard; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    fprintf(h->file, "/* %s of %s: %" PRId32, model->net->name, model->program->name,
            model->inputs);
    for (int i = 0; i < model->layer_count; i++) {
        if (model->layers[i].kind == LOOPC_OP_DENSE)
            fprintf(h->file, "-%" PRId32, model->layers[i].outputs);
    }
    fprintf(h->file, ", %s. Made by loopc %s. Plain C11, no memory but the stack.\n *\n",
            model->net->output, LOOPC_VERSION);
    fprintf(h->file,
            " *     float y[%s_outputs];\n *     %s_predict(x, y);\n *\n"
            " * %s_self_check() is 0 where this machine gets the outputs that loopc gets.\n */\n",
            h->name, h->name, h->name);
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
static void write_softmax(const struct loopc_c_header *h)
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

static void write_activation(const struct loopc_c_header *h, const struct loopc_layer *layer,
                             const char *a)
{
    const char *activation = layer->activation;
    if (!strcmp(activation, "softmax")) write_softmax(h);
    if (!strcmp(activation, "softmax") || !strcmp(activation, "identity")) return;
    fprintf(h->file, "    for (int i = 0; i < %" PRId32 "; i++)\n        ", layer->outputs);
    if (!strcmp(activation, "relu")) fprintf(h->file, "%s[i] = %s[i] < 0 ? 0 : %s[i];\n", a, a, a);
    if (!strcmp(activation, "tanh")) fprintf(h->file, "%s[i] = tanhf(%s[i]);\n", a, a);
    if (!strcmp(activation, "sigmoid")) fprintf(h->file, "%s[i] = 1 / (1 + expf(-%s[i]));\n", a, a);
}

/* The statements that make scaled[] of x, floats or doubles. */
static void write_scaling(const struct loopc_c_header *h, bool doubles)
{
    const struct loopc_model *model = h->model;
    const char *name = h->name, *type = doubles ? "double" : "float";
    fprintf(h->file,
            "    float scaled[%s_inputs];\n    for (int i = 0; i < %s_inputs; i++) {\n"
            "        %s value = x[i];\n",
            name, name, type);
    if (model->fill && doubles)
        fprintf(h->file,
                "        if (isnan(value)) value = (double)%s_fill[i] + (double)%s_fill_low[i];\n",
                name, name);
    else if (model->fill)
        fprintf(h->file, "        if (isnan(value)) value = %s_fill[i];\n", name);
    if (model->x.mean && doubles)
        fprintf(h->file,
                "        value = (value - (double)%s_mean[i] - (double)%s_mean_low[i]) * "
                "(double)%s_factor[i];\n",
                name, name, name);
    else if (model->x.mean)
        fprintf(h->file, "        value = (value - %s_mean[i] - %s_mean_low[i]) * %s_factor[i];\n",
                name, name, name);
    fprintf(h->file, "        scaled[i] = %svalue;\n    }\n", doubles ? "(float)" : "");
}

bool loopc_header_prepares(const struct loopc_model *model)
{
    return model->x.mean || model->fill;
}

/* Arrays of their own for each hidden layer: a0, a1 ... */
static void write_layers(const struct loopc_c_header *h, const char *first)
{
    const struct loopc_model *model = h->model;
    const int count = model->net->ops ? 0 : model->layer_count;
    const char *from = first;
    char names[2][16] = {"", ""};
    if (model->net->ops) model->net->deep->statements(h, first);
    for (int i = 0; i < count; i++) {
        const struct loopc_layer *layer = &model->layers[i];
        char *to = names[i % 2];
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
    if (model->y.mean)
        fprintf(h->file,
                "    for (int i = 0; i < %s_outputs; i++)\n"
                "        y[i] = y[i] * %s_target_divisor[i] + %s_target_mean[i];\n",
                h->name, h->name, h->name);
}

/* The net on inputs that are scaled already, then predict for floats and, where inputs are scaled,
 * for doubles, which are more precise; the macro takes the one that fits. */
static void write_predict(const struct loopc_c_header *h)
{
    const char *name = h->name;
    if (!loopc_header_prepares(h->model)) {
        fprintf(h->file,
                "/* The outputs y for the inputs x. */\n"
                "static inline void %s_predict(const float *x, float *y)\n{\n",
                name);
        write_layers(h, "x");
        fputs("}\n\n", h->file);
        return;
    }
    fprintf(h->file,
            "/* The outputs y for inputs that are scaled. */\n"
            "static inline void %s_forward(const float *scaled, float *y)\n{\n",
            name);
    write_layers(h, "scaled");
    fputs("}\n\n", h->file);
    for (int doubles = 0; doubles < 2; doubles++) {
        fprintf(h->file,
                "/* The outputs y for the inputs x%s. */\n"
                "static inline void %s_predict%s(const %s *x, float *y)\n{\n",
                doubles ? ", which have more digits than a float" : "", name,
                doubles ? "_double" : "", doubles ? "double" : "float");
        write_scaling(h, doubles);
        fprintf(h->file, "    %s_forward(scaled, y);\n}\n\n", name);
    }
}

static void write_macro(const struct loopc_c_header *h)
{
    const char *name = h->name;
    if (!loopc_header_prepares(h->model)) return;
    fprintf(
        h->file,
        "/* %s_predict takes floats or doubles. A macro takes a compound literal in parentheses:\n"
        " * ((float[]){1, 2}). */\n"
        "#ifndef __cplusplus\n#define %s_predict(x, y) \\\n    _Generic((x), double *: "
        "%s_predict_double, const double *: %s_predict_double, default: %s_predict)(x, y)\n"
        "#endif\n\n",
        name, name, name, name, name);
}

/* As a string of C; bytes outside of ASCII as octal escapes. */
static void write_string(const struct loopc_c_header *h, const char *text)
{
    fputc('"', h->file);
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\' || *c == '?')
            fprintf(h->file, "\\%c", *c);
        else if (*c < ' ' || *c > '~')
            fprintf(h->file, "\\%03o", *c);
        else
            fputc(*c, h->file);
    }
    fputc('"', h->file);
}

typedef const char *namer(const struct loopc_model *model, int32_t i, char *text, size_t size);

/* A function that names one of `count` things. */
static void write_names(const struct loopc_c_header *h, const char *what, const char *doc,
                        int32_t count, namer *name)
{
    char text[LOOPC_MODEL_NAME];
    fprintf(h->file, "/* %s */\nstatic inline const char *%s_%s(int i)\n{\n", doc, h->name, what);
    fprintf(h->file, "    static const char *const names[%" PRId32 "] = {", count);
    for (int32_t i = 0; i < count; i++) {
        fputs(i == 0 ? "\n        " : ",\n        ", h->file);
        write_string(h, name(h->model, i, text, sizeof text));
    }
    fputs("};\n    return names[i];\n}\n\n", h->file);
}

static void write_all_names(const struct loopc_c_header *h)
{
    const struct loopc_model *model = h->model;
    const bool classes = loopc_model_has_classes(model);
    const bool named = model->table && model->table->has_names;
    if (classes && (model->output_names || (model->table && model->fit.classes > 0)))
        write_names(h, "class_name", "The name of a class.", model->outputs, loopc_model_class);
    if (named || model->input_names)
        write_names(h, "input_name", "The name of input i, x[i].", model->inputs,
                    loopc_model_input);
    if (!classes && (named || model->output_names))
        write_names(h, "output_name", "The name of output i, y[i].", model->outputs,
                    loopc_model_output);
}

static void write_class(const struct loopc_c_header *h)
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
    struct loopc_c_header h = {.model = model, .finite = true};
    h.file = loopc_model_open(path, message);
    if (!h.file) return LOOPC_FAILED;
    name_it(&h);
    write_top(&h);
    write_arrays(&h);
    fprintf(h.file, layer_text, h.name);
    write_predict(&h);
    const int st = loopc_header_check(&h);
    write_macro(&h);
    if (model->outputs > 1) write_class(&h);
    write_all_names(&h);
    fputs("#endif\n", h.file);
    if (loopc_model_close(h.file, path, message)) return LOOPC_FAILED;
    if (st) return loopc_error_set(message, NULL, "%s: out of memory", path);
    if (h.finite) return LOOPC_OK;
    return loopc_error_set(message, NULL, "%s: a weight is not finite, which C cannot write", path);
}
