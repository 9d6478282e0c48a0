/* Data sets: parts, and rows in an order. */
#include "data/dataset.h"
#include "base/shuffle.h"

#include "data/dataset_formats.h"
#include "base/rng.h"

#include <stdlib.h>
#include <string.h>

/* Row i of the order that key gives. */
static int64_t nth(const struct loopc_dataset *d, uint64_t key, int64_t i)
{
    if (key) i = (int64_t)loopc_shuffled(key, (uint64_t)d->rows, (uint64_t)i);
    return loopc_dataset_row(d, i);
}

int32_t loopc_dataset_take(const struct loopc_dataset *d, uint64_t key, int64_t first, int32_t rows,
                           float *x, int32_t *labels)
{
    const int32_t count = loopc_dataset_left(d, first, rows);
    const size_t width = (size_t)d->columns;
    for (int32_t i = 0; i < count; i++) {
        const int64_t row = nth(d, key, first + i);
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

/* Marks the rows of the part: the last ones of the order that key gives. */
static unsigned char *mark_part(const struct loopc_dataset *whole, uint64_t key, int64_t count)
{
    const uint64_t rows = (uint64_t)whole->rows;
    unsigned char *const marks = calloc(rows + 1, 1);
    for (uint64_t i = rows - (uint64_t)count; marks && i < rows; i++) {
        marks[key ? loopc_shuffled(key, rows, i) : i] = 1;
    }
    return marks;
}

/* Where the rows with that mark are stored. Never NULL but for want of memory. */
static int64_t *make_index(const struct loopc_dataset *whole, const unsigned char *marks,
                           unsigned char mark, int64_t count)
{
    int64_t *const index = malloc(((size_t)count + 1) * sizeof *index);
    int64_t n = 0;
    for (int64_t i = 0; index && i < whole->rows; i++) {
        if (marks[i] == mark) index[n++] = loopc_dataset_row(whole, i);
    }
    return index;
}

int loopc_dataset_select(const struct loopc_dataset *whole, int64_t *index, int64_t rows,
                         struct loopc_dataset *part)
{
    struct loopc_source *const s = malloc(sizeof *s);
    if (!s) return LOOPC_FAILED;
    *s = *whole->source;
    s->is_part = true;
    s->index = index;
    *part = *whole;
    part->source = s;
    part->owner = true;
    part->index = index;
    part->rows = rows;
    return LOOPC_OK;
}

static int split(const struct loopc_dataset *whole, const unsigned char *marks, int64_t count,
                 struct loopc_dataset *rest, struct loopc_dataset *part)
{
    const int64_t left = whole->rows - count;
    int64_t *const taken = make_index(whole, marks, 1, count);
    int64_t *const kept = make_index(whole, marks, 0, left);
    struct loopc_dataset first = {0}, second = {0};
    int st = taken && kept ? loopc_dataset_select(whole, taken, count, &first) : LOOPC_FAILED;
    if (st == LOOPC_OK && rest != whole) st = loopc_dataset_select(whole, kept, left, &second);
    if (st != LOOPC_OK) {
        free(first.source);
        free(taken);
        free(kept);
        return st;
    }
    if (rest == whole)
        loopc_dataset_narrow(rest, kept, left);
    else
        *rest = second;
    *part = first;
    return st;
}

int loopc_dataset_split(const struct loopc_dataset *whole, uint64_t key, double share,
                        struct loopc_dataset *rest, struct loopc_dataset *part)
{
    if (!whole->source || !(share >= 0 && share <= 1)) return LOOPC_FAILED;
    const int64_t count = (int64_t)(share * (double)whole->rows + 0.5);
    unsigned char *const marks = mark_part(whole, key, count);
    const int st = marks ? split(whole, marks, count, rest, part) : LOOPC_FAILED;
    free(marks);
    return st;
}

void loopc_dataset_narrow(struct loopc_dataset *d, int64_t *index, int64_t rows)
{
    free(d->source->index);
    d->index = d->source->index = index;
    d->rows = index ? rows : d->source->rows;
}

bool loopc_dataset_is_part(const struct loopc_dataset *d)
{
    return d->source && d->source->is_part;
}

int64_t loopc_dataset_stored(const struct loopc_dataset *d)
{
    return d->source ? d->source->rows : 0;
}
