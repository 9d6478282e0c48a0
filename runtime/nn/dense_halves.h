/* Fully connected layers, weights and biases apart: what dense.h does to both at once. */
#ifndef LOOPC_DENSE_HALVES_H
#define LOOPC_DENSE_HALVES_H

#include "nn/dense.h"

/* The two halves of loopc_dense_gradient and of loopc_dense_update, for layers without biases, and
 * for those whose weights and biases move at rates of their own. */
void loopc_dense_weights_gradient(float *gw, const float *sample_major, const float *d,
                                  int32_t samples, int32_t batch, int32_t inputs, int32_t outputs,
                                  struct loopc_thread me)
    LOOPC_KERNEL(loopc_dense_weights_gradient);
void loopc_dense_bias_gradient(float *gb, const float *d, int32_t samples, int32_t outputs,
                               struct loopc_thread me) LOOPC_KERNEL(loopc_dense_bias_gradient);
void loopc_dense_weights_update(struct loopc_weights w, const float *sample_major, const float *d,
                                int32_t samples, int32_t batch, int32_t inputs, int32_t outputs,
                                const struct loopc_step_params *rates, struct loopc_thread me)
    LOOPC_KERNEL(loopc_dense_weights_update);
void loopc_dense_bias_update(struct loopc_weights b, const float *d, int32_t samples,
                             int32_t outputs, const struct loopc_step_params *rates,
                             struct loopc_thread me) LOOPC_KERNEL(loopc_dense_bias_update);

#endif
