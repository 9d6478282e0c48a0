/* Fully connected layers: y = W x + b, and the derivatives of it that training needs.
 *
 * Shapes, all row-major and without gaps:
 *   w, gw   outputs x inputs: the weights of one output are one row (as in PyTorch's Linear.weight)
 *   b, gb   outputs
 *   x, dx   rows x inputs: one row a sample
 *   y, dy   rows x outputs
 * No two arrays of one call overlap. rows may be 0. Nothing is allocated and nothing can fail.
 *
 * Every sum runs over its index in ascending order, a fused multiply-add a term, starting from the
 * first value of its formula. Blocking only changes the order in which independent sums are taken,
 * so the bits depend neither on it nor on the machine.
 */
#ifndef LOOPC_DENSE_H
#define LOOPC_DENSE_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LOOPC_PANEL_ROWS = 16,   /* samples side by side: a weight meets them all in one vector */
    LOOPC_PANEL_DEPTH = 256, /* inputs of each: with 16 samples half of a small L1 cache */
};

/* panel[k][r] = x[r * stride + k] for `depth` inputs of `rows` samples; the places of missing
 * samples are 0. */
static inline void loopc_panel_pack(const float *restrict x, int32_t stride, int32_t rows,
                                    int32_t depth, float panel[restrict][LOOPC_PANEL_ROWS])
{
    for (int32_t k = 0; k < depth; k++)
        for (int32_t r = 0; r < LOOPC_PANEL_ROWS; r++)
            panel[k][r] = r < rows ? x[r * stride + k] : 0.0f;
}

/* y[r * stride] = (b ? b[0] : y[r * stride]) + sum over k of w[k] * panel[k][r]
 * One output of the panel's `rows` samples; b is NULL when an earlier panel began the sum. */
static inline void loopc_panel_forward(const float *restrict w, const float *restrict b,
                                       float panel[restrict][LOOPC_PANEL_ROWS], int32_t depth,
                                       float *restrict y, int32_t stride, int32_t rows)
{
    float sum[LOOPC_PANEL_ROWS] = {0};
    for (int32_t r = 0; r < rows; r++)
        sum[r] = b ? b[0] : y[r * stride];
    for (int32_t k = 0; k < depth; k++)
        for (int32_t r = 0; r < LOOPC_PANEL_ROWS; r++)
            sum[r] = fmaf(w[k], panel[k][r], sum[r]);
    for (int32_t r = 0; r < rows; r++)
        y[r * stride] = sum[r];
}

/* y[r][j] = b[j] + sum over k of w[j][k] * x[r][k] */
static inline void loopc_dense_forward(const float *restrict w, const float *restrict b,
                                       const float *restrict x, float *restrict y, int32_t rows,
                                       int32_t inputs, int32_t outputs)
{
    float panel[LOOPC_PANEL_DEPTH][LOOPC_PANEL_ROWS];
    for (int32_t r = 0; r < rows; r += LOOPC_PANEL_ROWS) {
        const int32_t n = rows - r < LOOPC_PANEL_ROWS ? rows - r : LOOPC_PANEL_ROWS;
        for (int32_t k = 0; k < inputs; k += LOOPC_PANEL_DEPTH) {
            const int32_t depth = inputs - k < LOOPC_PANEL_DEPTH ? inputs - k : LOOPC_PANEL_DEPTH;
            loopc_panel_pack(x + r * inputs + k, inputs, n, depth, panel);
            for (int32_t j = 0; j < outputs; j++)
                loopc_panel_forward(w + j * inputs + k, k == 0 ? b + j : NULL, panel, depth,
                                    y + r * outputs + j, outputs, n);
        }
    }
}

/* gw[j][k] += sum over r of dy[r][j] * x[r][k]
 * gb[j] += sum over r of dy[r][j] */
static inline void loopc_dense_gradient(const float *restrict x, const float *restrict dy,
                                        float *restrict gw, float *restrict gb, int32_t rows,
                                        int32_t inputs, int32_t outputs)
{
    for (int32_t j = 0; j < outputs; j++)
        for (int32_t r = 0; r < rows; r++) {
            const float d = dy[r * outputs + j];
            gb[j] += d;
            for (int32_t k = 0; k < inputs; k++)
                gw[j * inputs + k] = fmaf(d, x[r * inputs + k], gw[j * inputs + k]);
        }
}

/* dx[r][k] = 0 + sum over j of dy[r][j] * w[j][k] */
static inline void loopc_dense_backward(const float *restrict w, const float *restrict dy,
                                        float *restrict dx, int32_t rows, int32_t inputs,
                                        int32_t outputs)
{
    for (int32_t r = 0; r < rows; r++) {
        for (int32_t k = 0; k < inputs; k++)
            dx[r * inputs + k] = 0.0f;
        for (int32_t j = 0; j < outputs; j++)
            for (int32_t k = 0; k < inputs; k++)
                dx[r * inputs + k] =
                    fmaf(dy[r * outputs + j], w[j * inputs + k], dx[r * inputs + k]);
    }
}

#endif
