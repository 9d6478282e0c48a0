/* Shards: chains and their tree, as plain loops have them; the same for one process and for
 * several. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "nn/shards.h"

enum { BATCH = 72, INPUTS = 37, OUTPUTS = 19, COUNT = 8 };

static LOOPC_ALIGNED float t[LOOPC_PANELS(BATCH, INPUTS)], d[LOOPC_PANELS(OUTPUTS, BATCH)];
static LOOPC_ALIGNED float gw[LOOPC_PANELS(OUTPUTS, INPUTS)], gb[LOOPC_VECTOR(OUTPUTS)];
static float x[BATCH][INPUTS], delta[BATCH][OUTPUTS];

static float noise(int32_t i, int32_t j)
{
    return sinf((float)(i * 131 + j * 17)) * (float)(1 + (i * 7 + j) % 5);
}

static void fill(void)
{
    for (int32_t r = 0; r < BATCH; r++) {
        for (int32_t k = 0; k < INPUTS; k++)
            x[r][k] = noise(r, k);
        for (int32_t o = 0; o < OUTPUTS; o++)
            delta[r][o] = noise(o + 1000, r);
    }
}

/* What the process that has these shards finds in its arrays: its rows, from 0 on. */
static void take(struct loopc_shards shards)
{
    const struct loopc_span rows = loopc_shards_rows(shards);
    for (int32_t r = rows.first; r < rows.end; r++) {
        for (int32_t k = 0; k < INPUTS; k++)
            t[loopc_panel_at(BATCH, r - rows.first, k)] = x[r][k];
        for (int32_t o = 0; o < OUTPUTS; o++)
            d[loopc_panel_at(OUTPUTS, o, r - rows.first)] = delta[r][o];
    }
}

/* Against the division of the definition, for each count and the largest batches. */
static void test_first_rows(void **state)
{
    static const int32_t batches[] = {1, 5, 61, 128, 100003, INT32_MAX};
    (void)state;
    for (size_t b = 0; b < sizeof batches / sizeof *batches; b++)
        for (int32_t count = 1; count <= LOOPC_SHARDS_MOST; count *= 2)
            for (int32_t s = 0; s <= count; s++)
                assert_int_equal(
                    loopc_shard_row((struct loopc_shards){batches[b], count, 0, count}, s),
                    (int64_t)batches[b] * s / count);
}

/* The formula: k < INPUTS is a weight, INPUTS the bias. */
static float chain(struct loopc_shards shards, int32_t s, int32_t o, int32_t k)
{
    float sum = 0.0f;
    for (int32_t r = loopc_shard_row(shards, s); r < loopc_shard_row(shards, s + 1); r++)
        sum = k < INPUTS ? fmaf(delta[r][o], x[r][k], sum) : sum + delta[r][o];
    return sum;
}

static float tree(struct loopc_shards shards, int32_t first, int32_t end, int32_t o, int32_t k)
{
    const int32_t middle = (first + end) / 2;
    if (end - first == 1) return chain(shards, first, o, k);
    return tree(shards, first, middle, o, k) + tree(shards, middle, end, o, k);
}

static void check(struct loopc_shards shards)
{
    for (int32_t o = 0; o < OUTPUTS; o++) {
        for (int32_t k = 0; k < INPUTS; k++)
            assert_true(gw[loopc_panel_at(OUTPUTS, o, k)] ==
                        tree(shards, shards.first, shards.end, o, k));
        assert_true(gb[o] == tree(shards, shards.first, shards.end, o, INPUTS));
    }
}

/* All numbers of processes and of threads; batches whose shards begin within panels, and of fewer
 * rows than shards. */
static void test_gradient(void **state)
{
    static const int32_t batches[] = {BATCH, 64, 61, 8, 5};
    (void)state;
    fill();
    for (size_t b = 0; b < sizeof batches / sizeof *batches; b++)
        for (int32_t ranks = 1; ranks <= COUNT; ranks *= 2)
            for (int32_t rank = 0; rank < ranks; rank++) {
                const struct loopc_shards shards = loopc_shards_of(batches[b], COUNT, rank, ranks);
                take(shards);
                for (int32_t tid = 0; tid < 3; tid++)
                    loopc_shards_gradient(gw, gb, t, d, shards, BATCH, INPUTS, OUTPUTS,
                                          (struct loopc_thread){tid, 3});
                check(shards);
            }
}

/* Weights with their moments, and biases with theirs. */
struct layer {
    LOOPC_ALIGNED float w[3][LOOPC_PANELS(OUTPUTS, INPUTS)];
    LOOPC_ALIGNED float b[3][LOOPC_VECTOR(OUTPUTS)];
};

static void begin(struct layer *layer)
{
    memset(layer, 0, sizeof *layer);
    for (int32_t o = 0; o < OUTPUTS; o++) {
        layer->b[0][o] = noise(o, 7);
        for (int32_t k = 0; k < INPUTS; k++)
            layer->w[0][loopc_panel_at(OUTPUTS, o, k)] = noise(o, k);
    }
}

static struct loopc_weights weights_of(struct layer *layer)
{
    return (struct loopc_weights){layer->w[0], layer->w[1], layer->w[2]};
}

static struct loopc_weights biases_of(struct layer *layer)
{
    return (struct loopc_weights){layer->b[0], layer->b[1], layer->b[2]};
}

static void update(struct layer *layer, struct loopc_shards shards,
                   const struct loopc_step_params *rates, int32_t threads)
{
    for (int32_t tid = 0; tid < threads; tid++)
        loopc_shards_update(weights_of(layer), biases_of(layer), t, d, shards, BATCH, INPUTS,
                            OUTPUTS, rates, (struct loopc_thread){tid, threads});
}

static void store_and_update(struct layer *layer, struct loopc_shards shards,
                             const struct loopc_step_params *rates)
{
    loopc_shards_gradient(gw, gb, t, d, shards, BATCH, INPUTS, OUTPUTS, LOOPC_ONE_THREAD);
    loopc_descend_part(weights_of(layer), gw, OUTPUTS, INPUTS, rates, LOOPC_ONE_THREAD);
    loopc_descend_part(biases_of(layer), gb, 1, OUTPUTS, rates, LOOPC_ONE_THREAD);
}

/* Weights that are moved as their gradients are summed have the bits of those that are moved by
 * stored ones. */
static void test_update(void **state)
{
    static const int32_t batches[] = {BATCH, 61, 5};
    const struct loopc_step_params rules[] = {
        loopc_sgd_params(0.1f, 0.0f, 0.0f), loopc_sgd_params(0.1f, 0.9f, 0.01f),
        loopc_adam_params(LOOPC_ADAM, 1, 0.01f, 0.9, 0.999, 1e-8f, 0.0f),
        loopc_adam_params(LOOPC_ADAM, 2, 0.01f, 0.9, 0.999, 1e-8f, 0.01f),
        loopc_adam_params(LOOPC_ADAMW, 3, 0.01f, 0.9, 0.999, 1e-8f, 0.01f)};
    static struct layer one, other;
    (void)state;
    fill();
    for (size_t b = 0; b < sizeof batches / sizeof *batches; b++)
        for (size_t rule = 0; rule < sizeof rules / sizeof *rules; rule++)
            for (int32_t threads = 1; threads <= 3; threads += 2) {
                const struct loopc_shards shards = loopc_shards_of(batches[b], COUNT, 0, 1);
                take(shards);
                begin(&one);
                begin(&other);
                for (int step = 0; step < 2; step++) {
                    update(&one, shards, &rules[rule], threads);
                    store_and_update(&other, shards, &rules[rule]);
                }
                assert_memory_equal(&one, &other, sizeof one);
            }
}

/* The shards of all processes are those of the batch, each once. */
static void test_rows(void **state)
{
    (void)state;
    int32_t next = 0;
    for (int32_t rank = 0; rank < 4; rank++) {
        const struct loopc_span rows = loopc_shards_rows(loopc_shards_of(61, 8, rank, 4));
        assert_int_equal(rows.first, next);
        next = rows.end;
    }
    assert_int_equal(next, 61);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_gradient),
                                       cmocka_unit_test(test_first_rows),
                                       cmocka_unit_test(test_update), cmocka_unit_test(test_rows)};
    return cmocka_run_group_tests_name("shards", tests, NULL, NULL);
}
