/* Data sets: parts, and rows in an order. */
#include "data/dataset.h"
#include "base/shuffle.h"

#include "base/rng.h"
#include "data/mapped.h"
#include "data/source.h"

#include <stdlib.h>
#include <string.h>

/* Row i of the order that key gives. */
static int64_t nth(const struct loopc_dataset *d, uint64_t key, int64_t i)
{
    if (key) i = (int64_t)loopc_shuffled(key, (uint64_t)d->rows, (uint64_t)i);
    return loopc_dataset_row(d, i);
}

/* The source whose samples are made when they are needed, or NULL. */
static const struct loopc_source *made_when_needed(const struct loopc_dataset *d)
{
    const struct loopc_source *const s = d->source ? d->source->whole : NULL;
    return s && s->mapped && s->mapped->made ? s : NULL;
}

void loopc_dataset_need(const struct loopc_dataset *d, const int64_t *index, int32_t count)
{
    const struct loopc_source *const s = made_when_needed(d);
    if (s) loopc_ranks_mapping->need(s, index, count);
}

int32_t loopc_dataset_take(const struct loopc_dataset *d, uint64_t key, int64_t first, int32_t rows,
                           float *x, int32_t *labels)
{
    const int32_t count = loopc_dataset_left(d, first, rows);
    const size_t width = (size_t)d->columns;
    const struct loopc_source *const source = x ? made_when_needed(d) : NULL;
    for (int32_t i = 0; i < count; i++) {
        const int64_t row = nth(d, key, first + i);
        if (source) loopc_ranks_mapping->need(source, &row, 1);
        if (x) memcpy(x + (size_t)i * width, d->x + (size_t)row * width, width * sizeof *x);
        if (labels && d->labels) labels[i] = d->labels[row];
    }
    return count;
}

int32_t loopc_dataset_take_targets(const struct loopc_dataset *d, uint64_t key, int64_t first,
                                   int32_t rows, float *x, float *y)
{
    const int32_t count = loopc_dataset_take(d, key, first, rows, x, NULL);
    const size_t width = (size_t)d->targets;
    for (int32_t i = 0; i < count && y && d->y; i++) {
        const int64_t row = nth(d, key, first + i);
        memcpy(y + (size_t)i * width, d->y + (size_t)row * width, width * sizeof *y);
    }
    return count;
}

int32_t loopc_dataset_take_weights(const struct loopc_dataset *d, uint64_t key, int64_t first,
                                   int32_t rows, float *weights)
{
    const int32_t count = loopc_dataset_left(d, first, rows);
    for (int32_t i = 0; i < count; i++)
        weights[i] = d->weights ? d->weights[nth(d, key, first + i)] : 1;
    return count;
}

int loopc_dataset_select(const struct loopc_dataset *whole, int64_t *index, int64_t rows,
                         struct loopc_dataset *part)
{
    struct loopc_source *const s = malloc(sizeof *s);
    if (!s) return LOOPC_FAILED;
    *s = (struct loopc_source){.whole = whole->source->whole, .index = index};
    *part = *whole;
    part->source = s;
    part->owner = true;
    part->index = index;
    part->rows = rows;
    return LOOPC_OK;
}

void loopc_dataset_narrow(struct loopc_dataset *d, int64_t *index, int64_t rows)
{
    free(d->source->index);
    d->index = d->source->index = index;
    d->rows = index ? rows : d->source->whole->rows;
}

bool loopc_dataset_is_part(const struct loopc_dataset *d)
{
    return d->source && d->source->whole != d->source;
}

int64_t loopc_dataset_stored(const struct loopc_dataset *d)
{
    return d->source ? d->source->whole->rows : 0;
}
