#include "board_format_parts.h"

#include "board_decimal.h"

#include <string.h>

/* Digits from the place `from` down to `to`, with the point behind that of weight `point`. */
static void put_digits(struct board_output *o, const struct board_decimal *d, int from, int to,
                       int point)
{
    for (int place = from; place >= to; place--) {
        board_put_letter(o, '0' + board_decimal_digit(d, place));
        if (place == point && to < point) board_put_letter(o, '.');
    }
}

/* The last place, at least `to`, whose digit is not 0; `most` where there is none. */
static int last_digit(const struct board_decimal *d, int to, int most)
{
    while (to < most && board_decimal_digit(d, to) == 0)
        to++;
    return to;
}

static void put_fixed(struct board_output *o, const struct board_conversion *c, const char *sign,
                      const struct board_decimal *d, int to)
{
    const int top = board_decimal_top(d), from = top > 0 ? top : 0;
    const bool bare = to == 0 && c->flags & BOARD_ALTERNATE;
    const int after = board_begin_item(o, c, sign, from + 1 - to + (to < 0 || bare));
    put_digits(o, d, from, to, 0);
    if (bare) board_put_letter(o, '.');
    board_repeat(o, ' ', after);
}

/* e+05: the exponent of a base that `letter` says, of at least `least` digits. */
static int exponent_of(char text[8], int letter, int exponent, int least)
{
    char digits[5];
    int size = 0, at = 0;
    for (int rest = exponent < 0 ? -exponent : exponent; rest || size < least; rest /= 10)
        digits[size++] = (char)('0' + rest % 10);
    text[at++] = (char)letter;
    text[at++] = exponent < 0 ? '-' : '+';
    while (size)
        text[at++] = digits[--size];
    return at;
}

static void put_scientific(struct board_output *o, const struct board_conversion *c,
                           const char *sign, const struct board_decimal *d, int to)
{
    char exponent[8];
    const int top = board_decimal_top(d);
    const int size = exponent_of(exponent, c->flags & BOARD_UPPER ? 'E' : 'e', top, 2);
    const bool bare = to == top && c->flags & BOARD_ALTERNATE;
    const int after = board_begin_item(o, c, sign, top + 1 - to + (to < top || bare) + size);
    put_digits(o, d, top, to, top);
    if (bare) board_put_letter(o, '.');
    board_put_text(o, exponent, size);
    board_repeat(o, ' ', after);
}

/* The shorter of both forms, without zeros at its end. */
static void put_general(struct board_output *o, const struct board_conversion *c, const char *sign,
                        struct board_decimal *d, int digits)
{
    board_decimal_round(d, board_decimal_top(d) - digits + 1);
    const int top = board_decimal_top(d), whole = c->flags & BOARD_ALTERNATE;
    const int to = top - digits + 1;
    if (top >= digits || top < -4)
        put_scientific(o, c, sign, d, whole ? to : last_digit(d, to, top));
    else
        put_fixed(o, c, sign, d, whole ? to : last_digit(d, to, 0));
}

static void put_hexadecimal(struct board_output *o, const struct board_conversion *c,
                            const char *sign, uint64_t bits, int exponent)
{
    const bool upper = c->flags & BOARD_UPPER;
    int digits = c->precision < 0 || c->precision > 13 ? 13 : c->precision;
    if (digits < 13) { /* to nearest, ties to even */
        const int shift = 52 - 4 * digits;
        const uint64_t rest = bits & (((uint64_t)1 << shift) - 1),
                       middle = (uint64_t)1 << (shift - 1);
        bits >>= shift;
        bits += rest > middle || (rest == middle && bits & 1);
        bits <<= shift;
    }
    if (c->precision < 0)
        while (digits && !(bits >> (52 - 4 * digits) & 15))
            digits--;
    char text[16], prefix[4] = {0}, power[8];
    for (int i = 0; i < digits; i++)
        text[i] = (upper ? "0123456789ABCDEF" : "0123456789abcdef")[bits >> (48 - 4 * i) & 15];
    strcat(strcpy(prefix, sign), upper ? "0X" : "0x");
    const int size = exponent_of(power, upper ? 'P' : 'p', exponent, 1);
    const int zeros = c->precision > 13 ? c->precision - 13 : 0;
    const bool point = digits || c->flags & BOARD_ALTERNATE;
    const int after = board_begin_item(o, c, prefix, 1 + point + digits + zeros + size);
    board_put_letter(o, '0' + (int)(bits >> 52));
    if (point) board_put_letter(o, '.');
    board_put_text(o, text, digits);
    board_repeat(o, '0', zeros);
    board_put_text(o, power, size);
    board_repeat(o, ' ', after);
}

static void put_not_finite(struct board_output *o, struct board_conversion c, const char *sign,
                           bool is_nan)
{
    char text[5] = {0};
    strcat(strcpy(text, sign), c.flags & BOARD_UPPER ? is_nan ? "NAN" : "INF"
                               : is_nan              ? "nan"
                                                     : "inf");
    board_put_word(o, &c, text, (int)strlen(text));
}

/* Numbers of which nobody has more digits: a double has 1074 behind its point. */
static void put_decimal(struct board_output *o, const struct board_conversion *c, const char *sign,
                        uint64_t significand, int exponent)
{
    struct board_decimal d;
    const int precision = c->precision < 0 ? 6 : c->precision;
    board_decimal_of(&d, significand, exponent);
    switch (c->kind | 32) {
    case 'f':
        board_decimal_round(&d, -precision);
        put_fixed(o, c, sign, &d, -precision);
        break;
    case 'e':
        board_decimal_round(&d, board_decimal_top(&d) - precision);
        put_scientific(o, c, sign, &d, board_decimal_top(&d) - precision);
        break;
    default:
        put_general(o, c, sign, &d, precision ? precision : 1);
    }
}

void board_put_float(struct board_output *o, const struct board_conversion *c, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    const char *const sign = board_sign_of(c, bits >> 63);
    const int exponent = (int)(bits >> 52 & 0x7ff);
    uint64_t significand = bits & 0xfffffffffffff;
    if (exponent == 0x7ff) {
        put_not_finite(o, *c, sign, significand != 0);
        return;
    }
    if (exponent) significand |= (uint64_t)1 << 52;
    const int power = (exponent ? exponent : 1) - 1023;
    if ((c->kind | 32) == 'a')
        put_hexadecimal(o, c, sign, significand, significand ? power : 0);
    else
        put_decimal(o, c, sign, significand, power - 52);
}
