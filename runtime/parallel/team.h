/* The thread team: the threads that share the work of a forward pass or a training step.
 *
 * loopc_team_run calls a function once in each of its threads, the caller among them, and returns
 * when all have ended. Inside, loopc_barrier is a barrier: what any part wrote before it, all parts
 * see after it. Who splits outputs among the parts, and never a sum, gets the same bits from any
 * number of them.
 *
 *     static void step(void *job, struct loopc_thread me)
 *     {
 *         forward(job, me);      each part its own rows
 *         loopc_barrier(me);
 *         backward(job, me);     reads the rows of all
 *     }
 *     loopc_team_run(step, s, 0);
 *
 * What a part writes and others read has to come from its processor's cache to theirs. Where that
 * takes longer than to make it once more, each part keeps its own: loopc_team_workspace.
 *
 * A team of one, which is the default, is a plain call and no barrier at all.
 *
 * Who waits spins for about as long as it takes to wake a thread, less where that has been in vain,
 * and then sleeps: on a machine that has other work to do, or fewer processors than the team has
 * threads, waiting costs no time that others could use.
 *
 * There is one team in a process, for one caller at a time; work is not shared from inside shared
 * work. The child of a fork (POPEN, SPAWN) has a team of one.
 */
#ifndef LOOPC_TEAM_H
#define LOOPC_TEAM_H

#include "parallel/thread.h"

#include <stddef.h>

enum { LOOPC_TEAM_MOST = 256 };

/* How many the team has; written by loopc_team_size only. */
extern int32_t loopc_team_members;

/* Makes it a team of `threads`, 1 to LOOPC_TEAM_MOST, the caller included. The threads block all
 * signals. Returns LOOPC_OK, or LOOPC_FAILED with a message and the team at 1. */
int loopc_team_size(int threads, char *message, size_t size);

/* Ends all threads but the caller. */
void loopc_team_end(void);

void loopc_team_fork(void (*work)(void *job, struct loopc_thread me), void *job, size_t own);

/* Calls work once in each thread of the team; the caller is part 0. Each has `own` bytes for itself
 * meanwhile; a team for which there is no such memory leaves the work to the caller, as a whole. */
static inline void loopc_team_run(void (*work)(void *job, struct loopc_thread me), void *job,
                                  size_t own)
{
    if (loopc_team_members == 1) {
        work(job, LOOPC_ONE_THREAD);
    } else {
        loopc_team_fork(work, job, own);
    }
}

/* What a part has for itself: `first` that of the caller, 64 bytes aligned memory of the team that
 * of any other. It holds what the part left there, as long as no other work was in between. */
void *loopc_team_workspace(struct loopc_thread me, void *first);

void loopc_barrier_wait(struct loopc_thread me);

/* Waits until all parts of the work have come here. */
static inline void loopc_barrier(struct loopc_thread me)
{
    if (me.nthreads > 1) loopc_barrier_wait(me);
}

#endif
