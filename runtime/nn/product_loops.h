/* The loops of a product of matrices (product.h), around its tiles.
 *
 * Outermost first, with the cache that holds each factor (Goto and van de Geijn, as in tile.h):
 *
 *     groups of columns, then of p   v's part of a group stays in the second-level cache
 *     bands of 16 rows               u's part, some KB, stays in the first-level cache
 *     tiles                          v streams past u; sums are in registers
 *     p                              u of the next tile, and weights to be updated, fetched ahead
 *
 * A sum that the blocking of p interrupts waits in c and continues from there, so the bits depend
 * neither on blocking nor on tiles, vectors or the number of parts (threads) that share bands or
 * panels.
 *
 * Included once in a file of the library, which defines LOOPC_KIND, the kind of the product, before
 * (product_tile.h). There is a function for each shape of tile, up to the largest; all else is a
 * number at run time. Products of narrow nets take a shorter way with AVX-512 (product_column.h).
 */
#ifndef LOOPC_PRODUCT_LOOPS_H
#define LOOPC_PRODUCT_LOOPS_H

#include "nn/product_column.h"
#include "nn/product_tile.h"

enum {
    LOOPC_BAND = LOOPC_PANEL, /* rows of u at a time */
    LOOPC_DEPTH = 512,        /* p at a time, unless the finish needs all of them at once */
    LOOPC_GROUP = 128 * 1024, /* floats of v at a time: half a megabyte */
};

typedef void loopc_tile_function(const struct loopc_product *p, int32_t i, int32_t j,
                                 struct loopc_block block, struct loopc_pending *pending);

/* The tile of this height and of so many panels. */
#define LOOPC_TILE_NAME(rows, panels) loopc_tile_##rows##_##panels
#define LOOPC_TILE_OF(rows, panels)                                                                \
    static __attribute__((noinline)) void LOOPC_TILE_NAME(rows, panels)(                           \
        const struct loopc_product *p, int32_t i, int32_t j, struct loopc_block block,             \
        struct loopc_pending *pending)                                                             \
    {                                                                                              \
        loopc_product_tile(p, rows, (panels)*LOOPC_PANEL_VECS, i, j, block, pending);              \
    }
#if LOOPC_TILE_PANELS == 3
#define LOOPC_TILES_OF(rows) LOOPC_TILE_OF(rows, 1) LOOPC_TILE_OF(rows, 2) LOOPC_TILE_OF(rows, 3)
#define LOOPC_TILE_NAMES(rows)                                                                     \
    {                                                                                              \
        LOOPC_TILE_NAME(rows, 1), LOOPC_TILE_NAME(rows, 2), LOOPC_TILE_NAME(rows, 3)               \
    }
#else
#define LOOPC_TILES_OF(rows) LOOPC_TILE_OF(rows, 1)
#define LOOPC_TILE_NAMES(rows)                                                                     \
    {                                                                                              \
        LOOPC_TILE_NAME(rows, 1)                                                                   \
    }
#endif

LOOPC_TILES_OF(1)
LOOPC_TILES_OF(2)
#if LOOPC_TILE_ROWS > 2
LOOPC_TILES_OF(3)
LOOPC_TILES_OF(4)
LOOPC_TILES_OF(5)
LOOPC_TILES_OF(6)
#endif
#if LOOPC_TILE_ROWS > 6
LOOPC_TILES_OF(7)
LOOPC_TILES_OF(8)
#endif

static loopc_tile_function *const loopc_tiles[LOOPC_TILE_ROWS][LOOPC_TILE_PANELS] = {
    LOOPC_TILE_NAMES(1), LOOPC_TILE_NAMES(2),
#if LOOPC_TILE_ROWS > 2
    LOOPC_TILE_NAMES(3), LOOPC_TILE_NAMES(4), LOOPC_TILE_NAMES(5), LOOPC_TILE_NAMES(6),
#endif
#if LOOPC_TILE_ROWS > 6
    LOOPC_TILE_NAMES(7), LOOPC_TILE_NAMES(8),
#endif
};

/* How many panels wide the next tile is, with so many left: 3 as long as that leaves no single
 * one. */
static inline int loopc_tile_width(int32_t left)
{
    if (LOOPC_TILE_PANELS < 2 || left < 2) return 1;
    return LOOPC_TILE_PANELS >= 3 && (left == 3 || left > 4) ? 3 : 2;
}

/* A row of tiles of this height, from panel `first` to below `end`. */
static inline void loopc_product_row(const struct loopc_product *p, int rows, int32_t i,
                                     struct loopc_span panels, struct loopc_block block,
                                     struct loopc_pending *pending)
{
    for (int32_t j = panels.first, width; j < panels.end; j += width) {
        width = loopc_tile_width(panels.end - j);
        loopc_tiles[rows - 1][width - 1](p, i, j, block, pending);
    }
}

/* The height of the next of `left` tiles of so many rows. Quotients by constants take no
 * division. */
static inline int loopc_tile_height(int rows, int left)
{
    if (left == 1) return rows;
    if (left == 2) return (rows + 1) / 2;
    return left == 3 ? (rows + 2) / 3 : (rows + left - 1) / left;
}

/* At most 16 rows, in tiles whose heights differ by at most 1, the higher ones first. */
static inline void loopc_product_band(const struct loopc_product *p, int rows, int32_t i,
                                      struct loopc_span panels, struct loopc_block block,
                                      struct loopc_pending *pending)
{
    for (int left = (rows + LOOPC_TILE_ROWS - 1) / LOOPC_TILE_ROWS; left > 0; left--) {
        const int height = loopc_tile_height(rows, left);
        loopc_product_row(p, height, i, panels, block, pending);
        i += height;
        rows -= height;
    }
}

/* The share of a part in a product: bands of rows and panels of columns. */
struct loopc_portion {
    struct loopc_span bands, panels;
};

/* Shares bands or panels, whichever leaves fewer lines of memory on their way from one processor to
 * another: bands of results, for each part has read the rows of u before; panels of what
 * is updated, for each part made those of v itself, unless it made all of v. Where bands are not
 * shared evenly, as those of a few outputs, panels are, too. Each part gets whole tiles, of 2 or of
 * 3 panels. */
static struct loopc_portion loopc_portion_of(const struct loopc_product *p)
{
    const int32_t bands = LOOPC_PANEL_COUNT(p->rows), panels = LOOPC_PANEL_COUNT(p->columns);
    if (p->me.nthreads == 1) return (struct loopc_portion){{0, bands}, {0, panels}};
    const int32_t unit = panels % 3 == 0 ? 3 : 1, parts = p->me.nthreads;
    const bool enough = panels / unit >= 2 * parts;
    if (!enough || (bands % parts == 0 && (!LOOPC_UPDATES || p->own)))
        return (struct loopc_portion){loopc_span_of(bands, p->me), {0, panels}};
    const struct loopc_span mine = loopc_span_of(panels / unit, p->me);
    return (struct loopc_portion){{0, bands}, {mine.first * unit, mine.end * unit}};
}

/* The bands of this part. */
static inline void loopc_product_bands(const struct loopc_product *p, struct loopc_span bands,
                                       struct loopc_span panels, struct loopc_block block,
                                       struct loopc_pending *pending)
{
    for (int32_t band = bands.first; band < bands.end; band++) {
        const int32_t i = band * LOOPC_BAND;
        loopc_product_band(p, loopc_lesser(LOOPC_BAND, p->rows - i), i, panels, block, pending);
    }
}

/* How many panels of columns are done at a time, `depth` p of each: as many as the cache keeps, and
 * whole rows of the widest tiles. An update reads and writes more than its factors are, so it does
 * one such row: it walks along its weights, and v's part stays in the first-level cache. */
static inline int32_t loopc_group_of(int32_t panels, int32_t depth)
{
    enum { LEAST = 6, WALK = 3 };
    if (LOOPC_UPDATES) return WALK;
    if (panels <= LEAST) return LEAST;
    const int32_t kept = depth > 0 ? LOOPC_GROUP / LOOPC_PANEL / depth : 0;
    return kept > LEAST ? kept / LEAST * LEAST : LEAST;
}

/* Where the group that begins at panel j ends. None is left of a single panel. */
static inline int32_t loopc_group_end(int32_t j, int32_t group, int32_t panels)
{
    return panels - j - group > 1 ? j + group : panels;
}

/* Does this part of a product, from band `first` on. */
static __attribute__((noinline)) void loopc_multiply_bands(const struct loopc_product *p,
                                                           int32_t first)
{
    const bool factors_are_far = loopc_factors_are_far(p);
    const bool weights_are_far = LOOPC_UPDATES && loopc_weights_are_far(p);
    struct loopc_pending pending;
    pending.rows = pending.vecs = 0;
    pending.factors_are_far = factors_are_far;
    pending.weights_are_far = weights_are_far;
    pending.beside = factors_are_far | weights_are_far | (p->ahead != NULL);
    const int32_t depth =
        loopc_lesser(p->depth, LOOPC_UPDATES || LOOPC_SHARDED ? p->depth : LOOPC_DEPTH);
    struct loopc_portion mine = loopc_portion_of(p);
    mine.bands.first += first;
    for (int32_t j = mine.panels.first, end; j < mine.panels.end; j = end) {
        struct loopc_block block = {0, depth};
        end = loopc_group_end(j, loopc_group_of(mine.panels.end - j, depth), mine.panels.end);
        do {
            block.depth = loopc_lesser(depth, p->depth - block.k);
            loopc_product_bands(p, mine.bands, (struct loopc_span){j, end}, block, &pending);
            block.k += depth;
        } while (block.k < p->depth);
    }
    loopc_pending_end(&pending, p);
}

/* Does this part of a product. */
static inline void loopc_multiply(const struct loopc_product *p)
{
    const int32_t done = LOOPC_LANES == 16 ? loopc_multiply_column(p) : 0;
    if (done < p->rows) loopc_multiply_bands(p, done / LOOPC_BAND);
}

#endif
