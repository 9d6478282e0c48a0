#include "nn/gaussian.h"

#include "nn/scalar.h"

#include <math.h>
#include <stdbool.h>

/* The logarithm of a deviation as it counts. */
static inline float loopc_log_deviation(float s)
{
    return fminf(fmaxf(s, LOOPC_LEAST_LOG), LOOPC_MOST_LOG);
}

void loopc_gaussian_log_p(const float *a, const float *drawn, float *log_p, int32_t rows)
{
    for (int32_t r = 0; r < rows; r++, a += 2) {
        const float s = loopc_log_deviation(a[1]);
        const float e = (drawn[r] - a[0]) * loopc_expf(-s);
        log_p[r] = -0.5f * e * e - s - LOOPC_HALF_LOG_TAU;
    }
}

/* The term of dLoss/ds. Beyond its bounds s follows only gradients that lead it back. */
static inline float loopc_log_slope(float s, float slope)
{
    const bool out =
        (s <= LOOPC_LEAST_LOG && slope > 0.0f) || (s >= LOOPC_MOST_LOG && slope < 0.0f);
    return out ? 0.0f : slope;
}

float loopc_gaussian_likelihood(const float *a, const float *drawn, const float *weights, float *d,
                                int32_t rows)
{
    float total = 0.0f;
    for (int32_t r = 0; r < rows; r++, a += 2, d += 2) {
        const float s = loopc_log_deviation(a[1]), inverse = loopc_expf(-s);
        const float e = (drawn[r] - a[0]) * inverse, w = weights[r];
        total += w * (0.5f * e * e + s + LOOPC_HALF_LOG_TAU);
        d[0] -= w * e * inverse;
        d[1] += loopc_log_slope(a[1], w * (1.0f - e * e));
    }
    return total;
}

float loopc_gaussian_entropy(const float *a, const float *weights, float *d, int32_t rows)
{
    float total = 0.0f;
    for (int32_t r = 0; r < rows; r++, a += 2, d += 2) {
        total -= weights[r] * (loopc_log_deviation(a[1]) + 0.5f + LOOPC_HALF_LOG_TAU);
        d[1] += loopc_log_slope(a[1], -weights[r]);
    }
    return total;
}

float loopc_gaussian_draw(struct loopc_rng *rng, const float *a, float temperature)
{
    if (!(temperature > 0.0f)) return a[0];
    const float deviation = loopc_expf(loopc_log_deviation(a[1])) * sqrtf(temperature);
    return fmaf(deviation, (float)loopc_rng_normal(rng), a[0]);
}
