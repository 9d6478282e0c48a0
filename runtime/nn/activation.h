/* Activation functions and their derivatives, on feature-major panels (panel.h): features x
 * samples, of which `samples` are there.
 *
 * A function is given z = W x + b and makes a of it. Its derivative is written in terms of a, so z
 * need not be kept: a gate turns d, the derivative of the loss by a, into that by z. Hidden layers
 * have both done where their sums end (product.h, `finish`); the functions here are for the last
 * layer. A NaN stays a NaN, so that a net that diverged shows it. Each call does the share of one
 * part (part.h), LOOPC_LANES samples side by side.
 */
#ifndef LOOPC_ACTIVATION_H
#define LOOPC_ACTIVATION_H

#include "nn/cpu.h"
#include "nn/panel.h"

/* Epilogues of a sum. x is the sum; a, for a gate, the output of the layer that it belongs to. */
enum loopc_epilogue {
    LOOPC_STORE,            /* x */
    LOOPC_RELU,             /* max(x, 0) */
    LOOPC_TANH,             /* tanh x */
    LOOPC_SIGMOID,          /* 1 / (1 + exp(-x)) */
    LOOPC_BACKWARD_RELU,    /* x where a > 0, else 0 (also at the kink) */
    LOOPC_BACKWARD_TANH,    /* x (1 - a^2) */
    LOOPC_BACKWARD_SIGMOID, /* x a (1 - a) */
    LOOPC_UPDATE,           /* the sum is the gradient of the weight in its place, which it moves */
};

/* to = finish(from, a), where all three may be the same */
void loopc_activate(const float *from, const float *a, float *to, int32_t samples, int32_t features,
                    enum loopc_epilogue finish, struct loopc_thread me)
    LOOPC_KERNEL(loopc_activate);

/* a[j] = exp(z[j] - m) / sum over i of exp(z[i] - m), sample by sample, m the largest z: no
 * exponential overflows, and the sum is at least 1. */
void loopc_softmax(const float *z, float *a, int32_t samples, int32_t classes,
                   struct loopc_thread me) LOOPC_KERNEL(loopc_softmax);

/* d[j] becomes a[j] (d[j] - sum over i of d[i] a[i]), sample by sample. */
void loopc_softmax_backward(const float *a, float *d, int32_t samples, int32_t classes,
                            struct loopc_thread me) LOOPC_KERNEL(loopc_softmax_backward);

#endif
