/* Host: the table of functions between a run and the program around it.
 *
 * A run is hosted by the main function of a trainer (main/main_host.h), by the program that links
 * its library form, or by any other that fills such a table. The run calls its host through
 * run->host and in no other way, so that a program links only those parts of the runtime that its
 * host names. NULL is loopc_plain_host.
 *
 * The table is read only on slow paths: after the word of pending events was found not to be 0
 * (events.h), and where a pointer of struct loopc_run shows that the host has something to do.
 */
#ifndef LOOPC_HOST_H
#define LOOPC_HOST_H

#include <stdbool.h>

struct loopc_run;

struct loopc_host {
    /* At a safepoint at which events are pending; `at` is a resume point of the program. Returns
     * LOOPC_OK; LOOPC_INTERRUPTED, once for each interruption; LOOPC_FAILED with the failure
     * recorded; or LOOPC_MORE after it has set resume_at: the run function returns that, and is
     * to be called again. */
    int (*poll)(struct loopc_run *run, int at);

    /* The same between resume points: whatever needs one stays pending. */
    int (*poll_nosave)(struct loopc_run *run);

    /* The same between two steps of a body of elements, where the run can be saved: `at` as for
     * poll. Messages of the control channel stay pending, for they are applied between
     * iterations. */
    int (*poll_steps)(struct loopc_run *run, int at);

    /* The same in failed and finally parts: interruptions stay pending, too. */
    void (*poll_masked)(struct loopc_run *run);

    /* An iteration of a loop that reports fields has ended. Called only where run->metrics is not
     * NULL. */
    void (*report)(struct loopc_run *run, const char *loop);

    /* A loop has ended whose end sets fields that it reports. Called as report is. */
    void (*report_end)(struct loopc_run *run, const char *loop);

    /* An outermost loop has ended, at a resume point. Called only where run->checkpointer is not
     * NULL. Returns LOOPC_OK or LOOPC_FAILED. */
    int (*loop_ended)(struct loopc_run *run, int at);

    /* The loop of the batches has reached its target: waits for a later one. Called only where
     * run->control is not NULL, or where there are several ranks. Returns whether the loop
     * continues. */
    bool (*wait_for_target)(struct loopc_run *run);

    /* A body is about to write a line to standard error. */
    void (*before_message)(struct loopc_run *run);
};

/* The host of a run that no other one has taken: pending signals interrupt the run, every other
 * event is dropped; nothing is reported, saved or waited for. */
extern const struct loopc_host loopc_plain_host;

/* The host of a run. */
const struct loopc_host *loopc_host_of(const struct loopc_run *run);

#endif
