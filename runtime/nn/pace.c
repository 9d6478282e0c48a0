#include "nn/pace.h"

#include "nn/vector.h"

#include <math.h>
#include <stdbool.h>

static void pace_nadam(struct loopc_pace *pace, const struct loopc_pace_rates *r, int64_t t,
                       float eta, double *product)
{
    const double mu = r->beta1 * (1.0 - 0.5 * loopc_power(r->momentum_decay_base, t));
    const double next = r->beta1 * (1.0 - 0.5 * loopc_power(r->momentum_decay_base, t + 1));
    *product = t == 1 ? mu : *product * mu;
    pace->of_gradient = (float)((double)eta * (1.0 - mu) / (1.0 - *product));
    pace->of_mean = (float)((double)eta * next / (1.0 - *product * next));
    pace->root = (float)(1.0 / sqrt(1.0 - loopc_power(r->beta2, t)));
}

static void pace_radam(struct loopc_pace *pace, const struct loopc_pace_rates *r, int64_t t,
                       float eta)
{
    const double power = loopc_power(r->beta2, t), left = 1.0 - power;
    const double most = 2.0 / (1.0 - r->beta2) - 1.0,
                 length = most - 2.0 * (double)t * power / left;
    const double step = (double)eta / (1.0 - loopc_power(r->beta1, t));
    pace->is_plain = !(length > 5.0);
    pace->of_mean = (float)step;
    if (pace->is_plain) return;
    const double known = (length - 4.0) * (length - 2.0) * most;
    pace->of_mean =
        (float)(step * sqrt(known / ((most - 4.0) * (most - 2.0) * length)) * sqrt(left));
}

struct loopc_pace loopc_pace_of(const struct loopc_pace_rates *rates, int64_t t, float eta,
                                double *product)
{
    struct loopc_pace pace = {
        .rule = rates->rule,
        .eta = eta,
        .decay = (float)rates->decay,
        .momentum = (float)rates->momentum,
        .gain1 = (float)(1.0 - rates->beta1),
        .gain2 = (float)(1.0 - rates->beta2),
        .epsilon = (float)rates->epsilon,
        .root = 1.0f,
        .ahead = rates->nesterov,
    };
    if (rates->rule == LOOPC_PACE_SGD) pace.gain1 = t == 1 ? 1.0f : (float)(1.0 - rates->dampening);
    if (rates->rule == LOOPC_PACE_NADAM) pace_nadam(&pace, rates, t, eta, product);
    if (rates->rule == LOOPC_PACE_RADAM) pace_radam(&pace, rates, t, eta);
    return pace;
}

/* The first moment, after it took in the gradient. */
LOOPC_INLINE loopc_vec loopc_mean_of(struct loopc_weights to, ptrdiff_t at, loopc_vec g, float gain)
{
    const loopc_vec m = loopc_load(to.m + at);
    const loopc_vec moved = loopc_fma(loopc_broadcast(gain), g - m, m);
    loopc_store(to.m + at, moved);
    return moved;
}

/* sqrt(v) root + epsilon, after the second moment took in the gradient. */
LOOPC_INLINE loopc_vec loopc_divisor(struct loopc_weights to, ptrdiff_t at, loopc_vec g, bool sums,
                                     const struct loopc_pace *p)
{
    const loopc_vec v = loopc_load(to.v + at);
    const loopc_vec moved =
        sums ? loopc_fma(g, g, v) : loopc_fma(loopc_broadcast(p->gain2), loopc_fma(g, g, -v), v);
    loopc_store(to.v + at, moved);
    return loopc_fma(loopc_sqrt(moved), loopc_broadcast(p->root), loopc_broadcast(p->epsilon));
}

/* Both forms of momentum of sgd: what eta is multiplied by. */
LOOPC_INLINE loopc_vec loopc_velocity(struct loopc_weights to, ptrdiff_t at, loopc_vec g,
                                      const struct loopc_pace *p)
{
    const loopc_vec momentum = loopc_broadcast(p->momentum);
    if (!to.m) return g;
    const loopc_vec m = loopc_fma(momentum, loopc_load(to.m + at), g * p->gain1);
    loopc_store(to.m + at, m);
    return p->ahead ? loopc_fma(momentum, m, g) : m;
}

/* How far the weights at `at` move down. */
LOOPC_INLINE loopc_vec loopc_stride_of(struct loopc_weights to, ptrdiff_t at, loopc_vec g,
                                       enum loopc_pace_rule rule, const struct loopc_pace *p)
{
    if (rule == LOOPC_PACE_SGD) return loopc_velocity(to, at, g, p) * p->eta;
    if (rule == LOOPC_PACE_NADAM) {
        const loopc_vec m = loopc_mean_of(to, at, g, p->gain1);
        const loopc_vec ahead = loopc_fma(m, loopc_broadcast(p->of_mean), g * p->of_gradient);
        return ahead / loopc_divisor(to, at, g, false, p);
    }
    if (rule == LOOPC_PACE_RADAM) {
        const loopc_vec step = loopc_mean_of(to, at, g, p->gain1) * p->of_mean;
        const loopc_vec divisor = loopc_divisor(to, at, g, false, p);
        if (p->is_plain) return step;
        return step / divisor;
    }
    if (rule == LOOPC_PACE_LION) {
        const loopc_vec m = loopc_load(to.m + at);
        const loopc_vec c = loopc_fma(loopc_broadcast(p->gain1), g - m, m), zero = {0};
        loopc_mean_of(to, at, g, p->gain2);
        const loopc_vec sign = loopc_select(loopc_abs(c) > zero, loopc_copysign(zero + 1.0f, c), c);
        return loopc_fma(loopc_broadcast(p->decay), loopc_load(to.w + at), sign) * p->eta;
    }
    g = g / loopc_divisor(to, at, g, rule == LOOPC_PACE_ADAGRAD, p);
    if (rule == LOOPC_PACE_RMSPROP && to.m) {
        g = loopc_fma(loopc_broadcast(p->momentum), loopc_load(to.m + at), g);
        loopc_store(to.m + at, g);
    }
    return g * p->eta;
}

LOOPC_INLINE void loopc_pace_all(struct loopc_weights to, const float *gradient, ptrdiff_t count,
                                 enum loopc_pace_rule rule, const struct loopc_pace *pace)
{
    const struct loopc_pace p = *pace;
    for (ptrdiff_t i = 0; i < count; i += LOOPC_LANES) {
        loopc_vec g = loopc_load(gradient + i);
        if (rule != LOOPC_PACE_LION)
            g = loopc_fma(loopc_broadcast(p.decay), loopc_load(to.w + i), g);
        const loopc_vec move = loopc_stride_of(to, i, g, rule, &p);
        loopc_store(to.w + i, loopc_load(to.w + i) - move);
    }
}

void loopc_pace(struct loopc_weights to, const float *g, int32_t rows, int32_t columns,
                const struct loopc_pace *pace)
{
    const ptrdiff_t count = LOOPC_PANELS((ptrdiff_t)rows, columns);
    const enum loopc_pace_rule rule = pace->rule;
    if (rule == LOOPC_PACE_SGD) loopc_pace_all(to, g, count, LOOPC_PACE_SGD, pace);
    if (rule == LOOPC_PACE_NADAM) loopc_pace_all(to, g, count, LOOPC_PACE_NADAM, pace);
    if (rule == LOOPC_PACE_RADAM) loopc_pace_all(to, g, count, LOOPC_PACE_RADAM, pace);
    if (rule == LOOPC_PACE_RMSPROP) loopc_pace_all(to, g, count, LOOPC_PACE_RMSPROP, pace);
    if (rule == LOOPC_PACE_ADAGRAD) loopc_pace_all(to, g, count, LOOPC_PACE_ADAGRAD, pace);
    if (rule == LOOPC_PACE_LION) loopc_pace_all(to, g, count, LOOPC_PACE_LION, pace);
}

void loopc_clip_values(float *g, int32_t rows, int32_t columns, float limit)
{
    const loopc_vec most = loopc_broadcast(limit);
    for (ptrdiff_t i = 0; i < LOOPC_PANELS((ptrdiff_t)rows, columns); i += LOOPC_LANES)
        loopc_store(g + i, loopc_max(loopc_min(loopc_load(g + i), most), -most));
}

void loopc_average(float *mean, const float *w, int32_t rows, int32_t columns, float share)
{
    for (ptrdiff_t i = 0; i < LOOPC_PANELS((ptrdiff_t)rows, columns); i += LOOPC_LANES) {
        const loopc_vec old = loopc_load(mean + i);
        loopc_store(mean + i, loopc_fma(loopc_broadcast(share), loopc_load(w + i) - old, old));
    }
}

void loopc_swap(float *a, float *b, int32_t rows, int32_t columns)
{
    for (ptrdiff_t i = 0; i < LOOPC_PANELS((ptrdiff_t)rows, columns); i += LOOPC_LANES) {
        const loopc_vec kept = loopc_load(a + i);
        loopc_store(a + i, loopc_load(b + i));
        loopc_store(b + i, kept);
    }
}

void loopc_max_norm(float *w, int32_t rows, int32_t columns, float limit)
{
    for (int32_t i = 0; i < rows; i++) {
        double sum = 0.0;
        for (int32_t j = 0; j < columns; j++) {
            const double value = (double)w[loopc_panel_at(rows, i, j)];
            sum += value * value;
        }
        if (!(sum > (double)limit * (double)limit)) continue;
        const float factor = (float)((double)limit / sqrt(sum));
        for (int32_t j = 0; j < columns; j++)
            w[loopc_panel_at(rows, i, j)] *= factor;
    }
}
