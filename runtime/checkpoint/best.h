/* The best checkpoint: which field is judged, and when. Not for emitted code.
 *
 * A field is judged when its loop has ended a pass, by the value that it has then; before the first
 * pass it has none. A pass of a loop is
 *
 *     a run          from entry to end (a validation, all batches of an epoch) where the loop's end
 *                    alone sets the field; where the loop is in another that repeats and holds
 *                    none; and where it holds one, and its entry or its end sets the field
 *     an iteration   else: an epoch of Fit
 *
 * A run that is skipped, or has no iteration, is not a pass. The loop of a field is that of its
 * name; of others (fields of callbacks and of the trainer) the loop that reports them, else the
 * outermost ones. A pass is noticed at the first boundary behind it.
 */
#ifndef LOOPC_BEST_H
#define LOOPC_BEST_H

#include "checkpoint/checkpoint.h"

struct loopc_best {
    const struct loopc_field *field; /* a number; NULL: nothing is the best */
    bool highest;
    const struct loopc_field *total, *iteration; /* of its loop; NULL: epochs are its passes */
    bool by_run;                                 /* its passes are runs of the loop */
    bool *inside; /* by_run: of each position, whether it is in one */
    int position_count;
};

/* Reads "FIELD" or "min:FIELD", the lowest is the best, or "max:FIELD". FIELD is a full name,
 * "Train.loss", or as much of its end as no other has, "loss". Returns LOOPC_OK, and it is to be
 * freed; or LOOPC_FAILED with a message and perhaps a hint in a second line. */
int loopc_best_parse(struct loopc_best *best, const char *text, const struct loopc_program *program,
                     const struct loopc_message *message);
void loopc_best_free(struct loopc_best *best);

/* Writes it as loopc_best_parse reads it, with the full name. */
void loopc_best_format(const struct loopc_best *best, char *text, size_t size);

/* Begins to judge, in a run that may have passes behind it: those to come count. The counters of
 * info are read. */
void loopc_best_begin(const struct loopc_best *best, const void *state,
                      struct loopc_checkpoint_info *info);

/* At a boundary, with the counters of info read (loopc_counters_read): whether a pass has ended
 * since the last judgement and its value is better than any before. Keeps both in info. */
bool loopc_best_judge(const struct loopc_best *best, const void *state, int at,
                      struct loopc_checkpoint_info *info);

/* Whether the field is better now than info->best, which then becomes its value. NaN never is. */
bool loopc_best_improves(const struct loopc_best *best, const void *state,
                         struct loopc_checkpoint_info *info);

#endif
