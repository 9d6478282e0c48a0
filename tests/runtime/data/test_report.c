/* The report on the data read, for people. */
#include "dataset_files.h"

static void says(const char *text, const struct loopc_dataset_options *options, const char *line)
{
    char found[600];
    write_text("t.csv", text);
    struct loopc_dataset d = load("t.csv", options);
    loopc_dataset_line(&d, "data", found, sizeof found);
    assert_string_equal(found, line);
    loopc_dataset_free(&d);
}

static void one_line(void **state)
{
    const struct loopc_dataset_options targets = {.targets = 1}, weights = {.weight = "w"};
    (void)state;
    says("a,b,kind\n1,2,x\n3,4,y\n", &plain,
         "data: t.csv: CSV, header; 2 rows, 2 inputs, 2 classes in 'kind'");
    says("1;2,5;3\n4;5,5;6\n", &targets,
         "data: t.csv: CSV, semicolons, decimal comma, no header; 2 rows, 2 inputs, 1 target");
    says("a\tw\ty\n1\t2\t0\n2\t2\t1\n", &weights,
         "data: t.csv: CSV, tabs, header; 2 rows, 1 input, 2 classes in 'y', weights");
    says(",a,y\n0,5,0\n1,7,1\n", &plain,
         "data: t.csv: CSV, header; 2 rows, 1 input, 2 classes in 'y'; column 1 has no name and "
         "numbers the rows: it is left out");
}

static const char *page_of(const struct loopc_dataset *d)
{
    static char text[8192];
    FILE *const file = fmemopen(text, sizeof text, "w");
    loopc_dataset_print(d, "data", file);
    fclose(file);
    return text;
}

static void a_page_has_columns_classes_and_warnings(void **state)
{
    const struct loopc_dataset_options options = {
        .keep_values = true, .text = LOOPC_TEXT_ONEHOT, .missing = LOOPC_MISSING_MEAN};
    (void)state;
    write_text("t.csv", "a,b,c,city,kind\n1,1,5,Rome,x\n2,2,5,Oslo,y\n3,3,5,,y\n");
    struct loopc_dataset d = load("t.csv", &options);
    const char *const page = page_of(&d);
    assert_non_null(strstr(page, "1  a       number      input            0  1 to 3\n"));
    assert_non_null(
        strstr(page, "4  city    text        input            1  2 values: Oslo, Rome"));
    assert_non_null(strstr(page, "5  kind    text        label            0  2 values: x, y\n"));
    assert_non_null(strstr(page, ": x 1, y 2\n"));
    assert_non_null(strstr(page, "warning: 'b' has the same values as 'a'\n"));
    assert_non_null(strstr(page, "warning: 'c' has the same value in all rows\n"));
    assert_null(strstr(page, "sorted"));
    loopc_dataset_free(&d);
}

static void sorted_rows_are_a_warning(void **state)
{
    (void)state;
    write_text("t.csv", "1,0\n2,0\n3,0\n4,0\n5,0\n6,1\n7,1\n8,1\n9,1\n");
    struct loopc_dataset d = load("t.csv", &plain);
    assert_non_null(strstr(page_of(&d), "warning: the rows are sorted by class"));
    loopc_dataset_free(&d);
}

static void is_refused(const char *text, const struct loopc_dataset_options *options,
                       const char *wanted, const char *page)
{
    struct loopc_dataset_options all = *options;
    struct loopc_dataset d;
    char found[LOOPC_DATASET_MESSAGE];
    all.keep_refused = true;
    write_text("t.csv", text);
    assert_int_equal(loopc_dataset_load(&d, "t.csv", &all, NULL, found, sizeof found),
                     LOOPC_FAILED);
    assert_string_equal(found, wanted);
    assert_string_equal(d.source ? page_of(&d) : "", page);
    loopc_dataset_free(&d);
}

/* The page of a file that is refused has what was recognized until then. */
static void errors_come_with_what_was_read(void **state)
{
    const struct loopc_dataset_options label = {.label = LOOPC_LABEL_NAME, .label_name = "knd"},
                                       drop = {.missing = LOOPC_MISSING_DROP};
    (void)state;
    is_refused("a;b;kind\n5,5;NA;x\n7,5;2;y\n8,5;3\n", &plain,
               "t.csv:4: 2 cells, but line 1 has 3\nhint: it is the last line: the file may have "
               "been cut short",
               "data: t.csv: CSV, semicolons, decimal comma, header; 2 rows before the error, 2 "
               "inputs\n"
               "  column  name    kind        role       missing  range\n"
               "       1  a       number      input            0  5.5 to 7.5\n"
               "       2  b       number      input            1  2 to 2\n"
               "       3  kind    text        label            0  2 values: x, y\n");
    is_refused("a,kind\n5,x\n", &label,
               "t.csv: it has no column 'knd', which is to be the label\nhint: did you mean "
               "'kind'?",
               "data: t.csv: CSV, header; 0 rows before the error\n"
               "  column  name    kind        role       missing  range\n"
               "       1  a       ?           ?                0\n"
               "       2  kind    ?           ?                0\n");
    is_refused("a,b,kind\n,1,x\n2,NA,y\n", &drop,
               "t.csv: each row has a missing value: none is left",
               "data: t.csv: CSV, header; 0 rows, 2 inputs\n"
               "  column  name    kind        role       missing  range\n"
               "       1  a       number      input            1  2 to 2\n"
               "       2  b       number      input            1  1 to 1\n"
               "       3  kind    text        label            0  2 values: x, y\n"
               "  note: 2 of 2 rows have missing values and are left out\n");
    is_refused("\"a", &plain,
               "t.csv:1:1: a quote that is never closed\nhint: is the quote meant? Quotes within a "
               "cell are doubled",
               "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_line),
        cmocka_unit_test(a_page_has_columns_classes_and_warnings),
        cmocka_unit_test(sorted_rows_are_a_warning),
        cmocka_unit_test(errors_come_with_what_was_read),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
