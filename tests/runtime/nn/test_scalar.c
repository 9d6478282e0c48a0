/* The elementary functions for one value, against the C library in double precision. */
#include "kernels.h"
#include "nn/elementary.h"
#include "nn/scalar.h"

static void near_relative(float value, double expected)
{
    assert_near((double)value, expected, 3e-7 * fabs(expected) + 1e-44);
}

static void values_are_near_those_of_the_library(void **state)
{
    (void)state;
    for (int i = 0; i < 472; i++) {
        const float x = (float)(0.37 * i - 87);
        near_relative(loopc_expf(x), exp((double)x));
    }
    for (int i = 0; i < 260; i++) {
        const float x = (float)(1e-30 * pow(1.7, i));
        assert_near((double)loopc_logf(x), log((double)x), 1e-5);
    }
    for (int i = 0; i < 540; i++) {
        const float x = (float)(0.037 * i - 10);
        near_relative(loopc_tanhf(x), tanh((double)x));
    }
}

static void limits_are_those_of_the_functions(void **state)
{
    (void)state;
    assert_true(isinf(loopc_expf(1000)) && loopc_expf(-1000) <= 0);
    assert_true(isinf(loopc_logf(0)) && loopc_logf(0) < 0 && isnan(loopc_logf(-1)));
    assert_near((double)loopc_tanhf(50), 1, 0);
    assert_near((double)loopc_tanhf(-50), -1, 0);
    assert_true(isnan(loopc_expf(NAN)) && isnan(loopc_logf(NAN)) && isnan(loopc_tanhf(NAN)));
}

/* Those of vectors, in any lane. */
static void bits_are_those_of_vectors(void **state)
{
    uint32_t seed = 4;
    (void)state;
    for (int i = 0; i < 1000; i++) {
        const float x = 20 * noise(&seed);
        const loopc_vec powers = loopc_vexp(loopc_broadcast(x));
        const float power = loopc_expf(x), last = powers[LOOPC_LANES - 1];
        assert_memory_equal(&power, &last, sizeof power);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_near_those_of_the_library),
        cmocka_unit_test(limits_are_those_of_the_functions),
        cmocka_unit_test(bits_are_those_of_vectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
