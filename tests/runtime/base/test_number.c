/* Numbers in text: every way of reading one agrees with strtod, bit by bit. LOOPC_NUMBERS says
 * how many are tried (default 300,000). */
#include "base/number.h"
#include "base/powers_of_five.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Of every number: 0 and -0 differ, and numbers that are none are equal. */
static bool have_same_bits(double a, double b)
{
    uint64_t bits[2];
    memcpy(&bits[0], &a, sizeof a);
    memcpy(&bits[1], &b, sizeof b);
    return bits[0] == bits[1];
}

static void is_same(const char *text)
{
    double value, expected = strtod(text, NULL);
    if (!loopc_number_read(text, &value)) fail_msg("'%s' is a number", text);
    if (!have_same_bits(value, expected)) fail_msg("'%s' is %a, not %a", text, expected, value);
}

typedef const char *scanner(const char *text, char point, double *value);

/* A scanner of some numbers, where it applies. Behind the number the text has readable bytes that
 * do not belong to it. Returns whether it applied. */
static bool is_same_by(scanner *scan, const char *text)
{
    char room[160];
    double value, expected = strtod(text, NULL);
    snprintf(room, sizeof room, "%s,9999999999999999999999999999999999999999", text);
    const char *const stop = scan(room, '.', &value);
    if (!stop || *stop != ',') return false;
    assert_int_equal(stop - room, strlen(text));
    if (!have_same_bits(value, expected)) fail_msg("'%s' is %a, not %a", text, expected, value);
    return true;
}

static uint64_t state = 1;

/* xorshift64* (Vigna, 2014). */
static uint64_t draw(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(2685821657736338717);
}

static double draw_f64(void)
{
    double value;
    do {
        const uint64_t bits = draw();
        memcpy(&value, &bits, sizeof value);
    } while (!(value - value == 0)); /* finite */
    return value;
}

/* A number as some program might write it; `way` says how. */
static void write_number(char text[64], unsigned way)
{
    const double any = draw_f64(), unit = (double)(draw() >> 11) * 0x1p-53;
    const int power = (int)(draw() % 120) - 60;
    switch (way % 9) {
    case 7: /* in full, as programs write them: "12.345678901234567" */
        snprintf(text, 64, "%.*f", (int)(draw() % 20),
                 (unit - 0.5) * pow(10, (double)(draw() % 8)));
        break;
    case 8:
        snprintf(text, 64, "%" PRIu64 ".%0*" PRIu64, draw() % 10000000, (int)(draw() % 19),
                 draw() >> (draw() % 64));
        break;
    case 6:
        snprintf(text, 64, "%.*f", (int)(draw() % 7), (unit - 0.5) * pow(10, (double)(draw() % 7)));
        break;
    case 0:
        snprintf(text, 64, "%.17g", any);
        break;
    case 1:
        snprintf(text, 64, "%.17g", unit * 1000);
        break;
    case 2:
        snprintf(text, 64, "%.18e", unit);
        break;
    case 3: /* all lengths of digits, all powers that the product knows and some more */
        snprintf(text, 64, "%" PRIu64 "e%d", draw() >> (draw() % 64), power * 2);
        break;
    case 4:
        snprintf(text, 64, "0.0000%019" PRIu64, draw() % UINT64_C(10000000000000000000));
        break;
    default: /* half-way between two numbers, or nearly */
        snprintf(text, 64, "%" PRIu64 "e%d", ((draw() >> 10) | 1) + draw() % 3, power % 24);
        break;
    }
}

static void is_rounded_as_strtod_rounds(void **unused)
{
    const char *const wanted = getenv("LOOPC_NUMBERS");
    const long count = wanted ? atol(wanted) : 300000;
    long full = 0, brief = 0;
    (void)unused;
    for (long i = 0; i < count; i++) {
        char text[64];
        write_number(text, (unsigned)i);
        is_same(text);
        full += is_same_by(loopc_number_scan_full, text);
        brief += is_same_by(loopc_number_scan_short, text);
    }
    assert_true(full > count / 10 && brief > count / 20);
}

static void hard_numbers_are_right(void **unused)
{
    static const char *const texts[] = {"9007199254740993",
                                        "9007199254740992.999999999999999999999999",
                                        "9007199254740993.000000000000000000000001",
                                        "2.2250738585072011e-308",
                                        "2.2250738585072014e-308",
                                        "4.9e-324",
                                        "2.4703282292062327e-324",
                                        "1.7976931348623157e308",
                                        "1.7976931348623159e308",
                                        "1e400",
                                        "-1e-400",
                                        "0",
                                        "-0.0",
                                        "0000000000000000000000000000000000000000000001",
                                        "0.000000000000000000000000000000000000000000000000001",
                                        "100000000000000000000000000000000000000000000000000",
                                        "9999999999999999999",
                                        "18446744073709551615",
                                        "18446744073709551616",
                                        "1e-80",
                                        "9.5367431640625e-7",
                                        "7.2057594037927933e16",
                                        "1.00000000000000011102230246251565404236316680908203125",
                                        "8.98846567431157953864652595394501e307",
                                        "123456789012345678e-81",
                                        "+.5e+1",
                                        "5.",
                                        " 12\t"};
    (void)unused;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        is_same(texts[i]);
}

static void other_texts_are_no_numbers(void **unused)
{
    static const char *const texts[] = {
        "",    " ",   "-",     "+",   ".",     "e5",  "1e",  "1e+", "1 2",  "0x1", "nan",
        "inf", "1,5", "1.2.3", "--1", "1e5.5", "1_0", "12a", "1d5", "1e 5", "- 1", "12345678x"};
    double value;
    (void)unused;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (loopc_number_read(texts[i], &value)) fail_msg("'%s' is no number", texts[i]);
    }
}

static void another_point_counts_as_one(void **unused)
{
    static const char text[] = "-3,25;1.5";
    static const char digits[] = "0,1000000000000000055511151231257827021181583404541015625|";
    double value;
    (void)unused;
    assert_ptr_equal(loopc_number_scan(text, text + 9, ',', &value), text + 5);
    assert_true(value >= -3.25 && value <= -3.25);
    assert_ptr_equal(loopc_number_scan(digits, digits + strlen(digits) - 1, ',', &value),
                     digits + strlen(digits) - 1);
    assert_true(value >= 0.1 && value <= 0.1);
}

/* Numbers of 1024 bits, in words of 32: enough for 5^80 * 2^128 and its like. */
enum { WORDS = 32 };

static void times_five(uint32_t n[WORDS])
{
    uint64_t carry = 0;
    for (int i = 0; i < WORDS; i++) {
        carry += (uint64_t)n[i] * 5;
        n[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

/* Divides by five, rounding down. */
static void over_five(uint32_t n[WORDS])
{
    uint64_t rest = 0;
    for (int i = WORDS; i-- > 0;) {
        rest = rest << 32 | n[i];
        n[i] = (uint32_t)(rest / 5);
        rest %= 5;
    }
}

/* The highest 128 bits. */
static void take_top(const uint32_t n[WORDS], uint64_t half[2])
{
    int top = WORDS * 32 - 1;
    while (!(n[top / 32] >> (top % 32) & 1))
        top--;
    half[0] = half[1] = 0;
    for (int i = 0; i < 128; i++) {
        const int at = top - i;
        const uint64_t bit = at < 0 ? 0 : n[at / 32] >> (at % 32) & 1;
        half[i / 64] |= bit << (63 - i % 64);
    }
}

static void powers_of_five_are_right(void **unused)
{
    uint32_t up[WORDS] = {1}, down[WORDS] = {0};
    (void)unused;
    for (int power = 0; power <= LOOPC_FIVE_MOST; power++, times_five(up)) {
        uint64_t half[2];
        take_top(up, half);
        assert_memory_equal(half, loopc_powers_of_five[power - LOOPC_FIVE_LEAST], sizeof half);
    }
    down[WORDS - 1] = 0x80000000;
    for (int power = -1; power >= LOOPC_FIVE_LEAST; power--) {
        uint64_t half[2];
        over_five(down); /* floor of floors is the floor of the whole */
        take_top(down, half);
        if (power >= -27) half[0] += ++half[1] == 0; /* up, as 5^27 still fits 64 bits */
        assert_memory_equal(half, loopc_powers_of_five[power - LOOPC_FIVE_LEAST], sizeof half);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_rounded_as_strtod_rounds),
        cmocka_unit_test(hard_numbers_are_right),
        cmocka_unit_test(other_texts_are_no_numbers),
        cmocka_unit_test(another_point_counts_as_one),
        cmocka_unit_test(powers_of_five_are_right),
    };
    return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
