/* The elementary functions of nets (elementary.h) for one value, with the same bits. */
#ifndef LOOPC_SCALAR_H
#define LOOPC_SCALAR_H

#include "nn/cpu.h"

float loopc_expf(float x) LOOPC_KERNEL(loopc_expf);
float loopc_logf(float x) LOOPC_KERNEL(loopc_logf);
float loopc_tanhf(float x) LOOPC_KERNEL(loopc_tanhf);

#endif
