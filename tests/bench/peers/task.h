/* The task that a peer is compiled for, from -D flags that the runner makes of a spec: SIZES (the
 * layers, with commas), BATCH, ROWS, ETA, and of each choice one: ACTIVATION_tanh or relu,
 * LOSS_cross_entropy or squared_error (whose output is tanh with OUTPUT_tanh), OPTIMIZER_sgd or
 * adam. A peer knows them when it is compiled, as the generated trainers do. */
#ifndef TASK_H
#define TASK_H

static const int size[] = {SIZES};
enum { LAYERS = sizeof size / sizeof *size - 1 };

#endif
