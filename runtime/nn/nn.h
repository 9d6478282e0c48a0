/* Multilayer perceptrons: the kernels that emitted C is made of.
 *
 * A net is no object here. The generator knows its sizes, so it emits a plain struct that holds all
 * of it inline, and functions that call these kernels, a line a layer, with constant sizes, which
 * the compiler cuts them to:
 *
 *     vector.h       vectors of floats and what is done to them lane by lane
 *     elementary.h   exp, log, tanh
 *     panel.h        the form of all matrices
 *     thread.h       how threads share the work, and team.h how they wait for each other
 *     turn.h         batches on their way into that form and out of it
 *     tile.h         the part of a product of matrices that is kept in registers
 *     product.h      products of matrices: the order of all loops
 *     dense.h        y = W x + b, its derivatives, and its training
 *     activation.h   relu, tanh, sigmoid, softmax and their derivatives
 *     loss.h         squared error, cross-entropies and their derivatives; classes, accuracy
 *     policy.h       drawing from a softmax, policy gradients, entropy
 *     init.h         first weights: normal, Xavier, He
 *     optim.h        sgd, momentum, Adam, AdamW; norm and scaling of gradients
 *
 * A batch of fewer samples than the arrays have room for is calculated with those alone. Sums have
 * a fixed order and fused multiply-adds are written out, so that a net has the same bits on every
 * machine, with any number of threads. Nothing here allocates, fails, or keeps state outside of its
 * arguments.
 */
#ifndef LOOPC_NN_H
#define LOOPC_NN_H

#include "nn/activation.h"
#include "parallel/team.h"
#include "nn/dense.h"
#include "nn/elementary.h"
#include "nn/init.h"
#include "nn/loss.h"
#include "nn/optim.h"
#include "nn/policy.h"
#include "nn/transpose.h"

/* The flat list of a net's weights: per layer the matrix, a row an output, then the biases. These
 * move one matrix of it (biases are one of one row); each returns what follows in the list. */

/* Takes a matrix from the list. */
static inline const float *loopc_flat_take(float *w, const float *flat, int32_t rows,
                                           int32_t columns)
{
    loopc_panels_from(flat, w, rows, columns);
    return flat + (ptrdiff_t)rows * columns;
}

/* Puts a matrix into the list. */
static inline float *loopc_flat_put(const float *w, float *flat, int32_t rows, int32_t columns)
{
    loopc_panels_to(w, flat, rows, columns);
    return flat + (ptrdiff_t)rows * columns;
}

/* flat += share * (w - flat): an exponential average of weights. */
static inline float *loopc_flat_blend(const float *w, float *flat, int32_t rows, int32_t columns,
                                      float share)
{
    for (int32_t i = 0; i < rows; i++)
        for (int32_t j = 0; j < columns; j++, flat++)
            *flat = fmaf(share, w[loopc_panel_at(rows, i, j)] - *flat, *flat);
    return flat;
}

#endif
