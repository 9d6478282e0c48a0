/* runtime/device/product.c: the sums of product.h, term by term. */
#define LOOPC_DEVICE 1
#include "device/product.c" /* NOLINT(bugprone-suspicious-include) */

#include "device_fma.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { I = 7, J = 3, P = 5 }; /* rows, columns and depth; of no multiple of four */

static float u[I * P], v[P * J], c[I * J], start[I];

static void fill(float *values, int count, float first)
{
    for (int i = 0; i < count; i++)
        values[i] = first + 0.3f * (float)(i % 11) - 0.17f * (float)(i % 7);
}

static void begin(void)
{
    fill(u, I * P, -0.4f);
    fill(v, P * J, 0.7f);
    fill(start, I, 0.1f);
    fill(c, I * J, -0.2f);
}

/* The sum of row i and column j from `sum` on; across: u has its rows as columns. */
static float chain(float sum, bool across, int i, int j)
{
    for (int p = 0; p < P; p++)
        sum = __builtin_fmaf(across ? u[i * P + p] : u[p * I + i], v[j * P + p], sum);
    return sum;
}

static struct loopc_product product_of(bool across)
{
    begin();
    return (struct loopc_product){.u = u,
                                  .v = v,
                                  .c = c,
                                  .u_stride = across ? P : I,
                                  .v_stride = P,
                                  .c_stride = I,
                                  .rows = I,
                                  .columns = J,
                                  .depth = P,
                                  .deepest = P,
                                  .me = LOOPC_ONE_THREAD};
}

static void same(float is, float wanted)
{
    assert_memory_equal(&is, &wanted, sizeof is);
}

static void test_forward(void **state)
{
    (void)state;
    struct loopc_product p = product_of(false);
    p.start = start;
    p.finish = LOOPC_RELU;
    loopc_multiply_forward(&p);
    for (int i = 0; i < I; i++)
        for (int j = 0; j < J; j++)
            same(c[j * I + i], fmaxf(chain(start[i], false, i, j), 0.0f));
}

static void test_gradients_are_added(void **state)
{
    (void)state;
    float before[I * J];
    struct loopc_product p = product_of(false);
    p.add = true;
    memcpy(before, c, sizeof before);
    loopc_multiply_forward(&p);
    for (int i = 0; i < I; i++)
        for (int j = 0; j < J; j++)
            same(c[j * I + i], chain(before[j * I + i], false, i, j));
}

static void test_backward(void **state)
{
    (void)state;
    float gate[I * J];
    struct loopc_product p = product_of(true);
    fill(gate, I * J, -0.5f);
    p.gate = gate;
    p.finish = LOOPC_BACKWARD_RELU;
    loopc_multiply_backward(&p);
    for (int i = 0; i < I; i++)
        for (int j = 0; j < J; j++)
            same(c[j * I + i], gate[j * I + i] <= 0.0f ? 0.0f : chain(0.0f, true, i, j));
}

static void test_update(void **state)
{
    (void)state;
    float w[I * J], m[I * J] = {0};
    const struct loopc_step_params rates = {
        .rule = LOOPC_MOMENTUM, .eta = 0.1f, .momentum = 0.9f, .decay = 0.0f};
    struct loopc_product p = product_of(false);
    fill(w, I * J, 1.0f);
    p.weights = (struct loopc_weights){w, m, NULL};
    p.rates = &rates;
    loopc_multiply_update(&p);
    fill(c, I * J, 1.0f);
    for (int i = 0; i < I; i++)
        for (int j = 0; j < J; j++)
            same(w[j * I + i], __builtin_fmaf(-0.1f, chain(0.0f, false, i, j), c[j * I + i]));
}

/* Two shards: rows 0 and 1, and 2 to 4. */
static void test_shards(void **state)
{
    (void)state;
    struct loopc_product p = product_of(false);
    p.shards = (struct loopc_shards){P, 2, 0, 2};
    loopc_multiply_shards(&p);
    for (int i = 0; i < I; i++)
        for (int j = 0; j < J; j++) {
            float sums[2] = {0};
            for (int k = 0; k < P; k++)
                sums[k > 1] = __builtin_fmaf(u[k * I + i], v[j * P + k], sums[k > 1]);
            same(c[j * I + i], sums[0] + sums[1]);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forward),  cmocka_unit_test(test_gradients_are_added),
        cmocka_unit_test(test_backward), cmocka_unit_test(test_update),
        cmocka_unit_test(test_shards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
