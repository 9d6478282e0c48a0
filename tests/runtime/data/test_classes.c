/* Classes: their names, their order, their number, and invalid labels. */
#include "dataset_files.h"

static void are_classes(const char *text, const struct loopc_dataset_options *options,
                        const char *names)
{
    char found[256] = "";
    write_text("t.csv", text);
    struct loopc_dataset d = load("t.csv", options);
    for (int32_t i = 0; i < d.classes; i++) {
        const char *name = loopc_dataset_class(&d, i);
        snprintf(found + strlen(found), sizeof found - strlen(found), "%s ", name ? name : "none");
    }
    assert_string_equal(found, names);
    assert_null(loopc_dataset_class(&d, d.classes));
    assert_null(loopc_dataset_class(&d, -1));
    loopc_dataset_free(&d);
}

static void numbers_and_texts_are_sorted(void **state)
{
    (void)state;
    are_classes("1,10\n2,9\n3,10\n4,-1\n", &plain, "-1 9 10 ");
    are_classes("1,0.5\n2,0.25\n", &plain, "0.25 0.5 ");
    are_classes("a,y\n1,no\n2,yes\n3,no\n", &plain, "no yes ");
    are_classes("a,y\n1,b\n2,a\n3,2\n4,10\n", &plain, "2 10 a b ");
}

static void labels_are_their_places(void **state)
{
    static const int32_t labels[] = {2, 0, 1, 2};
    (void)state;
    write_text("t.csv", "1,30\n2,10\n3,20\n4,30\n");
    struct loopc_dataset d = load("t.csv", &plain);
    check_labels(&d, labels);
    loopc_dataset_free(&d);
}

static void a_spec_may_say_how_many(void **state)
{
    const struct loopc_dataset_options four = {.classes = 4}, two = {.classes = 2};
    (void)state;
    are_classes("1,0\n2,2\n", &four, "0 1 2 3 ");
    are_classes("1,5\n2,7\n", &two, "5 7 ");
    write_text("t.csv", "1,0\n2,1\n3,2\n");
    refuses_like("t.csv", &two, NULL,
                 "t.csv:3: column 2: the label is 2, but there are the classes 0 to 1\n"
                 "hint: say `classes = 3`, and as many outputs of the net");
    write_text("t.csv", "a,y\n1,x\n2,y\n3,z\n");
    refuses_like("t.csv", &two, NULL,
                 "t.csv: the label 'y' has 3 classes (x, y, z), but the spec says classes = 2\n"
                 "hint: say `classes = 3`, and as many outputs of the net");
}

/* Nearly each row has a value of its own: it is a measured quantity. */
static void a_measure_is_no_label(void **state)
{
    FILE *const file = fopen("m.csv", "w");
    (void)state;
    fputs("a,weight\n", file);
    for (int i = 0; i < 100; i++)
        fprintf(file, "%d,%d.5\n", i % 3, i);
    fclose(file);
    refuses_like("m.csv", &plain, NULL,
                 "m.csv: column 2 ('weight') is the label, but it has 100 different values in 100 "
                 "rows, which are no classes\nhint: `targets` predicts it as a number "
                 "(--DATA-targets); `label` says which other column is the class (--DATA-label)");
}

static void another_set_has_the_same_classes(void **state)
{
    static const int32_t labels[] = {1};
    struct loopc_dataset d;
    (void)state;
    write_text("train.csv", "1,10\n2,20\n");
    struct loopc_dataset train = load("train.csv", &plain);
    write_text("t.csv", "3,20\n");
    assert_int_equal(load_like(&d, "t.csv", &plain, &train), LOOPC_OK);
    assert_int_equal(d.classes, 2);
    check_labels(&d, labels);
    loopc_dataset_free(&d);
    write_text("t.csv", "3,15\n");
    refuses_like("t.csv", &plain, &train,
                 "t.csv:1: column 2: the label is 15, but there are the classes 10, 20, as in "
                 "train.csv");
    loopc_dataset_free(&train);
}

/* A text that was there before is found at once, whatever is around it. */
static void a_class_may_be_written_in_many_ways(void **state)
{
    static const int32_t labels[] = {0, 2, 0, 0, 2, 0, 2, 0, 2, 1, 2};
    (void)state;
    write_text("t.csv", "a,k\r\n1,no\r\n2,yes\r\n3, no\r\n4,no \r\n5,\"yes\"\r\n6,no\n7,yes\r\n"
                        "8,\"no\" \r\n9,yes\t\n10,no thing\n11,yes");
    struct loopc_dataset d = load("t.csv", &plain);
    check_labels(&d, labels);
    assert_int_equal(d.rows, LENGTH(labels));
    assert_int_equal(d.classes, 3);
    loopc_dataset_free(&d);
    refuses_text("a,k\n1,no\n2,yes\n3,no\"\n",
                 "t.csv:4:5: a quote in a cell that does not begin with one\n"
                 "hint: a cell with quotes in it is in quotes, and they are doubled");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_and_texts_are_sorted),
        cmocka_unit_test(labels_are_their_places),
        cmocka_unit_test(a_spec_may_say_how_many),
        cmocka_unit_test(a_measure_is_no_label),
        cmocka_unit_test(another_set_has_the_same_classes),
        cmocka_unit_test(a_class_may_be_written_in_many_ways),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
