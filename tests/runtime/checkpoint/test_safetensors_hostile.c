/* safetensors from enemies and from bad disks: each gets a message, and nothing else happens. */
#include "safetensors_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static const int64_t three[] = {3};
static const float floats[] = {1, -2, 3.5f};
static const uint8_t bytes[] = {1, 2, 3};
static const struct loopc_tensor tensors[] = {{"floats", LOOPC_DTYPE_F32, 1, three, floats},
                                              {"bytes", LOOPC_DTYPE_U8, 1, three, bytes}};
static const struct loopc_meta metas[] = {{"a", "b \xc3\xa4"}};
static const struct loopc_contents contents = {tensors, 2, metas, 1};

static int open_only(void)
{
    struct loopc_safetensors file;
    memset(text, 0, sizeof text);
    const int result = loopc_safetensors_open(&file, path, &message);
    if (!result) loopc_safetensors_close(&file);
    if (result) assert_memory_equal(text, path, strlen(path));
    return result;
}

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

static void test_every_truncation(void **state)
{
    (void)state;
    struct stat info;
    write_file(&contents);
    assert_int_equal(open_and_check(), LOOPC_LOADED);
    assert_int_equal(stat(path, &info), 0);
    for (off_t length = info.st_size; length-- > 0;) {
        assert_int_equal(truncate(path, length), 0);
        assert_int_equal(open_and_check(), LOOPC_DAMAGED);
        assert_true(strlen(text) > strlen(path));
    }
}

static void test_every_bit_flip(void **state)
{
    (void)state;
    size_t size;
    write_file(&contents);
    unsigned char *all = files_read(path, &size);
    const int fd = open(path, O_WRONLY);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        const unsigned char flipped = all[bit / 8] ^ (unsigned char)(1 << bit % 8);
        assert_int_equal(pwrite(fd, &flipped, 1, (off_t)bit / 8), 1);
        assert_int_equal(open_and_check(), LOOPC_DAMAGED);
        assert_int_equal(pwrite(fd, &all[bit / 8], 1, (off_t)bit / 8), 1);
    }
    assert_int_equal(open_and_check(), LOOPC_LOADED);
    close(fd);
    free(all);
}

#define T(rest) "{\"t\":{" rest "}}"
#define F32     "\"dtype\":\"F32\","

static void test_hostile_headers(void **state)
{
    (void)state;
    static const struct {
        const char *header, *says;
        size_t data;
    } cases[] = {
        {"", "not a JSON object", 0},
        {"[]", "not a JSON object", 0},
        {" {}", "not a JSON object", 0},
        {"{", "not JSON", 0},
        {"{}x", "not JSON", 0},
        {"{\"a\":1}", "tensor 'a': it has no type", 0},
        {"{\"t\":{},\"t\":{}}", "duplicate", 0},
        {"{\"__metadata__\":{},\"__metadata__\":{}}", "duplicate", 0},
        {"{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", "duplicate", 0},
        {"{\"__metadata__\":[]}", "it is not an object", 0},
        {"{\"__metadata__\":{\"a\":1}}", "not a text", 0},
        {"{\"__metadata__\":{\"loopc.crc32\":5}}", "not a text", 0},
        {"{\"__metadata__\":{\"a\":\"b\",\"loopc.crc32\":\"00000000\"}}", "where loopc puts it", 0},
        {T("\"dtype\":\"F31\",\"shape\":[],\"data_offsets\":[0,4]"), "no type that we know", 4},
        {T("\"dtype\":4,\"shape\":[],\"data_offsets\":[0,4]"), "no type", 4},
        {T(F32 "\"data_offsets\":[0,4]"), "no shape", 4},
        {T(F32 "\"shape\":4,\"data_offsets\":[0,4]"), "no shape", 4},
        {T(F32 "\"shape\":[-1],\"data_offsets\":[0,4]"), "whole numbers", 4},
        {T(F32 "\"shape\":[1.0],\"data_offsets\":[0,4]"), "whole numbers", 4},
        {T(F32 "\"shape\":[\"1\"],\"data_offsets\":[0,4]"), "whole numbers", 4},
        {T(F32 "\"shape\":[99999999999999999999],\"data_offsets\":[0,4]"), "not JSON", 4},
        {T(F32 "\"shape\":[4611686018427387904,4],\"data_offsets\":[0,4]"), "larger than any", 4},
        {T(F32 "\"shape\":[9223372036854775807,9223372036854775807],\"data_offsets\":[0,4]"),
         "larger than any", 4},
        {T(F32 "\"shape\":[]"), "data_offsets", 4},
        {T(F32 "\"shape\":[],\"data_offsets\":[0]"), "data_offsets", 4},
        {T(F32 "\"shape\":[],\"data_offsets\":[0,4,4]"), "data_offsets", 4},
        {T(F32 "\"shape\":[],\"data_offsets\":[4,0]"), "ascending", 4},
        {T(F32 "\"shape\":[],\"data_offsets\":[-4,0]"), "ascending", 4},
        {T(F32 "\"shape\":[],\"data_offsets\":[0,8]"), "end behind the file", 4},
        {T(F32 "\"shape\":[],\"data_offsets\":[9223372036854775800,9223372036854775804]"),
         "end behind the file", 4},
        {T(F32 "\"shape\":[],\"data_offsets\":[0,3]"), "as its shape says", 4},
        {T(F32 "\"shape\":[],\"data_offsets\":[4,8]"), "those before end", 8},
        {T(F32 "\"shape\":[],\"data_offsets\":[0,4]"), "the file at", 8},
        {"{\"a\":{" F32 "\"shape\":[],\"data_offsets\":[0,4]},\"b\":{" F32
         "\"shape\":[],\"data_offsets\":[0,4]}}",
         "those before end", 4},
        {"{\"a\":{" F32 "\"shape\":[],\"data_offsets\":[0,4]},\"b\":{" F32
         "\"shape\":[2],\"data_offsets\":[2,10]}}",
         "those before end", 10},
        {T("\"dtype\":[[]]"), "not a list of tensors", 0},
        {"{\"a\x1b[31m\":1}", "not JSON", 0},
        {"{\"a\\u001b[31m\":1}", "tensor 'a?[31m'", 0},
        {"{\"\\u0000\":1}", "not JSON", 0},
        {"{\"\xff\":1}", "not JSON", 0},
        {"{\"\\ud800\":1}", "not JSON", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_header(cases[i].header, cases[i].data);
        assert_int_equal(open_only(), LOOPC_DAMAGED);
        if (!strstr(text, cases[i].says)) fail_msg("%s: %s", cases[i].header, text);
        for (const char *p = text; *p; p++)
            assert_true((unsigned char)*p >= ' ');
    }
}

static void test_hostile_lengths(void **state)
{
    (void)state;
    static const uint64_t lengths[] = {3,
                                       9,
                                       1 << 20,
                                       UINT64_C(1) << 31,
                                       UINT64_C(1) << 32,
                                       UINT64_C(1) << 63,
                                       (UINT64_C(1) << 63) - 1,
                                       UINT64_MAX,
                                       UINT64_MAX - 7,
                                       UINT64_MAX - 8};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        char all[10] = "12345678{}";
        memcpy(all, &lengths[i], 8);
        files_write(path, all, sizeof all);
        assert_int_equal(open_only(), LOOPC_DAMAGED);
        assert_non_null(strstr(text, "cannot be"));
    }
}

/* As deep as the longest header: the parser must not even begin. */
static void test_deep_json(void **state)
{
    (void)state;
    const size_t size = LOOPC_SAFETENSORS_HEADER;
    char *header = malloc(size + 1);
    memset(header, '[', size);
    memcpy(header, "{\"a\":", 5);
    header[size] = 0;
    write_header(header, 0);
    assert_int_equal(open_only(), LOOPC_DAMAGED);
    assert_non_null(strstr(text, "not a list of tensors"));
    free(header);
}

static void test_what_is_no_file(void **state)
{
    (void)state;
    unlink(path);
    assert_int_equal(open_only(), LOOPC_NO_FILE);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(open_only(), LOOPC_UNREADABLE);
    unlink(path);
    struct loopc_safetensors file;
    static const char *const others[] = {"/dev/zero", "/tmp", "/dev/tty", "/proc/self/mem"};
    for (int i = 0; i < 4; i++)
        assert_int_not_equal(loopc_safetensors_open(&file, others[i], &message), LOOPC_LOADED);
    assert_int_equal(loopc_safetensors_open(&file, "/dev/null/x", &message), LOOPC_NO_FILE);
}

/* A file that becomes shorter after its header was read. */
static void test_a_file_that_shrinks(void **state)
{
    (void)state;
    struct loopc_safetensors file;
    char data[64];
    write_file(&contents);
    assert_int_equal(loopc_safetensors_open(&file, path, &message), LOOPC_LOADED);
    assert_int_equal(truncate(path, (off_t)file.size - 4), 0);
    assert_int_equal(loopc_safetensors_check(&file, &message), LOOPC_DAMAGED);
    assert_non_null(strstr(text, "shorter"));
    const struct loopc_stored *last = loopc_safetensors_find(&file, "bytes");
    assert_int_equal(loopc_safetensors_get(&file, last, data, &message), LOOPC_DAMAGED);
    loopc_safetensors_close(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_truncation),    cmocka_unit_test(test_every_bit_flip),
        cmocka_unit_test(test_hostile_headers),     cmocka_unit_test(test_hostile_lengths),
        cmocka_unit_test(test_deep_json),           cmocka_unit_test(test_what_is_no_file),
        cmocka_unit_test(test_a_file_that_shrinks),
    };
    return cmocka_run_group_tests_name("safetensors_hostile", tests, set_up, tear_down);
}
