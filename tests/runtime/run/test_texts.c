/* Texts that are kept: one copy of each. */
#include "run/texts.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void one_copy_of_each(void **unused)
{
    (void)unused;
    struct loopc_texts texts = {0};
    char text[] = "abc";
    const char *const kept = loopc_text_keep(&texts, text, 3);
    assert_string_equal(kept, "abc");
    text[0] = 'x';
    assert_string_equal(kept, "abc");
    assert_ptr_equal(loopc_text_keep(&texts, "abcd", 3), kept);
    assert_ptr_not_equal(loopc_text_keep(&texts, "abcd", 4), kept);
    assert_int_equal(memcmp(loopc_text_keep(&texts, "a\0b", 3), "a\0b", 4), 0);
    loopc_texts_free(&texts);
    assert_null(texts.first);
}

static void interned_texts_outlive_stores(void **unused)
{
    (void)unused;
    const char *const kept = loopc_text_intern("for ever", 8);
    assert_string_equal(kept, "for ever");
    assert_ptr_equal(loopc_text_intern("for ever and more", 8), kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_copy_of_each),
        cmocka_unit_test(interned_texts_outlive_stores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
