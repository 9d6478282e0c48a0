/* T6 (tests/bench/T6.lua) in plain C over a library's matrix multiplication, as good as plain C
 * gets: a residual net of blocks, each layer_norm, dense, GELU, dropout, dense; AdamW. Elementwise
 * work is done in simple loops that the compiler vectorizes; GELU leaves its slope and its mask in
 * one factor for the way back. One thread. -DWEIGHTS_BY_INPUT: weights inputs x outputs.
 *
 * usage: residual STEPS */
#include "gemm.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 8, WIDTH = 256, CLASSES = 10, BATCH = 64, VALUES = BATCH * WIDTH };

struct parameter {
    float *w, *g, *m, *v;
    int count;
};

struct dense {
    int inputs, outputs;
    struct parameter w, b;
    struct gemm forward, back, grad;
};

struct block {
    struct parameter gain, bias;
    struct dense up, down;
    float *normal, *inverse, *scaled; /* of layer_norm; scaled goes into `up` */
    float *hidden, *factor;           /* behind GELU and dropout, and what takes derivatives back */
};

static struct block blocks[BLOCKS];
static struct dense last;
static float *x[BLOCKS + 1], *logits, *d, *d_hidden, *d_scaled, *d_logits;
static int32_t labels[BATCH];
static uint64_t state = 1;

static uint64_t next(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state ^ (state >> 29);
}

static float uniform(void)
{
    return (float)(next() >> 40) * 0x1p-23f - 1;
}

static float *zeros(int count)
{
    const size_t bytes = ((size_t)count * sizeof(float) + 63) / 64 * 64;
    return memset(aligned_alloc(64, bytes), 0, bytes);
}

static struct parameter parameter(int count, float spread)
{
    struct parameter p = {zeros(count), zeros(count), zeros(count), zeros(count), count};
    for (int i = 0; i < count; i++)
        p.w[i] = spread * uniform();
    return p;
}

static struct gemm product(bool turn_a, bool turn_b, int m, int n, int k)
{
    struct gemm g = {.turn_a = turn_a, .turn_b = turn_b, .m = m, .n = n, .k = k};
    gemm_plan(&g);
    return g;
}

static struct dense dense(int inputs, int outputs)
{
    struct dense l = {.inputs = inputs, .outputs = outputs, .b = parameter(outputs, 0)};
    l.w = parameter(inputs * outputs, sqrtf(6.0f / (float)(inputs + outputs)));
#ifdef WEIGHTS_BY_INPUT
    l.forward = product(false, false, BATCH, outputs, inputs);
    l.back = product(false, true, BATCH, inputs, outputs);
    l.grad = product(true, false, inputs, outputs, BATCH);
#else
    l.forward = product(false, true, BATCH, outputs, inputs);
    l.back = product(false, false, BATCH, inputs, outputs);
    l.grad = product(true, false, outputs, inputs, BATCH);
#endif
    return l;
}

static void start(void)
{
    gemm_start(1);
    for (int i = 0; i < BLOCKS; i++) {
        struct block *const b = &blocks[i];
        b->gain = parameter(WIDTH, 0), b->bias = parameter(WIDTH, 0);
        for (int j = 0; j < WIDTH; j++)
            b->gain.w[j] = 1;
        b->up = dense(WIDTH, WIDTH), b->down = dense(WIDTH, WIDTH);
        b->normal = zeros(VALUES), b->scaled = zeros(VALUES), b->inverse = zeros(BATCH);
        b->hidden = zeros(VALUES), b->factor = zeros(VALUES);
    }
    last = dense(WIDTH, CLASSES);
    for (int i = 0; i <= BLOCKS; i++)
        x[i] = zeros(VALUES);
    d = zeros(VALUES), d_hidden = zeros(VALUES), d_scaled = zeros(VALUES);
    logits = zeros(BATCH * CLASSES), d_logits = zeros(BATCH * CLASSES);
    for (int i = 0; i < VALUES; i++)
        x[0][i] = uniform();
    for (int r = 0; r < BATCH; r++)
        labels[r] = (int32_t)(next() >> 33) % CLASSES;
}

static void layer_norm(struct block *b, const float *restrict in)
{
    for (int r = 0; r < BATCH; r++, in += WIDTH) {
        float *restrict const normal = b->normal + r * WIDTH, *restrict const to =
                                                                  b->scaled + r * WIDTH;
        float mean = 0, squares = 0;
        for (int j = 0; j < WIDTH; j++)
            mean += in[j];
        mean /= WIDTH;
        for (int j = 0; j < WIDTH; j++)
            squares += (in[j] - mean) * (in[j] - mean);
        const float inverse = b->inverse[r] = 1 / sqrtf(squares / WIDTH + 1e-5f);
        for (int j = 0; j < WIDTH; j++) {
            normal[j] = (in[j] - mean) * inverse;
            to[j] = normal[j] * b->gain.w[j] + b->bias.w[j];
        }
    }
}

/* Adds the derivative by what the norm was given to that by the sum behind the block. */
static void layer_norm_back(struct block *b, const float *restrict e, float *restrict to)
{
    float *restrict const ggain = b->gain.g, *restrict const gbias = b->bias.g;
    memset(ggain, 0, WIDTH * sizeof(float)), memset(gbias, 0, WIDTH * sizeof(float));
    for (int r = 0; r < BATCH; r++, e += WIDTH, to += WIDTH) {
        const float *restrict const normal = b->normal + r * WIDTH;
        float mean = 0, along = 0;
        for (int j = 0; j < WIDTH; j++) {
            const float scaled = e[j] * b->gain.w[j];
            mean += scaled, along += scaled * normal[j];
            ggain[j] += e[j] * normal[j], gbias[j] += e[j];
        }
        mean /= WIDTH, along /= WIDTH;
        for (int j = 0; j < WIDTH; j++)
            to[j] += (e[j] * b->gain.w[j] - mean - normal[j] * along) * b->inverse[r];
    }
}

static void add_bias(float *restrict z, const float *restrict b, int n)
{
    for (int r = 0; r < BATCH; r++)
        for (int j = 0; j < n; j++)
            z[r * n + j] += b[j];
}

/* The exact GELU, 0.5 z (1 + erf(z / sqrt(2))), then dropout with the rate 0.2. */
static void gelu_dropout(float *restrict z, const float *restrict b, float *restrict factor,
                         uint32_t key)
{
    for (int r = 0; r < BATCH; r++)
        for (int j = 0; j < WIDTH; j++) {
            const int i = r * WIDTH + j;
            uint32_t h = (uint32_t)i + key;
            h = (h ^ (h >> 16)) * 0x7feb352du;
            h = (h ^ (h >> 15)) * 0x846ca68bu;
            const float mask =
                (int32_t)((h ^ (h >> 16)) >> 1) < (int32_t)(0.2 * 0x1p31) ? 0.0f : 1.25f;
            const float sum = z[i] + b[j], share = 0.5f + 0.5f * erff(sum * 0.70710678f);
            factor[i] = (share + sum * 0.39894228f * expf(-0.5f * sum * sum)) * mask;
            z[i] = sum * share * mask;
        }
}

static void sum_columns(const float *restrict e, float *restrict sums, int n)
{
    memset(sums, 0, (size_t)n * sizeof *sums);
    for (int r = 0; r < BATCH; r++)
        for (int j = 0; j < n; j++)
            sums[j] += e[r * n + j];
}

static void update(const struct parameter *p, long step)
{
    const float eta = 1e-4f, rate = (float)(eta / (1 - pow(0.9, (double)step)));
    const float root = (float)(1 / sqrt(1 - pow(0.999, (double)step))), kept = 1 - eta * 0.01f;
    float *restrict const w = p->w, *restrict const m = p->m, *restrict const v = p->v;
    const float *restrict const g = p->g;
    for (int i = 0; i < p->count; i++) {
        m[i] += 0.1f * (g[i] - m[i]);
        v[i] += 0.001f * (g[i] * g[i] - v[i]);
        w[i] = w[i] * kept - rate * m[i] / (sqrtf(v[i]) * root + 1e-8f);
    }
}

/* Learns from derivative e by the outputs; `to`, unless NULL, becomes that by the inputs. */
static void dense_back(struct dense *l, const float *in, const float *e, float *to, long step)
{
    if (to) gemm(&l->back, e, l->w.w, to);
#ifdef WEIGHTS_BY_INPUT
    gemm(&l->grad, in, e, l->w.g);
#else
    gemm(&l->grad, e, in, l->w.g);
#endif
    sum_columns(e, l->b.g, l->outputs);
    update(&l->w, step), update(&l->b, step);
}

static float cross_entropy(const float *restrict z, float *restrict e)
{
    float loss = 0;
    for (int r = 0; r < BATCH; r++, z += CLASSES, e += CLASSES) {
        float most = z[0], sum = 0;
        for (int j = 1; j < CLASSES; j++)
            most = z[j] > most ? z[j] : most;
        for (int j = 0; j < CLASSES; j++)
            e[j] = expf(z[j] - most), sum += e[j];
        loss += logf(sum) - (z[labels[r]] - most);
        for (int j = 0; j < CLASSES; j++)
            e[j] *= 1.0f / sum / BATCH;
        e[labels[r]] -= 1.0f / BATCH;
    }
    return loss / BATCH;
}

static void forward(void)
{
    for (int i = 0; i < BLOCKS; i++) {
        struct block *const b = &blocks[i];
        layer_norm(b, x[i]);
        gemm(&b->up.forward, b->scaled, b->up.w.w, b->hidden);
        gelu_dropout(b->hidden, b->up.b.w, b->factor, (uint32_t)(next() >> 32));
        gemm(&b->down.forward, b->hidden, b->down.w.w, x[i + 1]);
        for (int r = 0; r < BATCH; r++)
            for (int j = 0; j < WIDTH; j++)
                x[i + 1][r * WIDTH + j] += x[i][r * WIDTH + j] + b->down.b.w[j];
    }
    gemm(&last.forward, x[BLOCKS], last.w.w, logits);
    add_bias(logits, last.b.w, CLASSES);
}

static void backward(long step)
{
    dense_back(&last, x[BLOCKS], d_logits, d, step);
    for (int i = BLOCKS - 1; i >= 0; i--) {
        struct block *const b = &blocks[i];
        dense_back(&b->down, b->hidden, d, d_hidden, step);
        for (int k = 0; k < VALUES; k++)
            d_hidden[k] *= b->factor[k];
        dense_back(&b->up, b->scaled, d_hidden, d_scaled, step);
        layer_norm_back(b, d_scaled, d);
        update(&b->gain, step), update(&b->bias, step);
    }
}

int main(int argc, char **argv)
{
    const long steps = argc == 2 ? atol(argv[1]) : 0;
    float loss = 0;
    start();
    for (long step = 1; step <= steps; step++) {
        forward();
        loss = cross_entropy(logits, d_logits);
        backward(step);
    }
    printf("loss %.6g\n", (double)loss);
    return 0;
}
