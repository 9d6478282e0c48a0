/* Receiver operating characteristics: for each class against all others, the share of its rows
 * (true positive rate) over the share of other rows (false positive rate) that are taken for it,
 * for each threshold of its output. Not for emitted code.
 *
 * The area under a curve is the probability that a row of the class has a larger output for it than
 * a row of another one, ties counted half (Mann and Whitney's U / (positives x negatives)).
 */
#ifndef LOOPC_ROC_H
#define LOOPC_ROC_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum {
    LOOPC_ROC_CLASSES = 30, /* curves of more classes are not kept: nobody could tell them apart */
    LOOPC_ROC_POINTS = 200  /* a written curve has at most twice as many points, and two more */
};

struct loopc_roc {
    int32_t classes;
    int64_t rows, room; /* rows so far; rows that fit */
    float *outputs;     /* rows x classes */
    int32_t *labels;
};

/* False: no memory. Free it either way. */
bool loopc_roc_new(struct loopc_roc *roc, int32_t classes, int64_t room);
void loopc_roc_free(struct loopc_roc *roc);

/* A row with its class, 0 <= label < classes, and its outputs. At most `room` rows. */
void loopc_roc_add(struct loopc_roc *roc, int32_t label, const float *outputs);

/* Members of a JSON object, each with a comma before it:
 *     , "auc": [0.9, ...], "roc": [[[false positive rates], [true positive rates]], ...]
 * one for each class, null for one without rows, or with all of them. Corners of the curve alone
 * are written, and of corners that are closer than 1 / LOOPC_ROC_POINTS in both rates the first.
 * False: no memory, and nothing is written. */
bool loopc_roc_write(const struct loopc_roc *roc, FILE *out);

#endif
