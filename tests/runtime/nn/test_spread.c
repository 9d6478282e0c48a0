/* Mean, deviation, greatest size and zeros of a matrix in panels; the padding does not count. */
#include "nn/spread.h"

#include "nn/panel.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum { ROWS = 3, COLUMNS = 21 };

static float panels[LOOPC_PANELS(ROWS, COLUMNS)];

static void fill(void)
{
    for (size_t i = 0; i < sizeof panels / sizeof *panels; i++)
        panels[i] = 1000.0f;
    for (int32_t i = 0; i < ROWS; i++)
        for (int32_t j = 0; j < COLUMNS; j++)
            panels[loopc_panel_at(ROWS, i, j)] = (float)((i * COLUMNS + j) % 5 - 1);
}

static void test_numbers_without_padding(void **state)
{
    (void)state;
    fill();
    double sum = 0, squares = 0;
    for (int k = 0; k < ROWS * COLUMNS; k++)
        sum += k % 5 - 1, squares += (k % 5 - 1) * (k % 5 - 1);
    const double mean = sum / (ROWS * COLUMNS);
    const struct loopc_spread spread = loopc_spread_of(panels, ROWS, COLUMNS);
    assert_float_equal(spread.mean, mean, 1e-6);
    assert_float_equal(spread.deviation, sqrt(squares / (ROWS * COLUMNS) - mean * mean), 1e-6);
    assert_float_equal(spread.most, 3, 0);
    assert_float_equal(spread.zeros, 13.0 / 63, 1e-6);
}

static void test_nan_and_nothing(void **state)
{
    (void)state;
    fill();
    panels[loopc_panel_at(ROWS, 1, 20)] = NAN;
    const struct loopc_spread spread = loopc_spread_of(panels, ROWS, COLUMNS);
    assert_true(isnan(spread.mean) && isnan(spread.deviation) && isnan(spread.most));
    assert_float_equal(loopc_spread_of(panels, ROWS, 0).mean, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_without_padding),
        cmocka_unit_test(test_nan_and_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
