/* Tables: names of columns, and a table as text that treats another file in the same way. */
#include "dataset_files.h"

static const struct loopc_dataset_options options = {.label = LOOPC_LABEL_NAME,
                                                     .label_name = "kind",
                                                     .text = LOOPC_TEXT_ONEHOT,
                                                     .missing = LOOPC_MISSING_MEAN,
                                                     .scale = LOOPC_SCALE_MAX};

static struct loopc_dataset load_train(void)
{
    write_text("train.csv", "a,city,kind\n1,Rome,x\n-4,Oslo,y\nNA,Rome,x\n");
    return load("train.csv", &options);
}

static void columns_have_names(void **state)
{
    char name[32];
    struct loopc_dataset d = load_train();
    const struct loopc_table *const t = loopc_dataset_table(&d);
    (void)state;
    assert_true(t->count == 3 && t->inputs == 3 && t->label == 2 && t->has_names);
    assert_string_equal(loopc_table_input(t, 0, name, sizeof name), "a");
    assert_string_equal(loopc_table_input(t, 1, name, sizeof name), "city=Oslo");
    assert_string_equal(loopc_table_input(t, 1, name, 6), "city=");
    assert_null(loopc_table_target(t, 0));
    assert_true(t->columns[0].missing == 1 && t->columns[0].min < -3);
    loopc_dataset_free(&d);
    assert_null(loopc_dataset_table(&d));
}

/* The columns of the other file are in another order, and one is missing a value. */
static void a_saved_table_reads_another_file(void **state)
{
    static const float x[] = {0.5f, 1, 0, -0.375f, 0, 1};
    static const int32_t labels[] = {1, 0};
    struct loopc_dataset train = load_train(), saved, d;
    char *const text = loopc_dataset_save_table(&train);
    (void)state;
    loopc_dataset_free(&train);
    if (loopc_dataset_load_table(&saved, text, message, sizeof message)) fail_msg("%s", message);
    write_text("t.csv", "kind,city,a\ny,Oslo,2\nx,Rome,\n");
    if (load_like(&d, "t.csv", &options, &saved)) fail_msg("%s", message);
    check_x(&d, x, LENGTH(x));
    check_labels(&d, labels);
    loopc_dataset_free(&d);
    char *const again = loopc_dataset_save_table(&saved);
    assert_string_equal(again, text);
    free(again);
    free(text);
    loopc_dataset_free(&saved);
}

/* A first line that looks like names is a row again, when training was told so. */
static void a_header_that_was_said_is_kept(void **state)
{
    const struct loopc_dataset_options words = {.header = LOOPC_HEADER_NO,
                                                .text = LOOPC_TEXT_NUMBER};
    const struct loopc_dataset_options like = {.like = "train"};
    struct loopc_dataset saved, d;
    (void)state;
    write_text("t.csv", "big,red,x\n5.5,blue,x\n7,red,y\n");
    struct loopc_dataset train = load("t.csv", &words);
    char *const text = loopc_dataset_save_table(&train);
    assert_int_equal(loopc_dataset_load_table(&saved, text, message, sizeof message), LOOPC_OK);
    if (load_like(&d, "t.csv", &like, &saved)) fail_msg("%s", message);
    assert_int_equal(train.rows, 3);
    assert_int_equal(d.rows, 3);
    loopc_dataset_free(&d);
    loopc_dataset_free(&saved);
    loopc_dataset_free(&train);
    free(text);
}

static void other_texts_are_no_table(void **state)
{
    static const char *const texts[] = {"", "{}", "[]", "{\"version\": 1}", "{\"version\": 1, x"};
    struct loopc_dataset d;
    (void)state;
    for (size_t i = 0; i < LENGTH(texts); i++) {
        assert_int_equal(loopc_dataset_load_table(&d, texts[i], message, sizeof message),
                         LOOPC_FAILED);
        assert_string_equal(message, "it is not a description of a data set's columns");
    }
}

/* A resumed run uses the scale of its training, not that of the new file. */
static void a_scale_is_restored(void **state)
{
    static const float scaled[] = {0.5f, 1}, as_before[] = {0.25f, 0.5f};
    const struct loopc_dataset_options max = {
        .label = LOOPC_LABEL_NONE, .scale = LOOPC_SCALE_MAX, .splits = true};
    (void)state;
    write_text("b.csv", "a\n2\n8\n");
    struct loopc_dataset before = load("b.csv", &max);
    char *const text = loopc_dataset_save_table(&before);
    loopc_dataset_free(&before);
    write_text("b.csv", "a\n2\n4\n");
    struct loopc_dataset d = load("b.csv", &max);
    check_x(&d, scaled, LENGTH(scaled));
    assert_int_equal(loopc_dataset_restore_table(&d, text, message, sizeof message), LOOPC_OK);
    check_x(&d, as_before, LENGTH(as_before));
    loopc_dataset_free(&d);
    write_text("b.csv", "a,b\n2,0\n4,1\n");
    d = load("b.csv", &max);
    assert_int_equal(loopc_dataset_restore_table(&d, text, message, sizeof message), LOOPC_FAILED);
    assert_string_equal(message, "the columns are not those of the checkpoint");
    loopc_dataset_free(&d);
    free(text);
}

static void a_saved_table_has_ids_and_a_digest(void **state)
{
    const struct loopc_dataset_options named = {.text = LOOPC_TEXT_ONEHOT,
                                                .missing = LOOPC_MISSING_MEAN,
                                                .scale = LOOPC_SCALE_STANDARD,
                                                .id = "name"};
    const struct loopc_dataset_options like = {
        .like = "x", .answers_optional = true, .keep_ids = true};
    struct loopc_dataset fit, d;
    char why[200];
    (void)state;
    write_text("t.csv", "name,a,city,kind\nr,1.1,Rome,x\ns,,Bonn,y\nt,4.7,Rome,x\n");
    struct loopc_dataset train = load("t.csv", &named);
    char *const text = loopc_dataset_save_table(&train);
    assert_int_equal(loopc_dataset_load_table(&fit, text, why, sizeof why), LOOPC_OK);
    assert_int_equal(load_like(&d, "t.csv", &like, &fit), LOOPC_OK);
    assert_memory_equal(d.x, train.x, 3 * 3 * sizeof *d.x);
    assert_memory_equal(d.labels, train.labels, 3 * sizeof *d.labels);
    assert_string_equal(loopc_dataset_id(&d, 2), "t");
    assert_true(loopc_dataset_digest(&train) != 0);
    loopc_dataset_free(&fit);
    loopc_dataset_free(&d);
    loopc_dataset_free(&train);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_have_names),
        cmocka_unit_test(a_saved_table_reads_another_file),
        cmocka_unit_test(a_saved_table_has_ids_and_a_digest),
        cmocka_unit_test(a_header_that_was_said_is_kept),
        cmocka_unit_test(other_texts_are_no_table),
        cmocka_unit_test(a_scale_is_restored),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
