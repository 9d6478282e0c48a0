/* Binary arrays: the value of each kind of element, and arrays whose header lies. */
#include "dataset_bytes.h"
#include "data/loading.h"

#include <float.h>
#include <math.h>

static void is_value(int kind, int size, bool big_endian, const char *bytes, double expected)
{
    struct loopc_element element = {.size = size, .big_endian = big_endian};
    if (kind == LOOPC_SIGNED) element.kind = LOOPC_SIGNED;
    if (kind == LOOPC_REAL) element.kind = LOOPC_REAL;
    const double value = loopc_element_value(&element, (const unsigned char *)bytes);
    if (!(value >= expected && value <= expected)) fail_msg("%.17g, not %.17g", value, expected);
}

static void whole_numbers_of_every_size(void **state)
{
    (void)state;
    is_value(LOOPC_UNSIGNED, 1, false, "\xff", 255);
    is_value(LOOPC_SIGNED, 1, false, "\xff", -1);
    is_value(LOOPC_UNSIGNED, 2, false, "\x01\x80", 0x8001);
    is_value(LOOPC_UNSIGNED, 2, true, "\x01\x80", 0x180);
    is_value(LOOPC_SIGNED, 4, true, "\x80\x00\x00\x00", -2147483648.0);
    is_value(LOOPC_SIGNED, 8, false, "\x00\x00\x00\x00\x00\x00\x00\x80", -0x1p63);
    is_value(LOOPC_UNSIGNED, 8, false, "\xff\xff\xff\xff\xff\xff\xff\xff", 0x1p64);
}

static void reals_of_every_size(void **state)
{
    (void)state;
    is_value(LOOPC_REAL, 2, true, "\x3c\x00", 1);
    is_value(LOOPC_REAL, 2, false, "\x00\xc1", -2.5);
    is_value(LOOPC_REAL, 2, true, "\x00\x01", 0x1p-24); /* the least above 0 */
    is_value(LOOPC_REAL, 2, true, "\x7b\xff", 65504);
    is_value(LOOPC_REAL, 2, true, "\xfc\x00", -(double)INFINITY);
    is_value(LOOPC_REAL, 4, true, "\xbf\x00\x00\x00", -0.5);
    is_value(LOOPC_REAL, 8, false, "\x00\x00\x00\x00\x00\x00\xf8\x3f", 1.5);
    const struct loopc_element half = {.kind = LOOPC_REAL, .size = 2, .big_endian = true};
    assert_true(isnan(loopc_element_value(&half, (const unsigned char *)"\x7e\x00")));
}

/* A .npy file of f4 with that shape, and `count` values 0, 1, 2 ... */
static void write_npy(const char *shape, const char *order, int count)
{
    char header[118];
    const int length =
        snprintf(header, sizeof header, "{'descr': '<f4', 'fortran_order': %s, 'shape': %s, }",
                 order, shape);
    memset(header + length, ' ', sizeof header - (size_t)length);
    header[sizeof header - 1] = '\n';
    f.size = 0;
    put("\x93NUMPY\x01\x00\x76\x00", 10);
    put(header, sizeof header);
    for (int i = 0; i < count; i++)
        put_f32((float)i, false);
    write_file("a.npy", f.bytes, f.size);
}

static void checks(const char *shape, const char *order, const float *x, int count)
{
    const struct loopc_dataset_options options = {.label = LOOPC_LABEL_NONE};
    write_npy(shape, order, count);
    struct loopc_dataset d = load("a.npy", &options);
    check_x(&d, x, count);
    loopc_dataset_free(&d);
}

static void either_index_may_run_fastest(void **state)
{
    static const float rows[] = {0, 1, 2, 3, 4, 5, 6, 7};
    static const float columns[] = {0, 2, 4, 6, 1, 3, 5, 7};
    static const float cubes[] = {0, 4, 2, 6, 1, 5, 3, 7};
    (void)state;
    checks("(2, 4)", "False", rows, 8);
    checks("(2, 4)", "True", columns, 8);
    checks("(2, 2, 2)", "True", cubes, 8);
    checks("(8,)", "True", rows, 8);
}

static void shapes_that_no_file_has(void **state)
{
    (void)state;
    write_npy("(3, 2)", "False", 5);
    refuses("a.npy", "a.npy: the file ends after 2 of the 3 rows that its header says it has\n"
                     "hint: it may not have been copied or downloaded completely");
    write_npy("(3, 2)", "True", 5);
    refuses("a.npy", "a.npy: the file ends after 0 of the 3 rows that its header says it has\n"
                     "hint: it may not have been copied or downloaded completely");
    write_npy("(3, 2)", "False", 7);
    refuses("a.npy", "a.npy: the file continues after the 3 rows that its header says it has");
    write_npy("(0, 2)", "False", 0);
    refuses("a.npy", "a.npy: its header says 0 rows of 2 values: it is empty");
    write_npy("(1, 1048577)", "False", 1);
    refuses("a.npy", "a.npy: its header says that a row has more than 1048576 values");
    write_npy("(9223372036854775807, 1048576)", "False", 1);
    refuses("a.npy", "a.npy: its header says that it has 9223372036854775807 rows of 1048576 "
                     "values, which no file can hold");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_of_every_size),
        cmocka_unit_test(reals_of_every_size),
        cmocka_unit_test(either_index_may_run_fastest),
        cmocka_unit_test(shapes_that_no_file_has),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
