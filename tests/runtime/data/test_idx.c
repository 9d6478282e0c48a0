/* Data sets from IDX, and compressed ones: values read, and every reason for a refusal. */
#include "dataset_bytes.h"

static void begin_idx(int type, int dimensions, const uint32_t *shape)
{
    f.size = 0;
    put_number((unsigned)type << 8 | (unsigned)dimensions, 4, true);
    for (int i = 0; i < dimensions; i++)
        put_number(shape[i], 4, true);
}

/* 3 pictures of 2 x 2 points, and their labels. */
static void put_pictures(void)
{
    static const uint32_t shape[] = {3, 2, 2};
    begin_idx(0x08, 3, shape);
    for (unsigned i = 0; i < 12; i++)
        put_number(20 * (uint64_t)i, 1, true);
}

static void put_labels(void)
{
    static const uint32_t shape[] = {3};
    begin_idx(0x08, 1, shape);
    put("\x01\x00\x02", 3);
}

static void check_pictures(const char *argument)
{
    static const float x[] = {0, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200, 220};
    static const int32_t labels[] = {1, 0, 2};
    struct loopc_dataset d = load(argument, &plain);
    assert_int_equal(d.rows, 3);
    assert_int_equal(d.columns, 4);
    assert_int_equal(d.classes, 3);
    check_x(&d, x, LENGTH(x));
    check_labels(&d, labels);
    loopc_dataset_free(&d);
}

static void reads_idx_pairs(void **state)
{
    (void)state;
    put_pictures();
    write_file("images", f.bytes, f.size);
    write_gzip("images.gz", f.bytes, f.size);
    put_labels();
    write_file("labels", f.bytes, f.size);
    write_gzip("zipped labels", f.bytes, f.size);
    check_pictures("images,labels");
    check_pictures("images.gz,zipped labels");
    check_pictures("images,zipped labels");
    write_text("labels.csv", "label\n1\n0\n2\n");
    check_pictures("images.gz,labels.csv");
}

static void reads_every_type_of_idx(void **state)
{
    static const float expected[] = {-2, 100};
    static const struct {
        int type, size;
    } types[] = {{0x09, 1}, {0x0b, 2}, {0x0c, 4}};
    static const uint32_t shape[] = {1, 2};
    const struct loopc_dataset_options options = {.label = LOOPC_LABEL_NONE};
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        if (i < 3) {
            begin_idx(types[i].type, 2, shape);
            put_number((uint64_t)-2, types[i].size, true);
            put_number(100, types[i].size, true);
        } else if (i == 3) {
            begin_idx(0x0d, 2, shape);
            put_f32(-2, true);
            put_f32(100, true);
        } else {
            begin_idx(0x0e, 2, shape);
            put_f64(-2, true);
            put_f64(100, true);
        }
        write_file("x.idx", f.bytes, f.size);
        struct loopc_dataset d = load("x.idx", &options);
        check_x(&d, expected, LENGTH(expected));
        loopc_dataset_free(&d);
    }
}

static void refuses_bad_pairs(void **state)
{
    static const uint32_t two = 2, table[] = {3, 2};
    (void)state;
    put_pictures();
    write_file("images", f.bytes, f.size);
    refuses("images", "images: an array of 3 dimensions has no column for the labels\n"
                      "hint: give both files: SAMPLES,LABELS; or `label = false` in the spec");
    refuses("images,none", "none: No such file or directory");
    refuses("images,images", "images: it has 4 columns, but 1 is wanted, the label");
    begin_idx(0x08, 1, &two);
    put("\x00\x01", 2);
    write_file("labels", f.bytes, f.size);
    refuses("images,labels", "images: it has 3 rows of samples, but labels has 2 labels\nhint: row "
                             "by row, the second file answers the first");
    begin_idx(0x09, 2, table);
    put("\x00\x01\x00\x01\x00\xff", 6);
    write_file("table", f.bytes, f.size);
    struct loopc_dataset d = load("table", &plain); /* labels -1, 0 and 1 */
    assert_int_equal(d.classes, 2);
    assert_string_equal(loopc_dataset_class(&d, 0), "-1");
    loopc_dataset_free(&d);
}

static void refuses_idx(const char *expected)
{
    write_file("bad.idx", f.bytes, f.size);
    refuses("bad.idx", expected);
}

static void refuses_bad_idx(void **state)
{
    static const uint32_t huge[] = {0xffffffff, 0xffffffff, 0xffffffff};
    static const uint32_t none[] = {0, 3}, flat[] = {3, 0};
    (void)state;
    put_labels();
    f.size--;
    refuses_idx(
        "bad.idx: nothing is left for the samples: its only column has another role\n"
        "hint: SAMPLES,ANSWERS takes two files; `separator` sets the character between cells "
        "(--DATA-separator)");
    begin_idx(0x0a, 2, none);
    refuses_idx("bad.idx: it begins as an IDX file does, but there is no such type of values");
    begin_idx(0x08, 0, none);
    refuses_idx("bad.idx: it begins as an IDX file does, but has no dimensions");
    f.size = 3;
    refuses_idx("bad.idx: it begins as an IDX file does, but ends in its header");
    begin_idx(0x08, 2, none);
    refuses_idx("bad.idx: its header says 0 rows of 3 values: it is empty");
    f.size = 10;
    refuses_idx("bad.idx: it begins as an IDX file does, but ends in its header");
    begin_idx(0x08, 2, flat);
    refuses_idx("bad.idx: its header says 3 rows of 0 values: it is empty");
    begin_idx(0x08, 3, huge);
    refuses_idx("bad.idx: its header says that a row has more than 1048576 values");
}

/* The last dimensions that still fit in 63 bits, with nothing behind them: no memory is taken. */
static void refuses_files_of_another_length(void **state)
{
    static const uint32_t tall[] = {0x7fffffff, 0xfffff}, table[] = {3, 2};
    (void)state;
    begin_idx(0x08, 2, tall);
    refuses_idx(
        "bad.idx: the file ends after 0 of the 2147483647 rows that its header says it has\n"
        "hint: it may not have been copied or downloaded completely");
    begin_idx(0x08, 2, table);
    put("\x01\x00\x01\x00\x01", 5);
    refuses_idx("bad.idx: the file ends after 2 of the 3 rows that its header says it has\n"
                "hint: it may not have been copied or downloaded completely");
    put("\x00\x00", 2);
    refuses_idx("bad.idx: the file continues after the 3 rows that its header says it has");
}

static void write_table_gz(size_t cut, const char *behind)
{
    static unsigned char bytes[1 << 16];
    write_gzip("t.gz", "1,2,0\n3,4,1\n", 12);
    FILE *const file = fopen("t.gz", "rb");
    const size_t size = fread(bytes, 1, sizeof bytes - 100, file);
    fclose(file);
    size_t end = size - cut;
    for (; *behind; behind++)
        bytes[end++] = (unsigned char)*behind;
    write_file("t.gz", bytes, end);
}

static void reads_compressed_csv(void **state)
{
    static const float x[] = {1, 2, 3, 4};
    (void)state;
    write_table_gz(0, "");
    struct loopc_dataset d = load("t.gz", &plain);
    assert_int_equal(d.rows, 2);
    check_x(&d, x, LENGTH(x));
    loopc_dataset_free(&d);
    write_table_gz(4, "");
    refuses("t.gz", "t.gz: the file ends in the middle of compressed data");
    write_table_gz(0, "more");
    refuses("t.gz", "t.gz: other bytes follow the compressed data");
    write_table_gz(8, "01234567");
    refuses("t.gz", "t.gz: incorrect data check");
}

/* Compressed files may be joined as they are, and pieces may be of any size. */
static void reads_joined_members(void **state)
{
    enum { ROWS = 40000, ROW = 8 };
    static char text[ROWS * ROW];
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        char row[32];
        snprintf(row, sizeof row, "%05zu,%zu\n", i, i % 2);
        memcpy(text + i * ROW, row, ROW);
    }
    write_gzip("a.gz", text, 100003);
    write_gzip("b.gz", text + 100003, sizeof text - 100003);
    write_gzip("c.gz", "", 0);
    assert_int_equal(system("cat c.gz a.gz c.gz b.gz > all.gz"), 0);
    struct loopc_dataset d = load("all.gz", &plain);
    assert_int_equal(d.rows, ROWS);
    for (int i = 0; i < ROWS; i++) {
        assert_int_equal((int)d.x[i], i);
        assert_int_equal(d.labels[i], i % 2);
    }
    loopc_dataset_free(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_idx_pairs),
        cmocka_unit_test(reads_every_type_of_idx),
        cmocka_unit_test(refuses_bad_pairs),
        cmocka_unit_test(refuses_bad_idx),
        cmocka_unit_test(refuses_files_of_another_length),
        cmocka_unit_test(reads_compressed_csv),
        cmocka_unit_test(reads_joined_members),
    };
    return cmocka_run_group_tests_name("dataset_idx", tests, enter_folder, leave_folder);
}
