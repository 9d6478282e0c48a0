#include "library/returns.h"

#include <math.h>

void loopc_advantages(const float *rewards, const float *values, const float *after,
                      const bool *ends, int32_t steps, int32_t count, float discount, float decay,
                      float *advantages)
{
    for (int32_t t = steps - 1; t >= 0; t--)
        for (int32_t i = 0; i < count; i++) {
            const int32_t k = t * count + i;
            const float later = t == steps - 1 || ends[k] ? 0 : advantages[k + count];
            const float surprise = rewards[k] + discount * after[k] - values[k];
            advantages[k] = surprise + discount * decay * later;
        }
}

void loopc_standardize(float *values, int32_t n)
{
    double sum = 0, squares = 0;
    for (int32_t i = 0; i < n; i++)
        sum += (double)values[i];
    const float mean = n > 0 ? (float)(sum / n) : 0;
    for (int32_t i = 0; i < n; i++)
        squares += (double)(values[i] - mean) * (double)(values[i] - mean);
    const float deviation = n > 0 ? (float)sqrt(squares / n) + 1e-8f : 1;
    for (int32_t i = 0; i < n; i++)
        values[i] = (values[i] - mean) / deviation;
}

void loopc_moments_add(const float *rows, int32_t count, int32_t width, double *seen, double *means,
                       double *squares)
{
    for (int32_t r = 0; r < count; r++) {
        *seen += 1;
        for (int32_t j = 0; j < width; j++) {
            const double before = (double)rows[r * width + j] - means[j];
            means[j] += before / *seen;
            squares[j] += before * ((double)rows[r * width + j] - means[j]);
        }
    }
}

void loopc_moments_scale(const float *rows, int32_t count, int32_t width, double seen,
                         const double *means, const double *squares, float limit, float *to)
{
    for (int32_t j = 0; j < width; j++) {
        const double variance = seen > 1 ? squares[j] / seen : 1;
        const float mean = (float)means[j], scale = (float)(1 / sqrt(variance + 1e-8));
        for (int32_t r = 0; r < count; r++) {
            const float x = (rows[r * width + j] - mean) * scale;
            to[r * width + j] = x < -limit ? -limit : x > limit ? limit : x;
        }
    }
}

void loopc_fold_moments(float *layer, int32_t outputs, int32_t width, double seen,
                        const double *means, const double *squares)
{
    float *const biases = layer + outputs * width;
    for (int32_t k = 0; k < outputs * width; k++) {
        const double variance = seen > 1 ? squares[k % width] / seen : 1;
        const double weight = (double)layer[k] / sqrt(variance + 1e-8);
        biases[k / width] = (float)((double)biases[k / width] - weight * means[k % width]);
        layer[k] = (float)weight;
    }
}
