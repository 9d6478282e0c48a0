/* Resumed runs: columns and classes are those that the run had, wherever the file has them now. */
#include "dataset_files.h"

static const struct loopc_dataset_options options = {.label = LOOPC_LABEL_NAME,
                                                     .label_name = "kind",
                                                     .text = LOOPC_TEXT_ONEHOT,
                                                     .missing = LOOPC_MISSING_MEAN,
                                                     .scale = LOOPC_SCALE_MAX};
static const struct loopc_dataset_options kept = {.label = LOOPC_LABEL_NAME,
                                                  .label_name = "kind",
                                                  .text = LOOPC_TEXT_ONEHOT,
                                                  .missing = LOOPC_MISSING_MEAN,
                                                  .scale = LOOPC_SCALE_MAX,
                                                  .keep_values = true};

static char *saved_table(const char *text, const struct loopc_dataset_options *o, uint64_t *digest)
{
    write_text("before.csv", text);
    struct loopc_dataset d = load("before.csv", o);
    char *const table = loopc_dataset_save_table(&d);
    *digest = loopc_dataset_digest(&d);
    loopc_dataset_free(&d);
    return table;
}

#define RUN "a,city,kind\n1,Rome,x\n-4,Oslo,y\nNA,Rome,x\n"

static void other_columns_are_told(void **state)
{
    static const struct {
        const char *text;
        int status;
        const char *message;
    } cases[] = {
        {"a,city,kind\n1,Rome,x\n-4,Oslo,y\n", LOOPC_OK, ""},
        {"kind,a,extra,city\nx,1,0,Rome\ny,-4,0,Oslo\n", LOOPC_FAILED,
         "the columns are not those of the checkpoint"},
        {"b,city,kind\n1,Rome,x\n-4,Oslo,y\n", LOOPC_OK, "column 1 is 'b', and was 'a'"},
        {"a,town,kind\n1,Rome,x\n-4,Oslo,y\n", LOOPC_OK, "column 2 is 'town', and was 'city'"},
        {"a,city,kind\n1,Rome,x\n-4,Lima,y\n", LOOPC_FAILED,
         "column 2 ('city') has other texts than it had"},
        {"city,kind,a\nRome,x,1\nLima,y,-4\n", LOOPC_FAILED,
         "column 1 ('city') has other texts than it had"},
        {"a,city,kind\n1,Rome,x\n-4,Oslo,z\n", LOOPC_FAILED,
         "column 3 ('kind') has the class 'z', which the run does not know"},
    };
    uint64_t digest;
    char *const text = saved_table(RUN, &options, &digest);
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        write_text("o.csv", cases[i].text);
        struct loopc_dataset d = load("o.csv", &options);
        assert_int_equal(loopc_dataset_restore_table(&d, text, message, sizeof message),
                         cases[i].status);
        assert_string_equal(message, cases[i].message);
        loopc_dataset_free(&d);
    }
    free(text);
}

/* The same rows in another order of columns are the same content, and come out the same. */
static void columns_in_another_order_are_the_same(void **state)
{
    static const struct loopc_dataset_options *const both[2] = {&options, &kept};
    static const float x[] = {0.25f, 0, 1, -1, 1, 0, -0.375f, 0, 1};
    static const int32_t labels[] = {0, 1, 0};
    for (int i = 0; i < 2; i++) {
        uint64_t digest;
        char *const text = saved_table(RUN, both[i], &digest);
        write_text("o.csv", "city,kind,a\nRome,x,1\nOslo,y,-4\nRome,x,NA\n");
        struct loopc_dataset d = load("o.csv", both[i]);
        (void)state;
        assert_true(loopc_dataset_digest(&d) == digest);
        assert_int_equal(loopc_dataset_restore_table(&d, text, message, sizeof message), LOOPC_OK);
        assert_string_equal(message, "");
        check_x(&d, x, LENGTH(x));
        check_labels(&d, labels);
        loopc_dataset_free(&d);
        free(text);
    }
}

/* Rows, cells of two columns, or names exchanged are other content. */
static void other_content_has_another_digest(void **state)
{
    static const char *const texts[] = {"a,city,kind\n-4,Oslo,y\n1,Rome,x\nNA,Rome,x\n",
                                        "a,city,kind\n1,Rome,x\n4,Oslo,y\nNA,Rome,x\n",
                                        "a,city,kind\n-1,Rome,x\n4,Oslo,y\nNA,Rome,x\n",
                                        "b,city,kind\n1,Rome,x\n-4,Oslo,y\nNA,Rome,x\n",
                                        "a,city,kind\n1,Rome,x\n-4,Oslo,y\nNA,Rome,x\nNA,Rome,x\n"};
    uint64_t digest, other;
    (void)state;
    free(saved_table(RUN, &options, &digest));
    for (size_t i = 0; i < LENGTH(texts); i++) {
        free(saved_table(texts[i], &options, &other));
        assert_true(other != digest);
    }
}

/* A file that lacks a class: the others keep their numbers, in the data set like it, too. */
static void classes_keep_their_numbers(void **state)
{
    static const int32_t labels[] = {2, 0}, of_test[] = {2, 2, 0};
    const struct loopc_dataset_options last = {.label = LOOPC_LABEL_LAST};
    const struct loopc_dataset_options like = {.like = "train"};
    uint64_t digest;
    char *const text = saved_table("a,kind\n1,cat\n2,dog\n3,eel\n", &last, &digest);
    (void)state;
    write_text("o.csv", "a,kind\n1,eel\n2,cat\n");
    write_text("t.csv", "a,kind\n1,eel\n2,eel\n3,cat\n");
    struct loopc_dataset d = load("o.csv", &last), test;
    if (load_like(&test, "t.csv", &like, &d)) fail_msg("%s", message);
    assert_int_equal(loopc_dataset_restore_table(&d, text, message, sizeof message), LOOPC_OK);
    check_labels(&d, labels);
    check_labels(&test, of_test);
    loopc_dataset_take_classes(&d);
    loopc_dataset_take_classes(&test);
    assert_true(d.classes == 3 && test.classes == 3);
    assert_string_equal(loopc_dataset_table(&d)->columns[1].values[1], "dog");
    loopc_dataset_free(&test);
    loopc_dataset_free(&d);
    free(text);
}

/* Targets by their names, with the data set like it. */
static void targets_keep_their_places(void **state)
{
    static const float x[] = {-1, 1, 1, -1}, y[] = {1, -1, -1, 1}, of_test[] = {1, 1};
    const struct loopc_dataset_options pair = {
        .target_list = "u,v", .target_scale = LOOPC_SCALE_STANDARD, .scale = LOOPC_SCALE_STANDARD};
    const struct loopc_dataset_options like = {.like = "train"};
    uint64_t digest;
    char *const text = saved_table("a,u,b,v\n1,7,9,3\n3,5,7,4\n", &pair, &digest);
    (void)state;
    write_text("o.csv", "v,b,u,a\n3,9,7,1\n4,7,5,3\n");
    write_text("t.csv", "v,b,u,a\n4,9,7,3\n");
    struct loopc_dataset d = load("o.csv", &pair), test;
    if (load_like(&test, "t.csv", &like, &d)) fail_msg("%s", message);
    assert_true(loopc_dataset_digest(&d) == digest);
    assert_int_equal(loopc_dataset_restore_table(&d, text, message, sizeof message), LOOPC_OK);
    check_x(&d, x, LENGTH(x));
    assert_memory_equal(d.y, y, sizeof y);
    assert_memory_equal(test.x, of_test, sizeof of_test);
    assert_memory_equal(test.y, of_test, sizeof of_test);
    loopc_dataset_free(&test);
    loopc_dataset_free(&d);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_columns_are_told),
        cmocka_unit_test(columns_in_another_order_are_the_same),
        cmocka_unit_test(other_content_has_another_digest),
        cmocka_unit_test(classes_keep_their_numbers),
        cmocka_unit_test(targets_keep_their_places),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
