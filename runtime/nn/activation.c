#include "nn/activation.h"

#include "nn/epilogue.h"

void loopc_activate(const float *from, const float *a, float *to, int32_t samples, int32_t features,
                    enum loopc_epilogue finish, struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(samples, me);
    for (int32_t r = mine.first; r < mine.end; r += LOOPC_PANEL) {
        const ptrdiff_t first = loopc_panel_at(features, 0, r);
        for (ptrdiff_t i = first; i < first + features * LOOPC_PANEL; i += LOOPC_LANES)
            loopc_store(to + i,
                        loopc_epilogue_value(loopc_load(from + i), loopc_load(a + i), finish));
    }
}

void loopc_softmax(const float *z, float *a, int32_t samples, int32_t classes,
                   struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(samples, me);
    for (int32_t r = mine.first; r < mine.end && r < samples; r += LOOPC_LANES) {
        const float *const from = z + loopc_panel_at(classes, 0, r);
        float *const to = a + loopc_panel_at(classes, 0, r);
        const loopc_vec largest = loopc_largest(from, classes);
        loopc_vec sum = {0};
        for (int32_t j = 0; j < classes; j++) {
            const loopc_vec power = loopc_vexp(loopc_load(from + j * LOOPC_PANEL) - largest);
            loopc_store(to + j * LOOPC_PANEL, power);
            sum += power;
        }
        for (int32_t j = 0; j < classes; j++)
            loopc_store(to + j * LOOPC_PANEL, loopc_load(to + j * LOOPC_PANEL) / sum);
    }
}

void loopc_softmax_backward(const float *a, float *d, int32_t samples, int32_t classes,
                            struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(samples, me);
    for (int32_t r = mine.first; r < mine.end && r < samples; r += LOOPC_LANES) {
        const ptrdiff_t at = loopc_panel_at(classes, 0, r);
        loopc_vec mean = {0};
        for (int32_t j = 0; j < classes; j++)
            mean = loopc_fma(loopc_load(d + at + j * LOOPC_PANEL),
                             loopc_load(a + at + j * LOOPC_PANEL), mean);
        for (int32_t j = 0; j < classes; j++) {
            float *const to = d + at + j * LOOPC_PANEL;
            loopc_store(to, loopc_load(a + at + j * LOOPC_PANEL) * (loopc_load(to) - mean));
        }
    }
}
