/* Ranks: the processes of a run that trains on several machines, started by mpirun or srun.
 *
 * All ranks execute the same run on equal states: bodies, random streams and data sets are those of
 * one process. They share the training steps of nets that have shards (nn/shards.h), and nothing
 * else; so any two ranks differ in what they write (rank 0 alone writes files and standard output),
 * not in what they compute.
 *
 * A program links one of two implementations: parallel/ranks.c, in which there is one rank, or that
 * over MPI (templates/ranks_mpi.c), which loopc build --mpi compiles into the program.
 *
 * Every exchange begins with a meeting, which all ranks have to attend for the same purpose. A rank
 * whose run has ended attends as well, and says so: the others then end, too.
 */
#ifndef LOOPC_RANKS_H
#define LOOPC_RANKS_H

#include "parallel/thread.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern int32_t loopc_rank, loopc_ranks; /* this process, and how many there are; 0 and 1 */
struct loopc_mapping;
extern const struct loopc_mapping *loopc_ranks_mapping; /* data/mapped.h; NULL: one rank */

extern int64_t loopc_ranks_waited; /* ns that it has waited for the others */

/* Begins; the first call of a program. Other ranks than 0 write to no standard stream from then on.
 */
void loopc_ranks_begin(int *argc, char ***argv);

/* Ends, after all ranks have come here. Does not return without the others, or ends them. */
void loopc_ranks_end(void);

/* Replaces each value by the largest that a rank has in its place. */
void loopc_ranks_most(int64_t *values, int32_t count);

/* Gives all ranks the bytes that rank 0 has there. */
void loopc_ranks_spread(void *bytes, size_t size);

/* Begins to add up vectors of all ranks, in the tree of nn/shards.h: neighbours in pairs, then
 * pairs of these; and moves on those that were begun before. All ranks begin the same ones in the
 * same order, on the thread of loopc_ranks_begin. */
void loopc_ranks_sum_begin(float *values, ptrdiff_t count);

/* Waits until all sums that were begun are there. */
void loopc_ranks_sum_end(void);

/* Completes a list of values, of which this rank has its own in front: moves them to their place,
 * and takes those of others. Those of rank r are row[r] to row[r + 1] - 1. */
void loopc_ranks_gather(float *values, const int32_t *row);

/* Writes what this rank has said on standard error since the last call, each line behind its
 * number; a rank other than 0 writes nothing else there. With `show` false it is dropped. */
void loopc_ranks_speak(bool show);

/* Meetings. */

enum loopc_meeting { LOOPC_MEETING_POLL = 1, LOOPC_MEETING_TRAIN, LOOPC_MEETING_END };

/* What the ranks know of each other: each word the largest of all ranks. */
struct loopc_news {
    int64_t purpose, other; /* the purpose of the meeting, and its negative: of the other ranks */
    int64_t failed;         /* loopc_ranks - the lowest rank that has failed by itself; or 0 */
    int64_t signal;         /* that a rank has caught; or 0 */
    int64_t control;        /* whether the control channel of rank 0 has something to do */
    int64_t value; /* of rank 0 how many polls come before the next meeting; at the end, the exit
                      code */
};

/* Whether the ranks have parted: one of them has ended, or does something else. Then there is
 * nothing to share any more, and the run fails at its next poll. */
extern bool loopc_ranks_parted;

/* Meets for a purpose; returns whether all ranks do, and the news. */
bool loopc_ranks_meet(int64_t purpose, struct loopc_news *news);

/* Meets for a training step of `rows` rows in `count` shards. Returns whether all ranks do; one
 * rank always does. */
bool loopc_ranks_meet_to_train(int32_t rows, int32_t count);

/* All threads call it when the gradients of a layer are there, weights and biases: their sums over
 * all ranks begin, while the backward pass goes on. */
void loopc_ranks_share_layer(float *weights, ptrdiff_t weight_count, float *biases,
                             ptrdiff_t bias_count, struct loopc_thread me);

/* Completes `rows` rows of `width` values in the order of the batch, of which this rank has its own
 * in front. */
void loopc_ranks_gather_rows(float *values, int32_t rows, int32_t width);

/* The end of a training step: the sums are there, and the losses of all rows, of which this rank
 * has its own in front. */
void loopc_ranks_end_step(float *losses, int32_t rows);

#endif
