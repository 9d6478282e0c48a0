/* From values to samples: texts as columns, scale in f64, rounded once. */
#include "dataset_files.h"

static void texts_become_columns_or_numbers(void **state)
{
    static const float onehot[] = {1, 0, 0, 1, 2, 1, 0, 0, 3, 0, 1, 0};
    static const float number[] = {1, 2, 2, 0, 3, 1};
    struct loopc_dataset_options options = {.label = LOOPC_LABEL_NONE, .text = LOOPC_TEXT_ONEHOT};
    char name[32];
    (void)state;
    write_text("t.csv", "a,city\n1,c\n2,a\n3,b\n");
    struct loopc_dataset d = load("t.csv", &options);
    check_x(&d, onehot, LENGTH(onehot));
    assert_string_equal(loopc_table_input(loopc_dataset_table(&d), 3, name, sizeof name), "city=c");
    loopc_dataset_free(&d);
    options.text = LOOPC_TEXT_NUMBER;
    d = load("t.csv", &options);
    check_x(&d, number, LENGTH(number));
    loopc_dataset_free(&d);
}

/* (16777217 - 16777216) / 1: as f32 before, the difference would be 0. */
static void scaling_is_exact_until_the_end(void **state)
{
    static const float x[] = {-1, 1};
    const struct loopc_dataset_options options = {.label = LOOPC_LABEL_NONE,
                                                  .scale = LOOPC_SCALE_STANDARD};
    (void)state;
    write_text("t.csv", "16777217\n16777219\n");
    struct loopc_dataset d = load("t.csv", &options);
    check_x(&d, x, LENGTH(x));
    loopc_dataset_free(&d);
}

static void targets_are_scaled_and_restored(void **state)
{
    static const float y[] = {-1, 1}, back[] = {10, 30};
    float outputs[] = {-1, 1};
    const struct loopc_dataset_options options = {.targets = 1,
                                                  .target_scale = LOOPC_SCALE_STANDARD};
    (void)state;
    write_text("t.csv", "1,10\n2,30\n");
    struct loopc_dataset d = load("t.csv", &options);
    assert_memory_equal(d.y, y, sizeof y);
    loopc_table_restore_targets(loopc_dataset_table(&d), outputs, 2);
    assert_memory_equal(outputs, back, sizeof back);
    loopc_dataset_free(&d);
}

static void too_large_when_scaled_is_refused(void **state)
{
    const struct loopc_dataset_options options = {
        .label = LOOPC_LABEL_NONE, .scale = LOOPC_SCALE_CONSTANT, .divisor = 1e-10};
    (void)state;
    write_text("t.csv", "1,2\n3,1e30\n");
    refuses_like("t.csv", &options, NULL,
                 "t.csv: row 2, column 2 of the samples: 1e+30, scaled as (x - 0) / 1e-10, is too "
                 "large for f32");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_become_columns_or_numbers),
        cmocka_unit_test(scaling_is_exact_until_the_end),
        cmocka_unit_test(targets_are_scaled_and_restored),
        cmocka_unit_test(too_large_when_scaled_is_refused),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
