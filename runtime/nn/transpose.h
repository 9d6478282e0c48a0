/* Turning matrices of panels, and the way of rows of samples into panels and out of them.
 *
 * Products read their factors in one fixed way (product.h): the results of a layer are feature-
 * major (features x samples), and the gradient of its weights reads its inputs sample-major
 * (samples x features). Batches are small beside weights, so it is they that are turned, 16 x 16
 * floats at a time.
 */
#ifndef LOOPC_TRANSPOSE_H
#define LOOPC_TRANSPOSE_H

#include "nn/cpu.h"
#include "nn/rows.h"

/* sample_major[r][k] = feature_major[k][r] for the samples of a batch that has room for `batch`. */
void loopc_transpose(const float *restrict feature_major, float *restrict sample_major,
                     int32_t samples, int32_t batch, int32_t features, struct loopc_thread me)
    LOOPC_KERNEL(loopc_transpose);

/* Takes `samples` rows into panels, both ways: sample-major, with room for `batch` samples, and
 * feature-major. Where only the feature-major ones are wanted, sample-major is NULL. */
void loopc_pack(struct loopc_rows rows, float *restrict sample_major, float *restrict feature_major,
                int32_t samples, int32_t batch, int32_t features, struct loopc_thread me)
    LOOPC_KERNEL(loopc_pack);

/* to[r * features + k] = feature_major[k][r]: back to rows. */
void loopc_unpack(const float *restrict feature_major, float *restrict to, int32_t samples,
                  int32_t features) LOOPC_KERNEL(loopc_unpack);

#endif
