/* Data sets from .npy: values read, and every reason for a refusal. */
#include "dataset_bytes.h"

static void begin_npy(int version, const char *header)
{
    f.size = 0;
    put("\x93NUMPY", 6);
    put_number((unsigned)version, 2, false);
    put_number(strlen(header), version == 1 ? 2 : 4, false);
    put(header, strlen(header));
}

static const float six[] = {1, -2, 3, 4, 5, 6};

static void put_six(const char *type)
{
    const bool big_endian = type[0] == '>';
    const int size = type[2] - '0';
    for (int i = 0; i < 6; i++) {
        const double value = type[1] == 'u' && six[i] < 0 ? 2 : (double)six[i];
        if (type[1] == 'f' && size == 4)
            put_f32((float)value, big_endian);
        else if (type[1] == 'f')
            put_f64(value, big_endian);
        else
            put_number((uint64_t)(int64_t)value, size, big_endian);
    }
}

static void reads_every_type_of_npy(void **state)
{
    static const char *const types[] = {"<f4", "<f8", ">f4", ">f8", "|i1", "<i2", "<i4", "<i8",
                                        ">i2", ">i4", ">i8", "|u1", "<u2", ">u4", "<u8", "<i1"};
    static const float unsigned_six[] = {1, 2, 3, 4, 5, 6};
    const struct loopc_dataset_options options = {.label = LOOPC_LABEL_NONE};
    (void)state;
    for (size_t i = 0; i < LENGTH(types); i++) {
        char header[120];
        snprintf(header, sizeof header,
                 "{'descr': '%s', 'fortran_order': False, 'shape': (2, 3), }      \n", types[i]);
        begin_npy((int)(i % 3) + 1, header);
        put_six(types[i]);
        write_file("a.npy", f.bytes, f.size);
        struct loopc_dataset d = load("a.npy", &options);
        assert_int_equal(d.rows, 2);
        assert_int_equal(d.columns, 3);
        check_x(&d, types[i][1] == 'u' ? unsigned_six : six, LENGTH(six));
        loopc_dataset_free(&d);
    }
}

/* The type is told as NumPy calls it, and truth is no number for people. */
static void the_page_names_the_type(void **state)
{
    static const struct {
        const char *descr, *order, *told;
    } types[] = {{"|b1", "False", ".npy, bool;"},
                 {"<f2", "False", ".npy, float16;"},
                 {">i4", "False", ".npy, int32;"},
                 {"|u1", "True", ".npy, uint8 in Fortran order;"}};
    const struct loopc_dataset_options options = {.label = LOOPC_LABEL_NONE};
    (void)state;
    for (size_t i = 0; i < LENGTH(types); i++) {
        char header[120], line[600];
        const int size = types[i].descr[2] - '0';
        snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': %s, 'shape': (2, 3), }\n",
                 types[i].descr, types[i].order);
        begin_npy(1, header);
        for (uint64_t k = 0; k < 6; k++)
            put_number(k % 2, size, false);
        write_file("a.npy", f.bytes, f.size);
        struct loopc_dataset d = load("a.npy", &options);
        loopc_dataset_line(&d, "train", line, sizeof line);
        assert_non_null(strstr(line, types[i].told));
        assert_int_equal(loopc_dataset_table(&d)->columns[1].is_truth, i == 0);
        loopc_dataset_free(&d);
    }
}

static void reads_headers_in_other_words(void **state)
{
    static const char *const headers[] = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }\n",
        "{\"shape\":(6L,1L),\"descr\":\"<f4\",\"fortran_order\":False}",
        " { 'fortran_order' : True ,\n'shape' : ( 6 , ) , 'descr' : '<f4' } \n",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (6, 1, 1, 1), }\n",
    };
    const struct loopc_dataset_options options = {.label = LOOPC_LABEL_NONE};
    (void)state;
    for (size_t i = 0; i < LENGTH(headers); i++) {
        begin_npy(1, headers[i]);
        put_six("<f4");
        write_file("a.npy", f.bytes, f.size);
        struct loopc_dataset d = load("a.npy", &options);
        assert_int_equal(d.rows, 6);
        assert_int_equal(d.columns, 1);
        check_x(&d, six, LENGTH(six));
        loopc_dataset_free(&d);
    }
}

static void takes_labels_and_targets_from_npy(void **state)
{
    static const float x[] = {1, -2, 4, 5}, y[] = {-2, 3, 5, 6};
    static const int32_t labels[] = {0, 1};
    const struct loopc_dataset_options targets = {.targets = 2};
    (void)state;
    begin_npy(1, "{'descr': '<i8', 'fortran_order': False, 'shape': (2, 3), }\n");
    put_six("<i8");
    write_file("a.npy", f.bytes, f.size);
    struct loopc_dataset d = load("a.npy", &plain);
    check_x(&d, x, LENGTH(x));
    check_labels(&d, labels);
    assert_int_equal(d.classes, 2);
    loopc_dataset_free(&d);
    d = load("a.npy", &targets);
    assert_int_equal(d.columns, 1);
    assert_memory_equal(d.y, y, sizeof y);
    loopc_dataset_free(&d);
    write_text("x.csv", "7\n8\n");
    refuses_like("x.csv,a.npy", &targets, NULL,
                 "a.npy: it has 3 columns, but 2 targets are wanted");
}

#define ELEVEN_ONES "1,1,1,1,1,1,1,1,1,1,1,"
#define THIRTY_THREE_DIMENSIONS                                                                    \
    "{'descr': '<f4', 'fortran_order': False, 'shape': (" ELEVEN_ONES ELEVEN_ONES ELEVEN_ONES ")}"

static void refuses_header(const char *header, const char *expected)
{
    begin_npy(1, header);
    write_file("b.npy", f.bytes, f.size);
    refuses("b.npy", expected);
}

static void refuses_bad_npy_headers(void **state)
{
    static const char *const damaged[] = {
        "",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), ",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} x",
        "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, -3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 3)}",
        THIRTY_THREE_DIMENSIONS,
        "{'descr': '<f4 and much more than a type needs', 'fortran_order': False, 'shape': (2, 3)}",
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(damaged); i++) {
        refuses_header(damaged[i], i == 9 ? "b.npy: a .npy file, but its values are records\n"
                                            "hint: save a plain array of numbers"
                                          : "b.npy: a .npy file, but its header is damaged");
    }
    refuses_header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }",
                   "b.npy: a .npy file, but its values are records\n"
                   "hint: save a plain array of numbers");
    refuses_header(
        "{'descr': '<c8', 'fortran_order': False, 'shape': (2, 3), }",
        "b.npy: a .npy file, but its values are of type '<c8'\n"
        "hint: save whole numbers, bool, float16, float32 or float64: a.astype('float32')");
    refuses_header(
        "{'descr': '|O', 'fortran_order': False, 'shape': (2, 3), }",
        "b.npy: a .npy file, but its values are of type '|O'\n"
        "hint: save whole numbers, bool, float16, float32 or float64: a.astype('float32')");
    refuses_header("{'descr': '<f4', 'fortran_order': False, 'shape': (), }",
                   "b.npy: a .npy file, but it holds a single number, not an array");
}

static void refuses_bad_npy_files(void **state)
{
    (void)state;
    begin_npy(4, "{}");
    write_file("b.npy", f.bytes, f.size);
    refuses("b.npy", "b.npy: a .npy file, but its version is not 1, 2 or 3");
    for (size_t size = 6; size < 40; size += 3) {
        begin_npy(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }");
        write_file("b.npy", f.bytes, size);
        refuses("b.npy", "b.npy: a .npy file, but it ends in its header");
    }
    f.size = 0;
    put("\x93NUMPY\x02\x00\xff\xff\xff\x7f", 12);
    write_file("b.npy", f.bytes, f.size);
    refuses("b.npy", "b.npy: a .npy file, but its header is too long");
    begin_npy(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }");
    put_number(UINT64_C(0x7ff8000000000000), 8, false);
    put_number(0, 8, false);
    write_file("b.npy", f.bytes, f.size);
    refuses("b.npy", "b.npy: column 1 ('c1') has no value at all\n"
                     "hint: `ignore` leaves it out (--DATA-ignore)");
    begin_npy(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }");
    put_number(UINT64_C(0x7ff8000000000000), 8, false);
    for (int i = 0; i < 3; i++)
        put_number(0, 8, false);
    write_file("b.npy", f.bytes, f.size);
    refuses("b.npy", "b.npy: values are missing: 'c1' 1 of 2\n" MISSING_HINT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_type_of_npy),
        cmocka_unit_test(the_page_names_the_type),
        cmocka_unit_test(reads_headers_in_other_words),
        cmocka_unit_test(takes_labels_and_targets_from_npy),
        cmocka_unit_test(refuses_bad_npy_headers),
        cmocka_unit_test(refuses_bad_npy_files),
    };
    return cmocka_run_group_tests_name("dataset_npy", tests, enter_folder, leave_folder);
}
