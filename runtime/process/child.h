/* Child processes: programs that POPEN starts, forks of SPAWN.
 *
 * A struct loopc_child is plain memory and starts as zeros: no process. It is tied to its
 * address: a copy of it, as part of a copied state, has no process and starts one of its own;
 * the original keeps its process.
 *
 * A child is in a process group of its own, so that it can be ended with all that it has
 * started, and is killed when the thread that started it ends. It is waited for by its process
 * id alone: SIGCHLD and other children of the program are not touched. No descriptor stays open:
 * the fields that a SPAWN writes are returned through shared memory of fixed size, so neither
 * side ever waits for the other.
 */
#ifndef LOOPC_CHILD_H
#define LOOPC_CHILD_H

#include "run/program.h"

#include <stdbool.h>
#include <stddef.h>

struct loopc_child {
    const struct loopc_child *self; /* the address of the record when the process was started */
    int pid;                        /* of the process, or 0 */
    int status;                     /* of the last one: its exit status, or minus its signal */
    struct loopc_shared *shared;    /* SPAWN: memory that both processes share */
};

/* A piece of the state that a SPAWN writes. */
struct loopc_memory {
    void *at;
    size_t size;
};

/* The next step of a POPEN: starts `arguments` (ends with NULL; found by PATH; standard input is
 * empty), or polls whether it has ended. Returns LOOPC_MORE while it runs, LOOPC_OK when it
 * ended with 0, else records a failure of `node` and returns LOOPC_FAILED. */
int loopc_popen(struct loopc_run *run, struct loopc_child *child, const char *node,
                const char *const *arguments);

/* The next step of a SPAWN, in two calls with the same pieces of memory. loopc_spawn_begin
 * starts the child when there is none; it returns true in the child, which then runs the element
 * and ends by loopc_spawn_return. loopc_spawn_poll, in the parent, returns LOOPC_MORE while the
 * child runs; when the child ended with success it copies the pieces and returns LOOPC_OK;
 * otherwise it copies nothing and returns the status of the element, or LOOPC_FAILED. */
bool loopc_spawn_begin(struct loopc_run *run, struct loopc_child *child, int count,
                       const struct loopc_memory *writes);
_Noreturn void loopc_spawn_return(struct loopc_run *run, struct loopc_child *child, int st,
                                  int count, const struct loopc_memory *writes);
int loopc_spawn_poll(struct loopc_run *run, struct loopc_child *child, const char *node, int count,
                     const struct loopc_memory *writes);

/* Waits for a running child, at most a tenth of a second, then polls for events as at the head
 * of an iteration. Returns LOOPC_OK or LOOPC_INTERRUPTED; in failed and finally parts
 * interruptions stay pending. The second form is for a place where the run can be saved, the resume
 * point `at`. */
int loopc_child_wait(struct loopc_run *run, const struct loopc_child *child);
int loopc_child_wait_saved(struct loopc_run *run, const struct loopc_child *child, int at);
void loopc_child_wait_handler(struct loopc_run *run, const struct loopc_child *child);

/* Ends the process, if one is running, with all of its group, and waits for its end. */
void loopc_child_end(struct loopc_child *child);

#endif
