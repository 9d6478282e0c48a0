/* The crew: the threads that share the work of a forward pass or a training step.
 *
 * loopc_crew_run calls a function once in each of its threads, the caller among them, and returns
 * when all have ended. Inside, loopc_meet is a barrier: what any part wrote before it, all parts
 * see after it. Who splits outputs among the parts, and never a sum, gets the same bits from any
 * number of them.
 *
 *     static void step(void *job, struct loopc_part me)
 *     {
 *         forward(job, me);      each part its own rows
 *         loopc_meet(me);
 *         backward(job, me);     reads the rows of all
 *     }
 *     loopc_crew_run(step, s, 0);
 *
 * What a part writes and others read has to come from its processor's cache to theirs. Where that
 * takes longer than to make it once more, each part keeps its own: loopc_crew_own.
 *
 * A crew of one, which is the default, is a plain call and no barrier at all.
 *
 * Who waits spins for about as long as it takes to wake a thread, less where that has been in vain,
 * and then sleeps: on a machine that has other work to do, or fewer processors than the crew has
 * threads, waiting costs no time that others could use.
 *
 * There is one crew in a process, for one caller at a time; work is not shared from inside shared
 * work. The child of a fork (POPEN, SPAWN) has a crew of one.
 */
#ifndef LOOPC_CREW_H
#define LOOPC_CREW_H

#include "parallel/part.h"

#include <stddef.h>

enum { LOOPC_CREW_MOST = 256 };

/* How many the crew has; written by loopc_crew_size only. */
extern int32_t loopc_crew_members;

/* Makes it a crew of `threads`, 1 to LOOPC_CREW_MOST, the caller included. The threads block all
 * signals. Returns LOOPC_OK, or LOOPC_FAILED with a message and the crew at 1. */
int loopc_crew_size(int threads, char *message, size_t size);

/* Ends all threads but the caller. */
void loopc_crew_end(void);

void loopc_crew_share(void (*work)(void *job, struct loopc_part me), void *job, size_t own);

/* Calls work once in each thread of the crew; the caller is part 0. Each has `own` bytes for itself
 * meanwhile; a crew for which there is no such memory leaves the work to the caller, as a whole. */
static inline void loopc_crew_run(void (*work)(void *job, struct loopc_part me), void *job,
                                  size_t own)
{
    if (loopc_crew_members == 1) {
        work(job, LOOPC_ALONE);
    } else {
        loopc_crew_share(work, job, own);
    }
}

/* What a part has for itself: `first` that of the caller, 64 bytes aligned memory of the crew that
 * of any other. It holds what the part left there, as long as no other work was in between. */
void *loopc_crew_own(struct loopc_part me, void *first);

void loopc_meet_others(struct loopc_part me);

/* Waits until all parts of the work have come here. */
static inline void loopc_meet(struct loopc_part me)
{
    if (me.parts > 1) loopc_meet_others(me);
}

#endif
