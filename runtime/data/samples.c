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

const double *loopc_source_row(const struct loopc_source *s, int64_t r, double *room)
{
    if (s->is_plain) return loopc_values_row(&s->values, r, room);
    const double *const row = loopc_values_row(&s->values, r, room + s->table.inputs);
    for (int32_t i = 0; i < s->feature_count; i++) {
        const struct loopc_feature *const f = &s->features[i];
        double value = row[f->kept];
        if (isnan(value))
            value = f->fill;
        else if (f->rank)
            value = f->rank[(int32_t)value];
        if (!f->onehot) {
            room[f->place] = value;
            continue;
        }
        memset(room + f->place, 0, (size_t)f->width * sizeof *room);
        if (value >= 0 && value < f->width) room[f->place + (int32_t)value] = 1;
    }
    return room;
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

static int make_x(struct loopc_source *s, double *room, bool keep,
                  const struct loopc_message *message)
{
    const int32_t width = s->table.inputs;
    const bool copies = s->is_plain && s->table.x.count == 0; /* f32 become what they are */
    for (int64_t r = 0; r < s->rows; r++) {
        const float *const same = copies ? loopc_values_narrow_row(&s->values, r) : NULL;
        const double *const row = same ? NULL : loopc_source_row(s, r, room);
        if (same)
            memcpy(s->x + r * width, same, (size_t)width * sizeof *same);
        else if (!loopc_source_scale(s->x + r * width, row, &s->table.x, width))
            return loopc_source_too_large(s, row, r, message);
        if (!keep && r % s->values.chunk_rows == 0) loopc_values_drop(&s->values, r);
    }
    return LOOPC_OK;
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
    double *const room =
        malloc(((size_t)s->table.inputs + (size_t)s->values.width + 1) * sizeof *room);
    int st = LOOPC_FAILED;
    if (s->x && room && (s->y || !s->answers)) {
        st = s->mapped ? LOOPC_OK : make_x(s, room, keep, message);
        if (!st) st = make_y(s, message);
    } else {
        (void)loopc_error_set(message, NULL, "%s: out of memory", s->name);
    }
    free(room);
    if (!keep) loopc_source_settle(s);
    return st;
}

void loopc_source_settle(struct loopc_source *s)
{
    loopc_values_free(&s->values);
    free(s->answers);
    s->answers = NULL;
}
