/* Parts: drawn by key, each class in its share, no row lost. */
#include "dataset_files.h"

static char warnings[1024];

static void warn(void *context, const char *text)
{
    (void)context;
    snprintf(warnings + strlen(warnings), sizeof warnings - strlen(warnings), "%s\n", text);
}

static const uint64_t seed = 5;
static const struct loopc_dataset_host host = {.seed = &seed, .warn = warn};

/* 100 rows, a tenth of class 1. */
static struct loopc_dataset load_rows(const struct loopc_dataset_options *options)
{
    FILE *const file = fopen("t.csv", "w");
    for (int i = 0; i < 100; i++)
        fprintf(file, "%d,%d\n", i, i % 10 == 0);
    fclose(file);
    struct loopc_dataset d = load("t.csv", options);
    loopc_dataset_set_host(&d, &host);
    warnings[0] = 0;
    return d;
}

static int64_t of_class(const struct loopc_dataset *d, int32_t class)
{
    int64_t count = 0;
    for (int64_t i = 0; i < d->rows; i++)
        count += d->labels[loopc_dataset_row(d, i)] == class;
    return count;
}

static void each_row_is_in_one_part(void **state)
{
    int seen[100] = {0};
    struct loopc_dataset d = load_rows(&plain), rest = {0}, part = {0};
    const struct loopc_dataset *const parts[] = {&rest, &part};
    (void)state;
    assert_int_equal(loopc_dataset_split(&d, 7, 0.2, &rest, &part), LOOPC_OK);
    assert_true(rest.rows == 80 && part.rows == 20 && d.rows == 100);
    for (int p = 0; p < 2; p++) {
        for (int64_t i = 0; i < parts[p]->rows; i++) {
            seen[loopc_dataset_row(parts[p], i)]++;
            assert_true(i == 0 || parts[p]->index[i] > parts[p]->index[i - 1]);
        }
    }
    for (int i = 0; i < 100; i++)
        assert_int_equal(seen[i], 1);
    assert_true(of_class(&part, 1) == 2 && of_class(&rest, 1) == 8);
    assert_string_equal(warnings, "");
    loopc_dataset_free(&rest);
    loopc_dataset_free(&part);
    loopc_dataset_free(&d);
}

/* A key draws the same rows again, 0 is the key of the seed. */
static void rows_are_drawn_by_the_key(void **state)
{
    static const uint64_t keys[] = {7, 7, 8, 0, 0};
    int64_t rows[5][20];
    struct loopc_dataset d = load_rows(&plain), rest = {0}, part = {0};
    (void)state;
    for (int k = 0; k < 5; k++) {
        assert_int_equal(loopc_dataset_split(&d, keys[k], 0.2, &rest, &part), LOOPC_OK);
        memcpy(rows[k], part.index, sizeof rows[k]);
        loopc_dataset_free(&rest);
        loopc_dataset_free(&part);
    }
    assert_memory_equal(rows[0], rows[1], sizeof rows[0]);
    assert_memory_not_equal(rows[0], rows[2], sizeof rows[0]);
    assert_memory_equal(rows[3], rows[4], sizeof rows[0]);
    loopc_dataset_free(&d);
}

static void a_class_without_rows_is_a_warning(void **state)
{
    struct loopc_dataset d = load_rows(&plain), part = {0};
    (void)state;
    assert_int_equal(loopc_dataset_split(&d, 7, 0.02, &d, &part), LOOPC_OK);
    assert_true(d.rows == 98 && part.rows == 2);
    assert_string_equal(warnings,
                        "t.csv: 1 of 2 classes has no row in the part that is held out: '1'\n");
    loopc_dataset_free(&part);
    loopc_dataset_free(&d);
}

static void shares_that_there_are_not(void **state)
{
    static const double shares[] = {-0.1, 1.1};
    struct loopc_dataset d = load_rows(&plain), nothing = {0}, part = {0};
    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(loopc_dataset_split(&d, 7, shares[i], &d, &part), LOOPC_FAILED);
    assert_int_equal(loopc_dataset_split(&nothing, 7, 0.5, &nothing, &part), LOOPC_FAILED);
    assert_true(d.rows == 100 && part.rows == 0);
    assert_int_equal(loopc_dataset_split(&d, 7, 1, &d, &part), LOOPC_OK);
    assert_true(d.rows == 0 && part.rows == 100);
    loopc_dataset_free(&part);
    loopc_dataset_free(&d);
}

/* The whole is sorted by class; each class gives its share, and only the remainder is fitted. */
static void parts_are_stratified_and_fit_the_rest(void **state)
{
    const struct loopc_dataset_options options = {.scale = LOOPC_SCALE_STANDARD, .splits = true};
    const struct loopc_dataset_options like = {.like = "train"};
    FILE *const file = fopen("t.csv", "w");
    struct loopc_dataset part, other;
    double sum = 0;
    int of_class[2] = {0};
    (void)state;
    for (int i = 0; i < 40; i++)
        fprintf(file, "%d,%c\n", i * i, i < 20 ? 'a' : 'b');
    fclose(file);
    struct loopc_dataset d = load("t.csv", &options);
    assert_int_equal(load_like(&other, "t.csv", &like, &d), LOOPC_OK);
    assert_int_equal(loopc_dataset_split(&d, 0, 0.25, &d, &part), LOOPC_OK);
    for (int64_t i = 0; i < part.rows; i++)
        of_class[part.labels[loopc_dataset_row(&part, i)]]++;
    assert_true(of_class[0] == 5 && of_class[1] == 5);
    for (int64_t i = 0; i < d.rows; i++)
        sum += (double)d.x[loopc_dataset_row(&d, i)];
    assert_true(sum > -1e-4 && sum < 1e-4);
    assert_memory_equal(other.x, d.x, 40 * sizeof *d.x);
    loopc_dataset_free(&part);
    loopc_dataset_free(&other);
    loopc_dataset_free(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_is_in_one_part),
        cmocka_unit_test(rows_are_drawn_by_the_key),
        cmocka_unit_test(parts_are_stratified_and_fit_the_rest),
        cmocka_unit_test(a_class_without_rows_is_a_warning),
        cmocka_unit_test(shares_that_there_are_not),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
