/* Messages: cut to their buffer, with a hint in a second line. */
#include "base/message.h"
#include "base/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void has_a_hint(void **unused)
{
    (void)unused;
    char text[64];
    const struct loopc_message message = {text, sizeof text};
    assert_int_equal(loopc_error_set(&message, NULL, "%s: %d", "a.csv", 7), LOOPC_FAILED);
    assert_string_equal(text, "a.csv: 7");
    assert_int_equal(loopc_error_set(&message, "try b", "no %c", 'a'), LOOPC_FAILED);
    assert_string_equal(text, "no a\nhint: try b");
}

static void is_cut(void **unused)
{
    (void)unused;
    char text[8] = "";
    const struct loopc_message message = {text, sizeof text};
    loopc_error_set(&message, "hint", "%s", "0123456789");
    assert_string_equal(text, "0123456");
    loopc_error_set(&message, "hint", "%s", "01");
    assert_string_equal(text, "01\nhint");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_a_hint),
        cmocka_unit_test(is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
