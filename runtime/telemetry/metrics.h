/* Metrics: reported fields as JSON lines.
 *
 *     {"loop":"Train","iteration":12,"total":72,"loss":0.123}
 *     {"loop":"Valid","ended":true,"iteration":5,"total":30,"accuracy":0.95}
 *     {"run":"digits","status":"ok","accuracy":0.9712}
 *
 * A line an iteration of each loop that reports something, holding the fields with report_in that
 * loop, under their names in it ("loss" for Train.loss; the full name where two would be the same).
 * Iterations count from 1. A field that the end of its loop sets (after_run, finally_run) is in a
 * line that the loop writes then; when nothing else of the loop sets it, that is its only line: an
 * iteration would show the value of the pass before. The line of the run comes last, if fields are
 * reported there. A field with report_every is in every so many lines of iterations, and in that of
 * the end if the last iteration of the pass had none. Values that are not JSON numbers are null;
 * u64 is a string; arrays are arrays. Each line is flushed when it is complete.
 */
#ifndef LOOPC_METRICS_H
#define LOOPC_METRICS_H

#include "run/program.h"

/* The length of a metrics file when a run was saved, and a checksum that identifies it. */
struct loopc_metrics_mark {
    int64_t size;       /* bytes; -1: the run wrote no metrics */
    uint64_t head, all; /* digests of the first LOOPC_METRICS_HEAD of them, or fewer, and of all; 0
                           where the file cannot be read */
};
enum { LOOPC_METRICS_HEAD = 4096 };

/* Opens the file. A run that begins (`mark` is NULL) empties it. One that was resumed continues
 * behind the lines that it had written by then: the file has to begin with them, or, where it has
 * lost its end, with the first whole lines of it; it may be empty or gone. Returns NULL with
 * message set, perhaps with a hint in a second line, when it cannot be opened or is that of another
 * run. */
struct loopc_metrics *loopc_metrics_open(const struct loopc_program *program, const char *path,
                                         const struct loopc_metrics_mark *mark, char *message,
                                         size_t size);

/* The mark of all lines written so far, those before a resume included. */
struct loopc_metrics_mark loopc_metrics_where(struct loopc_metrics *metrics);

/* Returns when the disk has it. */
void loopc_metrics_sync(struct loopc_metrics *metrics);

/* Writes the line of an iteration of `loop`, whose counters include it already. Returns LOOPC_OK,
 * or LOOPC_FAILED with errno set when it cannot be written; then nothing more is. */
int loopc_metrics_write(struct loopc_metrics *metrics, const void *state, const char *loop);

/* Writes the line of the end of `loop`, if there is anything in it. Returns as above. */
int loopc_metrics_end(struct loopc_metrics *metrics, const void *state, const char *loop);

/* Writes the line of the run, closes and frees. `status` is "ok", "failed", "interrupted" or
 * "shutdown". Returns LOOPC_OK, or LOOPC_FAILED when anything was lost, now or before. NULL is
 * allowed. */
int loopc_metrics_close(struct loopc_metrics *metrics, const void *state, const char *status);

#endif
