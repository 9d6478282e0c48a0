/* Random numbers: known values, uniformity, independence of streams, permutations. All seeds are
 * fixed, so that a test that passes always passes; the bounds are such that a good generator fails
 * one of them with less than one seed in a thousand. */
#include "base/rng.h"
#include "base/shuffle.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* The published values of xoshiro256** from the state 1, 2, 3, 4. */
static void generator_is_xoshiro256starstar(void **state)
{
    static const uint64_t expected[] = {UINT64_C(11520),
                                        UINT64_C(0),
                                        UINT64_C(1509978240),
                                        UINT64_C(1215971899390074240),
                                        UINT64_C(1216172134540287360),
                                        UINT64_C(607988272756665600),
                                        UINT64_C(16172922978634559625),
                                        UINT64_C(8476171486693032832),
                                        UINT64_C(10595114339597558777),
                                        UINT64_C(2904607092377533576)};
    struct loopc_rng rng = {{1, 2, 3, 4}};
    (void)state;
    for (size_t i = 0; i < LENGTH(expected); i++) {
        assert_true(loopc_rng_u64(&rng) == expected[i]);
    }
}

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* Values that stay as they are: a change would change every result that anybody wrote down. */
static void stream_is_pinned(void **state)
{
    struct loopc_rng rng;
    (void)state;
    loopc_rng_seed(&rng, 1, "weights");
    assert_int_equal(loopc_rng_u64(&rng), UINT64_C(0xa44d509d41680be9));
    assert_int_equal(bits_of(loopc_rng_f64(&rng)), UINT64_C(0x3fd8cb2f56cf1c0e));
    assert_int_equal(bits_of((double)loopc_rng_f32(&rng)), UINT64_C(0x3fd3774bc0000000));
    assert_int_equal(loopc_rng_below(&rng, 1000), 548);
    assert_int_equal(bits_of(loopc_rng_normal(&rng)), UINT64_C(0xbfae7d3567ef2ee4));
    uint64_t all = 0;
    for (int i = 0; i < 100000; i++)
        all = all * 31 + bits_of(loopc_rng_normal(&rng));
    assert_int_equal(all, UINT64_C(0x68585551137e6e21));
    assert_int_equal(loopc_shuffled(7, 1000, 0), 739);
    assert_int_equal(loopc_shuffled(7, 1000, 999), 939);
    assert_int_equal(loopc_shuffle_key(1, 2), UINT64_C(0xf18d6ce93d6cf1ee));
}

static void streams_differ_by_seed_and_name(void **state)
{
    static const char *const names[] = {"", "a", "b", "ab", "ba", "net", "net.layers"};
    uint64_t first[3 * LENGTH(names)];
    size_t n = 0;
    (void)state;
    for (uint64_t seed = 0; seed < 3; seed++) {
        for (size_t i = 0; i < LENGTH(names); i++) {
            struct loopc_rng rng;
            loopc_rng_seed(&rng, seed, names[i]);
            first[n++] = loopc_rng_u64(&rng);
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++)
            assert_true(first[i] != first[j]);
    }
}

static void copy_goes_on_alike(void **state)
{
    struct loopc_rng rng, copy;
    (void)state;
    loopc_rng_seed(&rng, 5, "x");
    for (int i = 0; i < 7; i++)
        loopc_rng_normal(&rng);
    copy = rng;
    for (int i = 0; i < 100; i++)
        assert_true(loopc_rng_u64(&rng) == loopc_rng_u64(&copy));
}

static void zeros_are_a_stream(void **state)
{
    struct loopc_rng zeros = {{0}}, seeded;
    (void)state;
    loopc_rng_seed(&seeded, 0, "");
    assert_true(loopc_rng_u64(&zeros) == loopc_rng_u64(&seeded));
    struct loopc_rng again = {{0}};
    assert_true(isfinite(loopc_rng_normal(&again)));
}

/* Pearson's statistic for counts that should all be alike. */
static double chi_square(const int *counts, size_t n, double expected)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (counts[i] - expected) * (counts[i] - expected) / expected;
    return sum;
}

/* With k degrees of freedom it is below this but for one in a few thousand (Wilson and Hilferty's
 * approximation, at 3.4 deviations). */
static double chi_square_bound(double k)
{
    const double t = 1 - 2 / (9 * k) + 3.4 * sqrt(2 / (9 * k));
    return k * t * t * t;
}

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

static void shuffled_is_a_permutation(void **state)
{
    static const uint64_t more[] = {1000, 1023, 1024, 1025, 4097, 60000};
    (void)state;
    for (size_t k = 1; k <= 300 + LENGTH(more); k++) {
        const uint64_t n = k <= 300 ? k : more[k - 301];
        static char seen[60000];
        memset(seen, 0, sizeof seen);
        for (uint64_t i = 0; i < n; i++) {
            const uint64_t j = loopc_shuffled(k, n, i);
            assert_true(j < n && !seen[j]);
            seen[j] = 1;
        }
    }
}

static void shuffled_reaches_the_largest_sizes(void **state)
{
    static const uint64_t sizes[] = {UINT64_C(1) << 32, (UINT64_C(1) << 32) + 1,
                                     (UINT64_C(1) << 63) + 1, UINT64_MAX};
    (void)state;
    for (size_t s = 0; s < LENGTH(sizes); s++) {
        uint64_t values[200];
        for (uint64_t i = 0; i < 200; i++) {
            values[i] = loopc_shuffled(9, sizes[s], i);
            assert_true(values[i] < sizes[s]);
            for (uint64_t j = 0; j < i; j++)
                assert_true(values[i] != values[j]);
        }
        assert_true(loopc_shuffled(9, sizes[s], sizes[s] - 1) < sizes[s]);
    }
    assert_int_equal(loopc_shuffled(9, 0, 0), 0);
    assert_int_equal(loopc_shuffled(9, 1, 0), 0);
}

/* Each element comes to each place equally often. */
static void check_places(uint64_t n, uint64_t keys)
{
    static int counts[100 * 100];
    memset(counts, 0, sizeof counts);
    for (uint64_t key = 1; key <= keys; key++) {
        for (uint64_t i = 0; i < n; i++)
            counts[i * n + loopc_shuffled(key, n, i)]++;
    }
    const double k = (double)((n - 1) * (n - 1));
    assert_true(chi_square(counts, n * n, (double)keys / (double)n) < chi_square_bound(k));
}

static void shuffled_reaches_every_place_equally(void **state)
{
    (void)state;
    check_places(2, 20000);
    check_places(3, 20000);
    check_places(7, 20000);
    check_places(10, 20000);
    check_places(64, 20000);
    check_places(100, 20000);
}

/* The number of a permutation of n <= 5 elements, 0 to n! - 1 (Lehmer). */
static size_t rank_of(uint64_t key, uint64_t n)
{
    uint64_t p[5];
    size_t rank = 0;
    for (uint64_t i = 0; i < n; i++)
        p[i] = loopc_shuffled(key, n, i);
    for (uint64_t i = 0; i < n; i++) {
        size_t smaller = 0;
        for (uint64_t j = i + 1; j < n; j++)
            smaller += p[j] < p[i];
        rank = rank * (n - i) + smaller;
    }
    return rank;
}

static void small_shuffles_reach_every_permutation_equally(void **state)
{
    static const size_t factorial[] = {1, 1, 2, 6, 24, 120};
    (void)state;
    for (uint64_t n = 2; n <= 5; n++) {
        int counts[120] = {0};
        for (uint64_t key = 1; key <= 60000; key++)
            counts[rank_of(key, n)]++;
        const double expected = 60000.0 / (double)factorial[n];
        assert_true(chi_square(counts, factorial[n], expected) <
                    chi_square_bound((double)factorial[n] - 1));
    }
}

/* Neighbours in one order, and one place in the orders of successive keys, have nothing to do with
 * each other: the correlation of N pairs is within 3.4 deviations of 0. */
static void shuffles_show_no_pattern(void **state)
{
    enum { N = 50000 };
    const double mean = (N - 1) / 2.0, variance = ((double)N * N - 1) / 12;
    double neighbours = 0, keys = 0, itself = 0;
    int fixed = 0;
    (void)state;
    for (uint64_t i = 0; i < N; i++) {
        const double here = (double)loopc_shuffled(1, N, i) - mean;
        neighbours += here * ((double)loopc_shuffled(1, N, (i + 1) % N) - mean);
        keys += here * ((double)loopc_shuffled(2, N, i) - mean);
        itself += here * ((double)i - mean);
        fixed += loopc_shuffled(1, N, i) == i;
    }
    const double bound = 3.4 * sqrt((double)N) * variance;
    assert_true(fabs(neighbours) < bound && fabs(keys) < bound && fabs(itself) < bound);
    assert_true(fixed < 8);
}

static void shuffle_keys_differ(void **state)
{
    uint64_t keys[400];
    (void)state;
    for (uint64_t i = 0; i < 400; i++) {
        keys[i] = loopc_shuffle_key(i / 20, i % 20);
        assert_true(keys[i] != 0);
        for (uint64_t j = 0; j < i; j++)
            assert_true(keys[i] != keys[j]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generator_is_xoshiro256starstar),
        cmocka_unit_test(stream_is_pinned),
        cmocka_unit_test(streams_differ_by_seed_and_name),
        cmocka_unit_test(copy_goes_on_alike),
        cmocka_unit_test(zeros_are_a_stream),
        cmocka_unit_test(below_is_uniform),
        cmocka_unit_test(below_is_unbiased_for_large_ranges),
        cmocka_unit_test(reals_are_in_range_and_uniform),
        cmocka_unit_test(normal_agrees_with_the_formula),
        cmocka_unit_test(normal_has_its_distribution),
        cmocka_unit_test(shuffled_is_a_permutation),
        cmocka_unit_test(shuffled_reaches_the_largest_sizes),
        cmocka_unit_test(shuffled_reaches_every_place_equally),
        cmocka_unit_test(small_shuffles_reach_every_permutation_equally),
        cmocka_unit_test(shuffles_show_no_pattern),
        cmocka_unit_test(shuffle_keys_differ),
    };
    return cmocka_run_group_tests_name("rng", tests, NULL, NULL);
}
