/* Shared by all peers written in C: the data of a task, and the frame around its steps. */
#ifndef DATA_H
#define DATA_H

#include <stdint.h>

/* Samples, row-major, with a label or `targets` numbers each, from .npy files with the 128 bytes
 * of header that the bench writes; arrays that were not asked for are NULL. */
struct data {
    float *x, *y;
    int32_t *labels;
};

/* One training step on these rows of the data; returns the loss. */
typedef float step_function(const struct data *data, const int32_t *rows);

/* Runs `step` on batches of shuffled rows by the protocol of measure.py: as often as each line of
 * standard input says, then prints "seconds S loss L" (PROGRAM X.npy Y.npy THREADS). `start` is
 * called once, with the number of threads. */
int timed_steps(char **argv, void (*start)(int threads), step_function *step);

/* Uniform numbers from -1 to 1, the same in every run. */
float noise(void);

#endif
