/* Models: the tables and scales of the training data, from a checkpoint. */
#include "export/model.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The field of a data set, or NULL. */
static const struct loopc_field *field_of(const struct loopc_model *model, const char *name)
{
    return name ? loopc_field_find(model->program->fields, model->program->field_count, name)
                : NULL;
}

/* The data set after `name` on the way to the one whose scale it shares. */
static const char *next_name(const struct loopc_model *model, const char *name)
{
    const struct loopc_field *field = field_of(model, name);
    if (!field || !field->dataset) return NULL;
    return field->dataset->like ? field->dataset->like : field->dataset->from;
}

/* The text of the table that is kept for the data set that feeds the net, or for the one that it
 * is like; NULL: there is none. */
static const char *find_table(const struct loopc_model *model, const struct loopc_safetensors *file)
{
    const char *name = model->net->data;
    for (int i = 0; name && i <= model->program->field_count; i++) {
        char key[512];
        snprintf(key, sizeof key, "loopc.table:%s", name);
        const char *text = loopc_safetensors_text(file, key);
        if (text) return text;
        name = next_name(model, name);
    }
    return NULL;
}

/* A vector that checkpoints keep beside the tables; NULL: it is not there. */
static double *load_vector(const struct loopc_model *model, const struct loopc_safetensors *file,
                           const char *kind, const struct loopc_message *message)
{
    char name[512];
    snprintf(name, sizeof name, "loopc.%s:%s", kind, model->net->data);
    const struct loopc_stored *t = loopc_safetensors_find(file, name);
    if (!t || t->dtype != LOOPC_DTYPE_F64 || t->rank != 1 || t->dims[0] != model->inputs) {
        return NULL;
    }
    double *const values = malloc((size_t)t->bytes);
    if (values && !loopc_safetensors_get(file, t, values, message)) return values;
    free(values);
    return NULL;
}

/* Whether the spec has inputs treated in a way that is calculated from the data. */
static bool is_fitted(const struct loopc_model *model)
{
    const struct loopc_field *field = field_of(model, model->net->data);
    return field && field->dataset && field->dataset->scale != LOOPC_SCALE_NONE;
}

/* A checkpoint without a table: it may have the scale. */
static int load_scale_alone(struct loopc_model *model, const struct loopc_safetensors *file,
                            const struct loopc_message *message)
{
    model->x.mean = load_vector(model, file, "mean", message);
    model->x.divisor = load_vector(model, file, "divisor", message);
    if (!model->x.mean != !model->x.divisor) {
        return loopc_error_set(message, NULL, "%s: %s has only half of its scale in it", file->path,
                               model->net->data);
    }
    if (model->x.mean || !is_fitted(model)) return LOOPC_OK;
    return loopc_error_set(message, "a checkpoint of a run that has loaded it knows the scale",
                           "%s: %s, whose scale the inputs of %s need, is not in it", file->path,
                           model->net->data, model->net->name);
}

static double *copy_of(const double *values, int32_t count)
{
    double *const copy = malloc((size_t)count * sizeof *copy);
    if (copy) memcpy(copy, values, (size_t)count * sizeof *copy);
    return copy;
}

static int copy_scale(struct loopc_model_scale *to, const struct loopc_scaling *from)
{
    if (from->count == 0) return LOOPC_OK;
    to->mean = copy_of(from->mean, from->count);
    to->divisor = copy_of(from->divisor, from->count);
    return to->mean && to->divisor ? LOOPC_OK : LOOPC_FAILED;
}

/* The fills of inputs that are numbers; those of one-hot columns are not for exports, whose callers
 * write a 1 where the value is. */
static int copy_fills(struct loopc_model *model)
{
    const struct loopc_table *table = model->table;
    bool any = false;
    model->fill = malloc((size_t)model->inputs * sizeof *model->fill);
    if (!model->fill) return LOOPC_FAILED;
    for (int32_t i = 0; i < model->inputs; i++)
        model->fill[i] = NAN;
    for (int32_t i = 0; i < table->count; i++) {
        const struct loopc_column *column = &table->columns[i];
        if (column->role != LOOPC_ROLE_INPUT || column->width != 1 || isnan(column->fill)) continue;
        model->fill[column->place] = column->fill;
        any = true;
    }
    if (any) return LOOPC_OK;
    free(model->fill);
    model->fill = NULL;
    return LOOPC_OK;
}

static int check_sizes(const struct loopc_model *model, const struct loopc_safetensors *file,
                       const struct loopc_message *message)
{
    const struct loopc_table *table = model->table;
    if (table->inputs != model->inputs) {
        return loopc_error_set(
            message, NULL, "%s: %s has %" PRId32 " columns for the %" PRId32 " inputs of %s",
            file->path, model->net->data, table->inputs, model->inputs, model->net->name);
    }
    if (table->y.count == 0 || table->y.count == model->outputs) return LOOPC_OK;
    return loopc_error_set(
        message, NULL, "%s: %s has %" PRId32 " scaled targets for the %" PRId32 " outputs of %s",
        file->path, model->net->data, table->y.count, model->outputs, model->net->name);
}

int loopc_model_load_fit(struct loopc_model *model, const struct loopc_safetensors *file,
                         const struct loopc_message *message)
{
    if (!model->net->data) return LOOPC_OK;
    const char *text = find_table(model, file);
    if (!text) return load_scale_alone(model, file, message);
    if (loopc_dataset_load_table(&model->fit, text, message->text, message->size)) {
        return LOOPC_FAILED;
    }
    model->table = loopc_dataset_table(&model->fit);
    if (!model->table) return LOOPC_OK;
    if (check_sizes(model, file, message)) return LOOPC_FAILED;
    if (!copy_scale(&model->x, &model->table->x) && !copy_scale(&model->y, &model->table->y) &&
        !copy_fills(model)) {
        return LOOPC_OK;
    }
    return loopc_error_set(message, NULL, "out of memory");
}

bool loopc_model_has_classes(const struct loopc_model *model)
{
    const bool has_margins = !strcmp(model->net->loss, "hinge") && model->outputs > 1;
    return loopc_model_is(model, "softmax") || loopc_model_is(model, "log_softmax") || has_margins;
}

float loopc_high(double value)
{
    return (float)value;
}

float loopc_low(double value)
{
    return (float)(value - (double)(float)value);
}

/* A float holds 24 bits: of a value so much larger than the divisor, too few are left for what is
 * scaled to agree to 1e-6. */
static bool is_coarse(double value, double divisor)
{
    return fabs(value) > 16 * fabs(divisor);
}

bool loopc_model_is_delicate(const struct loopc_model *model)
{
    for (int32_t i = 0; model->x.mean && i < model->inputs; i++) {
        const double divisor = model->x.divisor[i];
        if (!(fabs(divisor) > 0)) continue;
        if (is_coarse(model->x.mean[i], divisor)) return true;
        if (model->fill && !isnan(model->fill[i]) && is_coarse(model->fill[i], divisor))
            return true;
    }
    return false;
}
