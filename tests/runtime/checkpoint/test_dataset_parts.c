/* Parts of data sets in checkpoints: which rows they are, saved and taken again. */
#include "checkpoint/dataset_parts.h"
#include "data/dataset.h"
#include "files.h"
#include "kept.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

struct parted {
    struct loopc_run loopc;
    struct loopc_dataset train, valid;
    int64_t number;
};

static const struct loopc_field fields[] = {
    {.name = "train", .type = LOOPC_DATASET, .offset = offsetof(struct parted, train), .count = 1},
    {.name = "valid", .type = LOOPC_DATASET, .offset = offsetof(struct parted, valid), .count = 1},
    {.name = "number", .type = LOOPC_I64, .offset = offsetof(struct parted, number), .count = 1},
};
static const struct loopc_program program = {
    .name = "parted", .size = sizeof(struct parted), .fields = fields, .field_count = 3};
static struct parted s;
static char path[64], file[128], text[2048];
static const struct loopc_message message = {text, sizeof text};

static void load_train(void)
{
    char argument[128];
    const struct loopc_dataset_options options = {.label = LOOPC_LABEL_NONE};
    snprintf(argument, sizeof argument, "%s/t.csv", path);
    if (loopc_dataset_load(&s.train, argument, &options, NULL, text, sizeof text))
        fail_msg("%s", text);
}

static int set_up(void **unused)
{
    (void)unused;
    static const char rows[] = "1,2\n3,4\n5,6\n7,8\n9,10\n11,12\n13,14\n15,16\n";
    s = (struct parted){.number = 1};
    s.loopc.program = &program;
    files_folder(path);
    snprintf(file, sizeof file, "%s/t.csv", path);
    files_write(file, rows, sizeof rows - 1);
    load_train();
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    loopc_dataset_free(&s.valid);
    loopc_dataset_free(&s.train);
    files_remove(path);
    return 0;
}

/* Takes two of eight rows out of the training part. */
static void split(void)
{
    assert_int_equal(loopc_dataset_split(&s.train, 5, 0.25, &s.train, &s.valid), LOOPC_OK);
    assert_int_equal(s.valid.rows, 2);
}

static void whole_data_sets_have_no_rows_to_save(void **unused)
{
    (void)unused;
    int64_t count;
    const char *of;
    assert_null(loopc_part_rows(&program, &s, 0, &count, &of));
    assert_null(loopc_part_rows(&program, &s, 1, &count, &of)); /* nothing is loaded */
    assert_null(loopc_part_rows(&program, &s, 2, &count, &of)); /* no data set */
    assert_ptr_equal(loopc_dataset_of(&program, &s, 0), &s.train);
    assert_null(loopc_dataset_of(&program, &s, 2));
}

static void parts_have_rows_of_the_one_that_was_loaded(void **unused)
{
    (void)unused;
    int64_t count;
    const char *of;
    split();
    const int64_t *rows = loopc_part_rows(&program, &s, 1, &count, &of);
    assert_non_null(rows);
    assert_int_equal(count, 2);
    assert_true(rows[0] < rows[1] && rows[1] < 8);
    assert_string_equal(of, "train");
    assert_non_null(loopc_part_rows(&program, &s, 0, &count, &of));
    assert_int_equal(count, 6);
    assert_true(loopc_has_own_table(&program, &s, 0));
    assert_false(loopc_has_own_table(&program, &s, 1));
    assert_false(loopc_has_own_table(&program, &s, 2));
}

static void save(void)
{
    struct loopc_directory folder;
    struct loopc_checkpoint_info info = loopc_checkpoint_info_start();
    if (loopc_directory_open(&folder, &program, path, &message)) fail_msg("%s", text);
    if (loopc_checkpoint_save(&folder, &s, &info, false, &message)) fail_msg("%s", text);
    loopc_directory_close(&folder);
    snprintf(file, sizeof file, "%s/parted-1.safetensors", path);
}

static void take_again(void)
{
    struct loopc_safetensors from;
    if (loopc_safetensors_open(&from, file, &message)) fail_msg("%s", text);
    assert_int_equal(loopc_parts_load(&from, &program, &s, &message), LOOPC_LOADED);
    loopc_safetensors_close(&from);
}

static void parts_come_back_by_their_rows(void **unused)
{
    (void)unused;
    int64_t rows[2];
    split();
    memcpy(rows, s.valid.index, sizeof rows);
    save();
    loopc_dataset_free(&s.valid);
    loopc_dataset_free(&s.train);
    load_train();
    take_again();
    assert_int_equal(s.train.rows, 6);
    assert_int_equal(s.valid.rows, 2);
    assert_memory_equal(s.valid.index, rows, sizeof rows);
    assert_ptr_equal(s.valid.x, s.train.x);
}

static void what_was_whole_is_whole_again(void **unused)
{
    (void)unused;
    save();
    split();
    take_again();
    assert_int_equal(s.train.rows, 8);
    assert_null(s.train.index);
}

/* The same row numbers are out of range in a shorter file. */
static void rows_that_do_not_fit_are_left(void **unused)
{
    (void)unused;
    char data[128];
    split();
    save();
    loopc_dataset_free(&s.valid);
    loopc_dataset_free(&s.train);
    snprintf(data, sizeof data, "%s/t.csv", path);
    files_write(data, "1,2\n", 4);
    load_train();
    take_again();
    assert_int_equal(s.train.rows, 1);
    assert_int_equal(s.valid.rows, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(whole_data_sets_have_no_rows_to_save),
        TEST(parts_have_rows_of_the_one_that_was_loaded),
        TEST(parts_come_back_by_their_rows),
        TEST(what_was_whole_is_whole_again),
        TEST(rows_that_do_not_fit_are_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
