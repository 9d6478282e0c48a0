/* Products of matrices: every sum over a dimension that a net needs, as one nest of loops.
 *
 *     c(i, j) = start(i) + sum over p of u(i, p) * v(p, j), then its finish
 *
 * u, v and c are matrices of panels (panel.h). The three products of a layer are this one:
 *
 *     forward    y(o, r) = b(o) + sum over k of w(o, k) * x(k, r)   w along,  finish: activation
 *     backward   e(k, r) =        sum over o of w(o, k) * d(o, r)   w across, finish: derivative
 *     gradient   g(o, k) =        sum over r of d(o, r) * x(r, k)   d along,  finish: update of w
 *
 * with samples r feature-major in x(k, r), y, d and e, and sample-major in x(r, k). The values of u
 * are spread over lanes, those of v are vectors; so the weights are stored once and read in both
 * directions at the same speed, and a gradient is used in the registers where it was summed.
 *
 * Sizes are arguments: the loops are in the library (product_loops.h). There is a function for each
 * kind of product, so that a program holds those it needs.
 */
#ifndef LOOPC_PRODUCT_H
#define LOOPC_PRODUCT_H

#include "nn/activation.h"
#include "nn/cpu.h"
#include "nn/optim.h"
#include "nn/rows.h"
#include "nn/shards.h"
#include <stdbool.h>

struct loopc_product {
    const float *u, *v;
    float *c;
    ptrdiff_t u_stride, v_stride, c_stride; /* floats from one panel to the next */
    int32_t rows, columns, depth;           /* how many i, j, p */
    int32_t deepest;                        /* p that there is room for */
    enum loopc_epilogue finish;             /* but for an update */
    const float *start;                     /* start values of the sums of each row; NULL: 0 */
    bool add;                               /* they start from c */
    bool own;                               /* each part has all of v for itself */
    const float *gate;                      /* of c's shape */
    struct loopc_weights weights;
    const struct loopc_step_params *rates;
    struct loopc_ahead *ahead;  /* memory to prefetch meanwhile; NULL: nothing */
    struct loopc_shards shards; /* whose sums are kept apart and then added; of those kinds */
    struct loopc_thread me;     /* whose portion is done */
};

/* u along, finish: stored, or an activation. */
void loopc_multiply_forward(const struct loopc_product *p) LOOPC_KERNEL(loopc_multiply_forward);

/* u across, finish: stored, or the derivative of an activation. */
void loopc_multiply_backward(const struct loopc_product *p) LOOPC_KERNEL(loopc_multiply_backward);

/* u along, finish: an update by gradient descent, with or without momentum. */
void loopc_multiply_update(const struct loopc_product *p) LOOPC_KERNEL(loopc_multiply_update);

/* u along, finish: an update by Adam or AdamW. Its divisions and square roots overlap the
 * multiplications of the next tile. */
void loopc_multiply_adam(const struct loopc_product *p) LOOPC_KERNEL(loopc_multiply_adam);

/* u along, in shards of p, finish: stored. */
void loopc_multiply_shards(const struct loopc_product *p) LOOPC_KERNEL(loopc_multiply_shards);

/* The same in shards of p, finish: an update, as without shards. */
void loopc_multiply_shards_update(const struct loopc_product *p)
    LOOPC_KERNEL(loopc_multiply_shards_update);
void loopc_multiply_shards_adam(const struct loopc_product *p)
    LOOPC_KERNEL(loopc_multiply_shards_adam);

#endif
