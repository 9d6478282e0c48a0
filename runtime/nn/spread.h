/* What the numbers of a matrix are like, to look at activations and gradients: it is in the form of
 * panel.h, padding left out. The sums are in double precision and in the order of the rows.
 */
#ifndef LOOPC_SPREAD_H
#define LOOPC_SPREAD_H

#include "nn/cpu.h"
#include <stdint.h>

/* Mean, standard deviation (of a population), greatest absolute value, share of zeros. */
struct loopc_spread {
    float mean, deviation, most, zeros;
};

/* All 0 of a matrix without elements. A NaN makes mean, deviation and most NaN. */
struct loopc_spread loopc_spread_of(const float *panels, int32_t rows, int32_t columns)
    LOOPC_KERNEL(loopc_spread_of);

#endif
