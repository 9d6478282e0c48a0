/* First values of weights: w is outputs x inputs, in panels (panel.h), drawn output by output from
 * the stream `rng`.
 *
 * They differ in the variance. A layer adds up `inputs` products on the way forward and
 * `outputs` on the way back; the variance is chosen so that neither signal grows or fades from
 * layer to layer. Biases begin at 0.
 */
#ifndef LOOPC_INIT_H
#define LOOPC_INIT_H

#include "base/rng.h"
#include "nn/cpu.h"
#include "nn/panel.h"

/* Normal with mean 0 and the given standard deviation. */
void loopc_init_normal(float *w, struct loopc_rng *rng, int32_t inputs, int32_t outputs,
                       float deviation) LOOPC_KERNEL(loopc_init_normal);

/* Uniform between -limit and limit, limit^2 = 6 / (inputs + outputs): variance 2 / (inputs +
 * outputs). For tanh and others that are near the identity at 0. (Glorot and Bengio, "Understanding
 * the difficulty of training deep feedforward neural networks", 2010, equation 16; often called
 * Xavier.) */
void loopc_init_xavier(float *w, struct loopc_rng *rng, int32_t inputs, int32_t outputs)
    LOOPC_KERNEL(loopc_init_xavier);

/* Normal with variance 2 / inputs: relu lets half of the signal through. (He, Zhang, Ren and Sun,
 * "Delving deep into rectifiers", 2015, equation 10.) */
void loopc_init_he(float *w, struct loopc_rng *rng, int32_t inputs, int32_t outputs)
    LOOPC_KERNEL(loopc_init_he);

#endif
