/* The squared error of LOOPC_LANES samples side by side, for loss.c and narrow.h. */
#ifndef LOOPC_LOSS_LANES_H
#define LOOPC_LOSS_LANES_H

#include "nn/epilogue.h"
#include "nn/loss.h"

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

#endif
