/* runtime/device/root.c: the bits of the C library's sqrtf, which is exact here; with SOAK=1 of all
 * floats. */
#include <math.h>

#define sqrtf device_sqrtf
float sqrtf(float x);
#include "device/root.c" /* NOLINT(bugprone-suspicious-include) */
#undef sqrtf

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static bool same(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    const float wanted = sqrtf(x), is = device_sqrtf(x);
    return isnan(wanted) ? isnan(is) : bits_of(wanted) == bits_of(is);
}

static void test_roots(void **state)
{
    const uint64_t step = getenv("SOAK") ? 1 : 4999;
    (void)state;
    for (uint64_t bits = 0; bits <= UINT32_MAX; bits += step)
        if (!same((uint32_t)bits)) fail_msg("of %08x", (unsigned)bits);
}

/* Around powers of 4, where the root is a number with few bits, and the ends of all ranges. */
static void test_edges(void **state)
{
    (void)state;
    for (uint32_t exponent = 0; exponent < 512; exponent++)
        for (uint32_t i = 0; i < 64; i++) {
            assert_true(same((exponent << 23) + i));
            assert_true(same((exponent << 23) - i));
            assert_true(same((exponent << 23) + (i << 17)));
        }
    for (uint32_t i = 0; i < 23; i++)
        assert_true(same(UINT32_C(1) << i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_roots), cmocka_unit_test(test_edges)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
