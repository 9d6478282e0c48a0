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

#include "nn/panel.h"
#include "nn/vector.h"
#include <math.h>
#include <stdbool.h>

enum loopc_rule { LOOPC_SGD, LOOPC_MOMENTUM, LOOPC_ADAM, LOOPC_ADAMW };

struct loopc_step_params {
    enum loopc_rule rule;
    float eta, decay, momentum;
    float gain1, gain2; /* 1 - beta: what a new gradient weighs in the moments m and v */
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
LOOPC_INLINE struct loopc_step_params loopc_sgd_params(float eta, float momentum, float decay)
{
    return (struct loopc_step_params){.rule = momentum > 0.0f ? LOOPC_MOMENTUM : LOOPC_SGD,
                                      .eta = eta,
                                      .momentum = momentum,
                                      .decay = decay};
}

/* The rates of step t = 1, 2, ... of Adam or AdamW, its formula multiplied by c = sqrt(1 - beta2^t)
 * above and below, so that nothing is left to correct for each weight (Kingma and Ba, end of
 * section 2): w -= (eta c / (1 - beta1^t)) m / (sqrt(v) + epsilon c). */
LOOPC_INLINE struct loopc_step_params loopc_adam_params(enum loopc_rule rule, int64_t t, float eta,
                                                        double beta1, double beta2, float epsilon,
                                                        float decay)
{
    const double c = sqrt(1.0 - loopc_power(beta2, t));
    return (struct loopc_step_params){
        .rule = rule,
        .eta = eta,
        .decay = decay,
        .gain1 = (float)(1.0 - beta1),
        .gain2 = (float)(1.0 - beta2),
        .step = (float)((double)eta * c / (1.0 - loopc_power(beta1, t))),
        .epsilon = (float)((double)epsilon * c),
    };
}

/* An array of weights and what its rule keeps for it: m for momentum, m and v for Adam, else NULL.
 */
struct loopc_weights {
    float *w, *m, *v;
};

/* m / (sqrt(v) + epsilon), after the moments at `at` took in the gradient. */
LOOPC_INLINE loopc_vec loopc_adam_move(struct loopc_weights to, ptrdiff_t at, loopc_vec gradient,
                                       const struct loopc_step_params *rates)
{
    loopc_vec m = loopc_load(to.m + at), v = loopc_load(to.v + at);
    m = loopc_fma(loopc_broadcast(rates->gain1), gradient - m, m);
    v = loopc_fma(loopc_broadcast(rates->gain2), loopc_fma(gradient, gradient, -v), v);
    loopc_store(to.m + at, m);
    loopc_store(to.v + at, v);
    return m / (loopc_sqrt(v) + rates->epsilon);
}

/* Moves the LOOPC_LANES weights at `at` against their gradient. */
LOOPC_INLINE void loopc_move(struct loopc_weights to, ptrdiff_t at, loopc_vec gradient,
                             const struct loopc_step_params *rates)
{
    const bool divides = rates->rule == LOOPC_ADAM || rates->rule == LOOPC_ADAMW;
    if (rates->rule != LOOPC_ADAMW && rates->decay > 0.0f)
        gradient = loopc_fma(loopc_broadcast(rates->decay), loopc_load(to.w + at), gradient);
    if (rates->rule == LOOPC_MOMENTUM) {
        gradient = loopc_fma(loopc_broadcast(rates->momentum), loopc_load(to.m + at), gradient);
        loopc_store(to.m + at, gradient);
    }
    if (divides) gradient = loopc_adam_move(to, at, gradient, rates);
    loopc_vec w = loopc_load(to.w + at);
    if (rates->rule == LOOPC_ADAMW) w *= loopc_fma1(-rates->eta, rates->decay, 1.0f);
    w = loopc_fma(loopc_broadcast(divides ? -rates->step : -rates->eta), gradient, w);
    loopc_store(to.w + at, w);
}

/* Moves the weights of `rows` x `columns` against a gradient of the same form. */
LOOPC_INLINE void loopc_descend(struct loopc_weights to, const float *g, int32_t rows,
                                int32_t columns, const struct loopc_step_params *rates)
{
    for (ptrdiff_t i = 0; i < LOOPC_PANELS((ptrdiff_t)rows, columns); i += LOOPC_LANES)
        loopc_move(to, i, loopc_load(g + i), rates);
}

/* The sum of the squares of a matrix: its part in the square of the norm of all gradients. Each of
 * the 16 columns of panels has its sum, from the first row of the first panel on; these are added
 * up in the end. */
static inline double loopc_square_sum(const float *g, int32_t rows, int32_t columns)
{
    double sums[LOOPC_PANEL] = {0}, total = 0.0;
    for (int32_t j = 0; j < columns; j += LOOPC_PANEL)
        for (int32_t i = 0; i < rows; i++) {
            const float *const row = g + loopc_panel_at(rows, i, j);
            for (int32_t c = 0; c < loopc_lesser(LOOPC_PANEL, columns - j); c++)
                sums[c] += (double)row[c] * (double)row[c];
        }
    for (int c = 0; c < LOOPC_PANEL; c++)
        total += sums[c];
    return total;
}

/* g *= factor */
static inline void loopc_scale(float *g, int32_t rows, int32_t columns, float factor)
{
    for (ptrdiff_t i = 0; i < LOOPC_PANELS((ptrdiff_t)rows, columns); i += LOOPC_LANES)
        loopc_store(g + i, loopc_load(g + i) * factor);
}

#endif
