#include "nn/loss.h"

#include "nn/loss_lanes.h"
#include "nn/shards.h"

void loopc_squared_error_part(const float *a, float *d, float *losses, int32_t samples,
                              int32_t outputs, enum loopc_epilogue gate, struct loopc_whole whole,
                              struct loopc_thread me)
{
    const float share = loopc_share(whole.samples);
    const struct loopc_span mine = loopc_panels_of(samples, me);
    for (int32_t r = mine.first; r < mine.end && r < samples; r += LOOPC_LANES) {
        const ptrdiff_t at = loopc_panel_at(outputs, 0, r);
        loopc_store(losses + r, loopc_squared_error_lanes(a + at, d + at, outputs, share, gate));
    }
}

void loopc_squared_error(const float *a, float *d, float *losses, int32_t samples, int32_t outputs,
                         enum loopc_epilogue gate, struct loopc_thread me)
{
    const struct loopc_whole whole = {samples, samples};
    loopc_squared_error_part(a, d, losses, samples, outputs, gate, whole, me);
}

void loopc_even_weights(float *weights, const int32_t *labels, int32_t samples)
{
    double sum = 0.0;
    int32_t count = 0;
    for (int32_t r = 0; r < samples; r++) {
        if (labels && labels[r] == -1) continue;
        sum += (double)weights[r];
        count++;
    }
    if (!(sum > 0.0)) return;
    for (int32_t r = 0; r < samples; r++)
        weights[r] = (float)((double)weights[r] * (double)count / sum);
}

void loopc_weigh(const float *weights, float *d, float *losses, int32_t samples, int32_t outputs,
                 struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(samples, me);
    for (int32_t r = mine.first; r < mine.end && r < samples; r += LOOPC_LANES) {
        const ptrdiff_t at = loopc_panel_at(outputs, 0, r);
        const loopc_vec weight = loopc_load(weights + r);
        for (int32_t j = 0; j < outputs; j++) {
            float *const to = d + at + j * LOOPC_PANEL;
            loopc_store(to, loopc_load(to) * weight);
        }
        loopc_store(losses + r, loopc_load(losses + r) * weight);
    }
}

/* The labels of LOOPC_LANES samples from r on; -1, no class, beyond the last. */
LOOPC_INLINE loopc_ivec loopc_label_lanes(const int32_t *labels, int32_t r, int32_t samples)
{
    loopc_ivec lanes = (loopc_ivec){0} - 1;
    if (samples - r >= LOOPC_LANES)
        memcpy(&lanes, labels + r, sizeof lanes);
    else
        for (int32_t i = 0; i < samples - r; i++)
            lanes[i] = labels[r + i];
    return lanes;
}

struct loopc_whole loopc_whole_of(const int32_t *labels, int32_t samples)
{
    struct loopc_whole whole = {samples, 0};
    for (int32_t r = 0; r < samples; r++)
        whole.counted += labels[r] != -1;
    return whole;
}

/* Samples that are left out add nothing; the others weigh so much more that the mean of all is that
 * of the others. */
static __attribute__((noinline, cold)) void leave_out(const int32_t *labels, float *d,
                                                      float *losses, int32_t samples,
                                                      int32_t classes, struct loopc_whole whole,
                                                      struct loopc_span mine)
{
    const float share = loopc_share(whole.counted);
    for (int32_t r = mine.first; r < mine.end && r < samples; r++) {
        losses[r] = labels[r] == -1 ? 0.0f : losses[r] * share * (float)whole.samples;
        for (int32_t j = 0; labels[r] == -1 && j < classes; j++)
            d[loopc_panel_at(classes, j, r)] = 0.0f;
    }
}

void loopc_cross_entropy_part(const float *z, const int32_t *labels, float *d, float *losses,
                              int32_t samples, int32_t classes, struct loopc_whole whole,
                              struct loopc_thread me)
{
    const loopc_vec shares = loopc_broadcast(loopc_share(whole.counted));
    const struct loopc_span mine = loopc_panels_of(samples, me);
    for (int32_t r = mine.first; r < mine.end && r < samples; r += LOOPC_LANES) {
        const ptrdiff_t at = loopc_panel_at(classes, 0, r);
        const loopc_ivec label = loopc_label_lanes(labels, r, samples);
        loopc_store(losses + r, loopc_entropy_lanes(z + at, label, d + at, classes, shares));
    }
    if (whole.counted < whole.samples) leave_out(labels, d, losses, samples, classes, whole, mine);
}

void loopc_cross_entropy(const float *z, const int32_t *labels, float *d, float *losses,
                         int32_t samples, int32_t classes, struct loopc_thread me)
{
    const struct loopc_whole whole = loopc_whole_of(labels, samples);
    loopc_cross_entropy_part(z, labels, d, losses, samples, classes, whole, me);
}

void loopc_binary_cross_entropy_part(const float *z, float *d, float *losses, int32_t samples,
                                     int32_t outputs, struct loopc_whole whole,
                                     struct loopc_thread me)
{
    const float share = loopc_share(whole.samples);
    const struct loopc_span mine = loopc_panels_of(samples, me);
    for (int32_t r = mine.first; r < mine.end && r < samples; r += LOOPC_LANES) {
        const ptrdiff_t at = loopc_panel_at(outputs, 0, r);
        loopc_vec sum = {0};
        for (int32_t j = 0; j < outputs; j++) {
            float *const to = d + at + j * LOOPC_PANEL;
            const loopc_vec value = loopc_load(z + at + j * LOOPC_PANEL), y = loopc_load(to);
            const loopc_vec a = loopc_epilogue_value(value, value, LOOPC_SIGMOID);
            const loopc_vec positive = loopc_epilogue_value(value, value, LOOPC_RELU);
            sum += positive - y * value + loopc_vlog(loopc_vexp(-loopc_abs(value)) + 1.0f);
            loopc_store(to, (a - y) * share);
        }
        loopc_store(losses + r, sum);
    }
}

void loopc_binary_cross_entropy(const float *z, float *d, float *losses, int32_t samples,
                                int32_t outputs, struct loopc_thread me)
{
    const struct loopc_whole whole = {samples, samples};
    loopc_binary_cross_entropy_part(z, d, losses, samples, outputs, whole, me);
}

int32_t loopc_class(const float *outputs, int32_t r, int32_t count, float threshold)
{
    const float *const first = outputs + loopc_panel_at(count, 0, r);
    if (count == 1) return *first > threshold;
    int32_t best = 0;
    for (int32_t j = 1; j < count; j++)
        best = first[j * LOOPC_PANEL] > first[best * LOOPC_PANEL] ? j : best;
    return best;
}

void loopc_classes(const float *outputs, int32_t *classes, int32_t samples, int32_t count,
                   float threshold)
{
    for (int32_t r = 0; r < samples; r++)
        classes[r] = loopc_class(outputs, r, count, threshold);
}

int32_t loopc_correct(const float *outputs, const int32_t *labels, int32_t samples, int32_t count,
                      float threshold)
{
    int32_t correct = 0;
    for (int32_t r = 0; r < samples; r++)
        correct += loopc_class(outputs, r, count, threshold) == labels[r];
    return correct;
}

void loopc_one_hot(const int32_t *labels, float *y, int32_t samples, int32_t classes)
{
    for (int32_t r = 0; r < samples; r++)
        for (int32_t j = 0; j < classes; j++)
            y[r * classes + j] = labels[r] == j ? 1.0f : 0.0f;
}
