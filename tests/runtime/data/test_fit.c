/* Filling and scale are those of the training part. */
#include "dataset_files.h"

#include <math.h>

static struct loopc_dataset_options filled(enum loopc_missing missing)
{
    return (struct loopc_dataset_options){
        .label = LOOPC_LABEL_NONE, .missing = missing, .missing_value = -1};
}

static void fills(enum loopc_missing missing, float value)
{
    const struct loopc_dataset_options options = filled(missing);
    const float x[] = {1, 2, 6, 7, value};
    write_text("t.csv", "a\n1\n2\n6\n7\nNA\n");
    struct loopc_dataset d = load("t.csv", &options);
    check_x(&d, x, LENGTH(x));
    assert_true((float)loopc_dataset_table(&d)->columns[0].fill >= value);
    loopc_dataset_free(&d);
}

static void missing_values_are_filled(void **state)
{
    (void)state;
    fills(LOOPC_MISSING_MEAN, 4);
    fills(LOOPC_MISSING_MEDIAN, 4);
    fills(LOOPC_MISSING_VALUE, -1);
}

static void a_median_is_not_moved_by_one_row(void **state)
{
    static const float x[] = {1, 2, 3, 1000, 2.5f};
    const struct loopc_dataset_options options = filled(LOOPC_MISSING_MEDIAN);
    (void)state;
    write_text("t.csv", "a\n1\n2\n3\n1000\nNA\n");
    struct loopc_dataset d = load("t.csv", &options);
    check_x(&d, x, LENGTH(x));
    loopc_dataset_free(&d);
}

static void a_missing_text_is_the_most_frequent(void **state)
{
    static const float x[] = {0, 1, 0, 1, 1, 0, 0, 1};
    struct loopc_dataset_options options = filled(LOOPC_MISSING_MEAN);
    options.text = LOOPC_TEXT_ONEHOT;
    (void)state;
    write_text("t.csv", "city\nRome\nRome\nOslo\n?\n");
    struct loopc_dataset d = load("t.csv", &options);
    check_x(&d, x, LENGTH(x));
    loopc_dataset_free(&d);
}

/* Scale and mean are of the rows that stay for training, and those held out are scaled by them. */
static void a_split_fits_anew(void **state)
{
    const double *mean, *divisor;
    double sum = 0;
    struct loopc_dataset part = {0};
    const struct loopc_dataset_options options = {
        .label = LOOPC_LABEL_NONE, .scale = LOOPC_SCALE_STANDARD, .splits = true};
    (void)state;
    write_text("t.csv", "a\n1\n2\n4\n8\n16\n32\n64\n128\n");
    struct loopc_dataset d = load("t.csv", &options);
    assert_true(loopc_dataset_scaling(&d, &mean, &divisor));
    assert_true(fabs(mean[0] - 255.0 / 8) < 1e-12);
    assert_int_equal(loopc_dataset_split(&d, 3, 0.25, &d, &part), LOOPC_OK);
    for (int64_t i = 0; i < d.rows; i++)
        sum += ldexp(1, (int)loopc_dataset_row(&d, i));
    assert_true(loopc_dataset_scaling(&d, &mean, &divisor));
    assert_true(fabs(mean[0] - sum / 6) < 1e-12);
    for (int64_t i = 0; i < part.rows; i++) {
        const int64_t row = loopc_dataset_row(&part, i);
        const double expected = (ldexp(1, (int)row) - mean[0]) / divisor[0];
        assert_true(fabs((double)part.x[row] - expected) < 1e-6);
    }
    loopc_dataset_free(&part);
    loopc_dataset_free(&d);
}

static void another_set_takes_the_scale_over(void **state)
{
    static const float x[] = {0.5f, 2};
    const struct loopc_dataset_options options = {.label = LOOPC_LABEL_NONE,
                                                  .scale = LOOPC_SCALE_MAX};
    struct loopc_dataset d;
    (void)state;
    write_text("train.csv", "1\n-8\n");
    struct loopc_dataset train = load("train.csv", &options);
    write_text("t.csv", "4\n16\n");
    assert_int_equal(load_like(&d, "t.csv", &options, &train), LOOPC_OK);
    check_x(&d, x, LENGTH(x));
    loopc_dataset_free(&d);
    loopc_dataset_free(&train);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(missing_values_are_filled),
        cmocka_unit_test(a_median_is_not_moved_by_one_row),
        cmocka_unit_test(a_missing_text_is_the_most_frequent),
        cmocka_unit_test(a_split_fits_anew),
        cmocka_unit_test(another_set_takes_the_scale_over),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
