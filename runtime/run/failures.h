/* Failures: the record of every step that failed, and the path on which a failure leaves the
 * loops.
 *
 * Everything in a trainer that can end early returns a status (status.h). A failure is also
 * recorded in the run, with the node that failed, the insertions that led to it, and a message.
 * The first failure is the primary one; failures in failed and finally parts while it is pending
 * are suppressed: they are recorded, and reported after it.
 *
 * The frame of a failure is the node to which it has propagated: first the node that failed,
 * then each node at which the loop that it leaves was inserted. A recovery removes the failures
 * whose frame is in its own loop. A failure further out stays pending while an inner loop of a
 * failed part fails and recovers.
 */
#ifndef LOOPC_FAILURES_H
#define LOOPC_FAILURES_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

struct loopc_run;

/* Devices have room for the primary failure alone, and its message is the text of $fail as it is in
 * the spec: without its numbers, since nothing prints there. */
#ifdef LOOPC_DEVICE
enum { LOOPC_FAILURES_KEPT = 1, LOOPC_COUNTS_KEPT = 1, LOOPC_PATH_KEPT = 2 };
#define LOOPC_MESSAGE const char *message
#else
enum {
    LOOPC_FAILURES_KEPT = 64, /* failures kept in full; further ones are counted */
    LOOPC_COUNTS_KEPT = 32,   /* frames of failures that are only counted */
    LOOPC_PATH_KEPT = 32,     /* insertions kept of a path; those after them are counted */
    LOOPC_MESSAGE_SIZE = 256  /* bytes of a message, with its end */
};
#define LOOPC_MESSAGE char message[LOOPC_MESSAGE_SIZE]
#endif

struct loopc_failure {
    const char *node;                  /* that failed: "Inner.on_iteration" */
    const char *frame;                 /* the node to which the failure has propagated */
    const char *path[LOOPC_PATH_KEPT]; /* where the loops it left were inserted, innermost first */
    int depth;                         /* insertions in all; may exceed LOOPC_PATH_KEPT */
    LOOPC_MESSAGE;                     /* one line */
};

/* Failures after the table was full: a number for each frame, since a recovery removes them by
 * frame. Frames of one loop are counted together. */
struct loopc_counted {
    const char *frame;
    unsigned count;
};

/* Plain memory; names are string literals of the emitted code. */
struct loopc_failures {
    int count;                                       /* of kept */
    int counts;                                      /* of counted */
    struct loopc_failure kept[LOOPC_FAILURES_KEPT];  /* [0] is the primary one */
    struct loopc_counted counted[LOOPC_COUNTS_KEPT]; /* in the order in which they came */
};

/* Records that `node` failed, with a printf-style message. Returns LOOPC_FAILED. */
int loopc_fail(struct loopc_run *run, const char *node, const char *format, ...)
    __attribute__((format(printf, 3, 4), cold));

/* Fails because `function` was given a limit that is not a number from 0; sets it to 0. */
int loopc_fail_limit(struct loopc_run *run, const char *node, const char *function, float *limit);

/* Fails because a net with room for `room` rows was given more, or less than none; sets *excess to
 * 0. */
int loopc_fail_rows(struct loopc_run *run, const char *node, const char *net, int32_t room,
                    int32_t *excess) __attribute__((cold));

/* rows x width zeros, for a body that reads the outputs of rows which its net has refused: they are
 * there until the next call in this thread. NULL if there is no memory for them. */
const float *loopc_no_outputs(int32_t rows, int32_t width) __attribute__((cold));

/* Adds those of another run, as if they had happened in this one; names are the same program's. */
void loopc_fail_with(struct loopc_run *run, const struct loopc_failures *failures)
    __attribute__((cold));

/* How many failures came that were not kept, and are not recovered from. */
unsigned loopc_failures_more(const struct loopc_failures *failures);

/* Propagates the failures with a frame in `loop` to `node`, at which the loop is inserted. */
void loopc_propagate_failures(struct loopc_run *run, const char *loop, const char *node)
    __attribute__((cold));

/* Called with the status that a loop returns, at the node at which it is inserted. Returns the
 * status. */
static inline int loopc_propagate(struct loopc_run *run, int st, const char *loop, const char *node)
{
    if (st == LOOPC_FAILED) loopc_propagate_failures(run, loop, node);
    return st;
}

/* Removes the failures with a frame in `loop`. Returns LOOPC_OK. If the run was interrupted
 * before, the event is raised again: the failure had replaced the interruption on its way out,
 * and a recovery must not lose it. */
int loopc_recover(struct loopc_run *run, const char *loop) __attribute__((cold));

/* The pending status after a step of a failed or finally part ended with `late` while `st` was
 * pending: the graver of the two. */
static inline int loopc_merge_status(int st, int late)
{
    if (st == LOOPC_FAILED || late == LOOPC_FAILED) return LOOPC_FAILED;
    if (st == LOOPC_INTERRUPTED || late == LOOPC_INTERRUPTED) return LOOPC_INTERRUPTED;
    return st;
}

/* Writes "Inner.on_x on Outer.on_step: message" into text, shortened if size bytes are too few. */
void loopc_failure_text(const struct loopc_failure *failure, char *text, size_t size);

#endif
