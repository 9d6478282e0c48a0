/* Text as JSON has it: UTF-8, strings, control characters. */
#include "base/json_text.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void utf8(void **unused)
{
    (void)unused;
    assert_int_equal(loopc_utf8_length((const unsigned char *)"a"), 1);
    assert_int_equal(loopc_utf8_length((const unsigned char *)"\xc3\xa4"), 2);
    assert_int_equal(loopc_utf8_length((const unsigned char *)"\xf0\x9f\x98\x80"), 4);
    static const char *const wrong[] = {"\x80", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                        "\xc3"};
    for (int i = 0; i < 5; i++) {
        assert_int_equal(loopc_utf8_length((const unsigned char *)wrong[i]), 0);
        assert_false(loopc_utf8_is(wrong[i]));
    }
    assert_true(loopc_utf8_is("a\xc3\xa4"));
}

static void strings_are_escaped(void **unused)
{
    (void)unused;
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    loopc_json_string(file, "a\"\\\n\xff\xc3\xa4");
    fclose(file);
    assert_string_equal(text, "\"a\\\"\\\\\\u000a\\ufffd\xc3\xa4\"");
    free(text);
}

static void control_characters_are_cleaned(void **unused)
{
    (void)unused;
    char text[] = "a\033[31m\x7f";
    loopc_text_clean(text);
    assert_string_equal(text, "a?[31m?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8),
        cmocka_unit_test(strings_are_escaped),
        cmocka_unit_test(control_characters_are_cleaned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
