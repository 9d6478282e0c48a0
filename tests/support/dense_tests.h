/* Layers of all shapes and any number of parts have the bits of plain loops, and write nowhere
 * else. Turning and packing. The tests of test_dense.c and test_dense_native.c.
 */
#ifndef DENSE_TESTS_H
#define DENSE_TESTS_H

#include "layer.h"

LAYER_KERNELS(dense, l->shape.inputs, l->shape.outputs, l->shape.batch, l->shape.finish,
              l->shape.gate, l->shape.rates)

static const enum loopc_epilogue finishes[] = {LOOPC_STORE, LOOPC_RELU, LOOPC_TANH, LOOPC_SIGMOID};
static const enum loopc_epilogue gates[] = {LOOPC_STORE, LOOPC_BACKWARD_RELU, LOOPC_BACKWARD_TANH,
                                            LOOPC_BACKWARD_SIGMOID};

/* Each rule, without and with decay. */
enum { RULES = 8 };

static struct loopc_step_params rates_of(int i)
{
    const float decay = i % 2 ? 0.01f : 0.0f;
    if (i / 2 == 0) return loopc_sgd_params(0.1f, 0.0f, decay);
    if (i / 2 == 1) return loopc_sgd_params(0.1f, 0.9f, decay);
    return loopc_adam_params(i / 2 == 2 ? LOOPC_ADAM : LOOPC_ADAMW, 3, 0.01f, 0.9, 0.999, 1e-8f,
                             decay);
}

/* Room for so many, and how many are there. */
static const struct {
    int32_t batch, samples;
} batches[] = {{1, 1},   {3, 3},   {3, 2},  {16, 16}, {17, 17}, {17, 3},
               {64, 64}, {64, 33}, {64, 1}, {50, 17}, {32, 16}, {17, 0}};
static const int32_t part_counts[] = {1, 2, 3, 5};

/* One combination of batch, rule and activations with these widths. */
static void check_one(int32_t inputs, int32_t outputs, int batch, int rule, int32_t parts)
{
    const struct layer_shape shape = {
        .inputs = inputs,
        .outputs = outputs,
        .batch = batches[batch].batch,
        .finish = finishes[(batch + rule) % 4],
        .gate = gates[(batch + rule / 4) % 4],
        .rates = rates_of(rule),
    };
    check_layer(&dense, &shape, batches[batch].samples, parts);
}

static void layers_have_the_bits_of_plain_loops(void **state)
{
    (void)state;
    static const int32_t widths[] = {1, 3, 15, 16, 17, 31, 32, 33, 50};
    int n = 0;
    for (int i = 0; i < COUNT(widths); i++)
        for (int j = 0; j < COUNT(widths); j++, n++)
            for (int p = 0; p < COUNT(part_counts); p++)
                check_one(widths[i], widths[j], n % COUNT(batches), n % RULES, part_counts[p]);
}

static void every_batch_with_every_rule(void **state)
{
    (void)state;
    for (int batch = 0; batch < COUNT(batches); batch++)
        for (int rule = 0; rule < RULES; rule++)
            for (int p = 0; p < COUNT(part_counts); p++)
                check_one(33, 17, batch, rule, part_counts[p]);
}

static void wide_layers(void **state)
{
    (void)state;
    static const int32_t widths[][2] = {{1000, 33}, {33, 1000}, {1000, 1}, {1, 1000}, {1000, 10}};
    for (int i = 0; i < COUNT(widths); i++)
        for (int p = 0; p < COUNT(part_counts); p++)
            check_one(widths[i][0], widths[i][1], 3 + i, (3 * i + p) % RULES, part_counts[p]);
    check_one(1000, 1000, 4, 5, 2);
}

/* So deep that sums wait in memory; so wide that columns come in groups. */
static void sums_in_several_blocks(void **state)
{
    (void)state;
    static const struct layer_shape shapes[] = {
        {.inputs = 600,
         .outputs = 3,
         .batch = 300,
         .finish = LOOPC_RELU,
         .gate = LOOPC_BACKWARD_TANH},
        {.inputs = 3, .outputs = 513, .batch = 270, .finish = LOOPC_TANH},
        {.inputs = 520, .outputs = 3, .batch = 768, .finish = LOOPC_RELU},
        {.inputs = 600, .outputs = 7, .batch = 208, .gate = LOOPC_BACKWARD_SIGMOID},
        {.inputs = 600, .outputs = 7, .batch = 257},
        {.inputs = 20, .outputs = 5, .batch = 600, .gate = LOOPC_BACKWARD_RELU},
        {.inputs = 3072, .outputs = 3, .batch = 64, .finish = LOOPC_SIGMOID},
        {.inputs = 2060, .outputs = 2, .batch = 64},
        {.inputs = 2030, .outputs = 2, .batch = 64},
        {.inputs = 112, .outputs = 3, .batch = 1400},
    };
    for (int i = 0; i < COUNT(shapes); i++)
        for (int rule = 1; rule < RULES; rule += 2) {
            struct layer_shape shape = shapes[i];
            shape.rates = rates_of(rule);
            check_layer(&dense, &shape, shape.batch, 1 + rule / 2);
        }
}

/* ---- turning and packing ---- */

static void check_turn(int32_t features, int32_t batch, int32_t samples, int32_t parts)
{
    uint32_t seed = 1;
    fill(x, features * samples, &seed);
    float *const feature_major = upright_of(x, samples, features, batch);
    float *const back = array((size_t)samples * (size_t)features);
    float *const sample_major = panels(batch, features);
    for (int32_t part = 0; part < parts; part++)
        loopc_transpose(feature_major, sample_major, samples, batch, features,
                        (struct loopc_thread){part, parts});
    for (int32_t r = 0; r < samples; r++)
        for (int32_t k = 0; k < features; k++)
            same_bits(sample_major[loopc_panel_at(batch, r, k)], x[r * features + k],
                      "sample_major", r, k);
    loopc_unpack(feature_major, back, samples, features);
    assert_memory_equal(back, x, sizeof(float) * (size_t)(samples * features));
    end_arrays();
}

/* Both ways, and feature-major alone. Zeros follow a sample-major row that ends inside a panel. */
static void check_pack(struct loopc_rows rows, int32_t features, int32_t batch, int32_t samples,
                       int32_t parts)
{
    float *const sample_major = panels(batch, features), *const feature_major =
                                                             panels(features, batch);
    float *const alone = panels(features, batch);
    for (int32_t part = 0; part < parts; part++) {
        const struct loopc_thread me = {part, parts};
        loopc_pack(rows, sample_major, feature_major, samples, batch, features, me);
        loopc_pack(rows, NULL, alone, samples, batch, features, me);
    }
    for (int32_t r = 0; r < samples; r++)
        for (int32_t k = 0; k < LOOPC_VECTOR(features); k++) {
            const float value = k < features ? loopc_row(rows, r, features)[k] : 0.0f;
            same_bits(sample_major[loopc_panel_at(batch, r, k)], value, "sample_major", r, k);
            if (k >= features) continue;
            same_bits(feature_major[loopc_panel_at(features, k, r)], value, "feature_major", k, r);
            same_bits(alone[loopc_panel_at(features, k, r)], value, "feature_major alone", k, r);
        }
    end_arrays();
}

static void turned_and_packed(void **state)
{
    (void)state;
    static const int32_t widths[] = {1, 3, 15, 16, 17, 31, 32, 33, 50, 1000};
    int64_t order[64];
    uint32_t seed = 1;
    fill(x, 1000 * 64, &seed);
    for (int r = 0; r < 64; r++)
        order[r] = r * 27 % 64;
    for (int i = 0; i < COUNT(widths); i++)
        for (int j = 0; j < COUNT(batches); j++)
            for (int p = 0; p < COUNT(part_counts); p++) {
                const int32_t batch = batches[j].batch, samples = batches[j].samples;
                check_turn(widths[i], batch, samples, part_counts[p]);
                check_pack((struct loopc_rows){.x = x}, widths[i], batch, samples, part_counts[p]);
                check_pack((struct loopc_rows){x, order}, widths[i], batch, samples,
                           part_counts[p]);
            }
}

static void matrices_go_to_panels_and_back(void **state)
{
    (void)state;
    uint32_t seed = 1;
    fill(w, 64 * 50, &seed);
    for (int32_t rows = 1; rows <= 64; rows += 7)
        for (int32_t columns = 1; columns <= 50; columns++) {
            float *const back = array((size_t)rows * (size_t)columns);
            const float *const to = panels_of(w, rows, columns);
            same_matrix(to, w, rows, columns, "panels");
            loopc_panels_to(to, back, rows, columns);
            assert_memory_equal(back, w, sizeof(float) * (size_t)rows * (size_t)columns);
            end_arrays();
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_have_the_bits_of_plain_loops),
        cmocka_unit_test(every_batch_with_every_rule),
        cmocka_unit_test(wide_layers),
        cmocka_unit_test(sums_in_several_blocks),
        cmocka_unit_test(turned_and_packed),
        cmocka_unit_test(matrices_go_to_panels_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
