/* The end of loading: columns that number rows, rows that are dropped, how
 * many columns there are. */
#include "dataset_files.h"

static void counting_columns_are_left_out(void **state)
{
    static const float x[] = {5, 7}, named[] = {0, 5, 1, 7};
    (void)state;
    write_text("t.csv", ",a,y\n0,5,0\n1,7,1\n");
    struct loopc_dataset d = load("t.csv", &plain);
    check_x(&d, x, LENGTH(x));
    assert_int_equal(loopc_dataset_table(&d)->columns[0].role, LOOPC_ROLE_IGNORED);
    loopc_dataset_free(&d);
    write_text("t.csv", "n,a,y\n0,5,0\n1,7,1\n"); /* a column with a name is meant */
    d = load("t.csv", &plain);
    check_x(&d, named, LENGTH(named));
    loopc_dataset_free(&d);
}

/* Rows that were shuffled or chosen have the numbers that they had before; so they have when pandas
 * has read them and written them again. */
static void numbers_of_rows_need_not_be_in_order(void **state)
{
    static const float x[] = {5, 7, 9}, twice[] = {4, 5, 0, 7, 4, 9}, below[] = {4, 5, 0, 7, -1, 9},
                       parts[] = {4, 5, 0, 7, 0.5F, 9};
    static const char *const indices[] = {",a,y\n4,5,0\n0,7,1\n2,9,1\n",
                                          ",a,y\n1,5,0\n4,7,1\n9,9,1\n",
                                          "Unnamed: 0,a,y\n4,5,0\n0,7,1\n2,9,1\n"};
    static const struct {
        const char *text;
        const float *x;
    } inputs[] = {{",a,y\n4,5,0\n0,7,1\n4,9,1\n", twice},
                  {",a,y\n4,5,0\n0,7,1\n-1,9,1\n", below},
                  {",a,y\n4,5,0\n0,7,1\n0.5,9,1\n", parts},
                  {"Unnamed: 1,a,y\n4,5,0\n0,7,1\n4,9,1\n", twice}};
    (void)state;
    for (size_t i = 0; i < LENGTH(indices); i++) {
        write_text("t.csv", indices[i]);
        struct loopc_dataset d = load("t.csv", &plain);
        check_x(&d, x, LENGTH(x));
        loopc_dataset_free(&d);
    }
    for (size_t i = 0; i < LENGTH(inputs); i++) {
        write_text("t.csv", inputs[i].text);
        struct loopc_dataset d = load("t.csv", &plain);
        check_x(&d, inputs[i].x, 6);
        loopc_dataset_free(&d);
    }
}

static void rows_with_missing_values_are_dropped(void **state)
{
    static const float x[] = {1, 7};
    const struct loopc_dataset_options drop = {
        .missing = LOOPC_MISSING_DROP, .id = "id", .keep_ids = true};
    (void)state;
    write_text("t.csv", "id,a,y\nr1,1,0\nr2,,1\nr3,3,\nr4,7,1\n");
    struct loopc_dataset d = load("t.csv", &drop);
    check_x(&d, x, LENGTH(x));
    assert_string_equal(loopc_dataset_id(&d, 0), "r1");
    assert_string_equal(loopc_dataset_id(&d, 1), "r4");
    loopc_dataset_free(&d);
    write_text("t.csv", "id,a,b,y\nr1,,1,0\nr2,2,,1\n");
    refuses_like("t.csv", &drop, NULL, "t.csv: each row has a missing value: none is left");
}

static void a_spec_may_say_how_many_columns(void **state)
{
    const struct loopc_dataset_options three = {.columns = 3};
    (void)state;
    write_text("t.csv", "1,2,0\n3,4,1\n");
    refuses_like("t.csv", &three, NULL, "t.csv: its samples have 2 columns, the spec wants 3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counting_columns_are_left_out),
        cmocka_unit_test(numbers_of_rows_need_not_be_in_order),
        cmocka_unit_test(rows_with_missing_values_are_dropped),
        cmocka_unit_test(a_spec_may_say_how_many_columns),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
