/* How a vector of weights moves against its gradient: the formulas of optim.h, where they are
 * used. */
#ifndef LOOPC_UPDATE_H
#define LOOPC_UPDATE_H

#include "nn/optim.h"
#include "nn/vector.h"
#include <stdbool.h>

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
LOOPC_ONCE void loopc_move(struct loopc_weights to, ptrdiff_t at, loopc_vec gradient,
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

#endif
