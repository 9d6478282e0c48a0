/* Instances for other languages: the table of fields as JSON, values from text, data sets from
 * files. */
#include "library/foreign.h"

#include "data/dataset.h"
#include "files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct state {
    struct loopc_run loopc;
    float rate;
    const char *name;
    float matrix[16 * 2];
    struct loopc_dataset data, like;
};

static const struct loopc_range range = {.min = 0, .max = 2};
static const struct loopc_dataset_options labelled = {.label = LOOPC_LABEL_LAST},
                                          same = {.like = "data"};
static const struct loopc_field table[] = {
    {LOOPC_NAMED("rate", state, rate, F32, 1), .flags = LOOPC_OPTION, .range = &range,
     .doc = "\"r\""},
    {LOOPC_NAMED("name", state, name, STR, 1)},
    {LOOPC_MATRIX("net.layers.0.weight", state, matrix, 2, 3)},
    {LOOPC_NAMED("data", state, data, DATASET, 1), .dataset = &labelled},
    {LOOPC_NAMED("like", state, like, DATASET, 1), .dataset = &same},
};
static const struct loopc_program program = {
    .name = "mini", .size = sizeof(struct state), .fields = table, .field_count = 5};

static struct state s;
static char message[512];

static void the_table_is_described(void **unused)
{
    (void)unused;
    char text[2048], small[8];
    const size_t length = loopc_instance_describe(&program, text, sizeof text);
    assert_int_equal(length, strlen(text));
    assert_int_equal(loopc_instance_describe(&program, small, sizeof small), length);
    assert_string_equal(small, "{\"progr");
    assert_non_null(strstr(text, "\"program\": \"mini\""));
    assert_non_null(
        strstr(text, "\"option\": true, \"min\": 0, \"max\": 2, \"doc\": \"\\\"r\\\"\""));
    assert_non_null(strstr(text, "\"dims\": [2, 3], \"panels\": 32"));
}

static void numbers_are_set_within_their_range(void **unused)
{
    (void)unused;
    assert_int_equal(loopc_instance_set(&program, &s, "rate", "1.5", message, sizeof message), 0);
    assert_true(s.rate == 1.5f);
    assert_int_equal(loopc_instance_set(&program, &s, "rate", "3", message, sizeof message), 1);
    assert_true(s.rate == 1.5f);
    assert_int_equal(loopc_instance_set(&program, &s, "name", "x", message, sizeof message), 1);
    assert_string_equal(message, "it is no number");
    assert_int_equal(loopc_instance_set(&program, &s, "other", "1", message, sizeof message), 1);
    assert_string_equal(message, "there is no such field");
}

static int read_into(const char *name, const char *path)
{
    return loopc_instance_read(&program, &s, name, path, message, sizeof message);
}

static void data_sets_are_read(void **unused)
{
    (void)unused;
    static const char text[] = "a,b,c\n1,2,x\n3,4,y\n";
    char folder[64], path[96];
    files_folder(folder);
    snprintf(path, sizeof path, "%s/data.csv", folder);
    files_write(path, text, sizeof text - 1);
    assert_int_equal(read_into("like", path), LOOPC_FAILED); /* there is nothing to be like */
    assert_int_equal(read_into("data", path), LOOPC_OK);
    assert_int_equal(s.data.rows, 2);
    assert_int_equal(read_into("like", path), LOOPC_OK);
    assert_int_equal(read_into("data", "/nowhere.csv"), LOOPC_FAILED);
    assert_int_equal(s.data.rows, 2);
    assert_int_equal(read_into("rate", path), LOOPC_FAILED);
    loopc_instance_forget(&s.like);
    loopc_instance_forget(&s.data);
    files_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_described),
        cmocka_unit_test(numbers_are_set_within_their_range),
        cmocka_unit_test(data_sets_are_read),
    };
    return cmocka_run_group_tests_name("foreign", tests, NULL, NULL);
}
