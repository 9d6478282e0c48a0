/* Losses of LOOPC_LANES samples, or of one sample of as many replicas, side by side: for loss.c,
 * narrow.h and replica_loss.c. */
#ifndef LOOPC_LOSS_LANES_H
#define LOOPC_LOSS_LANES_H

#include "nn/epilogue.h"
#include "nn/loss.h"
#include <math.h>

/* Half of the squared error of each; d, which holds the targets, becomes its derivative times
 * `share`. */
LOOPC_INLINE loopc_vec loopc_squared_error_lanes(const float *a, float *d, int32_t outputs,
                                                 float share, enum loopc_epilogue gate)
{
    const loopc_vec shares = loopc_broadcast(share);
    loopc_vec sum = {0};
    for (int32_t j = 0; j < outputs; j++) {
        float *const to = d + j * LOOPC_PANEL;
        const loopc_vec output = loopc_load(a + j * LOOPC_PANEL);
        const loopc_vec error = output - loopc_load(to);
        sum = loopc_fma(error, error, sum);
        loopc_store(to, loopc_epilogue_value(error * shares, output, gate));
    }
    return sum * 0.5f;
}

/* Cross-entropy after a softmax, for LOOPC_LANES samples whose z begin at z: d = (a - [j = label])
 * share; returns -log a[label] = m - z[label] + log(sum over j of exp(z[j] - m)), m the largest z,
 * where the sum is at least 1. */
LOOPC_INLINE loopc_vec loopc_entropy_lanes(const float *z, loopc_ivec label, float *d,
                                           int32_t classes, loopc_vec share)
{
    const loopc_vec largest = loopc_largest(z, classes);
    loopc_vec own = loopc_broadcast(NAN), sum = {0};
    for (int32_t j = 0; j < classes; j++) {
        const loopc_vec value = loopc_load(z + j * LOOPC_PANEL);
        const loopc_vec power = loopc_vexp(value - largest);
        own = loopc_select(label == j, value, own);
        sum += power;
        loopc_store(d + j * LOOPC_PANEL, power);
    }
    const loopc_vec scale = share / sum;
    for (int32_t j = 0; j < classes; j++) {
        const loopc_vec delta = loopc_load(d + j * LOOPC_PANEL) * scale;
        loopc_store(d + j * LOOPC_PANEL, loopc_select(label == j, delta - share, delta));
    }
    return largest - own + loopc_vlog(sum);
}

#endif
