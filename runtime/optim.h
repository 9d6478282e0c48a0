/* Optimizers: one step on `count` parameters w with the gradient g of the loss.
 *
 * A step of a net is a call for each array of parameters, all with the same rates. eta is the
 * learning rate. Weight decay pulls every parameter it is given towards 0, biases included. Nothing
 * overlaps; g is left as it is.
 */
#ifndef LOOPC_OPTIM_H
#define LOOPC_OPTIM_H

#include <math.h>
#include <stdint.h>

/* Gradient descent: w -= eta (g + decay w) */
static inline void loopc_sgd(float *restrict w, const float *restrict g, int32_t count, float eta,
                             float decay)
{
    for (int32_t i = 0; i < count; i++) {
        const float gradient = decay > 0.0f ? fmaf(decay, w[i], g[i]) : g[i];
        w[i] = fmaf(-eta, gradient, w[i]);
    }
}

/* Gradient descent with momentum: u = momentum u + (g + decay w), w -= eta u; u is 0 at first.
 * (Polyak, "Some methods of speeding up the convergence of iteration methods", 1964; with eta
 * outside of u, so that u needs no change when eta changes.) */
static inline void loopc_momentum(float *restrict w, const float *restrict g, float *restrict u,
                                  int32_t count, float eta, float momentum, float decay)
{
    for (int32_t i = 0; i < count; i++) {
        const float gradient = decay > 0.0f ? fmaf(decay, w[i], g[i]) : g[i];
        u[i] = fmaf(momentum, u[i], gradient);
        w[i] = fmaf(-eta, u[i], w[i]);
    }
}

/* base^t, t >= 0, by squaring: the same bits everywhere, which pow does not promise. */
static inline double loopc_power(double base, int64_t t)
{
    double power = 1.0;
    for (; t > 0; t /= 2, base *= base)
        if (t % 2 == 1) power *= base;
    return power;
}

/* The rates of a step of Adam, the same for all parameters. */
struct loopc_adam {
    float eta, decay;
    float gain1, gain2; /* 1 - beta: what a new gradient weighs in the moments m and v */
    float step, scale;  /* eta and 1, corrected for moments that began at 0 */
    float epsilon;      /* keeps the divisor away from 0 */
};

/* The rates of step t = 1, 2, ... */
static inline struct loopc_adam loopc_adam_rates(int64_t t, float eta, double beta1, double beta2,
                                                 float epsilon, float decay)
{
    struct loopc_adam rates = {.eta = eta, .decay = decay, .epsilon = epsilon};
    rates.gain1 = (float)(1.0 - beta1);
    rates.gain2 = (float)(1.0 - beta2);
    rates.step = (float)((double)eta / (1.0 - loopc_power(beta1, t)));
    rates.scale = (float)(1.0 / sqrt(1.0 - loopc_power(beta2, t)));
    return rates;
}

/* How far Adam moves one parameter: updates its moments and returns m' / (sqrt(v') + epsilon) times
 * eta, where m' = m / (1 - beta1^t) and v' = v / (1 - beta2^t). */
static inline float loopc_adam_move(float gradient, float *m, float *v,
                                    const struct loopc_adam *rates)
{
    *m = fmaf(rates->gain1, gradient - *m, *m);
    *v = fmaf(rates->gain2, fmaf(gradient, gradient, -*v), *v);
    return rates->step * *m / fmaf(sqrtf(*v), rates->scale, rates->epsilon);
}

/* Adam: m += (1 - beta1) (g - m), v += (1 - beta2) (g^2 - v), w -= eta m' / (sqrt(v') + epsilon),
 * with g + decay w for g; m and v are 0 at first. (Kingma and Ba, "Adam: a method for stochastic
 * optimization", 2015, algorithm 1.) */
static inline void loopc_adam(float *restrict w, const float *restrict g, float *restrict m,
                              float *restrict v, int32_t count, const struct loopc_adam *rates)
{
    for (int32_t i = 0; i < count; i++) {
        const float gradient = rates->decay > 0.0f ? fmaf(rates->decay, w[i], g[i]) : g[i];
        w[i] -= loopc_adam_move(gradient, m + i, v + i, rates);
    }
}

/* AdamW: the decay goes past the moments, w -= eta decay w + eta m' / (sqrt(v') + epsilon).
 * (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019, algorithm 2.) */
static inline void loopc_adamw(float *restrict w, const float *restrict g, float *restrict m,
                               float *restrict v, int32_t count, const struct loopc_adam *rates)
{
    const float kept = fmaf(-rates->eta, rates->decay, 1.0f);
    for (int32_t i = 0; i < count; i++)
        w[i] = fmaf(kept, w[i], -loopc_adam_move(g[i], m + i, v + i, rates));
}

/* The sum of the squares of g: the square of its part in the norm of all gradients. */
static inline double loopc_square_sum(const float *g, int32_t count)
{
    double sum = 0.0;
    for (int32_t i = 0; i < count; i++)
        sum += (double)g[i] * (double)g[i];
    return sum;
}

/* g *= factor */
static inline void loopc_scale(float *g, int32_t count, float factor)
{
    for (int32_t i = 0; i < count; i++)
        g[i] *= factor;
}

#endif
