/* The thread team: the threads that share the work of a forward pass or a training step.
 *
 * loopc_team_run calls a function once in each of its threads, the caller included, and returns
 * when all have ended. Inside, loopc_barrier is a barrier: writes before it are visible to all
 * threads after it. Results do not depend on the number of threads as long as only outputs,
 * never sums, are divided among them.
 *
 *     static void step(void *job, struct loopc_thread me)
 *     {
 *         forward(job, me);      each part its own rows
 *         loopc_barrier(me);
 *         backward(job, me);     reads the rows of all
 *     }
 *     loopc_team_run(step, s, 0);
 *
 * Data that one thread writes and others read moves from cache to cache. Where recomputing it is
 * faster, each thread keeps a copy of its own: loopc_team_workspace.
 *
 * A team of one, which is the default, is a plain call and no barrier at all.
 *
 * A waiting thread spins for about as long as it takes to wake a thread, less if spinning has
 * not paid off lately, and then sleeps: on a busy machine, or with fewer processors than
 * threads, waiting takes no processor time from others.
 *
 * There is one team in a process, for one caller at a time; work is not shared from inside shared
 * work. The child of a fork (POPEN, SPAWN) has a team of one.
 */
#ifndef LOOPC_TEAM_H
#define LOOPC_TEAM_H

#include "parallel/thread.h"

#include <stddef.h>

#ifdef LOOPC_DEVICE

/* A device has one thread. */
static inline void loopc_team_run(void (*work)(void *job, struct loopc_thread me), void *job,
                                  size_t own)
{
    (void)own;
    work(job, LOOPC_ONE_THREAD);
}

static inline void *loopc_team_workspace(struct loopc_thread me, void *first)
{
    (void)me;
    return first;
}

static inline void loopc_barrier(struct loopc_thread me)
{
    (void)me;
}

#else

enum { LOOPC_TEAM_MOST = 256 };

/* Threads of the team; written by loopc_team_size only. */
extern int32_t loopc_team_members;

/* Makes it a team of `threads`, 1 to LOOPC_TEAM_MOST, the caller included. The threads block all
 * signals. Returns LOOPC_OK, or LOOPC_FAILED with a message and the team at 1. */
int loopc_team_size(int threads, char *message, size_t size);

/* Ends all threads but the caller. */
void loopc_team_end(void);

void loopc_team_fork(void (*work)(void *job, struct loopc_thread me), void *job, size_t own);

/* Calls work once in each thread of the team; the caller is thread 0. Each has a workspace of
 * `own` bytes; without memory for them the caller does all of the work alone. */
static inline void loopc_team_run(void (*work)(void *job, struct loopc_thread me), void *job,
                                  size_t own)
{
    if (loopc_team_members == 1) {
        work(job, LOOPC_ONE_THREAD);
    } else {
        loopc_team_fork(work, job, own);
    }
}

/* The workspace of a thread: `first` for the caller, memory of the team aligned to 64 bytes for
 * any other. It keeps its contents as long as no other job runs in between. */
void *loopc_team_workspace(struct loopc_thread me, void *first);

void loopc_barrier_wait(struct loopc_thread me);

/* Waits until all threads of the job have arrived. */
static inline void loopc_barrier(struct loopc_thread me)
{
    if (me.nthreads > 1) loopc_barrier_wait(me);
}

#endif
#endif
