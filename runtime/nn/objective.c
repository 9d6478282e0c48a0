#include "nn/objective.h"

#include "nn/epilogue.h"

#include <math.h>
#include <stdbool.h>

/* The weight of the class of a sample: 1 without weights, 0 where it is left out. */
static float class_weight(const struct loopc_objective *o, const int32_t *labels, int32_t r,
                          int32_t classes)
{
    if (!labels || labels[r] == -1) return labels ? 0.0f : 1.0f;
    const bool is_class = labels[r] >= 0 && labels[r] < classes;
    return o->class_weights && is_class ? o->class_weights[labels[r]] : 1.0f;
}

void loopc_shares(const struct loopc_objective *objective, const float *weights,
                  const int32_t *labels, float *shares, int32_t samples, int32_t targets)
{
    double sum = 0.0;
    for (int32_t r = 0; r < samples; r++) {
        const float weight = weights ? weights[r] : 1.0f;
        sum += (double)weight * (double)class_weight(objective, labels, r, targets);
    }
    if (objective->reduction == LOOPC_BY_ELEMENTS && !labels) sum *= targets;
    if (objective->reduction == LOOPC_NOT_REDUCED) sum = 1.0;
    const double factor = sum > 0.0 ? 1.0 / sum : 0.0;
    for (int32_t r = 0; r < LOOPC_VECTOR(samples); r++) {
        const bool counts = r < samples && !(labels && labels[r] == -1);
        shares[r] = counts ? (float)((weights ? (double)weights[r] : 1.0) * factor) : 0.0f;
    }
}

/* The loss of one output and its derivative; value is its y. */
LOOPC_INLINE loopc_vec loopc_value_loss(enum loopc_objective_kind kind, float parameter,
                                        loopc_vec a, loopc_vec y, loopc_vec *slope)
{
    const loopc_vec zero = {0}, one = zero + 1.0f, error = a - y, size = loopc_abs(error);
    const loopc_vec sign = loopc_select(size > 0.0f, loopc_copysign(one, error), error);
    if (kind == LOOPC_SQUARED) {
        *slope = error;
        return error * error * 0.5f;
    }
    if (kind == LOOPC_ABSOLUTE) {
        *slope = sign;
        return size;
    }
    if (kind == LOOPC_HUBER) {
        const loopc_ivec is_near = size <= parameter;
        *slope = loopc_select(is_near, error, sign * parameter);
        return loopc_select(is_near, error * error * 0.5f, (size - 0.5f * parameter) * parameter);
    }
    if (kind == LOOPC_QUANTILE) {
        *slope = loopc_select(error <= 0.0f, zero - parameter, one - parameter);
        return error * *slope;
    }
    if (kind == LOOPC_POISSON) {
        const loopc_vec rate = loopc_vexp(a);
        *slope = rate - y;
        return rate - y * a;
    }
    *slope = loopc_vsigmoid(a) - y;
    return loopc_epilogue_value(a, a, LOOPC_RELU) - y * a +
           loopc_vlog(loopc_vexp(-loopc_abs(a)) + 1.0f);
}

/* All outputs of the LOOPC_LANES samples of one share; the kind is a constant where it is called.
 */
LOOPC_INLINE loopc_vec loopc_value_losses(const struct loopc_objective *o,
                                          enum loopc_objective_kind kind, const float *a,
                                          const float *y, loopc_vec share, float *d,
                                          int32_t outputs)
{
    loopc_vec sum = {0};
    for (int32_t j = 0; j < outputs; j++) {
        const ptrdiff_t i = (ptrdiff_t)j * LOOPC_PANEL;
        loopc_vec slope;
        loopc_vec loss =
            loopc_value_loss(kind, o->parameter, loopc_load(a + i), loopc_load(y + i), &slope);
        if (kind == LOOPC_SIGMOID_ENTROPY && o->class_weights) {
            loss *= o->class_weights[j];
            slope *= o->class_weights[j];
        }
        sum += loss;
        loopc_store(d + i, slope * share);
    }
    return sum * share;
}

/* m in the first `half` outputs, v in the others; y has `half`. */
LOOPC_INLINE loopc_vec loopc_gaussian_losses(const float *a, const float *y, loopc_vec share,
                                             float *d, int32_t half)
{
    loopc_vec sum = {0};
    for (int32_t j = 0; j < half; j++) {
        const ptrdiff_t i = (ptrdiff_t)j * LOOPC_PANEL, k = i + (ptrdiff_t)half * LOOPC_PANEL;
        const loopc_vec v = loopc_load(a + k), precision = loopc_vexp(-v);
        const loopc_vec error = loopc_load(a + i) - loopc_load(y + i), scaled = error * precision;
        sum += loopc_fma(error, scaled, v) * 0.5f;
        loopc_store(d + i, scaled * share);
        loopc_store(d + k, loopc_fma(-error, scaled, (loopc_vec){0} + 1.0f) * (share * 0.5f));
    }
    return sum * share;
}

/* The logarithm of the sum of exp(z) over the classes. */
LOOPC_INLINE loopc_vec loopc_log_sum(const float *z, int32_t classes)
{
    const loopc_vec largest = loopc_largest(z, classes);
    loopc_vec sum = {0};
    for (int32_t j = 0; j < classes; j++)
        sum += loopc_vexp(loopc_load(z + j * LOOPC_PANEL) - largest);
    return largest + loopc_vlog(sum);
}

/* Cross-entropy with a distribution over the classes for each sample: p(j) = y(j), times its
 * weight. */
LOOPC_INLINE loopc_vec loopc_soft_losses(const struct loopc_objective *o, const float *z,
                                         const float *y, loopc_vec share, float *d, int32_t classes)
{
    const loopc_vec rest = loopc_log_sum(z, classes);
    loopc_vec sum = {0}, mass = {0};
    for (int32_t j = 0; j < classes; j++) {
        const ptrdiff_t i = (ptrdiff_t)j * LOOPC_PANEL;
        const loopc_vec p = loopc_load(y + i) * (o->class_weights ? o->class_weights[j] : 1.0f);
        mass += p;
        sum += p * (rest - loopc_load(z + i));
    }
    for (int32_t j = 0; j < classes; j++) {
        const ptrdiff_t i = (ptrdiff_t)j * LOOPC_PANEL;
        const loopc_vec p = loopc_load(y + i) * (o->class_weights ? o->class_weights[j] : 1.0f);
        const loopc_vec q = loopc_vexp(loopc_load(z + i) - rest);
        loopc_store(d + i, loopc_fma(mass, q, -p) * share);
    }
    return sum * share;
}

LOOPC_INLINE loopc_vec loopc_losses_of(const struct loopc_objective *o, const float *a,
                                       const float *y, loopc_vec share, float *d, int32_t outputs)
{
    switch (o->kind) {
    case LOOPC_SQUARED:
        return loopc_value_losses(o, LOOPC_SQUARED, a, y, share, d, outputs);
    case LOOPC_ABSOLUTE:
        return loopc_value_losses(o, LOOPC_ABSOLUTE, a, y, share, d, outputs);
    case LOOPC_HUBER:
        return loopc_value_losses(o, LOOPC_HUBER, a, y, share, d, outputs);
    case LOOPC_QUANTILE:
        return loopc_value_losses(o, LOOPC_QUANTILE, a, y, share, d, outputs);
    case LOOPC_POISSON:
        return loopc_value_losses(o, LOOPC_POISSON, a, y, share, d, outputs);
    case LOOPC_GAUSSIAN:
        return loopc_gaussian_losses(a, y, share, d, outputs / 2);
    case LOOPC_SOFT_ENTROPY:
        return loopc_soft_losses(o, a, y, share, d, outputs);
    default:
        return loopc_value_losses(o, LOOPC_SIGMOID_ENTROPY, a, y, share, d, outputs);
    }
}

void loopc_objective_values(const struct loopc_objective *objective, const float *a, const float *y,
                            const float *shares, float *d, float *losses, int32_t samples,
                            int32_t outputs, struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(samples, me);
    const int32_t targets = objective->kind == LOOPC_GAUSSIAN ? outputs / 2 : outputs;
    for (int32_t r = mine.first; r < mine.end && r < samples; r += LOOPC_LANES) {
        const ptrdiff_t at = loopc_panel_at(outputs, 0, r);
        loopc_store(losses + r,
                    loopc_losses_of(objective, a + at, y + loopc_panel_at(targets, 0, r),
                                    loopc_load(shares + r), d + at, outputs));
    }
}

/* Cross-entropy of one sample, whose z begin at z: the weights of classes make it a scalar affair
 * for each of the LOOPC_LANES labels, so they are gathered before. */
LOOPC_INLINE loopc_vec loopc_label_losses(const struct loopc_objective *o, const float *z,
                                          loopc_ivec label, loopc_vec own_weight, loopc_vec share,
                                          float *d, int32_t classes)
{
    const loopc_vec rest = loopc_log_sum(z, classes), zero = {0};
    const float part = o->smoothing / (float)classes;
    const loopc_vec own = own_weight * (1.0f - o->smoothing);
    loopc_vec sum = loopc_select(label == -1, zero, zero + NAN), mass = own;
    for (int32_t j = 0; j < classes; j++) {
        const loopc_vec log_q = rest - loopc_load(z + j * LOOPC_PANEL);
        sum = loopc_select(label == j, own * log_q, sum);
    }
    for (int32_t j = 0; part > 0.0f && j < classes; j++) {
        const float weight = part * (o->class_weights ? o->class_weights[j] : 1.0f);
        sum += (rest - loopc_load(z + j * LOOPC_PANEL)) * weight;
        mass += weight;
    }
    for (int32_t j = 0; j < classes; j++) {
        const float weight = part * (o->class_weights ? o->class_weights[j] : 1.0f);
        const loopc_vec q = loopc_vexp(loopc_load(z + j * LOOPC_PANEL) - rest);
        const loopc_vec p = loopc_select(label == j, own, zero) + weight;
        loopc_store(d + j * LOOPC_PANEL, loopc_fma(mass, q, -p) * share);
    }
    return loopc_select(label == -1, zero, sum * share);
}

LOOPC_INLINE loopc_vec loopc_hinge_losses(const float *z, loopc_ivec label, loopc_vec own_weight,
                                          loopc_vec share, float *d, int32_t classes)
{
    const loopc_vec zero = {0}, one = zero + 1.0f;
    share *= own_weight;
    if (classes == 1) {
        const loopc_vec t = loopc_select(label == 1, one, -one), margin = one - t * loopc_load(z);
        loopc_store(d, loopc_select(margin > 0.0f, -t, zero) * share);
        const loopc_vec loss = loopc_max(margin, zero) * share;
        return loopc_select((label == 0) | (label == 1) | (label == -1), loss, zero + NAN);
    }
    loopc_vec own = zero + NAN, sum = zero, count = zero;
    for (int32_t j = 0; j < classes; j++)
        own = loopc_select(label == j, loopc_load(z + j * LOOPC_PANEL), own);
    own = loopc_select(label == -1, zero, own);
    const loopc_vec part = share / (float)classes;
    for (int32_t j = 0; j < classes; j++) {
        const loopc_vec margin = one - own + loopc_load(z + j * LOOPC_PANEL);
        const loopc_ivec counts = (margin > 0.0f) & (label != j);
        sum += loopc_select(label == j, zero, loopc_max(margin, zero));
        count += loopc_select(counts, one, zero);
        loopc_store(d + j * LOOPC_PANEL, loopc_select(counts, part, zero));
    }
    for (int32_t j = 0; j < classes; j++)
        loopc_store(d + j * LOOPC_PANEL,
                    loopc_select(label == j, -(count * part), loopc_load(d + j * LOOPC_PANEL)));
    return loopc_select(label == -1, zero, sum * part);
}

void loopc_objective_labels(const struct loopc_objective *objective, const float *z,
                            const int32_t *labels, const float *shares, float *d, float *losses,
                            int32_t samples, int32_t outputs, struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(samples, me);
    for (int32_t r = mine.first; r < mine.end && r < samples; r += LOOPC_LANES) {
        loopc_ivec label = (loopc_ivec){0} - 1;
        loopc_vec weight = {0};
        for (int32_t i = 0; i < LOOPC_LANES && i < samples - r; i++) {
            label[i] = labels[r + i];
            weight[i] = class_weight(objective, labels, r + i, outputs);
        }
        const ptrdiff_t at = loopc_panel_at(outputs, 0, r);
        const loopc_vec share = loopc_load(shares + r);
        loopc_store(
            losses + r,
            objective->kind == LOOPC_HINGE
                ? loopc_hinge_losses(z + at, label, weight, share, d + at, outputs)
                : loopc_label_losses(objective, z + at, label, weight, share, d + at, outputs));
    }
}
