/* Dictionaries: texts and their numbers. */
#include "data/dictionary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct loopc_dictionary d;

static int empty(void **state)
{
    (void)state;
    loopc_dictionary_free(&d);
    d = (struct loopc_dictionary){0};
    return 0;
}

static int32_t add(const char *text)
{
    return loopc_dictionary_add(&d, text, strlen(text));
}

static int32_t find(const char *text)
{
    return loopc_dictionary_find(&d, text, strlen(text));
}

static void numbers_are_given_as_texts_come(void **state)
{
    (void)state;
    assert_int_equal(find("a"), -1);
    assert_true(add("b") == 0 && add("a") == 1 && add("") == 2 && add("b") == 0);
    assert_int_equal(d.count, 3);
    assert_true(find("a") == 1 && find("") == 2 && find("ab") == -1);
    assert_string_equal(loopc_dictionary_text(&d, 1), "a");
}

/* A text ends where its length says: it may be a piece of a line. */
static void lengths_count(void **state)
{
    (void)state;
    assert_int_equal(loopc_dictionary_add(&d, "Rome,Oslo", 4), 0);
    assert_int_equal(find("Rome"), 0);
    assert_int_equal(loopc_dictionary_find(&d, "Romeo", 5), -1);
    assert_int_equal(loopc_dictionary_find(&d, "Romeo", 4), 0);
}

static void many_texts_stay_found(void **state)
{
    enum { MANY = 20000 };
    char text[32];
    (void)state;
    for (int i = 0; i < MANY; i++) {
        snprintf(text, sizeof text, "text %d", i * 7);
        assert_int_equal(add(text), i);
    }
    for (int i = 0; i < MANY; i++) {
        snprintf(text, sizeof text, "text %d", i * 7);
        assert_int_equal(find(text), i);
        assert_string_equal(loopc_dictionary_text(&d, i), text);
    }
    assert_int_equal(find("text 1"), -1);
}

static void numbers_are_sorted_by_value_before_texts(void **state)
{
    static const char *const texts[] = {"b", "10", "a", "9", "-1", "1e1"};
    static const char *const sorted[] = {"-1", "9", "10", "1e1", "a", "b"};
    int32_t order[6], rank[6];
    (void)state;
    for (int i = 0; i < 6; i++)
        add(texts[i]);
    assert_true(loopc_dictionary_sort(&d, order, rank));
    for (int i = 0; i < 6; i++) {
        assert_string_equal(loopc_dictionary_text(&d, order[i]), sorted[i]);
        assert_int_equal(rank[order[i]], i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(numbers_are_given_as_texts_come, empty),
        cmocka_unit_test_setup(lengths_count, empty),
        cmocka_unit_test_setup(many_texts_stay_found, empty),
        cmocka_unit_test_setup_teardown(numbers_are_sorted_by_value_before_texts, empty, empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
