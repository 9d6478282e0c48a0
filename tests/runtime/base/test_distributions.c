/* Random numbers: uniform integers and reals, normal numbers. */
#include "base/rng.h"
#include "base/shuffle.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "chi_square.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static void below_is_uniform(void **state)
{
    static const uint64_t sizes[] = {1, 2, 3, 10, 97};
    (void)state;
    for (size_t s = 0; s < LENGTH(sizes); s++) {
        int counts[97] = {0};
        struct loopc_rng rng;
        loopc_rng_seed(&rng, s, "below");
        for (int i = 0; i < 97000; i++) {
            const uint64_t value = loopc_rng_below(&rng, sizes[s]);
            assert_true(value < sizes[s]);
            counts[value]++;
        }
        const double k = (double)sizes[s] - 1;
        if (k > 0) {
            assert_true(chi_square(counts, sizes[s], 97000 / (k + 1)) < chi_square_bound(k));
        }
    }
}

/* Where the remainder of a division would favour the lower half by 2 to 1. */
static void below_is_unbiased_for_large_ranges(void **state)
{
    const uint64_t n = UINT64_C(3) << 62;
    struct loopc_rng rng;
    int low = 0;
    (void)state;
    loopc_rng_seed(&rng, 1, "below");
    for (int i = 0; i < 30000; i++) {
        const uint64_t value = loopc_rng_below(&rng, n);
        assert_true(value < n);
        low += value < (UINT64_C(1) << 62) ? 1 : 0;
    }
    assert_in_range(low, 9700, 10300);
    assert_int_equal(loopc_rng_below(&rng, 0), 0);
}

static void reals_are_in_range_and_uniform(void **state)
{
    int singles[64] = {0}, doubles[64] = {0};
    struct loopc_rng rng;
    (void)state;
    loopc_rng_seed(&rng, 1, "reals");
    for (int i = 0; i < 64000; i++) {
        const float single = loopc_rng_f32(&rng);
        const double value = loopc_rng_f64(&rng);
        assert_true(single >= 0 && single < 1 && value >= 0 && value < 1);
        singles[(int)(single * 64)]++;
        doubles[(int)(value * 64)]++;
    }
    assert_true(chi_square(singles, 64, 1000) < chi_square_bound(63));
    assert_true(chi_square(doubles, 64, 1000) < chi_square_bound(63));
}

/* The same points of the plane through the C library's logarithm. */
static void normal_agrees_with_the_formula(void **state)
{
    struct loopc_rng rng, twin;
    (void)state;
    loopc_rng_seed(&rng, 3, "normal");
    twin = rng;
    for (int i = 0; i < 200000; i++) {
        double u, square;
        do {
            u = 2 * loopc_rng_f64(&twin) - 1;
            const double v = 2 * loopc_rng_f64(&twin) - 1;
            square = fma(u, u, v * v);
        } while (square >= 1 || square == 0);
        const double expected = u * sqrt(-2 * log(square) / square);
        const double value = loopc_rng_normal(&rng);
        assert_true(fabs(value - expected) <= 8e-16 * fabs(expected));
    }
}

static void normal_has_its_distribution(void **state)
{
    enum { N = 400000, BINS = 64 };
    double sum = 0, squares = 0, fourth = 0, products = 0, before = 0;
    int counts[BINS] = {0};
    struct loopc_rng rng;
    (void)state;
    loopc_rng_seed(&rng, 11, "normal");
    for (int i = 0; i < N; i++) {
        const double x = loopc_rng_normal(&rng);
        sum += x;
        squares += x * x;
        fourth += x * x * x * x;
        products += x * before;
        before = x;
        int bin = (int)(BINS * 0.5 * erfc(-x / sqrt(2))); /* uniform if x is normal */
        if (bin == BINS) bin--;
        counts[bin]++;
    }
    const double root = sqrt((double)N);
    assert_true(fabs(sum / N) < 3.4 / root);
    assert_true(fabs(squares / N - 1) < 3.4 * sqrt(2) / root);
    assert_true(fabs(fourth / N - 3) < 3.4 * sqrt(96) / root);
    assert_true(fabs(products / N) < 3.4 / root);
    assert_true(chi_square(counts, BINS, (double)N / BINS) < chi_square_bound(BINS - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(below_is_uniform),
        cmocka_unit_test(below_is_unbiased_for_large_ranges),
        cmocka_unit_test(reals_are_in_range_and_uniform),
        cmocka_unit_test(normal_agrees_with_the_formula),
        cmocka_unit_test(normal_has_its_distribution),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
