/* Data sets of a device: arrays that the firmware has in flash, or rows that it reads when they are
 * wanted.
 *
 * A dataset field of the spec is set before the first step, by the firmware or by its key `device`,
 * an expression for what this file calls a data set:
 *
 *     static const float x[1000 * 64];                    in flash
 *     fit.train = (struct loopc_dataset){.x = x, .labels = labels, .rows = 1000, .columns = 64,
 *                                        .classes = 10};
 *
 * With .x = NULL the firmware defines loopc_device_read, which is called for each row of a batch
 * and may take it from a bus, or expand bytes to floats:
 *
 *     void loopc_device_read(const struct loopc_dataset *d, int64_t row, float *x)
 *     {
 *         for (int32_t k = 0; k < d->columns; k++) x[k] = (float)bytes[row * d->columns + k] / 16;
 *     }
 *
 * loopc_dataset_take and NET_train_from do either. Nothing is scaled, split or checked here: the
 * firmware has the data in the form that the net is to see. A run whose data set has rows and
 * neither .x nor that function fails before its first step.
 */
#ifndef LOOPC_DEVICE_ROWS_H
#define LOOPC_DEVICE_ROWS_H

#include "base/shuffle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Members as in the runtime's own dataset.h. All zeros is a data set without rows. */
struct loopc_dataset {
    const float *x;        /* samples: rows x columns, row-major; NULL: loopc_device_read */
    const int32_t *labels; /* 0 <= label < classes, one a row; or NULL */
    const float *y;        /* rows x targets, row-major; or NULL */
    const float *weights;  /* one a row, >= 0; or NULL */
    const int64_t *index;  /* where its rows are stored, ascending; NULL: row i at i */
    int64_t rows;
    int32_t columns;
    int32_t classes; /* 0 without labels */
    int32_t targets; /* 0 without y */
};

/* Written by the firmware where a data set has rows and no x: writes the d->columns floats of
 * stored row `row` to x. */
void loopc_device_read(const struct loopc_dataset *d, int64_t row, float *x) __attribute__((weak));

/* Whether there is a way to its samples. */
static inline bool loopc_dataset_is_readable(const struct loopc_dataset *d)
{
    return d->x || loopc_device_read;
}

/* Where row i of d is stored; 0 <= i < d->rows. */
static inline int64_t loopc_dataset_row(const struct loopc_dataset *d, int64_t i)
{
    return d->index ? d->index[i] : i;
}

/* How many of the rows first .. first + rows - 1 there are. */
static inline int32_t loopc_dataset_left(const struct loopc_dataset *d, int64_t first, int32_t rows)
{
    if (first < 0 || first >= d->rows || rows <= 0) return 0;
    const int64_t left = d->rows - first;
    return left < rows ? (int32_t)left : rows;
}

/* Where row i of the order that key gives is stored. */
static inline int64_t loopc_dataset_nth(const struct loopc_dataset *d, uint64_t key, int64_t i)
{
    if (key) i = (int64_t)loopc_shuffled(key, (uint64_t)d->rows, (uint64_t)i);
    return loopc_dataset_row(d, i);
}

/* As in dataset.h: copies rows of the order that key gives; returns how many there were, 0 where
 * their samples are wanted and cannot be read. */
static inline int32_t loopc_dataset_take(const struct loopc_dataset *d, uint64_t key, int64_t first,
                                         int32_t rows, float *x, int32_t *labels)
{
    const bool some = !x || loopc_dataset_is_readable(d);
    const int32_t count = some ? loopc_dataset_left(d, first, rows) : 0;
    const size_t width = (size_t)d->columns;
    for (int32_t i = 0; i < count; i++) {
        const int64_t row = loopc_dataset_nth(d, key, first + i);
        float *const to = x ? x + (size_t)i * width : NULL;
        if (to && d->x) memcpy(to, d->x + (size_t)row * width, width * sizeof *x);
        if (to && !d->x) loopc_device_read(d, row, to);
        if (labels && d->labels) labels[i] = d->labels[row];
    }
    return count;
}

/* The same with targets: y is rows x targets. */
static inline int32_t loopc_dataset_take_targets(const struct loopc_dataset *d, uint64_t key,
                                                 int64_t first, int32_t rows, float *x, float *y)
{
    const int32_t count = loopc_dataset_take(d, key, first, rows, x, NULL);
    const size_t width = (size_t)d->targets;
    for (int32_t i = 0; i < count && y && d->y; i++)
        memcpy(y + (size_t)i * width, d->y + (size_t)loopc_dataset_nth(d, key, first + i) * width,
               width * sizeof *y);
    return count;
}

/* The same with weights of rows. Without them in d they are all 1. */
static inline int32_t loopc_dataset_take_weights(const struct loopc_dataset *d, uint64_t key,
                                                 int64_t first, int32_t rows, float *weights)
{
    const int32_t count = loopc_dataset_left(d, first, rows);
    for (int32_t i = 0; i < count; i++)
        weights[i] = d->weights ? d->weights[loopc_dataset_nth(d, key, first + i)] : 1;
    return count;
}

/* Where the rows of loopc_dataset_take are stored, and their labels; labels may be NULL. */
static inline int32_t loopc_dataset_pick(const struct loopc_dataset *d, uint64_t key, int64_t first,
                                         int32_t rows, int64_t *index, int32_t *labels)
{
    const int32_t count = loopc_dataset_left(d, first, rows);
    for (int32_t i = 0; i < count; i++) {
        index[i] = loopc_dataset_nth(d, key, first + i);
        if (labels && d->labels) labels[i] = d->labels[index[i]];
    }
    return count;
}

#endif
