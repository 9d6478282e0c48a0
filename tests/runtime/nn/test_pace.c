/* A step as a whole, on gradients and weights; the rules themselves are compared with a
 * reference over many steps by tests/program/test_layers.sh. */
#include "kernels.h"
#include "nn/pace.h"

enum { ROWS = 3, COLUMNS = 21 };

static float values[ROWS * COLUMNS], slopes[ROWS * COLUMNS];
static float *w, *g, *m, *v;

static int set_up(void **state)
{
    uint32_t seed = 3;
    (void)state;
    fill(values, ROWS * COLUMNS, &seed);
    fill(slopes, ROWS * COLUMNS, &seed);
    w = panels_of(values, ROWS, COLUMNS), g = panels_of(slopes, ROWS, COLUMNS);
    m = panels(ROWS, COLUMNS), v = panels(ROWS, COLUMNS);
    memset(m, 0, sizeof *m * LOOPC_PANELS(ROWS, COLUMNS));
    memset(v, 0, sizeof *v * LOOPC_PANELS(ROWS, COLUMNS));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    end_arrays();
    return 0;
}

static double at(const float *a, int i)
{
    return (double)a[loopc_panel_at(ROWS, i / COLUMNS, i % COLUMNS)];
}

static void rates_of_an_array_are_scaled_and_spared(void **state)
{
    const struct loopc_pace_rates rates = {.rule = LOOPC_PACE_LION, .beta1 = 0.9, .decay = 0.5};
    const struct loopc_pace whole = loopc_pace_of(&rates, 1, 0.1f, NULL);
    const struct loopc_pace half = loopc_paced(whole, 0.5f, 0);
    (void)state;
    loopc_pace((struct loopc_weights){.w = w, .m = m}, g, ROWS, COLUMNS, &half);
    for (int i = 0; i < ROWS * COLUMNS; i++)
        assert_near(at(w, i), (double)values[i] - copysign(0.05, (double)slopes[i]), 1e-6);
    const struct loopc_step_params plain = loopc_sgd_params(0.1f, 0.0f, 0.3f);
    assert_near((double)loopc_scaled_rates(plain, 0.5f, 1).eta, 0.05, 1e-8);
    assert_near((double)loopc_scaled_rates(plain, 0.5f, 0).decay, 0, 0);
}

static void the_product_of_nadam_begins_with_its_first_step(void **state)
{
    const struct loopc_pace_rates rates = {
        .rule = LOOPC_PACE_NADAM, .beta1 = 0.9, .beta2 = 0.999, .momentum_decay_base = 0.9998};
    double product = 0.0;
    (void)state;
    loopc_pace_of(&rates, 1, 0.1f, &product);
    assert_near(product, 0.9 * (1 - 0.5 * 0.9998), 1e-12);
    const double first = product;
    loopc_pace_of(&rates, 2, 0.1f, &product);
    assert_near(product, first * 0.9 * (1 - 0.5 * 0.9998 * 0.9998), 1e-12);
}

static void values_are_clipped_and_nan_stays(void **state)
{
    (void)state;
    g[loopc_panel_at(ROWS, 1, 2)] = NAN;
    loopc_clip_values(g, ROWS, COLUMNS, 0.25f);
    for (int i = 0; i < ROWS * COLUMNS; i++)
        if (i != COLUMNS + 2) assert_near(at(g, i), fmax(fmin((double)slopes[i], 0.25), -0.25), 0);
    assert_true(isnan(at(g, COLUMNS + 2)));
}

static void rows_shrink_to_the_largest_norm(void **state)
{
    (void)state;
    loopc_max_norm(w, ROWS, COLUMNS, 1.5f);
    for (int row = 0; row < ROWS; row++) {
        double before = 0, after = 0;
        for (int i = row * COLUMNS; i < (row + 1) * COLUMNS; i++) {
            before += (double)values[i] * (double)values[i];
            after += at(w, i) * at(w, i);
        }
        assert_near(sqrt(after), fmin(1.5, sqrt(before)), 1e-5);
    }
}

static void weights_and_their_average(void **state)
{
    (void)state;
    loopc_average(m, w, ROWS, COLUMNS, 0.25f);
    loopc_swap(m, w, ROWS, COLUMNS);
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        assert_near(at(w, i), 0.25 * (double)values[i], 1e-7);
        assert_near(at(m, i), (double)values[i], 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rates_of_an_array_are_scaled_and_spared, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_product_of_nadam_begins_with_its_first_step, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(values_are_clipped_and_nan_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rows_shrink_to_the_largest_norm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(weights_and_their_average, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
