/* Multilayer perceptrons: the kernels that emitted C is made of.
 *
 * A net is no object here. The generator knows its sizes, so it emits a plain struct that holds all
 * of it inline, and functions that call these kernels, a line a layer, with constant sizes:
 *
 *     elementary.h   exp, log, tanh: the one place that knows whose they are
 *     dense.h        y = W x + b and its derivatives
 *     activation.h   tanh, relu, sigmoid, softmax and their derivatives
 *     loss.h         squared error, cross-entropies and their derivatives; classes, accuracy
 *     policy.h       drawing from a softmax, policy gradients, entropy
 *     init.h         first weights: normal, Xavier, He
 *     optim.h        sgd, momentum, Adam, AdamW; norm and scaling of gradients
 *
 * Batches are row-major, a row a sample. A batch of fewer rows than the arrays have room for is
 * calculated with those rows alone. Sums have a fixed order and fused multiply-adds are written
 * out, so that a net has the same bits everywhere (but see elementary.h).
 *
 * These are the reference: plain loops that any faster form has to agree with. Nothing here
 * allocates, fails, or keeps state outside of its arguments.
 */
#ifndef LOOPC_NN_H
#define LOOPC_NN_H

#include "activation.h"
#include "dense.h"
#include "elementary.h"
#include "init.h"
#include "loss.h"
#include "optim.h"
#include "policy.h"
#include <stdint.h>
#include <string.h>

/* Copies the next `count` values of a flat list of weights into an array; returns what follows. */
static inline const float *loopc_unpack(float *array, const float *flat, int32_t count)
{
    memcpy(array, flat, (size_t)count * sizeof *array);
    return flat + count;
}

/* Copies an array to the next `count` places of a flat list of weights; returns what follows. */
static inline float *loopc_pack(const float *array, float *flat, int32_t count)
{
    memcpy(flat, array, (size_t)count * sizeof *array);
    return flat + count;
}

#endif
