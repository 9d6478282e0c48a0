/* The data sets of a program: required, drawn, described and printed. */
#include "main/datasets.h"
#include "child.h"
#include "data/dataset.h"
#include "files.h"
#include "main/main.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

struct sets {
    _Alignas(64) struct loopc_run loopc;
    struct loopc_dataset train, valid;
};

static const struct loopc_dataset_options train = {.scale = LOOPC_SCALE_MAX};
static const struct loopc_dataset_options valid = {.from = "train", .share = 0.25};

#define SET(the_name)                                                                              \
    {                                                                                              \
        .name = #the_name, .flag = #the_name, .type = LOOPC_DATASET,                               \
        .offset = offsetof(struct sets, the_name), .count = 1, .flags = LOOPC_OPTION,              \
        .dataset = &(the_name)                                                                     \
    }

static const struct loopc_field fields[] = {SET(train), SET(valid)};

static int run(void *state)
{
    const struct sets *const s = state;
    printf("%d and %d\n", (int)s->train.rows, (int)s->valid.rows);
    return LOOPC_OK;
}

static const struct loopc_program program = {
    .name = "sets", .size = sizeof(struct sets), .fields = fields, .field_count = 2, .run = run};
static struct child child;
static char folder[64];

static int sets_main(void *argv)
{
    int argc = 0;
    while (((char **)argv)[argc])
        argc++;
    return loopc_main(&program, argc, argv);
}

#define RUN(...) child_run(&child, sets_main, ((char *[]){(char *)"sets", __VA_ARGS__, NULL}))

static int set_up(void **unused)
{
    static const char rows[] = "a,kind\n1,x\n2,y\n3,x\n4,y\n5,x\n6,y\n7,x\n8,y\n";
    static const char more[] = "a,kind\n9,x\n";
    (void)unused;
    files_folder(folder);
    if (chdir(folder)) return 1;
    files_write("t.csv", rows, sizeof rows - 1);
    files_write("v.csv", more, sizeof more - 1);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    files_remove(folder);
    return chdir("/");
}

static void parts_are_drawn(void **unused)
{
    (void)unused;
    RUN("--train=t.csv");
    assert_string_equal(child.out, "6 and 2\n");
    assert_non_null(strstr(child.err, "sets: data: train: t.csv: CSV, header; 6 rows of 8, "));
    assert_non_null(strstr(child.err, "sets: data: valid: t.csv: CSV, header; 2 rows of 8, "));
    assert_int_equal(child.code, 0);
    RUN("--train=t.csv", "--valid-share=0.5");
    assert_string_equal(child.out, "4 and 4\n");
}

/* A file of its own takes the place of a part, and is like the whole. */
static void a_part_may_have_a_file(void **unused)
{
    (void)unused;
    RUN("--train=t.csv", "--valid=v.csv");
    assert_string_equal(child.out, "8 and 1\n");
    RUN("--valid=v.csv");
    assert_int_equal(child.code, 2);
    assert_string_equal(child.err, "sets: error: --valid needs --train, whose columns, classes and "
                                   "scale it shares\n");
}

static void shares_without_rows_are_refused(void **unused)
{
    (void)unused;
    RUN("--train=t.csv", "--valid-share=0.01");
    assert_int_equal(child.code, 2);
    assert_string_equal(child.err, "sets: error: --valid: its share is less than a row\n"
                                   "sets: hint: --valid-share <share>, or --valid <file>\n");
    RUN("--train=t.csv", "--valid-share=0.99");
    assert_non_null(strstr(child.err, "--valid: its share leaves nothing for training\n"));
}

/* With the place first, as editors want it, and the flag by which the file was named. */
static void bad_files_are_told_with_their_place(void **unused)
{
    static const char rows[] = "a,b,y\n1,2,0\n1,NA,1\n";
    (void)unused;
    files_write("bad.csv", rows, sizeof rows - 1);
    RUN("--train=bad.csv");
    assert_int_equal(child.code, 2);
    assert_memory_equal(child.err, "bad.csv:3: error: values are missing: 'b' 1", 43);
    assert_non_null(strstr(child.err, "sets: hint: "));
    assert_non_null(strstr(child.err, "(--train-missing)\n"));
    assert_null(strstr(child.err, "--DATA"));
}

static void they_are_printed(void **unused)
{
    (void)unused;
    RUN("data", "--train=t.csv", "--valid=v.csv");
    assert_int_equal(child.code, 0);
    assert_non_null(strstr(child.out, "train: t.csv: CSV, header; 8 rows"));
    assert_non_null(strstr(child.out, "warning: class 'y' is in train only\n"));
    RUN("data");
    assert_int_equal(child.code, 2);
    assert_non_null(strstr(child.err, "sets: error: which data?"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(parts_are_drawn),
        TEST(a_part_may_have_a_file),
        TEST(shares_without_rows_are_refused),
        TEST(bad_files_are_told_with_their_place),
        TEST(they_are_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
