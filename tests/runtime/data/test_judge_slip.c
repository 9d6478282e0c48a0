/* Columns of numbers and texts: slips are refused, all else is noted. */
#include "dataset_files.h"

static const struct loopc_dataset_options onehot = {.text = LOOPC_TEXT_ONEHOT};

/* `rows` rows of a column of numbers, with these cells in the first ones. */
static void write_column(const char *const *cells, int count, int rows, const char *number)
{
    FILE *const file = fopen("t.csv", "w");
    fputs("a,b,y\n", file);
    for (int i = 0; i < rows; i++) {
        if (i < count)
            fprintf(file, "%d,\"%s\",%d\n", i, cells[i], i % 2);
        else
            fprintf(file, number, i, i % 3, i % 2);
    }
    fclose(file);
}

static void refuses_cells(const char *const *cells, int count, const char *expected)
{
    write_column(cells, count, 100, "%d,%d.5,%d\n");
    refuses_like("t.csv", &onehot, NULL, expected);
}

#define SLIP                                                                                       \
    "hint: is it a slip? NA says that there is no value; `ignore` leaves the column out "          \
    "(--DATA-ignore)"

static void a_text_among_numbers_is_a_slip(void **state)
{
    static const char *const x[] = {"4.5x"}, *const two[] = {"1.5", "4.5x", "?", "6e"};
    (void)state;
    refuses_cells(x, 1,
                  "t.csv:2:3: column 2 ('b'): '4.5x' is not a number, as 99 other cells of the "
                  "column are\n" SLIP);
    refuses_cells(two, 4,
                  "t.csv:3:3: column 2 ('b'): '4.5x' is not a number, as 97 other cells of the "
                  "column are; 2 cells of it hold text\n" SLIP);
}

/* Also where no text is asked for. */
static void the_hint_does_not_ask_for_texts(void **state)
{
    static const char *const x[] = {"4.5x"};
    (void)state;
    write_column(x, 1, 100, "%d,%d.5,%d\n");
    refuses_like("t.csv", &plain, NULL, "t.csv:2:3: column 2 ('b'): '4.5x' is not a number\n" SLIP);
}

/* However many there are. */
static void other_spellings_of_numbers_are_slips(void **state)
{
    static const char *const infinite[] = {"Inf", "-inf", "A", "B", "Infinity", "A", "B", "A"};
    static const char *const commas[] = {"12,5", "1,25", "3,5", "4,5", "5,5", "6,5", "7,5", "8,5"};
    (void)state;
    refuses_cells(infinite, 8,
                  "t.csv:2:3: column 2 ('b'): 'Inf' is not a number, as 92 other cells of the "
                  "column are; 8 cells of it hold text\n" SLIP);
    refuses_cells(commas, 8,
                  "t.csv:2:3: column 2 ('b'): '12,5' is not a number, as 92 other cells of the "
                  "column are; 8 cells of it hold text\n" SLIP);
    write_text("t.csv", "a;b;y\n1;1,5;0\n2;2,5;1\n3;3.5;0\n4;3,5;1\n");
    const struct loopc_dataset_options comma = {.text = LOOPC_TEXT_ONEHOT, .decimal = ','};
    refuses_like("t.csv", &comma, NULL,
                 "t.csv:4:3: column 2 ('b'): '3.5' is not a number, as 3 other cells of the "
                 "column are\n" SLIP);
}

static void has_note(const struct loopc_dataset_options *options, int32_t columns, const char *note)
{
    char line[1000];
    struct loopc_dataset d = load("t.csv", options);
    assert_int_equal(d.columns, columns);
    loopc_dataset_line(&d, "train", line, sizeof line);
    if (!strstr(line, note)) fail_msg("no '%s' in '%s'", note, line);
    loopc_dataset_free(&d);
}

/* Words that come again among a few whole numbers, and what is text as often as not. */
static void codes_are_texts(void **state)
{
    static const char *const floors[] = {"G", "G", "G"};
    static const char *const tickets[] = {"A/5", "PC", "C.A.", "W/C", "SO", "PC 1", "PC 2", "LINE"};
    (void)state;
    write_column(floors, 3, 100, "%d,%d,%d\n");
    has_note(&onehot, 5,
             "; column 2 ('b') holds 97 numbers and 3 texts, first in line 2: 'G'; all are taken "
             "as texts");
    write_column(tickets, 8, 100, "%d,%d,%d\n");
    has_note(&onehot, 12,
             "; column 2 ('b') holds 92 numbers and 8 texts, first in line 2: 'A/5'; all are "
             "taken as texts");
}

static void a_word_among_labels_is_a_slip(void **state)
{
    (void)state;
    refuses_text("a,y\n1,0\n2,1\n3,o\n4,1\n",
                 "t.csv:4:3: column 2 ('y'): the label is 'o', no number as in 3 other rows\n"
                 "hint: is it a slip? Labels are numbers in all other rows");
}

static void spellings_are_noted(void **state)
{
    (void)state;
    write_text("t.csv", "a,y\n1,Rose\n2,tulip\n3,rose\n4,Rose\n");
    has_note(&plain, 1, "; column 2 ('y') has both 'Rose' and 'rose': they are different values");
    write_text("t.csv", "a,y\nTrue,0\nfalse,1\nTRUE,0\n");
    has_note(&plain, 1, "; column 1 ('a') has both 'TRUE' and 'True': they are the same");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_among_numbers_is_a_slip),
        cmocka_unit_test(the_hint_does_not_ask_for_texts),
        cmocka_unit_test(other_spellings_of_numbers_are_slips),
        cmocka_unit_test(codes_are_texts),
        cmocka_unit_test(a_word_among_labels_is_a_slip),
        cmocka_unit_test(spellings_are_noted),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
