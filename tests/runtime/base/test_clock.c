/* The monotonic clock. */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void time_passes(void **unused)
{
    (void)unused;
    const int64_t before = loopc_clock();
    assert_true(before > 0);
    for (int i = 0; i < 3; i++)
        loopc_nap();
    assert_true(loopc_clock() - before >= 3 * INT64_C(1000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
