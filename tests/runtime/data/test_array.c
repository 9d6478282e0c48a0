/* Arrays that grow. */
#include "data/array.h"
#include "base/pages.h"

#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void grows_and_keeps_its_items(void **unused)
{
    (void)unused;
    struct loopc_array array = {0};
    const size_t most = 3 * (size_t)LOOPC_HUGE_PAGE / sizeof(uint32_t);
    for (size_t i = 0; i < most; i++) {
        assert_true(loopc_array_reserve(&array, 1, sizeof(uint32_t)));
        ((uint32_t *)array.items)[array.count++] = (uint32_t)i;
    }
    for (size_t i = 0; i < most; i++)
        assert_int_equal(((uint32_t *)array.items)[i], i);
    free(array.items);
}

static void sizes_that_overflow_are_refused(void **unused)
{
    (void)unused;
    struct loopc_array array = {0};
    assert_false(loopc_array_reserve(&array, SIZE_MAX / 2, 8));
    assert_null(array.items);
    assert_true(loopc_array_reserve(&array, 2, 8));
    array.count = 2;
    assert_false(loopc_array_reserve(&array, SIZE_MAX - 1, 1));
    free(array.items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_keeps_its_items),
        cmocka_unit_test(sizes_that_overflow_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
