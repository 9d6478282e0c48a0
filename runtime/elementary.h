/* The elementary functions of the nets, in one place.
 *
 * Everything in nn.h that needs exp, log or tanh asks here, so that the functions can be exchanged
 * for ones of our own (vector forms, the same bits everywhere) without touching a kernel. Today
 * each is the C library's, with that library's accuracy (glibc: within 1 unit in the last place for
 * expf and logf, 2 for tanhf) and its bits: these three are what the results of a net depend on
 * beyond IEEE 754.
 */
#ifndef LOOPC_ELEMENTARY_H
#define LOOPC_ELEMENTARY_H

#include <math.h>

/* e to the power of x; infinity from about 88.73 on, 0 below about -103.98. */
static inline float loopc_expf(float x)
{
    return expf(x);
}

/* The natural logarithm of x; -infinity for 0, NaN below it. */
static inline float loopc_logf(float x)
{
    return logf(x);
}

/* The hyperbolic tangent of x, between -1 and 1. */
static inline float loopc_tanhf(float x)
{
    return tanhf(x);
}

#endif
