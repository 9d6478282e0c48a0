/* Status: how a step ended, and what is remembered of failures.
 *
 * Everything in a trainer that can end early returns a status, an int; 0 is "go on". A failure is
 * also recorded in the run, with the node that failed, the insertions that led to it, and a
 * message. The first failure is the primary one; those that follow while it is pending, in failed
 * and finally parts, are suppressed: kept, and reported after it.
 *
 * The head of a failure is the node at which it has arrived on its way out: first the node that
 * failed, then each node at which the loop it leaves was inserted. By its head a recovery knows
 * which failures it deals with: those that have arrived in its own loop. A failure that waits
 * further out while an inner loop of a handler fails and recovers is not touched.
 */
#ifndef LOOPC_FAILURES_H
#define LOOPC_FAILURES_H

#include "base/status.h"

#include <stddef.h>

struct loopc_run;

enum {
    LOOPC_FAILURES_KEPT = 64, /* failures kept in full; those after them are counted */
    LOOPC_COUNTS_KEPT = 32,   /* loops in which failures that are only counted can be at a time */
    LOOPC_PATH_KEPT = 32,     /* insertions kept of a path; those after them are counted */
    LOOPC_MESSAGE_SIZE = 256  /* bytes of a message, with its end */
};

struct loopc_failure {
    const char *node;                  /* that failed: "Inner.on_iteration" */
    const char *frame;                 /* the node at which the failure has arrived */
    const char *path[LOOPC_PATH_KEPT]; /* where the loops it left were inserted, innermost first */
    int depth;                         /* insertions in all; may exceed LOOPC_PATH_KEPT */
    char message[LOOPC_MESSAGE_SIZE];  /* one line */
};

/* Failures that came when the table was full. Where they have arrived decides what a recovery
 * takes away; those that have arrived in one loop are counted together. */
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

/* Adds those of another run, as if they had happened in this one; names are the same program's. */
void loopc_fail_with(struct loopc_run *run, const struct loopc_failures *failures)
    __attribute__((cold));

/* How many failures came that were not kept, and are not recovered from. */
unsigned loopc_failures_more(const struct loopc_failures *failures);

/* The failures that have arrived in `loop` go out to `node`, where the loop is inserted. */
void loopc_propagate_failures(struct loopc_run *run, const char *loop, const char *node)
    __attribute__((cold));

/* Called with the status with which a loop is left, where it is inserted. Returns it. */
static inline int loopc_propagate(struct loopc_run *run, int st, const char *loop, const char *node)
{
    if (st == LOOPC_FAILED) loopc_propagate_failures(run, loop, node);
    return st;
}

/* Forgets the failures that have arrived in `loop`: it has dealt with them. Returns LOOPC_OK. If
 * the run was interrupted before, the next loopc_poll says so again: a failure on the way out
 * took the place of the interruption, and a recovery must not lose it. */
int loopc_recover(struct loopc_run *run, const char *loop) __attribute__((cold));

/* A step of a handler ended with `late` while `st` was pending: what is pending now. */
static inline int loopc_merge_status(int st, int late)
{
    if (st == LOOPC_FAILED || late == LOOPC_FAILED) return LOOPC_FAILED;
    if (st == LOOPC_INTERRUPTED || late == LOOPC_INTERRUPTED) return LOOPC_INTERRUPTED;
    return st;
}

/* Writes "Inner.on_x on Outer.on_step: message" into text, shortened if size bytes are too few. */
void loopc_failure_text(const struct loopc_failure *failure, char *text, size_t size);

#endif
