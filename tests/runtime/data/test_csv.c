/* Data sets from CSV: values read, and every reason for a refusal. */
#include "dataset_files.h"

#include <locale.h>

static void checks_simple(const char *text)
{
    static const float x[] = {1, 2, 3, 4};
    static const int32_t labels[] = {0, 1};
    write_text("s.csv", text);
    struct loopc_dataset d = load("s.csv", &plain);
    assert_int_equal(d.rows, 2);
    assert_int_equal(d.columns, 2);
    assert_int_equal(d.classes, 2);
    assert_int_equal(d.targets, 0);
    assert_null(d.y);
    assert_string_equal(d.name, "s.csv");
    check_x(&d, x, LENGTH(x));
    check_labels(&d, labels);
    loopc_dataset_free(&d);
    assert_null(d.x);
}

static void reads_what_is_written_in_many_ways(void **state)
{
    (void)state;
    checks_simple("1,2,0\n3,4,1\n");
    checks_simple("1,2,0\n3,4,1");
    checks_simple("1,2,0\r\n3,4,1\r\n");
    checks_simple("1,2,0\n3,4,1\n\n \n\r\n");
    checks_simple("a,b,c\n1,2,0\n3,4,1\n");
    checks_simple("\xef\xbb\xbf"
                  "a,b,c\n1,2,0\n3,4,1\n");
    checks_simple("\xef\xbb\xbf"
                  "1,2,0\n3,4,1\n");
    checks_simple("\"a\",\"b, \"\"quoted\"\"\",\"c\r\nd\"\n1,2,0\n3,4,1\n");
    checks_simple("\"1\",\"2\",0\n3,\"4\",\"1\"\n");
    checks_simple(" 1, 2,\t0 \n3 ,4,1\n");
    checks_simple("1.0,2e0,0\n+3,40E-1,1.0\n");
    checks_simple("a,b,\n1,2,0\n3,4,1\n");
}

static void reads_numbers_of_every_kind(void **state)
{
    static const float x[] = {-0.1f, 1e-3f, 16777217.0f, 3.40282347e38f, 1e-45f, 0.5f, 5.f, 0.0f};
    struct loopc_dataset_options options = {.label = LOOPC_LABEL_NONE};
    (void)state;
    setlocale(LC_ALL, "de_DE.UTF-8");
    write_text("n.csv",
               "-0.1,0.001,16777217.000000000000000001,3.4028234663852886e38,1.4e-45,.5,5.,-"
               "1e-400\n");
    struct loopc_dataset d = load("n.csv", &options);
    setlocale(LC_ALL, "C");
    check_x(&d, x, LENGTH(x));
    assert_int_equal(d.classes, 0);
    assert_null(d.labels);
    loopc_dataset_free(&d);
}

static void reads_records_longer_than_its_buffers(void **state)
{
    enum { COLUMNS = 50000, ROWS = 3 };
    struct loopc_dataset_options options = {.label = LOOPC_LABEL_NONE};
    FILE *const file = fopen("wide.csv", "w");
    (void)state;
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        fprintf(file, "%d%s", i + 1, i % COLUMNS == COLUMNS - 1 ? "\r\n" : ",");
    }
    fclose(file);
    struct loopc_dataset d = load("wide.csv", &options);
    assert_int_equal(d.rows, ROWS);
    assert_int_equal(d.columns, COLUMNS);
    for (int i = 0; i < ROWS * COLUMNS; i++)
        assert_int_equal((int)d.x[i], i + 1);
    loopc_dataset_free(&d);
}

static void checks_label(const struct loopc_dataset_options *options, const float *x)
{
    static const int32_t labels[] = {1, 0};
    struct loopc_dataset d = load("l.csv", options);
    assert_int_equal(d.columns, 2);
    assert_int_equal(d.classes, 2);
    assert_string_equal(loopc_dataset_class(&d, 1), "2");
    check_x(&d, x, 4);
    check_labels(&d, labels);
    loopc_dataset_free(&d);
}

static void takes_the_label_from_any_column(void **state)
{
    static const float without_first[] = {5, 1.5f, 6, 2.5f};
    static const float without_middle[] = {2, 1.5f, 0, 2.5f};
    struct loopc_dataset_options first = {.label = LOOPC_LABEL_FIRST};
    struct loopc_dataset_options number = {.label = LOOPC_LABEL_NUMBER, .label_number = 1};
    struct loopc_dataset_options name = {.label = LOOPC_LABEL_NAME, .label_name = "kind"};
    (void)state;
    write_text("l.csv", "kind,a,b\n2,5,1.5\n0,6,2.5\n");
    checks_label(&first, without_first);
    checks_label(&number, without_first);
    checks_label(&name, without_first);
    write_text("l.csv", "a,kind,b\n2,2,1.5\n0,0,2.5\n");
    number.label_number = 2;
    checks_label(&number, without_middle);
    checks_label(&name, without_middle);
}

static void refuses_labels_that_are_not_there(void **state)
{
    struct loopc_dataset_options options = {.label = LOOPC_LABEL_NAME, .label_name = "clas"};
    (void)state;
    write_text("l.csv", "a,b,class\n1,2,0\n");
    refuses_like("l.csv", &options, NULL,
                 "l.csv: it has no column 'clas', which is to be the label\n"
                 "hint: did you mean 'class'?");
    options.label_name = "something else";
    refuses_like("l.csv", &options, NULL,
                 "l.csv: it has no column 'something else', which is to be the label");
    write_text("l.csv", "1,2,0\n");
    options.label_name = "class";
    refuses_like("l.csv", &options, NULL,
                 "l.csv: the column 'class' is to be the label, but there is no header\n"
                 "hint: `label` may also be last, first, or a number from 1");
    options.label = LOOPC_LABEL_NUMBER;
    options.label_number = 4;
    refuses_like("l.csv", &options, NULL,
                 "l.csv: column 4 is to be the label, but there are 3 columns");
}

static void reads_targets(void **state)
{
    static const float x[] = {1, 2, 3, 4}, y[] = {0.5f, -1, 1.5f, -2};
    struct loopc_dataset_options options = {.targets = 2};
    (void)state;
    write_text("y.csv", "a,b,c,d\n1,2,.5,-1\n3,4,1.5,-2\n");
    struct loopc_dataset d = load("y.csv", &options);
    assert_int_equal(d.columns, 2);
    assert_int_equal(d.targets, 2);
    assert_null(d.labels);
    check_x(&d, x, LENGTH(x));
    assert_memory_equal(d.y, y, sizeof y);
    loopc_dataset_free(&d);
    options.targets = 4;
    refuses_like("y.csv", &options, NULL,
                 "y.csv: nothing is left for the samples: each of its 4 columns has another role");
}

static void obeys_what_is_said_of_the_header(void **state)
{
    static const float x[] = {1, 2}, all[] = {7, 8, 1, 2};
    struct loopc_dataset_options options = {.header = LOOPC_HEADER_YES};
    (void)state;
    write_text("h.csv", "7,8,0\n1,2,0\n");
    struct loopc_dataset d = load("h.csv", &options);
    assert_int_equal(d.rows, 1);
    check_x(&d, x, LENGTH(x));
    loopc_dataset_free(&d);
    options.header = LOOPC_HEADER_NO;
    d = load("h.csv", &options);
    assert_int_equal(d.rows, 2);
    check_x(&d, all, LENGTH(all));
    loopc_dataset_free(&d);
    write_text("h.csv", "a,b,c\n1,2,0\n");
    refuses_like("h.csv", &options, NULL,
                 "h.csv: 2 columns hold text, not numbers: 'c1' (line 1: 'a'), 'c2' (line 1: "
                 "'b')\n" TEXT_HINT);
    options.header = LOOPC_HEADER_YES;
    write_text("h.csv", "0,1,class\n1,2,0\n");
    d = load("h.csv", &options);
    check_x(&d, x, LENGTH(x));
    loopc_dataset_free(&d);
    refuses("h.csv",
            "h.csv:1: the first line can be read in two ways: as a header, or as a row with a word "
            "where other rows have a number\n"
            "hint: say `header = true` or `header = false` in the spec, or --DATA-header");
}

/* A title above the table; and a first row that is like a line of counts, but for the others. */
static void first_lines_are_told_apart(void **state)
{
    static const float x[] = {1, 2, 3, 4, 5, 6};
    (void)state;
    refuses_text("My table\n\na,b,k\n1,2,x\n3,4,y\n",
                 "t.csv: its first line has 1 cell, but those after it have 3 (separator: comma)\n"
                 "hint: `skip_lines` passes over lines at the top that are not part of the table");
    write_text("t.csv", "1,2,x\n3,4,y\n5,6,x\n");
    struct loopc_dataset d = load("t.csv", &plain);
    check_x(&d, x, LENGTH(x));
    assert_int_equal(d.classes, 2);
    loopc_dataset_free(&d);
}

static void refuses_bad_cells(void **state)
{
    (void)state;
    refuses_text("1,2,0\n3,x,1\n", "t.csv:2:3: column 2: 'x' is not a number\n" TEXT_HINT);
    refuses_text("a,b,c\n1,2,0\n3,  4z,1\n",
                 "t.csv:3:5: column 2 ('b'): '4z' is not a number\n" TEXT_HINT);
    refuses_text("a,b,c\r\n1,2,0\r\n3,,1\r\n",
                 "t.csv:3: values are missing: 'b' 1 (first in line 3)\n" MISSING_HINT);
    refuses_text("\"a\nb\",c\n1,2\nnan,4\n",
                 "t.csv:4: values are missing: 'a?b' 1 (first in line 4)\n" MISSING_HINT);
    refuses_text("1,2\n0x10,1\n", "t.csv:2:1: column 1: '0x10' is not a number\n" TEXT_HINT);
    refuses_text("1,2\n1e,1\n", "t.csv:2:1: column 1: '1e' is not a number\n" TEXT_HINT);
    refuses_text("1,2\n1 2,1\n", "t.csv:2:1: column 1: '1 2' is not a number\n" TEXT_HINT);
    refuses_text("1,2\n.,1\n", "t.csv:2:1: column 1: '.' is not a number\n" TEXT_HINT);
    refuses_text("1,2\n--1,1\n", "t.csv:2:1: column 1: '--1' is not a number\n" TEXT_HINT);
    refuses_text("1,2\n1e999,1\n", "t.csv:2:1: column 1: inf is too large for f32\n"
                                   "hint: every value has to be a finite number");
    refuses_text("1,2\n-1e39,1\n", "t.csv:2:1: column 1: -1e+39 is too large for f32\nhint: the "
                                   "largest is 3.4e38: another unit makes it smaller");
    refuses_text("1,2\n\033[31m,1\n", "t.csv:2:1: column 1: '?[31m' is not a number\n" TEXT_HINT);
}

static void refuses_bad_labels(void **state)
{
    struct loopc_dataset_options options = {.classes = 3};
    (void)state;
    refuses_text("1,2\n3,1\n5,x\n",
                 "t.csv:3:3: column 2: the label is 'x', no number as in 2 other rows\n"
                 "hint: is it a slip? Labels are numbers in all other rows");
    write_text("t.csv", "1,0\n3,3\n");
    refuses_like("t.csv", &options, NULL,
                 "t.csv:2: column 2: the label is 3, but there are the classes 0 to 2\n"
                 "hint: say `classes = 4`, and as many outputs of the net");
    write_text("t.csv", "1,1\n3,0\n");
    struct loopc_dataset d = load("t.csv", &options);
    assert_int_equal(d.classes, 3);
    loopc_dataset_free(&d);
}

static void refuses_bad_records(void **state)
{
    (void)state;
    refuses_text("", "t.csv: the file is empty");
    refuses_text("\n\n", "t.csv: the file is empty");
    refuses_text("a,b\n", "t.csv: there are no rows in it");
    refuses_text("1,2\n3\n4,5\n", "t.csv:2: 1 cell, but line 1 has 2\n"
                                  "hint: every line has a cell for each column");
    refuses_text("1,2\n3", "t.csv:2: 1 cell, but line 1 has 2\n"
                           "hint: it is the last line: the file may have been cut short");
    refuses_text("1,2\n3\n\n", "t.csv:2: 1 cell, but line 1 has 2\n"
                               "hint: it is the last line: the file may have been cut short");
    refuses_text("1,2\n3\n\"", "t.csv:2: 1 cell, but line 1 has 2\n"
                               "hint: every line has a cell for each column");
    refuses_text("a,b\n1,2\n3,4,5\n", "t.csv:3: 3 cells, but line 1 has 2\n"
                                      "hint: a cell with a comma in it is quoted");
    refuses_text("1,2\n\n3,4\n", "t.csv:2: the line is empty\n"
                                 "hint: empty lines are allowed only at the end");
    refuses_text(
        "1\n2\n",
        "t.csv: nothing is left for the samples: its only column has another role\n"
        "hint: SAMPLES,ANSWERS takes two files; `separator` sets the character between cells "
        "(--DATA-separator)");
    refuses_text("1,2\n3\"4,5\n",
                 "t.csv:2:2: a quote in a cell that does not begin with one\nhint: a cell with "
                 "quotes in it is in quotes, and they are doubled");
    refuses_text("1,2\n\"3\"4,5\n", "t.csv:2:4: text behind the quote that ends a cell\nhint: "
                                    "quotes within a cell are doubled");
    refuses_text("1,2\n3,\"4\n5,6\n", "t.csv:2:3: a quote that is never closed\nhint: is the quote "
                                      "meant? Quotes within a cell are doubled");
    write_file("t.csv", "1,2\n3,\0\n", 8);
    refuses("t.csv", "t.csv:2:3: a byte 0: this is not text");
}

static void refuses_cells_without_end(void **state)
{
    char text[5001];
    (void)state;
    memset(text, '1', 5000);
    text[5000] = 0;
    refuses_text(text, "t.csv:1:4096: a cell of more than 4095 bytes");
    text[0] = '"';
    refuses_text(text, "t.csv:1:1: a cell of more than 4095 bytes\n"
                       "hint: is the quote that begins it meant to?");
}

static void refuses_columns_that_are_not_wanted(void **state)
{
    struct loopc_dataset_options options = {.columns = 3};
    (void)state;
    write_text("t.csv", "1,2,0\n");
    refuses_like("t.csv", &options, NULL, "t.csv: its samples have 2 columns, the spec wants 3");
    options.columns = 2;
    struct loopc_dataset d = load("t.csv", &options);
    loopc_dataset_free(&d);
}

static void refuses_what_is_no_table(void **state)
{
    (void)state;
    refuses("missing.csv", "missing.csv: No such file or directory");
    refuses(".", ".: Is a directory");
    refuses_text("PK\x03\x04more",
                 "t.csv: the file is an archive (.zip, .xlsx)\n"
                 "hint: unzip unpacks it; a spreadsheet program saves a sheet as CSV");
    refuses_text("\xff\xfe"
                 "1",
                 "t.csv: the file is text in UTF-16\n"
                 "hint: iconv -f UTF-16 -t UTF-8 converts it");
}

static void cuts_its_message_to_size(void **state)
{
    struct loopc_dataset d;
    char small[12];
    (void)state;
    assert_int_equal(loopc_dataset_load(&d, "missing.csv", &plain, NULL, small, sizeof small),
                     LOOPC_FAILED);
    assert_string_equal(small, "missing.csv");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_is_written_in_many_ways),
        cmocka_unit_test(reads_numbers_of_every_kind),
        cmocka_unit_test(reads_records_longer_than_its_buffers),
        cmocka_unit_test(takes_the_label_from_any_column),
        cmocka_unit_test(refuses_labels_that_are_not_there),
        cmocka_unit_test(reads_targets),
        cmocka_unit_test(obeys_what_is_said_of_the_header),
        cmocka_unit_test(first_lines_are_told_apart),
        cmocka_unit_test(refuses_bad_cells),
        cmocka_unit_test(refuses_bad_labels),
        cmocka_unit_test(refuses_bad_records),
        cmocka_unit_test(refuses_cells_without_end),
        cmocka_unit_test(refuses_columns_that_are_not_wanted),
        cmocka_unit_test(refuses_what_is_no_table),
        cmocka_unit_test(cuts_its_message_to_size),
    };
    return cmocka_run_group_tests_name("dataset_csv", tests, enter_folder, leave_folder);
}
