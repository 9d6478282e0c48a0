/* Fields: reading, writing, comparing values; nearest names. */
#include "run/fields.h"
#include "run/failures.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct state {
    float f32;
    double f64;
    int32_t i32;
    int64_t i64;
    uint32_t u32;
    uint64_t u64;
    bool boolean;
    const char *str;
    float three[3];
    const char *names[2];
    char bytes[16];
};

#define FIELD(member, of_type, n)                                                                  \
    {                                                                                              \
        .name = #member, .type = (of_type), .offset = offsetof(struct state, member), .count = (n) \
    }

static const struct loopc_field table[] = {
    FIELD(f32, LOOPC_F32, 1),   FIELD(f64, LOOPC_F64, 1),      FIELD(i32, LOOPC_I32, 1),
    FIELD(i64, LOOPC_I64, 1),   FIELD(u32, LOOPC_U32, 1),      FIELD(u64, LOOPC_U64, 1),
    FIELD(str, LOOPC_STR, 1),   FIELD(boolean, LOOPC_BOOL, 1), FIELD(three, LOOPC_F32, 3),
    FIELD(names, LOOPC_STR, 2), FIELD(bytes, LOOPC_BYTES, 16),
};

static const struct loopc_field *field(const char *name)
{
    return loopc_field_find(table, sizeof table / sizeof *table, name);
}

static char message[256];

static int parse(struct state *state, struct loopc_texts *texts, const char *name, const char *text)
{
    message[0] = 0;
    return loopc_field_parse(field(name), state, text, texts, message, sizeof message);
}

static void refuses(const char *name, const char *text, const char *why)
{
    struct state state, before;
    struct loopc_texts texts = {0};
    memset(&state, 7, sizeof state);
    memcpy(&before, &state, sizeof state);
    assert_int_equal(parse(&state, &texts, name, text), LOOPC_FAILED);
    assert_string_equal(message, why);
    assert_memory_equal(&state, &before, sizeof state);
    loopc_texts_free(&texts);
}

/* Reads text, writes the value again. */
static void becomes(const char *name, const char *text, const char *value)
{
    struct state state = {0};
    struct loopc_texts texts = {0};
    char back[128];
    assert_int_equal(parse(&state, &texts, name, text), LOOPC_OK);
    assert_int_equal(loopc_field_format(field(name), &state, 0, back, sizeof back), strlen(value));
    assert_string_equal(back, value);
    loopc_texts_free(&texts);
}

static void reads_whole_numbers(void **unused)
{
    (void)unused;
    becomes("i32", "-2147483648", "-2147483648");
    becomes("i32", "+7", "7");
    becomes("i32", "0", "0");
    becomes("i64", "-9223372036854775808", "-9223372036854775808");
    becomes("i64", "9223372036854775807", "9223372036854775807");
    becomes("u32", "4294967295", "4294967295");
    becomes("u64", "18446744073709551615", "18446744073709551615");
    becomes("u64", "-0", "0");
    becomes("i32", "010", "10");
}

static void refuses_what_is_no_whole_number(void **unused)
{
    (void)unused;
    refuses("i32", "", "'' is not a whole number");
    refuses("i32", " 1", "' 1' is not a whole number");
    refuses("i32", "1 ", "'1 ' is not a whole number");
    refuses("i32", "1.5", "'1.5' is not a whole number");
    refuses("i32", "0x10", "'0x10' is not a whole number");
    refuses("i32", "-", "'-' is not a whole number");
    refuses("i32", "1e3", "'1e3' is not a whole number");
    refuses("u32", "x", "'x' is not a whole number from 0");
    refuses("i32", "2147483648", "2147483648 is out of range: -2147483648 to 2147483647");
    refuses("i32", "-2147483649", "-2147483649 is out of range: -2147483648 to 2147483647");
    refuses("u32", "-1", "-1 is out of range: 0 to 4294967295");
    refuses("u64", "-1", "-1 is out of range: 0 to 18446744073709551615");
    refuses("u64", "18446744073709551616",
            "18446744073709551616 is out of range: 0 to 18446744073709551615");
    refuses("i64", "9223372036854775808",
            "9223372036854775808 is out of range: -9223372036854775808 to 9223372036854775807");
    refuses("i64", "-9223372036854775809",
            "-9223372036854775809 is out of range: -9223372036854775808 to 9223372036854775807");
}

static void reads_reals(void **unused)
{
    (void)unused;
    becomes("f32", "0.1", "0.1");
    becomes("f32", "1e-3", "0.001");
    becomes("f64", "0.1", "0.1");
    becomes("f64", "-1.5e300", "-1.5e+300");
    becomes("f64", "inf", "inf");
    becomes("f32", "-inf", "-inf");
    becomes("f32", "1e-45", "1.4013e-45");
    becomes("f64", "1e-400", "0");
    becomes("f32", "16777217", "16777216");
}

static void refuses_what_is_no_real(void **unused)
{
    (void)unused;
    refuses("f32", "", "'' is not a number");
    refuses("f32", "abc", "'abc' is not a number");
    refuses("f32", " 1", "' 1' is not a number");
    refuses("f32", "1x", "'1x' is not a number");
    refuses("f64", "1,5", "'1,5' is not a number");
    refuses("f32", "1e39", "1e39 is too large for f32");
    refuses("f64", "-1e309", "-1e309 is too large for f64");
}

static void reads_bools_and_texts(void **unused)
{
    (void)unused;
    becomes("boolean", "true", "true");
    becomes("boolean", "no", "false");
    becomes("boolean", "1", "true");
    refuses("boolean", "maybe", "'maybe' is not true or false");
    refuses("boolean", "", "'' is not true or false");
    becomes("str", "a \"b\"\n", "\"a \\\"b\\\" \"");
    becomes("str", "", "\"\"");
}

static void texts_are_kept_once(void **unused)
{
    (void)unused;
    struct loopc_texts texts = {0};
    char source[] = "abc";
    const char *a = loopc_text_keep(&texts, source, 3);
    const char *b = loopc_text_keep(&texts, "abcd", 3);
    const char *c = loopc_text_keep(&texts, "abcd", 4);
    source[0] = 'x';
    assert_string_equal(a, "abc");
    assert_ptr_equal(a, b);
    assert_string_equal(c, "abcd");
    loopc_texts_free(&texts);
    assert_null(texts.first);
}

static void reads_arrays(void **unused)
{
    (void)unused;
    struct state state = {0};
    struct loopc_texts texts = {0};
    assert_int_equal(parse(&state, &texts, "three", "1,-2,3.5"), LOOPC_OK);
    assert_true(state.three[0] == 1 && state.three[1] == -2 && state.three[2] == 3.5f);
    assert_int_equal(parse(&state, &texts, "names", "one,"), LOOPC_OK);
    assert_string_equal(state.names[0], "one");
    assert_string_equal(state.names[1], "");
    loopc_texts_free(&texts);
    refuses("three", "1,2", "it takes 3 values separated by commas, not 2");
    refuses("three", "1,2,3,4", "it takes 3 values separated by commas, not 4");
    refuses("three", "1,x,3", "'x' is not a number");
    refuses("three", "1,,3", "'' is not a number");
}

static void bytes_have_no_value(void **unused)
{
    (void)unused;
    char text[32];
    struct state state = {0};
    refuses("bytes", "1", "a field of type bytes has no value to give");
    loopc_field_format(field("bytes"), &state, 0, text, sizeof text);
    assert_string_equal(text, "bytes");
}

/* Every float that was written reads back as the same float. */
static void reals_survive_writing(void **unused)
{
    (void)unused;
    uint32_t bits = 12345;
    for (int i = 0; i < 20000; i++) {
        struct state state = {0};
        char text[64];
        bits = bits * 1664525u + 1013904223u;
        memcpy(&state.f32, &bits, sizeof bits);
        state.f64 = (double)bits / 7 * 1e-12;
        if (!isfinite(state.f32)) continue;
        loopc_field_format(field("f32"), &state, 0, text, sizeof text);
        const float f32 = strtof(text, NULL);
        assert_memory_equal(&f32, &state.f32, sizeof f32);
        loopc_field_format(field("f64"), &state, 0, text, sizeof text);
        const double f64 = strtod(text, NULL);
        assert_memory_equal(&f64, &state.f64, sizeof f64);
    }
}

static void format_fits_its_buffer(void **unused)
{
    (void)unused;
    struct state state = {
        .f64 = -1.2345678901234e-100, .str = "a text that is long", .i32 = -123456};
    const char *const names[] = {"f64", "str", "i32", "bytes", "boolean"};
    for (size_t k = 0; k < 5; k++) {
        for (size_t size = 1; size < 12; size++) {
            char text[16];
            memset(text, '#', sizeof text);
            const size_t length = loopc_field_format(field(names[k]), &state, 0, text, size);
            assert_int_equal(strlen(text), length);
            assert_true(length < size);
            assert_int_equal(text[size], '#');
        }
    }
}

static void numbers_have_no_locale(void **unused)
{
    (void)unused;
    const char *const wanted[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR"};
    for (size_t i = 0; i < 4 && !setlocale(LC_ALL, wanted[i]); i++)
        continue;
    becomes("f32", "0.25", "0.25");
    becomes("f64", "0.1", "0.1");
    refuses("f32", "0,25", "'0,25' is not a number");
    setlocale(LC_ALL, "C");
}

static void counts_changes(void **unused)
{
    (void)unused;
    struct state before = {.str = "same", .names = {"a", "b"}}, after = before;
    char copy[] = "same";
    assert_int_equal(loopc_field_changes(field("three"), &before, &after), 0);
    after.three[2] = 1;
    after.three[0] = -0.0f;
    assert_int_equal(loopc_field_changes(field("three"), &before, &after), 2);
    assert_true(loopc_element_changed(field("three"), &before, &after, 2));
    assert_false(loopc_element_changed(field("three"), &before, &after, 1));
    after.str = copy;
    assert_int_equal(loopc_field_changes(field("str"), &before, &after), 0);
    after.str = NULL;
    assert_int_equal(loopc_field_changes(field("str"), &before, &after), 1);
    after.bytes[3] = after.bytes[9] = 1;
    assert_int_equal(loopc_field_changes(field("bytes"), &before, &after), 1);
}

static void values_as_numbers(void **unused)
{
    (void)unused;
    const struct state state = {.i32 = -3, .u32 = 4000000000u, .boolean = true, .f32 = 1.5f};
    assert_int_equal(loopc_field_integer(field("i32"), &state, 0), -3);
    assert_int_equal(loopc_field_integer(field("u32"), &state, 0), 4000000000);
    assert_int_equal(loopc_field_integer(field("boolean"), &state, 0), 1);
    assert_int_equal(loopc_field_integer(field("f32"), &state, 0), 0);
    assert_true(loopc_field_real(field("f32"), &state, 0) == 1.5);
    assert_true(loopc_field_real(field("i32"), &state, 0) == -3);
    assert_true(isnan(loopc_field_real(field("str"), &state, 0)));
}

static void fills_arrays(void **unused)
{
    (void)unused;
    struct state state = {0};
    loopc_fill(state.three, sizeof state.three, &(const float){2}, sizeof(float));
    assert_true(state.three[0] == 2 && state.three[1] == 2 && state.three[2] == 2);
    assert_null(state.names[0]);
}

static void reads_within_a_range(void **state)
{
    (void)state;
    static const struct loopc_range share = {0, 1}, ten = {0.1, 10}, positive = {1, INFINITY},
                                    low = {-INFINITY, -1};
    struct loopc_field f = *field("f32"), n = *field("i32"), three = *field("three");
    struct state values = {.f32 = 0.5f};
    char range[64];
    f.range = &share, n.range = &positive, three.range = &low;
    assert_int_equal(loopc_field_parse(&f, &values, "1", NULL, message, sizeof message), 0);
    assert_int_equal(loopc_field_parse(&f, &values, "1.5", NULL, message, sizeof message), 1);
    assert_string_equal(message, "1.5 is out of range: it goes from 0 to 1");
    assert_int_equal(loopc_field_parse(&f, &values, "nan", NULL, message, sizeof message), 1);
    assert_float_equal(values.f32, 1, 0);
    assert_int_equal(loopc_field_parse(&n, &values, "0", NULL, message, sizeof message), 1);
    assert_string_equal(message, "0 is out of range: it goes from 1");
    assert_int_equal(loopc_field_parse(&n, &values, "2147483647", NULL, message, sizeof message),
                     0);
    assert_int_equal(loopc_field_parse(&three, &values, "-1,-2,0", NULL, message, sizeof message),
                     1);
    assert_string_equal(message, "0 is out of range: it goes up to -1");
    n.range = &ten;
    loopc_range_format(&n, range, sizeof range);
    assert_string_equal(range, "from 0.1 to 10");
    assert_int_equal(loopc_range_format(field("f32"), range, sizeof range), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_whole_numbers),
        cmocka_unit_test(refuses_what_is_no_whole_number),
        cmocka_unit_test(reads_reals),
        cmocka_unit_test(refuses_what_is_no_real),
        cmocka_unit_test(reads_bools_and_texts),
        cmocka_unit_test(texts_are_kept_once),
        cmocka_unit_test(reads_arrays),
        cmocka_unit_test(bytes_have_no_value),
        cmocka_unit_test(reals_survive_writing),
        cmocka_unit_test(format_fits_its_buffer),
        cmocka_unit_test(numbers_have_no_locale),
        cmocka_unit_test(counts_changes),
        cmocka_unit_test(values_as_numbers),
        cmocka_unit_test(fills_arrays),
        cmocka_unit_test(reads_within_a_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
