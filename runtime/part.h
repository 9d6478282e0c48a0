/* Which share of a piece of work a thread does: what kernels that can be shared are given. */
#ifndef LOOPC_PART_H
#define LOOPC_PART_H

#include <stdint.h>

/* Thread `part` of `parts`, 0 <= part < parts. {0, 1} does all of it. */
struct loopc_part {
    int32_t part, parts;
};

#endif
