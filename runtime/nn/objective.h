/* The losses of nets that say more than the two of loss.h: what a sample adds to the loss of a
 * batch, and its derivative.
 *
 * a is what the net puts out, or z what its last activation is given, feature-major, outputs x
 * samples; y the targets in the same form, or labels, the index of the right class, -1 for a sample
 * that is left out (any other invalid index makes the loss NaN). Each sample is multiplied
 * by its share of the batch (loopc_shares), so that the loss is the plain sum of `losses`
 * (loopc_total), and d its derivative by a or z. Sums run over the outputs of a sample:
 *
 *     squared          (a - y)^2 / 2
 *     absolute         |a - y|, derivative 0 where they are equal
 *     huber            e^2 / 2 for |e| = |a - y| <= delta, else delta (|e| - delta / 2)
 *     quantile         q e for e = y - a >= 0, else (q - 1) e
 *     poisson          exp(a) - y a: a is the logarithm of a rate
 *     sigmoid_entropy  max(z, 0) - y z + log(1 + exp(-|z|)), times the weight of the output
 *     soft_entropy     -y log softmax(z), times the weight of the class
 *     gaussian         (v + (y - m)^2 exp(-v)) / 2: m the first half of the outputs, v, the
 *                      logarithm of the variance, the second
 *     cross_entropy    -log softmax(z)[label], times the weight of the class; with smoothing s and
 *                      C classes (1 - s) of that and s / C of the same for each class
 *     hinge            max(0, 1 - z[label] + z[j]) / C over the other classes j; of one output
 *                      max(0, 1 - t z), t = 1 for label 1, -1 for label 0
 *
 * (Huber, 1964; Koenker and Bassett, 1978, for quantiles; Szegedy et al., "Rethinking the Inception
 * architecture", 2016, for smoothing; Crammer and Singer, 2001, for the hinge of several classes.)
 */
#ifndef LOOPC_OBJECTIVE_H
#define LOOPC_OBJECTIVE_H

#include "nn/cpu.h"
#include "nn/panel.h"

enum loopc_objective_kind {
    LOOPC_SQUARED,
    LOOPC_ABSOLUTE,
    LOOPC_HUBER,
    LOOPC_QUANTILE,
    LOOPC_POISSON,
    LOOPC_SIGMOID_ENTROPY,
    LOOPC_SOFT_ENTROPY,
    LOOPC_GAUSSIAN,
    LOOPC_CROSS_ENTROPY,
    LOOPC_HINGE,
};

/* What losses are divided by: the sum of the weights of the samples, that times the targets of a
 * sample, or nothing. */
enum loopc_reduction { LOOPC_BY_ROWS, LOOPC_BY_ELEMENTS, LOOPC_NOT_REDUCED };

struct loopc_objective {
    enum loopc_objective_kind kind;
    float parameter;            /* delta of huber, q of quantile */
    float smoothing;            /* of cross_entropy */
    const float *class_weights; /* one an output, or NULL: all 1 */
    enum loopc_reduction reduction;
};

/* The share of each of `samples` samples, 0 up to the next multiple of 16: its own weight (NULL: 1)
 * and, with labels, that of its class, divided as the reduction says. labels may be NULL. `targets`
 * is how many a sample has. Where cross_entropy multiplies by the weight of the class itself, the
 * share has it in the divisor alone. */
void loopc_shares(const struct loopc_objective *objective, const float *weights,
                  const int32_t *labels, float *shares, int32_t samples, int32_t targets)
    LOOPC_KERNEL(loopc_shares);

/* Losses and derivatives where the targets are values. */
void loopc_objective_values(const struct loopc_objective *objective, const float *a, const float *y,
                            const float *shares, float *d, float *losses, int32_t samples,
                            int32_t outputs, struct loopc_thread me)
    LOOPC_KERNEL(loopc_objective_values);

/* And where they are labels. */
void loopc_objective_labels(const struct loopc_objective *objective, const float *z,
                            const int32_t *labels, const float *shares, float *d, float *losses,
                            int32_t samples, int32_t outputs, struct loopc_thread me)
    LOOPC_KERNEL(loopc_objective_labels);

/* The sum of the losses, first to last. */
static inline float loopc_total(const float *losses, int32_t samples)
{
    float total = 0.0f;
    for (int32_t r = 0; r < samples; r++)
        total += losses[r];
    return total;
}

#endif
