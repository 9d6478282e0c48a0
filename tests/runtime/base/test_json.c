/* JSON of the control channel: valid and invalid messages, walking, characters, writing. */
#include "base/json.h"

#include "base/json_text.h"
#include "run/failures.h"
#include "run/field_json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* A copy without anything behind it, for the sanitizers to see. */
static char *copy_of(const char *bytes, size_t length)
{
    char *copy = malloc(length ? length : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, length);
    return copy;
}

static int check(const char *bytes, size_t length, char message[256])
{
    char *copy = copy_of(bytes, length);
    const int st = loopc_json_check((struct loopc_json){copy, length}, message, 256);
    free(copy);
    return st;
}

static void messages(void **unused)
{
    (void)unused;
    static const char *const good[] = {
        "{}",
        " \t\r\n{ \"a\" : 1 } ",
        "{\"a\":-0.5e+10,\"b\":[1,[2,{}]],\"c\":{\"a\":null},\"d\":true,\"e\":false}",
        "{\"\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud83d\\ude00 \xc3\xa4 \xf0\x9f\x98\x80\"}",
        "{\"\\u0061\":1,\"b\":2}",
        "{\"a\":0,\"A\":1}",
        "{\"a\":1e999}",
    };
    char message[256];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_int_equal(check(good[i], strlen(good[i]), message), LOOPC_OK);
}

static void no_messages(void **unused)
{
    (void)unused;
    static const char *const bad[][2] = {
        {"", "it is not an object, at byte 1"},
        {"[]", "it is not an object, at byte 1"},
        {"{\"a\":1}x", "something follows the object, at byte 8"},
        {"{\"a\":1", "a comma or a closing bracket is missing"},
        {"{\"a\":1,}", "a string is missing"},
        {"{\"a\" 1}", "a colon is missing"},
        {"{\"a\":}", "no value"},
        {"{\"a\":01}", "a comma or a closing bracket is missing"},
        {"{\"a\":.5}", "no value"},
        {"{\"a\":1.}", "a digit is missing"},
        {"{\"a\":1e}", "a digit is missing"},
        {"{\"a\":-}", "a digit is missing"},
        {"{\"a\":+1}", "no value"},
        {"{\"a\":nul}", "no value"},
        {"{\"a\":NaN}", "no value"},
        {"{\"a\":\"", "a string does not end"},
        {"{\"a\":\"\\x\"}", "an unknown escape"},
        {"{\"a\":\"\\u12\"}", "\\u takes four hexadecimal digits"},
        {"{\"a\":\"\x01\"}", "a control character in a string"},
        {"{\"a\":\"\xff\"}", "no UTF-8"},
        {"{\"a\":\"\xc0\x80\"}", "no UTF-8"},
        {"{\"a\":\"\xed\xa0\x80\"}", "no UTF-8"},
        {"{\"a\":\"\xf4\x90\x80\x80\"}", "no UTF-8"},
        {"{\"a\":1,\"a\":2}", "a name is there twice, at byte 8"},
        {"{\"a\":1,\"\\u0061\":2}", "a name is there twice"},
        {"{1:2}", "a string is missing"},
    };
    char message[256];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(check(bad[i][0], strlen(bad[i][0]), message), LOOPC_FAILED);
        if (!strstr(message, bad[i][1])) fail_msg("%s: %s", bad[i][0], message);
    }
    assert_int_equal(check("{\"a\":\"x\0y\"}", 11, message), LOOPC_FAILED);
    assert_int_equal(check("{}\0", 3, message), LOOPC_FAILED);
}

/* {"a":[[[...]]]} with so many brackets, so many members. */
static int check_size(int depth, int members, char message[256])
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    fputc('{', file);
    for (int i = 0; i < members; i++)
        fprintf(file, "%s\"%d\":0", i ? "," : "", i);
    fputs(members ? ",\"a\":" : "\"a\":", file);
    for (int i = 0; i < depth; i++)
        fputc('[', file);
    for (int i = 0; i < depth; i++)
        fputc(']', file);
    fputc('}', file);
    fclose(file);
    const int st = check(text, size, message);
    free(text);
    return st;
}

static void bounds(void **unused)
{
    (void)unused;
    char message[256];
    assert_int_equal(check_size(LOOPC_JSON_DEPTH - 1, 0, message), LOOPC_OK);
    assert_int_equal(check_size(LOOPC_JSON_DEPTH, 0, message), LOOPC_FAILED);
    assert_non_null(strstr(message, "nested too deeply"));
    assert_int_equal(check_size(100000, 0, message), LOOPC_FAILED);
    assert_int_equal(check_size(0, LOOPC_JSON_MEMBERS - 1, message), LOOPC_FAILED); /* "a":} */
    assert_int_equal(check_size(1, LOOPC_JSON_MEMBERS - 1, message), LOOPC_OK);
    assert_int_equal(check_size(1, LOOPC_JSON_MEMBERS, message), LOOPC_FAILED);
    assert_non_null(strstr(message, "too many names"));
}

static struct loopc_json of(const char *text)
{
    return (struct loopc_json){text, strlen(text)};
}

static void walking(void **unused)
{
    (void)unused;
    struct loopc_json rest = of(" { \"a\" : [1, {\"b\": 2}] , \"\\u0062\":\"x\" } "), name, value;
    assert_true(loopc_json_next(&rest, &name, &value));
    assert_true(loopc_json_is(name, "a"));
    assert_int_equal(value.length, 13);
    assert_memory_equal(value.text, "[1, {\"b\": 2}]", 13);
    assert_true(loopc_json_next(&rest, &name, &value));
    assert_true(loopc_json_is(name, "b"));
    assert_true(loopc_json_is(value, "x"));
    assert_false(loopc_json_next(&rest, &name, &value));
    rest = of("{}");
    assert_false(loopc_json_next(&rest, &name, &value));
    assert_null(loopc_json_find(of("{\"a\":1}"), "b").text);
    assert_int_equal(loopc_json_find(of("{\"a\":1,\"b\":22}"), "b").length, 2);
    assert_false(loopc_json_is(of("12"), "12"));
}

static void characters(void **unused)
{
    (void)unused;
    char text[32];
    loopc_json_characters(of("\"\\n\\u00e4\\ud83d\\ude00\\u0000\\ud800x\""), text, sizeof text);
    assert_string_equal(text, "\n\xc3\xa4\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbdx");
    assert_int_equal(loopc_json_characters(of("\"abcdef\""), text, 4), 3);
    assert_string_equal(text, "abc");
    assert_int_equal(loopc_json_characters(of("\"ab\\u00e4\""), text, 4), 2); /* whole ones only */
    assert_int_equal(loopc_json_characters(of("\"\""), text, sizeof text), 0);
}

/* The text of a real number. */
static const char *real(double value, bool *finite)
{
    static char *text;
    static size_t size;
    const struct loopc_field field = {.name = "x", .type = LOOPC_F64, .count = 1};
    free(text);
    FILE *file = open_memstream(&text, &size);
    *finite = loopc_field_json_write(file, &field, &value, 0);
    fclose(file);
    return text;
}

static void writing(void **unused)
{
    (void)unused;
    bool finite;
    assert_string_equal(real(0.1, &finite), "0.1");
    assert_true(finite);
    assert_string_equal(real((double)NAN, &finite), "null");
    assert_false(finite);
    assert_string_equal(real(-HUGE_VAL, &finite), "null");
    assert_false(finite);
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    loopc_json_string(file, "a\"\\\n\x7f\xff\xc3\xa4");
    fclose(file);
    assert_string_equal(text, "\"a\\\"\\\\\\u000a\\u007f\\ufffd\xc3\xa4\"");
    free(text);
}

/* Texts that were changed at random are refused or can be walked; whole ones stay whole. */
static void mutations(void **unused)
{
    (void)unused;
    static const char whole[] =
        "{\"eta\": [0, -1.5e3], \"b\\u00e4\": {\"x\": \"\\\"y\"}, \"c\": [true, null]}";
    uint32_t random = 7;
    for (int i = 0; i < 20000; i++) {
        char text[sizeof whole], message[256], name_text[16];
        memcpy(text, whole, sizeof whole);
        for (int k = 0; k < 2; k++) {
            random = random * 1664525u + 1013904223u;
            text[(random >> 8) % (sizeof whole - 1)] = (char)(random >> 24);
        }
        char *copy = copy_of(text, sizeof whole - 1);
        struct loopc_json rest = {copy, sizeof whole - 1}, name, value;
        const bool ok = !loopc_json_check(rest, message, sizeof message);
        while (ok && loopc_json_next(&rest, &name, &value))
            loopc_json_characters(name, name_text, sizeof name_text);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages),  cmocka_unit_test(no_messages), cmocka_unit_test(bounds),
        cmocka_unit_test(walking),   cmocka_unit_test(characters),  cmocka_unit_test(writing),
        cmocka_unit_test(mutations),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
