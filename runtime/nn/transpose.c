#include "nn/transpose.h"

#ifdef LOOPC_DEVICE

/* A panel is a column here: feature-major are the rows of samples as they come, one after the
 * other. */

void loopc_transpose(const float *restrict feature_major, float *restrict sample_major,
                     int32_t samples, int32_t batch, int32_t features, struct loopc_thread me)
{
    (void)me;
    for (int32_t k = 0; k < features; k++)
        for (int32_t r = 0; r < samples; r++)
            sample_major[k * batch + r] = feature_major[r * features + k];
}

void loopc_pack(struct loopc_rows rows, float *restrict sample_major, float *restrict feature_major,
                int32_t samples, int32_t batch, int32_t features, struct loopc_thread me)
{
    for (int32_t r = 0; r < samples; r++) {
        float *const to = feature_major + r * features;
        if (rows.x)
            memcpy(to, loopc_row(rows, r, features), (size_t)features * sizeof *to);
        else
            loopc_device_read(rows.data, rows.index[r], to);
    }
    if (sample_major) loopc_transpose(feature_major, sample_major, samples, batch, features, me);
}

#else

#include "nn/strip.h"

void loopc_transpose(const float *restrict feature_major, float *restrict sample_major,
                     int32_t samples, int32_t batch, int32_t features, struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(features, me);
    for (int32_t k = mine.first; k < mine.end; k += LOOPC_PANEL)
        for (int32_t r = 0; r < samples; r += LOOPC_PANEL)
            loopc_transpose_block(feature_major + loopc_panel_at(features, k, r),
                                  sample_major + loopc_panel_at(batch, r, k),
                                  loopc_lesser(features - k, LOOPC_PANEL),
                                  loopc_lesser(samples - r, LOOPC_PANEL));
}

void loopc_pack(struct loopc_rows rows, float *restrict sample_major, float *restrict feature_major,
                int32_t samples, int32_t batch, int32_t features, struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(features, me);
    for (int32_t k = mine.first; k < mine.end; k += LOOPC_PANEL)
        for (int32_t r = 0; r < samples; r += LOOPC_PANEL) {
            LOOPC_ALIGNED float square[LOOPC_SQUARE];
            float *const block = sample_major ? sample_major + loopc_panel_at(batch, r, k) : square;
            loopc_pack_block(rows, block, feature_major + loopc_panel_at(features, k, r), r, k,
                             loopc_lesser(samples - r, LOOPC_PANEL), features);
        }
}

#endif

void loopc_unpack(const float *restrict feature_major, float *restrict to, int32_t samples,
                  int32_t features)
{
    for (int32_t r = 0; r < samples; r++)
        for (int32_t k = 0; k < features; k++)
            to[r * features + k] = feature_major[loopc_panel_at(features, k, r)];
}
