/* runtime/base/wide.h: the product in halves is that of the compiler, where it has the type. */
#include "base/rng.h"
#include "base/wide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_small_and_large(void **state)
{
    (void)state;
    const struct loopc_wide most = loopc_multiply_halves(UINT64_MAX, UINT64_MAX);
    assert_true(most.high == UINT64_MAX - 1 && most.low == 1);
    const struct loopc_wide one = loopc_multiply_halves(UINT64_C(1) << 63, 2);
    assert_true(one.high == 1 && one.low == 0);
    const struct loopc_wide carries =
        loopc_multiply_halves(UINT64_C(0xffffffff00000001), 0xffffffff);
    assert_true(carries.high == 0xfffffffe && carries.low == UINT64_C(0x00000001ffffffff));
}

static void test_as_the_compiler(void **state)
{
    (void)state;
    struct loopc_rng rng = {0};
    for (int i = 0; i < 100000; i++) {
        const uint64_t a = loopc_rng_u64(&rng) >> i % 64, b = loopc_rng_u64(&rng) >> i / 64 % 64;
        const struct loopc_wide own = loopc_multiply_halves(a, b), its = loopc_multiply_wide(a, b);
        assert_true(own.high == its.high && own.low == its.low);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_and_large),
        cmocka_unit_test(test_as_the_compiler),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
