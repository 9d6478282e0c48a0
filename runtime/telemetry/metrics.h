/* Metrics: reported fields as JSON lines.
 *
 *     {"loop":"Train","iteration":12,"total":72,"loss":0.123}
 *     {"run":"digits","status":"ok","accuracy":0.9712}
 *
 * A line an iteration of each loop that reports something, holding the fields with report_in that
 * loop, under their names in it ("loss" for Train.loss; the full name where two would be the
 * same). Iterations count from 1. The line of the run comes last, if fields are reported there. A
 * field with report_every is in every so many lines of its loop. What JSON has no number for is
 * null; u64 is a string; arrays are arrays. Each line is flushed when it is complete.
 */
#ifndef LOOPC_METRICS_H
#define LOOPC_METRICS_H

#include "run/program.h"

/* Opens the file, and empties it but for the first `keep` bytes, which a resumed run has written
 * before, or for the whole lines that are left of them; -1: it begins anew. Returns NULL with
 * message set when it cannot. */
struct loopc_metrics *loopc_metrics_open(const struct loopc_program *program, const char *path,
                                         int64_t keep, char *message, size_t size);

/* Bytes written so far, those of earlier runs included. */
int64_t loopc_metrics_size(const struct loopc_metrics *metrics);

/* Writes the line of an iteration of `loop`, whose counters include it already. Returns LOOPC_OK,
 * or LOOPC_FAILED with errno set when it cannot be written; then nothing more is. */
int loopc_metrics_write(struct loopc_metrics *metrics, const void *state, const char *loop);

/* Writes the line of the run, closes and frees. `status` is "ok", "failed", "interrupted" or
 * "shutdown". Returns LOOPC_OK, or LOOPC_FAILED when anything was lost, now or before. NULL is
 * allowed. */
int loopc_metrics_close(struct loopc_metrics *metrics, const void *state, const char *status);

#endif
