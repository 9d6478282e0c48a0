/* Optimizers beside the four of optim.h, and what a step does to gradients and weights as a whole.
 *
 * A gradient g moves weights w at the learning rate eta; t = 1, 2, ... counts steps, decay is added
 * to the gradient (g + decay w for g) but for lion, and moments are 0 at first. Formulas and
 * defaults are PyTorch's (lion's those of its authors):
 *
 *     sgd       m = momentum m + (1 - dampening) g, at t = 1 m = g;  w -= eta m, with nesterov
 *               w -= eta (g + momentum m)
 *     nadam     Adam with the gradient itself ahead of its mean (Dozat, 2016): with
 *               mu(t) = beta1 (1 - 0.96^(t psi) / 2) and M the product of mu(1) to mu(t),
 *               w -= eta c / (sqrt(v') + e),
 *               c = (1 - mu(t)) / (1 - M) g + mu(t + 1) / (1 - M mu(t + 1)) m
 *     radam     Adam while the variance of its steps is known, else the mean alone (Liu et al.,
 *               2020): r = 2 / (1 - beta2) - 1, s = r - 2 t beta2^t / (1 - beta2^t);
 *               s > 5: w -= eta m' f sqrt(1 - beta2^t) / (sqrt(v) + e), else w -= eta m', with
 *               f^2 = (s - 4) (s - 2) r / ((r - 4) (r - 2) s)
 *     rmsprop   v += (1 - alpha) (g^2 - v),  q = g / (sqrt(v) + e),  m = momentum m + q,
 *               w -= eta m (Tieleman and Hinton, 2012)
 *     adagrad   v += g^2,  w -= eta g / (sqrt(v) + e) (Duchi, Hazan and Singer, 2011)
 *     lion      c = m + (1 - beta1) (g - m),  w -= eta (sign(c) + decay w),
 *               m += (1 - beta2) (g - m)
 *               (Chen et al., "Symbolic discovery of optimization algorithms", 2023)
 *
 * Arrays are those of panel.h, padding included.
 */
#ifndef LOOPC_PACE_H
#define LOOPC_PACE_H

#include "nn/optim.h"

enum loopc_pace_rule {
    LOOPC_PACE_SGD,
    LOOPC_PACE_NADAM,
    LOOPC_PACE_RADAM,
    LOOPC_PACE_RMSPROP,
    LOOPC_PACE_ADAGRAD,
    LOOPC_PACE_LION,
};

/* The numbers of one step. Which are in use depends on the rule. */
struct loopc_pace {
    enum loopc_pace_rule rule;
    float eta, decay, momentum;
    float gain1, gain2, epsilon;
    float of_gradient, of_mean; /* what each moves the weights by, for nadam and radam */
    float root;                 /* what sqrt(v) is multiplied by */
    int32_t ahead;              /* of sgd: whether it is Nesterov's */
    int32_t is_plain;           /* of radam: whether the mean alone counts */
};

/* What an optimizer is described by; what its rule does not have is 0. */
struct loopc_pace_rates {
    enum loopc_pace_rule rule;
    double momentum, dampening, beta1, beta2, epsilon, decay;
    double momentum_decay_base; /* of nadam: 0.96^psi */
    int32_t nesterov;
};

/* The numbers of step t. `product` is M of nadam, which step 1 begins. */
struct loopc_pace loopc_pace_of(const struct loopc_pace_rates *rates, int64_t t, float eta,
                                double *product) LOOPC_KERNEL(loopc_pace_of);

/* The same for an array whose rate is multiplied by `scale`, with or without decay. */
static inline struct loopc_pace loopc_paced(struct loopc_pace pace, float scale, int32_t decays)
{
    pace.eta *= scale;
    pace.of_gradient *= scale;
    pace.of_mean *= scale;
    if (!decays) pace.decay = 0.0f;
    return pace;
}

static inline struct loopc_step_params loopc_scaled_rates(struct loopc_step_params rates,
                                                          float scale, int32_t decays)
{
    rates.eta *= scale;
    rates.step *= scale;
    if (!decays) rates.decay = 0.0f;
    return rates;
}

/* Moves the weights of `rows` x `columns` against a gradient of the same form. */
void loopc_pace(struct loopc_weights to, const float *g, int32_t rows, int32_t columns,
                const struct loopc_pace *pace) LOOPC_KERNEL(loopc_pace);

/* Every g between -limit and limit. A NaN stays. */
void loopc_clip_values(float *g, int32_t rows, int32_t columns, float limit)
    LOOPC_KERNEL(loopc_clip_values);

/* mean += share (w - mean): the exponential average of weights. */
void loopc_average(float *mean, const float *w, int32_t rows, int32_t columns, float share)
    LOOPC_KERNEL(loopc_average);

/* Exchanges weights and their average. */
void loopc_swap(float *a, float *b, int32_t rows, int32_t columns) LOOPC_KERNEL(loopc_swap);

/* Shrinks each row of w whose Euclidean norm is above `limit` to it. */
void loopc_max_norm(float *w, int32_t rows, int32_t columns, float limit)
    LOOPC_KERNEL(loopc_max_norm);

#endif
