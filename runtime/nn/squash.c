#include "nn/squash.h"

#include "nn/curves.h"

/* As many numbers as a vector has lanes, one in each: what goes in, and what comes out. */
struct loopc_squash_lanes {
    LOOPC_ALIGNED float mean[LOOPC_LANES], l[LOOPC_LANES], z[LOOPC_LANES];
    LOOPC_ALIGNED float number[LOOPC_LANES], deviation[LOOPC_LANES], slope[LOOPC_LANES];
    LOOPC_ALIGNED float log_p[LOOPC_LANES];
};

#define LOOPC_HALF_LOG_TAU_AND_2_LOG_2 2.305232894f /* log(2 pi) / 2 + 2 log 2 */

static void loopc_squash_vector(struct loopc_squash_lanes *n)
{
    const loopc_vec zero = {0}, z = loopc_load(n->z), t = loopc_vtanh(loopc_load(n->l));
    const loopc_vec log_s = loopc_fma(t, loopc_broadcast(3.5f), loopc_broadcast(-1.5f));
    const loopc_vec s = loopc_vexp(log_s), u = loopc_fma(s, z, loopc_load(n->mean));
    const loopc_vec rest = loopc_vlog1p(loopc_vexp(loopc_abs(u) * -2.0f));
    const loopc_vec softplus = loopc_max(u * -2.0f, zero) + rest;
    const loopc_vec log_normal = loopc_fma(z * z, loopc_broadcast(-0.5f), -log_s);
    const loopc_vec bend = (u + softplus) * 2.0f - LOOPC_HALF_LOG_TAU_AND_2_LOG_2;
    loopc_store(n->number, loopc_vtanh(u));
    loopc_store(n->deviation, s);
    loopc_store(n->slope, loopc_fma(t * t, loopc_broadcast(-3.5f), loopc_broadcast(3.5f)));
    loopc_store(n->log_p, log_normal + bend);
}

void loopc_squash(const float *out, const float *z, int32_t rows, int32_t width, float *numbers,
                  float *deviations, float *slopes, float *log_p)
{
    struct loopc_squash_lanes n = {0};
    const int32_t count = rows * width;
    for (int32_t r = 0; r < rows; r++)
        log_p[r] = 0.0f;
    for (int32_t first = 0; first < count; first += LOOPC_LANES) {
        const int32_t lanes = count - first < LOOPC_LANES ? count - first : LOOPC_LANES;
        for (int32_t i = 0; i < lanes; i++) {
            const int32_t r = (first + i) / width, a = (first + i) % width;
            n.mean[i] = out[2 * width * r + a];
            n.l[i] = out[2 * width * r + width + a];
            n.z[i] = z[first + i];
        }
        loopc_squash_vector(&n);
        for (int32_t i = 0; i < lanes; i++) {
            numbers[first + i] = n.number[i];
            deviations[first + i] = n.deviation[i];
            slopes[first + i] = n.slope[i];
            log_p[(first + i) / width] += n.log_p[i];
        }
    }
}

void loopc_unsquash(const float *z, const float *numbers, const float *deviations,
                    const float *slopes, const float *d, float weight, int32_t rows, int32_t width,
                    float *d_out)
{
    for (int32_t k = 0; k < rows * width; k++) {
        const int32_t at = 2 * width * (k / width) + k % width;
        const float d_u = d[k] * (1 - numbers[k] * numbers[k]) + weight * 2 * numbers[k];
        d_out[at] = d_u;
        d_out[at + width] = (d_u * deviations[k] * z[k] - weight) * slopes[k];
    }
}
