/* The first row whose category a table does not have: fractions, negative numbers, NaN, too large
 * ones. */
#include "data/categories.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static int64_t wrong(float second, float third, float *value)
{
    float x[] = {0, 9, 1, second, 2, third};
    const struct loopc_dataset data = {.rows = 3, .columns = 2, .x = x};
    return loopc_categories_wrong(&data, 1, 10, value);
}

static void test_rows(void **state)
{
    (void)state;
    float value = 0;
    assert_int_equal(wrong(0, 5, &value), -1);
    assert_int_equal(wrong(10, 5, &value), 1);
    assert_float_equal(value, 10, 0);
    assert_int_equal(wrong(3, -1, &value), 2);
    assert_int_equal(wrong(3.5f, 0.25f, &value), 1);
    assert_int_equal(wrong(3, (float)NAN, &value), 2);
    assert_true(isnan(value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
