#include "nn/replica.h"

#include "nn/loss_lanes.h"
#include "nn/replica_lanes.h"

_Static_assert((int)LOOPC_REPLICAS == (int)LOOPC_PANEL, "outputs are as far apart as in panels");

void loopc_replica_squared_error(const float *a, float *d, float *losses, int32_t samples,
                                 int32_t outputs, enum loopc_epilogue gate)
{
    loopc_lanes_squared_error(a, d, losses, samples, outputs, gate);
}

void loopc_replica_mean(const float *losses, float *means, int32_t samples)
{
    loopc_lanes_mean(losses, means, samples);
}

void loopc_replica_weigh(const float *weights, float *d, float *losses, int32_t samples,
                         int32_t outputs)
{
    for (int32_t r = 0; r < samples; r++)
        for (int t = 0; t < LOOPC_REPLICAS; t += LOOPC_LANES) {
            const loopc_vec weight = loopc_load(weights + r * LOOPC_REPLICAS + t);
            for (int32_t j = 0; j < outputs; j++) {
                float *const to = d + loopc_replica_at(outputs, r, j) + t;
                loopc_store(to, loopc_load(to) * weight);
            }
            float *const loss = losses + r * LOOPC_REPLICAS + t;
            loopc_store(loss, loopc_load(loss) * weight);
        }
}

/* The samples of each replica that have a label. */
static loopc_vec counted_of(const int32_t *labels, int32_t samples)
{
    loopc_ivec counted = {0};
    for (int32_t r = 0; r < samples; r++)
        counted -= *(const loopc_ivec *)(labels + r * LOOPC_REPLICAS) != -1;
    return __builtin_convertvector(counted, loopc_vec);
}

static void leave_out(loopc_ivec label, float *d, int32_t classes)
{
    for (int32_t j = 0; j < classes; j++) {
        float *const to = d + j * LOOPC_REPLICAS;
        loopc_store(to, loopc_select(label == -1, (loopc_vec){0}, loopc_load(to)));
    }
}

void loopc_replica_cross_entropy(const float *z, const int32_t *labels, float *d, float *losses,
                                 int32_t samples, int32_t classes)
{
    const loopc_vec zero = {0}, all = loopc_broadcast((float)samples);
    for (int t = 0; t < LOOPC_REPLICAS; t += LOOPC_LANES) {
        const loopc_vec counted = counted_of(labels + t, samples);
        const loopc_vec share = loopc_select(counted > zero, 1.0f / counted, zero);
        for (int32_t r = 0; r < samples; r++) {
            const ptrdiff_t at = loopc_replica_at(classes, r, 0) + t, row = r * LOOPC_REPLICAS + t;
            const loopc_ivec label = *(const loopc_ivec *)(labels + row);
            loopc_vec loss = loopc_entropy_lanes(z + at, label, d + at, classes, share);
            loss = loopc_select(counted < all, loss * share * all, loss);
            loopc_store(losses + row, loopc_select(label == -1, zero, loss));
            leave_out(label, d + at, classes);
        }
    }
}

void loopc_replica_binary_cross_entropy(const float *z, float *d, float *losses, int32_t samples,
                                        int32_t outputs)
{
    const float share = loopc_share(samples);
    for (int32_t r = 0; r < samples; r++)
        for (int t = 0; t < LOOPC_REPLICAS; t += LOOPC_LANES) {
            loopc_vec sum = {0};
            for (int32_t j = 0; j < outputs; j++) {
                float *const to = d + loopc_replica_at(outputs, r, j) + t;
                const loopc_vec value = loopc_load(z + (to - d)), y = loopc_load(to);
                const loopc_vec a = loopc_epilogue_value(value, value, LOOPC_SIGMOID);
                const loopc_vec positive = loopc_epilogue_value(value, value, LOOPC_RELU);
                sum += positive - y * value + loopc_vlog(loopc_vexp(-loopc_abs(value)) + 1.0f);
                loopc_store(to, (a - y) * share);
            }
            loopc_store(losses + r * LOOPC_REPLICAS + t, sum);
        }
}

void loopc_replica_softmax(const float *z, float *a, int32_t samples, int32_t classes)
{
    for (int32_t r = 0; r < samples; r++)
        for (int t = 0; t < LOOPC_REPLICAS; t += LOOPC_LANES) {
            const float *const from = z + loopc_replica_at(classes, r, 0) + t;
            float *const to = a + loopc_replica_at(classes, r, 0) + t;
            const loopc_vec largest = loopc_largest(from, classes);
            loopc_vec sum = {0};
            for (int32_t j = 0; j < classes; j++) {
                const loopc_vec power = loopc_vexp(loopc_load(from + j * LOOPC_REPLICAS) - largest);
                loopc_store(to + j * LOOPC_REPLICAS, power);
                sum += power;
            }
            for (int32_t j = 0; j < classes; j++)
                loopc_store(to + j * LOOPC_REPLICAS, loopc_load(to + j * LOOPC_REPLICAS) / sum);
        }
}

void loopc_replica_softmax_backward(const float *a, float *d, int32_t samples, int32_t classes)
{
    for (int32_t r = 0; r < samples; r++)
        for (int t = 0; t < LOOPC_REPLICAS; t += LOOPC_LANES) {
            const ptrdiff_t at = loopc_replica_at(classes, r, 0) + t;
            loopc_vec mean = {0};
            for (int32_t j = 0; j < classes; j++)
                mean = loopc_fma(loopc_load(d + at + j * LOOPC_REPLICAS),
                                 loopc_load(a + at + j * LOOPC_REPLICAS), mean);
            for (int32_t j = 0; j < classes; j++) {
                float *const to = d + at + j * LOOPC_REPLICAS;
                const loopc_vec share = loopc_load(a + at + j * LOOPC_REPLICAS);
                loopc_store(to, share * (loopc_load(to) - mean));
            }
        }
}

void loopc_replica_sigmoid(const float *z, float *a, int32_t samples, int32_t outputs)
{
    const ptrdiff_t end = loopc_replica_at(outputs, samples, 0);
    for (ptrdiff_t i = 0; i < end; i += LOOPC_LANES) {
        const loopc_vec x = loopc_load(z + i);
        loopc_store(a + i, loopc_epilogue_value(x, x, LOOPC_SIGMOID));
    }
}
