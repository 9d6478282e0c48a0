/* Tables as texts, for checkpoints. */
#include "data/source.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1 };

static const char *const roles[] = {"input", "label", "target", "weight", "id", "ignored", NULL};
static const char *const kinds[] = {"number", "text", "bool", NULL};
static const char *const missings[] = {"refuse", "mean", "median", "drop", "value", NULL};
static const char *const scales[] = {"none", "constant", "max", "standard", NULL};
static const char *const texts[] = {"refuse", "onehot", "number", NULL};

/* JSON has no NaN. */
static json_t *real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static double real_of(const json_t *json)
{
    return json_is_number(json) ? json_number_value(json) : NAN;
}

static json_t *array_of(const double *values, int32_t count)
{
    json_t *const array = json_array();
    for (int32_t i = 0; i < count; i++)
        json_array_append_new(array, real(values[i]));
    return array;
}

static json_t *values_of(const struct loopc_column *column)
{
    json_t *const array = json_array();
    for (int32_t i = 0; i < column->value_count; i++)
        json_array_append_new(array, json_string(column->values[i]));
    return array;
}

static json_t *column_to_json(const struct loopc_column *column)
{
    json_t *const json = json_object();
    json_object_set_new(json, "name", json_string(column->name));
    json_object_set_new(json, "role", json_string(roles[column->role]));
    json_object_set_new(json, "kind", json_string(kinds[column->kind]));
    if (column->value_count > 0) json_object_set_new(json, "values", values_of(column));
    if (column->place >= 0) json_object_set_new(json, "place", json_integer(column->place));
    if (column->is_onehot) json_object_set_new(json, "onehot", json_true());
    if (isfinite(column->fill)) json_object_set_new(json, "fill", real(column->fill));
    if (column->missing > 0) json_object_set_new(json, "missing", json_integer(column->missing));
    if (isfinite(column->min)) json_object_set_new(json, "min", real(column->min));
    if (isfinite(column->max)) json_object_set_new(json, "max", real(column->max));
    return json;
}

static void scaling_to_json(json_t *json, const char *name, const struct loopc_scaling *scaling)
{
    if (scaling->count == 0) return;
    json_t *const object = json_object();
    json_object_set_new(object, "mean", array_of(scaling->mean, scaling->count));
    json_object_set_new(object, "divisor", array_of(scaling->divisor, scaling->count));
    json_object_set_new(json, name, object);
}

char *loopc_dataset_save_table(const struct loopc_dataset *d)
{
    const struct loopc_source *const s = d->source ? d->source->whole : NULL;
    if (!s) return NULL;
    json_t *const json = json_object(), *const columns = json_array();
    json_object_set_new(json, "version", json_integer(VERSION));
    json_object_set_new(json, "header", json_boolean(s->table.has_names));
    if (s->options.header != LOOPC_HEADER_FIND)
        json_object_set_new(json, "header_was_said", json_true());
    json_object_set_new(json, "missing", json_string(missings[s->options.missing]));
    if (s->options.missing == LOOPC_MISSING_VALUE)
        json_object_set_new(json, "missing_value", real(s->options.missing_value));
    json_object_set_new(json, "text", json_string(texts[s->options.text]));
    json_object_set_new(json, "scaled", json_string(scales[s->options.scale]));
    json_object_set_new(json, "target_scaled", json_string(scales[s->options.target_scale]));
    if (s->table.classes) json_object_set_new(json, "classes", json_integer(s->table.classes));
    for (int32_t i = 0; i < s->table.count; i++)
        json_array_append_new(columns, column_to_json(&s->table.columns[i]));
    json_object_set_new(json, "columns", columns);
    scaling_to_json(json, "scale", &s->table.x);
    scaling_to_json(json, "target_scale", &s->table.y);
    char *const text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(json);
    return text;
}

/* The number of a word in a list, or -1. */
static int word_of(const json_t *json, const char *const *words)
{
    const char *const text = json_string_value(json);
    for (int i = 0; text && words[i]; i++) {
        if (!strcmp(text, words[i])) return i;
    }
    return -1;
}

static bool read_values(struct loopc_column *column, const json_t *json)
{
    const size_t count = json_array_size(json);
    column->values = calloc(count + 1, sizeof *column->values);
    for (size_t i = 0; column->values && i < count; i++) {
        const char *const text = json_string_value(json_array_get(json, i));
        column->values[i] = text ? strdup(text) : NULL;
        column->value_count++;
        if (!column->values[i]) return false;
    }
    return column->values != NULL;
}

static bool read_column(struct loopc_table *table, struct loopc_column *column, const json_t *json)
{
    const char *const name = json_string_value(json_object_get(json, "name"));
    const int role = word_of(json_object_get(json, "role"), roles);
    const int kind = word_of(json_object_get(json, "kind"), kinds);
    const json_t *const place = json_object_get(json, "place");
    *column = (struct loopc_column){.name = name ? strdup(name) : NULL,
                                    .role = (enum loopc_role)(role < 0 ? 0 : role),
                                    .kind = (enum loopc_kind)(kind < 0 ? 0 : kind),
                                    .missing = json_integer_value(json_object_get(json, "missing")),
                                    .min = real_of(json_object_get(json, "min")),
                                    .max = real_of(json_object_get(json, "max")),
                                    .fill = real_of(json_object_get(json, "fill")),
                                    .is_onehot = json_is_true(json_object_get(json, "onehot")),
                                    .place = -1};
    if (!column->name || role < 0 || kind < 0) return false;
    if (place && json_integer_value(place) >= 0 && json_integer_value(place) < INT32_MAX)
        column->place = (int32_t)json_integer_value(place);
    const json_t *const values = json_object_get(json, "values");
    if (values && !read_values(column, values)) return false;
    if (role == LOOPC_ROLE_LABEL) table->label = (int32_t)(column - table->columns);
    if (role == LOOPC_ROLE_TARGET) column->width = 1;
    if (role == LOOPC_ROLE_INPUT) column->width = column->is_onehot ? column->value_count : 1;
    if (role == LOOPC_ROLE_INPUT) table->inputs += column->width;
    table->targets += role == LOOPC_ROLE_TARGET;
    return true;
}

/* Whether the places of inputs and targets are those of whole rows, each taken once. */
static bool has_all_places(const struct loopc_table *table, enum loopc_role role, int32_t width)
{
    bool *const taken = calloc((size_t)width + 1, sizeof *taken);
    bool good = taken != NULL;
    for (int32_t i = 0; good && i < table->count; i++) {
        const struct loopc_column *const c = &table->columns[i];
        if (c->role != role) continue;
        good = c->place >= 0 && c->place <= width - c->width;
        for (int32_t k = 0; good && k < c->width; k++) {
            good = !taken[c->place + k];
            taken[c->place + k] = true;
        }
    }
    free(taken);
    return good;
}

static bool read_columns(struct loopc_table *table, const json_t *json)
{
    const size_t count = json_array_size(json);
    table->label = -1;
    if (count < 1 || count > INT32_MAX / 2) return false;
    table->columns = calloc(count, sizeof *table->columns);
    for (size_t i = 0; table->columns && i < count; i++) {
        table->count++;
        if (!read_column(table, &table->columns[i], json_array_get(json, i))) return false;
    }
    return table->columns && table->inputs > 0 &&
           has_all_places(table, LOOPC_ROLE_INPUT, table->inputs) &&
           has_all_places(table, LOOPC_ROLE_TARGET, table->targets);
}

static double *read_array(const json_t *json, int32_t count)
{
    double *const values = calloc((size_t)count + 1, sizeof *values);
    bool good = values && json_array_size(json) == (size_t)count;
    for (int32_t i = 0; good && i < count; i++) {
        values[i] = real_of(json_array_get(json, (size_t)i));
        good = isfinite(values[i]);
    }
    if (good) return values;
    free(values);
    return NULL;
}

static bool read_scaling(struct loopc_scaling *scaling, const json_t *json, int32_t count)
{
    if (!json) return true;
    scaling->mean = read_array(json_object_get(json, "mean"), count);
    scaling->divisor = read_array(json_object_get(json, "divisor"), count);
    scaling->count = count;
    return scaling->mean && scaling->divisor;
}

static bool read_options(struct loopc_source *s, const json_t *json)
{
    const int missing = word_of(json_object_get(json, "missing"), missings);
    const int text = word_of(json_object_get(json, "text"), texts);
    const json_int_t classes = json_integer_value(json_object_get(json, "classes"));
    const int scale = word_of(json_object_get(json, "scaled"), scales);
    const int target_scale = word_of(json_object_get(json, "target_scaled"), scales);
    if (missing < 0 || text < 0 || classes < 0 || classes > INT32_MAX) return false;
    s->options.scale = (enum loopc_scale)(scale < 0 ? 0 : scale);
    s->options.target_scale = (enum loopc_scale)(target_scale < 0 ? 0 : target_scale);
    s->options.missing = (enum loopc_missing)missing;
    s->options.missing_value = real_of(json_object_get(json, "missing_value"));
    s->options.text = (enum loopc_text_inputs)text;
    s->table.classes = (int32_t)classes;
    s->table.has_names = json_is_true(json_object_get(json, "header"));
    if (json_is_true(json_object_get(json, "header_was_said")))
        s->options.header = s->table.has_names ? LOOPC_HEADER_YES : LOOPC_HEADER_NO;
    return true;
}

static bool read_table(struct loopc_source *s, const json_t *json)
{
    struct loopc_table *const table = &s->table;
    if (json_integer_value(json_object_get(json, "version")) != VERSION) return false;
    if (!read_options(s, json) || !read_columns(table, json_object_get(json, "columns")))
        return false;
    return read_scaling(&table->x, json_object_get(json, "scale"), table->inputs) &&
           read_scaling(&table->y, json_object_get(json, "target_scale"), table->targets);
}

static struct loopc_source *parse(const char *text)
{
    struct loopc_source *const s = loopc_source_new("the data set of training");
    json_t *const json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    const bool good = s && json && read_table(s, json);
    json_decref(json);
    if (good) return s;
    loopc_source_free(s);
    return NULL;
}

int loopc_dataset_load_table(struct loopc_dataset *d, const char *text, char *message, size_t size)
{
    const struct loopc_message to = {message, size};
    struct loopc_source *const s = parse(text);
    *d = (struct loopc_dataset){0};
    if (!s) return loopc_error_set(&to, NULL, "it is not a description of a data set's columns");
    loopc_source_show(d, s);
    return LOOPC_OK;
}

static int other_word(const char *key, const char *const *words, int now, int before,
                      const struct loopc_message *to)
{
    if (now == before) return LOOPC_OK;
    return loopc_error_set(to, NULL, "its %s is '%s', and was '%s'", key, words[now],
                           words[before]);
}

/* The constant that all is divided by; 0: there is none. */
static double constant_of(enum loopc_scale kind, const struct loopc_scaling *scaling)
{
    return kind == LOOPC_SCALE_CONSTANT && scaling->count > 0 ? scaling->divisor[0] : 0;
}

/* What the run calculated from its rows stays as it is: to ask for something else would change
 * nothing. Words are not in tables of older checkpoints; missing = "refuse" says nothing. */
static int check_options(const struct loopc_source *s, const struct loopc_source *saved,
                         const struct loopc_message *to)
{
    const struct loopc_dataset_options *const now = &s->options, *const before = &saved->options;
    int st = LOOPC_OK;
    if (before->scale || saved->table.x.count == 0)
        st = other_word("scale", scales, (int)now->scale, (int)before->scale, to);
    if (!st && (before->target_scale || saved->table.y.count == 0))
        st = other_word("target_scale", scales, (int)now->target_scale, (int)before->target_scale,
                        to);
    if (!st && before->missing && now->missing)
        st = other_word("missing", missings, (int)now->missing, (int)before->missing, to);
    const double is = constant_of(now->scale, &s->table.x);
    const double was = constant_of(before->scale, &saved->table.x);
    if (!st && (is < was || is > was))
        st = loopc_error_set(to, NULL, "its scale is %g, and was %g", is, was);
    return st;
}

static int restore(struct loopc_source *s, const struct loopc_table *table,
                   const struct loopc_message *message)
{
    int st = loopc_source_fit(s, NULL, 0, table, message);
    for (struct loopc_source *f = s->followers; !st && f; f = f->next)
        st = loopc_source_fit(f, NULL, 0, table, message);
    return st;
}

int loopc_dataset_restore_table(struct loopc_dataset *d, const char *text, char *message,
                                size_t size)
{
    const struct loopc_message to = {message, size};
    char failure[512];
    struct loopc_source *const s = d->source ? d->source->whole : NULL;
    struct loopc_source *const saved = parse(text);
    int st = saved && s ? loopc_source_align(s, &saved->table, &to)
                        : loopc_error_set(&to, NULL, "the columns are not those of the checkpoint");
    if (!st) st = check_options(s, saved, &to);
    if (!st && s->values.rows > 0 &&
        restore(s, &saved->table, &(struct loopc_message){failure, sizeof failure}))
        st = loopc_error_set(&to, NULL, "%s", failure);
    loopc_source_free(saved);
    return st;
}

int loopc_dataset_arrange(struct loopc_dataset *d, const char *text, char *message, size_t size)
{
    const struct loopc_message to = {message, size};
    struct loopc_source *const saved = d->source ? parse(text) : NULL;
    const int st = saved ? loopc_source_arrange(d->source->whole, &saved->table, &to) : LOOPC_OK;
    loopc_source_free(saved);
    return st;
}

void loopc_dataset_take_classes(struct loopc_dataset *d)
{
    if (d->source && d->labels) d->classes = d->source->whole->table.classes;
}
