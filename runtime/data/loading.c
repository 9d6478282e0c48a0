/* Data sets on their way in: columns and rows of a file, and their options. */
#include "data/loading.h"

#include "data/mapped.h"

#include "base/number.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void loopc_reading_note(struct loopc_reading *reading, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0) text = NULL;
    va_end(arguments);
    if (text && loopc_array_reserve(&reading->notes, 1, sizeof text))
        ((char **)reading->notes.items)[reading->notes.count++] = text;
    else
        free(text);
}

static void free_texts(struct loopc_array *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free(((char **)texts->items)[i]);
    free(texts->items);
    *texts = (struct loopc_array){0};
}

static void free_column(struct loopc_incoming *column)
{
    free(column->name);
    free(column->rank);
    loopc_dictionary_free(&column->dictionary);
}

void loopc_loading_free(struct loopc_loading *l)
{
    for (int64_t i = 0; l->columns && i < l->width; i++)
        free_column(&l->columns[i]);
    free_texts(&l->reading.notes);
    free_texts(&l->class_names);
    free(l->columns);
    free(l->row);
    loopc_measure_free(&l->measure);
    loopc_mapped_free(l->mapped);
    free(l->lines.items);
    free(l->ids.items);
    loopc_values_free(&l->values);
}

/* The line in which a row began. */
static int64_t line_of_row(const struct loopc_loading *l, int64_t row)
{
    const struct loopc_line_step *const steps = l->lines.items;
    size_t i = l->lines.count;
    while (i > 0 && steps[i - 1].row > row)
        i--;
    return i > 0 ? steps[i - 1].line + row - steps[i - 1].row : 0;
}

const char *loopc_locate_row(const struct loopc_loading *l, int64_t row, char where[LOOPC_WHERE])
{
    if (l->has_lines)
        snprintf(where, LOOPC_WHERE, "%.500s:%" PRId64, l->path, line_of_row(l, row));
    else
        snprintf(where, LOOPC_WHERE, "%.500s: row %" PRId64, l->path, row + 1);
    return where;
}

const char *loopc_locate(const struct loopc_loading *l, int64_t column, int64_t row,
                         struct loopc_place place, char where[LOOPC_WHERE])
{
    char name[LOOPC_EXCERPT];
    size_t length;
    if (place.line > 0)
        snprintf(where, LOOPC_WHERE, "%.500s:%" PRId64 ":%" PRId64, l->path, place.line,
                 place.byte);
    else
        loopc_locate_row(l, row, where);
    length = strlen(where);
    length += (size_t)snprintf(where + length, LOOPC_WHERE - length, "%s column %" PRId64,
                               l->has_lines ? ":" : ",", column + 1);
    if (l->has_names)
        snprintf(where + length, LOOPC_WHERE - length, " ('%s')",
                 loopc_excerpt(name, l->columns[column].name));
    return where;
}

int loopc_bad_value(const struct loopc_loading *l, int64_t column, struct loopc_place place,
                    const char *hint, const char *what)
{
    char where[LOOPC_WHERE];
    return loopc_error_set(l->message, hint, "%s: %s",
                           loopc_locate(l, column, l->values.rows, place, where), what);
}

int loopc_loading_no_memory(const struct loopc_loading *l)
{
    return loopc_error_set(l->message, NULL, "%s: out of memory after %" PRId64 " rows", l->path,
                           l->values.rows);
}

/* Whether a column has no name, or such a name as pandas gives to a column without one. */
static bool has_no_name(const struct loopc_incoming *column)
{
    static const char pandas[] = "Unnamed: ";
    return !column->named || !strncmp(column->name, pandas, sizeof pandas - 1);
}

static bool make_columns(struct loopc_loading *l, int64_t width, char **names)
{
    l->columns = calloc((size_t)width + 1, sizeof *l->columns);
    l->width = width;
    l->has_names = names != NULL;
    for (int64_t i = 0; l->columns && i < width; i++) {
        struct loopc_incoming *const column = &l->columns[i];
        column->named = names && names[i] && *names[i];
        if (column->named)
            column->name = names[i];
        else if (asprintf(&column->name, "c%" PRId64, i + 1) < 0)
            column->name = NULL;
        if (names && !column->named) free(names[i]);
        if (names) names[i] = NULL;
        if (!column->name) return false;
        column->maybe_index = names && has_no_name(column);
        column->is_index = i == 0 && l->has_row_names;
    }
    return l->columns != NULL;
}

/* Where each role has its place in a row of values: inputs first, so that often nothing has to be
 * moved to make samples of it. */
static int rank_of(const struct loopc_incoming *column)
{
    static const int ranks[] = {
        [LOOPC_ROLE_INPUT] = 0,  [LOOPC_ROLE_LABEL] = 1, [LOOPC_ROLE_TARGET] = 2,
        [LOOPC_ROLE_WEIGHT] = 3, [LOOPC_ROLE_ID] = -1,   [LOOPC_ROLE_IGNORED] = -1};
    return ranks[column->role];
}

static int32_t place_columns(struct loopc_loading *l)
{
    int32_t kept = 0;
    for (int64_t i = 0; i < l->width; i++)
        l->columns[i].kept = -1;
    for (int rank = 0; rank <= 3; rank++) {
        for (int64_t i = 0; i < l->width; i++) {
            struct loopc_incoming *const column = &l->columns[i];
            const bool ordered = column->like && column->role == LOOPC_ROLE_INPUT;
            if (rank_of(column) == rank && !ordered) column->kept = kept++;
        }
    }
    return kept;
}

/* Inputs of a file that is like another have that one's order, and come last. */
static int32_t place_by_like(struct loopc_loading *l, int32_t kept)
{
    const struct loopc_table *const table = l->like ? loopc_dataset_table(l->like) : NULL;
    for (int32_t c = 0; table && c < table->count; c++) {
        for (int64_t i = 0; i < l->width; i++) {
            struct loopc_incoming *const column = &l->columns[i];
            if (column->like == &table->columns[c] && column->role == LOOPC_ROLE_INPUT)
                column->kept = kept++;
        }
    }
    return kept;
}

/* Texts that were found in training are known before the first row. */
static bool begin_dictionary(struct loopc_incoming *column)
{
    const struct loopc_column *const like = column->like;
    const bool answers = column->role == LOOPC_ROLE_LABEL;
    if (!like || (column->role != LOOPC_ROLE_INPUT && !answers)) return true;
    if (like->kind == LOOPC_KIND_NUMBER) return true;
    column->has_dictionary = true;
    for (int32_t i = 0; i < like->value_count; i++) {
        if (loopc_dictionary_add(&column->dictionary, like->values[i], strlen(like->values[i])) < 0)
            return false;
    }
    return true;
}

static int check_inputs(const struct loopc_loading *l)
{
    int64_t inputs = 0;
    for (int64_t i = 0; i < l->width; i++)
        inputs += l->columns[i].role == LOOPC_ROLE_INPUT;
    if (inputs > 0 || l->content == LOOPC_FILE_LABELS) return LOOPC_OK;
    if (l->width == 1)
        return loopc_error_set(l->message,
                               "SAMPLES,ANSWERS takes two files; `separator` sets the character "
                               "between cells (--DATA-separator)",
                               "%s: nothing is left for the samples: its only column has another "
                               "role",
                               l->path);
    return loopc_error_set(l->message, NULL,
                           "%s: nothing is left for the samples: each of its %" PRId64
                           " columns has another role",
                           l->path, l->width);
}

int loopc_loading_begin(struct loopc_loading *l, int64_t width, char **names, int dimensions)
{
    if (!make_columns(l, width, names)) return loopc_loading_no_memory(l);
    if (loopc_loading_check_names(l)) return LOOPC_FAILED;
    if (l->like ? loopc_loading_find_like(l) : loopc_loading_find_roles(l, dimensions))
        return LOOPC_FAILED;
    if (loopc_loading_check_twins(l) || check_inputs(l)) return LOOPC_FAILED;
    const int32_t kept = place_by_like(l, place_columns(l));
    loopc_values_begin(&l->values, kept);
    l->row = calloc((size_t)kept + 1, sizeof *l->row);
    bool fits = l->row && loopc_measure_begin(&l->measure, kept);
    l->measure.told = l->has_lines;
    l->in_order = kept == width;
    for (int64_t i = 0; i < width; i++)
        l->in_order &= l->columns[i].kept == i;
    for (int64_t i = 0; fits && i < width; i++)
        fits = begin_dictionary(&l->columns[i]);
    return fits ? LOOPC_OK : loopc_loading_no_memory(l);
}

/* Notes where a row is, when that does not follow from the one before. */
static bool note_line(struct loopc_loading *l, int64_t line)
{
    const int64_t row = l->values.rows;
    const struct loopc_line_step *const steps = l->lines.items;
    const size_t count = l->lines.count;
    if (count > 0 && steps[count - 1].line + row - steps[count - 1].row == line) return true;
    if (!loopc_array_reserve(&l->lines, 1, sizeof *steps)) return false;
    ((struct loopc_line_step *)l->lines.items)[l->lines.count++] =
        (struct loopc_line_step){row, line};
    return true;
}

int loopc_loading_commit(struct loopc_loading *l, int64_t line)
{
    if (l->has_lines && !note_line(l, line)) return loopc_loading_no_memory(l);
    loopc_measure_row(&l->measure, l->row);
    if (l->mapped) return l->values.rows++, LOOPC_OK;
    return loopc_values_add(&l->values, l->row) ? LOOPC_OK : loopc_loading_no_memory(l);
}

int loopc_loading_missing(struct loopc_loading *l, int64_t column, struct loopc_place place,
                          double *value)
{
    struct loopc_incoming *const c = &l->columns[column];
    if (c->missing++ == 0) c->first_missing = place;
    c->maybe_index = false;
    *value = NAN;
    return LOOPC_OK;
}

static int too_large(const struct loopc_loading *l, double value)
{
    char what[80];
    snprintf(what, sizeof what, "%g is too large for f32", value);
    return loopc_bad_value(l, l->column, (struct loopc_place){0},
                           isinf(value) ? "every value has to be a finite number"
                                        : "the largest is 3.4e38: another unit makes it smaller",
                           what);
}

/* Values of the row that is read, one by one. */
static int add_each(struct loopc_loading *l, const double *values, size_t count)
{
    for (size_t i = 0; i < count; i++, l->column++) {
        const int32_t kept = l->columns[l->column].kept;
        if (fabs(values[i]) > (double)FLT_MAX) return too_large(l, values[i]);
        if (kept >= 0) l->row[kept] = values[i];
    }
    return LOOPC_OK;
}

static bool are_f32(const double *values, size_t count)
{
    bool good = true;
    for (size_t i = 0; i < count; i++)
        good &= !(fabs(values[i]) > (double)FLT_MAX);
    return good;
}

static int add_part(struct loopc_loading *l, const double *values, size_t count)
{
    if (!l->in_order || !are_f32(values, count)) return add_each(l, values, count);
    memcpy(l->row + l->column, values, count * sizeof *values);
    l->column += (int64_t)count;
    return LOOPC_OK;
}

int loopc_loading_add(struct loopc_loading *l, const double *values, size_t count)
{
    while (count > 0) {
        const size_t left = (size_t)(l->width - l->column), part = count < left ? count : left;
        if (add_part(l, values, part)) return LOOPC_FAILED;
        values += part;
        count -= part;
        if (part < left) break;
        l->column = 0;
        if (loopc_loading_commit(l, 0)) return LOOPC_FAILED;
    }
    return LOOPC_OK;
}

int loopc_loading_end(struct loopc_loading *l)
{
    loopc_measure_end(&l->measure);
    if (l->values.rows > 0) return LOOPC_OK;
    return loopc_error_set(l->message, NULL, "%s: there are no rows in it", l->path);
}
