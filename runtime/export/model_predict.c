/* Models at work: the outputs for each row of a data set. */
#include "export/model.h"

#include "data/dataset.h"
#include "nn/policy.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 64 };

/* A prediction under way. */
struct work {
    const struct loopc_model *model;
    struct loopc_dataset data;
    struct loopc_forward *forward;
    float *x; /* ROWS rows */
    int32_t *labels;
    int64_t correct;
    FILE *out;
};

/* As dataset options: what the trainer says of its data, but that nothing is scaled yet. */
static struct loopc_dataset_options options_of(const struct loopc_model *model)
{
    const struct loopc_program *program = model->program;
    struct loopc_dataset_options options = {0};
    const char *name = model->net->data;
    const struct loopc_field *field =
        name ? loopc_field_find(program->fields, program->field_count, name) : NULL;
    if (field && field->dataset) options = *field->dataset;
    options.like = NULL;
    options.scale = LOOPC_SCALE_NONE;
    options.columns = model->inputs;
    options.classes = options.targets || !loopc_model_is(model, "softmax") ? 0 : model->outputs;
    return options;
}

/* Rows may come with their labels, as in training, or without. */
static int load(struct work *work, const char *argument, const struct loopc_message *message)
{
    const struct loopc_dataset_options with = options_of(work->model);
    struct loopc_dataset_options without = with;
    char why[LOOPC_DATASET_MESSAGE];
    without.label = LOOPC_LABEL_NONE;
    without.targets = 0;
    without.classes = strchr(argument, ',') ? with.classes : 0;
    if (!loopc_dataset_load(&work->data, argument, &without, NULL, message->text, message->size))
        return LOOPC_OK;
    return loopc_dataset_load(&work->data, argument, &with, NULL, why, sizeof why);
}

static int make_room(struct work *work)
{
    work->forward = loopc_forward_new(work->model, ROWS);
    work->x = malloc((size_t)ROWS * (size_t)work->model->inputs * sizeof *work->x);
    work->labels = malloc(ROWS * sizeof *work->labels);
    return work->forward && work->x && work->labels ? LOOPC_OK : LOOPC_FAILED;
}

static void free_work(struct work *work)
{
    loopc_dataset_free(&work->data);
    loopc_forward_free(work->forward);
    free(work->x);
    free(work->labels);
}

/* As loopc_dataset_load scales. */
static void scale(const struct loopc_model *model, float *x, int32_t rows)
{
    for (int32_t i = 0; model->mean && i < rows * model->inputs; i++) {
        const double divisor = model->divisor[i % model->inputs];
        const double moved = (double)x[i] - model->mean[i % model->inputs];
        x[i] = fpclassify(divisor) == FP_ZERO ? 0.0f : (float)(moved / divisor);
    }
}

static void write_head(const struct work *work)
{
    const char *comma = "";
    if (loopc_model_is(work->model, "softmax")) {
        fputs("class", work->out);
        comma = ",";
    }
    for (int32_t i = 0; i < work->model->outputs; i++, comma = ",")
        fprintf(work->out, "%soutput_%" PRId32, comma, i);
    fputc('\n', work->out);
}

static void write_row(struct work *work, const float *y, int32_t label)
{
    const struct loopc_field one = {.type = LOOPC_F32, .count = 1};
    const char *comma = "";
    char text[64];
    if (loopc_model_is(work->model, "softmax")) {
        const int32_t class = loopc_argmax(y, work->model->outputs);
        fprintf(work->out, "%" PRId32, class);
        work->correct += class == label;
        comma = ",";
    }
    for (int32_t i = 0; i < work->model->outputs; i++, comma = ",") {
        loopc_field_format(&one, y + i, 0, text, sizeof text);
        fprintf(work->out, "%s%s", comma, text);
    }
    fputc('\n', work->out);
}

static void predict_all(struct work *work)
{
    const struct loopc_dataset *data = &work->data;
    int32_t rows;
    write_head(work);
    for (int64_t at = 0; (rows = loopc_dataset_take(data, 0, at, ROWS, work->x, work->labels)) > 0;
         at += rows) {
        scale(work->model, work->x, rows);
        const float *y = loopc_forward_run(work->forward, work->x, rows);
        for (int32_t r = 0; r < rows; r++)
            write_row(work, y + r * work->model->outputs, data->labels ? work->labels[r] : -1);
    }
}

int loopc_model_predict(const struct loopc_model *model, const char *data, FILE *out,
                        const struct loopc_message *message)
{
    struct work work = {.model = model, .out = out};
    int st = load(&work, data, message);
    if (!st && make_room(&work)) st = loopc_error_set(message, NULL, "out of memory");
    if (!st) predict_all(&work);
    if (!st && work.data.labels && loopc_model_is(model, "softmax")) {
        fprintf(stderr, "%s: accuracy %.4f, %" PRId64 " of %" PRId64 " rows\n",
                model->program->name, (double)work.correct / (double)work.data.rows, work.correct,
                work.data.rows);
    }
    free_work(&work);
    return st;
}
