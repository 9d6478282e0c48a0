/* runtime/gaussian: the density against sums, the derivatives against differences, the draws. */
#include "loopc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static double density(const float *a, float x)
{
    float log_p;
    loopc_gaussian_log_p(a, &x, &log_p, 1);
    return exp((double)log_p);
}

/* Mean and deviation of what log_p says, by the trapezoidal rule. */
static void test_the_density_is_one(void **state)
{
    (void)state;
    const float rows[][2] = {{0.0f, 0.0f}, {1.5f, -1.0f}, {-2.0f, 0.7f}, {0.0f, 9.0f}};
    for (int r = 0; r < 4; r++) {
        const double deviation = exp(fmin((double)rows[r][1], (double)LOOPC_MOST_LOG));
        const double step = deviation / 50;
        double sum = 0, mean = 0, square = 0;
        for (int i = -500; i <= 500; i++) {
            const float x = (float)i * (float)step + rows[r][0];
            const double p = density(rows[r], x) * step;
            sum += p, mean += p * (double)x;
            square += p * (double)(x - rows[r][0]) * (double)(x - rows[r][0]);
        }
        assert_float_equal(sum, 1, 1e-4);
        assert_float_equal(mean, rows[r][0], 1e-3);
        assert_float_equal((float)(sqrt(square) / deviation), 1, 1e-3);
    }
}

static float loss(const float *a, float *d)
{
    const float drawn[] = {0.3f, -1.0f, 2.0f}, weights[] = {1.0f, -0.5f, 2.0f};
    const float even[] = {0.25f, 0.25f, 0.25f};
    return loopc_gaussian_likelihood(a, drawn, weights, d, 3) +
           loopc_gaussian_entropy(a, even, d, 3);
}

static void test_the_derivatives_are_those_of_differences(void **state)
{
    (void)state;
    float a[] = {0.1f, -0.3f, 0.5f, 0.4f, -0.7f, 0.0f}, d[6] = {0}, unused[6] = {0};
    loss(a, d);
    for (int i = 0; i < 6; i++) {
        const float step = 1e-2f, kept = a[i];
        a[i] = kept + step;
        const float above = loss(a, unused);
        a[i] = kept - step;
        const float below = loss(a, unused);
        a[i] = kept;
        assert_float_equal(d[i], (above - below) / (2 * step), 5e-3);
    }
}

/* Beyond its bounds a deviation moves back only. */
static void test_deviations_stay_in_bounds(void **state)
{
    (void)state;
    const float low[] = {0.0f, -9.0f}, high[] = {0.0f, 9.0f}, weight = 1.0f;
    const float near = 0.0f, far = 100.0f;
    float d[2] = {0};
    loopc_gaussian_likelihood(low, &near, &weight, d, 1); /* wants less: stays */
    assert_float_equal(d[1], 0, 0);
    loopc_gaussian_likelihood(high, &far, &weight, d, 1); /* wants more: stays */
    assert_float_equal(d[1], 0, 0);
    loopc_gaussian_likelihood(high, &near, &weight, d, 1); /* wants less */
    assert_true(d[1] > 0);
    d[1] = 0;
    loopc_gaussian_likelihood(low, &far, &weight, d, 1); /* wants more */
    assert_true(d[1] < 0);
}

static void test_draws(void **state)
{
    (void)state;
    enum { ROUNDS = 40000 };
    const float a[] = {2.0f, 0.5f};
    struct loopc_rng rng;
    loopc_rng_seed(&rng, 1, "gaussian");
    double sum = 0, square = 0;
    for (int i = 0; i < ROUNDS; i++) {
        const double x = (double)loopc_gaussian_draw(&rng, a, 4) - 2;
        sum += x, square += x * x;
    }
    assert_float_equal(sum / ROUNDS, 0, 0.05);
    assert_float_equal((float)sqrt(square / ROUNDS), 3.2974, 0.05);
    assert_float_equal(loopc_gaussian_draw(&rng, a, 0), 2, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_density_is_one),
        cmocka_unit_test(test_the_derivatives_are_those_of_differences),
        cmocka_unit_test(test_deviations_stay_in_bounds),
        cmocka_unit_test(test_draws),
    };
    return cmocka_run_group_tests_name("gaussian", tests, NULL, NULL);
}
