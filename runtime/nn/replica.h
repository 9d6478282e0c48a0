/* Replicas: nets of one description that are trained side by side in the lanes of vectors.
 *
 * Sixteen replicas are a group. Element e of an array has 16 neighbours, one of each replica, a
 * cache line; a matrix of a group has element (i, j) of replica l at
 *
 *     (i * LOOPC_REPLICA_STRIDE(columns) + j) * 16 + l
 *
 * and the groups of an array follow each other. Wide rows are an odd number of cache lines apart,
 * so that a column of a matrix is spread over all sets of a cache. Activations and deltas are
 * samples x features, weights outputs x inputs; the order is the same for any width of vectors.
 *
 * A replica has the bits of a net of its own: every sum has the order of dense.h, bias.h and
 * loss.h, and lanes never mix. Lanes without a replica repeat the rows of the last one.
 *
 * Functions take one group. Those of nets that are narrower than 8 in everything are inline
 * (replica_lanes.h), as those of narrow.h are.
 */
#ifndef LOOPC_REPLICA_H
#define LOOPC_REPLICA_H

#include "base/rng.h"
#include "nn/activation.h"
#include "nn/cpu.h"
#include "nn/optim.h"
#include "nn/rows.h"

#include <stdbool.h>

enum { LOOPC_REPLICAS = 16 }; /* of a group */

#define LOOPC_REPLICA_STRIDE(columns) ((columns) < 16 ? (columns) : (columns) | 1)

/* Floats that a matrix of a group takes. */
#define LOOPC_REPLICA_MATRIX(rows, columns)                                                        \
    ((rows) * (LOOPC_REPLICA_STRIDE(columns)) * LOOPC_REPLICAS)

/* The place of element (i, j) of the first replica of a group. */
static inline ptrdiff_t loopc_replica_at(ptrdiff_t columns, ptrdiff_t i, ptrdiff_t j)
{
    return (i * (LOOPC_REPLICA_STRIDE(columns)) + j) * LOOPC_REPLICAS;
}

/* The matrix of replica m in an array of groups, `floats` each. */
static inline ptrdiff_t loopc_replica_of(ptrdiff_t m, ptrdiff_t floats)
{
    return m / LOOPC_REPLICAS * floats + m % LOOPC_REPLICAS;
}

/* The rates of a step, with a learning rate for each replica: fields of optim.h. */
struct loopc_replica_rates {
    struct loopc_step_params common;
    LOOPC_ALIGNED float move[LOOPC_REPLICAS]; /* eta, or step */
    LOOPC_ALIGNED float kept[LOOPC_REPLICAS]; /* of AdamW: the share of a weight that stays */
};

/* The rates of `count` replicas; those of lanes without a replica are 0. */
struct loopc_replica_rates loopc_replica_sgd(const float *eta, int32_t count, float momentum,
                                             float decay) LOOPC_KERNEL(loopc_replica_sgd);
struct loopc_replica_rates loopc_replica_adam(enum loopc_rule rule, int64_t t, const float *eta,
                                              int32_t count, double beta1, double beta2,
                                              float epsilon, float decay)
    LOOPC_KERNEL(loopc_replica_adam);

/* Rows of replicas, which are `apart` floats from one replica to the next: 0 where all read the
 * same or where indices, as many for each replica as there are samples, say which they are. */
struct loopc_replica_rows {
    const void *x;
    ptrdiff_t apart;
    const int64_t *index;
};

/* Those of group g. */
static inline struct loopc_replica_rows loopc_replica_rows_of(struct loopc_replica_rows rows,
                                                              int32_t g, int32_t samples)
{
    rows.x = (const float *)rows.x + g * LOOPC_REPLICAS * rows.apart;
    if (rows.index) rows.index += g * LOOPC_REPLICAS * samples;
    return rows;
}

/* Whether every replica takes its rows as they are stored: all keys are 0. */
static inline bool loopc_replica_is_stored(const uint64_t *keys, int32_t count)
{
    uint64_t any = 0;
    for (int32_t m = 0; m < count; m++)
        any |= keys[m];
    return any == 0;
}

/* From rows of `count` replicas, samples x features each, to lanes; and back, replicas one after
 * the other. Labels are packed as their bits. */
void loopc_replica_pack(struct loopc_replica_rows from, int32_t count, void *to, int32_t samples,
                        int32_t features) LOOPC_KERNEL(loopc_replica_pack);
void loopc_replica_unpack(const float *lanes, int32_t count, float *to, int32_t samples,
                          int32_t features) LOOPC_KERNEL(loopc_replica_unpack);

/* y = finish(W x + b); dx = finish(W' d), gated by x; and weights and biases moved by their
 * gradients. */
void loopc_replica_forward(const float *w, const float *b, const float *x, float *y,
                           int32_t samples, int32_t inputs, int32_t outputs,
                           enum loopc_epilogue finish) LOOPC_KERNEL(loopc_replica_forward);
void loopc_replica_backward(const float *w, const float *d, const float *x, float *dx,
                            int32_t samples, int32_t inputs, int32_t outputs,
                            enum loopc_epilogue finish) LOOPC_KERNEL(loopc_replica_backward);
void loopc_replica_update(struct loopc_weights w, struct loopc_weights b, const float *x,
                          const float *d, int32_t samples, int32_t inputs, int32_t outputs,
                          const struct loopc_replica_rates *rates)
    LOOPC_KERNEL(loopc_replica_update);

/* Losses as in loss.h: of each sample to `losses`, with the derivatives in d, which holds targets
 * before. */
void loopc_replica_squared_error(const float *a, float *d, float *losses, int32_t samples,
                                 int32_t outputs, enum loopc_epilogue gate)
    LOOPC_KERNEL(loopc_replica_squared_error);
void loopc_replica_cross_entropy(const float *z, const int32_t *labels, float *d, float *losses,
                                 int32_t samples, int32_t classes)
    LOOPC_KERNEL(loopc_replica_cross_entropy);
void loopc_replica_binary_cross_entropy(const float *z, float *d, float *losses, int32_t samples,
                                        int32_t outputs)
    LOOPC_KERNEL(loopc_replica_binary_cross_entropy);
void loopc_replica_softmax(const float *z, float *a, int32_t samples, int32_t classes)
    LOOPC_KERNEL(loopc_replica_softmax);
void loopc_replica_softmax_backward(const float *a, float *d, int32_t samples, int32_t classes)
    LOOPC_KERNEL(loopc_replica_softmax_backward);
void loopc_replica_sigmoid(const float *z, float *a, int32_t samples, int32_t outputs)
    LOOPC_KERNEL(loopc_replica_sigmoid);

/* Multiplies losses and derivatives of samples by their weights. */
void loopc_replica_weigh(const float *weights, float *d, float *losses, int32_t samples,
                         int32_t outputs) LOOPC_KERNEL(loopc_replica_weigh);

/* The mean loss of each replica. */
void loopc_replica_mean(const float *losses, float *means, int32_t samples)
    LOOPC_KERNEL(loopc_replica_mean);

/* First weights of one replica, whose first element is at w: those of init.h, from its stream. */
void loopc_replica_init_normal(float *w, struct loopc_rng *rng, int32_t inputs, int32_t outputs,
                               float deviation) LOOPC_KERNEL(loopc_replica_init_normal);
void loopc_replica_init_xavier(float *w, struct loopc_rng *rng, int32_t inputs, int32_t outputs)
    LOOPC_KERNEL(loopc_replica_init_xavier);
void loopc_replica_init_he(float *w, struct loopc_rng *rng, int32_t inputs, int32_t outputs)
    LOOPC_KERNEL(loopc_replica_init_he);

/* The weights of one replica from a list, row by row, and back; each returns where the list goes
 * on. */
const float *loopc_replica_take(float *w, const float *flat, int32_t rows, int32_t columns)
    LOOPC_KERNEL(loopc_replica_take);
float *loopc_replica_put(const float *w, float *flat, int32_t rows, int32_t columns)
    LOOPC_KERNEL(loopc_replica_put);

/* The means over `count` replicas of `values` values each, one replica after the other. */
void loopc_replica_average(const float *from, float *to, int32_t count, int32_t values)
    LOOPC_KERNEL(loopc_replica_average);

#endif
