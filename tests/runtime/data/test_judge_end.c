/* Files that end without a newline: whole, or cut short. */
#include "dataset_files.h"

#define WAY_OUT "\nhint: fetch the file again; if its last line is whole, end it with a newline"
#define OPEN    ", and no newline ends this last line: the file may have been cut short" WAY_OUT
#define NOTE    "no newline ends the last line: if the file was cut short, "

static const char head[] = "a,k\n1,yes\n2,no\n3,yes\n4,no\n5,";

/* The file of `head` and the last cell; the line about it is in `message`. */
static void reads(const char *start, const char *cell, const char *note)
{
    char text[200];
    snprintf(text, sizeof text, "%s%s", start, cell);
    write_text("t.csv", text);
    struct loopc_dataset d = load("t.csv", &plain);
    loopc_dataset_line(&d, "train", message, sizeof message);
    if (*note)
        assert_non_null(strstr(message, note));
    else
        assert_null(strstr(message, "newline"));
    loopc_dataset_free(&d);
}

static void refuses_cell(const char *start, const char *cell, const char *expected)
{
    char text[200];
    snprintf(text, sizeof text, "%s%s", start, cell);
    refuses_text(text, expected);
}

static void a_class_of_the_last_line_only_is_refused(void **state)
{
    (void)state;
    refuses_cell(head, "ye", "t.csv:6: column 2 ('k'): no other row has the value 'ye'" OPEN);
    refuses_cell(head, "new", "t.csv:6: column 2 ('k'): no other row has the value 'new'" OPEN);
    refuses_cell(head, "", "t.csv:6: column 2 ('k'): there is no value" OPEN);
    refuses_cell(head, "-", "t.csv:6: column 2 ('k'): there is no value but a '-'" OPEN);
    refuses_cell("a,k\n1,10\n2,20\n3,10\n4,20\n5,", "2",
                 "t.csv:6: column 2 ('k'): no other row has the value '2'" OPEN);
    refuses_cell("a;k\n1;1.5\n2;2.5\n3;1.5\n4;2.5\n5;", "2.",
                 "t.csv:6: column 2 ('k'): no other row has the value '2'" OPEN);
}

static void a_whole_last_line_may_lack_its_newline(void **state)
{
    (void)state;
    reads(head, "yes", "");
    reads(head, "\"yes\"", "");
    reads(head, "yes\r", "");
    reads(head, "ye\n", "");
    reads(head, "\"ye\"", "");
    reads("a,k,\n1,yes,\n2,no,\n3,yes,\n4,no,\n5,", "maybe,", "");
    reads("a,k\n1,0\n2,1\n3,0\n4,1\n5,", "1", "");
    reads("a,k\n1,x\n2,y\n3,", "z", ""); /* each row is a class of its own */
}

static void what_may_be_whole_is_told(void **state)
{
    (void)state;
    reads("a,k\n1,rose\n2,rosebud\n3,rose\n4,rosebud\n5,", "rose",
          NOTE "'rose' in it may be the beginning of 'rosebud'");
    reads("a,k\n1,1\n2,10\n3,1\n4,10\n5,", "1", NOTE "'1' in it may be the beginning of '10'");
    write_text("t.csv", "k,a\nyes,1\nno,2\nyes,3.14\nno,3.1");
    const struct loopc_dataset_options first = {.label = LOOPC_LABEL_FIRST};
    struct loopc_dataset d = load("t.csv", &first);
    loopc_dataset_line(&d, "train", message, sizeof message);
    assert_non_null(strstr(message, NOTE "its last number is another one"));
    loopc_dataset_free(&d);
}

/* Columns of texts and of numbers that are not the label, whatever is done about missing cells. */
static void inputs_are_looked_at_as_well(void **state)
{
    const struct loopc_dataset_options first = {
        .label = LOOPC_LABEL_FIRST, .text = LOOPC_TEXT_ONEHOT, .missing = LOOPC_MISSING_DROP};
    (void)state;
    write_text("t.csv", "k,city\n0,Rome\n1,Oslo\n0,Rome\n1,Oslo\n0,Ro");
    refuses_like("t.csv", &first, NULL,
                 "t.csv:6: column 2 ('city'): no other row has the value 'Ro'" OPEN);
    write_text("t.csv", "k,on\n0,true\n1,false\n0,true\n1,tru");
    refuses_like("t.csv", &first, NULL,
                 "t.csv:5: column 2 ('on'): no other row has the value 'tru'" OPEN);
    write_text("t.csv", "k,a\n0,1\n1,2\n0,3\n1,");
    refuses_like("t.csv", &first, NULL, "t.csv:5: column 2 ('a'): there is no value" OPEN);
    write_text("t.csv", "k,a\n0,1\n1,2\n0,3\n1,3.1e");
    refuses_like("t.csv", &(struct loopc_dataset_options){.label = LOOPC_LABEL_FIRST}, NULL,
                 "t.csv:5: column 2 ('a'): no other row has the value '3.1e'" OPEN);
    write_text("t.csv", "k,a\n0,1\n1,2\n0,3\n1,NA");
    struct loopc_dataset d = load("t.csv", &first);
    assert_int_equal(d.rows, 3);
    loopc_dataset_free(&d);
}

static void a_test_file_may_be_cut_as_well(void **state)
{
    (void)state;
    write_text("t.csv", "a,k\n1,yes\n2,no\n");
    struct loopc_dataset d = load("t.csv", &plain);
    write_text("u.csv", "a,k\n1,yes\n2,ye");
    refuses_like("u.csv", &plain, &d,
                 "u.csv:3:3: column 2 ('k'): 'ye' is not one of the 2 values of t.csv: no, yes\n"
                 "hint: it is the last line: the file may have been cut short");
    loopc_dataset_free(&d);
    write_text("t.csv", "a,k\n1,10\n2,20\n");
    d = load("t.csv", &plain);
    write_text("u.csv", "a,k\n1,10\n2,2");
    refuses_like("u.csv", &plain, &d,
                 "u.csv:3: column 2 ('k'): the label is 2, but there are the classes 10, 20, as in "
                 "t.csv\nhint: it is the last line: the file may have been cut short");
    loopc_dataset_free(&d);
}

/* A single row, and a single cell; no byte may be before the first. */
static void a_file_may_be_one_line(void **state)
{
    const struct loopc_dataset_options none = {.label = LOOPC_LABEL_NONE};
    (void)state;
    static const char *const texts[] = {"1,2,3", "03.4", "7"};
    for (size_t i = 0; i < LENGTH(texts); i++) {
        write_text("t.csv", texts[i]);
        struct loopc_dataset d = load("t.csv", &none);
        loopc_dataset_line(&d, "train", message, sizeof message);
        assert_non_null(strstr(message, NOTE "its last number is another one"));
        loopc_dataset_free(&d);
    }
}

/* A row of libsvm may be a label alone. */
static void libsvm_may_be_cut(void **state)
{
    static const char start[] = "1 1:2 3:4\n-1 2:5\n1 1:3\n-1 2:5\n";
    (void)state;
    refuses_cell(start, "2", "t.csv:5: column 1: no other row has the value '2'" OPEN);
    refuses_cell(start, "1 2:",
                 "t.csv:5:3: '2:' is not index:value\n"
                 "hint: a line is: label index:value index:value ...");
    reads(start, "1", "");
    reads(start, "1 1:0.5", NOTE "its last number is another one");
}

/* Wherever a file of words is cut within its last line, it is refused. */
static void no_cut_of_words_is_taken(void **state)
{
    char text[sizeof head + 10];
    (void)state;
    snprintf(text, sizeof text, "%syes", head);
    for (size_t length = sizeof head - 2; length < sizeof head + 2; length++) {
        struct loopc_dataset d;
        write_file("t.csv", text, length);
        assert_int_equal(load_like(&d, "t.csv", &plain, NULL), LOOPC_FAILED);
        assert_non_null(strstr(message, "cut short"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_class_of_the_last_line_only_is_refused),
        cmocka_unit_test(a_whole_last_line_may_lack_its_newline),
        cmocka_unit_test(what_may_be_whole_is_told),
        cmocka_unit_test(inputs_are_looked_at_as_well),
        cmocka_unit_test(a_test_file_may_be_cut_as_well),
        cmocka_unit_test(a_file_may_be_one_line),
        cmocka_unit_test(libsvm_may_be_cut),
        cmocka_unit_test(no_cut_of_words_is_taken),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
