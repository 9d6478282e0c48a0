/* Activation functions that stand apart from the product before them, with their derivatives; all
 * on feature-major panels (panel.h), features x samples.
 *
 * The fast five of activation.h are finished where a layer's sums end. The functions here are a
 * pass of their own, which calculates the derivative beside the value, where the exponentials are
 * at hand: backwards there is then one multiplication a value, whatever the function. With
 * e = exp(x), s(x) = 1 / (1 + exp(-x)), P the normal distribution function and p its density:
 *
 *     identity      x                                 derivative 1
 *     relu          max(x, 0)                         1 where x > 0, else 0
 *     leaky_relu    x where x > 0, else 0.01 x
 *     elu           x where x > 0, else exp(x) - 1
 *     selu          1.0507... (x where x > 0, else 1.6732... (exp(x) - 1))
 *     gelu          x P(x)                            P(x) + x p(x)
 *     gelu_tanh     x s(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3)
 *     silu          x s(x)                            s(x) (1 + x (1 - s(x)))
 *     mish          x tanh(log(1 + exp(x)))
 *     softplus      log(1 + exp(x))                   s(x)
 *     softsign      x / (1 + |x|)                     1 / (1 + |x|)^2
 *     hard_tanh     x between -1 and 1, their limits beyond
 *     hard_sigmoid  x / 6 + 1/2, between 0 and 1
 *     hard_swish    x times the hard sigmoid
 *     tanh, sigmoid
 *
 * (Klambauer et al., "Self-normalizing neural networks", 2017, for selu; Hendrycks and Gimpel,
 * "Gaussian error linear units", 2016, for both forms of gelu and for silu; Misra, "Mish", 2019;
 * Howard et al., "Searching for MobileNetV3", 2019, for the hard ones. Parameters are PyTorch's
 * defaults.) At a kink the derivative is that of PyTorch: of the left side, for hard_swish of its
 * formula between -3 and 3. A NaN stays a NaN. Errors of values, in units in the last place of the
 * exact ones, at most:
 *
 *     elu, selu, gelu, gelu_tanh, silu, softplus 2.5   mish 4.5   the others 2
 */
#ifndef LOOPC_CURVE_H
#define LOOPC_CURVE_H

#include "nn/cpu.h"
#include "nn/panel.h"

enum loopc_curve {
    LOOPC_CURVE_IDENTITY,
    LOOPC_CURVE_RELU,
    LOOPC_CURVE_LEAKY_RELU,
    LOOPC_CURVE_ELU,
    LOOPC_CURVE_SELU,
    LOOPC_CURVE_GELU,
    LOOPC_CURVE_GELU_TANH,
    LOOPC_CURVE_SILU,
    LOOPC_CURVE_MISH,
    LOOPC_CURVE_SOFTPLUS,
    LOOPC_CURVE_SOFTSIGN,
    LOOPC_CURVE_HARD_TANH,
    LOOPC_CURVE_HARD_SIGMOID,
    LOOPC_CURVE_HARD_SWISH,
    LOOPC_CURVE_TANH,
    LOOPC_CURVE_SIGMOID,
};

/* to = the function of `from`, and `slope`, unless it is NULL, its derivative there. Any two of the
 * three may be the same array. */
void loopc_curve(const float *from, float *to, float *slope, int32_t samples, int32_t features,
                 enum loopc_curve curve, struct loopc_thread me) LOOPC_KERNEL(loopc_curve);

/* a[j] = z[j] - m - log(sum over i of exp(z[i] - m)), m the largest z of the sample. */
void loopc_log_softmax(const float *z, float *a, int32_t samples, int32_t classes,
                       struct loopc_thread me) LOOPC_KERNEL(loopc_log_softmax);

/* d[j] becomes d[j] - exp(a[j]) (sum over i of d[i]), a the outputs of loopc_log_softmax. */
void loopc_log_softmax_backward(const float *a, float *d, int32_t samples, int32_t classes,
                                struct loopc_thread me) LOOPC_KERNEL(loopc_log_softmax_backward);

#endif
