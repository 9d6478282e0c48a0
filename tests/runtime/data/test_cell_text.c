/* The meaning of texts in tables, and lists of columns. */
#include "data/cell_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static bool missing(const char *text)
{
    return loopc_text_is_missing(text, strlen(text));
}

static void some_texts_are_no_value(void **state)
{
    static const char *const none[] = {"",     "NA",   "n/a",  "NaN", "none",
                                       "NULL", "#N/A", "<na>", "?",   "-"};
    static const char *const some[] = {"0", "nap", "N", "--", "nil", "<", "."};
    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (!missing(none[i])) fail_msg("%s", none[i]);
    for (size_t i = 0; i < sizeof some / sizeof *some; i++)
        if (missing(some[i])) fail_msg("%s", some[i]);
}

static int truth(const char *text)
{
    return loopc_text_truth(text, strlen(text));
}

static void truth_has_many_spellings(void **state)
{
    (void)state;
    assert_true(truth("true") == 1 && truth("T") == 1 && truth("Yes") == 1 && truth("on") == 1);
    assert_true(truth("FALSE") == 0 && truth("f") == 0 && truth("no") == 0 && truth("OFF") == 0);
    assert_true(truth("") == -1 && truth("yess") == -1 && truth("tru") == -1 && truth("1") == -1);
}

/* Text is UTF-8; invalid UTF-8 is taken for Latin-1 as a whole. */
static void texts_become_utf8(void **state)
{
    char to[32];
    (void)state;
    assert_int_equal(loopc_text_to_utf8("\xc3\xa4", 2, to), 2);
    assert_string_equal(to, "\xc3\xa4");
    assert_int_equal(loopc_text_to_utf8("M\xfcnchen", 7, to), 8);
    assert_string_equal(to, "M\xc3\xbcnchen");
    assert_int_equal(loopc_text_to_utf8("\xc3", 1, to), 2);
    assert_string_equal(to, "\xc3\x83");
}

static void excerpts_are_short_and_harmless(void **state)
{
    char to[LOOPC_EXCERPT], text[100];
    (void)state;
    assert_string_equal(loopc_excerpt(to, "a\x1b[2J\tb\x7f"), "a?[2J?b?");
    for (size_t i = 0; i + 1 < sizeof text; i++)
        text[i] = i % 2 ? '\xa4' : '\xc3';
    text[sizeof text - 1] = 0;
    loopc_excerpt(to, text);
    const size_t length = strlen(to);
    assert_true(length < LOOPC_EXCERPT);
    assert_string_equal(to + length - 3, "...");
    assert_int_equal((length - 3) % 2, 0); /* no half of a character */
}

static void lists_are_taken_item_by_item(void **state)
{
    char name[8];
    int64_t number;
    struct loopc_column_list list = {" age ,3,\"3\", \"a, \"\"b\"\"\",much too long"};
    static const struct {
        const char *name;
        int64_t number;
    } items[] = {{"age", 0}, {"3", 3}, {"3", 0}, {"a, \"b\"", 0}, {"much to", 0}};
    (void)state;
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        assert_true(loopc_column_list_next(&list, name, sizeof name, &number));
        assert_string_equal(name, items[i].name);
        assert_int_equal(number, items[i].number);
    }
    assert_false(loopc_column_list_next(&list, name, sizeof name, &number));
}

static void lists_may_be_ill_formed(void **state)
{
    (void)state;
    assert_true(loopc_column_list_is_good("a"));
    assert_true(loopc_column_list_is_good("a, \"b,\"\"c\" ,3"));
    assert_false(loopc_column_list_is_good(""));
    assert_false(loopc_column_list_is_good("a,,b"));
    assert_false(loopc_column_list_is_good("a,"));
    assert_false(loopc_column_list_is_good("\"a"));
    assert_false(loopc_column_list_is_good("\"a\"b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(some_texts_are_no_value),
        cmocka_unit_test(truth_has_many_spellings),
        cmocka_unit_test(texts_become_utf8),
        cmocka_unit_test(excerpts_are_short_and_harmless),
        cmocka_unit_test(lists_are_taken_item_by_item),
        cmocka_unit_test(lists_may_be_ill_formed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
