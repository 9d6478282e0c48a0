/* Control: monitoring and controlling a run through its control channel (channel.h).
 *
 * The peer's messages are commands (commands.h), applied between two iterations of the loop of
 * the batches, all pending ones at once. The run's own messages are objects whose values are
 * [batch, value], batch the batches learned so far, at most one an iteration:
 *
 *     eta, sv      the learning rate, and all weights: per layer the matrix row by row, a row an
 *                  output, then the biases. At the start, on "tell state", and when the k of
 *                  "report state every" divides the batch, once a batch
 *     loss         of the batch learned last, before it was; -1 before the first. On reaching the
 *                  target; else when it has changed and 50 ms have passed since the last report,
 *                  and after a second in any case
 *     others       fields that are reported, with the loss, under their names ("Train.rate" as
 *                  "rate" if Train is the loop of the batches); at batch 0, and once the loop
 *                  that reports one has had an iteration
 *     "diverged"   true, without a batch: a value shown as null is not finite
 *     error        a text: a message that was none. Nothing of it was done
 *     batch        the batches learned so far, in the place of the loss where nothing is reported
 *     answer       a text: the answer to "answer" TEXT, once the commands of the message are done
 *     ignored      a text: names in a message with "answer" that are not commands, or fields that
 *                  are not settable
 *     paused       true or false: the answer to pause and resume, and at the end of a step
 *     checkpoint   the number of the one just saved
 *     status       the answer to "tell status": an object that lists settable and reported fields;
 *                  "commands" in it are those that this run obeys
 *                  "flags" has a row for each option: flag, type, value, and min, max and doc
 *                  where it has them; "pace" the "batches a second" that were set; "limit" the
 *                  latest target that "batch to" may give, or null: the type and the range of the
 *                  target's field bound it, and one beyond is an error
 *     timings      the answer to "tell timings" while it is watched: {"seconds": s, "places":
 *                  [[calls, total, self, median], ...]}, places as in the status, times in seconds;
 *                  else false
 *     views        the answer to "tell views": an object with the values of the fields with
 *                  `show`, as they are now, after the hooks `draw`; the status has the table of
 *                  them. Once asked for, they are sent at the end of the run, too, with the
 *                  history
 *     history      the answer to "tell history": {"names": [...], "rows": [[batch, value, ...],
 *                  ...]}, the reported numbers since the run began, thinned (history.h); null
 *                  before the loop that reports one has had an iteration
 *     running      the place that is open, as an index of those of the status, or -1: at most ten
 *                  times a second while it is watched, also within an iteration
 *     dropped      how many reports a slow peer has missed
 *     failed       the last message of a run that failed: its text on standard error
 *
 * "step epoch" goes on to the next entry of the loop of the batches and pauses there; "batches a
 * second" n lets at most n pass, 0 as many as there are: the run waits between two batches, and
 * learns the same.
 *
 * A name that the trainer does not give (steering in struct loopc_program) is found: the batches
 * are the iterations of the first innermost repeating loop, from the root; eta is the settable
 * field "eta"; the loss the reported field "loss" of that loop, or of the trainer. With a target
 * field the run waits at the target for a later one, from batch 0 on unless the command line gives
 * it; without one it runs to its end, and "batch to" is where it waits.
 */
#ifndef LOOPC_CONTROL_H
#define LOOPC_CONTROL_H

#include "run/program.h"

/* From the command line; NULL where it has no such flag. */
struct loopc_control_options {
    const char *channel, *log, *journal, *replay;
    bool target_given; /* the field that is the target was set, too */
};

/* Opens channel, log, journal and replay; sets run->control if there is any. Values of str fields
 * that commands set are kept in texts. Returns LOOPC_OK, or LOOPC_FAILED after an error message. */
int loopc_control_open(const struct loopc_control_options *options, struct loopc_run *run,
                       struct loopc_texts *texts);

/* At a safepoint: applies commands, sends reports, sleeps while paused or at the target. Returns
 * whether the run has to end; early when it is interrupted. */
bool loopc_control_poll(struct loopc_control *control, struct loopc_run *run, int at);

/* The same at the target; see loopc_wait. */
bool loopc_control_wait(struct loopc_control *control, struct loopc_run *run);

/* Starts or ends profiling if a command requested that. Returns whether it did: run->profile
 * then decides which variant of the run function continues. */
bool loopc_control_switch_variant(struct loopc_control *control, struct loopc_run *run);

/* After the run, which ended with `st`: the last report, the end marker; frees. Returns LOOPC_OK,
 * or LOOPC_FAILED when log or journal are not complete. NULL is allowed. */
int loopc_control_close(struct loopc_control *control, struct loopc_run *run, int st);

#endif
