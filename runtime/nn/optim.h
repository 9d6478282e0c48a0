/* Optimizers: how a gradient g moves weights w.
 *
 * A step has one set of rates, the same for all weights; its rule is a constant where it is used,
 * so that the choice costs nothing. eta is the learning rate. Decay pulls every weight it is given
 * towards 0, biases included.
 *
 *     sgd        w -= eta (g + decay w)
 *     momentum   m = momentum m + (g + decay w),  w -= eta m
 *                (Polyak, "Some methods of speeding up the convergence of iteration methods", 1964;
 *                with eta outside of m, so that m needs no change when eta changes)
 *     adam       m += (1 - beta1) (g - m),  v += (1 - beta2) (g^2 - v),
 *                w -= eta m' / (sqrt(v') + epsilon)
 *                with g + decay w for g, m' = m / (1 - beta1^t) and v' = v / (1 - beta2^t)
 *                (Kingma and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1)
 *     adamw      the same, but the decay goes past the moments: w -= eta decay w + ...
 *                (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019,
 *                algorithm 2)
 *
 * The moments m and v are 0 at first. Arrays are those of panel.h, padding included.
 */
#ifndef LOOPC_OPTIM_H
#define LOOPC_OPTIM_H

#include "nn/cpu.h"
#include "nn/panel.h"

enum loopc_rule { LOOPC_SGD, LOOPC_MOMENTUM, LOOPC_ADAM, LOOPC_ADAMW };

struct loopc_step_params {
    enum loopc_rule rule;
    float eta, decay, momentum;
    float gain1, gain2; /* 1 - beta: the weight of a new gradient in the moments m and v */
    float step;         /* eta, corrected for moments that began at 0 */
    float epsilon;      /* keeps the divisor away from 0; corrected, too */
};

/* base^t, t >= 0, by squaring: the same bits everywhere, which pow does not promise. */
static inline double loopc_power(double base, int64_t t)
{
    double power = 1.0;
    for (; t > 0; t /= 2, base *= base)
        if (t % 2 == 1) power *= base;
    return power;
}

/* The rates of gradient descent; momentum 0 for none. */
static inline struct loopc_step_params loopc_sgd_params(float eta, float momentum, float decay)
{
    return (struct loopc_step_params){.rule = momentum > 0.0f ? LOOPC_MOMENTUM : LOOPC_SGD,
                                      .eta = eta,
                                      .momentum = momentum,
                                      .decay = decay};
}

/* The rates of step t = 1, 2, ... of Adam or AdamW, its formula multiplied by c = sqrt(1 - beta2^t)
 * above and below, so that nothing is left to correct for each weight (Kingma and Ba, end of
 * section 2): w -= (eta c / (1 - beta1^t)) m / (sqrt(v) + epsilon c). */
struct loopc_step_params loopc_adam_params(enum loopc_rule rule, int64_t t, float eta, double beta1,
                                           double beta2, float epsilon, float decay)
    LOOPC_KERNEL(loopc_adam_params);

/* An array of weights and the moments of its rule: m for momentum, m and v for Adam, else NULL.
 */
struct loopc_weights {
    float *w, *m, *v;
};

/* Moves the weights of `rows` x `columns` against a gradient of the same form. */
void loopc_descend(struct loopc_weights to, const float *g, int32_t rows, int32_t columns,
                   const struct loopc_step_params *rates) LOOPC_KERNEL(loopc_descend);

/* The sum of the squares of a matrix: its part in the square of the norm of all gradients. Each of
 * the 16 columns of panels has its sum, from the first row of the first panel on; these are added
 * up in the end. */
double loopc_square_sum(const float *g, int32_t rows, int32_t columns)
    LOOPC_KERNEL(loopc_square_sum);

/* g *= factor */
void loopc_scale(float *g, int32_t rows, int32_t columns, float factor) LOOPC_KERNEL(loopc_scale);

#endif
