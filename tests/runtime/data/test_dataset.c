/* Data sets once they are read: scales, sets like others, parts, rows in an order. And one real
 * file, when the environment variable LOOPC_SHARED names the folder that has it as
 * data/optdigits.tra. */
#include "dataset_files.h"
#include "base/shuffle.h"

#include "base/rng.h"

#include <math.h>
#include <sys/stat.h>

/* Options of the sets that have no labels. */
static struct loopc_dataset_options samples_only(enum loopc_scale scale)
{
    return (struct loopc_dataset_options){.label = LOOPC_LABEL_NONE, .scale = scale, .divisor = 16};
}

static void scales_by_a_constant(void **state)
{
    static const float x[] = {0.5f, -1, 1, 0.0625f};
    const struct loopc_dataset_options options = samples_only(LOOPC_SCALE_CONSTANT);
    (void)state;
    write_text("a.csv", "8,-16\n16,1\n");
    struct loopc_dataset d = load("a.csv", &options);
    check_x(&d, x, LENGTH(x));
    loopc_dataset_free(&d);
}

static void scales_by_the_largest_magnitude(void **state)
{
    static const float x[] = {0.25f, -1, 0.5f, 0}, zeros[] = {0, 0};
    const struct loopc_dataset_options options = samples_only(LOOPC_SCALE_MAX);
    (void)state;
    write_text("a.csv", "2,-8\n4,0\n");
    struct loopc_dataset d = load("a.csv", &options);
    check_x(&d, x, LENGTH(x));
    loopc_dataset_free(&d);
    write_text("a.csv", "0,-0\n");
    d = load("a.csv", &options);
    check_x(&d, zeros, LENGTH(zeros));
    loopc_dataset_free(&d);
}

/* 0.1 has no exact binary form: the third column is constant, but not its rounded sum. */
static void scales_to_standard(void **state)
{
    static const float x[] = {-1, 1, 0, 1, -1, 0, -1, -1, 0, 1, 1, 0};
    const struct loopc_dataset_options options = samples_only(LOOPC_SCALE_STANDARD);
    (void)state;
    write_text("a.csv", "1,1e6,.1\n3,-1e6,.1\n1,-1e6,.1\n3,1e6,.1\n");
    struct loopc_dataset d = load("a.csv", &options);
    check_x(&d, x, LENGTH(x));
    loopc_dataset_free(&d);
}

static void scales_no_targets(void **state)
{
    static const float x[] = {-1, 1}, y[] = {5, 9};
    struct loopc_dataset_options options = {.targets = 1, .scale = LOOPC_SCALE_STANDARD};
    (void)state;
    write_text("a.csv", "3,5\n7,9\n");
    struct loopc_dataset d = load("a.csv", &options);
    check_x(&d, x, LENGTH(x));
    assert_memory_equal(d.y, y, sizeof y);
    loopc_dataset_free(&d);
}

static void takes_over_scale_and_classes(void **state)
{
    static const float x[] = {3, 42};
    static const int32_t labels[] = {1};
    const struct loopc_dataset_options options = {
        .label = LOOPC_LABEL_FIRST, .header = LOOPC_HEADER_NO, .scale = LOOPC_SCALE_STANDARD};
    const struct loopc_dataset_options test = {.like = "train", .scale = LOOPC_SCALE_MAX};
    struct loopc_dataset d;
    (void)state;
    write_text("train.csv", "1,1,-1\n0,3,83\n");
    struct loopc_dataset train = load("train.csv", &options);
    write_text("test.csv", "1,5,1805\n");
    assert_int_equal(load_like(&d, "test.csv", &test, &train), LOOPC_OK);
    loopc_dataset_free(&train);
    assert_int_equal(d.classes, 2);
    check_labels(&d, labels);
    check_x(&d, x, LENGTH(x));
    loopc_dataset_free(&d);
}

static void gives_zero_where_the_other_was_constant(void **state)
{
    static const float x[] = {-1, 0};
    const struct loopc_dataset_options options = samples_only(LOOPC_SCALE_STANDARD);
    struct loopc_dataset d;
    (void)state;
    write_text("train.csv", "1,5\n3,5\n");
    struct loopc_dataset train = load("train.csv", &options);
    write_text("test.csv", "1,7\n");
    assert_int_equal(load_like(&d, "test.csv", &options, &train), LOOPC_OK);
    check_x(&d, x, LENGTH(x));
    loopc_dataset_free(&d);
    loopc_dataset_free(&train);
}

static void refuses_what_is_not_alike(void **state)
{
    const struct loopc_dataset_options test = {.like = "train"};
    static const struct loopc_dataset none;
    (void)state;
    write_text("train.csv", "1,2,0\n3,4,1\n");
    struct loopc_dataset train = load("train.csv", &plain);
    write_text("test.csv", "1,2,3,0\n");
    refuses_like("test.csv", &test, &train,
                 "test.csv: it has 4 columns, train.csv, which it is to be like, has 3");
    write_text("test.csv", "1,2,0\n1,2,2\n");
    refuses_like("test.csv", &test, &train,
                 "test.csv:2: column 3: the label is 2, but there are the classes 0, 1, as in "
                 "train.csv");
    refuses_like("test.csv", &test, &none,
                 "test.csv: the data set that it is to be like is not loaded");
    refuses_like("test.csv", &test, NULL,
                 "test.csv: the data set that it is to be like is not loaded");
    loopc_dataset_free(&train);
}

static void refuses_what_overflows_when_scaled(void **state)
{
    const struct loopc_dataset_options options = samples_only(LOOPC_SCALE_STANDARD);
    (void)state;
    write_text("train.csv", "0,1e-30\n0,3e-30\n");
    struct loopc_dataset train = load("train.csv", &options);
    write_text("test.csv", "0,0\n0,1e10\n");
    refuses_like("test.csv", &options, &train,
                 "test.csv: row 2, column 2 of the samples: 1e+10, scaled as (x - 2e-30) / 1e-30, "
                 "is too large for f32");
    loopc_dataset_free(&train);
}

/* A set whose row i is i, with the label i % 3. */
static struct loopc_dataset numbers(int rows)
{
    FILE *const file = fopen("numbers.csv", "w");
    for (int i = 0; i < rows; i++)
        fprintf(file, "%d,%d,%d\n", i, -i, i % 3);
    fclose(file);
    return load("numbers.csv", &plain);
}

static void takes_rows_as_stored(void **state)
{
    struct loopc_dataset d = numbers(10);
    float x[8] = {0};
    int32_t labels[4] = {9, 9, 9, 9};
    (void)state;
    assert_int_equal(loopc_dataset_take(&d, 0, 4, 4, x, labels), 4);
    for (size_t i = 0; i < 4; i++) {
        const int row = 4 + (int)i;
        assert_int_equal((int)x[2 * i], row);
        assert_int_equal((int)x[2 * i + 1], -row);
        assert_int_equal(labels[i], row % 3);
    }
    assert_int_equal(loopc_dataset_take(&d, 0, 8, 4, x, NULL), 2);
    assert_int_equal((int)x[2], 9);
    assert_int_equal(loopc_dataset_take(&d, 0, 10, 4, x, labels), 0);
    assert_int_equal(loopc_dataset_take(&d, 0, -1, 4, x, labels), 0);
    assert_int_equal(loopc_dataset_take(&d, 0, 0, -4, x, labels), 0);
    loopc_dataset_free(&d);
}

static void takes_every_row_of_an_order_once(void **state)
{
    enum { ROWS = 100, BATCH = 7 };
    struct loopc_dataset d = numbers(ROWS);
    int seen[ROWS] = {0}, rows = 0, in_place = 0;
    (void)state;
    for (int first = 0; first < ROWS; first += BATCH) {
        float x[2 * BATCH];
        int32_t labels[BATCH];
        const int32_t took = loopc_dataset_take(&d, 5, first, BATCH, x, labels);
        for (size_t i = 0; i < (size_t)took; i++) {
            const int value = (int)x[2 * i];
            assert_int_equal(value, loopc_shuffled(5, ROWS, (uint64_t)first + i));
            assert_int_equal(labels[i], value % 3);
            in_place += value == first + (int)i;
            seen[value]++;
        }
        rows += took;
    }
    assert_int_equal(rows, ROWS);
    assert_in_range(in_place, 0, 6);
    for (int i = 0; i < ROWS; i++)
        assert_int_equal(seen[i], 1);
    loopc_dataset_free(&d);
}

static void takes_targets(void **state)
{
    struct loopc_dataset_options options = {.targets = 2};
    float x[2], y[4];
    (void)state;
    write_text("a.csv", "1,10,100\n2,20,200\n3,30,300\n");
    struct loopc_dataset d = load("a.csv", &options);
    assert_int_equal(loopc_dataset_take_targets(&d, 0, 1, 2, x, y), 2);
    assert_true((int)x[1] == 3 && (int)y[0] == 20 && (int)y[1] == 200 && (int)y[3] == 300);
    assert_int_equal(loopc_dataset_take_targets(&d, 0, 2, 2, NULL, y), 1);
    assert_int_equal((int)y[0], 30);
    loopc_dataset_free(&d);
}

/* Marks the rows of a part of `numbers`, which are in ascending order, with their labels. */
static void check_part(const struct loopc_dataset *d, int64_t rows, int *seen)
{
    int before = -1;
    assert_int_equal(d->rows, rows);
    for (int64_t i = 0; i < rows; i++) {
        float x[2];
        int32_t label;
        assert_int_equal(loopc_dataset_take(d, 0, i, 1, x, &label), 1);
        assert_true((int)x[0] > before);
        before = (int)x[0];
        assert_int_equal(label, before % 3);
        seen[before]++;
    }
}

static void splits_into_two(void **state)
{
    struct loopc_dataset whole = numbers(50), rest, part, again, other;
    int seen[50] = {0};
    (void)state;
    assert_int_equal(loopc_dataset_split(&whole, 4, 0.3, &rest, &part), LOOPC_OK);
    check_part(&rest, 35, seen);
    check_part(&part, 15, seen);
    for (int i = 0; i < 50; i++)
        assert_int_equal(seen[i], 1);
    assert_ptr_equal(part.x, whole.x);
    assert_int_equal(loopc_dataset_split(&whole, 4, 0.3, &again, &other), LOOPC_OK);
    assert_memory_equal(part.index, other.index, 15 * sizeof *part.index);
    loopc_dataset_free(&again);
    loopc_dataset_free(&other);
    assert_int_equal(loopc_dataset_split(&whole, 5, 0.3, &again, &other), LOOPC_OK);
    assert_memory_not_equal(part.index, other.index, 15 * sizeof *part.index);
    loopc_dataset_free(&again);
    loopc_dataset_free(&other);
    loopc_dataset_free(&whole);
    loopc_dataset_free(&rest);
    loopc_dataset_free(&part);
}

static void splits_parts_and_in_place(void **state)
{
    struct loopc_dataset d = numbers(50), valid, test, half;
    int seen[50] = {0};
    (void)state;
    assert_int_equal(loopc_dataset_split(&d, 0, 0.2, &d, &valid), LOOPC_OK);
    assert_int_equal(loopc_dataset_split(&d, 1, 0.25, &d, &test), LOOPC_OK);
    assert_int_equal(loopc_dataset_split(&test, 2, 0.5, &test, &half), LOOPC_OK);
    check_part(&d, 30, seen);
    check_part(&valid, 10, seen);
    check_part(&test, 5, seen);
    check_part(&half, 5, seen);
    for (int i = 0; i < 50; i++)
        assert_int_equal(seen[i], 1);
    loopc_dataset_free(&test);
    loopc_dataset_free(&d);
    loopc_dataset_free(&half);
    loopc_dataset_free(&valid);
}

static void splits_at_the_limits(void **state)
{
    struct loopc_dataset whole = numbers(3), rest, part, none = {0};
    (void)state;
    assert_int_equal(loopc_dataset_split(&whole, 1, 1, &rest, &part), LOOPC_OK);
    assert_true(rest.rows == 0 && part.rows == 3);
    assert_int_equal(loopc_dataset_take(&rest, 1, 0, 1, NULL, NULL), 0);
    loopc_dataset_free(&rest);
    loopc_dataset_free(&part);
    assert_int_equal(loopc_dataset_split(&whole, 1, 0, &rest, &part), LOOPC_OK);
    assert_true(rest.rows == 3 && part.rows == 0);
    loopc_dataset_free(&rest);
    loopc_dataset_free(&part);
    assert_int_equal(loopc_dataset_split(&whole, 1, 1.5, &rest, &part), LOOPC_FAILED);
    assert_int_equal(loopc_dataset_split(&whole, 1, -0.1, &rest, &part), LOOPC_FAILED);
    assert_int_equal(loopc_dataset_split(&whole, 1, (double)NAN, &rest, &part), LOOPC_FAILED);
    assert_int_equal(loopc_dataset_split(&none, 1, 0.5, &rest, &part), LOOPC_FAILED);
    loopc_dataset_free(&none);
    loopc_dataset_free(&whole);
}

/* A part scales a similar set as the whole set does. */
static void parts_have_the_scale_of_the_whole(void **state)
{
    static const float x[] = {0.5f};
    const struct loopc_dataset_options options = samples_only(LOOPC_SCALE_MAX);
    struct loopc_dataset rest, part, d;
    (void)state;
    write_text("a.csv", "1\n2\n8\n");
    struct loopc_dataset whole = load("a.csv", &options);
    assert_int_equal(loopc_dataset_split(&whole, 0, 0.34, &rest, &part), LOOPC_OK);
    write_text("b.csv", "4\n");
    assert_int_equal(load_like(&d, "b.csv", &options, &rest), LOOPC_OK);
    check_x(&d, x, LENGTH(x));
    loopc_dataset_free(&d);
    loopc_dataset_free(&part);
    loopc_dataset_free(&rest);
    loopc_dataset_free(&whole);
}

static void reads_names_with_commas_and_pipes(void **state)
{
    static const float x[] = {1, 2, 3};
    const struct loopc_dataset_options options = samples_only(LOOPC_SCALE_NONE);
    (void)state;
    write_text("one,two", "1,2,3\n");
    struct loopc_dataset d = load("one,two", &options);
    check_x(&d, x, LENGTH(x));
    loopc_dataset_free(&d);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_int_equal(system("(printf 1,2; printf ',3\\n') > pipe &"), 0);
    d = load("pipe", &options);
    check_x(&d, x, LENGTH(x));
    loopc_dataset_free(&d);
}

static void reads_handwritten_digits(void **state)
{
    const char *const shared = getenv("LOOPC_SHARED");
    const struct loopc_dataset_options options = {.scale = LOOPC_SCALE_MAX};
    char path[4096];
    float largest = 0;
    int64_t by_class[10] = {0};
    (void)state;
    if (!shared) skip();
    snprintf(path, sizeof path, "%s/data/optdigits.tra", shared);
    struct loopc_dataset d = load(path, &options);
    assert_int_equal(d.rows, 3823);
    assert_int_equal(d.columns, 64);
    assert_int_equal(d.classes, 10);
    for (int64_t i = 0; i < d.rows * 64; i++) {
        assert_true(d.x[i] >= 0);
        if (d.x[i] > largest) largest = d.x[i];
    }
    assert_true((int)largest == 1);
    for (int64_t i = 0; i < d.rows; i++)
        by_class[d.labels[i]]++;
    assert_int_equal(by_class[0], 376);
    assert_int_equal(by_class[9], 382);
    loopc_dataset_free(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scales_by_a_constant),
        cmocka_unit_test(scales_by_the_largest_magnitude),
        cmocka_unit_test(scales_to_standard),
        cmocka_unit_test(scales_no_targets),
        cmocka_unit_test(takes_over_scale_and_classes),
        cmocka_unit_test(gives_zero_where_the_other_was_constant),
        cmocka_unit_test(refuses_what_is_not_alike),
        cmocka_unit_test(refuses_what_overflows_when_scaled),
        cmocka_unit_test(takes_rows_as_stored),
        cmocka_unit_test(takes_every_row_of_an_order_once),
        cmocka_unit_test(takes_targets),
        cmocka_unit_test(splits_into_two),
        cmocka_unit_test(splits_parts_and_in_place),
        cmocka_unit_test(splits_at_the_limits),
        cmocka_unit_test(parts_have_the_scale_of_the_whole),
        cmocka_unit_test(reads_names_with_commas_and_pipes),
        cmocka_unit_test(reads_handwritten_digits),
    };
    return cmocka_run_group_tests_name("dataset", tests, enter_folder, leave_folder);
}
