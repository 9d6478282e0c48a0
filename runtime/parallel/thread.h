/* Threads: how the threads of a training step share its work.
 *
 * Each thread calls the same kernels with its own number, and each kernel does that share of its
 * outputs: what is summed is never split, so the bits are the same for any number of parts.
 */
#ifndef LOOPC_THREAD_H
#define LOOPC_THREAD_H

#include <stdint.h>

/* Thread `tid` of `nthreads`; 0 <= tid < nthreads. */
struct loopc_thread {
    int32_t tid, nthreads;
};

/* All of it. */
#define LOOPC_ONE_THREAD ((struct loopc_thread){0, 1})

/* What belongs to a part of `count` things in a row: from first to below end. */
struct loopc_span {
    int32_t first, end;
};

static inline struct loopc_span loopc_span_of(int32_t count, struct loopc_thread me)
{
    return (struct loopc_span){(int32_t)((int64_t)count * me.tid / me.nthreads),
                               (int32_t)((int64_t)count * (me.tid + 1) / me.nthreads)};
}

#endif
