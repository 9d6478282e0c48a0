/* Parts: how the threads of a training step share its work.
 *
 * Each thread calls the same kernels with its own part, and each kernel does that share of its
 * outputs: what is summed is never split, so the bits are the same for any number of parts.
 */
#ifndef LOOPC_PART_H
#define LOOPC_PART_H

#include <stdint.h>

/* Share `part` of `parts`; 0 <= part < parts. */
struct loopc_part {
    int32_t part, parts;
};

/* All of it. */
#define LOOPC_ALONE ((struct loopc_part){0, 1})

/* What belongs to a part of `count` things in a row: from first to below end. */
struct loopc_span {
    int32_t first, end;
};

static inline struct loopc_span loopc_span_of(int32_t count, struct loopc_part me)
{
    return (struct loopc_span){(int32_t)((int64_t)count * me.part / me.parts),
                               (int32_t)((int64_t)count * (me.part + 1) / me.parts)};
}

#endif
