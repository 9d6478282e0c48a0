/* The schedule: when checkpoints are taken. Not for emitted code.
 *
 * A step is an iteration of a loop in which no other repeats, an epoch one of a loop that is in
 * no other that repeats; both counted over all such loops since the program first started, from
 * their `total`. In a loop alone they are the same.
 */
#ifndef LOOPC_SCHEDULE_H
#define LOOPC_SCHEDULE_H

#include "checkpoint/checkpoint.h"

/* Counting. */

struct loopc_counters {
    const struct loopc_field **fields; /* the totals of steps, then those of epochs */
    int steps, epochs;                 /* how many of each */
};

/* Finds the counters of steps and epochs. Returns LOOPC_OK, or LOOPC_FAILED without memory. */
int loopc_counters_make(struct loopc_counters *counters, const struct loopc_program *program);
void loopc_counters_free(struct loopc_counters *counters);

/* Sets steps and epochs of info. */
void loopc_counters_read(const struct loopc_counters *counters, const void *state,
                         struct loopc_checkpoint_info *info);

/* Whether it is one of the totals that count epochs, or steps. */
bool loopc_counters_is_epoch(const struct loopc_counters *counters,
                             const struct loopc_field *total);
bool loopc_counters_is_step(const struct loopc_counters *counters, const struct loopc_field *total);

/* Every so often. */

enum loopc_unit { LOOPC_STEPS, LOOPC_EPOCHS, LOOPC_SECONDS };

/* All zeros is never. */
struct loopc_schedule {
    enum loopc_unit unit;
    double every; /* whole but for seconds */
};

/* Reads "100", "100steps", "2 epochs", "1epoch", "600seconds", "0.5seconds"; a number alone counts
 * steps. Returns LOOPC_OK, or LOOPC_FAILED with a message and perhaps a hint in a second line. */
int loopc_schedule_parse(struct loopc_schedule *schedule, const char *text,
                         const struct loopc_message *message);

/* Whether one is due now, `last` being the info of the one before (or the start). Steps and
 * epochs are due at multiples of N, whatever else was saved in between, so that a run that was
 * resumed saves where one that was not does; seconds are due N after the one before. */
bool loopc_schedule_due(const struct loopc_schedule *schedule,
                        const struct loopc_checkpoint_info *last,
                        const struct loopc_checkpoint_info *now);

#endif
