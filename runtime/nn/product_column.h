/* Columns of tiles: products so narrow that one tile is as wide, and so small that all of them
 * stays in the first-level cache, as in narrow nets (product_loops.h). A tile takes some 200
 * cycles there; so what is looked up for each tile elsewhere counts, and is left out: there is one
 * block of p, and nothing overlaps the multiplications. The bits are the same.
 *
 * For vectors of 16 lanes, whose tiles divide a band.
 */
#ifndef LOOPC_PRODUCT_COLUMN_H
#define LOOPC_PRODUCT_COLUMN_H

#include "nn/product_tile.h"

/* The sums of the tile of rows from i on. */
LOOPC_INLINE void loopc_column_sum(loopc_sums acc, const struct loopc_product *p, int rows,
                                   int vecs, int32_t i)
{
    const bool along = LOOPC_WAY == LOOPC_NO_TRANS;
    const ptrdiff_t v_stride = p->v_stride, to_next_panel = p->u_stride - LOOPC_PANEL + 4;
    const int32_t fours = (int32_t)((uint32_t)p->depth / 4);
    const float *u =
        p->u + (along ? i * LOOPC_PANEL : i / LOOPC_PANEL * p->u_stride + i % LOOPC_PANEL);
    const float *v = p->v;
    for (int32_t nth = 1; nth <= fours; nth++, v += 4 * LOOPC_PANEL) {
        loopc_tile_steps(acc, rows, vecs, LOOPC_WAY, u, v, v_stride);
        u += !along ? 4 * LOOPC_PANEL : nth % 4 == 0 ? to_next_panel : 4;
    }
    LOOPC_KEEP_LOOP
    for (uint32_t q = (uint32_t)p->depth % 4; q > 0; q--, v += LOOPC_PANEL) {
        loopc_tile_step(acc, rows, vecs, LOOPC_WAY, u, v, v_stride);
        u += along ? 1 : LOOPC_PANEL;
    }
}

LOOPC_INLINE void loopc_column_tile(const struct loopc_product *p, int rows, int vecs, int32_t i)
{
    loopc_sums acc;
    const ptrdiff_t at = (ptrdiff_t)i * LOOPC_PANEL;
    loopc_tile_begin(acc, p, rows, vecs, i, 0, at);
    loopc_column_sum(acc, p, rows, vecs, i);
    if (LOOPC_UPDATES)
        loopc_tile_update(acc, p, rows, vecs, at);
    else
        loopc_tile_epilogue(acc, p, rows, vecs, at);
}

/* The tiles of rows 0 to end - 1, of which there are some. The product is a copy, which no store
 * can change. */
#define LOOPC_COLUMN_OF(panels)                                                                    \
    static __attribute__((noinline, unused)) void loopc_column_##panels(                           \
        const struct loopc_product *p, int32_t end)                                                \
    {                                                                                              \
        const struct loopc_product product = *p;                                                   \
        for (int32_t i = 0; i < end; i += LOOPC_TILE_ROWS)                                         \
            loopc_column_tile(&product, LOOPC_TILE_ROWS, (panels)*LOOPC_PANEL_VECS, i);            \
    }

LOOPC_COLUMN_OF(1)
LOOPC_COLUMN_OF(2)

/* Does those rows of a product that are whole panels, if it is such a one; returns how many. */
static inline int32_t loopc_multiply_column(const struct loopc_product *p)
{
    enum { MOST_ROWS = 256, MOST_DEPTH = 512, MOST_COLUMNS = 2 * LOOPC_PANEL };
    const int32_t end = p->rows / LOOPC_PANEL * LOOPC_PANEL;
    if (LOOPC_DIVIDES || LOOPC_SHARDED || p->me.nthreads > 1 || p->ahead || end == 0 ||
        p->rows > MOST_ROWS || p->depth > MOST_DEPTH || p->columns > MOST_COLUMNS)
        return 0;
    if (p->columns <= LOOPC_PANEL)
        loopc_column_1(p, end);
    else
        loopc_column_2(p, end);
    return end;
}

#endif
