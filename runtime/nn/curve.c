#include "nn/curve.h"

#include "nn/curves.h"
#include "nn/epilogue.h"

/* One of the functions over `count` values. */
#define CURVE(name)                                                                                \
    static void curve_##name(const float *from, float *to, float *slope, ptrdiff_t count)          \
    {                                                                                              \
        for (ptrdiff_t i = 0; i < count; i += LOOPC_LANES) {                                       \
            const struct loopc_curve_point p =                                                     \
                loopc_curve_at(loopc_load(from + i), LOOPC_CURVE_##name);                          \
            loopc_store(to + i, p.value);                                                          \
            if (slope) loopc_store(slope + i, p.slope);                                            \
        }                                                                                          \
    }
CURVE(IDENTITY)
CURVE(RELU)
CURVE(LEAKY_RELU)
CURVE(ELU)
CURVE(SELU)
CURVE(GELU)
CURVE(GELU_TANH)
CURVE(SILU)
CURVE(MISH)
CURVE(SOFTPLUS)
CURVE(SOFTSIGN)
CURVE(HARD_TANH)
CURVE(HARD_SIGMOID)
CURVE(HARD_SWISH)
CURVE(TANH)
CURVE(SIGMOID)

typedef void curve_function(const float *from, float *to, float *slope, ptrdiff_t count);

static curve_function *const curves[] = {
    curve_IDENTITY,     curve_RELU,       curve_LEAKY_RELU, curve_ELU,
    curve_SELU,         curve_GELU,       curve_GELU_TANH,  curve_SILU,
    curve_MISH,         curve_SOFTPLUS,   curve_SOFTSIGN,   curve_HARD_TANH,
    curve_HARD_SIGMOID, curve_HARD_SWISH, curve_TANH,       curve_SIGMOID,
};

void loopc_curve(const float *from, float *to, float *slope, int32_t samples, int32_t features,
                 enum loopc_curve curve, struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(samples, me);
    for (int32_t r = mine.first; r < mine.end; r += LOOPC_PANEL) {
        const ptrdiff_t at = loopc_panel_at(features, 0, r);
        curves[curve](from + at, to + at, slope ? slope + at : NULL,
                      (ptrdiff_t)features * LOOPC_PANEL);
    }
}

void loopc_log_softmax(const float *z, float *a, int32_t samples, int32_t classes,
                       struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(samples, me);
    for (int32_t r = mine.first; r < mine.end && r < samples; r += LOOPC_LANES) {
        const ptrdiff_t at = loopc_panel_at(classes, 0, r);
        const loopc_vec largest = loopc_largest(z + at, classes);
        loopc_vec sum = {0};
        for (int32_t j = 0; j < classes; j++)
            sum += loopc_vexp(loopc_load(z + at + j * LOOPC_PANEL) - largest);
        const loopc_vec rest = loopc_vlog(sum);
        for (int32_t j = 0; j < classes; j++)
            loopc_store(a + at + j * LOOPC_PANEL,
                        loopc_load(z + at + j * LOOPC_PANEL) - largest - rest);
    }
}

void loopc_log_softmax_backward(const float *a, float *d, int32_t samples, int32_t classes,
                                struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(samples, me);
    for (int32_t r = mine.first; r < mine.end && r < samples; r += LOOPC_LANES) {
        const ptrdiff_t at = loopc_panel_at(classes, 0, r);
        loopc_vec sum = {0};
        for (int32_t j = 0; j < classes; j++)
            sum += loopc_load(d + at + j * LOOPC_PANEL);
        for (int32_t j = 0; j < classes; j++) {
            float *const to = d + at + j * LOOPC_PANEL;
            const loopc_vec power = loopc_vexp(loopc_load(a + at + j * LOOPC_PANEL));
            loopc_store(to, loopc_fma(-power, sum, loopc_load(to)));
        }
    }
}
