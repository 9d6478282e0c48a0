/* Kinds of columns, and their texts as values: true and false in their spellings. */
#include "dataset_files.h"

static void one_word_in_any_case_is_one_value(void **state)
{
    static const float x[] = {1, 0, 1, 1, 0};
    (void)state;
    write_text("t.csv", "on,y\ntrue,0\nFALSE,1\nTRUE,0\nTrue,1\nfalse,0\n");
    struct loopc_dataset d = load("t.csv", &plain);
    const struct loopc_column *const on = &loopc_dataset_table(&d)->columns[0];
    check_x(&d, x, LENGTH(x));
    assert_int_equal(on->kind, LOOPC_KIND_BOOL);
    assert_int_equal(on->value_count, 2);
    assert_string_equal(on->values[0], "FALSE");
    assert_string_equal(on->values[1], "TRUE");
    loopc_dataset_free(&d);
}

/* Letters that happen to be those of yes, no and false are no truth. */
static void other_words_are_texts(void **state)
{
    const struct loopc_dataset_options number = {.text = LOOPC_TEXT_NUMBER};
    static const float x[] = {0, 1, 2};
    (void)state;
    write_text("t.csv", "a,y\nf,0\nn,1\ny,0\n");
    struct loopc_dataset d = load("t.csv", &number);
    check_x(&d, x, LENGTH(x));
    assert_int_equal(loopc_dataset_table(&d)->columns[0].kind, LOOPC_KIND_TEXT);
    loopc_dataset_free(&d);
}

static void check_classes(const struct loopc_dataset *d, const char *no, const char *yes)
{
    assert_int_equal(d->classes, 2);
    assert_string_equal(loopc_dataset_class(d, 0), no);
    assert_string_equal(loopc_dataset_class(d, 1), yes);
}

/* False is class 0, however it is written, also in a file that is like the first. */
static void labels_are_two_classes(void **state)
{
    static const int32_t labels[] = {1, 0, 1, 0}, others[] = {0, 1, 1};
    const struct loopc_dataset_options like = {.like = "train"};
    struct loopc_dataset d, other;
    (void)state;
    write_text("t.csv", "a,y\n1,True\n2,false\n3,true\n4,False\n");
    d = load("t.csv", &plain);
    check_labels(&d, labels);
    check_classes(&d, "False", "True");
    write_text("u.csv", "a,y\n1,FALSE\n2,TRUE\n3,true\n");
    if (load_like(&other, "u.csv", &like, &d)) fail_msg("%s", message);
    check_labels(&other, others);
    check_classes(&other, "False", "True");
    loopc_dataset_free(&other);
    loopc_dataset_free(&d);
}

/* Sorted by bytes True is before false. */
static void two_spellings_are_in_order(void **state)
{
    static const int32_t labels[] = {1, 0};
    (void)state;
    write_text("t.csv", "a,y\n1,True\n2,false\n");
    struct loopc_dataset d = load("t.csv", &plain);
    check_labels(&d, labels);
    check_classes(&d, "false", "True");
    loopc_dataset_free(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_word_in_any_case_is_one_value),
        cmocka_unit_test(other_words_are_texts),
        cmocka_unit_test(labels_are_two_classes),
        cmocka_unit_test(two_spellings_are_in_order),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
