/* Data sets: scaling of the samples. Sums are of f64 in the order of the rows, so that a data set
 * is scaled to the same bits everywhere. */
#include "data/dataset_formats.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void fill(double *to, int32_t count, double value)
{
    for (int32_t i = 0; i < count; i++)
        to[i] = value;
}

static double largest_magnitude(const struct loopc_dataset *d)
{
    float largest = 0;
    for (int64_t i = 0; i < d->rows * d->columns; i++) {
        if (fabsf(d->x[i]) > largest) largest = fabsf(d->x[i]);
    }
    return (double)largest;
}

static void find_means(const struct loopc_dataset *d, double *mean)
{
    fill(mean, d->columns, 0);
    for (int64_t r = 0; r < d->rows; r++) {
        const float *const row = d->x + r * d->columns;
        for (int32_t c = 0; c < d->columns; c++)
            mean[c] += (double)row[c];
    }
    for (int32_t c = 0; c < d->columns; c++)
        mean[c] /= (double)d->rows;
}

/* A column of one value has to come out as 0, which a deviation that was rounded would not give. */
static void find_constants(const struct loopc_dataset *d, double *divisor)
{
    bool all = false;
    fill(divisor, d->columns, 0);
    for (int64_t r = 1; r < d->rows && !all; r++) {
        const float *const row = d->x + r * d->columns;
        all = true;
        for (int32_t c = 0; c < d->columns; c++) {
            if (row[c] < d->x[c] || row[c] > d->x[c]) divisor[c] = 1;
            if (divisor[c] < 1) all = false;
        }
    }
}

static void find_deviations(const struct loopc_dataset *d, const double *mean, double *divisor,
                            double *squares)
{
    fill(squares, d->columns, 0);
    for (int64_t r = 0; r < d->rows; r++) {
        const float *const row = d->x + r * d->columns;
        for (int32_t c = 0; c < d->columns; c++) {
            const double difference = (double)row[c] - mean[c];
            squares[c] = fma(difference, difference, squares[c]);
        }
    }
    for (int32_t c = 0; c < d->columns; c++)
        divisor[c] *= sqrt(squares[c] / (double)d->rows);
}

static int find_standard(const struct loopc_dataset *d)
{
    double *const squares = malloc((size_t)d->columns * sizeof *squares);
    if (!squares) return LOOPC_FAILED;
    find_means(d, d->source->mean);
    find_constants(d, d->source->divisor);
    find_deviations(d, d->source->mean, d->source->divisor, squares);
    free(squares);
    return LOOPC_OK;
}

/* Fills in mean and divisor by the options. */
static int find_scale(const struct loopc_dataset *d)
{
    const struct loopc_source *const s = d->source;
    double largest;
    switch (s->options.scale) {
    case LOOPC_SCALE_NONE:
        break;
    case LOOPC_SCALE_CONSTANT:
        fill(s->mean, d->columns, 0);
        fill(s->divisor, d->columns, s->options.divisor);
        break;
    case LOOPC_SCALE_MAX:
        largest = largest_magnitude(d);
        fill(s->mean, d->columns, 0);
        fill(s->divisor, d->columns, largest > 0 ? largest : 1);
        break;
    case LOOPC_SCALE_STANDARD:
        return find_standard(d);
    }
    return LOOPC_OK;
}

static int too_large(const struct loopc_dataset *d, const struct loopc_message *message,
                     int64_t row, int32_t column)
{
    const struct loopc_source *const s = d->source;
    return loopc_error_set(message, NULL,
                           "%s: row %" PRId64 ", column %" PRId32 " of the samples: %g, scaled as "
                           "(x - %g) / %g, is too large for f32",
                           d->name, row + 1, column + 1, (double)d->x[row * d->columns + column],
                           s->mean[column], s->divisor[column]);
}

static int apply(const struct loopc_dataset *d, const struct loopc_message *message)
{
    const struct loopc_source *const s = d->source;
    for (int64_t r = 0; r < d->rows; r++) {
        float *const row = s->x + r * d->columns;
        for (int32_t c = 0; c < d->columns; c++) {
            const double divisor = s->divisor[c];
            const double x = divisor == 0 ? 0 : ((double)row[c] - s->mean[c]) / divisor;
            if (!(fabs(x) <= FLT_MAX)) return too_large(d, message, r, c);
            row[c] = (float)x;
        }
    }
    return LOOPC_OK;
}

int loopc_dataset_scale(struct loopc_dataset *d, const struct loopc_dataset *like,
                        const struct loopc_message *message)
{
    struct loopc_source *const s = d->source;
    const size_t bytes = (size_t)d->columns * sizeof(double);
    if (like ? !like->source->mean : s->options.scale == LOOPC_SCALE_NONE) return LOOPC_OK;
    s->mean = malloc(bytes);
    s->divisor = malloc(bytes);
    int st = s->mean && s->divisor ? LOOPC_OK : LOOPC_FAILED;
    if (st == LOOPC_OK && like) {
        memcpy(s->mean, like->source->mean, bytes);
        memcpy(s->divisor, like->source->divisor, bytes);
    } else if (st == LOOPC_OK) {
        st = find_scale(d);
    }
    return st ? loopc_error_set(message, NULL, "%s: out of memory", d->name) : apply(d, message);
}

bool loopc_dataset_scaling(const struct loopc_dataset *d, const double **mean,
                           const double **divisor)
{
    if (!d->source || !d->source->mean || !d->source->divisor) return false;
    *mean = d->source->mean;
    *divisor = d->source->divisor;
    return true;
}
