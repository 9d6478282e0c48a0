/* One tile of a product (product.h): what its sums start from, what goes on beside them, and what
 * becomes of them.
 *
 * A product is described twice. Its structure says where everything is; its plan, a single number,
 * says what kind of product it is, which a compiler must know at once to leave out all that it is
 * not: numbers are followed through calls before anything else, members of structures after all has
 * been copied. That more than halves the time that a trainer takes to compile.
 */
#ifndef LOOPC_PRODUCT_TILE_H
#define LOOPC_PRODUCT_TILE_H

#include "nn/activation.h"
#include "nn/optim.h"
#include "nn/rows.h"
#include "nn/tile.h"
#include <stdbool.h>

enum {
    LOOPC_BAND = LOOPC_PANEL,     /* rows of u at a time */
    LOOPC_SHALLOW = 8,            /* so many p are no loop */
    LOOPC_FAR = 64 * 1024,        /* floats of u, and */
    LOOPC_FAR_STATE = 320 * 1024, /* of weights with moments, from which on fetching ahead pays */
};

/* The parts of a plan. */
enum {
    LOOPC_PLAN_EPILOGUE = 7, /* its finish: enum loopc_epilogue */
    LOOPC_PLAN_TRANS = 8,    /* u is read across, not along */
    LOOPC_PLAN_DIVIDES = 16, /* the update divides: its optimizer is Adam or AdamW */
    LOOPC_PLAN_SHALLOW = 32, /* few p */
    LOOPC_PLAN_REST = 64,    /* the rows are no full bands */
    LOOPC_PLAN_TWO = 128,    /* there is room for 2 panels of columns, */
    LOOPC_PLAN_THREE = 256,  /* for 3, */
    LOOPC_PLAN_THREES = 512, /* and for nothing but threes of them */
    LOOPC_PLAN_OWN = 1024,   /* each part has all of v for itself */
};

/* The plan of a product of `rows` with room for `most` columns and `deepest` p. */
LOOPC_INLINE int loopc_plan_of(enum loopc_epilogue finish, enum loopc_trans way, int32_t rows,
                               int32_t most, int32_t deepest)
{
    const int32_t panels = LOOPC_PANEL_COUNT(most);
    return (int)finish | (way == LOOPC_TRANS ? LOOPC_PLAN_TRANS : 0) |
           (deepest <= LOOPC_SHALLOW ? LOOPC_PLAN_SHALLOW : 0) |
           (rows % LOOPC_BAND > 0 ? LOOPC_PLAN_REST : 0) | (panels >= 2 ? LOOPC_PLAN_TWO : 0) |
           (panels >= 3 ? LOOPC_PLAN_THREE : 0) | (panels % 3 == 0 ? LOOPC_PLAN_THREES : 0);
}

/* Those of an update by a rule: the ones that divide are worth postponing. */
LOOPC_INLINE int loopc_plan_by(enum loopc_rule rule)
{
    return rule == LOOPC_ADAM || rule == LOOPC_ADAMW ? LOOPC_PLAN_DIVIDES : 0;
}

LOOPC_INLINE enum loopc_epilogue loopc_epilogue_of(int plan)
{
    return (enum loopc_epilogue)(plan & LOOPC_PLAN_EPILOGUE);
}

LOOPC_INLINE enum loopc_trans loopc_way_of(int plan)
{
    return plan & LOOPC_PLAN_TRANS ? LOOPC_TRANS : LOOPC_NO_TRANS;
}

struct loopc_product {
    const float *u, *v;
    float *c;
    ptrdiff_t u_stride, v_stride, c_stride; /* floats from one panel to the next */
    int32_t rows, columns, depth;           /* how many i, j, p */
    int32_t deepest;                        /* p that there is room for */
    const float *start;                     /* what the sums of each row start from; NULL: 0 */
    bool add;                               /* they start from what is in c */
    const float *gate;                      /* of c's shape */
    struct loopc_weights weights;
    const struct loopc_step_params *rates;
    struct loopc_ahead *ahead; /* what is fetched on the way; NULL: nothing */
    struct loopc_thread me;    /* whose portion is done */
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
    const float *next; /* the row of it that is next, */
    ptrdiff_t at;      /* where its weights stand, */
    int rows, vecs;    /* and how many there still are */
};

/* Where vector t of row i of a tile stands in c. */
LOOPC_INLINE ptrdiff_t loopc_spot(const struct loopc_product *p, ptrdiff_t at, int i, int t)
{
    return at + i * LOOPC_PANEL + loopc_vec_at(t, p->c_stride);
}

/* Updates the next row of the pending tile, if there is one left. */
LOOPC_INLINE void loopc_pending_row(struct loopc_pending *pending, struct loopc_weights weights,
                                    ptrdiff_t stride, int vecs,
                                    const struct loopc_step_params *rates)
{
    if (pending->rows == 0) return;
    const float *gradient = pending->next;
    struct loopc_weights to = {weights.w + pending->at, weights.m + pending->at,
                               weights.v + pending->at};
    LOOPC_FORGET(gradient);
    LOOPC_FORGET(to.w);
    LOOPC_FORGET(to.m);
    LOOPC_FORGET(to.v);
    LOOPC_UNROLL(4)
    for (int t = 0; t < vecs; t++)
        loopc_move(to, loopc_vec_at(t, stride), loopc_load(gradient + t * LOOPC_LANES), rates);
    pending->next += LOOPC_TILE_VECS * LOOPC_LANES;
    pending->at += LOOPC_PANEL;
    pending->rows--;
}

/* Updates what is left of the pending tile. Rarely much, so this is no code beside the sums: a
 * function. */
static __attribute__((noinline, unused)) void loopc_pending_rest(struct loopc_pending *pending,
                                                                 struct loopc_weights weights,
                                                                 ptrdiff_t stride,
                                                                 struct loopc_step_params rates)
{
    while (pending->rows > 0)
        loopc_pending_row(pending, weights, stride, pending->vecs, &rates);
}

LOOPC_INLINE void loopc_pending_end(struct loopc_pending *pending, const struct loopc_product *p)
{
    if (__builtin_expect(pending->rows > 0, 0))
        loopc_pending_rest(pending, p->weights, p->c_stride, *p->rates);
}

/* Fetches what the next tile of rows reads of u while this one reads the nth 4 p of a panel: of the
 * rows that follow along the panel, or of the next panel across. */
LOOPC_INLINE void loopc_fetch_factors(const struct loopc_product *p, int plan, const float *u,
                                      int rows, int nth)
{
    if (p->rows * p->deepest < LOOPC_FAR) return;
    const ptrdiff_t along = (rows + 2 * nth) * LOOPC_PANEL - 4 * nth;
    const float *const next = u + (loopc_way_of(plan) == LOOPC_NO_TRANS ? along : p->u_stride);
    __builtin_prefetch(next);
    __builtin_prefetch(next + LOOPC_PANEL);
    if (loopc_way_of(plan) == LOOPC_NO_TRANS) return;
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
    LOOPC_UNROLL(4)
    for (int t = 0; t < tile->vecs; t++) {
        const ptrdiff_t spot = loopc_spot(p, at, i, t);
        __builtin_prefetch(to.w + spot, 1);
        if (to.m) __builtin_prefetch(to.m + spot, 1);
        if (to.v) __builtin_prefetch(to.v + spot, 1);
    }
}

/* Fetches for the next step: so much at a time that each part fetches about as many lines as there
 * are in the batch whose gradient this is. (It has depth * columns floats, and there are rows *
 * columns * depth multiplications, which the parts share.) */
LOOPC_INLINE void loopc_fetch_next(const struct loopc_product *p)
{
    enum { BESIDE_4 = LOOPC_TILE_ROWS * LOOPC_TILE_PANELS * 4 };
    for (int32_t i = 0; i < (BESIDE_4 * p->me.nthreads + p->rows - 1) / p->rows; i++)
        loopc_fetch_ahead(p->ahead);
}

/* What goes on beside the multiplications of 4 p, the nth of a tile. */
LOOPC_INLINE void loopc_beside(const struct loopc_product *p, int plan,
                               const struct loopc_tile *tile, ptrdiff_t at, int nth,
                               struct loopc_pending *pending)
{
    if (p->ahead) loopc_fetch_next(p);
    loopc_fetch_weights(p, tile, at, nth);
    if (plan & LOOPC_PLAN_DIVIDES)
        loopc_pending_row(pending, p->weights, p->c_stride, tile->vecs, p->rates);
}

/* A few p from u and v on. They are written out, so that a small net stays in registers: what one
 * kernel stores the next one then has. */
LOOPC_INLINE void loopc_tile_sum_few(loopc_sums acc, const struct loopc_product *p, int plan,
                                     const struct loopc_tile *tile, const float *u, const float *v)
{
    const int next_p = loopc_way_of(plan) == LOOPC_NO_TRANS ? 1 : LOOPC_PANEL;
    LOOPC_UNROLL(8)
    for (int32_t q = 0; q < tile->depth; q++, u += next_p, v += LOOPC_PANEL)
        loopc_tile_step(acc, tile->rows, tile->vecs, loopc_way_of(plan), u, v, p->v_stride);
}

/* `depth` p of a tile from k on, where a panel of u begins if it is read along. */
LOOPC_INLINE void loopc_tile_sum(loopc_sums acc, const struct loopc_product *p, int plan,
                                 const struct loopc_tile *tile, ptrdiff_t at,
                                 struct loopc_pending *pending)
{
    const bool along = loopc_way_of(plan) == LOOPC_NO_TRANS;
    const int next_p = along ? 1 : LOOPC_PANEL;
    const ptrdiff_t row = along ? tile->i : tile->k, column = along ? tile->k : tile->i;
    const float *u =
        p->u + column / LOOPC_PANEL * p->u_stride + row * LOOPC_PANEL + column % LOOPC_PANEL;
    const float *v = p->v + tile->j * p->v_stride + (ptrdiff_t)tile->k * LOOPC_PANEL;
    if (plan & LOOPC_PLAN_SHALLOW) {
        loopc_tile_sum_few(acc, p, plan, tile, u, v);
        return;
    }
    LOOPC_KEEP_LOOP
    for (int32_t done = 1; done <= tile->depth; done++) {
        loopc_tile_step(acc, tile->rows, tile->vecs, loopc_way_of(plan), u, v, p->v_stride);
        u += next_p;
        v += LOOPC_PANEL;
        if (done % 4 > 0) continue;
        loopc_fetch_factors(p, plan, u - 4 * next_p, tile->rows, done / 4 % 4);
        if (loopc_epilogue_of(plan) == LOOPC_UPDATE)
            loopc_beside(p, plan, tile, at, done / 4 - 1, pending);
        if (along && done % LOOPC_PANEL == 0) u += p->u_stride - LOOPC_PANEL;
    }
}

/* The vector of `gate` at a spot of c, where the finish reads one. */
LOOPC_INLINE loopc_vec loopc_activation_at(const struct loopc_product *p, int plan, ptrdiff_t spot)
{
    const bool gated = loopc_epilogue_of(plan) >= LOOPC_BACKWARD_RELU &&
                       loopc_epilogue_of(plan) <= LOOPC_BACKWARD_SIGMOID;
    return gated ? loopc_load(p->gate + spot) : (loopc_vec){0};
}

/* Whether a finish is so long that it is not written out for each of the sums, if they are many. */
LOOPC_INLINE bool loopc_is_long(int plan, const struct loopc_tile *tile)
{
    enum { FEW = 4 };
    return (loopc_epilogue_of(plan) == LOOPC_TANH || loopc_epilogue_of(plan) == LOOPC_SIGMOID) &&
           tile->rows * tile->vecs > FEW;
}

/* Finishes a tile that was stored. */
LOOPC_INLINE void loopc_tile_epilogue_stored(const struct loopc_product *p, int plan,
                                             const struct loopc_tile *tile, ptrdiff_t at)
{
    const loopc_vec none = {0};
    for (int t = 0; t < tile->vecs; t++)
        for (int i = 0; i < tile->rows; i++) {
            float *const to = p->c + loopc_spot(p, at, i, t);
            loopc_store(to, loopc_epilogue_value(loopc_load(to), none, loopc_epilogue_of(plan)));
        }
}

LOOPC_INLINE void loopc_tile_epilogue(loopc_sums acc, const struct loopc_product *p, int plan,
                                      const struct loopc_tile *tile, ptrdiff_t at)
{
    LOOPC_UNROLL(4)
    for (int t = 0; t < tile->vecs; t++) {
        LOOPC_UNROLL(8)
        for (int i = 0; i < tile->rows; i++) {
            const ptrdiff_t spot = loopc_spot(p, at, i, t);
            if (loopc_epilogue_of(plan) == LOOPC_UPDATE)
                loopc_move(p->weights, spot, acc[i][t], p->rates);
            else if (!loopc_is_long(plan, tile))
                acc[i][t] = loopc_epilogue_value(acc[i][t], loopc_activation_at(p, plan, spot),
                                                 loopc_epilogue_of(plan));
        }
    }
    if (loopc_epilogue_of(plan) != LOOPC_UPDATE)
        loopc_tile_store(acc, tile->rows, tile->vecs, p->c + at, p->c_stride);
    if (loopc_is_long(plan, tile)) loopc_tile_epilogue_stored(p, plan, tile, at);
}

/* Leaves the update of a tile for later. */
LOOPC_INLINE void loopc_tile_postpone(loopc_sums acc, const struct loopc_product *p,
                                      const struct loopc_tile *tile, ptrdiff_t at,
                                      struct loopc_pending *pending)
{
    loopc_pending_end(pending, p);
    pending->next = pending->gradient;
    pending->at = at;
    pending->rows = tile->rows;
    pending->vecs = tile->vecs;
    LOOPC_UNROLL(8)
    for (int i = 0; i < tile->rows; i++) {
        LOOPC_UNROLL(4)
        for (int t = 0; t < tile->vecs; t++)
            loopc_store(pending->gradient + (i * LOOPC_TILE_VECS + t) * LOOPC_LANES, acc[i][t]);
    }
}

/* What the sums of a tile start from. */
LOOPC_INLINE void loopc_tile_begin(loopc_sums acc, const struct loopc_product *p,
                                   const struct loopc_tile *tile, ptrdiff_t at)
{
    if (p->add || tile->k > 0)
        loopc_tile_load(acc, tile->rows, tile->vecs, p->c + at, p->c_stride);
    else if (p->start)
        loopc_tile_broadcast(acc, tile->rows, tile->vecs, p->start + tile->i);
    else
        loopc_tile_clear(acc, tile->rows, tile->vecs);
}

LOOPC_INLINE void loopc_product_tile(const struct loopc_product *p, int plan,
                                     struct loopc_tile tile, struct loopc_pending *pending)
{
    loopc_sums acc;
    const ptrdiff_t at = tile.j * p->c_stride + (ptrdiff_t)tile.i * LOOPC_PANEL;
    if ((plan & LOOPC_PLAN_DIVIDES) && pending->vecs != tile.vecs) loopc_pending_end(pending, p);
    loopc_tile_begin(acc, p, &tile, at);
    loopc_tile_sum(acc, p, plan, &tile, at, pending);
    if (tile.k + tile.depth < p->depth)
        loopc_tile_store(acc, tile.rows, tile.vecs, p->c + at, p->c_stride);
    else if (plan & LOOPC_PLAN_DIVIDES)
        loopc_tile_postpone(acc, p, &tile, at, pending);
    else
        loopc_tile_epilogue(acc, p, plan, &tile, at);
}

#endif
