/* Startup: data sets that need each other, random streams, and the messages about bad files. */
#include "child.h"
#include "loopc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

struct data {
    _Alignas(64) struct loopc_run loopc;
    struct loopc_dataset third, test, train, copy;
    struct loopc_rng one, many[2];
};

static int data_run(void *state)
{
    struct data *const s = state;
    const struct loopc_dataset *sets[] = {&s->train, &s->test, &s->third};
    for (int i = 0; i < 3; i++) {
        printf("%d rows, first %g\n", (int)sets[i]->rows, sets[i]->rows ? (double)*sets[i]->x : 0);
    }
    s->copy = s->train; /* must not be freed twice */
    return (uintptr_t)s % 64 ? LOOPC_FAILED : LOOPC_OK;
}

static const struct loopc_dataset_options train = {.scale = LOOPC_SCALE_MAX, .required = true};
static const struct loopc_dataset_options test = {.like = "train"};
static const struct loopc_dataset_options third = {.like = "test"};

#define AT(member) .offset = offsetof(struct data, member), .count = 1
#define DATA_SET   .type = LOOPC_DATASET, .flags = LOOPC_OPTION

/* Each one comes before the one it needs. */
static const struct loopc_field fields[] = {
    {.name = "third", .flag = "third", DATA_SET, AT(third), .dataset = &third},
    {.name = "test", .flag = "test", DATA_SET, AT(test), .dataset = &test},
    {.name = "train", .flag = "train", DATA_SET, AT(train), .dataset = &train, .doc = "samples"},
    {.name = "copy", .type = LOOPC_DATASET, AT(copy)},
};

static const struct loopc_program program = {.name = "data",
                                             .size = sizeof(struct data),
                                             .fields = fields,
                                             .field_count = 4,
                                             .run = data_run};

static int data_main(void *argv)
{
    int argc = 0;
    while (((char **)argv)[argc])
        argc++;
    return loopc_main(&program, argc, argv);
}

static struct child child;

#define RUN(...) child_run(&child, data_main, ((char *[]){(char *)"data", __VA_ARGS__, NULL}))

static char folder[] = "/tmp/loopc_startup_XXXXXX";

static int write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    if (!file) return 1;
    const int failed = fputs(text, file) < 0;
    return fclose(file) || failed;
}

static int make_files(void **unused)
{
    (void)unused;
    if (!mkdtemp(folder) || chdir(folder)) return 1;
    return write_file("train.csv", "1,4,0\n2,2,1\n") || write_file("test.csv", "8,4,0\n") ||
           write_file("bad.csv", "1,4,0\n2,x,1\n") || write_file("narrow.csv", "1\n2\n");
}

static int remove_files(void **unused)
{
    (void)unused;
    return unlink("train.csv") || unlink("test.csv") || unlink("bad.csv") || unlink("narrow.csv") ||
           chdir("/") || rmdir(folder);
}

static void loads_what_is_given(void **unused)
{
    (void)unused;
    RUN("--train=train.csv");
    assert_string_equal(child.err,
                        "data: data: train: train.csv: CSV, no header; 2 rows, 2 inputs, "
                        "2 classes in 'c3'\n");
    assert_string_equal(child.out, "2 rows, first 0.25\n0 rows, first 0\n0 rows, first 0\n");
    assert_int_equal(child.code, 0);
}

static void likeness_goes_before_order(void **unused)
{
    (void)unused;
    RUN("--third=test.csv", "--test=test.csv", "--train=train.csv");
    assert_string_equal(child.err,
                        "data: data: third: test.csv: CSV, no header; 1 row, 2 inputs, "
                        "2 classes in 'c3'\n"
                        "data: data: test: test.csv: CSV, no header; 1 row, 2 inputs, "
                        "2 classes in 'c3'\n"
                        "data: data: train: train.csv: CSV, no header; 2 rows, 2 inputs, "
                        "2 classes in 'c3'\n");
    assert_string_equal(child.out, "2 rows, first 0.25\n1 rows, first 2\n1 rows, first 2\n");
}

static void refuses_what_is_not_complete(void **unused)
{
    (void)unused;
    char *nothing[] = {(char *)"data", NULL};
    child_run(&child, data_main, nothing);
    assert_int_equal(child.code, 2);
    assert_string_equal(child.err, "data: error: --train is needed: samples\n"
                                   "data: hint: a data set is one CSV, .npy or .npz file, "
                                   "or SAMPLES,LABELS as IDX has them\n");
    RUN("--train=train.csv", "--third=test.csv");
    assert_int_equal(child.code, 2);
    assert_string_equal(child.out, "");
    assert_string_equal(
        child.err,
        "data: error: --third needs --test, whose columns, classes and scale it shares\n");
}

/* In the form of a compiler's, so that editors find the place. */
static void says_where_a_file_is_wrong(void **unused)
{
    (void)unused;
    RUN("--train=bad.csv");
    assert_int_equal(child.code, 2);
    assert_memory_equal(child.err, "bad.csv:2:3: error: ", 20);
    RUN("--train=train.csv,bad.csv"); /* the second one */
    assert_int_equal(child.code, 2);
    assert_memory_equal(child.err, "bad.csv: error: ", 16);
    RUN("--train=narrow.csv");
    assert_int_equal(child.code, 2);
    assert_memory_equal(child.err, "narrow.csv: error: ", 19);
    assert_non_null(strstr(child.err, "between cells (--train-separator)\n"));
    RUN("--train=");
    assert_int_equal(child.code, 2);
    assert_string_equal(child.err, "data: error: --train: a file has a name\n");
}

/* `like` in a circle is an error of the spec; it must not hang. */
static int circle_main(void *argv)
{
    static const struct loopc_dataset_options a = {.like = "b"}, b = {.like = "a"};
    const struct loopc_field circle[] = {
        {.name = "a", .flag = "a", DATA_SET, AT(train), .dataset = &a},
        {.name = "b", .flag = "b", DATA_SET, AT(test), .dataset = &b},
    };
    struct loopc_program own = program;
    own.fields = circle;
    own.field_count = 2;
    return loopc_main(&own, 3, argv);
}

static void a_circle(void **unused)
{
    (void)unused;
    char *argv[] = {(char *)"data", (char *)"--a=train.csv", (char *)"--b=train.csv", NULL};
    child_run(&child, circle_main, argv);
    assert_int_equal(child.code, 2);
    assert_non_null(strstr(child.err, "whose columns, classes and scale it shares"));
}

static int streams_run(void *state)
{
    struct data *const s = state;
    struct loopc_rng expected[3];
    loopc_rng_seed(&expected[0], 5, "one");
    loopc_rng_seed(&expected[1], 5, "many[0]");
    loopc_rng_seed(&expected[2], 5, "many[1]");
    return memcmp(&s->one, &expected[0], sizeof s->one) != 0 ||
           memcmp(s->many, &expected[1], sizeof s->many) != 0 || s->loopc.seed != 5;
}

static int streams_main(void *argv)
{
    const struct loopc_field streams[] = {
        {.name = "one", .type = LOOPC_RNG, AT(one)},
        {.name = "many", .type = LOOPC_RNG, .offset = offsetof(struct data, many), .count = 2},
    };
    struct loopc_program own = program;
    own.fields = streams;
    own.field_count = 2;
    own.run = streams_run;
    return loopc_main(&own, 2, argv);
}

static void streams_have_names(void **unused)
{
    (void)unused;
    char *argv[] = {(char *)"data", (char *)"--seed=5", NULL};
    child_run(&child, streams_main, argv);
    assert_int_equal(child.code, 0);
}

/* Zeroed whatever its size; a large one at the start of a huge page. */
static int large_run(void *state)
{
    const size_t size = ((struct loopc_run *)state)->program->size;
    char *const bytes = state;
    for (size_t i = sizeof(struct loopc_run); i < size; i++) {
        if (bytes[i]) return LOOPC_FAILED;
        bytes[i] = 1; /* it is all there */
    }
    return (uintptr_t)state % (size > 2 << 20 ? 2 << 20 : 64) ? LOOPC_FAILED : LOOPC_OK;
}

static int large_main(void *size)
{
    const struct loopc_program large = {.name = "large", .size = *(size_t *)size, .run = large_run};
    return loopc_main(&large, 1, (char *[]){(char *)"large", NULL});
}

static void large_states_have_huge_pages(void **unused)
{
    (void)unused;
    static const size_t mega = 1 << 20;
    size_t sizes[] = {sizeof(struct loopc_run), mega, 2 * mega, 2 * mega + 1, 9 * mega + 77};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        child_run(&child, large_main, &sizes[i]);
        assert_int_equal(child.code, 0);
    }
}

/* The team is there while the program runs, and not afterwards. */
static int team_run(void *state)
{
    (void)state;
    printf("%d members\n", loopc_team_members);
    return LOOPC_OK;
}

static int crew_main(void *argv)
{
    const struct loopc_program own = {
        .name = "team", .size = sizeof(struct loopc_run), .run = team_run, .threads = true};
    const int code = loopc_main(&own, ((char **)argv)[1] ? 3 : 1, argv);
    return loopc_team_members == 1 ? code : 9;
}

static void threads_are_started_and_ended(void **unused)
{
    (void)unused;
    char *argv[] = {(char *)"team", (char *)"--threads", (char *)"3", NULL},
         *alone[] = {*argv, NULL};
    child_run(&child, crew_main, argv);
    assert_int_equal(child.code, 0);
    assert_string_equal(child.out, "3 members\n");
    child_run(&child, crew_main, alone);
    assert_string_equal(child.out, "1 members\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_what_is_given),
        cmocka_unit_test(likeness_goes_before_order),
        cmocka_unit_test(refuses_what_is_not_complete),
        cmocka_unit_test(says_where_a_file_is_wrong),
        cmocka_unit_test(a_circle),
        cmocka_unit_test(streams_have_names),
        cmocka_unit_test(large_states_have_huge_pages),
        cmocka_unit_test(threads_are_started_and_ended),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
