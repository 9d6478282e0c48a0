/* .npz: arrays by name out of an archive, which is put together here byte by byte (APPNOTE of
 * PKWARE, sections 4.3.7, 4.3.12 and 4.3.16), its files stored. */
#include "dataset_bytes.h"
#include "data/npz.h"

static const struct loopc_message to = {message, sizeof message};

struct member {
    const char *name, *bytes;
    unsigned flags;
    size_t at;
};

/* Fields common to a file's header and its entry in the directory. */
static void put_about(const struct member *m)
{
    const size_t size = strlen(m->bytes);
    const uint64_t fields[] = {20, m->flags, 0, 0, 0x21};
    for (size_t i = 0; i < LENGTH(fields); i++)
        put_number(fields[i], 2, false);
    put_number(crc32(0, (const void *)m->bytes, (unsigned)size), 4, false);
    put_number(size, 4, false);
    put_number(size, 4, false);
    put_number(strlen(m->name), 2, false);
    put_number(0, 2, false);
}

static void put_directory(const struct member *members, size_t count)
{
    const size_t start = f.size;
    for (size_t i = 0; i < count; i++) {
        put("PK\x01\x02\x14\x00", 6);
        put_about(&members[i]);
        put("\0\0\0\0\0\0\0\0\0\0", 10);
        put_number(members[i].at, 4, false);
        put(members[i].name, strlen(members[i].name));
    }
    const size_t size = f.size - start;
    put("PK\x05\x06\0\0\0\0", 8);
    put_number(count, 2, false);
    put_number(count, 2, false);
    put_number(size, 4, false);
    put_number(start, 4, false);
    put_number(0, 2, false);
}

static void write_archive(struct member *members, size_t count)
{
    f.size = 0;
    for (size_t i = 0; i < count; i++) {
        members[i].at = f.size;
        put("PK\x03\x04", 4);
        put_about(&members[i]);
        put(members[i].name, strlen(members[i].name));
        put(members[i].bytes, strlen(members[i].bytes));
    }
    put_directory(members, count);
    write_file("a.npz", f.bytes, f.size);
}

static void archives_are_told_by_their_bytes(void **state)
{
    (void)state;
    assert_true(loopc_is_npz((const unsigned char *)"PK\x03\x04.", 5));
    assert_false(loopc_is_npz((const unsigned char *)"PK\x03\x04.", 3));
    assert_false(loopc_is_npz((const unsigned char *)"PK\x05\x06.", 5));
}

static void arrays_are_found_by_name(void **state)
{
    struct member members[] = {
        {"x.npy", "first", 0, 0}, {"notes.txt", "other", 0, 0}, {"y.npy", "second", 0, 0}};
    char *names[LOOPC_NPZ_ARRAYS], bytes[16];
    (void)state;
    write_archive(members, 3);
    assert_int_equal(loopc_npz_list("a.npz", names, &to), 2);
    assert_string_equal(names[0], "x");
    assert_string_equal(names[1], "y");
    free(names[0]);
    free(names[1]);
    struct loopc_input *in = loopc_npz_open("a.npz", "y", "a.npz:y", &to);
    assert_non_null(in);
    assert_int_equal(loopc_input_read(in, bytes, sizeof bytes), 6);
    assert_memory_equal(bytes, "second", 6);
    loopc_input_close(in);
    assert_null(loopc_npz_open("a.npz", "notes", "a.npz:notes", &to));
    assert_string_equal(message, "a.npz: there is no array 'notes' in it that can be read");
}

static void damage_is_seen(void **state)
{
    struct member members[] = {{"x.npy", "first", 0, 0}};
    char *names[LOOPC_NPZ_ARRAYS], bytes[16];
    (void)state;
    write_archive(members, 1);
    f.bytes[30 + 5]++; /* the first byte of the array */
    write_file("a.npz", f.bytes, f.size);
    struct loopc_input *in = loopc_npz_open("a.npz", "x", "a.npz:x", &to);
    assert_non_null(in);
    assert_int_equal(loopc_input_read(in, bytes, sizeof bytes), LOOPC_INPUT_ERROR);
    assert_string_equal(message, "a.npz:x: the archive is damaged\nhint: it may not have been "
                                 "copied or downloaded completely");
    loopc_input_close(in);
    write_file("a.npz", f.bytes, f.size - 22);
    assert_int_equal(loopc_npz_list("a.npz", names, &to), -1);
    assert_string_equal(message, "a.npz: the archive cannot be read\nhint: it may not have been "
                                 "copied or downloaded completely");
}

static void locked_arrays_are_not_read(void **state)
{
    struct member members[] = {{"x.npy", "first", 1, 0}};
    (void)state;
    write_archive(members, 1);
    assert_null(loopc_npz_open("a.npz", "x", "a.npz:x", &to));
    assert_string_equal(message, "a.npz: there is no array 'x' in it that can be read");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(archives_are_told_by_their_bytes),
        cmocka_unit_test(arrays_are_found_by_name),
        cmocka_unit_test(damage_is_seen),
        cmocka_unit_test(locked_arrays_are_not_read),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
