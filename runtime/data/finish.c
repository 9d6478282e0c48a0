/* Data sets on their way in: from files that are read to the data set. Each step is for one kind of
 * column; errors of columns are found before (judge.c). */
#include "data/source.h"

#include "base/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Whether all of a column are whole numbers from 0 on. *rising: each is above the one before. */
static bool is_counted(const struct loopc_loading *l, const struct loopc_incoming *c, bool *rising)
{
    double before = -1;
    *rising = true;
    for (int64_t r = 0; r < l->values.rows; r++) {
        const double value = loopc_values_get(&l->values, r, c->kept);
        if (!(value >= 0 && value == floor(value))) return false;
        *rising = *rising && value > before;
        before = value;
    }
    return true;
}

/* A column without a name that has another whole number from 0 on in each row numbers the rows.
 * They need not be in order: rows that were shuffled or chosen have the numbers that they had
 * before. */
static int find_row_numbers(const struct loopc_loading *l, const struct loopc_incoming *c,
                            bool *found)
{
    const int64_t rows = l->values.rows;
    bool rising;
    *found = is_counted(l, c, &rising);
    if (!*found || rising) return LOOPC_OK;
    double *const values = malloc(((size_t)rows + 1) * sizeof *values);
    if (!values) return loopc_loading_no_memory(l);
    for (int64_t r = 0; r < rows; r++)
        values[r] = loopc_values_get(&l->values, r, c->kept);
    qsort(values, (size_t)rows, sizeof *values, by_size);
    for (int64_t r = 1; r < rows; r++)
        *found = *found && values[r] > values[r - 1];
    free(values);
    return LOOPC_OK;
}

/* One of texts that are all different names them, as R writes row names. */
static bool names_rows(const struct loopc_loading *l, const struct loopc_incoming *c)
{
    return l->has_names && !c->named && c == l->columns && c->texts == l->values.rows &&
           c->dictionary.count == c->texts && c->texts > 1;
}

static void note_index(struct loopc_loading *l, int64_t i)
{
    const bool names = l->columns[i].texts > 0 || (l->has_row_names && i == 0);
    loopc_reading_note(&l->reading,
                       "column %" PRId64 " has no name and %s the rows: it is left out", i + 1,
                       names ? "names" : "numbers");
}

static int leave_out_indices(struct loopc_loading *l)
{
    for (int64_t i = 0; i < l->width; i++) {
        struct loopc_incoming *const c = &l->columns[i];
        bool found = false;
        if (c->role == LOOPC_ROLE_INPUT && !c->like && c->kept >= 0) {
            found = !c->maybe_index && names_rows(l, c);
            if (c->maybe_index && find_row_numbers(l, c, &found)) return LOOPC_FAILED;
        }
        if (found) {
            c->is_index = true;
            c->role = LOOPC_ROLE_IGNORED;
        }
        if (c->is_index && c->role == LOOPC_ROLE_IGNORED) note_index(l, i);
    }
    return LOOPC_OK;
}

/* Whether a missing cell of it drops the row. */
static bool has_to_be_there(const struct loopc_loading *l, const struct loopc_incoming *c)
{
    return c->kept >= 0 && c->role != LOOPC_ROLE_IGNORED && !loopc_is_optional(l, c);
}

/* Whether a row has all that it has to have. */
static bool is_whole(const struct loopc_loading *l, int64_t r, double *room)
{
    const double *const row = loopc_values_row(&l->values, r, room);
    for (int64_t i = 0; i < l->width; i++) {
        const struct loopc_incoming *const c = &l->columns[i];
        if (has_to_be_there(l, c) && isnan(row[c->kept])) return false;
    }
    return true;
}

static bool has_missing(const struct loopc_loading *files, int count)
{
    for (int f = 0; f < count; f++) {
        for (int64_t i = 0; i < files[f].width; i++) {
            const struct loopc_incoming *const c = &files[f].columns[i];
            if (c->missing > 0 && has_to_be_there(&files[f], c)) return true;
        }
    }
    return false;
}

/* Texts of dropped rows go as well. */
static void keep_ids(struct loopc_loading *l, const bool *marks)
{
    char *const all = l->ids.items;
    size_t from = 0, to = 0;
    for (int64_t r = 0; l->ids.count > 0 && r < l->values.rows; r++) {
        const size_t length = strlen(all + from) + 1;
        if (marks[r]) {
            memmove(all + to, all + from, length);
            to += length;
        }
        from += length;
    }
    l->ids.count = to;
}

/* Leaves out rows with a cell missing in any of the files. */
static int drop_rows(struct loopc_loading *files, int count)
{
    const int64_t rows = files->values.rows;
    int64_t kept = 0;
    bool *const marks = malloc((size_t)rows + 1);
    if (!marks) return loopc_loading_no_memory(files);
    memset(marks, true, (size_t)rows);
    for (int f = 0; f < count; f++) {
        for (int64_t r = 0; r < rows; r++)
            marks[r] = marks[r] && is_whole(&files[f], r, files[f].row);
    }
    for (int64_t r = 0; r < rows; r++)
        kept += marks[r];
    for (int f = 0; f < count; f++) {
        if (!marks[rows - 1]) files[f].open_end = 0;
        keep_ids(&files[f], marks);
        loopc_values_keep(&files[f].values, marks);
    }
    free(marks);
    files->reading.left_out = rows - kept;
    loopc_reading_note(&files->reading,
                       "%" PRId64 " of %" PRId64 " rows have missing values and are left out",
                       rows - kept, rows);
    return kept > 0 ? LOOPC_OK
                    : loopc_error_set(files->message, NULL,
                                      "%s: each row has a missing value: "
                                      "none is left",
                                      files->path);
}

/* One-hot columns as there are values; all else is one column. */
static bool is_onehot(const struct loopc_loading *l, const struct loopc_incoming *c)
{
    if (c->role != LOOPC_ROLE_INPUT || c->kind != LOOPC_KIND_TEXT) return false;
    return c->like ? c->like->is_onehot : l->options->text == LOOPC_TEXT_ONEHOT;
}

static int fill_column(struct loopc_source *s, struct loopc_loading *l, struct loopc_incoming *c)
{
    struct loopc_column *const column = &s->table.columns[s->table.count];
    *column = (struct loopc_column){.name = strdup(c->name),
                                    .kind = c->kind,
                                    .role = c->role,
                                    .missing = c->missing,
                                    .min = c->min,
                                    .max = c->max,
                                    .place = -1,
                                    .is_onehot = is_onehot(l, c),
                                    .is_truth = l->is_truth,
                                    .fill = NAN};
    s->table.count++;
    if (!column->name) return loopc_loading_no_memory(l);
    if (c->role == LOOPC_ROLE_LABEL) {
        s->table.label = s->table.count - 1;
        return LOOPC_OK; /* classes: later */
    }
    if (c->role == LOOPC_ROLE_TARGET) {
        column->place = c->place;
        column->width = 1;
        s->table.targets++;
    }
    return c->has_dictionary && c->kept >= 0 ? loopc_take_values(l, c, column) : LOOPC_OK;
}

static int make_table(struct loopc_source *s, struct loopc_loading *files, int count)
{
    int64_t columns = 0;
    for (int f = 0; f < count; f++)
        columns += files[f].width;
    s->table.columns = calloc((size_t)columns + 1, sizeof *s->table.columns);
    s->table.has_names = files->has_names && (count == 1 || files[1].has_names);
    s->table.label = -1;
    if (!s->table.columns) return loopc_loading_no_memory(files);
    for (int f = 0; f < count; f++) {
        for (int64_t i = 0; i < files[f].width; i++) {
            if (fill_column(s, &files[f], &files[f].columns[i])) return LOOPC_FAILED;
        }
    }
    return LOOPC_OK;
}

static void add_feature(struct loopc_source *s, struct loopc_incoming *c, int32_t i)
{
    struct loopc_column *const column = &s->table.columns[i];
    column->place = s->table.inputs;
    column->width = column->is_onehot ? column->value_count : 1;
    s->features[s->feature_count++] = (struct loopc_feature){.column = i,
                                                             .kept = c->kept,
                                                             .place = column->place,
                                                             .width = column->width,
                                                             .rank = c->rank,
                                                             .rank_count = c->dictionary.count,
                                                             .onehot = column->is_onehot,
                                                             .fill = NAN};
    s->table.inputs += column->width;
    c->rank = NULL;
}

/* The inputs: places in x, in the order of their values. */
static int make_features(struct loopc_source *s, struct loopc_loading *l)
{
    int32_t *const column_of = calloc((size_t)l->values.width + 1, sizeof *column_of);
    s->features = calloc((size_t)l->width + 1, sizeof *s->features);
    for (int32_t i = 0; column_of && i < l->width; i++) {
        if (l->columns[i].kept >= 0) column_of[l->columns[i].kept] = i;
    }
    for (int32_t kept = 0; column_of && s->features && kept < l->values.width; kept++) {
        struct loopc_incoming *const c = &l->columns[column_of[kept]];
        if (c->role == LOOPC_ROLE_INPUT) add_feature(s, c, column_of[kept]);
    }
    const bool done = column_of && s->features;
    free(column_of);
    return done ? LOOPC_OK : loopc_loading_no_memory(l);
}

static int check_inputs(const struct loopc_source *s, const struct loopc_loading *l)
{
    const int32_t wanted = s->options.columns, inputs = s->table.inputs;
    if (inputs < 1)
        return loopc_error_set(l->message, NULL,
                               "%s: nothing is left for the samples but a column "
                               "that numbers the rows",
                               l->path);
    if (!wanted || inputs == wanted) return LOOPC_OK;
    return loopc_error_set(l->message, NULL,
                           "%s: its samples have %" PRId32 " columns, the spec wants %" PRId32,
                           l->path, inputs, wanted);
}

/* The texts of labels, of which classes would have been made. */
static void keep_labels(struct loopc_source *s, struct loopc_loading *files, int count)
{
    int32_t column = 0;
    for (int f = 0; f < count; f++) {
        for (int64_t i = 0; i < files[f].width; i++, column++) {
            struct loopc_incoming *const c = &files[f].columns[i];
            if (c->role == LOOPC_ROLE_LABEL && c->has_dictionary)
                loopc_take_values(&files[f], c, &s->table.columns[column]);
        }
    }
}

/* What was noted about one file or both. */
static void take_reading(struct loopc_source *s, struct loopc_loading *files, int count)
{
    struct loopc_reading *const other = count > 1 ? &files[1].reading : NULL;
    s->reading = files->reading;
    files->reading.notes = (struct loopc_array){0};
    if (!other) return;
    for (size_t i = 0; i < other->notes.count; i++)
        loopc_reading_note(&s->reading, "%s", ((char **)other->notes.items)[i]);
    const size_t used = strlen(s->reading.type);
    if (used > 0 && *other->type && strcmp(s->reading.type, other->type) != 0)
        snprintf(s->reading.type + used, sizeof s->reading.type - used, " and %.30s", other->type);
}

/* The columns of a file that is refused, for the page of `PROG data`. */
static int keep_refused(struct loopc_source *s, struct loopc_loading *files, int count)
{
    if (!s->options.keep_refused || make_table(s, files, count)) return LOOPC_FAILED;
    for (int32_t i = 0; i < s->table.count; i++)
        s->table.inputs += s->table.columns[i].role == LOOPC_ROLE_INPUT;
    keep_labels(s, files, count);
    s->rows = files->values.rows;
    take_reading(s, files, count);
    return LOOPC_FAILED;
}

/* Ranges of the rows until the error, where columns had roles. */
static void measure_cut(struct loopc_loading *l)
{
    if (l->row) loopc_loading_measure(l);
    for (int64_t i = 0; i < l->width; i++) {
        struct loopc_incoming *const c = &l->columns[i];
        if (!l->row || c->min > c->max) c->min = c->max = NAN;
    }
    if (l->row) loopc_find_kinds(l);
}

static bool has_names(const struct loopc_loading *l)
{
    bool all = l->columns != NULL;
    for (int64_t i = 0; all && i < l->width; i++)
        all = l->columns[i].name != NULL;
    return all;
}

void loopc_loading_keep_cut(struct loopc_source *s, struct loopc_loading *files, int count)
{
    bool undecided = false;
    while (count > 0 && !has_names(&files[count - 1]))
        count--;
    if (count == 0 || !s->options.keep_refused) return;
    for (int f = 0; f < count; f++) {
        measure_cut(&files[f]);
        undecided |= !files[f].row;
    }
    keep_refused(s, files, count);
    s->reading.is_cut = true;
    s->reading.is_undecided = undecided;
}

int loopc_loading_finish(struct loopc_source *s, struct loopc_loading *files, int count)
{
    for (int f = 0; f < count; f++) {
        loopc_loading_measure(&files[f]);
        if (leave_out_indices(&files[f])) return LOOPC_FAILED;
    }
    s->digest = loopc_loading_digest(files, count);
    if (loopc_judge_ends(files, count) || loopc_judge_columns(files, count))
        return keep_refused(s, files, count);
    const bool drop = s->options.missing == LOOPC_MISSING_DROP;
    if (drop && has_missing(files, count) && drop_rows(files, count))
        return keep_refused(s, files, count);
    s->rows = files->values.rows;
    if (make_table(s, files, count)) return LOOPC_FAILED;
    loopc_mapped_keep(s, files, count);
    const bool bad =
        make_features(s, files) || check_inputs(s, files) || loopc_take_answers(s, files, count);
    take_reading(s, files, count);
    if (bad) return LOOPC_FAILED;
    if (!s->mapped && !s->options.answers_optional) loopc_find_leak(s, &files->values);
    s->values = files->values;
    loopc_values_begin(&files->values, 0);
    return LOOPC_OK;
}
