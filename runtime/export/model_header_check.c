/* The test vectors of a C header: rows of inputs, and the outputs that the kernels of the trainer
 * give for them. */
#include "export/model_deep.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { ROWS = 3 };

/* What is calculated for a header. */
struct vectors {
    const struct loopc_model *model;
    int32_t *vocabulary; /* of each input that is an index, else 0 */
    double *x;           /* ROWS rows of inputs, as predict takes them */
    float *scaled;       /* the same as the net takes them */
    float *y;            /* ROWS rows of outputs, in the units of the file */
};

/* Which inputs are indices: each embedding takes one of the columns that are left. */
static void find_indices(const struct vectors *v, int32_t *left)
{
    const struct loopc_model *model = v->model;
    int32_t count = model->inputs;
    for (int32_t i = 0; i < count; i++)
        left[i] = i;
    for (int i = 0; i < model->layer_count; i++) {
        const struct loopc_layer *layer = &model->layers[i];
        if (layer->kind != LOOPC_OP_EMBEDDING || layer->column >= count) return;
        v->vocabulary[left[layer->column]] = layer->vocabulary;
        count--;
        for (int32_t k = layer->column; k < count; k++)
            left[k] = left[k + 1];
    }
}

/* A column that a net could be given, in its own scale: indices count up, others are in -1 to 1. */
static double pattern(const struct vectors *v, int row, int32_t i)
{
    const int32_t vocabulary = v->vocabulary[i];
    if (vocabulary > 0) return (double)((row + i) % vocabulary);
    return (double)((i * 7 + row * 5) % 11 - 5) / 5;
}

static void make_input(const struct vectors *v, int row, int32_t i)
{
    const struct loopc_model *model = v->model;
    const size_t at = (size_t)row * (size_t)model->inputs + (size_t)i;
    const double mean = model->x.mean ? model->x.mean[i] : 0;
    const double divisor = model->x.mean ? model->x.divisor[i] : 1;
    const bool scales = fabs(divisor) > 0;
    double value = mean + (scales ? divisor : 1) * pattern(v, row, i);
    if (!loopc_header_prepares(model)) value = (double)(float)value;
    v->x[at] = value;
    /* in the last row each input that training knows how to fill is missing */
    if (row == ROWS - 1 && model->fill && !isnan(model->fill[i])) {
        v->x[at] = NAN;
        value = model->fill[i];
    }
    v->scaled[at] = (float)(scales ? (value - mean) / divisor : 0);
}

static int calculate(const struct vectors *v)
{
    const struct loopc_model *model = v->model;
    struct loopc_forward *forward = loopc_forward_new(model, ROWS);
    if (!forward) return LOOPC_FAILED;
    for (int row = 0; row < ROWS; row++) {
        for (int32_t i = 0; i < model->inputs; i++)
            make_input(v, row, i);
    }
    const float *y = loopc_forward_run(forward, v->scaled, ROWS);
    for (int32_t i = 0; i < ROWS * model->outputs; i++) {
        const int32_t k = i % model->outputs;
        v->y[i] = y[i];
        if (model->y.mean) v->y[i] = (float)((double)y[i] * model->y.divisor[k] + model->y.mean[k]);
    }
    loopc_forward_free(forward);
    return LOOPC_OK;
}

/* How far an output may be off: a ten-thousandth of its range over the rows, and the rounding of
 * its mean. */
static float tolerance(const struct vectors *v, int32_t k)
{
    const struct loopc_model *model = v->model;
    double largest = 0;
    for (int32_t i = 0; i < ROWS * model->outputs; i++)
        largest = fmax(largest, model->y.mean ? 0 : fabs((double)v->y[i]));
    for (int row = 0; model->y.mean && row < ROWS; row++) {
        const double y = (double)v->y[row * model->outputs + k];
        largest = fmax(largest, fabs(y - model->y.mean[k]));
    }
    const double floor = model->y.mean ? fabs(model->y.divisor[k]) : 0;
    const double rounding = model->y.mean ? fabs(model->y.mean[k]) * 4e-7 : 0;
    return (float)fmax(fmax(largest, floor) * 1e-4 + rounding, (double)FLT_MIN);
}

static void write_inputs(struct loopc_c_header *h, const struct vectors *v)
{
    const int32_t count = ROWS * v->model->inputs;
    const bool prepares = loopc_header_prepares(v->model);
    fprintf(h->file, "static const %s %s_test_x[%" PRId32 "] = {", prepares ? "double" : "float",
            h->name, count);
    for (int32_t i = 0; i < count; i++) {
        if (!prepares) {
            loopc_header_value(h, (size_t)i, (float)v->x[i]);
            continue;
        }
        fputs(i == 0 ? "\n    " : i % 4 == 0 ? ",\n    " : ", ", h->file);
        if (isnan(v->x[i]))
            fputs("(double)NAN", h->file);
        else
            fprintf(h->file, "%.17g", v->x[i]);
    }
    fputs("};\n", h->file);
}

static void write_outputs(struct loopc_c_header *h, const struct vectors *v)
{
    const int32_t outputs = v->model->outputs;
    fprintf(h->file, "static const float %s_test_y[%" PRId32 "] = {", h->name, ROWS * outputs);
    for (int32_t i = 0; i < ROWS * outputs; i++)
        loopc_header_value(h, (size_t)i, v->y[i]);
    fprintf(h->file, "};\nstatic const float %s_tolerance[%" PRId32 "] = {", h->name, outputs);
    for (int32_t k = 0; k < outputs; k++)
        loopc_header_value(h, (size_t)k, tolerance(v, k));
    fputs("};\n\n", h->file);
}

static const char function[] =
    "/* 0 where %s_predict gets these outputs on this machine; else the number of the row, from 1 "
    "on. */\n"
    "static inline int %s_self_check(void)\n{\n"
    "    float y[%s_outputs];\n"
    "    for (int row = 0; row < %d; row++) {\n"
    "        %s_predict%s(%s_test_x + row * %s_inputs, y);\n"
    "        for (int i = 0; i < %s_outputs; i++) {\n"
    "            const float error = fabsf(y[i] - %s_test_y[row * %s_outputs + i]);\n"
    "            if (!(error <= %s_tolerance[i])) return row + 1;\n"
    "        }\n    }\n    return 0;\n}\n\n";

static void write(struct loopc_c_header *h, const struct vectors *v)
{
    const char *const n = h->name;
    const char *const kind = loopc_header_prepares(v->model) ? "_double" : "";
    fputs("/* rows of inputs, and the outputs that the trainer calculates for them */\n", h->file);
    write_inputs(h, v);
    write_outputs(h, v);
    fprintf(h->file, function, n, n, n, ROWS, n, kind, n, n, n, n, n, n);
}

int loopc_header_check(struct loopc_c_header *h)
{
    const struct loopc_model *model = h->model;
    const size_t inputs = (size_t)model->inputs;
    struct vectors v = {model, calloc(inputs, sizeof *v.vocabulary),
                        calloc(ROWS * inputs, sizeof *v.x), calloc(ROWS * inputs, sizeof *v.scaled),
                        calloc(ROWS * (size_t)model->outputs, sizeof *v.y)};
    int32_t *const left = calloc(inputs, sizeof *left);
    int st = v.vocabulary && v.x && v.scaled && v.y && left ? LOOPC_OK : LOOPC_FAILED;
    if (!st) find_indices(&v, left);
    if (!st) st = calculate(&v);
    if (!st) write(h, &v);
    free(v.vocabulary);
    free(v.x);
    free(v.scaled);
    free(v.y);
    free(left);
    return st;
}
