/* History: the reported numbers of a run since its beginning, in bounded memory.
 *
 * The first LOOPC_HISTORY_DENSE batches have a row each, later ones one per LOOPC_TICK_MS. When
 * LOOPC_HISTORY_MOST rows are kept, all are thinned: of four neighbours the two with the lowest and
 * the highest first value remain, so peaks of the loss are not lost; the first row always remains.
 */
#ifndef LOOPC_HISTORY_H
#define LOOPC_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { LOOPC_HISTORY_DENSE = 1000, LOOPC_HISTORY_MOST = 2400 };

/* All zero before loopc_history_open. */
struct loopc_history {
    double *rows; /* of `width` numbers: the batch, then the values; NULL: nothing is kept */
    size_t width, count;
    int64_t when;  /* ns; of the last row */
    int64_t taken; /* rows so far, with those that were thinned out */
};

/* Keeps rows of so many values. Without memory nothing is kept. */
void loopc_history_open(struct loopc_history *history, size_t values);
void loopc_history_close(struct loopc_history *history);

/* Whether every batch is to have a row, still. */
bool loopc_history_is_dense(const struct loopc_history *history);

/* A place for the values of a batch, when a row is due at the time `now`; else NULL. A batch has
 * one row. */
double *loopc_history_add(struct loopc_history *history, int64_t batch, int64_t now);

/* Writes the rows as JSON, [[batch, value, ...], ...]; a number that is not finite is null. */
void loopc_history_write(const struct loopc_history *history, FILE *file);

#endif
