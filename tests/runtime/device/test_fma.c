/* runtime/device/fma.c: the bits of the C library's fma and fmaf, which are exact here. */
#include "device_fma.h"

#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static float float_of(uint64_t random)
{
    const uint32_t all = (uint32_t)random;
    const uint32_t near_1 = (all & 0x83ffffff) | 0x3c000000, small = all & 0x81ffffff;
    const uint32_t bits = random >> 62 == 0 ? near_1 : random >> 62 == 1 ? small : all;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double double_of(uint64_t all, uint64_t random)
{
    const uint64_t near_1 = (all & 0x807fffffffffffff) | 0x3f80000000000000;
    const uint64_t small = all & 0x801fffffffffffff;
    const uint64_t bits = random % 4 == 0 ? near_1 : random % 4 == 1 ? small : all;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void test_floats(void **state)
{
    struct loopc_rng rng = {0};
    (void)state;
    for (int i = 0; i < 400000; i++) {
        const float a = float_of(loopc_rng_u64(&rng)), b = float_of(loopc_rng_u64(&rng));
        const float near = nextafterf(-a * b, i % 2 ? INFINITY : -INFINITY);
        const float c = i % 5 == 0 ? -a * b : i % 5 == 1 ? near : float_of(loopc_rng_u64(&rng));
        const float wanted = fmaf(a, b, c), is = device_fmaf(a, b, c);
        if (isnan(wanted)) assert_true(isnan(is));
        if (!isnan(wanted)) assert_memory_equal(&is, &wanted, sizeof is);
    }
}

static void test_doubles(void **state)
{
    struct loopc_rng rng = {0};
    (void)state;
    for (int i = 0; i < 400000; i++) {
        const uint64_t kinds = loopc_rng_u64(&rng);
        const double a = double_of(loopc_rng_u64(&rng), kinds);
        const double b = double_of(loopc_rng_u64(&rng), kinds >> 8);
        const double near = nextafter(-a * b, i % 2 ? (double)INFINITY : -(double)INFINITY);
        const double any = double_of(loopc_rng_u64(&rng), kinds >> 16);
        const double c = i % 5 == 0 ? -a * b : i % 5 == 1 ? near : any;
        const double wanted = fma(a, b, c), is = device_fma(a, b, c);
        if (isnan(wanted)) assert_true(isnan(is));
        if (!isnan(wanted)) assert_memory_equal(&is, &wanted, sizeof is);
    }
}

/* Floats whose exponents are so near to each other that terms and sums often cancel, or one is just
 * lost beside the other; some are powers of 2, 0, subnormal or the largest. */
static float near_1(uint64_t random)
{
    static const float special[] = {0.0f,      -0.0f,          0x1p-149f, -0x1p-126f,
                                    0x1.8p-3f, 0x1.fffffep-1f, -1.0f,     0x1.fffffep127f};
    const uint32_t exponent = 116 + (uint32_t)(random >> 32) % 24;
    const uint32_t bits = ((uint32_t)random & 0x807fffff) | exponent << 23;
    float value;
    memcpy(&value, &bits, sizeof value);
    return random >> 60 ? value : special[random >> 57 & 7];
}

/* A sum that is kept in three numbers has the bits of one that is a float after each term. */
static void test_chains(void **state)
{
    struct loopc_rng rng = {0};
    (void)state;
    for (int i = 0; i < 50000; i++) {
        float wanted = near_1(loopc_rng_u64(&rng));
        struct loopc_soft sum = loopc_soft_open(wanted);
        for (int term = 0; term < 8; term++) {
            const float u = near_1(loopc_rng_u64(&rng)), v = near_1(loopc_rng_u64(&rng));
            wanted = fmaf(u, v, wanted);
            sum = loopc_soft_add(sum, loopc_soft_bits(u), loopc_soft_bits(v));
        }
        const float is = loopc_soft_close(sum);
        if (isnan(wanted)) assert_true(isnan(is));
        if (!isnan(wanted)) assert_memory_equal(&is, &wanted, sizeof is);
    }
}

/* The last place before the smallest, the first normal and no float: carries and underflow. */
static void test_edges(void **state)
{
    static const float edge[][3] = {{0x1.fffffep-1f, 0x1p-126f, 0.0f},
                                    {0x1.fffffep-1f, 0x1p-126f, 0x1p-149f},
                                    {0x1p-75f, 0x1p-75f, 0.0f},
                                    {0x1.000002p-75f, 0x1p-75f, 0.0f},
                                    {0x1p-149f, 0x1p-149f, -0x1p-149f},
                                    {0x1p-149f, 0x1p127f, -0x1p-22f},
                                    {0x1.fffffep127f, 0x1.000002p0f, 0.0f},
                                    {0x1.fffffep127f, 1.0f, 0x1p103f},
                                    {0x1.fffffep127f, 1.0f, 0x1.fffffep102f},
                                    {0x1.fffffep0f, 1.0f, 0x1p-24f},
                                    {INFINITY, 0x1p-149f, 1.0f},
                                    {0x1p127f, 0x1p127f, -INFINITY},
                                    {1.0f, -0.0f, -0.0f},
                                    {-1.0f, 1.0f, 1.0f}};
    (void)state;
    for (size_t i = 0; i < sizeof edge / sizeof *edge; i++) {
        const float wanted = fmaf(edge[i][0], edge[i][1], edge[i][2]);
        const float is = device_fmaf(edge[i][0], edge[i][1], edge[i][2]);
        assert_memory_equal(&is, &wanted, sizeof is);
    }
    assert_true(isnan(device_fmaf(INFINITY, 0.0f, 1.0f)));
    assert_true(isnan(device_fmaf(INFINITY, 1.0f, -INFINITY)));
    assert_true(isnan(device_fmaf(1.0f, 1.0f, NAN)));
}

/* Two roundings would give other values. */
static void test_known(void **state)
{
    (void)state;
    const float one = device_fmaf(0x1.000002p0f, 0x1.000002p0f, -0x1.000004p0f);
    assert_true(one >= 0x1p-46f && one <= 0x1p-46f);
    const double two = device_fma(1 + 0x1p-52, 1 + 0x1p-52, -(1 + 0x1p-51));
    assert_true(two >= 0x1p-104 && two <= 0x1p-104);
    assert_true(signbit(device_fmaf(-0x1p-100f, 0x1p-100f, 0.0f)));
    assert_true(isinf(device_fma(0x1p1000, 0x1p1000, 1.0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_floats), cmocka_unit_test(test_doubles),
        cmocka_unit_test(test_chains), cmocka_unit_test(test_edges),
        cmocka_unit_test(test_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
