/* One tile of a product (product_loops.h): the start values of its sums, the work that overlaps
 * them, and their epilogue.
 *
 * The kind of product is LOOPC_KIND, a constant of the file that includes this; rows and vectors of
 * a tile are constants of the function that it becomes. All else is looked up at run time, once a
 * tile or once every four p.
 */
#ifndef LOOPC_PRODUCT_TILE_H
#define LOOPC_PRODUCT_TILE_H

#include "nn/epilogue.h"
#include "nn/product.h"
#include "nn/tile.h"
#include "nn/update.h"

/* Kinds of products and their properties. */
#define LOOPC_KIND_FORWARD       1
#define LOOPC_KIND_BACKWARD      2
#define LOOPC_KIND_UPDATE        3
#define LOOPC_KIND_ADAM          4
#define LOOPC_KIND_SHARDS        5
#define LOOPC_KIND_SHARDS_UPDATE 6
#define LOOPC_KIND_SHARDS_ADAM   7

#define LOOPC_WAY     (LOOPC_KIND == LOOPC_KIND_BACKWARD ? LOOPC_TRANS : LOOPC_NO_TRANS)
#define LOOPC_DIVIDES (LOOPC_KIND == LOOPC_KIND_ADAM || LOOPC_KIND == LOOPC_KIND_SHARDS_ADAM)
#define LOOPC_UPDATES                                                                              \
    (LOOPC_DIVIDES || LOOPC_KIND == LOOPC_KIND_UPDATE || LOOPC_KIND == LOOPC_KIND_SHARDS_UPDATE)
#define LOOPC_SHARDED (LOOPC_KIND >= LOOPC_KIND_SHARDS)

enum {
    LOOPC_FAR = 64 * 1024,        /* floats of u, and */
    LOOPC_FAR_STATE = 320 * 1024, /* of weights with moments, from which on fetching ahead pays */
};

/* Which p of a sum are next: `depth` of them from k on. */
struct loopc_block {
    int32_t k, depth;
};

/* The state between tiles: whether prefetching pays, and a pending update, the gradient
 * of the tile before, whose divisions and square roots overlap the multiplications of this
 * one. */
struct loopc_pending {
    LOOPC_ALIGNED float gradient[LOOPC_TILE_ROWS * LOOPC_TILE_VECS * LOOPC_LANES];
    const float *next; /* the row of it that is next, */
    ptrdiff_t at;      /* the place of its weights, */
    int rows, vecs;    /* and how many there still are */
    bool factors_are_far, weights_are_far;
    bool beside; /* whether anything at all overlaps the multiplications */
};

/* Whether u does not stay in the caches; whether weights and moments do not. */
static inline bool loopc_factors_are_far(const struct loopc_product *p)
{
    return (ptrdiff_t)p->rows * p->deepest >= LOOPC_FAR;
}

static inline bool loopc_weights_are_far(const struct loopc_product *p)
{
    const int arrays = 1 + (p->weights.m != NULL) + (p->weights.v != NULL);
    return (ptrdiff_t)p->rows * p->columns >= LOOPC_FAR_STATE / arrays;
}

/* The place of vector t of row i of a tile in c. */
LOOPC_INLINE ptrdiff_t loopc_spot(const struct loopc_product *p, ptrdiff_t at, int i, int t)
{
    return at + i * LOOPC_PANEL + loopc_vec_at(t, p->c_stride);
}

/* Updates the next row of the pending tile, if there is one left: the formulas of loopc_move
 * (update.h), one choice a row. The rates are a copy, which no store can change. */
LOOPC_INLINE void loopc_pending_row(struct loopc_pending *pending, const struct loopc_product *p,
                                    int vecs)
{
    if (pending->rows == 0) return;
    const struct loopc_step_params rates = *p->rates;
    const ptrdiff_t stride = p->c_stride;
    const float *gradient = pending->next;
    struct loopc_weights to = {p->weights.w + pending->at, p->weights.m + pending->at,
                               p->weights.v + pending->at};
    LOOPC_FORGET(gradient);
    LOOPC_FORGET(to.w);
    LOOPC_FORGET(to.m);
    LOOPC_FORGET(to.v);
    loopc_vec moves[LOOPC_TILE_VECS];
    LOOPC_UNROLL(4)
    for (int t = 0; t < vecs; t++)
        moves[t] = loopc_load(gradient + t * LOOPC_LANES);
    if (rates.rule == LOOPC_ADAM && rates.decay > 0.0f) {
        LOOPC_UNROLL(4)
        for (int t = 0; t < vecs; t++)
            moves[t] = loopc_fma(loopc_broadcast(rates.decay),
                                 loopc_load(to.w + loopc_vec_at(t, stride)), moves[t]);
    }
    LOOPC_UNROLL(4)
    for (int t = 0; t < vecs; t++)
        moves[t] = loopc_adam_move(to, loopc_vec_at(t, stride), moves[t], &rates);
    if (rates.rule == LOOPC_ADAMW) {
        const float kept = loopc_fma1(-rates.eta, rates.decay, 1.0f);
        LOOPC_UNROLL(4)
        for (int t = 0; t < vecs; t++) {
            float *const w = to.w + loopc_vec_at(t, stride);
            loopc_store(w, loopc_load(w) * kept);
        }
    }
    LOOPC_UNROLL(4)
    for (int t = 0; t < vecs; t++) {
        float *const w = to.w + loopc_vec_at(t, stride);
        loopc_store(w, loopc_fma(loopc_broadcast(-rates.step), moves[t], loopc_load(w)));
    }
    pending->next = gradient + LOOPC_TILE_VECS * LOOPC_LANES;
    pending->at += LOOPC_PANEL;
    pending->rows--;
}

/* Updates the rest of the pending tile, which is rarely much. */
static __attribute__((noinline, unused)) void loopc_pending_rest(struct loopc_pending *pending,
                                                                 const struct loopc_product *p)
{
    while (pending->rows > 0)
        if (pending->vecs == 3 * LOOPC_PANEL_VECS && LOOPC_TILE_PANELS == 3)
            loopc_pending_row(pending, p, LOOPC_TILE_VECS);
        else if (pending->vecs == 2 * LOOPC_PANEL_VECS && LOOPC_TILE_PANELS == 3)
            loopc_pending_row(pending, p, LOOPC_TILE_VECS - LOOPC_PANEL_VECS);
        else
            loopc_pending_row(pending, p, LOOPC_PANEL_VECS);
}

LOOPC_INLINE void loopc_pending_end(struct loopc_pending *pending, const struct loopc_product *p)
{
    if (LOOPC_DIVIDES && __builtin_expect(pending->rows > 0, 0)) loopc_pending_rest(pending, p);
}

/* Prefetches the part of u that the next tile of rows reads while this one reads the nth 4 p of a
 * panel: of the rows that follow along the panel, or of the next panel across. */
LOOPC_INLINE void loopc_fetch_factors(const struct loopc_product *p, const float *u, int rows,
                                      int nth)
{
    const float *const next =
        u + (LOOPC_WAY == LOOPC_NO_TRANS ? (rows + 2 * nth) * LOOPC_PANEL - 4 * nth : p->u_stride);
    __builtin_prefetch(next);
    __builtin_prefetch(next + LOOPC_PANEL);
    if (LOOPC_WAY == LOOPC_NO_TRANS) return;
    __builtin_prefetch(next + 2 * LOOPC_PANEL);
    __builtin_prefetch(next + 3 * LOOPC_PANEL);
}

/* Fetches row i of the weights of this tile, which will be updated. */
LOOPC_INLINE void loopc_fetch_weights(const struct loopc_product *p, int vecs, ptrdiff_t at, int i)
{
    const struct loopc_weights to = p->weights;
    LOOPC_UNROLL(4)
    for (int t = 0; t < vecs; t++) {
        const ptrdiff_t spot = loopc_spot(p, at, i, t);
        __builtin_prefetch(to.w + spot, 1);
        if (to.m) __builtin_prefetch(to.m + spot, 1);
        if (to.v) __builtin_prefetch(to.v + spot, 1);
    }
}

/* Fetches for the next step: so much at a time that each part fetches about as many lines as there
 * are in the batch whose gradient this is. (It has depth * columns floats, and there are rows *
 * columns * depth multiplications, which the parts share.) */
static __attribute__((noinline)) void loopc_fetch_next(const struct loopc_product *p)
{
    enum { BESIDE_4 = LOOPC_TILE_ROWS * LOOPC_TILE_PANELS * 4 };
    for (int32_t i = 0; i < (BESIDE_4 * p->me.nthreads + p->rows - 1) / p->rows; i++)
        loopc_fetch_ahead(p->ahead);
}

/* The work that overlaps the multiplications of 4 p, the nth of a tile, which read u. */
LOOPC_INLINE void loopc_beside(const struct loopc_product *p, int rows, int vecs, ptrdiff_t at,
                               int nth, const float *u, struct loopc_pending *pending)
{
    if (pending->factors_are_far) loopc_fetch_factors(p, u, rows, (nth + 1) % 4);
    if (!LOOPC_UPDATES) return;
    if (__builtin_expect(p->ahead != NULL, 0)) loopc_fetch_next(p);
    if (pending->weights_are_far && nth < rows) loopc_fetch_weights(p, vecs, at, nth);
    if (LOOPC_DIVIDES) loopc_pending_row(pending, p, vecs);
}

/* `depth` p of a tile from k on, where a panel of u begins if it is read along: four at a time,
 * panel by panel, then the others. */
LOOPC_INLINE void loopc_tile_sum(loopc_sums acc, const struct loopc_product *p, int rows, int vecs,
                                 int32_t i, int32_t j, struct loopc_block block, ptrdiff_t at,
                                 struct loopc_pending *pending)
{
    const bool along = LOOPC_WAY == LOOPC_NO_TRANS, beside = LOOPC_DIVIDES || pending->beside;
    const int next_p = along ? 1 : LOOPC_PANEL;
    const uint32_t row = (uint32_t)(along ? i : block.k), column = (uint32_t)(along ? block.k : i);
    const ptrdiff_t v_stride = p->v_stride;
    const float *u = p->u + column / LOOPC_PANEL * p->u_stride + (ptrdiff_t)row * LOOPC_PANEL +
                     column % LOOPC_PANEL;
    const float *v = p->v + j * v_stride + (ptrdiff_t)block.k * LOOPC_PANEL;
    const int32_t fours = (int32_t)((uint32_t)block.depth / 4);
    for (int32_t done = 0, end; done < fours; done = end) {
        end = along ? loopc_lesser(fours, done + LOOPC_PANEL / 4) : fours;
        int32_t nth = done;
        do {
            loopc_tile_steps(acc, rows, vecs, LOOPC_WAY, u, v, v_stride);
            if (beside)
                loopc_beside(p, rows, vecs, at, (LOOPC_SHARDED ? block.k / 4 : 0) + nth, u,
                             pending);
            u += 4 * next_p;
            v += 4 * LOOPC_PANEL;
            LOOPC_FORGET(u);
            LOOPC_FORGET(v);
        } while (++nth < end);
        if (along && end % 4 == 0) u += p->u_stride - LOOPC_PANEL;
    }
    LOOPC_KEEP_LOOP
    for (uint32_t q = (uint32_t)block.depth % 4; q > 0; q--, u += next_p, v += LOOPC_PANEL)
        loopc_tile_step(acc, rows, vecs, LOOPC_WAY, u, v, v_stride);
}

/* The start values of the sums of a tile. */
LOOPC_INLINE void loopc_tile_begin(loopc_sums acc, const struct loopc_product *p, int rows,
                                   int vecs, int32_t i, int32_t k, ptrdiff_t at)
{
    if (!LOOPC_UPDATES && (p->add || k > 0))
        loopc_tile_load(acc, rows, vecs, p->c + at, p->c_stride);
    else if (LOOPC_KIND == LOOPC_KIND_FORWARD && p->start)
        loopc_tile_broadcast(acc, rows, vecs, p->start + i);
    else
        loopc_tile_clear(acc, rows, vecs);
}

/* The epilogues that are too long to be unrolled for each sum: applied to the stored tile. */
static __attribute__((noinline, unused)) void loopc_tile_activate(const struct loopc_product *p,
                                                                  ptrdiff_t at, int rows, int vecs)
{
    for (int t = 0; t < vecs; t++)
        for (int i = 0; i < rows; i++) {
            float *const to = p->c + loopc_spot(p, at, i, t);
            const loopc_vec x = loopc_load(to);
            loopc_store(to, p->finish == LOOPC_TANH ? loopc_vtanh(x) : loopc_vsigmoid(x));
        }
}

/* All sums become their finish, which is a constant here. */
LOOPC_INLINE void loopc_tile_finish(loopc_sums acc, const struct loopc_product *p, int rows,
                                    int vecs, ptrdiff_t at, enum loopc_epilogue finish)
{
    const bool gated = finish >= LOOPC_BACKWARD_RELU;
    LOOPC_UNROLL(4)
    for (int t = 0; t < vecs; t++) {
        LOOPC_UNROLL(8)
        for (int i = 0; i < rows; i++) {
            const loopc_vec a = gated ? loopc_load(p->gate + loopc_spot(p, at, i, t)) : acc[i][t];
            acc[i][t] = loopc_epilogue_value(acc[i][t], a, finish);
        }
    }
}

/* Applies the epilogue to the sums and stores them in c. */
LOOPC_INLINE void loopc_tile_epilogue(loopc_sums acc, const struct loopc_product *p, int rows,
                                      int vecs, ptrdiff_t at)
{
    const enum loopc_epilogue finish = p->finish;
    if (LOOPC_KIND == LOOPC_KIND_FORWARD) {
        if (finish == LOOPC_RELU) loopc_tile_finish(acc, p, rows, vecs, at, LOOPC_RELU);
    } else if (finish == LOOPC_BACKWARD_RELU) {
        loopc_tile_finish(acc, p, rows, vecs, at, LOOPC_BACKWARD_RELU);
    } else if (finish == LOOPC_BACKWARD_TANH) {
        loopc_tile_finish(acc, p, rows, vecs, at, LOOPC_BACKWARD_TANH);
    } else if (finish == LOOPC_BACKWARD_SIGMOID) {
        loopc_tile_finish(acc, p, rows, vecs, at, LOOPC_BACKWARD_SIGMOID);
    }
    loopc_tile_store(acc, rows, vecs, p->c + at, p->c_stride);
    if (LOOPC_KIND == LOOPC_KIND_FORWARD && (finish == LOOPC_TANH || finish == LOOPC_SIGMOID))
        loopc_tile_activate(p, at, rows, vecs);
}

/* Moves the weights by the sums. */
LOOPC_INLINE void loopc_tile_move(loopc_sums acc, const struct loopc_product *p, int rows, int vecs,
                                  ptrdiff_t at, const struct loopc_step_params *rates)
{
    LOOPC_UNROLL(4)
    for (int t = 0; t < vecs; t++) {
        LOOPC_UNROLL(8)
        for (int i = 0; i < rows; i++)
            loopc_move(p->weights, loopc_spot(p, at, i, t), acc[i][t], rates);
    }
}

/* Moves the weights by the sums: the formulas of loopc_move (update.h), one choice a tile. */
LOOPC_INLINE void loopc_tile_update(loopc_sums acc, const struct loopc_product *p, int rows,
                                    int vecs, ptrdiff_t at)
{
    const struct loopc_step_params rates = *p->rates;
    const struct loopc_step_params momentum = {
        .rule = LOOPC_MOMENTUM, .eta = rates.eta, .momentum = rates.momentum, .decay = rates.decay};
    const struct loopc_step_params decay = {
        .rule = LOOPC_SGD, .eta = rates.eta, .decay = rates.decay};
    const struct loopc_step_params plain = {.rule = LOOPC_SGD, .eta = rates.eta};
    if (rates.rule == LOOPC_MOMENTUM)
        loopc_tile_move(acc, p, rows, vecs, at, &momentum);
    else if (rates.decay > 0.0f)
        loopc_tile_move(acc, p, rows, vecs, at, &decay);
    else
        loopc_tile_move(acc, p, rows, vecs, at, &plain);
}

/* Leaves the update of a tile for later. */
LOOPC_INLINE void loopc_tile_postpone(loopc_sums acc, const struct loopc_product *p, int rows,
                                      int vecs, ptrdiff_t at, struct loopc_pending *pending)
{
    loopc_pending_end(pending, p);
    pending->next = pending->gradient;
    pending->at = at;
    pending->rows = rows;
    pending->vecs = vecs;
    LOOPC_UNROLL(8)
    for (int i = 0; i < rows; i++) {
        LOOPC_UNROLL(4)
        for (int t = 0; t < vecs; t++)
            loopc_store(pending->gradient + (i * LOOPC_TILE_VECS + t) * LOOPC_LANES, acc[i][t]);
    }
}

/* sums += others */
LOOPC_INLINE void loopc_tile_add(loopc_sums acc, loopc_sums others, int rows, int vecs)
{
    LOOPC_UNROLL(8)
    for (int i = 0; i < rows; i++) {
        LOOPC_UNROLL(4)
        for (int t = 0; t < vecs; t++)
            acc[i][t] = others[i][t] + acc[i][t];
    }
}

LOOPC_INLINE void loopc_tile_copy(loopc_sums to, loopc_sums from, int rows, int vecs)
{
    LOOPC_UNROLL(8)
    for (int i = 0; i < rows; i++) {
        LOOPC_UNROLL(4)
        for (int t = 0; t < vecs; t++)
            to[i][t] = from[i][t];
    }
}

/* The chains of shard s: in blocks that begin with a panel of u, but for the first one. */
LOOPC_INLINE void loopc_tile_chain(loopc_sums acc, const struct loopc_product *p, int rows,
                                   int vecs, int32_t i, int32_t j, int32_t s, ptrdiff_t at,
                                   struct loopc_pending *pending)
{
    const int32_t base = loopc_shard_row(p->shards, p->shards.first);
    const int32_t end = loopc_shard_row(p->shards, s + 1) - base;
    loopc_tile_clear(acc, rows, vecs);
    for (int32_t k = loopc_shard_row(p->shards, s) - base, next; k < end; k = next) {
        next = k % LOOPC_PANEL ? loopc_lesser(end, (k / LOOPC_PANEL + 1) * LOOPC_PANEL) : end;
        const struct loopc_block block = {k, next - k};
        loopc_tile_sum(acc, p, rows, vecs, i, j, block, at, pending);
    }
}

/* The tree over the shards (shards.h): waiting[level] are the sums of 2^level of them. */
LOOPC_INLINE void loopc_tile_shards(loopc_sums acc, const struct loopc_product *p, int rows,
                                    int vecs, int32_t i, int32_t j, ptrdiff_t at,
                                    struct loopc_pending *pending)
{
    loopc_sums waiting[LOOPC_SHARD_LEVELS];
    loopc_tile_clear(acc, rows, vecs);
    for (int32_t s = p->shards.first; s < p->shards.end; s++) {
        int level = 0;
        loopc_tile_chain(acc, p, rows, vecs, i, j, s, at, pending);
        for (int32_t n = s - p->shards.first; n & 1; n >>= 1)
            loopc_tile_add(acc, waiting[level++], rows, vecs);
        if (s + 1 < p->shards.end) loopc_tile_copy(waiting[level], acc, rows, vecs);
    }
}

/* The tile of rows from i and of vectors from panel j on. */
LOOPC_INLINE void loopc_product_tile(const struct loopc_product *p, int rows, int vecs, int32_t i,
                                     int32_t j, struct loopc_block block,
                                     struct loopc_pending *pending)
{
    loopc_sums acc;
    const ptrdiff_t at = j * p->c_stride + (ptrdiff_t)i * LOOPC_PANEL;
    if (LOOPC_DIVIDES && pending->vecs != vecs) loopc_pending_end(pending, p);
    if (LOOPC_SHARDED) {
        loopc_tile_shards(acc, p, rows, vecs, i, j, at, pending);
    } else {
        loopc_tile_begin(acc, p, rows, vecs, i, block.k, at);
        loopc_tile_sum(acc, p, rows, vecs, i, j, block, at, pending);
    }
    if (LOOPC_DIVIDES)
        loopc_tile_postpone(acc, p, rows, vecs, at, pending);
    else if (LOOPC_UPDATES)
        loopc_tile_update(acc, p, rows, vecs, at);
    else if (LOOPC_SHARDED || block.k + block.depth < p->depth)
        loopc_tile_store(acc, rows, vecs, p->c + at, p->c_stride);
    else
        loopc_tile_epilogue(acc, p, rows, vecs, at);
}

#endif
