/* Main among several ranks (parallel/ranks.h): what they agree on before and after the run, and the
 * host of the run between. Part of main. */
#ifndef LOOPC_MAIN_RANKS_H
#define LOOPC_MAIN_RANKS_H

#include "main/startup.h"
#include "run/host.h"

/* The host of a run of several ranks: the main host, with signals that act on all ranks in the same
 * poll. Ranks meet every so many polls, about 25 times a second. */
extern const struct loopc_host loopc_ranks_host;

/* Other ranks than 0 write no file, have no control channel and show nothing. Called whenever
 * the command line was read. */
void loopc_ranks_silence(struct loopc_args *args);

/* What rank 0 has done with its control channel. */
struct loopc_turn {
    int interrupted;  /* run->interrupted, when it has ended the run; or 0 */
    bool waits, more; /* the loop goes on to a later target; the channel wants another turn soon */
};

/* Gives all ranks the turn of rank 0, and the fields that commands may have set. */
void loopc_ranks_share_turn(struct loopc_run *run, struct loopc_turn *turn);

/* Whether this program can run on so many ranks, from the same data. Returns LOOPC_CONTINUE or the
 * exit code. */
int loopc_ranks_check(const struct loopc_context *context);

/* Where the ranks meet on the way to the run: `code` is LOOPC_CONTINUE or the exit code of this
 * rank; returns that of all. One message is shown, of the lowest rank that has failed. */
int loopc_ranks_agree(int code);

/* A rank other than 0 has resumed: it saves nothing. */
void loopc_ranks_close_checkpointer(struct loopc_run *run);

/* Whether a run that ended with this status failed by itself, not because the ranks parted. */
bool loopc_ranks_is_own_failure(int st);

/* The run begins. */
void loopc_ranks_start_run(void);

/* Waits for the ends of all ranks, prints their times if --timings asks for them, and shows the
 * message of the lowest one that failed by itself. Returns the exit code of all. */
int loopc_ranks_conclude(const struct loopc_context *context, int code, bool failed);

#endif
