/* Products of matrices without vectors: the sums of nn/product.h, term by term in the same order.
 *
 * A panel is one column here (panel.h), so element (i, j) of a matrix is at j * stride + i. Four
 * rows share each value of v that is loaded: their four sums are independent of each other. Without
 * floats in the processor (soft.h) each sum has all registers to itself.
 */
#include "nn/product.h"

#include "device/soft.h"
#include "nn/epilogue.h"
#include "nn/update.h"

enum { ROWS = 4 };

/* How u is read: u(i, p) is at i * row + p * step. */
struct way {
    ptrdiff_t row, step;
};

static struct way along(const struct loopc_product *p)
{
    return (struct way){1, p->u_stride};
}

static struct way across(const struct loopc_product *p)
{
    return (struct way){p->u_stride, 1};
}

/* sum + sum over p of u(i, p) * v(p, j) */
static float add_one(float sum, const float *u, const float *v, struct way way, int32_t depth)
{
#if !LOOPC_SOFT
    for (int32_t p = 0; p < depth; p++, u += way.step)
        sum = loopc_fma1(*u, v[p], sum);
    return sum;
#else
    struct loopc_soft soft = loopc_soft_open(sum);
    for (int32_t p = 0; p < depth; p++, u += way.step)
        soft = loopc_soft_add(soft, loopc_soft_bits(*u), loopc_soft_bits(v[p]));
    return loopc_soft_close(soft);
#endif
}

/* The same for four rows below each other, which share each value of v that is loaded. */
static void add_four(float sums[ROWS], const float *u, const float *v, struct way way,
                     int32_t depth)
{
    float a = sums[0], b = sums[1], c = sums[2], d = sums[3];
    const float *const u1 = u + way.row, *const u2 = u1 + way.row, *const u3 = u2 + way.row;
    ptrdiff_t at = 0;
    for (int32_t p = 0; p < depth; p++, at += way.step) {
        const float value = v[p];
        a = loopc_fma1(u[at], value, a);
        b = loopc_fma1(u1[at], value, b);
        c = loopc_fma1(u2[at], value, c);
        d = loopc_fma1(u3[at], value, d);
    }
    sums[0] = a, sums[1] = b, sums[2] = c, sums[3] = d;
}

static __attribute__((noinline)) void add(float sums[ROWS], int32_t rows,
                                          const struct loopc_product *p, struct way way, int32_t i,
                                          int32_t j, struct loopc_span span)
{
    const float *u = p->u + i * way.row + span.first * way.step;
    const float *const v = p->v + j * p->v_stride + span.first;
    const int32_t depth = span.end - span.first;
    if (!LOOPC_SOFT && rows == ROWS) {
        add_four(sums, u, v, way, depth);
        return;
    }
    for (int32_t n = 0; n < rows; n++, u += way.row)
        sums[n] = add_one(sums[n], u, v, way, depth);
}

static float start_of(const struct loopc_product *p, int32_t i, ptrdiff_t at)
{
    if (p->add) return p->c[at];
    return p->start ? p->start[i] : 0.0f;
}

static void finish(const struct loopc_product *p, float sum, ptrdiff_t at)
{
    const loopc_vec a = loopc_broadcast(p->gate ? p->gate[at] : 0.0f);
    loopc_store(p->c + at, loopc_epilogue_value(loopc_broadcast(sum), a, p->finish));
}

static void multiply(const struct loopc_product *p, struct way way)
{
    const struct loopc_span all = {0, p->depth};
    for (int32_t j = 0; j < p->columns; j++)
        for (int32_t i = 0; i < p->rows; i += ROWS) {
            const int32_t rows = loopc_lesser(ROWS, p->rows - i);
            const ptrdiff_t at = j * p->c_stride + i;
            float sums[ROWS] = {0};
            for (int32_t n = 0; n < rows; n++)
                sums[n] = start_of(p, i + n, at + n);
            add(sums, rows, p, way, i, j, all);
            for (int32_t n = 0; n < rows; n++)
                finish(p, sums[n], at + n);
        }
}

/* The moves of weights by their gradients; the rule is a constant where it is called, or one of
 * two. */
static inline void update(const struct loopc_product *p, const struct loopc_step_params *rates)
{
    const struct loopc_span all = {0, p->depth};
    for (int32_t j = 0; j < p->columns; j++)
        for (int32_t i = 0; i < p->rows; i += ROWS) {
            const int32_t rows = loopc_lesser(ROWS, p->rows - i);
            float sums[ROWS] = {0};
            add(sums, rows, p, along(p), i, j, all);
            for (int32_t n = 0; n < rows; n++)
                loopc_move(p->weights, j * p->c_stride + i + n, loopc_broadcast(sums[n]), rates);
        }
}

void loopc_multiply_forward(const struct loopc_product *p)
{
    multiply(p, along(p));
}

void loopc_multiply_backward(const struct loopc_product *p)
{
    multiply(p, across(p));
}

void loopc_multiply_update(const struct loopc_product *p)
{
    if (p->rates->rule != LOOPC_SGD && p->rates->rule != LOOPC_MOMENTUM) __builtin_unreachable();
    update(p, p->rates);
}

void loopc_multiply_adam(const struct loopc_product *p)
{
    if (p->rates->rule != LOOPC_ADAM && p->rates->rule != LOOPC_ADAMW) __builtin_unreachable();
    update(p, p->rates);
}

/* The tree over the shards (shards.h): waiting[level] is the sum of 2^level of them. */
static float sum_of_shards(const struct loopc_product *p, int32_t i, int32_t j)
{
    float waiting[LOOPC_SHARD_LEVELS] = {0}, sums[ROWS] = {0};
    const int32_t base = loopc_shard_row(p->shards, p->shards.first);
    for (int32_t s = p->shards.first; s < p->shards.end; s++) {
        const struct loopc_span span = {loopc_shard_row(p->shards, s) - base,
                                        loopc_shard_row(p->shards, s + 1) - base};
        int level = 0;
        sums[0] = 0.0f;
        add(sums, 1, p, along(p), i, j, span);
        for (int32_t n = s - p->shards.first; n & 1; n >>= 1)
            sums[0] = waiting[level++] + sums[0];
        if (level < LOOPC_SHARD_LEVELS) waiting[level] = sums[0];
    }
    return sums[0];
}

void loopc_multiply_shards(const struct loopc_product *p)
{
    for (int32_t j = 0; j < p->columns; j++)
        for (int32_t i = 0; i < p->rows; i++)
            p->c[j * p->c_stride + i] = sum_of_shards(p, i, j);
}

/* A function for each kind of rule, as in product.h. */
static inline void update_in_shards(const struct loopc_product *p)
{
    for (int32_t j = 0; j < p->columns; j++)
        for (int32_t i = 0; i < p->rows; i++)
            loopc_move(p->weights, j * p->c_stride + i, loopc_broadcast(sum_of_shards(p, i, j)),
                       p->rates);
}

void loopc_multiply_shards_update(const struct loopc_product *p)
{
    if (p->rates->rule != LOOPC_SGD && p->rates->rule != LOOPC_MOMENTUM) __builtin_unreachable();
    update_in_shards(p);
}

void loopc_multiply_shards_adam(const struct loopc_product *p)
{
    if (p->rates->rule != LOOPC_ADAM && p->rates->rule != LOOPC_ADAMW) __builtin_unreachable();
    update_in_shards(p);
}
