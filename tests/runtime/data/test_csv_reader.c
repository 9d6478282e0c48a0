/* Cells are read in two ways: where they are, far from the end of the buffer, or through their
 * text. Both make the same table. */
#include "data/csv_reader.h"

#include "dataset_files.h"

enum { ROWS = 4000 };

static const char *const numbers[] = {"0",
                                      "1.5",
                                      "-0.25",
                                      "1234567",
                                      "12345678",
                                      "1e3",
                                      "0.12345678901234567",
                                      "-17.25e-2",
                                      "1.",
                                      ".5",
                                      "+3",
                                      "123456789012345678901234567890",
                                      "NA",
                                      "",
                                      "-0"};
static const char *const words[] = {"red",
                                    "blue",
                                    "\"red\"",
                                    "\"dark blue\"",
                                    "dark blue",
                                    "\"a,b\"",
                                    "\"say \"\"a\"\"\"",
                                    "extraordinary",
                                    "red ",
                                    "\"extraordinary\"",
                                    "x"};

/* Rows of the same cells, `before` each of which there is something; lines end with `end`. */
static void write_rows(const char *name, const char *before, const char *end)
{
    FILE *const file = fopen(name, "wb");
    fprintf(file, "a,b,colour,c,kind%s", end);
    for (unsigned i = 0, k = 7; i < ROWS; i++) {
        k = k * 1664525 + 1013904223;
        const char *const a = numbers[(k >> 8) % LENGTH(numbers)];
        const char *const b = numbers[(k >> 16) % LENGTH(numbers)];
        const char *const word = words[(k >> 20) % LENGTH(words)];
        const char *const kind = i % 3 ? i % 5 ? "yes" : "\"no\"" : "maybe";
        fprintf(file, "%s%s,%s%s,%s%s,%s%u,%s%s%s", before, a, before, b, before, word, before, i,
                before, kind, end);
    }
    fclose(file);
}

static void check_same(const struct loopc_dataset *a, const struct loopc_dataset *b)
{
    assert_int_equal(a->rows, b->rows);
    assert_int_equal(a->columns, b->columns);
    assert_memory_equal(a->x, b->x, (size_t)(a->rows * a->columns) * sizeof *a->x);
    assert_memory_equal(a->labels, b->labels, (size_t)a->rows * sizeof *a->labels);
    assert_true(loopc_dataset_digest(a) == loopc_dataset_digest(b));
}

static void agrees(const char *before, const char *end)
{
    const struct loopc_dataset_options options = {
        .text = LOOPC_TEXT_ONEHOT, .missing = LOOPC_MISSING_VALUE, .missing_value = -7};
    write_rows("quick.csv", "", end);
    write_rows("slow.csv", before, end);
    struct loopc_dataset quick = load("quick.csv", &options), slow = load("slow.csv", &options);
    check_same(&quick, &slow);
    assert_int_equal(quick.rows, ROWS);
    assert_int_equal(quick.columns, 3 + 7); /* the words without quotes and blanks around them */
    loopc_dataset_free(&quick);
    loopc_dataset_free(&slow);
}

static void both_ways_make_one_table(void **state)
{
    (void)state;
    agrees(" ", "\n");
    agrees("  ", "\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways_make_one_table),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
