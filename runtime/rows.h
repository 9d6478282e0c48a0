/* Rows of samples as they stand in memory, and fetching those that the next step will take.
 *
 * Rows of a shuffled data set come from all over the memory, which no processor foresees. A training
 * step knows where the next one's are, and has a cache line of them fetched now and then, beside its
 * multiplications (product.h); they are there when they are wanted.
 */
#ifndef LOOPC_ROWS_H
#define LOOPC_ROWS_H

#include "panel.h"

/* Row r at x + (index ? index[r] : r) * features. */
struct loopc_rows {
    const float *x;
    const int64_t *index;
};

static inline const float *loopc_row(struct loopc_rows rows, int32_t r, int32_t features)
{
    return rows.x + (rows.index ? rows.index[r] : r) * features;
}

/* What is to be fetched, and how far that is: row r, feature k. */
struct loopc_ahead {
    struct loopc_rows rows;
    int32_t samples, features;
    struct loopc_span mine; /* the features that this part will take */
    int32_t r, k;
};

/* The share of one part of `samples` rows. */
static inline struct loopc_ahead loopc_ahead_of(struct loopc_rows rows, int32_t samples,
                                                int32_t features, struct loopc_part me)
{
    const struct loopc_span mine = loopc_panels_of(features, me);
    return (struct loopc_ahead){rows, samples, features, mine, .k = mine.first};
}

/* Fetches the next cache line, if there is one, to where it disturbs no one: the second cache. */
static inline void loopc_fetch_ahead(struct loopc_ahead *ahead)
{
    if (ahead->r >= ahead->samples) return;
    __builtin_prefetch(loopc_row(ahead->rows, ahead->r, ahead->features) + ahead->k, 0, 2);
    ahead->k += LOOPC_PANEL;
    if (ahead->k < ahead->mine.end) return;
    ahead->k = ahead->mine.first;
    ahead->r++;
}

#endif
