/* Files of other programs: what they are is told, and the way to a table. */
#include "dataset_files.h"

#define WRITTEN_BY_PANDAS(reader) "in Python, pandas." reader "(FILE).to_csv(NAME, index=False)"

static void refuses_file(const char *bytes, size_t size, const char *expected)
{
    write_file("f", bytes, size);
    refuses("f", expected);
}

static void binary_files_are_told(void **state)
{
    (void)state;
    refuses_file("\x89HDF\r\n", 6,
                 "f: the file is HDF5\nhint: a data set is CSV in UTF-8, .npy, .npz, IDX or libsvm "
                 "text, as it is or compressed by gzip");
    refuses_file("X\n\0\0\0\003", 6,
                 "f: the file is R data (.rds)\nhint: in R, write.csv(readRDS(FILE), NAME, "
                 "row.names = FALSE)");
    refuses_file("MATLAB 7.3 MAT-file", 19,
                 "f: the file is a MATLAB file\nhint: in Octave, csvwrite(NAME, array)");
    refuses_file("$FL2@(#)", 8,
                 "f: the file is an SPSS file (.sav)\nhint: " WRITTEN_BY_PANDAS("read_spss"));
}

static void refuses_written(const char *text, const char *expected)
{
    refuses_file(text, strlen(text), expected);
}

static void json_is_told(void **state)
{
    static const float x[] = {1, 2};
    static const char *const texts[] = {"{\"a\": 1}\n", "[{\"a\": 1}]", "[\n  [1, 2]\n]\n", "[]"};
    (void)state;
    for (size_t i = 0; i < LENGTH(texts); i++)
        refuses_written(texts[i], "f: the file is JSON\nhint: " WRITTEN_BY_PANDAS("read_json"));
    write_text("t.csv", "[size],[kind]\n1,0\n2,1\n");
    struct loopc_dataset d = load("t.csv", &plain);
    check_x(&d, x, LENGTH(x));
    loopc_dataset_free(&d);
}

static void arff_begins_behind_comments(void **state)
{
    static const char arff[] =
        "f: the file is ARFF (of Weka)\nhint: `skip_lines` passes over all lines up to @data";
    (void)state;
    refuses_written("@relation iris\n@data\n1,2\n", arff);
    refuses_written("% 1. Title: Iris\n%\n\n@RELATION iris\n@DATA\n1,2\n", arff);
}

/* Lines of old Macs. A return in quotes is part of a cell. */
static void carriage_returns_alone_end_no_line(void **state)
{
    static const char alone[] =
        "f: its lines end with a carriage return alone, without a line feed\n"
        "hint: tr '\\r' '\\n' <FILE >NAME makes line feeds of them";
    (void)state;
    refuses_written("a,b,k\r1,2,x\r3,4,y\r", alone);
    refuses_written("1,2,0\r3,4,1", alone);
    refuses_written("1,2,0\r3,4,1\n", alone);
    write_text("t.csv", "\"a\rb\",k\r\n1,0\r\n2,1\r\n");
    struct loopc_dataset d = load("t.csv", &plain);
    assert_string_equal(loopc_dataset_table(&d)->columns[0].name, "a\rb");
    loopc_dataset_free(&d);
}

#define CREATED "# Created by Octave 7.3.0\n"

static void a_matrix_of_octave_is_a_table(void **state)
{
    static const float x[] = {1, 2, 3, 4};
    (void)state;
    write_text("t.csv", CREATED "# name: x\n# type: matrix\n# rows: 2\n# columns: 3\n 1 2 0\n 3 4 "
                                "1\n\n\n");
    struct loopc_dataset d = load("t.csv", &plain);
    check_x(&d, x, LENGTH(x));
    loopc_dataset_free(&d);
    refuses_written(CREATED "# name: x\n# type: matrix\n# rows: 1\n# columns: 3\n 1 2 0\n\n\n"
                            "# name: y\n# type: matrix\n# rows: 1\n# columns: 3\n 1 2 0\n",
                    "f:9: another variable of Octave begins here, but a data set is one matrix\n"
                    "hint: in Octave, csvwrite(NAME, array) writes one of them");
    refuses_written(CREATED "# name: n\n# type: int32 matrix\n# ndims: 2\n 1 2\n  1\n  2\n\n\n",
                    "f: the file is text of Octave, with a variable of type 'int32 matrix'\n"
                    "hint: in Octave, csvwrite(NAME, double(array))");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(binary_files_are_told),
        cmocka_unit_test(json_is_told),
        cmocka_unit_test(arff_begins_behind_comments),
        cmocka_unit_test(carriage_returns_alone_end_no_line),
        cmocka_unit_test(a_matrix_of_octave_is_a_table),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
