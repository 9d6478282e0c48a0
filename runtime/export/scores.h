/* Scores: how right predictions are, where the answers are known. Not for emitted code. */
#ifndef LOOPC_SCORES_H
#define LOOPC_SCORES_H

#include "export/roc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct loopc_scores {
    int64_t rows;
    int32_t classes;    /* 0: values are compared */
    int64_t *confusion; /* classes x classes: a row a class of the file, a column a predicted one */
    int32_t targets;    /* 0: classes are compared */
    double *sums;       /* targets x 3: of squared errors, of answers - first, of their squares */
    double *first; /* the answers of the first row, so that squares of large values lose nothing */
    const struct loopc_roc *roc; /* written with the confusion, or NULL */
};

/* One of classes and targets is 0. False: no memory; free it either way. */
bool loopc_scores_new(struct loopc_scores *scores, int32_t classes, int32_t targets);
void loopc_scores_free(struct loopc_scores *scores);

void loopc_scores_add_class(struct loopc_scores *scores, int32_t answer, int32_t predicted);

/* Values in the units of the file, `targets` each. */
void loopc_scores_add_values(struct loopc_scores *scores, const float *answers,
                             const float *predicted);

/* How many classes are right. */
int64_t loopc_scores_right(const struct loopc_scores *scores);

/* The root of the mean squared error of target i. */
double loopc_scores_rmse(const struct loopc_scores *scores, int32_t i);

/* 1 - squared errors / squared deviations of the answers from their mean; NaN when all answers are
 * equal. */
double loopc_scores_r2(const struct loopc_scores *scores, int32_t i);

/* The name of class or target i, in text. */
typedef const char *loopc_scores_namer(const void *context, int32_t i, char *text, size_t size);

/* For people: the accuracy and the confusion table, or a line a target. `program` begins lines. */
void loopc_scores_print(const struct loopc_scores *scores, const char *program,
                        loopc_scores_namer *name, const void *context, FILE *out);

/* The same as a line of JSON:
 *     {"rows": 3, "accuracy": 0.9, "classes": ["a", "b"], "confusion": [[1, 0], [1, 1]]}
 * with the members of roc.h behind, or
 *     {"rows": 3, "targets": ["mpg"], "rmse": [2.5], "r2": [0.8]} */
void loopc_scores_write(const struct loopc_scores *scores, loopc_scores_namer *name,
                        const void *context, FILE *out);

#endif
