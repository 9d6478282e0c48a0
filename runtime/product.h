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
 * with samples r upright in x(k, r), y, d and e, and lying in x(r, k). The values of u are spread over
 * lanes, those of v are vectors; so the weights are stored once and read in both directions at the
 * same speed, and a gradient is used in the registers where it was summed.
 *
 * The loops, outermost first, and what stays where (Goto and van de Geijn, as in tile.h):
 *
 *     groups of columns, then of p   v's part of a group stays in the second-level cache
 *     bands of 16 rows               u's part, some KB, stays in the first-level cache
 *     tiles                          v streams past u; sums are in registers
 *     p                              u of the next tile, and weights to be updated, are fetched ahead
 *
 * A sum that the blocking of p interrupts waits in c and goes on from there, so the bits depend
 * neither on blocking nor on tiles, vectors or the number of parts (threads) that share bands or columns.
 */
#ifndef LOOPC_PRODUCT_H
#define LOOPC_PRODUCT_H

#include "activation.h"
#include "optim.h"
#include "rows.h"
#include "tile.h"
#include <stdbool.h>

enum {
    LOOPC_BAND = LOOPC_PANEL,
    LOOPC_DEPTH = 512,            /* p at a time, unless the finish needs all of them at once */
    LOOPC_SHALLOW = 8,            /* so many p are no loop */
    LOOPC_GROUP = 128 * 1024,     /* floats of v at a time: half a megabyte */
    LOOPC_FAR = 64 * 1024,        /* floats of u, and */
    LOOPC_FAR_STATE = 320 * 1024, /* of weights with moments, from which on fetching ahead pays */
};

struct loopc_product {
    const float *u, *v;
    float *c;
    ptrdiff_t u_stride, v_stride, c_stride; /* floats from one panel to the next */
    enum loopc_direction way;               /* how u is read */
    int32_t rows, columns, depth;           /* how many i, j, p */
    int32_t most, deepest;                  /* columns that c has room for; the most p */
    const float *start;                     /* what the sums of each row start from; NULL: 0 */
    bool add;                               /* they start from what is in c */
    enum loopc_finish finish;
    const float *gate; /* of c's shape */
    struct loopc_weights weights;
    const struct loopc_rates *rates;
    struct loopc_ahead *ahead; /* what is fetched on the way; NULL: nothing */
    struct loopc_part me;      /* whose portion is done */
};

/* One tile of a product: rows from i, vectors from panel j on, `depth` of p from k on. */
struct loopc_tile {
    int rows, vecs; /* constants where it is used */
    int32_t i, j, k, depth;
};

/* An update that waits: the gradient of the tile before, whose divisions and square roots go on
 * beside the multiplications of this one. */
struct loopc_pending {
    LOOPC_ALIGNED float gradient[LOOPC_TILE_ROWS * LOOPC_TILE_VECS * LOOPC_LANES];
    ptrdiff_t at;
    int row, rows, vecs; /* the next row, and how many there are */
};

/* Where vector t of row i of a tile stands in c. */
LOOPC_INLINE ptrdiff_t loopc_spot(const struct loopc_product *p, ptrdiff_t at, int i, int t)
{
    return at + i * LOOPC_PANEL + loopc_vec_at(t, p->c_stride);
}

/* Whether updates are worth postponing: those that divide. */
LOOPC_INLINE bool loopc_divides(const struct loopc_product *p)
{
    return p->finish == LOOPC_UPDATE &&
           (p->rates->rule == LOOPC_ADAM || p->rates->rule == LOOPC_ADAMW);
}

/* Updates the next row of the pending tile, if there is one left. */
LOOPC_INLINE void loopc_pending_row(struct loopc_pending *pending, const struct loopc_product *p,
                                    int vecs)
{
    if (pending->row >= pending->rows) return;
    const float *gradient = pending->gradient + pending->row * LOOPC_TILE_VECS * LOOPC_LANES;
#pragma GCC unroll 4
    for (int t = 0; t < vecs; t++)
        loopc_move(p->weights, loopc_spot(p, pending->at, pending->row, t),
                   loopc_load(gradient + t * LOOPC_LANES), p->rates);
    pending->row++;
}

LOOPC_INLINE void loopc_pending_rest(struct loopc_pending *pending, const struct loopc_product *p)
{
    while (pending->row < pending->rows)
        loopc_pending_row(pending, p, pending->vecs);
}

/* Fetches what the next tile of rows reads of u while this one reads the nth 4 p of a panel: of the
 * rows that follow along the panel, or of the next panel across. */
LOOPC_INLINE void loopc_fetch_factors(const struct loopc_product *p, const float *u, int rows,
                                      int nth)
{
    if (p->rows * p->depth < LOOPC_FAR) return;
    const ptrdiff_t along = (rows + 2 * nth) * LOOPC_PANEL - 4 * nth;
    const float *const next = u + (p->way == LOOPC_ALONG ? along : p->u_stride);
    __builtin_prefetch(next);
    __builtin_prefetch(next + LOOPC_PANEL);
    if (p->way == LOOPC_ALONG) return;
    __builtin_prefetch(next + 2 * LOOPC_PANEL);
    __builtin_prefetch(next + 3 * LOOPC_PANEL);
}

/* Fetches row i of the weights of this tile, which will be updated. */
LOOPC_INLINE void loopc_fetch_weights(const struct loopc_product *p, const struct loopc_tile *tile,
                                      ptrdiff_t at, int i)
{
    const struct loopc_weights to = p->weights;
    if (p->rows * p->columns < LOOPC_FAR_STATE / (1 + (to.m != NULL) + (to.v != NULL))) return;
    if (i >= tile->rows) return;
#pragma GCC unroll 4
    for (int t = 0; t < tile->vecs; t++) {
        const ptrdiff_t spot = loopc_spot(p, at, i, t);
        __builtin_prefetch(to.w + spot, 1);
        if (to.m) __builtin_prefetch(to.m + spot, 1);
        if (to.v) __builtin_prefetch(to.v + spot, 1);
    }
}

/* Fetches for the next step: so much at a time that about as many lines are fetched as there are in
 * the batch whose gradient this is. (It has depth * columns floats, and there are rows * columns *
 * depth multiplications.) */
LOOPC_INLINE void loopc_fetch_next(const struct loopc_product *p)
{
    enum { BESIDE_4 = LOOPC_TILE_ROWS * LOOPC_TILE_PANELS * 4 };
    for (int32_t i = 0; i < (BESIDE_4 + p->rows - 1) / p->rows; i++)
        loopc_fetch_ahead(p->ahead);
}

/* What goes on beside the multiplications of 4 p, the nth of a tile. */
LOOPC_INLINE void loopc_beside(const struct loopc_product *p, const struct loopc_tile *tile,
                               ptrdiff_t at, int nth, struct loopc_pending *pending)
{
    if (p->ahead) loopc_fetch_next(p);
    loopc_fetch_weights(p, tile, at, nth);
    if (loopc_divides(p)) loopc_pending_row(pending, p, tile->vecs);
}

/* A few p from u and v on. They are written out, so that a small net stays in registers: what one
 * kernel stores the next one then has. */
LOOPC_INLINE void loopc_tile_sum_few(loopc_sums acc, const struct loopc_product *p,
                                     const struct loopc_tile *tile, const float *u, const float *v)
{
    const int next_p = p->way == LOOPC_ALONG ? 1 : LOOPC_PANEL;
#pragma GCC unroll 8
    for (int32_t q = 0; q < tile->depth; q++, u += next_p, v += LOOPC_PANEL)
        loopc_tile_step(acc, tile->rows, tile->vecs, p->way, u, v, p->v_stride);
}

/* `depth` p of a tile from k on, where a panel of u begins if it is read along. */
LOOPC_INLINE void loopc_tile_sum(loopc_sums acc, const struct loopc_product *p,
                                 const struct loopc_tile *tile, ptrdiff_t at,
                                 struct loopc_pending *pending)
{
    const bool along = p->way == LOOPC_ALONG;
    const int next_p = along ? 1 : LOOPC_PANEL;
    const ptrdiff_t row = along ? tile->i : tile->k, column = along ? tile->k : tile->i;
    const float *u =
        p->u + column / LOOPC_PANEL * p->u_stride + row * LOOPC_PANEL + column % LOOPC_PANEL;
    const float *v = p->v + tile->j * p->v_stride + (ptrdiff_t)tile->k * LOOPC_PANEL;
    if (p->deepest <= LOOPC_SHALLOW) {
        loopc_tile_sum_few(acc, p, tile, u, v);
        return;
    }
#pragma GCC unroll 1
    for (int32_t done = 1; done <= tile->depth; done++) {
        loopc_tile_step(acc, tile->rows, tile->vecs, p->way, u, v, p->v_stride);
        u += next_p;
        v += LOOPC_PANEL;
        if (done % 4 > 0) continue;
        loopc_fetch_factors(p, u - 4 * next_p, tile->rows, done / 4 % 4);
        if (p->finish == LOOPC_UPDATE) loopc_beside(p, tile, at, done / 4 - 1, pending);
        if (along && done % LOOPC_PANEL == 0) u += p->u_stride - LOOPC_PANEL;
    }
}

/* The vector of `gate` at a spot of c, where the finish reads one. */
LOOPC_INLINE loopc_vec loopc_gate_at(const struct loopc_product *p, ptrdiff_t spot)
{
    const bool gated = p->finish >= LOOPC_GATE_RELU && p->finish <= LOOPC_GATE_SIGMOID;
    return gated ? loopc_load(p->gate + spot) : (loopc_vec){0};
}

/* Whether a finish is so long that it is not written out for each of the sums, if they are many. */
LOOPC_INLINE bool loopc_is_long(const struct loopc_product *p, const struct loopc_tile *tile)
{
    enum { FEW = 4 };
    return (p->finish == LOOPC_TANH || p->finish == LOOPC_SIGMOID) && tile->rows * tile->vecs > FEW;
}

/* Finishes a tile that was stored. */
LOOPC_INLINE void loopc_tile_finish_stored(const struct loopc_product *p,
                                           const struct loopc_tile *tile, ptrdiff_t at)
{
    const loopc_vec none = {0};
    for (int t = 0; t < tile->vecs; t++)
        for (int i = 0; i < tile->rows; i++) {
            float *const to = p->c + loopc_spot(p, at, i, t);
            loopc_store(to, loopc_finished(loopc_load(to), none, p->finish));
        }
}

LOOPC_INLINE void loopc_tile_finish(loopc_sums acc, const struct loopc_product *p,
                                    const struct loopc_tile *tile, ptrdiff_t at)
{
#pragma GCC unroll 4
    for (int t = 0; t < tile->vecs; t++)
#pragma GCC unroll 8
        for (int i = 0; i < tile->rows; i++) {
            const ptrdiff_t spot = loopc_spot(p, at, i, t);
            if (p->finish == LOOPC_UPDATE)
                loopc_move(p->weights, spot, acc[i][t], p->rates);
            else if (!loopc_is_long(p, tile))
                acc[i][t] = loopc_finished(acc[i][t], loopc_gate_at(p, spot), p->finish);
        }
    if (p->finish != LOOPC_UPDATE)
        loopc_tile_store(acc, tile->rows, tile->vecs, p->c + at, p->c_stride);
    if (loopc_is_long(p, tile)) loopc_tile_finish_stored(p, tile, at);
}

/* Leaves the update of a tile for later. */
LOOPC_INLINE void loopc_tile_postpone(loopc_sums acc, const struct loopc_product *p,
                                      const struct loopc_tile *tile, ptrdiff_t at,
                                      struct loopc_pending *pending)
{
    loopc_pending_rest(pending, p);
    pending->at = at;
    pending->row = 0;
    pending->rows = tile->rows;
    pending->vecs = tile->vecs;
#pragma GCC unroll 8
    for (int i = 0; i < tile->rows; i++)
#pragma GCC unroll 4
        for (int t = 0; t < tile->vecs; t++)
            loopc_store(pending->gradient + (i * LOOPC_TILE_VECS + t) * LOOPC_LANES, acc[i][t]);
}

/* What the sums of a tile start from. */
LOOPC_INLINE void loopc_tile_begin(loopc_sums acc, const struct loopc_product *p,
                                   const struct loopc_tile *tile, ptrdiff_t at)
{
    if (p->add || tile->k > 0)
        loopc_tile_load(acc, tile->rows, tile->vecs, p->c + at, p->c_stride);
    else if (p->start)
        loopc_tile_spread(acc, tile->rows, tile->vecs, p->start + tile->i);
    else
        loopc_tile_clear(acc, tile->rows, tile->vecs);
}

LOOPC_INLINE void loopc_product_tile(const struct loopc_product *p, struct loopc_tile tile,
                                     struct loopc_pending *pending)
{
    loopc_sums acc;
    const ptrdiff_t at = tile.j * p->c_stride + (ptrdiff_t)tile.i * LOOPC_PANEL;
    if (loopc_divides(p) && pending->vecs != tile.vecs) loopc_pending_rest(pending, p);
    loopc_tile_begin(acc, p, &tile, at);
    loopc_tile_sum(acc, p, &tile, at, pending);
    if (tile.k + tile.depth < p->depth)
        loopc_tile_store(acc, tile.rows, tile.vecs, p->c + at, p->c_stride);
    else if (loopc_divides(p))
        loopc_tile_postpone(acc, p, &tile, at, pending);
    else
        loopc_tile_finish(acc, p, &tile, at);
}

/* How many panels wide tiles are. A narrow program has no more than one in a row. */
enum { LOOPC_WIDE = LOOPC_MOST_LANES < LOOPC_PANEL ? 1 : LOOPC_TILE_PANELS };

/* A row of tiles, up to panel `end`: 3 or 2 panels wide. Where there is room for two, a single panel
 * is taken together with the one behind it, which nobody reads. */
LOOPC_INLINE void loopc_product_row(const struct loopc_product *p, struct loopc_tile tile,
                                    int32_t end, struct loopc_pending *pending)
{
    const int32_t most = LOOPC_PANEL_COUNT(p->most);
    tile.vecs = 3 * LOOPC_PANEL_VECS;
    if (LOOPC_WIDE >= 3 && most >= 3)
        for (; end - tile.j == 3 || end - tile.j > 4; tile.j += 3)
            loopc_product_tile(p, tile, pending);
    tile.vecs = 2 * LOOPC_PANEL_VECS;
    if (LOOPC_WIDE >= 2 && most >= 2 && (most == 2 || most % 3 > 0 || p->columns != p->most))
        for (; tile.j < end; tile.j += 2)
            loopc_product_tile(p, tile, pending);
    tile.vecs = LOOPC_PANEL_VECS;
    if (LOOPC_WIDE < 2 || most < 2)
        for (; tile.j < end; tile.j++)
            loopc_product_tile(p, tile, pending);
}

/* `count` rows of tiles, each `rows` high; tile.i is then below them. */
LOOPC_INLINE void loopc_product_rows(const struct loopc_product *p, struct loopc_tile *tile,
                                     int rows, int count, int32_t end,
                                     struct loopc_pending *pending)
{
    tile->rows = rows;
    for (int t = 0; t < count; t++, tile->i += rows)
        loopc_product_row(p, *tile, end, pending);
}

/* A band of 16 rows, in tiles whose heights differ by at most 1. */
LOOPC_INLINE void loopc_product_band(const struct loopc_product *p, struct loopc_tile *tile,
                                     int32_t end, struct loopc_pending *pending)
{
    enum {
        TILES = (LOOPC_BAND + LOOPC_TILE_ROWS - 1) / LOOPC_TILE_ROWS,
        ROWS = LOOPC_BAND / TILES,
        HIGHER = LOOPC_BAND % TILES
    };
    if (HIGHER > 0) loopc_product_rows(p, tile, ROWS + 1, HIGHER, end, pending);
    loopc_product_rows(p, tile, ROWS, TILES - HIGHER, end, pending);
}

/* What is left below full bands, likewise. */
LOOPC_INLINE void loopc_product_rest(const struct loopc_product *p, struct loopc_tile *tile,
                                     int rest, int32_t end, struct loopc_pending *pending)
{
    const int tiles = (rest + LOOPC_TILE_ROWS - 1) / LOOPC_TILE_ROWS, higher = rest % tiles;
    loopc_product_rows(p, tile, rest / tiles + 1, higher, end, pending);
    loopc_product_rows(p, tile, rest / tiles, tiles - higher, end, pending);
}

/* What a part does of a product: some bands of rows and some panels of columns. */
struct loopc_portion {
    struct loopc_span bands, panels;
};

/* Shares the bands; or, where these are not shared evenly but columns are, the panels: a few outputs
 * are a single band. Each gets whole tiles, of 2 or of 3 panels, for a tile at the end takes what is
 * behind it along. */
LOOPC_INLINE struct loopc_portion loopc_portion_of(const struct loopc_product *p)
{
    const int32_t bands = LOOPC_PANEL_COUNT(p->rows), panels = LOOPC_PANEL_COUNT(p->columns);
    const int32_t whole = LOOPC_PANEL_COUNT(p->most) % 3 > 0 ? 2 : 6;
    if (bands % p->me.parts > 0 && panels % (whole * p->me.parts) == 0)
        return (struct loopc_portion){{0, bands}, loopc_span_of(panels, p->me)};
    return (struct loopc_portion){loopc_span_of(bands, p->me), {0, panels}};
}

/* The bands of this part. */
LOOPC_INLINE void loopc_product_bands(const struct loopc_product *p, struct loopc_span mine,
                                      struct loopc_tile tile, int32_t end,
                                      struct loopc_pending *pending)
{
    const int32_t rest = p->rows % LOOPC_BAND, bands = LOOPC_PANEL_COUNT(p->rows);
    const int32_t full = loopc_lesser(mine.end * LOOPC_BAND, p->rows - rest);
    tile.i = mine.first * LOOPC_BAND;
    while (tile.i < full)
        loopc_product_band(p, &tile, end, pending);
    if (rest > 0 && mine.end == bands && mine.first < bands)
        loopc_product_rest(p, &tile, rest, end, pending);
}

/* How many panels of columns are done at a time, `depth` p of each: as many as the cache keeps, and
 * whole rows of the widest tiles. */
LOOPC_INLINE int32_t loopc_group_of(int32_t depth)
{
    enum { LEAST = 6 };
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
LOOPC_INLINE void loopc_multiply(const struct loopc_product *p)
{
    struct loopc_pending pending;
    pending.at = pending.row = pending.rows = pending.vecs = 0;
    const int32_t most = p->finish == LOOPC_UPDATE ? p->depth : LOOPC_DEPTH;
    const int32_t depth = loopc_lesser(p->depth, most);
    const struct loopc_portion mine = loopc_portion_of(p);
    for (int32_t j = mine.panels.first, end; j < mine.panels.end; j = end) {
        struct loopc_tile tile = {.j = j};
        end = loopc_group_end(j, loopc_group_of(depth), mine.panels.end);
        do {
            tile.depth = loopc_lesser(depth, p->depth - tile.k);
            loopc_product_bands(p, mine.bands, tile, end, &pending);
            tile.k += depth;
        } while (tile.k < p->depth);
    }
    if (loopc_divides(p)) loopc_pending_rest(&pending, p);
}

#endif
