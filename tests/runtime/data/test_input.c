/* Input: the bytes of files, plain or compressed. */
#include "dataset_files.h"
#include "data/input.h"

static const struct loopc_message to = {message, sizeof message};

static struct loopc_input *open_file(const char *name)
{
    struct loopc_input *in = loopc_input_open(name, &to);
    if (!in) fail_msg("%s", message);
    return in;
}

static void reads(struct loopc_input *in, const char *expected)
{
    char bytes[64];
    assert_int_equal(loopc_input_read(in, bytes, sizeof bytes), strlen(expected));
    assert_memory_equal(bytes, expected, strlen(expected));
    assert_int_equal(loopc_input_byte(in), LOOPC_INPUT_END);
}

static void bytes_come_in_order(void **state)
{
    (void)state;
    write_text("a", "abcdef");
    struct loopc_input *in = open_file("a");
    assert_int_equal(loopc_input_peek(in, 2), 6);
    assert_memory_equal(in->next, "abcdef", 6);
    assert_int_equal(loopc_input_byte(in), 'a');
    reads(in, "bcdef");
    loopc_input_close(in);
    loopc_input_close(NULL);
}

/* The name says nothing; members of gzip follow each other as one file. */
static void gzip_is_told_by_its_bytes(void **state)
{
    unsigned char both[256], read[256];
    size_t size = 0;
    (void)state;
    write_gzip("one", "abc", 3);
    write_gzip("two", "def", 3);
    for (int i = 0; i < 2; i++) {
        FILE *const file = fopen(i ? "two" : "one", "rb");
        size += fread(both + size, 1, sizeof both - size, file);
        fclose(file);
    }
    write_file("both.csv", both, size);
    struct loopc_input *in = open_file("both.csv");
    reads(in, "abcdef");
    loopc_input_close(in);
    write_file("cut", both, size - 9);
    in = open_file("cut");
    assert_int_equal(loopc_input_read(in, read, sizeof read), LOOPC_INPUT_ERROR);
    assert_string_equal(message, "cut: the file ends in the middle of compressed data");
    loopc_input_close(in);
    both[size++] = 'x';
    write_file("more", both, size);
    in = open_file("more");
    assert_int_equal(loopc_input_read(in, read, sizeof read), LOOPC_INPUT_ERROR);
    assert_string_equal(message, "more: other bytes follow the compressed data");
    loopc_input_close(in);
}

static void files_are_longer_than_the_buffer(void **state)
{
    enum { SIZE = 2 * LOOPC_INPUT_BUFFER + 1000 };
    unsigned char *const bytes = malloc(SIZE), *const again = malloc(SIZE);
    (void)state;
    assert_true(bytes && again);
    for (int i = 0; i < SIZE; i++)
        bytes[i] = (unsigned char)(i * 7 >> 3);
    write_file("long", bytes, SIZE);
    write_gzip("long.gz", bytes, SIZE);
    for (int i = 0; i < 2; i++) {
        struct loopc_input *in = open_file(i ? "long.gz" : "long");
        assert_int_equal(loopc_input_byte(in), bytes[0]);
        assert_int_equal(loopc_input_peek(in, LOOPC_INPUT_BUFFER), LOOPC_INPUT_BUFFER);
        assert_memory_equal(in->next, bytes + 1, LOOPC_INPUT_BUFFER);
        assert_int_equal(loopc_input_read(in, again, SIZE), SIZE - 1);
        assert_memory_equal(again, bytes + 1, SIZE - 1);
        loopc_input_close(in);
    }
    free(bytes);
    free(again);
}

static void what_cannot_be_read_is_said(void **state)
{
    char byte;
    (void)state;
    assert_null(loopc_input_open("absent", &to));
    assert_string_equal(message, "absent: No such file or directory");
    struct loopc_input *in = loopc_input_open(".", &to);
    if (in) assert_int_equal(loopc_input_read(in, &byte, 1), LOOPC_INPUT_ERROR);
    assert_string_equal(message, ".: Is a directory");
    loopc_input_close(in);
    write_text("empty", "");
    in = open_file("empty");
    assert_int_equal(loopc_input_peek(in, 4), 0);
    assert_int_equal(loopc_input_byte(in), LOOPC_INPUT_END);
    loopc_input_close(in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_come_in_order),
        cmocka_unit_test(gzip_is_told_by_its_bytes),
        cmocka_unit_test(files_are_longer_than_the_buffer),
        cmocka_unit_test(what_cannot_be_read_is_said),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
