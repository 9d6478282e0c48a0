/* Rows of samples in memory, and prefetching those of the next step.
 *
 * Rows of a shuffled data set come from all over the memory, which no processor foresees. A
 * training step knows where the next one's are, and has a cache line of them fetched now and then,
 * beside its multiplications (product.h); they are there when they are wanted.
 */
#ifndef LOOPC_ROWS_H
#define LOOPC_ROWS_H

#include "nn/panel.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef LOOPC_DEVICE
struct loopc_dataset;
void loopc_device_read(const struct loopc_dataset *d, int64_t row, float *x) __attribute__((weak));
#endif

/* Row r at x + (index ? index[r] : r) * features. On a device x may be NULL where `data` is not:
 * its rows index[r] are read then (device/rows.h). */
struct loopc_rows {
    const float *x;
    const int64_t *index;
#ifdef LOOPC_DEVICE
    const struct loopc_dataset *data;
#endif
};

static inline const float *loopc_row(struct loopc_rows rows, int32_t r, int32_t features)
{
    return rows.x + (rows.index ? rows.index[r] : r) * features;
}

/* Whether a net with room for `room` rows can take `rows` of them; if not, they are noted in
 * *excess (-1: below 0), and the body that gave them fails (failures.h, loopc_fail_rows). */
static inline bool loopc_rows_fit(int32_t rows, int32_t room, int32_t *excess)
{
    if (__builtin_expect((uint32_t)rows <= (uint32_t)room, 1)) return true;
    *excess = rows < 0 ? -1 : rows;
    return false;
}

/* The same for the index of one row. */
static inline bool loopc_is_row(int32_t row, int32_t room, int32_t *excess)
{
    return loopc_rows_fit(row < 0 || row == INT32_MAX ? -1 : row + 1, room, excess);
}

/* The rows to prefetch, and the progress of that. */
struct loopc_ahead {
    struct loopc_rows rows;
    int32_t samples, features;
    int32_t r;               /* the next row, */
    const float *next, *end; /* and the rest of the one before it */
};

/* Goes on with the next row; after the last one its end is fetched again and again, which costs
 * less than to ask. */
static inline void loopc_next_ahead(struct loopc_ahead *ahead)
{
    if (ahead->r >= ahead->samples) return;
    ahead->next = loopc_row(ahead->rows, ahead->r++, ahead->features);
    ahead->end = ahead->next + ahead->features;
}

/* `samples` rows. */
static inline struct loopc_ahead loopc_ahead_of(struct loopc_rows rows, int32_t samples,
                                                int32_t features)
{
    struct loopc_ahead ahead = {rows, samples, features, .next = rows.x, .end = rows.x};
    loopc_next_ahead(&ahead);
    return ahead;
}

/* Fetches the next cache line to where it disturbs no one, the second cache. */
static inline void loopc_fetch_ahead(struct loopc_ahead *ahead)
{
    __builtin_prefetch(ahead->next, 0, 2);
    if (ahead->next < ahead->end) ahead->next += LOOPC_PANEL;
    if (ahead->next >= ahead->end) loopc_next_ahead(ahead);
}

#endif
