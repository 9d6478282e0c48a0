/* Environment: functions of the callbacks of the library loopc.environment: samples that are kept
 * or dropped together, sets of samples, draws without replacement, statistics, rows of a table.
 *
 * A set of samples is an array of items of `size` bytes each, compared byte by byte, with a hash
 * index beside it: `slots`, an array of 2^k elements, more than there are items, all 0 at first.
 * A slot holds an item's number + 1. All of it is plain memory of the state.
 */
#ifndef LOOPC_ENVIRONMENT_H
#define LOOPC_ENVIRONMENT_H

#include "nn/gaussian.h"
#include "run/program.h"
#include "base/rng.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keeps the samples i of a set (NULL: of the batch) with keep[i], in their order, in every field
 * that the program declares as `samples` of that set; the places that become free are 0. `length`
 * is how many entries keep has, `rows` how many samples there are. Returns how many are kept, or -1
 * when the two differ, or a field of the set has no room for as many: then nothing was done. */
int32_t loopc_filter(struct loopc_run *run, const char *set, const bool *keep, int32_t length,
                     int32_t rows);

/* Makes all places of a set 0. */
void loopc_clear_set(struct loopc_run *run, const char *set);

/* A hash of bytes (FNV-1a, 64 bits, then the finalizer of splitmix64). */
uint64_t loopc_hash(const void *bytes, size_t size);

/* The number of an item that is in the set, or -1. */
int32_t loopc_find(const int32_t *slots, int32_t slot_count, const void *items, size_t size,
                   const void *item);

/* Puts item `number`, which is not in the set yet, into its index. */
void loopc_index(int32_t *slots, int32_t slot_count, const void *items, size_t size,
                 int32_t number);

/* Makes the index of items 0 .. count-1 anew. */
void loopc_reindex(int32_t *slots, int32_t slot_count, const void *items, size_t size,
                   int32_t count);

/* keep[i] = whether no item before i is the same. slots is for the work, and needs no values. */
void loopc_keep_first(const void *items, size_t size, int32_t rows, int32_t *slots,
                      int32_t slot_count, bool *keep);

/* Puts n different ones of 0 .. rows-1, n <= rows, in front of `order`, an array of `rows`: each
 * choice and each of its orders equally likely. */
void loopc_draw_some(struct loopc_rng *rng, int32_t rows, int32_t n, int32_t *order);

/* The same, each next one drawn with a probability in proportion to its weight among those left:
 * weights >= 0; when all that are left weigh 0, evenly. Those in front of `order` up to `taken` are
 * taken already. */
void loopc_draw_weighted(struct loopc_rng *rng, const float *weights, int32_t rows, int32_t taken,
                         int32_t n, int32_t *order);

/* Puts the n ones of the largest values in front of `order`, largest first; of equal ones the one
 * with the lower number. */
void loopc_take_top(const float *values, int32_t rows, int32_t n, int32_t *order);

/* The value that a share q, 0 <= q <= 1, of the values does not exceed, between two of them on the
 * straight line (as numpy.percentile). Changes the order of the values. NaN without values. */
float loopc_quantile(float *values, int32_t count, float q);

struct loopc_statistics {
    int32_t count;
    float min, max, mean; /* NaN without values */
};

struct loopc_statistics loopc_statistics_of(const float *values, int32_t count);

/* Copies the values of the rows whose source is that text, or of all for NULL; returns how many. */
int32_t loopc_values_of(const float *values, const char *const *sources, int32_t rows,
                        const char *source, float *to);

/* n items whose shares are `share`, to the nearest whole number. */
int32_t loopc_share_of(int32_t n, float share);

/* How many tokens an item has before the first that is below 0. */
int32_t loopc_token_count(const int32_t *tokens, int32_t length);

/* The input of a policy before it chooses the token at `position`: x[0 .. length-1], 1 at the
 * position; then for each of the `context` tokens before it, the last one first, 1 at the token,
 * `vocabulary` places each. All else is 0. */
void loopc_encode_tokens(const int32_t *tokens, int32_t position, int32_t length,
                         int32_t vocabulary, int32_t context, float *x);

/* The same for numbers: x[0 .. length-1], 1 at the position; then the `context` numbers before it,
 * the last one first, 0 where there are none. */
void loopc_encode_numbers(const float *numbers, int32_t position, int32_t length, int32_t context,
                          float *x);

/* Prints the reported single values of a loop to standard output, as a line of a table; with `head`
 * a line of their names before it. */
void loopc_print_row(struct loopc_run *run, const char *loop, bool head);

#endif
