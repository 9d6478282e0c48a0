/* A tile: the part of a product of matrices that is kept in registers.
 *
 * acc[i][t] += sum over p of u(i, p) * v(p, t), for a few rows i and a few vectors t of columns.
 * Per p a tile loads its vectors of v, and for each row one value of u that it spreads over all
 * lanes: rows + vecs loads for rows * vecs multiply-adds, which are independent of each other,
 * so that neither loads nor the latency of a multiply-add hold up the next. The sums of all p stay
 * in registers; each is one chain of fused multiply-adds in ascending p, whatever the shape of the
 * tile.
 *
 * u is a matrix of panels (panel.h) read a value at a time, so it may be read in both directions:
 *
 *     u(i, p) = U[i][p]   LOOPC_NO_TRANS: steps of 1 in a panel of 16 p, u_stride between panels
 *     u(i, p) = U[p][i]   LOOPC_TRANS: steps of 16; the rows of a tile are columns of one panel
 *
 * v is always read along its panels: v(p, t) is vector t of row p.
 *
 * (The shape of tiles and the order of the loops around them follow Goto and van de Geijn, "Anatomy
 * of high-performance matrix multiplication", 2008, with the vectors of C where they had assembly.)
 */
#ifndef LOOPC_TILE_H
#define LOOPC_TILE_H

#include "nn/panel.h"
#include "nn/vector.h"

/* The largest tile, and with it the registers: 8 x 3 of 32 (AVX-512), 6 x 2 of 16 (AVX2), 6 x 4 of
 * 32 (64-bit ARM). */
#if LOOPC_LANES == 16
#define LOOPC_TILE_ROWS   8
#define LOOPC_TILE_PANELS 3
#elif defined __AVX__ || defined __aarch64__
#define LOOPC_TILE_ROWS   6
#define LOOPC_TILE_PANELS 1
#else
#define LOOPC_TILE_ROWS   2
#define LOOPC_TILE_PANELS 1
#endif

enum {
    LOOPC_PANEL_VECS = LOOPC_PANEL / LOOPC_LANES, /* vectors of a row of a panel */
    LOOPC_TILE_VECS = LOOPC_TILE_PANELS * LOOPC_PANEL_VECS,
    /* sums of a tile that is small enough to be unrolled (loopc_tile_steps) */
    LOOPC_SMALL_TILE = LOOPC_LANES == 16  ? 16
                       : LOOPC_LANES == 8 ? 12
                                          : 0,
};

enum loopc_trans { LOOPC_NO_TRANS, LOOPC_TRANS };

/* The sums of a tile: rows x vecs of them are in use. */
typedef loopc_vec loopc_sums[LOOPC_TILE_ROWS][LOOPC_TILE_VECS];

/* Vector t of a row of panels. */
LOOPC_INLINE ptrdiff_t loopc_vec_at(int t, ptrdiff_t stride)
{
    return t / LOOPC_PANEL_VECS * stride + t % LOOPC_PANEL_VECS * LOOPC_LANES;
}

/* One p: u and v point at its first values. */
LOOPC_INLINE void loopc_tile_step(loopc_sums acc, int rows, int vecs, enum loopc_trans way,
                                  const float *u, const float *v, ptrdiff_t v_stride)
{
    loopc_vec lanes[LOOPC_TILE_VECS];
    LOOPC_UNROLL(4)
    for (int t = 0; t < vecs; t++)
        lanes[t] = loopc_load(v + loopc_vec_at(t, v_stride));
    LOOPC_UNROLL(8)
    for (int i = 0; i < rows; i++) {
        const loopc_vec spread = loopc_broadcast(u[way == LOOPC_NO_TRANS ? i * LOOPC_PANEL : i]);
        LOOPC_UNROLL(4)
        for (int t = 0; t < vecs; t++)
            acc[i][t] = loopc_fma(spread, lanes[t], acc[i][t]);
    }
}

/* Four p. Small tiles are unrolled: counting takes a fifth of their instructions. Those of up to
 * three rows are not: few products have them, and each program has their code. */
LOOPC_INLINE void loopc_tile_steps(loopc_sums acc, int rows, int vecs, enum loopc_trans way,
                                   const float *u, const float *v, ptrdiff_t v_stride)
{
    const int next_p = way == LOOPC_NO_TRANS ? 1 : LOOPC_PANEL;
    if (rows > 3 && rows * vecs <= LOOPC_SMALL_TILE) {
        LOOPC_UNROLL(4)
        for (int q = 0; q < 4; q++)
            loopc_tile_step(acc, rows, vecs, way, u + q * next_p, v + q * LOOPC_PANEL, v_stride);
        return;
    }
    LOOPC_KEEP_LOOP
    for (int q = 0; q < 4; q++, u += next_p, v += LOOPC_PANEL)
        loopc_tile_step(acc, rows, vecs, way, u, v, v_stride);
}

/* Sets all sums to 0. */
LOOPC_INLINE void loopc_tile_clear(loopc_sums acc, int rows, int vecs)
{
    LOOPC_UNROLL(8)
    for (int i = 0; i < rows; i++) {
        LOOPC_UNROLL(4)
        for (int t = 0; t < vecs; t++)
            acc[i][t] = (loopc_vec){0};
    }
}

/* Loads all sums from c. */
LOOPC_INLINE void loopc_tile_load(loopc_sums acc, int rows, int vecs, const float *c,
                                  ptrdiff_t c_stride)
{
    LOOPC_UNROLL(4)
    for (int t = 0; t < vecs; t++) {
        const float *column = c + loopc_vec_at(t, c_stride);
        if (rows * vecs > LOOPC_TILE_ROWS) LOOPC_FORGET(column);
        LOOPC_UNROLL(8)
        for (int i = 0; i < rows; i++)
            acc[i][t] = loopc_load(column + i * LOOPC_PANEL);
    }
}

/* Sets the sums of each row to its value. */
LOOPC_INLINE void loopc_tile_broadcast(loopc_sums acc, int rows, int vecs, const float *values)
{
    LOOPC_UNROLL(8)
    for (int i = 0; i < rows; i++) {
        LOOPC_UNROLL(4)
        for (int t = 0; t < vecs; t++)
            acc[i][t] = loopc_broadcast(values[i]);
    }
}

LOOPC_INLINE void loopc_tile_store(loopc_sums acc, int rows, int vecs, float *c, ptrdiff_t c_stride)
{
    LOOPC_UNROLL(4)
    for (int t = 0; t < vecs; t++) {
        float *column = c + loopc_vec_at(t, c_stride);
        if (rows * vecs > LOOPC_TILE_ROWS) LOOPC_FORGET(column);
        LOOPC_UNROLL(8)
        for (int i = 0; i < rows; i++)
            loopc_store(column + i * LOOPC_PANEL, acc[i][t]);
    }
}

#endif
