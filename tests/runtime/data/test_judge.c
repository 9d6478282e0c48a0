/* Columns as a whole: each kind of trouble is one message for all columns that have it. */
#include "dataset_files.h"

static void refuses_with(const char *text, const struct loopc_dataset_options *options,
                         const char *expected)
{
    write_text("t.csv", text);
    refuses_like("t.csv", options, NULL, expected);
}

static void text_is_told_for_all_columns(void **state)
{
    (void)state;
    refuses_text("a,city,b,land,y\n1,Rome,2,Italy,0\n2,Oslo,3,Norway,1\n",
                 "t.csv: 2 columns hold text, not numbers: 'city' (2 cells, first in line 2: "
                 "'Rome'), 'land' (2 cells, first in line 2: 'Italy')\n" TEXT_HINT);
    refuses_text("a,city,y\n1,Rome,0\n2,Oslo,1\n", "t.csv:2:3: column 2 ('city'): 'Rome' is not a "
                                                   "number; 2 cells of it hold text\n" TEXT_HINT);
}

/* Spreadsheets write numbers as they show them. */
static void separated_thousands_are_told(void **state)
{
    static const char *const numbers[] = {"\"1,500.5\"", "-12.345.678", "1 500", "1'500,25"};
    static const char *const texts[] = {"1.500.2", "1500'250", "1,50.5", "1 500 m"};
    char text[200], expected[300];
    (void)state;
    for (size_t i = 0; i < LENGTH(numbers); i++) {
        const int quoted = *numbers[i] == '"';
        snprintf(text, sizeof text, "a\tb\ty\n%s\t2.5\t0\n3\t4.5\t1\n", numbers[i]);
        snprintf(expected, sizeof expected,
                 "t.csv:2:1: column 1 ('a'): '%.*s' is not a number\nhint: are its thousands "
                 "separated? Numbers are read without such separators",
                 (int)strlen(numbers[i]) - 2 * quoted, numbers[i] + quoted);
        refuses_text(text, expected);
        snprintf(text, sizeof text, "a\tb\ty\n%s\t2.5\t0\n3\t4.5\t1\n", texts[i]);
        snprintf(expected, sizeof expected,
                 "t.csv:2:1: column 1 ('a'): '%s' is not a number\n" TEXT_HINT, texts[i]);
        refuses_text(text, expected);
    }
}

/* Neither is taken for a class of things. */
static void dates_and_units_are_told(void **state)
{
    static const char *const dates[] = {"2020-01-31", "31.1.20", "1/2/2020 12:30", "12:30"};
    static const char *const units[] = {"5%", "$5.00", "1.5 kg", "\xe2\x82\xac 5"};
    static const char *const words[] = {"A-1-2", "1-2", "no. 5 b", "555-12-1"};
    char text[100], expected[300];
    (void)state;
    for (size_t i = 0; i < LENGTH(dates) + LENGTH(units); i++) {
        const int date = i < LENGTH(dates);
        const char *const cell = date ? dates[i] : units[i - LENGTH(dates)];
        snprintf(text, sizeof text, "a\tb\ty\n%s\t2.5\t0\n%s\t4.5\t1\n", cell, cell);
        snprintf(expected, sizeof expected,
                 "t.csv:2:1: column 1 ('a'): '%s' is not a number; 2 cells of it hold text\nhint: "
                 "%s; `ignore` leaves the column out (--DATA-ignore)",
                 cell,
                 date ? "dates are no numbers: days or seconds since one of them are"
                      : "numbers go without unit: 5, not 5%");
        refuses_text(text, expected);
    }
    for (size_t i = 0; i < LENGTH(words); i++) {
        snprintf(text, sizeof text, "a\tb\ty\n%s\t2.5\t0\n%s\t4.5\t1\n", words[i], words[i]);
        snprintf(
            expected, sizeof expected,
            "t.csv:2:1: column 1 ('a'): '%s' is not a number; 2 cells of it hold text\n" TEXT_HINT,
            words[i]);
        refuses_text(text, expected);
    }
}

static void missing_values_are_told_for_all_columns(void **state)
{
    const struct loopc_dataset_options filled = {.missing = LOOPC_MISSING_MEAN};
    (void)state;
    refuses_text("a,b,c,y\n1,,3,0\n,2,3,1\n1,,3,1\n",
                 "t.csv:3: values are missing: 'a' 1 (first in line 3), 'b' 2 (first in line "
                 "2)\n" MISSING_HINT);
    refuses_with("a,b,y\n1,2,0\n2,3,\n1,,1\n", &filled,
                 "t.csv:3: values are missing: 'y' 1 (first in line 3), the label\n"
                 "hint: missing = \"drop\" leaves such rows out (--DATA-missing)");
}

static void a_column_without_values_cannot_be_filled(void **state)
{
    const struct loopc_dataset_options filled = {.missing = LOOPC_MISSING_MEDIAN};
    (void)state;
    refuses_text("a,,y\n1,,0\n2,,1\n3,,1\n", "t.csv: column 2 ('c2') has no value at all\n"
                                             "hint: `ignore` leaves it out (--DATA-ignore)");
    refuses_with("a,b,y\n1,,0\n2,,1\n", &filled,
                 "t.csv: column 2 ('b') has no value at all\n"
                 "hint: `ignore` leaves it out (--DATA-ignore)");
}

/* Two texts that say so are true and false, one way of saying it; others are not. */
static void truth_is_a_number(void **state)
{
    static const float x[] = {1, 0, 0};
    (void)state;
    write_text("t.csv", "on,y\nyes,0\nno,1\nno,0\n");
    struct loopc_dataset d = load("t.csv", &plain);
    check_x(&d, x, LENGTH(x));
    assert_int_equal(loopc_dataset_table(&d)->columns[0].kind, LOOPC_KIND_BOOL);
    loopc_dataset_free(&d);
    refuses_text(
        "on,y\nyes,0\nno,1\ntrue,0\n",
        "t.csv:2:1: column 1 ('on'): 'yes' is not a number; 3 cells of it hold text\n" TEXT_HINT);
}

static void infinity_is_no_value(void **state)
{
    (void)state;
    refuses_text("a,y\n1,0\n-Inf,1\n", "t.csv:3:1: column 1 ('a'): '-Inf' is not a number\nhint: "
                                       "every value has to be a finite number; NA says that "
                                       "there is none");
}

static void very_many_texts_are_no_onehot(void **state)
{
    const struct loopc_dataset_options onehot = {.text = LOOPC_TEXT_ONEHOT};
    FILE *const file = fopen("ids.csv", "w");
    (void)state;
    fputs("id,y\n", file);
    for (int i = 0; i <= 1000; i++)
        fprintf(file, "t%d,%d\n", i, i % 2);
    fclose(file);
    refuses_like(
        "ids.csv", &onehot, NULL,
        "ids.csv: column 1 ('id') has 1001 different texts: one-hot, that would be as many "
        "columns\nhint: is it an id? `ignore` leaves it out (--DATA-ignore); text = "
        "\"number\" makes one column of it");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_told_for_all_columns),
        cmocka_unit_test(separated_thousands_are_told),
        cmocka_unit_test(dates_and_units_are_told),
        cmocka_unit_test(missing_values_are_told_for_all_columns),
        cmocka_unit_test(a_column_without_values_cannot_be_filled),
        cmocka_unit_test(truth_is_a_number),
        cmocka_unit_test(infinity_is_no_value),
        cmocka_unit_test(very_many_texts_are_no_onehot),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
