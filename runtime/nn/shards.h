/* Shards: the gradient of a batch as a sum of partial sums, so that several processes can add it up
 * and get the bits that one gets.
 *
 * A batch of `rows` rows has `count` shards, a power of two; shard s is the rows from
 * rows * s / count to rows * (s + 1) / count - 1. The partial sum of a shard is one chain of fused
 * multiply-adds over its rows, from 0; a bias has a chain of additions. They are added in one fixed
 * tree: neighbours in pairs, then pairs of these, and so on. A process that has the shards of a
 * whole branch of the tree computes the sum at its root, so the bits do not depend on how many
 * processes there are, nor on threads.
 */
#ifndef LOOPC_SHARDS_H
#define LOOPC_SHARDS_H

#include "nn/loss.h"
#include "nn/optim.h"
#include "nn/rows.h"

enum { LOOPC_SHARD_LEVELS = 7, LOOPC_SHARDS_MOST = 1 << (LOOPC_SHARD_LEVELS - 1) };

/* Shards first to end - 1 of a batch of `rows` rows in `count` shards. */
struct loopc_shards {
    int32_t rows, count, first, end;
};

/* Those of process `rank` of `ranks`, which divides count. */
static inline struct loopc_shards loopc_shards_of(int32_t rows, int32_t count, int32_t rank,
                                                  int32_t ranks)
{
    const int32_t each = count / ranks;
    return (struct loopc_shards){rows, count, rank * each, (rank + 1) * each};
}

/* The first row of shard s: rows * s / count. Tiles of a gradient ask for it at the end of each
 * chain, where a division takes as long as a tenth of the chain. */
static inline int32_t loopc_shard_row(struct loopc_shards shards, int32_t s)
{
    return (int32_t)(((int64_t)shards.rows * s) >> __builtin_ctz((unsigned)shards.count));
}

/* The rows of all these shards. */
static inline struct loopc_span loopc_shards_rows(struct loopc_shards shards)
{
    return (struct loopc_span){loopc_shard_row(shards, shards.first),
                               loopc_shard_row(shards, shards.end)};
}

/* Rows from number `first` on. */
static inline struct loopc_rows loopc_rows_from(struct loopc_rows rows, int32_t first,
                                                int32_t features)
{
    if (rows.index)
        rows.index += first;
    else
        rows.x += (ptrdiff_t)first * features;
    return rows;
}

/* The gradients of a dense layer (dense.h) over these shards, which are stored, not added:
 *     gw(o, k) = tree over s of sum over the rows r of s of d(o, r) * sample_major(r, k)
 *     gb(o)    = tree over s of sum over the rows r of s of d(o, r)
 * Row 0 of d and of sample_major is the first row of the first shard; they have room for
 * `batch`. */
void loopc_shards_gradient(float *gw, float *gb, const float *sample_major, const float *d,
                           struct loopc_shards shards, int32_t batch, int32_t inputs,
                           int32_t outputs, struct loopc_thread me)
    LOOPC_KERNEL(loopc_shards_gradient);

/* Moves the weights of a dense layer by these gradients, where one process has all shards: as they
 * are summed, and with the bits of loopc_descend_part. */
void loopc_shards_update(struct loopc_weights w, struct loopc_weights b, const float *sample_major,
                         const float *d, struct loopc_shards shards, int32_t batch, int32_t inputs,
                         int32_t outputs, const struct loopc_step_params *rates,
                         struct loopc_thread me) LOOPC_KERNEL(loopc_shards_update);

/* The batch whose part a call has, where it is not all of it: its samples, and those of them that
 * are not left out. The means are those over the whole batch, and losses and derivatives have the
 * bits that they have in it. */
struct loopc_whole {
    int32_t samples, counted;
};

/* The whole batch of these labels. */
struct loopc_whole loopc_whole_of(const int32_t *labels, int32_t samples)
    LOOPC_KERNEL(loopc_whole_of);

/* The losses of loss.h for a part of a batch. */
void loopc_squared_error_part(const float *a, float *d, float *losses, int32_t samples,
                              int32_t outputs, enum loopc_epilogue gate, struct loopc_whole whole,
                              struct loopc_thread me) LOOPC_KERNEL(loopc_squared_error_part);
void loopc_cross_entropy_part(const float *z, const int32_t *labels, float *d, float *losses,
                              int32_t samples, int32_t classes, struct loopc_whole whole,
                              struct loopc_thread me) LOOPC_KERNEL(loopc_cross_entropy_part);
void loopc_binary_cross_entropy_part(const float *z, float *d, float *losses, int32_t samples,
                                     int32_t outputs, struct loopc_whole whole,
                                     struct loopc_thread me)
    LOOPC_KERNEL(loopc_binary_cross_entropy_part);

/* Moves weights by their gradients (optim.h): the share of one thread. */
void loopc_descend_part(struct loopc_weights to, const float *g, int32_t rows, int32_t columns,
                        const struct loopc_step_params *rates, struct loopc_thread me)
    LOOPC_KERNEL(loopc_descend_part);

#endif
