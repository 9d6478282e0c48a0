#include "nn/layer.h"

#include "nn/elementary.h"

/* to(i) = a(i) op b(i) for the panels of a thread */
#define BOTH(name, op)                                                                             \
    void name(const float *a, const float *b, float *to, int32_t samples, int32_t features,        \
              struct loopc_thread me)                                                              \
    {                                                                                              \
        const struct loopc_span mine = loopc_panels_of(samples, me);                               \
        for (int32_t r = mine.first; r < mine.end; r += LOOPC_PANEL) {                             \
            const ptrdiff_t at = loopc_panel_at(features, 0, r);                                   \
            for (ptrdiff_t i = at; i < at + (ptrdiff_t)features * LOOPC_PANEL; i += LOOPC_LANES)   \
                loopc_store(to + i, loopc_load(a + i) op loopc_load(b + i));                       \
        }                                                                                          \
    }
BOTH(loopc_gate, *)
BOTH(loopc_add, +)

static const LOOPC_ALIGNED int32_t places[] = {0, 1, 2,  3,  4,  5,  6,  7,
                                               8, 9, 10, 11, 12, 13, 14, 15};

/* 31 bits a lane. */
LOOPC_INLINE loopc_ivec loopc_noise(loopc_uvec index, uint64_t key)
{
    loopc_uvec h = index + (uint32_t)key;
    h = (h ^ (h >> 16)) * 0x7feb352du;
    h = ((h ^ (h >> 15)) + (uint32_t)(key >> 32)) * 0x846ca68bu;
    return (loopc_ivec)((h ^ (h >> 16)) >> 1);
}

void loopc_dropout(const float *from, float *to, float *mask, int32_t samples, int32_t features,
                   uint64_t key, float rate, struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(samples, me);
    const int32_t limit = (int32_t)((double)rate * 0x1p31);
    const loopc_vec zero = {0}, kept = loopc_broadcast(1.0f / (1.0f - rate));
    for (int32_t r = mine.first; r < mine.end; r += LOOPC_LANES) {
        const ptrdiff_t at = loopc_panel_at(features, 0, r);
        const loopc_uvec row = *(const loopc_uvec *)(places + r % LOOPC_PANEL) +
                               (uint32_t)(r / LOOPC_PANEL * LOOPC_PANEL);
        for (int32_t j = 0; j < features; j++) {
            const ptrdiff_t i = at + (ptrdiff_t)j * LOOPC_PANEL;
            const loopc_ivec noise = loopc_noise(row * (uint32_t)features + (uint32_t)j, key);
            const loopc_vec factor = loopc_select(noise < limit, zero, kept);
            loopc_store(mask + i, factor);
            loopc_store(to + i, loopc_load(from + i) * factor);
        }
    }
}

void loopc_layer_norm(const float *x, const float *gain, const float *bias, float *h,
                      float *inverse, float *to, int32_t samples, int32_t features, float epsilon,
                      struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(samples, me);
    const float share = 1.0f / (float)features;
    for (int32_t r = mine.first; r < mine.end; r += LOOPC_LANES) {
        const ptrdiff_t at = loopc_panel_at(features, 0, r);
        loopc_vec mean = {0}, variance = {0};
        for (int32_t j = 0; j < features; j++)
            mean += loopc_load(x + at + j * LOOPC_PANEL);
        mean *= share;
        for (int32_t j = 0; j < features; j++) {
            const loopc_vec moved = loopc_load(x + at + j * LOOPC_PANEL) - mean;
            variance = loopc_fma(moved, moved, variance);
        }
        const loopc_vec scale = 1.0f / loopc_sqrt(variance * share + epsilon);
        if (inverse) loopc_store(inverse + r, scale);
        for (int32_t j = 0; j < features; j++) {
            const ptrdiff_t i = at + (ptrdiff_t)j * LOOPC_PANEL;
            const loopc_vec normal = (loopc_load(x + i) - mean) * scale;
            if (h) loopc_store(h + i, normal);
            loopc_store(to + i,
                        loopc_fma(normal, loopc_broadcast(gain[j]), loopc_broadcast(bias[j])));
        }
    }
}

void loopc_layer_norm_backward(const float *d, const float *gain, const float *h,
                               const float *inverse, float *to, int32_t samples, int32_t features,
                               struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(samples, me);
    const float share = 1.0f / (float)features;
    for (int32_t r = mine.first; r < mine.end; r += LOOPC_LANES) {
        const ptrdiff_t at = loopc_panel_at(features, 0, r);
        loopc_vec mean = {0}, along = {0};
        for (int32_t j = 0; j < features; j++) {
            const loopc_vec e = loopc_load(d + at + j * LOOPC_PANEL) * gain[j];
            mean += e;
            along = loopc_fma(e, loopc_load(h + at + j * LOOPC_PANEL), along);
        }
        mean *= share;
        along *= share;
        const loopc_vec scale = loopc_load(inverse + r);
        for (int32_t j = 0; j < features; j++) {
            const ptrdiff_t i = at + (ptrdiff_t)j * LOOPC_PANEL;
            const loopc_vec e = loopc_load(d + i) * gain[j];
            loopc_store(to + i, loopc_fma(-loopc_load(h + i), along, e - mean) * scale);
        }
    }
}

/* The sum over all samples of a(j, r) b(j, r), or of a(j, r) where b is NULL, after `less` was
 * taken from both: 16 lanes, added up in pairs. */
#ifdef LOOPC_DEVICE

static float row_sum(const float *a, const float *b, float less, ptrdiff_t stride, int32_t samples)
{
    float lanes[16] = {0};
    for (int32_t r = 0; r < samples; r++) {
        const float u = a[r * stride] - less, v = b ? b[r * stride] - less : 1.0f;
        lanes[r % 16] = loopc_fma1(u, v, lanes[r % 16]);
    }
    for (int half = 8; half > 0; half /= 2)
        for (int l = 0; l < half; l++)
            lanes[l] += lanes[l + half];
    return lanes[0];
}

#else

static float row_sum(const float *a, const float *b, float less, ptrdiff_t stride, int32_t samples)
{
    LOOPC_ALIGNED float lanes[LOOPC_PANEL];
    const loopc_vec zero = {0};
    for (int t = 0; t < LOOPC_PANEL; t += LOOPC_LANES) {
        loopc_vec sum = zero;
        for (int32_t r = 0; r < samples; r += LOOPC_PANEL) {
            const ptrdiff_t at = r / LOOPC_PANEL * stride + t;
            const loopc_ivec there = *(const loopc_ivec *)(places + t) < samples - r;
            const loopc_vec u = loopc_load(a + at) - less;
            const loopc_vec v = b ? loopc_load(b + at) - less : zero + 1.0f;
            sum = loopc_fma(loopc_select(there, u, zero), loopc_select(there, v, zero), sum);
        }
        loopc_store(lanes + t, sum);
    }
    for (int half = LOOPC_PANEL / 2; half > 0; half /= 2)
        for (int l = 0; l < half; l++)
            lanes[l] += lanes[l + half];
    return lanes[0];
}

#endif

/* to(j, r) = (x(j, r) - less) factor, then times gain plus bias: h and to of one feature. */
static void put_row(const float *x, float *h, float *to, float less, float factor, float gain,
                    float bias, ptrdiff_t stride, int32_t samples)
{
    for (ptrdiff_t at = 0; at < LOOPC_PANEL_COUNT(samples) * stride; at += stride)
        for (int t = 0; t < LOOPC_PANEL; t += LOOPC_LANES) {
            const loopc_vec normal = (loopc_load(x + at + t) - less) * factor;
            if (h) loopc_store(h + at + t, normal);
            loopc_store(to + at + t,
                        loopc_fma(normal, loopc_broadcast(gain), loopc_broadcast(bias)));
        }
}

static float root(float x)
{
    return __builtin_sqrtf(x);
}

void loopc_batch_norm_train(const struct loopc_batch_norm *norm, const float *x, float *h,
                            float *inverse, float *to, int32_t samples, int32_t features,
                            struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(features, me);
    const ptrdiff_t stride = LOOPC_STRIDE((ptrdiff_t)features);
    for (int32_t j = mine.first; j < mine.end && j < features; j++) {
        const float *const row = x + (ptrdiff_t)j * LOOPC_PANEL;
        const ptrdiff_t at = (ptrdiff_t)j * LOOPC_PANEL;
        const float share = samples > 0 ? 1.0f / (float)samples : 0.0f;
        const float mean = row_sum(row, NULL, 0.0f, stride, samples) * share;
        const float squares = row_sum(row, row, mean, stride, samples);
        inverse[j] = 1.0f / root(squares * share + norm->epsilon);
        put_row(row, h + at, to + at, mean, inverse[j], norm->gain[j], norm->bias[j], stride,
                samples);
        norm->mean[j] = loopc_fma1(norm->momentum, mean - norm->mean[j], norm->mean[j]);
        if (samples < 2) continue;
        const float variance = squares / (float)(samples - 1);
        norm->variance[j] =
            loopc_fma1(norm->momentum, variance - norm->variance[j], norm->variance[j]);
    }
}

void loopc_batch_norm(const struct loopc_batch_norm *norm, const float *x, float *h, float *inverse,
                      float *to, int32_t samples, int32_t features, struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(features, me);
    const ptrdiff_t stride = LOOPC_STRIDE((ptrdiff_t)features);
    for (int32_t j = mine.first; j < mine.end && j < features; j++) {
        const ptrdiff_t at = (ptrdiff_t)j * LOOPC_PANEL;
        const float scale = 1.0f / root(norm->variance[j] + norm->epsilon);
        if (inverse) inverse[j] = scale;
        put_row(x + at, h ? h + at : NULL, to + at, norm->mean[j], scale, norm->gain[j],
                norm->bias[j], stride, samples);
    }
}

void loopc_batch_norm_backward(const struct loopc_batch_norm *norm, const float *d, const float *h,
                               const float *inverse, float *to, int32_t samples, int32_t features,
                               int32_t trains, struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(features, me);
    const ptrdiff_t stride = LOOPC_STRIDE((ptrdiff_t)features);
    const float share = samples > 0 && trains ? 1.0f / (float)samples : 0.0f;
    for (int32_t j = mine.first; j < mine.end && j < features; j++) {
        const ptrdiff_t row = (ptrdiff_t)j * LOOPC_PANEL;
        const float mean = row_sum(d + row, NULL, 0.0f, stride, samples) * share;
        const float along = row_sum(d + row, h + row, 0.0f, stride, samples) * share;
        const loopc_vec scale = loopc_broadcast(norm->gain[j] * inverse[j]);
        for (int32_t r = 0; r < samples; r += LOOPC_LANES) {
            const ptrdiff_t i = row + r / LOOPC_PANEL * stride + r % LOOPC_PANEL;
            const loopc_vec rest = loopc_load(d + i) - mean;
            loopc_store(to + i,
                        loopc_fma(-loopc_load(h + i), loopc_broadcast(along), rest) * scale);
        }
    }
}

void loopc_norm_gradient(const float *d, const float *h, float *ggain, float *gbias,
                         int32_t samples, int32_t features, struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(features, me);
    const ptrdiff_t stride = LOOPC_STRIDE((ptrdiff_t)features);
    for (int32_t j = mine.first; j < mine.end && j < features; j++) {
        const ptrdiff_t row = (ptrdiff_t)j * LOOPC_PANEL;
        ggain[j] += row_sum(d + row, h + row, 0.0f, stride, samples);
        gbias[j] += row_sum(d + row, NULL, 0.0f, stride, samples);
    }
}
