/* runtime/base/angle.h: against the C library's functions in double precision. */
#include "base/angle.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static double worst(float from, float to, int32_t steps)
{
    double error = 0;
    for (int32_t k = 0; k <= steps; k++) {
        const float x = from + (to - from) * (float)k / (float)steps;
        error = fmax(error, fabs((double)loopc_sine(x) - sin((double)x)));
        error = fmax(error, fabs((double)loopc_cosine(x) - cos((double)x)));
    }
    return error;
}

static void test_errors_are_small(void **state)
{
    (void)state;
    assert_true(worst(-1, 1, 100000) < 1e-7);
    assert_true(worst(-100, 100, 200000) < 2e-7);
    assert_true(worst(-1000, 1000, 200000) < 2e-7);
}

static void test_exact_places(void **state)
{
    (void)state;
    assert_true(loopc_sine(0) == 0 && loopc_cosine(0) == 1);
    assert_true(fabsf(loopc_sine(LOOPC_PI / 6) - 0.5f) < 1e-7f);
    assert_true(fabsf(loopc_cosine(LOOPC_PI) + 1) < 1e-7f);
    for (int32_t k = 0; k < 100; k++)
        assert_true(loopc_sine(-0.1f * (float)k) == -loopc_sine(0.1f * (float)k));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors_are_small),
        cmocka_unit_test(test_exact_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
