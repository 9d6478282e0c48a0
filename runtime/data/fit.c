/* Statistics of the training part: filling and scale. All of it in f64, sums in the order
 * of the rows, so that a data set comes out with the same bits everywhere. */
#include "data/source.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows of features, or of answers. */
struct rows {
    const struct loopc_source *s;
    bool answers;
    int32_t width;
    const int64_t *index; /* or NULL: all */
    int64_t count;
    struct loopc_feature_walk walk;
};

static inline const double *row_at(struct rows *rows, int64_t i)
{
    const int64_t r = rows->index ? rows->index[i] : i;
    if (rows->answers) return rows->s->answers + r * rows->width;
    return loopc_features_row(&rows->walk, r);
}

static void fill_array(double *to, int32_t count, double value)
{
    for (int32_t i = 0; i < count; i++)
        to[i] = value;
}

static double largest_magnitude(struct rows *rows, const bool *skipped)
{
    double largest = 0;
    for (int64_t i = 0; i < rows->count; i++) {
        const double *const row = row_at(rows, i);
        for (int32_t c = 0; c < rows->width; c++) {
            if (fabs(row[c]) > largest && !skipped[c]) largest = fabs(row[c]);
        }
    }
    return largest;
}

/* Adds a row to sums; marks columns that differ from the first row. */
static void add_row(double *restrict sum, double *restrict differs, const double *restrict row,
                    const double *restrict first, int32_t width)
{
    for (int32_t c = 0; c < width; c++) {
        sum[c] += row[c];
        differs[c] = row[c] < first[c] || row[c] > first[c] ? 1 : differs[c];
    }
}

static void add_squares(double *restrict sum, const double *restrict row,
                        const double *restrict mean, int32_t width)
{
    for (int32_t c = 0; c < width; c++) {
        const double difference = row[c] - mean[c];
        sum[c] += difference * difference;
    }
}

/* Mean and deviation. A column of one value has to come out as 0, which a deviation that was
 * rounded would not give: its divisor is 0. */
static bool find_standard(struct rows *rows, double *mean, double *divisor)
{
    double *const room = calloc(2 * (size_t)rows->width + 1, sizeof *room);
    if (!room) return false;
    double *const first = room, *const squares = room + rows->width;
    fill_array(mean, rows->width, 0);
    fill_array(divisor, rows->width, 0);
    if (rows->count > 0) memcpy(first, row_at(rows, 0), (size_t)rows->width * sizeof *first);
    for (int64_t i = 0; i < rows->count; i++)
        add_row(mean, divisor, row_at(rows, i), first, rows->width);
    for (int32_t c = 0; c < rows->width && rows->count > 0; c++)
        mean[c] /= (double)rows->count;
    for (int64_t i = 0; i < rows->count; i++)
        add_squares(squares, row_at(rows, i), mean, rows->width);
    for (int32_t c = 0; c < rows->width && rows->count > 0; c++)
        divisor[c] *= sqrt(squares[c] / (double)rows->count);
    free(room);
    return true;
}

/* One-hot columns stay 0 and 1. */
static bool *mark_onehot(const struct rows *rows)
{
    bool *const marks = calloc((size_t)rows->width + 1, sizeof *marks);
    for (int32_t i = 0; marks && !rows->answers && i < rows->s->feature_count; i++) {
        marks[i] = rows->s->features[i].onehot;
    }
    return marks;
}

static bool find_scaling(struct rows *rows, enum loopc_scale kind, double constant,
                         const struct loopc_scaling *to)
{
    bool *const onehot = mark_onehot(rows);
    bool done = onehot != NULL;
    if (done && kind == LOOPC_SCALE_STANDARD) {
        done = find_standard(rows, to->mean, to->divisor);
    } else if (done) {
        const double largest = kind == LOOPC_SCALE_MAX ? largest_magnitude(rows, onehot) : constant;
        fill_array(to->mean, rows->width, 0);
        fill_array(to->divisor, rows->width, largest > 0 ? largest : 1);
    }
    for (int32_t c = 0; done && c < rows->width; c++) {
        if (onehot[c]) to->mean[c] = 0, to->divisor[c] = 1;
    }
    free(onehot);
    return done;
}

static bool make_scaling(struct loopc_scaling *scaling, int32_t count)
{
    if (scaling->count == count && scaling->mean) return true;
    scaling->mean = calloc((size_t)count + 1, sizeof(double));
    scaling->divisor = calloc((size_t)count + 1, sizeof(double));
    scaling->count = count;
    return scaling->mean && scaling->divisor;
}

/* The value of a feature in row r before it is filled: of texts their place among all. */
static double value_at(struct loopc_walk *walk, const struct loopc_feature *f, int64_t r)
{
    const double value = loopc_walk_get(walk, r, f->kept);
    return f->rank && !isnan(value) ? f->rank[(int32_t)value] : value;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double mean_of(const double *values, int64_t count)
{
    double sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += values[i];
    return sum / (double)count;
}

/* Of sorted values. */
static double median_of(const double *values, int64_t count)
{
    const double a = values[(count - 1) / 2], b = values[count / 2];
    return a + (b - a) / 2;
}

/* The most frequent of sorted values; of several the least. */
static double mode_of(const double *values, int64_t count)
{
    double best = values[0];
    int64_t most = 0;
    for (int64_t i = 0, k; i < count; i = k) {
        for (k = i + 1; k < count && values[k] <= values[i];)
            k++;
        if (k - i > most) best = values[i];
        if (k - i > most) most = k - i;
    }
    return best;
}

static double fill_of(const struct loopc_source *s, const struct loopc_feature *f, double *values,
                      int64_t count)
{
    const enum loopc_missing kind = s->options.missing;
    const bool text = s->table.columns[f->column].kind == LOOPC_KIND_TEXT;
    if (!text && kind == LOOPC_MISSING_VALUE) return s->options.missing_value;
    if (count == 0) return NAN;
    if (!text && kind == LOOPC_MISSING_MEAN) return mean_of(values, count);
    qsort(values, (size_t)count, sizeof *values, compare);
    return text ? mode_of(values, count) : median_of(values, count);
}

static int no_value(const struct loopc_source *s, const struct loopc_feature *f,
                    const struct loopc_message *message)
{
    return loopc_error_set(message, "`ignore` leaves it out (--DATA-ignore)",
                           "%s: column %" PRId32 " ('%.80s') has no value in the training part",
                           s->name, f->column + 1, s->table.columns[f->column].name);
}

/* The values in the place of missing cells. */
static int find_fills(struct loopc_source *s, const int64_t *index, int64_t count,
                      const struct loopc_message *message)
{
    double *const values = malloc(((size_t)count + 1) * sizeof *values);
    struct loopc_walk walk = loopc_walk_begin(&s->values);
    int st = LOOPC_OK;
    if (!values) return loopc_error_set(message, NULL, "%s: out of memory", s->name);
    for (int32_t i = 0; !st && i < s->feature_count; i++) {
        struct loopc_feature *const f = &s->features[i];
        int64_t known = 0;
        for (int64_t k = 0; k < count; k++) {
            values[known] = value_at(&walk, f, index ? index[k] : k);
            known += !isnan(values[known]);
        }
        f->fill = s->table.columns[f->column].fill = fill_of(s, f, values, known);
        const bool needed = s->table.columns[f->column].missing > 0;
        if (needed && isnan(f->fill)) st = no_value(s, f, message);
    }
    free(values);
    return st;
}

static bool fills(const struct loopc_source *s)
{
    return s->options.missing == LOOPC_MISSING_MEAN || s->options.missing == LOOPC_MISSING_MEDIAN ||
           s->options.missing == LOOPC_MISSING_VALUE;
}

bool loopc_source_is_fitted(const struct loopc_source *s)
{
    return s->options.scale > LOOPC_SCALE_CONSTANT ||
           s->options.target_scale > LOOPC_SCALE_CONSTANT ||
           s->options.missing == LOOPC_MISSING_MEAN || s->options.missing == LOOPC_MISSING_MEDIAN;
}

static bool copy_scaling(struct loopc_scaling *to, const struct loopc_scaling *from)
{
    if (from->count == 0) return true;
    if (!make_scaling(to, from->count)) return false;
    memcpy(to->mean, from->mean, (size_t)from->count * sizeof(double));
    memcpy(to->divisor, from->divisor, (size_t)from->count * sizeof(double));
    return true;
}

/* Features of both are in the same order. */
static int take_fit(struct loopc_source *s, const struct loopc_table *from,
                    const struct loopc_message *message)
{
    for (int32_t i = 0; i < s->feature_count; i++) {
        struct loopc_feature *const f = &s->features[i];
        for (int32_t c = 0; c < from->count; c++) {
            if (from->columns[c].role != LOOPC_ROLE_INPUT || from->columns[c].place != f->place)
                continue;
            f->fill = s->table.columns[f->column].fill = from->columns[c].fill;
            break;
        }
        const bool needed =
            s->table.columns[f->column].missing > 0 && s->options.missing != LOOPC_MISSING_DROP;
        if (needed && isnan(f->fill)) return no_value(s, f, message);
    }
    if (copy_scaling(&s->table.x, &from->x) &&
        (s->table.targets == 0 || copy_scaling(&s->table.y, &from->y)))
        return LOOPC_OK;
    return loopc_error_set(message, NULL, "%s: out of memory", s->name);
}

/* Scales of features to those of inputs. */
static void spread(const struct loopc_source *s, const struct loopc_scaling *from,
                   const struct loopc_scaling *to)
{
    for (int32_t i = 0; i < s->feature_count; i++) {
        const struct loopc_feature *const f = &s->features[i];
        fill_array(to->mean + f->place, f->width, from->mean[i]);
        fill_array(to->divisor + f->place, f->width, from->divisor[i]);
    }
}

static bool find_scale_of_inputs(struct loopc_source *s, struct rows *rows)
{
    const struct loopc_dataset_options *const o = &s->options;
    struct loopc_scaling features = {0};
    rows->width = s->feature_count;
    const bool done = loopc_features_begin(&rows->walk, s) &&
                      make_scaling(&features, s->feature_count) &&
                      make_scaling(&s->table.x, s->table.inputs) &&
                      find_scaling(rows, o->scale, o->divisor, &features);
    if (done) spread(s, &features, &s->table.x);
    loopc_features_end(&rows->walk);
    free(features.mean);
    free(features.divisor);
    return done;
}

static bool find_scale(struct loopc_source *s, struct rows *rows)
{
    const struct loopc_dataset_options *const o = &s->options;
    if (o->scale && !find_scale_of_inputs(s, rows)) return false;
    rows->answers = true;
    rows->width = s->table.targets;
    return !o->target_scale || !s->answers ||
           (make_scaling(&s->table.y, rows->width) &&
            find_scaling(rows, o->target_scale, o->target_divisor, &s->table.y));
}

/* Calculates filling and scale from these rows. */
static int find_fit(struct loopc_source *s, const int64_t *index, int64_t count,
                    const struct loopc_message *message)
{
    struct rows rows = {.s = s, .index = index, .count = index ? count : s->rows};
    if (fills(s) && find_fills(s, index, rows.count, message)) return LOOPC_FAILED;
    return find_scale(s, &rows) ? LOOPC_OK
                                : loopc_error_set(message, NULL, "%s: out of memory", s->name);
}

int loopc_source_fit(struct loopc_source *s, const int64_t *index, int64_t count,
                     const struct loopc_table *like, const struct loopc_message *message)
{
    if (like ? take_fit(s, like, message) : find_fit(s, index, count, message)) return LOOPC_FAILED;
    return loopc_source_make(s, message);
}
