/* Embeddings of 19 samples, one thread and three: values, derivatives, sums; an index that the
 * table does not have. */
#include "nn/embedding.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum { SAMPLES = 19, INPUTS = 3, VOCABULARY = 5, WIDTH = 18, OUTPUTS = INPUTS - 1 + WIDTH };

static const struct loopc_embedding e = {INPUTS, 1, VOCABULARY, WIDTH};
static LOOPC_ALIGNED float w[LOOPC_PANELS(VOCABULARY, WIDTH)], g[LOOPC_PANELS(VOCABULARY, WIDTH)];
static LOOPC_ALIGNED float x[LOOPC_PANELS(INPUTS, SAMPLES)], to[LOOPC_PANELS(INPUTS, SAMPLES)];
static LOOPC_ALIGNED float y[LOOPC_PANELS(OUTPUTS, SAMPLES)];

static float *x_at(int32_t feature, int32_t sample)
{
    return &x[loopc_panel_at(INPUTS, feature, sample)];
}

static float y_at(int32_t feature, int32_t sample)
{
    return y[loopc_panel_at(OUTPUTS, feature, sample)];
}

static void fill(void)
{
    for (int32_t row = 0; row < VOCABULARY; row++)
        for (int32_t j = 0; j < WIDTH; j++)
            w[loopc_panel_at(VOCABULARY, row, j)] = (float)(100 * row + j);
    for (int32_t r = 0; r < SAMPLES; r++) {
        *x_at(0, r) = (float)r + 0.5f;
        *x_at(1, r) = (float)(r % VOCABULARY);
        *x_at(2, r) = -(float)r;
    }
}

static void test_values(void **state)
{
    (void)state;
    fill();
    *x_at(1, 3) = 2.5f;
    *x_at(1, 4) = VOCABULARY;
    for (int32_t tid = 0; tid < 3; tid++)
        loopc_embed(&e, w, x, y, SAMPLES, (struct loopc_thread){tid, 3});
    for (int32_t r = 0; r < SAMPLES; r++) {
        assert_float_equal(y_at(0, r), (float)r + 0.5f, 0);
        assert_float_equal(y_at(1, r), -(float)r, 0);
        for (int32_t j = 0; j < WIDTH; j++) {
            if (r == 3 || r == 4)
                assert_true(isnan(y_at(2 + j, r)));
            else
                assert_float_equal(y_at(2 + j, r), (float)(100 * (r % VOCABULARY) + j), 0);
        }
    }
}

static void test_derivatives(void **state)
{
    (void)state;
    fill();
    *x_at(1, 18) = -1;
    for (int32_t r = 0; r < SAMPLES; r++)
        for (int32_t k = 0; k < OUTPUTS; k++)
            y[loopc_panel_at(OUTPUTS, k, r)] = (float)(r + 1) * (float)(k + 1);
    for (int32_t tid = 0; tid < 3; tid++) {
        loopc_embed_backward(&e, y, to, SAMPLES, (struct loopc_thread){tid, 3});
        loopc_embed_gradient(&e, x, y, g, SAMPLES, (struct loopc_thread){tid, 3});
    }
    for (int32_t r = 0; r < SAMPLES; r++) {
        assert_float_equal(to[loopc_panel_at(INPUTS, 0, r)], (float)(r + 1), 0);
        assert_float_equal(to[loopc_panel_at(INPUTS, 1, r)], 0, 0);
        assert_float_equal(to[loopc_panel_at(INPUTS, 2, r)], 2.0f * (float)(r + 1), 0);
    }
    for (int32_t row = 0; row < VOCABULARY; row++) {
        int sum = 0;
        for (int32_t r = row; r < SAMPLES - 1; r += VOCABULARY)
            sum += r + 1;
        for (int32_t j = 0; j < WIDTH; j++)
            assert_float_equal(g[loopc_panel_at(VOCABULARY, row, j)], (float)(sum * (3 + j)), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_derivatives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
