/* Threads: how the threads of a training step share its work.
 *
 * Each thread calls the same kernels with its own number, and each kernel computes that share of
 * its outputs: a sum is never split, so the bits are the same for any number of threads.
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

/* The share of a thread in `count` consecutive items: first to end - 1. */
struct loopc_span {
    int32_t first, end;
};

static inline struct loopc_span loopc_span_of(int32_t count, struct loopc_thread me)
{
#ifdef LOOPC_DEVICE /* there is one thread, and no instruction for divisions of 64 bits */
    const int32_t nthreads = 1;
#else
    const int32_t nthreads = me.nthreads;
#endif
    if (nthreads == 1) return (struct loopc_span){0, count}; /* divisions take longer */
    return (struct loopc_span){(int32_t)((int64_t)count * me.tid / nthreads),
                               (int32_t)((int64_t)count * (me.tid + 1) / nthreads)};
}

#endif
