/* Shared by the tests of kernels: random numbers, comparison, and arrays of panels with guards.
 *
 * An array begins as NaN, so that a read of unwritten memory shows; and it lies between
 * guards, so that a write outside of it shows. It is freed by end_arrays, which looks at the
 * guards.
 */
#ifndef KERNELS_H
#define KERNELS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "nn/nn.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static inline void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.9g is not %.9g within %g", value, expected, tolerance);
}

/* Numbers between -1 and 1 that look random and are always the same. */
static inline float noise(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (float)(*seed >> 8) / 8388608.0f - 1.0f;
}

static inline void fill(float *array, int count, uint32_t *seed)
{
    for (int i = 0; i < count; i++)
        array[i] = noise(seed);
}

enum { GUARD = 256, MOST_ARRAYS = 64 }; /* bytes, arrays */

static struct {
    unsigned char *memory;
    size_t bytes;
} arrays[MOST_ARRAYS];
static int array_count;

static inline float *array(size_t floats)
{
    const size_t bytes = (floats * sizeof(float) + 63) / 64 * 64 + (size_t)2 * GUARD;
    unsigned char *const memory = aligned_alloc(64, bytes);
    assert_true(memory && array_count < MOST_ARRAYS);
    memset(memory, 0xa5, bytes);
    memset(memory + GUARD, 255, floats * sizeof(float));
    arrays[array_count].memory = memory;
    arrays[array_count++].bytes = floats * sizeof(float);
    return (float *)(void *)(memory + GUARD);
}

/* A matrix, and a vector. */
static inline float *panels(int32_t rows, int32_t columns)
{
    return array((size_t)LOOPC_PANELS(rows, columns));
}

static inline float *vector(int32_t count)
{
    return array((size_t)LOOPC_VECTOR(count));
}

/* The same from row-major values; and feature-major, from rows of samples. */
static inline float *panels_of(const float *values, int32_t rows, int32_t columns)
{
    float *const to = panels(rows, columns);
    loopc_panels_from(values, to, rows, columns);
    return to;
}

static inline float *upright_of(const float *values, int32_t samples, int32_t features,
                                int32_t batch)
{
    float *const to = panels(features, batch);
    for (int32_t r = 0; r < samples; r++)
        for (int32_t j = 0; j < features; j++)
            to[loopc_panel_at(features, j, r)] = values[r * features + j];
    return to;
}

static inline void end_arrays(void)
{
    for (int i = 0; i < array_count; i++) {
        const unsigned char *const memory = arrays[i].memory;
        for (int j = 0; j < GUARD; j++)
            if (memory[j] != 0xa5 || memory[GUARD + arrays[i].bytes + (size_t)j] != 0xa5)
                fail_msg("array %d was written outside of its %zu bytes", i, arrays[i].bytes);
        free(arrays[i].memory);
    }
    array_count = 0;
}

#endif
