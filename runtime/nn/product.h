/* Products of matrices: every sum over a dimension that a net needs, as one nest of loops.
 *
 *     c(i, j) = start(i) + sum over p of u(i, p) * v(p, j), then its finish
 *
 * u, v and c are matrices of panels (panel.h). The three products of a layer are this one:
 *
 *     forward    y(o, r) = b(o) + sum over k of w(o, k) * x(k, r)   w along,  finish: activation
 *     backward   e(k, r) =        sum over o of w(o, k) * d(o, r)   w across, finish: derivative
 *     gradient   g(o, k) =        sum over r of d(o, r) * x(r, k)   d along,  finish: update of w
 *
 * with samples r feature-major in x(k, r), y, d and e, and sample-major in x(r, k). The values
 * of u are spread over lanes, those of v are vectors; so the weights are stored once and read in
 * both directions at the same speed, and a gradient is used in the registers where it was
 * summed.
 *
 * The loops, outermost first, and what stays where (Goto and van de Geijn, as in tile.h):
 *
 *     groups of columns, then of p   v's part of a group stays in the second-level cache
 *     bands of 16 rows               u's part, some KB, stays in the first-level cache
 *     tiles                          v streams past u; sums are in registers
 *     p                              u of the next tile, and weights to be updated, fetched ahead
 *
 * A sum that the blocking of p interrupts waits in c and goes on from there, so the bits depend
 * neither on blocking nor on tiles, vectors or the number of parts (threads) that share bands or
 * panels.
 */
#ifndef LOOPC_PRODUCT_H
#define LOOPC_PRODUCT_H

#include "nn/product_tile.h"

enum {
    LOOPC_DEPTH = 512,        /* p at a time, unless the finish needs all of them at once */
    LOOPC_GROUP = 128 * 1024, /* floats of v at a time: half a megabyte */
};

/* Tile width in panels; 1 when every net is narrow. */
enum { LOOPC_WIDE = LOOPC_MOST_LANES < LOOPC_PANEL ? 1 : LOOPC_TILE_PANELS };

/* A row of tiles, up to panel `end`: 3 or 2 panels wide. Where there is room for two, a single
 * panel is taken together with the one behind it, which nobody reads. */
LOOPC_INLINE void loopc_product_row(const struct loopc_product *p, int plan, struct loopc_tile tile,
                                    int32_t end, struct loopc_pending *pending)
{
    tile.vecs = 3 * LOOPC_PANEL_VECS;
    if (LOOPC_WIDE >= 3 && (plan & LOOPC_PLAN_THREE))
        for (; end - tile.j == 3 || end - tile.j > 4; tile.j += 3)
            loopc_product_tile(p, plan, tile, pending);
    tile.vecs = 2 * LOOPC_PANEL_VECS;
    if (LOOPC_WIDE >= 2 && (plan & LOOPC_PLAN_TWO) &&
        (!(plan & LOOPC_PLAN_THREES) || LOOPC_PANEL_COUNT(p->columns) % 3 > 0))
        for (; tile.j < end; tile.j += 2)
            loopc_product_tile(p, plan, tile, pending);
    tile.vecs = LOOPC_PANEL_VECS;
    if (LOOPC_WIDE < 2 || !(plan & LOOPC_PLAN_TWO))
        for (; tile.j < end; tile.j++)
            loopc_product_tile(p, plan, tile, pending);
}

/* `count` rows of tiles, each `rows` high; tile.i is then below them. */
LOOPC_INLINE void loopc_product_rows(const struct loopc_product *p, int plan,
                                     struct loopc_tile *tile, int rows, int count, int32_t end,
                                     struct loopc_pending *pending)
{
    tile->rows = rows;
    for (int t = 0; t < count; t++, tile->i += rows)
        loopc_product_row(p, plan, *tile, end, pending);
}

/* A band of 16 rows, in tiles whose heights differ by at most 1. */
LOOPC_INLINE void loopc_product_band(const struct loopc_product *p, int plan,
                                     struct loopc_tile *tile, int32_t end,
                                     struct loopc_pending *pending)
{
    enum {
        TILES = (LOOPC_BAND + LOOPC_TILE_ROWS - 1) / LOOPC_TILE_ROWS,
        ROWS = LOOPC_BAND / TILES,
        HIGHER = LOOPC_BAND % TILES
    };
    if (HIGHER > 0) loopc_product_rows(p, plan, tile, ROWS + 1, HIGHER, end, pending);
    loopc_product_rows(p, plan, tile, ROWS, TILES - HIGHER, end, pending);
}

/* What is left below full bands, likewise. */
LOOPC_INLINE void loopc_product_rest(const struct loopc_product *p, int plan,
                                     struct loopc_tile *tile, int rest, int32_t end,
                                     struct loopc_pending *pending)
{
    const int tiles = (rest + LOOPC_TILE_ROWS - 1) / LOOPC_TILE_ROWS, higher = rest % tiles;
    loopc_product_rows(p, plan, tile, rest / tiles + 1, higher, end, pending);
    loopc_product_rows(p, plan, tile, rest / tiles, tiles - higher, end, pending);
}

/* What a part does of a product: some bands of rows and some panels of columns. */
struct loopc_portion {
    struct loopc_span bands, panels;
};

/* Shares bands or panels, whichever leaves fewer lines of memory on their way from one processor to
 * another: bands of what is calculated, for each part has read the rows of u before; panels of what
 * is updated, for each part made those of v itself, unless it made all of v. Where bands are not
 * shared evenly, as those of a few outputs, panels are, too. Each part gets whole tiles, of 2 or of
 * 3 panels, for a tile at the end takes what is behind it along. */
LOOPC_INLINE struct loopc_portion loopc_portion_of(const struct loopc_product *p, int plan)
{
    const int32_t bands = LOOPC_PANEL_COUNT(p->rows), panels = LOOPC_PANEL_COUNT(p->columns);
    const int32_t unit = plan & LOOPC_PLAN_THREES ? 3 : 1, parts = p->me.nthreads;
    const bool enough = panels % unit == 0 && panels / unit >= 2 * parts;
    const bool updates = loopc_epilogue_of(plan) == LOOPC_UPDATE && !(plan & LOOPC_PLAN_OWN);
    if (parts == 1 || !enough || (bands % parts == 0 && !updates))
        return (struct loopc_portion){loopc_span_of(bands, p->me), {0, panels}};
    const struct loopc_span mine = loopc_span_of(panels / unit, p->me);
    return (struct loopc_portion){{0, bands}, {mine.first * unit, mine.end * unit}};
}

/* The bands of this part. */
LOOPC_INLINE void loopc_product_bands(const struct loopc_product *p, int plan,
                                      struct loopc_span mine, struct loopc_tile tile, int32_t end,
                                      struct loopc_pending *pending)
{
    const int32_t rest = p->rows % LOOPC_BAND, bands = LOOPC_PANEL_COUNT(p->rows);
    const int32_t full = loopc_lesser(mine.end * LOOPC_BAND, p->rows - rest);
    tile.i = mine.first * LOOPC_BAND;
    while (tile.i < full)
        loopc_product_band(p, plan, &tile, end, pending);
    if ((plan & LOOPC_PLAN_REST) && mine.end == bands && mine.first < bands)
        loopc_product_rest(p, plan, &tile, rest, end, pending);
}

/* How many panels of columns are done at a time, `depth` p of each: as many as the cache keeps, and
 * whole rows of the widest tiles. An update reads and writes more than its factors are, so it does
 * one such row: it walks along its weights, and v's part stays in the first-level cache. */
LOOPC_INLINE int32_t loopc_group_of(int plan, int32_t depth)
{
    enum { LEAST = 6, WALK = 3 };
    if (loopc_epilogue_of(plan) == LOOPC_UPDATE) return WALK;
    const int32_t kept = depth > 0 ? LOOPC_GROUP / LOOPC_PANEL / depth : 0;
    return kept > LEAST ? kept / LEAST * LEAST : LEAST;
}

/* Where the group that begins at panel j ends. None is left of a single panel, which would be taken
 * together with one that is not there. */
LOOPC_INLINE int32_t loopc_group_end(int32_t j, int32_t group, int32_t panels)
{
    return panels - j - group > 1 ? j + group : panels;
}

/* Does this part of a product. */
LOOPC_INLINE void loopc_multiply(const struct loopc_product *p, int plan)
{
    struct loopc_pending pending;
    pending.rows = pending.vecs = 0;
    const int32_t most = loopc_epilogue_of(plan) == LOOPC_UPDATE ? p->depth : LOOPC_DEPTH;
    const int32_t depth = loopc_lesser(p->depth, most);
    const struct loopc_portion mine = loopc_portion_of(p, plan);
    for (int32_t j = mine.panels.first, end; j < mine.panels.end; j = end) {
        struct loopc_tile tile = {.j = j};
        end = loopc_group_end(j, loopc_group_of(plan, depth), mine.panels.end);
        do {
            tile.depth = loopc_lesser(depth, p->depth - tile.k);
            loopc_product_bands(p, plan, mine.bands, tile, end, &pending);
            tile.k += depth;
        } while (tile.k < p->depth);
    }
    if (plan & LOOPC_PLAN_DIVIDES) loopc_pending_end(&pending, p);
}

#endif
