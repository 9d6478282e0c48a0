/* Models: the names of inputs, classes and outputs: those that export was given, else those of the
 * training data. */
#include "export/model.h"

#include <inttypes.h>
#include <string.h>

enum { LONGEST = 200 };

static const char *cut(const char *name, char *text, size_t size)
{
    snprintf(text, size, "%s", name);
    return text;
}

static int32_t count_of(const char *names)
{
    int32_t count = names ? 1 : 0;
    for (const char *c = names; c && *c; c++)
        count += *c == ',';
    return count;
}

/* Name i of "a,b,c". */
static const char *name_at(const char *names, int32_t i, char *text, size_t size)
{
    while (i > 0)
        i -= *names++ == ',';
    const size_t length = strcspn(names, ",");
    snprintf(text, size, "%.*s", (int)(length < size ? length : size - 1), names);
    return text;
}

/* The name of column i that was given for it alone, or NULL. */
static const char *given(const char *names, int32_t count, int32_t i, char *text, size_t size)
{
    return count_of(names) == count ? name_at(names, i, text, size) : NULL;
}

/* The name of column i where the data has none: "x3", or "image[3]" where all have the name image.
 */
static const char *numbered(const char *names, const char *absent, int32_t i, char *text,
                            size_t size)
{
    if (names)
        snprintf(text, size, "%.200s[%" PRId32 "]", names, i);
    else
        snprintf(text, size, "%s%" PRId32, absent, i);
    return text;
}

const char *loopc_model_tensor(const char *names, const char *absent)
{
    return count_of(names) == 1 ? names : absent;
}

const char *loopc_model_class(const struct loopc_model *model, int32_t i, char *text, size_t size)
{
    const char *own = given(model->output_names, model->outputs, i, text, size);
    if (own) return own;
    const char *name = model->table ? loopc_dataset_class(&model->fit, i) : NULL;
    if (name) return cut(name, text, size);
    snprintf(text, size, "%" PRId32, i);
    return text;
}

const char *loopc_model_input(const struct loopc_model *model, int32_t i, char *text, size_t size)
{
    const char *own = given(model->input_names, model->inputs, i, text, size);
    if (own) return own;
    if (model->table && model->table->has_names) {
        return loopc_table_input(model->table, i, text, size);
    }
    return numbered(model->input_names, "x", i, text, size);
}

const char *loopc_model_output(const struct loopc_model *model, int32_t i, char *text, size_t size)
{
    char class[LOOPC_MODEL_NAME];
    if (loopc_model_has_classes(model)) {
        snprintf(text, size, "output_%s", loopc_model_class(model, i, class, sizeof class));
        return text;
    }
    const char *own = given(model->output_names, model->outputs, i, text, size);
    if (own) return own;
    const struct loopc_table *table = model->table;
    const bool named = table && table->has_names && table->targets == model->outputs;
    const char *name = named ? loopc_table_target(table, i) : NULL;
    if (name) return cut(name, text, size);
    return numbered(model->output_names, "output_", i, text, size);
}

/* A message about `names` of a flag, or LOOPC_OK: as many as there are columns, or one. */
static int check(const char *flag, const char *names, int32_t columns, const char *what,
                 const struct loopc_message *message)
{
    const int32_t count = count_of(names);
    char one[LOOPC_MODEL_NAME], other[LOOPC_MODEL_NAME];
    if (count > 1 && count != columns) {
        return loopc_error_set(message, "one name for each, or one for all of them",
                               "--%s: %" PRId32 " names for %" PRId32 " %s", flag, count, columns,
                               what);
    }
    for (int32_t i = 0; i < count; i++) {
        const size_t length = strlen(name_at(names, i, one, sizeof one));
        if (length == 0 || length > LONGEST)
            return loopc_error_set(message, NULL, "--%s: name %" PRId32 " %s", flag, i + 1,
                                   length ? "has more than 200 bytes" : "is empty");
        for (int32_t k = 0; k < i; k++) {
            if (strcmp(one, name_at(names, k, other, sizeof other)) != 0) continue;
            return loopc_error_set(message, NULL, "--%s: '%s' is there twice", flag, one);
        }
    }
    return LOOPC_OK;
}

int loopc_model_check_names(const struct loopc_model *model, const struct loopc_message *message)
{
    if (check("input-names", model->input_names, model->inputs, "inputs", message))
        return LOOPC_FAILED;
    return check("output-names", model->output_names, model->outputs, "outputs", message);
}
