/* The checkpointer: saves a run at its safepoints, and resumes it.
 *
 *     --checkpoint DIR       save there: on a schedule, on SIGUSR1, when interrupted, at the end
 *     --save-every N[unit]   steps, epochs or seconds (schedule.h)
 *     --keep K               keep the K latest
 *     --best FIELD           keep the best one too: FIELD or min:FIELD the lowest, max:FIELD
 *     --resume [WHICH]       continue from latest (the default), best, or a file
 *     --other-data           data sets may have other content than when the run began
 *     --not-saved WHAT       when a checkpoint cannot be written: go-on (default; the exit code
 *                            becomes 1) or stop (in good order)
 *
 * With --save-every all are kept, unless --keep says otherwise. Without it the checkpointer is free
 * to choose: every 30 seconds, or less often where writing them would take more than a hundredth of
 * the time; the last three are kept, and those that were taken where a loop ended. Of these, what
 * comes sooner after another than that is not synced: a crash of the machine in the seconds that
 * follow may damage it, which is known by its checksum, and the one before it is taken.
 *
 * The best one is judged at every pass of its loop (best.h). Behind an interruption nothing is
 * saved any more.
 */
#ifndef LOOPC_CHECKPOINTER_H
#define LOOPC_CHECKPOINTER_H

#include "run/program.h"
#include "telemetry/metrics.h"

#include <stdbool.h>
#include <stdint.h>

/* The flags of the command line; zeros and NULL for those not given. */
struct loopc_saving {
    const char *folder, *every, *best, *resume;
    const char *init; /* FILE or FILE:PART,...: see init.h */
    int64_t keep;
    bool other_data; /* a run may continue with other data */
    bool stop;       /* when a checkpoint cannot be written */
    bool reads;      /* another process of the run saves there; this one resumes from it */
};

struct loopc_checkpointer;

/* Opens the directory to save to. Returns NULL with a message, perhaps with a hint in a second
 * line. */
struct loopc_checkpointer *loopc_checkpointer_open(const struct loopc_program *program,
                                                   const struct loopc_saving *saving, char *message,
                                                   size_t size);

/* Loads the checkpoint to resume into state, which is prepared. Returns LOOPC_OK, also when there
 * is nothing to resume yet, which is logged; LOOPC_FAILED with a message. */
int loopc_checkpointer_resume(struct loopc_checkpointer *checkpointer, void *state,
                              struct loopc_texts *texts, char *message, size_t size);

/* Where a resumed run continues: a resume point of the program, or LOOPC_AT_END if the run had
 * ended. */
enum { LOOPC_AT_END = -1 };
int loopc_checkpointer_position(const struct loopc_checkpointer *checkpointer);

/* The number of the checkpoint in which the last loop before that ended; 0: none did. */
int64_t loopc_checkpointer_ended(const struct loopc_checkpointer *checkpointer);

/* Loads the checkpoint of that number, in the folder of the one that was resumed. Returns whether
 * it is there, whole, and not that of a run that is over; says why when it is there and cannot be
 * loaded. */
bool loopc_checkpointer_load(struct loopc_checkpointer *checkpointer, void *state,
                             struct loopc_texts *texts, int64_t number);

/* Starts the run, or continues at the position of the resumed checkpoint, and logs that. */
void loopc_checkpointer_begin(struct loopc_checkpointer *checkpointer, struct loopc_run *run);

/* The part of the metrics file that belongs to the resumed checkpoint; NULL without one. */
const struct loopc_metrics_mark *
loopc_checkpointer_metrics(const struct loopc_checkpointer *checkpointer);

/* At a boundary: saves when it is due, or `now`. Returns LOOPC_OK, or LOOPC_FAILED when it could
 * not be written and the run is to stop; that failure is recorded. */
int loopc_checkpointer_poll(struct loopc_checkpointer *checkpointer, struct loopc_run *run, int at,
                            bool now);

/* At the end of a loop that no other repetition holds: saves. Returns as loopc_checkpointer_poll
 * does. */
int loopc_checkpointer_end(struct loopc_checkpointer *checkpointer, struct loopc_run *run, int at);

/* Says that the run is not saved where it is left, and why. */
void loopc_checkpointer_missed(const struct loopc_checkpointer *checkpointer, const char *why);

/* The number of the checkpoint saved last; 0 without one. */
int64_t loopc_checkpointer_number(const struct loopc_checkpointer *checkpointer);

/* After the run: saves its end when it came to one, and frees. Returns LOOPC_OK, or LOOPC_FAILED
 * when any checkpoint could not be written. NULL is allowed. */
int loopc_checkpointer_close(struct loopc_checkpointer *checkpointer, struct loopc_run *run,
                             bool ended);

#endif
