/* Huge pages: a request changes no contents. */
#include "base/pages.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void memory_stays_usable(void **unused)
{
    (void)unused;
    const size_t sizes[] = {1, LOOPC_HUGE_PAGE - 1, 3 * (size_t)LOOPC_HUGE_PAGE + 5};
    for (int i = 0; i < 3; i++) {
        char *memory = calloc(sizes[i], 1);
        assert_non_null(memory);
        memory[0] = 1;
        loopc_huge_pages(memory, sizes[i]);
        assert_int_equal(memory[0], 1);
        memset(memory, 2, sizes[i]);
        assert_int_equal(memory[sizes[i] - 1], 2);
        free(memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_stays_usable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
