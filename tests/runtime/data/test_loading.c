/* Data sets on their way in: roles of columns, names that are there twice, columns
 * of another set. */
#include "dataset_files.h"
#include "data/loading.h"

static const char *roles_of(const struct loopc_dataset *d)
{
    static char text[64];
    const struct loopc_table *const t = loopc_dataset_table(d);
    for (int32_t i = 0; i < t->count; i++)
        text[i] = "iltw#-"[t->columns[i].role];
    text[t->count] = 0;
    return text;
}

static void has_roles(const struct loopc_dataset_options *options, const char *roles)
{
    write_text("t.csv", "a,b,c,d\n1,2,3,0\n4,5,6,1\n");
    struct loopc_dataset d = load("t.csv", options);
    assert_string_equal(roles_of(&d), roles);
    loopc_dataset_free(&d);
}

static void columns_have_the_roles_of_the_options(void **state)
{
    (void)state;
    has_roles(&plain, "iiil");
    has_roles(&(struct loopc_dataset_options){.label = LOOPC_LABEL_NONE}, "iiii");
    has_roles(&(struct loopc_dataset_options){.targets = 2}, "iitt");
    has_roles(&(struct loopc_dataset_options){.target_list = "b", .ignore = "1,d"}, "-ti-");
    has_roles(&(struct loopc_dataset_options){.inputs = "c", .weight = "b", .id = "a"}, "#wil");
}

static void refuses_roles(const struct loopc_dataset_options *options, const char *why)
{
    struct loopc_dataset d;
    write_text("t.csv", "a,b,c,d\n1,2,3,0\n4,5,6,1\n");
    assert_int_equal(load_like(&d, "t.csv", options, NULL), LOOPC_FAILED);
    if (!strstr(message, why)) fail_msg("%s", message);
}

static void columns_that_are_not_there(void **state)
{
    (void)state;
    refuses_roles(&(struct loopc_dataset_options){.ignore = "e"}, "'e'");
    refuses_roles(&(struct loopc_dataset_options){.inputs = "5"}, "5");
    refuses_roles(&(struct loopc_dataset_options){.targets = 4}, "4");
}

static void names_that_are_there_twice(void **state)
{
    (void)state;
    write_text("t.csv", "a,a,y\n1,2,0\n3,4,1\n");
    struct loopc_dataset d = load("t.csv", &plain);
    assert_string_equal(loopc_dataset_table(&d)->columns[1].name, "a.1");
    loopc_dataset_free(&d);
    refuses_text("y,a,y\n1,2,0\n3,4,1\n",
                 "t.csv: the columns 1 and 3 are both called 'y'; one is an input, the other the "
                 "answer\nhint: `ignore` one of them, by its number");
}

static void columns_of_another_set_are_found_by_name(void **state)
{
    static const float x[] = {2, 9};
    struct loopc_dataset d;
    (void)state;
    write_text("train.csv", "a,b,y\n1,2,0\n3,4,1\n");
    struct loopc_dataset train = load("train.csv", &plain);
    write_text("t.csv", "y,more,b,a\n1,7,9,2\n");
    assert_int_equal(load_like(&d, "t.csv", &plain, &train), LOOPC_OK);
    check_x(&d, x, LENGTH(x));
    loopc_dataset_free(&d);
    write_text("t.csv", "y,c,a\n1,7,9\n");
    assert_int_equal(load_like(&d, "t.csv", &plain, &train), LOOPC_FAILED);
    assert_non_null(strstr(message, "'b'"));
    loopc_dataset_free(&train);
}

static void places_are_named_as_editors_want_them(void **state)
{
    char where[LOOPC_WHERE];
    struct loopc_incoming column = {.name = (char *)"age"};
    struct loopc_line_step steps[] = {{0, 2}, {3, 9}};
    struct loopc_loading l = {.path = "t.csv", .columns = &column, .has_names = true};
    (void)state;
    assert_string_equal(loopc_locate_row(&l, 4, where), "t.csv: row 5");
    assert_string_equal(loopc_locate(&l, 0, 4, (struct loopc_place){0}, where),
                        "t.csv: row 5, column 1 ('age')");
    l.has_lines = true;
    l.lines = (struct loopc_array){.items = steps, .count = 2};
    assert_string_equal(loopc_locate_row(&l, 1, where), "t.csv:3");
    assert_string_equal(loopc_locate_row(&l, 4, where), "t.csv:10");
    assert_string_equal(loopc_locate(&l, 0, 0, (struct loopc_place){7, 3}, where),
                        "t.csv:7:3: column 1 ('age')");
}

static void numbers_have_few_digits(void **state)
{
    char text[32];
    (void)state;
    assert_int_equal(loopc_shortest_number(0.1, text), 3);
    assert_string_equal(text, "0.1");
    loopc_shortest_number(-3, text);
    assert_string_equal(text, "-3");
    loopc_shortest_number(0.1 + 0.2, text);
    assert_string_equal(text, "0.30000000000000004");
}

static void notes_are_kept_in_order(void **state)
{
    struct loopc_loading l = {.path = "t.csv"};
    (void)state;
    loopc_reading_note(&l.reading, "%d rows", 3);
    loopc_reading_note(&l.reading, "more");
    assert_int_equal(l.reading.notes.count, 2);
    assert_string_equal(((char **)l.reading.notes.items)[0], "3 rows");
    loopc_loading_free(&l);
    assert_int_equal(l.reading.notes.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_have_the_roles_of_the_options),
        cmocka_unit_test(columns_that_are_not_there),
        cmocka_unit_test(names_that_are_there_twice),
        cmocka_unit_test(columns_of_another_set_are_found_by_name),
        cmocka_unit_test(places_are_named_as_editors_want_them),
        cmocka_unit_test(numbers_have_few_digits),
        cmocka_unit_test(notes_are_kept_in_order),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
