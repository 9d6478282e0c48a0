/* Epilogues of a sum before it is stored, a vector at a time: an activation, or the derivative of
 * one in terms of its output.
 */
#ifndef LOOPC_EPILOGUE_H
#define LOOPC_EPILOGUE_H

#include "nn/activation.h"
#include "nn/elementary.h"

/* The result for all but the update. */
LOOPC_ONCE loopc_vec loopc_epilogue_value(loopc_vec x, loopc_vec a, enum loopc_epilogue finish)
{
    const loopc_vec zero = {0}, one = zero + 1.0f;
    if (finish == LOOPC_RELU) return loopc_max(x, zero);
    if (finish == LOOPC_TANH) return loopc_vtanh(x);
    if (finish == LOOPC_SIGMOID) return loopc_vsigmoid(x);
    if (finish == LOOPC_BACKWARD_RELU) return loopc_select(a <= zero, zero, x);
    if (finish == LOOPC_BACKWARD_TANH) return x * loopc_fma(-a, a, one);
    if (finish == LOOPC_BACKWARD_SIGMOID) return x * (a * (one - a));
    return x;
}

/* The largest of the classes of LOOPC_LANES samples; z is a column of panels. */
LOOPC_INLINE loopc_vec loopc_largest(const float *z, int32_t classes)
{
    loopc_vec largest = loopc_load(z);
    for (int32_t j = 1; j < classes; j++)
        largest = loopc_max(largest, loopc_load(z + j * LOOPC_PANEL));
    return largest;
}

#endif
