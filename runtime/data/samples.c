/* Samples: from values to x and y, in f64 until the end. */
#include "base/pages.h"
#include "data/mapped.h"
#include "data/source.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool loopc_features_begin(struct loopc_feature_walk *walk, const struct loopc_source *s)
{
    const size_t count = (size_t)s->feature_count;
    *walk = (struct loopc_feature_walk){.s = s, .rows = loopc_walk_begin(&s->values)};
    walk->room = malloc((count + 1) * sizeof *walk->room);
    walk->special = malloc((count + 1) * sizeof *walk->special);
    walk->kept = count > 0 ? s->features[0].kept : 0;
    walk->in_order = true;
    for (int32_t i = 0; walk->special && i < s->feature_count; i++) {
        const struct loopc_feature *const f = &s->features[i];
        walk->in_order &= f->kept == walk->kept + i;
        if (f->rank || s->table.columns[f->column].missing > 0) walk->special[walk->specials++] = i;
    }
    return walk->room && walk->special;
}

void loopc_features_end(struct loopc_feature_walk *walk)
{
    free(walk->room);
    free(walk->special);
}

static void widen(double *restrict to, const float *restrict from, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        to[i] = (double)from[i];
}

/* The values of a row to the room, of features in any order. */
static void collect(struct loopc_feature_walk *walk, const void *row)
{
    const struct loopc_source *const s = walk->s;
    const double *const wide = s->values.wide ? row : NULL;
    const float *const narrow = row;
    for (int32_t i = 0; i < s->feature_count; i++) {
        const int32_t kept = s->features[i].kept;
        walk->room[i] = wide ? wide[kept] : (double)narrow[kept];
    }
}

/* A value, filled, of a text its rank. */
static inline double treat(const struct loopc_feature *f, double value)
{
    if (isnan(value)) return f->fill;
    return f->rank ? f->rank[(int32_t)value] : value;
}

const double *loopc_features_row(struct loopc_feature_walk *walk, int64_t r)
{
    const struct loopc_source *const s = walk->s;
    const void *const row = loopc_walk_to(&walk->rows, r);
    const size_t count = (size_t)s->feature_count;
    const double *const wide = s->values.wide ? (const double *)row + walk->kept : NULL;
    if (!walk->in_order)
        collect(walk, row);
    else if (!wide)
        widen(walk->room, (const float *)row + walk->kept, s->feature_count);
    else if (walk->specials == 0)
        return wide;
    else
        memcpy(walk->room, wide, count * sizeof *wide);
    for (int32_t k = 0; k < walk->specials; k++) {
        double *const value = &walk->room[walk->special[k]];
        *value = treat(&s->features[walk->special[k]], *value);
    }
    return walk->room;
}

/* Scales a row. False: a value is too large for f32. */
static bool scale_row(float *restrict to, const double *restrict row,
                      const struct loopc_scaling *scaling, int32_t width)
{
    const double *restrict const mean = scaling->mean, *restrict const divisor = scaling->divisor;
    bool good = true;
    for (int32_t c = 0; c < width; c++) {
        const double x = (row[c] - mean[c]) / divisor[c];
        const double kept = divisor[c] > 0 || divisor[c] < 0 ? x : 0;
        good &= fabs(kept) <= (double)FLT_MAX;
        to[c] = (float)kept;
    }
    return good;
}

/* The same of values that are known to fit. */
static void narrow_row(float *restrict to, const double *restrict row, int32_t width)
{
    for (int32_t c = 0; c < width; c++)
        to[c] = (float)row[c];
}

static bool round_row(float *restrict to, const double *restrict row, int32_t width)
{
    bool good = true;
    for (int32_t c = 0; c < width; c++) {
        good &= fabs(row[c]) <= (double)FLT_MAX;
        to[c] = (float)row[c];
    }
    return good;
}

bool loopc_source_scale(float *to, const double *row, const struct loopc_scaling *scaling,
                        int32_t width)
{
    return scaling->count ? scale_row(to, row, scaling, width) : round_row(to, row, width);
}

static int too_large(const struct loopc_source *s, const double *row, int64_t r,
                     const struct loopc_scaling *scaling, int32_t width, const char *of,
                     const struct loopc_message *message)
{
    float unused;
    int32_t c = 0;
    for (; c + 1 < width; c++) {
        const struct loopc_scaling one = {scaling->count ? 1 : 0,
                                          scaling->count ? scaling->mean + c : NULL,
                                          scaling->count ? scaling->divisor + c : NULL};
        if (!loopc_source_scale(&unused, row + c, &one, 1)) break;
    }
    const double mean = scaling->count ? scaling->mean[c] : 0;
    const double divisor = scaling->count ? scaling->divisor[c] : 1;
    return loopc_error_set(message, NULL,
                           "%s: row %" PRId64 ", column %" PRId32 " of the %s: %g, scaled as "
                           "(x - %g) / %g, is too large for f32",
                           s->name, r + 1, c + 1, of, row[c], mean, divisor);
}

int loopc_source_too_large(const struct loopc_source *s, const double *row, int64_t r,
                           const struct loopc_message *message)
{
    return too_large(s, row, r, &s->table.x, s->table.inputs, "samples", message);
}

/* Features that are no one-hot columns, one behind the other in x as among features. */
struct run {
    int32_t first, count, place;
};

/* What makes x of features. */
struct maker {
    struct loopc_feature_walk walk;
    struct run *runs; /* then the one-hot features, of count 0 */
    int32_t run_count;
    bool fits;   /* values fit f32 as they are: those of a file do, and all fillings */
    bool copies; /* f32 become what they are, but for special features */
};

/* Adds a feature to the last run, or begins a run. */
static void add_to_runs(struct maker *m, int32_t i)
{
    const struct loopc_feature *const f = &m->walk.s->features[i];
    struct run *const last = m->run_count > 0 ? &m->runs[m->run_count - 1] : NULL;
    if (last && !f->onehot && last->count > 0 && last->place + last->count == f->place)
        last->count++;
    else
        m->runs[m->run_count++] = (struct run){i, f->onehot ? 0 : 1, f->place};
}

static bool fillings_fit(const struct loopc_feature_walk *walk)
{
    bool fit = true;
    for (int32_t k = 0; k < walk->specials; k++)
        fit &= !(fabs(walk->s->features[walk->special[k]].fill) > (double)FLT_MAX);
    return fit;
}

static bool begin_maker(struct maker *m, const struct loopc_source *s)
{
    *m = (struct maker){.copies = false};
    m->runs = calloc((size_t)s->feature_count + 1, sizeof *m->runs);
    if (!loopc_features_begin(&m->walk, s) || !m->runs) return false;
    for (int32_t i = 0; i < s->feature_count; i++)
        add_to_runs(m, i);
    m->fits = fillings_fit(&m->walk);
    m->copies = s->table.x.count == 0 && !s->values.wide && m->walk.in_order && m->run_count == 1 &&
                m->runs->count == s->feature_count && m->runs->place == 0;
    return true;
}

static void end_maker(struct maker *m)
{
    loopc_features_end(&m->walk);
    free(m->runs);
}

/* Ones and zeros, which no scale changes. */
static void place_onehot(const struct loopc_feature *f, double value, float *to)
{
    memset(to, 0, (size_t)f->width * sizeof *to);
    if (value >= 0 && value < f->width) to[(int32_t)value] = 1;
}

/* Makes the inputs of a row of its features. False: a value is too large for f32. */
static bool place_row(const struct maker *m, const double *features, float *to)
{
    const struct loopc_source *const s = m->walk.s;
    const struct loopc_scaling *const all = &s->table.x;
    bool good = true;
    for (int32_t i = 0; i < m->run_count; i++) {
        const struct run *const run = &m->runs[i];
        if (run->count == 0) {
            place_onehot(&s->features[run->first], features[run->first], to + run->place);
        } else if (all->count == 0 && m->fits) {
            narrow_row(to + run->place, features + run->first, run->count);
        } else if (all->count == 0) {
            good &= round_row(to + run->place, features + run->first, run->count);
        } else {
            const struct loopc_scaling part = {run->count, all->mean + run->place,
                                               all->divisor + run->place};
            good &= scale_row(to + run->place, features + run->first, &part, run->count);
        }
    }
    return good;
}

/* The message about a row of features. */
static int feature_too_large(const struct loopc_source *s, const double *features, int64_t r,
                             const struct loopc_message *message)
{
    double *const row = calloc((size_t)s->table.inputs + 1, sizeof *row);
    if (!row) return loopc_error_set(message, NULL, "%s: out of memory", s->name);
    for (int32_t i = 0; i < s->feature_count; i++) {
        const struct loopc_feature *const f = &s->features[i];
        if (!f->onehot) row[f->place] = features[i];
    }
    const int st = loopc_source_too_large(s, row, r, message);
    free(row);
    return st;
}

/* Copies a row. False: a value is too large for f32. */
static bool copy_row(struct maker *m, int64_t r, float *to)
{
    const struct loopc_source *const s = m->walk.s;
    const float *const from = (const float *)loopc_walk_to(&m->walk.rows, r) + m->walk.kept;
    bool good = true;
    memcpy(to, from, (size_t)s->feature_count * sizeof *to);
    for (int32_t k = 0; k < m->walk.specials; k++) {
        const int32_t i = m->walk.special[k];
        const double value = treat(&s->features[i], (double)to[i]);
        good &= fabs(value) <= (double)FLT_MAX;
        to[i] = (float)value;
    }
    return good;
}

/* Makes the inputs of row r. False: a value is too large for f32. */
static bool make_row(struct maker *m, int64_t r, float *to)
{
    return m->copies ? copy_row(m, r, to) : place_row(m, loopc_features_row(&m->walk, r), to);
}

static int make_rows(struct maker *m, struct loopc_source *s, bool keep,
                     const struct loopc_message *message)
{
    const int32_t width = s->table.inputs;
    for (int64_t r = 0; r < s->rows; r++) {
        if (!make_row(m, r, s->x + r * width))
            return feature_too_large(s, loopc_features_row(&m->walk, r), r, message);
        if (!keep && r == m->walk.rows.first) loopc_values_drop(&s->values, r);
    }
    return LOOPC_OK;
}

static int make_x(struct loopc_source *s, bool keep, const struct loopc_message *message)
{
    struct maker m;
    const int st = begin_maker(&m, s)
                       ? make_rows(&m, s, keep, message)
                       : loopc_error_set(message, NULL, "%s: out of memory", s->name);
    end_maker(&m);
    return st;
}

/* A target of a row that is to be predicted may be missing. */
static bool lacks_answers(const struct loopc_source *s, const double *row, int32_t width)
{
    bool lacks = false;
    for (int32_t c = 0; c < width; c++)
        lacks |= isnan(row[c]);
    return lacks && s->options.answers_optional;
}

static int make_y(struct loopc_source *s, const struct loopc_message *message)
{
    const int32_t width = s->table.targets;
    for (int64_t r = 0; s->answers && r < s->rows; r++) {
        const double *const row = s->answers + r * width;
        if (!loopc_source_scale(s->y + r * width, row, &s->table.y, width) &&
            !lacks_answers(s, row, width))
            return too_large(s, row, r, &s->table.y, width, "targets", message);
    }
    return LOOPC_OK;
}

/* Large arrays are on huge pages, as batches are gathered from all over them. */
static float *make_array(int64_t rows, int32_t width)
{
    size_t bytes;
    if (__builtin_mul_overflow((size_t)rows, (size_t)width * sizeof(float), &bytes)) return NULL;
    if (bytes < LOOPC_HUGE_PAGE) return malloc(bytes + 1);
    const size_t whole = (bytes + LOOPC_HUGE_PAGE - 1) / LOOPC_HUGE_PAGE * LOOPC_HUGE_PAGE;
    float *const array = whole >= bytes ? aligned_alloc(LOOPC_HUGE_PAGE, whole) : NULL;
    if (array) loopc_huge_pages(array, whole);
    return array;
}

/* Whether values are needed for another fit, its own or that of the data set it is like. */
static bool keeps(const struct loopc_source *s)
{
    const struct loopc_source *const leader = s->leader ? s->leader : s;
    return s->options.keep_values || (leader->options.splits && loopc_source_is_fitted(leader));
}

int loopc_source_make(struct loopc_source *s, const struct loopc_message *message)
{
    const bool keep = keeps(s);
    if (s->mapped && loopc_ranks_mapping->show(s, message)) return LOOPC_FAILED;
    if (!s->x) s->x = make_array(s->rows, s->table.inputs);
    if (!s->y && s->answers) s->y = make_array(s->rows, s->table.targets);
    int st = LOOPC_FAILED;
    if (s->x && (s->y || !s->answers)) {
        st = s->mapped ? LOOPC_OK : make_x(s, keep, message);
        if (!st) st = make_y(s, message);
    } else {
        (void)loopc_error_set(message, NULL, "%s: out of memory", s->name);
    }
    if (!keep) loopc_source_settle(s);
    return st;
}

void loopc_source_settle(struct loopc_source *s)
{
    loopc_values_free(&s->values);
    free(s->answers);
    s->answers = NULL;
}
