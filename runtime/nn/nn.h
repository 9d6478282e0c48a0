/* Multilayer perceptrons: the functions that emitted C calls.
 *
 * A net is not an object here. The generator knows its sizes, so it emits a plain struct with all
 * of it inline, and functions that call these kernels, a line a layer. Kernels are compiled when
 * the library is, for each generation of processors (cpu.h); sizes are their arguments. Where
 * nothing in a net is wider than 8 it stays in registers: then the calls of a step are to the
 * inline functions of narrow.h.
 *
 *     panel.h        the form of all matrices
 *     thread.h       how threads share the work, and team.h how they wait for each other
 *     transpose.h    batches on their way into that form and out of it
 *     dense.h        y = W x + b, its derivatives, and its training
 *     activation.h   relu, tanh, sigmoid, softmax and their derivatives
 *     loss.h         squared error, cross-entropies and their derivatives; classes, accuracy
 *     policy.h       drawing from a softmax, policy gradients, entropy
 *     init.h         first weights: normal, Xavier, He
 *     optim.h        sgd, momentum, Adam, AdamW; norm and scaling of gradients
 *     flat.h         all weights as a list
 *     spread.h       what activations and gradients are like
 *     scalar.h       exp, log, tanh
 *
 * Nets with replicas, many nets side by side in the lanes of vectors, take replica.h instead.
 * Policies of numbers take gaussian.h or squash.h: draws, their densities and derivatives.
 * Nets that are trained in shards take shards.h as well, the gradient as a sum of partial sums.
 * Nets with other layers, losses or optimizers than these take deep.h as well. Inside of the
 * library are
 *
 *     vector.h        vectors of floats and their lane-wise operations
 *     elementary.h    exp, log, tanh of vectors; curves.h the functions of curve.h
 *     epilogue.h, update.h   epilogues of a sum: an activation, a step of an optimizer
 *     tile.h          the part of a product of matrices that is kept in registers
 *     product.h       products of matrices; product_loops.h the order of all loops
 *     strip.h         transposition in registers
 *
 * A batch of fewer samples than the arrays have room for is calculated with those alone. Sums have
 * a fixed order and fused multiply-adds are written out, so that a net has the same bits on every
 * machine, with any number of threads. Nothing here allocates, fails, or keeps state outside of its
 * arguments.
 */
#ifndef LOOPC_NN_H
#define LOOPC_NN_H

#include "nn/activation.h"
#include "nn/dense.h"
#include "nn/flat.h"
#include "nn/init.h"
#include "nn/loss.h"
#include "nn/optim.h"
#include "nn/policy.h"
#include "nn/scalar.h"
#include "nn/spread.h"
#include "nn/transpose.h"
#include "parallel/team.h"

#include <math.h>

#endif
