/* The nearest of several names. */
#include "base/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void nearest_name(void **unused)
{
    (void)unused;
    const char *const names[] = {"eta", "epochs", "batch-size", "seed"};
    assert_int_equal(loopc_nearest("epoch", names, 4), 1);
    assert_int_equal(loopc_nearest("epohcs", names, 4), 1);
    assert_int_equal(loopc_nearest("batchsize", names, 4), 2);
    assert_int_equal(loopc_nearest("batch", names, 4), 2);
    assert_int_equal(loopc_nearest("eat", names, 4), 0);
    assert_int_equal(loopc_nearest("colour", names, 4), -1);
    assert_int_equal(loopc_nearest("x", names, 0), -1);
    char longer[200];
    memset(longer, 'e', sizeof longer - 1);
    longer[sizeof longer - 1] = 0;
    assert_int_equal(loopc_nearest(longer, names, 4), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nearest_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
