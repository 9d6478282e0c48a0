#include "nn/optim.h"

#include "nn/shards.h"
#include "nn/update.h"

#include <math.h>

struct loopc_step_params loopc_adam_params(enum loopc_rule rule, int64_t t, float eta, double beta1,
                                           double beta2, float epsilon, float decay)
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

/* Moves the weights from `first` to below `end`; the rule is a constant of a call. */
LOOPC_INLINE void loopc_move_span(struct loopc_weights to, const float *g, ptrdiff_t first,
                                  ptrdiff_t end, struct loopc_step_params rates)
{
    for (ptrdiff_t i = first; i < end; i += LOOPC_LANES)
        loopc_move(to, i, loopc_load(g + i), &rates);
}

/* The same with one choice of the rule for all; a decay that is 0 takes nothing. */
LOOPC_INLINE void loopc_descend_span(struct loopc_weights to, const float *g, ptrdiff_t first,
                                     ptrdiff_t end, struct loopc_step_params rates)
{
    const enum loopc_rule rule = rates.rule;
    if (rule == LOOPC_ADAM && !(rates.decay > 0.0f)) {
        rates.rule = LOOPC_ADAM, rates.decay = 0.0f;
        loopc_move_span(to, g, first, end, rates);
    } else if (rule == LOOPC_ADAMW) {
        rates.rule = LOOPC_ADAMW;
        loopc_move_span(to, g, first, end, rates);
    } else {
        loopc_move_span(to, g, first, end, rates);
    }
}

void loopc_descend(struct loopc_weights to, const float *g, int32_t rows, int32_t columns,
                   const struct loopc_step_params *rates)
{
    loopc_descend_span(to, g, 0, LOOPC_PANELS((ptrdiff_t)rows, columns), *rates);
}

void loopc_descend_part(struct loopc_weights to, const float *g, int32_t rows, int32_t columns,
                        const struct loopc_step_params *rates, struct loopc_thread me)
{
    const struct loopc_span mine = loopc_span_of(LOOPC_PANEL_COUNT(columns), me);
    const ptrdiff_t stride = LOOPC_STRIDE((ptrdiff_t)rows);
    loopc_descend_span(to, g, mine.first * stride, mine.end * stride, *rates);
}

double loopc_square_sum(const float *g, int32_t rows, int32_t columns)
{
    enum { SUMS = 16 };
    double sums[SUMS] = {0}, total = 0.0;
    for (int32_t j = 0; j < columns; j += LOOPC_PANEL) {
        double *const own = sums + j % SUMS;
        for (int32_t i = 0; i < rows; i++) {
            const float *const row = g + loopc_panel_at(rows, i, j);
            for (int32_t c = 0; c < loopc_lesser(LOOPC_PANEL, columns - j); c++)
                own[c] += (double)row[c] * (double)row[c];
        }
    }
    for (int c = 0; c < SUMS; c++)
        total += sums[c];
    return total;
}

void loopc_scale(float *g, int32_t rows, int32_t columns, float factor)
{
    for (ptrdiff_t i = 0; i < LOOPC_PANELS((ptrdiff_t)rows, columns); i += LOOPC_LANES)
        loopc_store(g + i, loopc_load(g + i) * factor);
}
