/* Replay: where the steps of agents are kept and drawn again, for the library loopc.rl.
 *
 * A replay memory is a ring of `room` places; the fields of a step are arrays of as many
 * entries.
 */
#ifndef LOOPC_REPLAY_H
#define LOOPC_REPLAY_H

#include "base/rng.h"

#include <stdbool.h>
#include <stdint.h>

/* Draws n of 0 .. filled-1 with replacement, each equally likely. */
void loopc_draw_uniform(struct loopc_rng *rng, int32_t filled, int32_t n, int32_t *drawn);

/* Sum tree (Schaul, Quan, Antonoglou and Silver, "Prioritized experience replay", 2016):
 * `leaves`, a power of two, priorities at tree[leaves + k]; tree[k] = tree[2 k] + tree[2 k + 1] is
 * the sum of those below it, tree[1] the sum of all, tree[0] unused. An array of 2 * leaves, all 0
 * at first. */

/* Sets the priority of leaf k, which is at least 0, and all sums above it. */
void loopc_tree_set(double *tree, int32_t leaves, int32_t k, double priority);

/* The leaf at which the sum of the priorities from leaf 0 on passes `at`, 0 <= at < tree[1]; never
 * one of priority 0 unless all are. */
int32_t loopc_tree_find(const double *tree, int32_t leaves, double at);

/* Draws n leaves, each with a probability in proportion to its priority, one from each of n equal
 * parts of the sum. weights[j] = (filled P(drawn[j]))^-beta, divided by the largest of them. */
void loopc_draw_prioritized(struct loopc_rng *rng, const double *tree, int32_t leaves,
                            int32_t filled, float beta, int32_t n, int32_t *drawn, float *weights);

#endif
