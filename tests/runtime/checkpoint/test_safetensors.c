/* safetensors: writing, reading back, and rejecting hostile files. */
#include "safetensors_files.h"

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static const int64_t two_by_three[] = {2, 3}, four[] = {4}, nothing[] = {0, 7},
                     nine[] = {1, 1, 2, 1, 1, 1, 2, 1, 1};
static const bool yes = true;
static const uint8_t bytes[] = {1, 2, 3, 255};
static const float floats[] = {1, -2, 3.5f, 0, 1e-30f, 1e30f};
static const double real = 0.1;
static const int32_t i32 = -5, many[] = {1, 2, 3, 4};
static const int64_t i64 = INT64_MIN;
static const uint32_t u32 = 4000000000;
static const uint64_t rng[] = {1, UINT64_MAX, 3, 4};

/* Narrow before wide, to be put in order. */
static const struct loopc_tensor tensors[] = {
    {"yes", LOOPC_DTYPE_BOOL, 0, NULL, &yes},
    {"bytes", LOOPC_DTYPE_U8, 1, four, bytes},
    {"floats", LOOPC_DTYPE_F32, 2, two_by_three, floats},
    {"empty", LOOPC_DTYPE_F32, 2, nothing, NULL},
    {"real", LOOPC_DTYPE_F64, 0, NULL, &real},
    {"i32", LOOPC_DTYPE_I32, 0, NULL, &i32},
    {"i64", LOOPC_DTYPE_I64, 0, NULL, &i64},
    {"u32", LOOPC_DTYPE_U32, 0, NULL, &u32},
    {"rng", LOOPC_DTYPE_U64, 1, four, rng},
    {"nine", LOOPC_DTYPE_I32, 9, nine, many},
};
static const struct loopc_meta metas[] = {{"name", "\"quoted\"\n\t\\ \x7f \xc3\xa4"}, {"none", ""}};
static const struct loopc_contents contents = {tensors, 10, metas, 2};

static int open_and_check(void)
{
    struct loopc_safetensors file;
    memset(text, 0, sizeof text);
    int result = loopc_safetensors_open(&file, path, &message);
    if (result) return result;
    result = file.has_checksum ? loopc_safetensors_check(&file, &message) : LOOPC_DAMAGED;
    if (!file.has_checksum) snprintf(text, sizeof text, "no checksum");
    loopc_safetensors_close(&file);
    return result;
}

/* The same bytes everywhere and forever; the checksum was computed with Python's zlib.crc32. */
static void test_the_bytes(void **state)
{
    (void)state;
    static const char wanted[] =
        "\xa0\0\0\0\0\0\0\0"
        "{\"__metadata__\":{\"loopc.crc32\":\"d2de0061\",\"a\":\"b\"},"
        "\"n\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
        "\"b\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[8,9]}}   "
        "\5\0\0\0\0\0\0\0\1";
    const int64_t n = 5, one = 1;
    const struct loopc_tensor small[] = {{"b", LOOPC_DTYPE_BOOL, 1, &one, &yes},
                                         {"n", LOOPC_DTYPE_I64, 0, NULL, &n}};
    const struct loopc_meta meta = {"a", "b"};
    write_file(&(struct loopc_contents){small, 2, &meta, 1});
    size_t size;
    unsigned char *all = files_read(path, &size);
    assert_int_equal(size, sizeof wanted - 1);
    assert_memory_equal(all, wanted, size);
    free(all);
}

static void test_there_and_back(void **state)
{
    (void)state;
    struct loopc_safetensors file;
    write_file(&contents);
    assert_int_equal(loopc_safetensors_open(&file, path, &message), LOOPC_LOADED);
    assert_int_equal(loopc_safetensors_check(&file, &message), LOOPC_LOADED);
    assert_int_equal(file.tensor_count, 10);
    for (int i = 0; i < 10; i++) {
        const struct loopc_stored *stored = loopc_safetensors_find(&file, tensors[i].name);
        char data[64];
        assert_non_null(stored);
        assert_int_equal(stored->dtype, tensors[i].dtype);
        assert_int_equal(stored->rank, tensors[i].rank);
        assert_int_equal(stored->at % loopc_dtype_size(stored->dtype), 0);
        if (stored->rank)
            assert_memory_equal(stored->dims, tensors[i].dims, (size_t)stored->rank * 8);
        assert_int_equal(loopc_safetensors_get(&file, stored, data, &message), LOOPC_LOADED);
        if (stored->bytes) assert_memory_equal(data, tensors[i].data, stored->bytes);
    }
    assert_null(loopc_safetensors_find(&file, "other"));
    assert_string_equal(loopc_safetensors_text(&file, "name"), metas[0].value);
    assert_string_equal(loopc_safetensors_text(&file, "none"), "");
    assert_null(loopc_safetensors_text(&file, "other"));
    loopc_safetensors_close(&file);
}

static void test_the_same_bytes_twice(void **state)
{
    (void)state;
    size_t first_size, second_size;
    write_file(&contents);
    unsigned char *first = files_read(path, &first_size);
    write_file(&contents);
    unsigned char *second = files_read(path, &second_size);
    assert_int_equal(first_size, second_size);
    assert_memory_equal(first, second, first_size);
    free(first);
    free(second);
}

static void test_nothing_in_it(void **state)
{
    (void)state;
    write_file(&(struct loopc_contents){0});
    assert_int_equal(open_and_check(), LOOPC_LOADED);
    write_header("{}", 0);
    assert_int_equal(open_and_check(), LOOPC_DAMAGED); /* for want of a checksum alone */
    assert_string_equal(text, "no checksum");
}

/* Blanks, other types, other keys in the entries, tensors in any order, no metadata. */
static void test_files_of_others(void **state)
{
    (void)state;
    struct loopc_safetensors file;
    write_header(
        "{ \"b\" : {\"dtype\":\"BF16\", \"shape\": [2,2], \"data_offsets\":[2, 10], \"x\":[]},\n"
        "  \"a\":{\"data_offsets\":[0,2],\"dtype\":\"F8_E4M3\",\"shape\":[2]} }     \n",
        10);
    assert_int_equal(loopc_safetensors_open(&file, path, &message), LOOPC_LOADED);
    assert_int_equal(file.tensor_count, 2);
    assert_int_equal(file.tensors[1].dtype, LOOPC_DTYPE_BF16);
    assert_false(file.has_checksum);
    assert_int_equal(loopc_safetensors_check(&file, &message), LOOPC_LOADED);
    loopc_safetensors_close(&file);
}

static void test_full_disk(void **state)
{
    (void)state;
    FILE *file = fopen("/dev/full", "wb");
    if (!file) skip();
    errno = 0;
    assert_int_equal(loopc_safetensors_write(file, &contents), LOOPC_FAILED);
    assert_int_equal(errno, ENOSPC);
    fclose(file);
}

/* Prints a tensor as tests/support/read_safetensors.py does. */
static void print_tensor(FILE *out, const char *name, const char *dtype, const char *shape,
                         const char *values)
{
    fprintf(out, "%s %s [%s] %s\n", name, dtype, shape, values);
}

/* A reader in another language, with that language's standard library alone. */
static void test_python_reads_the_same(void **state)
{
    (void)state;
    char wanted[2048], got[2048], command[256];
    if (access("tests/support/read_safetensors.py", R_OK) || system("python3 -c '' 2>/dev/null"))
        skip();
    write_file(&contents);
    snprintf(command, sizeof command, "python3 tests/support/read_safetensors.py '%s'", path);
    FILE *pipe = popen(command, "r");
    got[fread(got, 1, sizeof got - 1, pipe)] = 0;
    assert_int_equal(pclose(pipe), 0);
    FILE *out = fmemopen(wanted, sizeof wanted, "w");
    fputs("checksum right\nname: \"\\\"quoted\\\"\\n\\t\\\\ \\u007f \\u00e4\"\nnone: \"\"\n", out);
    print_tensor(out, "bytes", "U8", "4", "1 2 3 255");
    print_tensor(out, "empty", "F32", "0, 7", "");
    print_tensor(out, "floats", "F32", "2, 3",
                 "0x1.0000000000000p+0 -0x1.0000000000000p+1 0x1.c000000000000p+1 0x0.0p+0 "
                 "0x1.4484c00000000p-100 0x1.93e5940000000p+99");
    print_tensor(out, "i32", "I32", "", "-5");
    print_tensor(out, "i64", "I64", "", "-9223372036854775808");
    print_tensor(out, "nine", "I32", "1, 1, 2, 1, 1, 1, 2, 1, 1", "1 2 3 4");
    print_tensor(out, "real", "F64", "", "0x1.999999999999ap-4");
    print_tensor(out, "rng", "U64", "4", "1 18446744073709551615 3 4");
    print_tensor(out, "u32", "U32", "", "4000000000");
    print_tensor(out, "yes", "BOOL", "", "1");
    fclose(out);
    assert_string_equal(got, wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_bytes),
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_the_same_bytes_twice),
        cmocka_unit_test(test_nothing_in_it),
        cmocka_unit_test(test_files_of_others),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_python_reads_the_same),
    };
    return cmocka_run_group_tests_name("safetensors", tests, set_up, tear_down);
}
