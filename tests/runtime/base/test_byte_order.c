/* runtime/base/byte_order.c: values are turned, whole ones and NaNs, and turned back. */
#include "base/byte_order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_order(void **state)
{
    (void)state;
    unsigned char bytes[] = {1, 2, 3, 4, 5, 6, 7, 8};
    loopc_turn_values(bytes, sizeof bytes, 2, true, false);
    assert_memory_equal(bytes, "\2\1\4\3\6\5\10\7", sizeof bytes);
    loopc_turn_values(bytes, sizeof bytes, 8, true, false);
    assert_memory_equal(bytes, "\7\10\5\6\3\4\1\2", sizeof bytes);
    loopc_turn_values(bytes, sizeof bytes, 1, true, false);
    assert_memory_equal(bytes, "\7\10\5\6\3\4\1\2", sizeof bytes);
    loopc_turn_values(bytes, 4, 4, true, false);
    assert_memory_equal(bytes, "\6\5\10\7\3\4\1\2", sizeof bytes);
}

static void is_turned(uint32_t from, uint32_t to)
{
    loopc_turn_values(&from, sizeof from, sizeof from, false, true);
    assert_int_equal(from, to);
}

static void test_nans(void **state)
{
    (void)state;
    is_turned(0x7fc00000, 0x7fbfffff); /* NAN, and that of such a MIPS */
    is_turned(0x7fbfffff, 0x7fc00000);
    is_turned(0xffc00123, 0xffbffedc);
    is_turned(0xffbffedc, 0xffc00123);
    is_turned(0x7fffffff, 0x7f800001); /* no bit is left */
    is_turned(0x7f800000, 0x7f800000); /* infinity, and numbers, are the same */
    is_turned(0x00000000, 0x00000000);
    is_turned(0xff7fffff, 0xff7fffff);
    uint64_t wide[] = {UINT64_C(0x7ff7ffffffffffff), UINT64_C(0xfff0000000000000)};
    loopc_turn_values(wide, sizeof wide, sizeof *wide, false, true);
    assert_true(wide[0] == UINT64_C(0x7ff8000000000000) && wide[1] == UINT64_C(0xfff0000000000000));
}

static void test_this_machine(void **state)
{
    (void)state;
    uint32_t number = 0x01020304;
    loopc_file_values(&number, sizeof number, sizeof number, false);
    assert_memory_equal(&number, "\4\3\2\1", sizeof number);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_nans),
        cmocka_unit_test(test_this_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
