/* The text format of LIBSVM. */
#include "dataset_files.h"

static void reads_sparse_rows(void **state)
{
    static const float x[] = {0.5f, 0, 3, 0, -1, 0};
    static const int32_t labels[] = {1, 0};
    (void)state;
    write_text("a.svm", "+1 1:0.5 3:3 # a comment\n-1 2:-1\n");
    struct loopc_dataset d = load("a.svm", &plain);
    check_x(&d, x, LENGTH(x));
    check_labels(&d, labels);
    assert_string_equal(loopc_dataset_class(&d, 0), "-1");
    assert_string_equal(loopc_dataset_table(&d)->columns[0].name, "label");
    assert_string_equal(loopc_dataset_table(&d)->columns[3].name, "c3");
    loopc_dataset_free(&d);
}

/* Columns are as many as in the set it is like, named by their index. */
static void another_file_has_the_same_columns(void **state)
{
    static const float x[] = {0, 7, 0};
    struct loopc_dataset d;
    (void)state;
    write_text("train.svm", "1 1:1 3:1\n0 2:1\n");
    struct loopc_dataset train = load("train.svm", &plain);
    write_text("a.svm", "1 2:7\n");
    assert_int_equal(load_like(&d, "a.svm", &plain, &train), LOOPC_OK);
    check_x(&d, x, LENGTH(x));
    loopc_dataset_free(&d);
    loopc_dataset_free(&train);
}

/* A part without an index 0 counts from the same index as the set that it is like. */
static void a_part_counts_from_where_the_set_does(void **state)
{
    static const float x[] = {0, 8, 9};
    struct loopc_dataset d;
    (void)state;
    write_text("train.svm", "1 0:1 1:2 2:3\n0 0:4 1:5 2:6\n");
    struct loopc_dataset train = load("train.svm", &plain);
    write_text("a.svm", "1 1:8 2:9\n");
    assert_int_equal(load_like(&d, "a.svm", &plain, &train), LOOPC_OK);
    check_x(&d, x, LENGTH(x));
    loopc_dataset_free(&d);
    loopc_dataset_free(&train);
}

static void refuses_line(const char *text, const char *expected)
{
    char all[512];
    write_text("a.svm", text);
    snprintf(all, sizeof all, "%s\nhint: a line is: label index:value index:value ...", expected);
    refuses("a.svm", all);
}

static void wrong_lines_are_refused(void **state)
{
    (void)state;
    refuses_line("1 1:2\n0 2:1 2:3\n",
                 "a.svm:2:7: '2:3' has an index that is not above the one before");
    refuses_line("1 1:2\n0 x\n", "a.svm:2:3: 'x' is not index:value");
    write_text("a.svm", "1 1:2\n3 qid:1 1:0.5\n");
    refuses("a.svm", "a.svm:2:3: 'qid:1' is the query of a ranking, which no data set has\n"
                     "hint: without its queries it can be read: sed 's/ qid:[^ ]*//' FILE >NAME");
    refuses_line("1 1:2\nyes 1:2\n", "a.svm:2:1: 'yes' is not a number, which the label has to be");
    refuses_line("1 1:2\n0 1:1e39\n", "a.svm:2:3: '1:1e39' is too large for f32");
    refuses_line("1 1:2\n0 1048577:1\n", "a.svm:2:3: '1048577:1' has an index above 1048576");
}

static void a_part_with_an_index_below_is_refused(void **state)
{
    (void)state;
    write_text("train.svm", "1 1:1 3:1\n0 2:1\n");
    struct loopc_dataset train = load("train.svm", &plain);
    write_text("a.svm", "-1 0:1.5\n");
    refuses_like("a.svm", &plain, &train,
                 "a.svm: it has an index 0, but those of train.svm, which it is to be like, begin "
                 "with 1");
    loopc_dataset_free(&train);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_sparse_rows),
        cmocka_unit_test(another_file_has_the_same_columns),
        cmocka_unit_test(a_part_counts_from_where_the_set_does),
        cmocka_unit_test(a_part_with_an_index_below_is_refused),
        cmocka_unit_test(wrong_lines_are_refused),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
