/* Random numbers: the generator, its streams. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generator_is_xoshiro256starstar),
        cmocka_unit_test(stream_is_pinned),
        cmocka_unit_test(streams_differ_by_seed_and_name),
        cmocka_unit_test(copy_goes_on_alike),
        cmocka_unit_test(zeros_are_a_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
