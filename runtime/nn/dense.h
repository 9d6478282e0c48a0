/* Fully connected layers: y = W x + b, and the derivatives of it that training needs.
 *
 * Shapes (panel.h says how they are stored; "feature-major" means features x samples):
 *   w, gw      outputs x inputs
 *   b, gb      outputs
 *   x, y       feature-major: inputs and outputs of the layer
 *   sample-major      samples x inputs: x once more, for the gradient
 *   d, dx      feature-major: gradients of the loss with respect to this layer's
 *              pre-activations and to those of the layer below
 * Arrays of samples have room for `batch` of them, of which `samples` are there; that may be 0. No
 * two arrays of one call overlap. Nothing is allocated and nothing can fail.
 *
 * Every sum runs over its index in ascending order, a fused multiply-add a term, starting from the
 * first value of its formula: the bits are those of the plain loops, on every machine and for every
 * number of threads. (Only the gradient of a bias, which has no products, is 16 sums side by side,
 * of every sixteenth sample each, that are then added up in pairs.) Each call does the share of one
 * part (part.h); all parts must be done before the results are read.
 */
#ifndef LOOPC_DENSE_H
#define LOOPC_DENSE_H

#include "nn/activation.h"
#include "nn/cpu.h"
#include "nn/optim.h"
#include "nn/rows.h"

/* y(o, r) = finish(b(o) + sum over k of w(o, k) * x(k, r)) */
void loopc_dense_forward(const float *w, const float *b, const float *x, float *y, int32_t samples,
                         int32_t inputs, int32_t outputs, enum loopc_epilogue finish,
                         struct loopc_thread me) LOOPC_KERNEL(loopc_dense_forward);

/* dx(k, r) = finish(sum over o of w(o, k) * d(o, r)), gated by the outputs x of the layer below */
void loopc_dense_backward(const float *w, const float *d, const float *x, float *dx,
                          int32_t samples, int32_t inputs, int32_t outputs,
                          enum loopc_epilogue finish, struct loopc_thread me)
    LOOPC_KERNEL(loopc_dense_backward);

/* gw(o, k) += sum over r of d(o, r) * sample_major(r, k),  gb(o) += sum over r of d(o, r) */
void loopc_dense_gradient(float *gw, float *gb, const float *sample_major, const float *d,
                          int32_t samples, int32_t batch, int32_t inputs, int32_t outputs,
                          struct loopc_thread me) LOOPC_KERNEL(loopc_dense_gradient);

/* Moves weights and biases by the gradients that loopc_dense_gradient would have added to 0, but
 * uses each where it was summed, in registers: they are nowhere stored. */
void loopc_dense_update(struct loopc_weights w, struct loopc_weights b, const float *sample_major,
                        const float *d, int32_t samples, int32_t batch, int32_t inputs,
                        int32_t outputs, const struct loopc_step_params *rates,
                        struct loopc_thread me) LOOPC_KERNEL(loopc_dense_update);

/* The same for the first layer, whose inputs each part made for itself. Meanwhile the rows that the
 * next step needs is fetched; ahead may be NULL. */
void loopc_dense_update_first(struct loopc_weights w, struct loopc_weights b,
                              const float *sample_major, const float *d, int32_t samples,
                              int32_t batch, int32_t inputs, int32_t outputs,
                              const struct loopc_step_params *rates, struct loopc_ahead *ahead,
                              struct loopc_thread me) LOOPC_KERNEL(loopc_dense_update_first);

#endif
