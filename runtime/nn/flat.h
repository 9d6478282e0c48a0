/* The flat list of a net's weights: per layer the matrix, a row an output, then the biases. These
 * move one matrix of it (biases are one of one row); each returns the rest of the list.
 */
#ifndef LOOPC_FLAT_H
#define LOOPC_FLAT_H

#include "nn/cpu.h"
#include <stdint.h>

/* Takes a matrix from the list. */
const float *loopc_flat_take(float *w, const float *flat, int32_t rows, int32_t columns)
    LOOPC_KERNEL(loopc_flat_take);

/* Puts a matrix into the list. */
float *loopc_flat_put(const float *w, float *flat, int32_t rows, int32_t columns)
    LOOPC_KERNEL(loopc_flat_put);

/* flat += share * (w - flat): an exponential average of weights. */
float *loopc_flat_blend(const float *w, float *flat, int32_t rows, int32_t columns, float share)
    LOOPC_KERNEL(loopc_flat_blend);

#endif
