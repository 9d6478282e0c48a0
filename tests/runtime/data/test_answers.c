/* Labels, targets, weights and ids are taken out of the columns of the files. */
#include "dataset_files.h"

static void weights_are_numbers_from_0(void **state)
{
    static const float weights[] = {2, 0};
    const struct loopc_dataset_options options = {.weight = "w"};
    (void)state;
    write_text("t.csv", "a,w,y\n1,2,0\n2,0,1\n");
    struct loopc_dataset d = load("t.csv", &options);
    assert_int_equal(d.columns, 1);
    assert_memory_equal(d.weights, weights, sizeof weights);
    loopc_dataset_free(&d);
    write_text("t.csv", "a,w,y\n1,2,0\n2,-1,1\n");
    refuses_like("t.csv", &options, NULL,
                 "t.csv:3: column 2 ('w'): the weight is -1\n"
                 "hint: the weight of a row is a number from 0");
    write_text("t.csv", "a,w,y\n1,0,0\n2,0,1\n");
    refuses_like("t.csv", &options, NULL, "t.csv: the weights of all rows are 0");
}

static void targets_are_in_the_order_of_the_list(void **state)
{
    static const float y[] = {3, 1, 6, 4}, x[] = {2, 5};
    const struct loopc_dataset_options options = {.target_list = "c,a"};
    (void)state;
    write_text("t.csv", "a,b,c\n1,2,3\n4,5,6\n");
    struct loopc_dataset d = load("t.csv", &options);
    assert_null(d.labels);
    assert_int_equal(d.targets, 2);
    assert_memory_equal(d.y, y, sizeof y);
    check_x(&d, x, LENGTH(x));
    loopc_dataset_free(&d);
}

/* True and false are 1 and 0 as targets, too, whichever came first. */
static void truth_is_a_target(void **state)
{
    static const float y[] = {1, 0, 1};
    const struct loopc_dataset_options options = {.targets = 1};
    (void)state;
    write_text("t.csv", "a,y\n1,yes\n2,no\n3,yes\n");
    struct loopc_dataset d = load("t.csv", &options);
    assert_memory_equal(d.y, y, sizeof y);
    loopc_dataset_free(&d);
}

static void answers_may_be_in_a_file_of_their_own(void **state)
{
    static const int32_t labels[] = {1, 0};
    static const float x[] = {1, 2, 3, 4};
    (void)state;
    write_text("x.csv", "1,2\n3,4\n");
    write_text("y.csv", "7\n5\n");
    struct loopc_dataset d = load("x.csv,y.csv", &plain);
    check_x(&d, x, LENGTH(x));
    check_labels(&d, labels);
    loopc_dataset_free(&d);
}

static void ids_are_kept_as_texts(void **state)
{
    const struct loopc_dataset_options options = {.id = "id", .keep_ids = true};
    const struct loopc_dataset_options not_kept = {.id = "id"};
    (void)state;
    write_text("t.csv", "a,id,y\n1,007,0\n2,x y,1\n");
    struct loopc_dataset d = load("t.csv", &options);
    assert_int_equal(d.columns, 1);
    assert_string_equal(loopc_dataset_id(&d, 0), "007");
    assert_string_equal(loopc_dataset_id(&d, 1), "x y");
    loopc_dataset_free(&d);
    d = load("t.csv", &not_kept);
    assert_null(loopc_dataset_id(&d, 0));
    loopc_dataset_free(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_are_numbers_from_0),
        cmocka_unit_test(targets_are_in_the_order_of_the_list),
        cmocka_unit_test(truth_is_a_target),
        cmocka_unit_test(answers_may_be_in_a_file_of_their_own),
        cmocka_unit_test(ids_are_kept_as_texts),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
