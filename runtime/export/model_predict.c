/* Models at work: the outputs for each row of a data set. */
#include "export/model.h"

#include "data/categories.h"
#include "data/dataset.h"
#include "export/scores.h"
#include "nn/policy.h"

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
    struct loopc_scores scores;
    struct loopc_roc roc; /* with classes, for metrics */
    bool values;          /* outputs are values, which the targets of the data are compared with */
    float *x;             /* ROWS rows */
    float *y;             /* ROWS rows: outputs and answers in the units of the file */
    float *answers;
    int32_t *labels;
    int64_t unanswered;         /* rows whose answer is missing from the file */
    const char *const *written; /* key, value, ...: the options of the file, or NULL */
    FILE *out;
};

/* How the spec says that the files of the data set are written; nothing of columns. */
static struct loopc_dataset_options options_of_spec(const struct loopc_model *model)
{
    const struct loopc_program *program = model->program;
    struct loopc_dataset_options options = {0};
    const char *name = model->net->data;
    const struct loopc_field *field =
        name ? loopc_field_find(program->fields, program->field_count, name) : NULL;
    if (!field || !field->dataset) return options;
    options.separator = field->dataset->separator;
    options.decimal = field->dataset->decimal;
    options.comment = field->dataset->comment;
    options.skip_lines = field->dataset->skip_lines;
    options.header = field->dataset->header;
    options.label = field->dataset->label;
    options.label_number = field->dataset->label_number;
    options.label_name = field->dataset->label_name;
    return options;
}

/* The command line goes before the spec. */
static struct loopc_dataset_options options_of(const struct work *work)
{
    struct loopc_dataset_options options = options_of_spec(work->model);
    char why[256];
    for (const char *const *pair = work->written; pair && *pair; pair += 2)
        loopc_dataset_option(&options, pair[0], pair[1], why, sizeof why);
    return options;
}

/* As training read its files: columns by name, filled and scaled. */
static int load_like_training(struct work *work, const char *argument,
                              const struct loopc_message *message)
{
    const struct loopc_model *model = work->model;
    struct loopc_dataset_options options = options_of(work);
    options.label = LOOPC_LABEL_DEFAULT;
    options.label_name = NULL;
    options.like = model->net->data;
    options.answers_optional = true;
    options.keep_ids = true;
    return loopc_dataset_load(&work->data, argument, &options, &model->fit, message->text,
                              message->size);
}

/* Nothing is known of the data but how many inputs there are: rows of inputs alone, or with a label
 * behind them. */
static int load_plain(struct work *work, const char *argument, const struct loopc_message *message)
{
    struct loopc_dataset_options with = options_of(work);
    with.columns = work->model->inputs;
    with.classes = loopc_model_has_classes(work->model) ? work->model->outputs : 0;
    struct loopc_dataset_options without = with;
    char why[LOOPC_DATASET_MESSAGE];
    without.label = LOOPC_LABEL_NONE;
    without.classes = strchr(argument, ',') ? with.classes : 0;
    if (!loopc_dataset_load(&work->data, argument, &without, NULL, message->text, message->size))
        return LOOPC_OK;
    return loopc_dataset_load(&work->data, argument, &with, NULL, why, sizeof why);
}

static int make_room(struct work *work)
{
    const size_t outputs = (size_t)work->model->outputs;
    const bool classes = loopc_model_has_classes(work->model) && work->data.labels;
    work->values = work->data.y && work->data.targets == work->model->outputs;
    work->forward = loopc_forward_new(work->model, ROWS);
    work->x = malloc((size_t)ROWS * (size_t)work->model->inputs * sizeof *work->x);
    work->y = malloc(ROWS * outputs * sizeof *work->y);
    work->answers = malloc(ROWS * outputs * sizeof *work->answers);
    work->labels = malloc(ROWS * sizeof *work->labels);
    return loopc_scores_new(&work->scores, classes ? work->model->outputs : 0,
                            work->values ? work->model->outputs : 0) &&
                   work->forward && work->x && work->y && work->answers && work->labels
               ? LOOPC_OK
               : LOOPC_FAILED;
}

static void free_work(struct work *work)
{
    loopc_dataset_free(&work->data);
    loopc_forward_free(work->forward);
    loopc_scores_free(&work->scores);
    loopc_roc_free(&work->roc);
    free(work->x);
    free(work->y);
    free(work->answers);
    free(work->labels);
}

/* Metrics have the curves of classes as well, which takes the outputs of all rows. */
static int make_roc(struct work *work)
{
    const int32_t classes = work->scores.classes;
    if (classes < 1 || classes > LOOPC_ROC_CLASSES) return LOOPC_OK;
    if (!loopc_roc_new(&work->roc, classes, work->data.rows)) return LOOPC_FAILED;
    work->scores.roc = &work->roc;
    return LOOPC_OK;
}

/* A checkpoint that has the scale alone: rows are as they are in the file. */
static void scale(const struct loopc_model *model, float *x, int32_t rows)
{
    for (int32_t i = 0; !model->table && model->x.mean && i < rows * model->inputs; i++) {
        const double divisor = model->x.divisor[i % model->inputs];
        const double moved = (double)x[i] - model->x.mean[i % model->inputs];
        x[i] = fabs(divisor) > 0 ? (float)(moved / divisor) : 0.0f;
    }
}

/* A cell of CSV: in quotes where it has to be. */
static void write_text(FILE *out, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (const char *c = text; *c; c++) {
        if (*c == '"') fputc('"', out);
        fputc(*c, out);
    }
    fputc('"', out);
}

/* The name of the id column, or NULL. */
static const char *id_name(const struct loopc_model *model)
{
    for (int32_t i = 0; model->table && i < model->table->count; i++) {
        if (model->table->columns[i].role == LOOPC_ROLE_ID) return model->table->columns[i].name;
    }
    return NULL;
}

static void write_head(const struct work *work)
{
    const struct loopc_model *model = work->model;
    const char *comma = "";
    char text[LOOPC_MODEL_NAME + 8];
    if (id_name(model)) {
        write_text(work->out, id_name(model));
        comma = ",";
    }
    if (loopc_model_has_classes(model)) {
        fprintf(work->out, "%sclass", comma);
        comma = ",";
    }
    for (int32_t i = 0; i < model->outputs; i++, comma = ",") {
        fputs(comma, work->out);
        write_text(work->out, loopc_model_output(model, i, text, sizeof text));
    }
    fputc('\n', work->out);
}

/* `row` counts from 0 in the data; label is -1 where it is not known. */
static void write_row(struct work *work, int64_t row, const float *y, int32_t label)
{
    const struct loopc_model *model = work->model;
    const struct loopc_field one = {.type = LOOPC_F32, .count = 1};
    const char *comma = "";
    char text[LOOPC_MODEL_NAME];
    if (id_name(model)) {
        const char *id = loopc_dataset_id(&work->data, row);
        write_text(work->out, id ? id : "");
        comma = ",";
    }
    if (loopc_model_has_classes(model)) {
        const int32_t class = loopc_argmax(y, model->outputs);
        fputs(comma, work->out);
        write_text(work->out, loopc_model_class(model, class, text, sizeof text));
        comma = ",";
        if (label >= 0) loopc_scores_add_class(&work->scores, label, class);
        if (label >= 0 && work->scores.roc) loopc_roc_add(&work->roc, label, y);
    }
    for (int32_t i = 0; i < model->outputs; i++, comma = ",") {
        loopc_field_format(&one, y + i, 0, text, sizeof text);
        fprintf(work->out, "%s%s", comma, text);
    }
    fputc('\n', work->out);
}

/* Outputs and answers of some rows, in the units of the file. */
static void restore(struct work *work, const float *y, int64_t at, int32_t rows)
{
    const struct loopc_model *model = work->model;
    memcpy(work->y, y, (size_t)rows * (size_t)model->outputs * sizeof *y);
    if (work->values) loopc_dataset_take_targets(&work->data, 0, at, rows, work->x, work->answers);
    if (!model->table || model->table->targets != model->outputs) return;
    loopc_table_restore_targets(model->table, work->y, rows);
    if (work->values) loopc_table_restore_targets(model->table, work->answers, rows);
}

/* Whether a row has all answers that the data has columns for. */
static bool is_answered(const struct work *work, int32_t row)
{
    const int32_t outputs = work->model->outputs;
    bool all = !work->data.labels || work->labels[row] >= 0;
    for (int32_t i = 0; work->values && i < outputs; i++)
        all &= !isnan(work->answers[row * outputs + i]);
    return all;
}

static void predict_rows(struct work *work, int64_t at, int32_t rows)
{
    const struct loopc_dataset *data = &work->data;
    const int32_t outputs = work->model->outputs;
    scale(work->model, work->x, rows);
    restore(work, loopc_forward_run(work->forward, work->x, rows), at, rows);
    for (int32_t r = 0; r < rows; r++) {
        const int32_t label = data->labels ? work->labels[r] : -1;
        const bool answered = is_answered(work, r);
        work->unanswered += !answered;
        write_row(work, at + r, work->y + r * outputs, label < outputs ? label : -1);
        if (work->values && answered) {
            loopc_scores_add_values(&work->scores, work->answers + r * outputs,
                                    work->y + r * outputs);
        }
    }
}

static void predict_all(struct work *work)
{
    int32_t rows;
    write_head(work);
    for (int64_t at = 0;
         (rows = loopc_dataset_take(&work->data, 0, at, ROWS, work->x, work->labels)) > 0;
         at += rows)
        predict_rows(work, at, rows);
}

static const char *score_name(const void *context, int32_t i, char *text, size_t size)
{
    const struct loopc_model *model = context;
    return loopc_model_has_classes(model) ? loopc_model_class(model, i, text, size)
                                          : loopc_model_output(model, i, text, size);
}

static int write_metrics(const struct work *work, const char *path,
                         const struct loopc_message *message)
{
    FILE *const file = path ? loopc_model_open(path, message) : NULL;
    if (!file) return path ? LOOPC_FAILED : LOOPC_OK;
    struct loopc_scores scores = work->scores;
    if (scores.rows == 0) scores.rows = work->data.rows;
    if (work->scores.rows == 0) scores.classes = scores.targets = 0;
    loopc_scores_write(&scores, score_name, work->model, file);
    return loopc_model_close(file, path, message);
}

/* A category that the net has no values for has no prediction either. */
static int check_categories(const struct work *work, const struct loopc_message *message)
{
    const struct loopc_net *net = work->model->net;
    char name[LOOPC_MODEL_NAME];
    for (int i = 0; i < net->op_count; i++) {
        const struct loopc_op *op = &net->ops[i];
        float value = 0;
        if (op->kind != LOOPC_OP_EMBEDDING) continue;
        const int64_t row = loopc_categories_wrong(&work->data, op->source, op->vocabulary, &value);
        if (row < 0) continue;
        return loopc_error_set(message, NULL,
                               "row %" PRId64 ", %s is %g, and %s embeds whole numbers from 0 to "
                               "%" PRId32,
                               row + 1,
                               loopc_model_input(work->model, op->source, name, sizeof name),
                               (double)value, net->name, op->vocabulary - 1);
    }
    return LOOPC_OK;
}

/* Whoever counts the predictions has to know. */
static void tell_left_out(const struct work *work)
{
    const int64_t rows = loopc_dataset_left_out(&work->data);
    if (rows > 0)
        fprintf(stderr, "%s: %" PRId64 " row%s with missing values left out, as in training\n",
                work->model->program->name, rows, rows == 1 ? "" : "s");
    if (work->unanswered > 0)
        fprintf(stderr,
                "%s: %" PRId64 " of %" PRId64 " rows have no answer: they are predicted, and no "
                "metric counts them\n",
                work->model->program->name, work->unanswered, work->data.rows);
}

int loopc_model_predict(const struct loopc_model *model, const char *data,
                        const char *const *written, FILE *out, const char *metrics,
                        const struct loopc_message *message)
{
    struct work work = {.model = model, .out = out, .written = written};
    int st =
        model->table ? load_like_training(&work, data, message) : load_plain(&work, data, message);
    if (!st) st = check_categories(&work, message);
    if (!st && (make_room(&work) || (metrics && make_roc(&work))))
        st = loopc_error_set(message, NULL, "out of memory");
    if (!st) predict_all(&work);
    if (!st) tell_left_out(&work);
    if (!st) loopc_scores_print(&work.scores, model->program->name, score_name, model, stderr);
    if (!st) st = write_metrics(&work, metrics, message);
    free_work(&work);
    return st;
}
