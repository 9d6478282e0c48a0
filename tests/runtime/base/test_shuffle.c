/* Permutations that need no table. */
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

/* Rows come by vectors as far as their numbers have 32 bits, single elements one by one. */
static void rows_are_the_elements(void **state)
{
    enum { COUNT = 37 };
    static const uint64_t sizes[] = {
        1, 2, 37, 64, 65, 4096, 1000003, UINT32_MAX, 1ULL << 32, (1ULL << 32) + 1, 1ULL << 40};
    (void)state;
    for (size_t s = 0; s < LENGTH(sizes); s++) {
        const uint64_t n = sizes[s];
        const int32_t count = n < COUNT ? (int32_t)n : COUNT;
        int64_t rows[COUNT + 1] = {[COUNT] = -7};
        rows[count] = -7;
        loopc_shuffled_rows(5, n, n - (uint64_t)count, count, rows);
        for (int32_t i = 0; i < count; i++)
            assert_int_equal(rows[i], loopc_shuffled(5, n, n - (uint64_t)(count - i)));
        assert_int_equal(rows[count], -7);
    }
    assert_int_equal(loopc_shuffled(9, 1ULL << 40, 12345), UINT64_C(366324960025));
    assert_int_equal(loopc_shuffled(9, 1ULL << 32, 77), UINT64_C(809623387));
    assert_int_equal(loopc_shuffled(9, 4096, 4095), 3375);
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
        cmocka_unit_test(shuffled_is_a_permutation),
        cmocka_unit_test(shuffled_reaches_the_largest_sizes),
        cmocka_unit_test(rows_are_the_elements),
        cmocka_unit_test(shuffled_reaches_every_place_equally),
        cmocka_unit_test(small_shuffles_reach_every_permutation_equally),
        cmocka_unit_test(shuffles_show_no_pattern),
        cmocka_unit_test(shuffle_keys_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
