#include "nn/policy.h"

#include "nn/scalar.h"
#include "nn/vector.h"

#include <math.h>

/* The logarithms of a softmax: log a[j] = z[j] - shift, for one sample; its z begin at z.
 * From z, because a rounds to 0 where z does not. */
static inline float loopc_log_shift(const float *z, int32_t classes)
{
    float largest = z[0], sum = 0.0f;
    for (int32_t j = 1; j < classes; j++)
        largest = z[j * LOOPC_PANEL] > largest ? z[j * LOOPC_PANEL] : largest;
    for (int32_t j = 0; j < classes; j++)
        sum += loopc_expf(z[j * LOOPC_PANEL] - largest);
    return largest + loopc_logf(sum);
}

void loopc_mask(float *z, const bool *allowed, int32_t samples, int32_t classes)
{
    for (int32_t r = 0; r < samples; r++, allowed += classes) {
        bool any = false;
        for (int32_t j = 0; j < classes; j++)
            any |= allowed[j];
        for (int32_t j = 0; any && j < classes; j++)
            if (!allowed[j]) z[loopc_panel_at(classes, j, r)] = -1e30f;
    }
}

void loopc_log_probabilities(const float *z, const int32_t *actions, float *log_p, int32_t samples,
                             int32_t classes)
{
    for (int32_t r = 0; r < samples; r++) {
        const float *const own = z + loopc_panel_at(classes, 0, r);
        const int32_t action = actions[r];
        log_p[r] = action < 0 ? 0.0f : NAN;
        if (action >= 0 && action < classes)
            log_p[r] = own[action * LOOPC_PANEL] - loopc_log_shift(own, classes);
    }
}

float loopc_likelihood(const float *z, const int32_t *actions, const float *weights, float *d,
                       int32_t samples, int32_t classes)
{
    float total = 0.0f;
    for (int32_t r = 0; r < samples; r++) {
        if (actions[r] < 0) continue;
        const ptrdiff_t at = loopc_panel_at(classes, 0, r);
        const float shift = loopc_log_shift(z + at, classes);
        const bool known = actions[r] < classes;
        const ptrdiff_t own = at + actions[r] * LOOPC_PANEL;
        total -= weights[r] * (known ? z[own] - shift : NAN);
        for (int32_t j = 0; j < classes; j++) {
            float *const to = d + at + j * LOOPC_PANEL;
            *to = loopc_fma1(weights[r], loopc_expf(z[at + j * LOOPC_PANEL] - shift), *to);
        }
        if (known) d[own] -= weights[r];
    }
    return total;
}

/* The entropy of the softmax of one sample: -(sum over j of a[j] log a[j]), log a[j] = z[j] -
 * shift. */
static inline float loopc_softmax_entropy(const float *z, float shift, int32_t classes)
{
    float entropy = 0.0f;
    for (int32_t j = 0; j < classes; j++) {
        const float log_a = z[j * LOOPC_PANEL] - shift, a = loopc_expf(log_a);
        entropy -= a > 0.0f ? a * log_a : 0.0f;
    }
    return entropy;
}

float loopc_entropy(const float *z, const float *weights, float *d, int32_t samples,
                    int32_t classes)
{
    float total = 0.0f;
    for (int32_t r = 0; r < samples; r++) {
        if (weights[r] == 0.0f) continue;
        const ptrdiff_t at = loopc_panel_at(classes, 0, r);
        const float shift = loopc_log_shift(z + at, classes);
        const float entropy = loopc_softmax_entropy(z + at, shift, classes);
        for (int32_t j = 0; j < classes; j++) {
            float *const to = d + at + j * LOOPC_PANEL;
            const float log_a = z[at + j * LOOPC_PANEL] - shift, a = loopc_expf(log_a);
            if (a > 0.0f) *to = loopc_fma1(weights[r] * a, log_a + entropy, *to);
        }
        total -= weights[r] * entropy;
    }
    return total;
}

void loopc_zero_delta(float *d, int32_t samples, int32_t classes)
{
    memset(d, 0, (size_t)LOOPC_PANELS((size_t)classes, (size_t)samples) * sizeof *d);
}

int32_t loopc_argmax(const float *values, int32_t n)
{
    int32_t best = 0;
    for (int32_t i = 1; i < n; i++)
        best = values[i] > values[best] ? i : best;
    return best;
}

/* The weight of a class of probability `share` of the largest one, at a temperature above 0. */
static inline float loopc_tempered(float share, float temperature)
{
    if (temperature == 1.0f || share <= 0.0f) return share;
    return loopc_expf(loopc_logf(share) / temperature);
}

int32_t loopc_draw(struct loopc_rng *rng, const float *a, int32_t classes, float temperature)
{
    const int32_t largest = loopc_argmax(a, classes);
    if (!(temperature > 0.0f)) return largest;
    float sum = 0.0f;
    for (int32_t j = 0; j < classes; j++)
        sum += loopc_tempered(a[j] / a[largest], temperature);
    float left = loopc_rng_f32(rng) * sum;
    for (int32_t j = 0; j < classes; j++) {
        left -= loopc_tempered(a[j] / a[largest], temperature);
        if (left < 0.0f) return j;
    }
    return largest;
}
