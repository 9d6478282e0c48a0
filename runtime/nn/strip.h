/* Strips and blocks: four rows of a few floats, and 16 x 16 of them, transposed in registers. */
#ifndef LOOPC_STRIP_H
#define LOOPC_STRIP_H

#include "nn/panel.h"
#include "nn/rows.h"
#include "nn/vector.h"

enum { LOOPC_SQUARE = LOOPC_PANEL * LOOPC_PANEL };

/* Floats are shuffled in quads, two at a time where vectors are that long: whatever is done to the
 * first quad of a strip, is done to both. (Four at a time take longer.) */
#if LOOPC_LANES >= 8
#define LOOPC_STRIP             8
#define LOOPC_QUADS(a, b, c, d) a, b, c, d, a + 4, b + 4, c + 4, d + 4
#else
#define LOOPC_STRIP             4
#define LOOPC_QUADS(a, b, c, d) a, b, c, d
#endif

typedef float loopc_quad __attribute__((vector_size(16), may_alias));
typedef float loopc_strip __attribute__((vector_size(LOOPC_STRIP * 4), may_alias));
typedef int32_t loopc_places __attribute__((vector_size(LOOPC_STRIP * 4)));

/* The quad at p, and the one 4 rows of a panel below. */
LOOPC_INLINE loopc_strip loopc_load_strip(const float *p)
{
    const loopc_quad *const quads = (const loopc_quad *)p;
#if LOOPC_STRIP == 8
#if defined __clang__ || __GNUC__ >= 12
    return __builtin_shufflevector(quads[0], quads[LOOPC_PANEL], 0, 1, 2, 3, 4, 5, 6, 7);
#else
    loopc_strip strip;
    memcpy(&strip, quads, sizeof *quads);
    memcpy((char *)&strip + sizeof *quads, quads + LOOPC_PANEL, sizeof *quads);
    return strip;
#endif
#else
    return *quads;
#endif
}

/* rows[j][i] = rows[i][j] for 4 x 4 floats, in each quad. */
LOOPC_INLINE void loopc_transpose_four(loopc_strip rows[4])
{
    enum { L = LOOPC_STRIP };
    const loopc_strip ab =
        LOOPC_SHUFFLE(loopc_places, rows[0], rows[1], LOOPC_QUADS(0, L, 1, L + 1));
    const loopc_strip cd =
        LOOPC_SHUFFLE(loopc_places, rows[2], rows[3], LOOPC_QUADS(0, L, 1, L + 1));
    const loopc_strip ef =
        LOOPC_SHUFFLE(loopc_places, rows[0], rows[1], LOOPC_QUADS(2, L + 2, 3, L + 3));
    const loopc_strip gh =
        LOOPC_SHUFFLE(loopc_places, rows[2], rows[3], LOOPC_QUADS(2, L + 2, 3, L + 3));
    rows[0] = LOOPC_SHUFFLE(loopc_places, ab, cd, LOOPC_QUADS(0, 1, L, L + 1));
    rows[1] = LOOPC_SHUFFLE(loopc_places, ab, cd, LOOPC_QUADS(2, 3, L + 2, L + 3));
    rows[2] = LOOPC_SHUFFLE(loopc_places, ef, gh, LOOPC_QUADS(0, 1, L, L + 1));
    rows[3] = LOOPC_SHUFFLE(loopc_places, ef, gh, LOOPC_QUADS(2, 3, L + 2, L + 3));
}

/* to[j][i] = from[i][j] for a strip of rows of `from`, and 4 columns; rows are 16 floats apart on
 * both sides. */
LOOPC_INLINE void loopc_transpose_strip(const float *restrict from, float *restrict to)
{
    loopc_strip rows[4];
    LOOPC_UNROLL(4)
    for (int i = 0; i < 4; i++)
        rows[i] = loopc_load_strip(from + i * LOOPC_PANEL);
    loopc_transpose_four(rows);
    LOOPC_UNROLL(4)
    for (int j = 0; j < 4; j++)
        *(loopc_strip *)(to + j * LOOPC_PANEL) = rows[j];
}

#if LOOPC_LANES == 16

/* A row of a square is one vector, of four quads. */
#define LOOPC_FOUR_QUADS(a, b, c, d)                                                               \
    a, b, c, d, a + 4, b + 4, c + 4, d + 4, a + 8, b + 8, c + 8, d + 8, a + 12, b + 12, c + 12,    \
        d + 12

/* Column j of the four rows in each quad becomes row j. */
LOOPC_INLINE void loopc_transpose_quads(loopc_vec rows[4])
{
    const loopc_vec ab =
        LOOPC_SHUFFLE(loopc_ivec, rows[0], rows[1], LOOPC_FOUR_QUADS(0, 16, 1, 17));
    const loopc_vec cd =
        LOOPC_SHUFFLE(loopc_ivec, rows[2], rows[3], LOOPC_FOUR_QUADS(0, 16, 1, 17));
    const loopc_vec ef =
        LOOPC_SHUFFLE(loopc_ivec, rows[0], rows[1], LOOPC_FOUR_QUADS(2, 18, 3, 19));
    const loopc_vec gh =
        LOOPC_SHUFFLE(loopc_ivec, rows[2], rows[3], LOOPC_FOUR_QUADS(2, 18, 3, 19));
    rows[0] = LOOPC_SHUFFLE(loopc_ivec, ab, cd, LOOPC_FOUR_QUADS(0, 1, 16, 17));
    rows[1] = LOOPC_SHUFFLE(loopc_ivec, ab, cd, LOOPC_FOUR_QUADS(2, 3, 18, 19));
    rows[2] = LOOPC_SHUFFLE(loopc_ivec, ef, gh, LOOPC_FOUR_QUADS(0, 1, 16, 17));
    rows[3] = LOOPC_SHUFFLE(loopc_ivec, ef, gh, LOOPC_FOUR_QUADS(2, 3, 18, 19));
}

/* The even quads of a, then those of b; and the odd ones. */
LOOPC_INLINE loopc_vec loopc_even_quads(loopc_vec a, loopc_vec b)
{
    return LOOPC_SHUFFLE(loopc_ivec, a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26,
                         27);
}

LOOPC_INLINE loopc_vec loopc_odd_quads(loopc_vec a, loopc_vec b)
{
    return LOOPC_SHUFFLE(loopc_ivec, a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30,
                         31);
}

/* to[j][i] = rows[i][j] for 16 x 16 floats in registers. */
LOOPC_INLINE void loopc_transpose_rows(loopc_vec rows[LOOPC_PANEL], float *restrict to)
{
    LOOPC_UNROLL(4)
    for (int i = 0; i < LOOPC_PANEL; i += 4)
        loopc_transpose_quads(rows + i);
    LOOPC_UNROLL(4)
    for (int j = 0; j < 4; j++) {
        const loopc_vec even[2] = {loopc_even_quads(rows[j], rows[4 + j]),
                                   loopc_even_quads(rows[8 + j], rows[12 + j])};
        const loopc_vec odd[2] = {loopc_odd_quads(rows[j], rows[4 + j]),
                                  loopc_odd_quads(rows[8 + j], rows[12 + j])};
        loopc_store(to + j * LOOPC_PANEL, loopc_even_quads(even[0], even[1]));
        loopc_store(to + (4 + j) * LOOPC_PANEL, loopc_even_quads(odd[0], odd[1]));
        loopc_store(to + (8 + j) * LOOPC_PANEL, loopc_odd_quads(even[0], even[1]));
        loopc_store(to + (12 + j) * LOOPC_PANEL, loopc_odd_quads(odd[0], odd[1]));
    }
}

/* to[j][i] = from[i][j] for 16 x 16 floats. */
static inline void loopc_transpose_square(const float *restrict from, float *restrict to)
{
    loopc_vec rows[LOOPC_PANEL];
    LOOPC_UNROLL(16)
    for (int i = 0; i < LOOPC_PANEL; i++)
        rows[i] = loopc_load(from + i * LOOPC_PANEL);
    loopc_transpose_rows(rows, to);
}

#else

/* to[j][i] = from[i][j] for 16 x 16 floats. */
static inline void loopc_transpose_square(const float *restrict from, float *restrict to)
{
    for (int j = 0; j < LOOPC_PANEL; j += 4)
        for (int i = 0; i < LOOPC_PANEL; i += LOOPC_STRIP)
            loopc_transpose_strip(from + i * LOOPC_PANEL + j, to + j * LOOPC_PANEL + i);
}

#endif

/* The same for a square at an edge: `from` has `rows` rows and `to` `columns`, at most 16. */
static inline void loopc_transpose_edge(const float *restrict from, float *restrict to,
                                        int32_t rows, int32_t columns)
{
    LOOPC_ALIGNED float square[LOOPC_SQUARE] = {0}, turned[LOOPC_SQUARE];
    memcpy(square, from, (size_t)rows * LOOPC_PANEL * sizeof *from);
    loopc_transpose_square(square, turned);
    memcpy(to, turned, (size_t)columns * LOOPC_PANEL * sizeof *to);
}

/* A few floats: each row is put together in a register, because a vector is not loaded from where
 * its parts were just stored without a delay. */
LOOPC_INLINE void loopc_transpose_few(const float *restrict from, float *restrict to, int32_t rows,
                                      int32_t columns)
{
    LOOPC_UNROLL(16)
    for (int32_t j = 0; j < columns; j++) {
        LOOPC_UNROLL(4)
        for (int32_t t = 0; t < LOOPC_MOST_LANES; t += LOOPC_LANES) {
            loopc_vec row = {0};
            LOOPC_UNROLL(16)
            for (int32_t i = t; i < t + LOOPC_LANES; i++)
                if (i < rows) row[i - t] = from[i * LOOPC_PANEL + j];
            loopc_store(to + j * LOOPC_PANEL + t, row);
        }
    }
}

/* So many are turned faster without a square, as in nets that are narrow. Not so in the kernels for
 * processors of the first kind: each program has their code, 7 KB, for predictions. */
enum { LOOPC_FEW = LOOPC_LANES > 4 || LOOPC_MOST_LANES < 16 ? 32 : 0 };

/* to[j][i] = from[i][j] for i < rows, j < columns, each at most 16. */
LOOPC_INLINE void loopc_transpose_block(const float *restrict from, float *restrict to,
                                        int32_t rows, int32_t columns)
{
    if (rows == LOOPC_PANEL && columns == LOOPC_PANEL)
        loopc_transpose_square(from, to);
    else if (LOOPC_FEW > 0 && rows * columns <= LOOPC_FEW)
        loopc_transpose_few(from, to, rows, columns);
    else
        loopc_transpose_edge(from, to, rows, columns);
}

/* A row of the next panels is fetched while this one is read. */
LOOPC_INLINE const float *loopc_row_to_pack(struct loopc_rows rows, int32_t r, int32_t k,
                                            int32_t features)
{
    enum { AHEAD = 8 * LOOPC_PANEL };
    const float *const from = loopc_row(rows, r, features) + k;
    if (k + AHEAD < features) __builtin_prefetch(from + AHEAD);
    return from;
}

/* Up to 16 of the features of up to 16 samples, from (r, k) on, to sample-major, whose vectors have
 * zeros where there is no feature. */
LOOPC_INLINE void loopc_pack_rows(struct loopc_rows rows, float *restrict sample_major, int32_t r,
                                  int32_t k, int32_t count, int32_t features)
{
    const int32_t columns = loopc_lesser(features - k, LOOPC_PANEL);
    for (int32_t i = 0; i < count; i++) {
        const float *const from = loopc_row_to_pack(rows, r + i, k, features);
        float *const to = sample_major + i * LOOPC_PANEL;
        if (columns == LOOPC_PANEL) {
            memcpy(to, from, LOOPC_PANEL * sizeof *to);
        } else {
            memset(to, 0, LOOPC_MOST_LANES * sizeof *to);
            memcpy(to, from, (size_t)columns * sizeof *to);
        }
    }
}

#if LOOPC_LANES == 16

/* 16 of the features of 16 samples, both ways. */
static inline void loopc_pack_square(struct loopc_rows rows, float *restrict sample_major,
                                     float *restrict feature_major, int32_t r, int32_t k,
                                     int32_t features)
{
    loopc_vec square[LOOPC_PANEL];
    LOOPC_UNROLL(16)
    for (int i = 0; i < LOOPC_PANEL; i++)
        memcpy(&square[i], loopc_row_to_pack(rows, r + i, k, features), sizeof square[i]);
    LOOPC_UNROLL(16)
    for (int i = 0; i < LOOPC_PANEL; i++)
        loopc_store(sample_major + i * LOOPC_PANEL, square[i]);
    loopc_transpose_rows(square, feature_major);
}

#endif

/* The same for up to 16 of both. */
static inline void loopc_pack_block(struct loopc_rows rows, float *restrict sample_major,
                                    float *restrict feature_major, int32_t r, int32_t k,
                                    int32_t count, int32_t features)
{
#if LOOPC_LANES == 16
    if (count == LOOPC_PANEL && features - k >= LOOPC_PANEL) {
        loopc_pack_square(rows, sample_major, feature_major, r, k, features);
        return;
    }
#endif
    loopc_pack_rows(rows, sample_major, r, k, count, features);
    loopc_transpose_block(sample_major, feature_major, count,
                          loopc_lesser(features - k, LOOPC_PANEL));
}

#endif
