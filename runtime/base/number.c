/* Numbers in text, to the nearest f64. Three ways, each for numbers that the one before cannot
 * round:
 *
 *     exact     up to 15 digits and a small power of ten: one product or quotient of exact numbers
 *               (Clinger, "How to read floating point numbers accurately", 1990)
 *     product   up to 19 digits: times a power of five of 128 bits (Lemire, "Number Parsing at a
 *               Gigabyte per Second", 2021, after Eisel); it knows when it cannot decide
 *     strtod    the C library's, for the rest
 */
#include "base/number.h"

#include "base/powers_of_five.h"
#include "base/wide.h"

#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const double loopc_tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                             1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* A number taken apart: digits times ten to the power. */
struct decimal {
    uint64_t digits;
    int count; /* of digits from the first that is not 0; more than 19 do not fit in `digits` */
    int power;
    bool negative, any;
};

enum { MOST_DIGITS = 19, LONGEST = 4096 };

static inline bool is_digit(char c)
{
    return (unsigned char)(c - '0') <= 9;
}

/* Whether these are eight digits. */
static inline bool are_eight_digits(uint64_t bytes)
{
    const uint64_t high = bytes & 0xf0f0f0f0f0f0f0f0;
    const uint64_t carried = (bytes + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0;
    return (high | carried >> 4) == 0x3333333333333333;
}

/* Digits into d; *first_kept is set to the first that is not a leading 0. */
static inline const char *read_digits(const char *p, const char *end, struct decimal *d)
{
    const char *const start = p;
    if (d->count == 0) {
        while (*p == '0')
            p++;
    }
    const char *const kept = p;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    for (uint64_t bytes; end - p >= 8; p += 8) {
        memcpy(&bytes, p, sizeof bytes);
        if (!are_eight_digits(bytes)) break;
        d->digits = d->digits * 100000000 + loopc_eight_digits(bytes ^ 0x3030303030303030);
    }
#else
    (void)end;
#endif
    for (; is_digit(*p); p++)
        d->digits = d->digits * 10 + (uint64_t)(*p - '0');
    const int64_t count = p - kept;
    d->count += count < LONGEST ? (int)count : LONGEST;
    d->any |= p > start;
    return p;
}

/* The exponent after an e. One beyond all bounds stays beyond them. */
static const char *read_power(const char *p, struct decimal *d)
{
    int power = 0;
    const bool negative = *p == '-';
    if (*p == '-' || *p == '+') p++;
    if (!is_digit(*p)) return NULL;
    for (; is_digit(*p); p++) {
        if (power < 100000) power = power * 10 + (*p - '0');
    }
    d->power += negative ? -power : power;
    return p;
}

/* Takes text apart. Returns where the number ends, or NULL. */
static inline const char *read_decimal(const char *p, const char *end, char point,
                                       struct decimal *d)
{
    d->negative = *p == '-';
    if (*p == '-' || *p == '+') p++;
    p = read_digits(p, end, d);
    if (*p == point) {
        const char *const start = ++p;
        p = read_digits(p, end, d);
        d->power = start - p < -LONGEST ? -LONGEST : (int)(start - p);
    }
    if (!d->any) return NULL;
    return *p == 'e' || *p == 'E' ? read_power(p + 1, d) : p;
}

/* The f64 nearest to digits * 10^power, digits not 0. False: it cannot tell. */
static bool multiply(uint64_t digits, int power, double *value)
{
    if (power < LOOPC_FIVE_LEAST || power > LOOPC_FIVE_MOST) return false;
    const uint64_t *const five = loopc_powers_of_five[power - LOOPC_FIVE_LEAST];
    const int zeros = __builtin_clzll(digits);
    const struct loopc_wide product = loopc_multiply_wide(digits << zeros, five[0]);
    uint64_t high = product.high, low = product.low;
    if ((high & 0x1ff) == 0x1ff) {
        const uint64_t rest = loopc_multiply_wide(digits << zeros, five[1]).high;
        high += __builtin_add_overflow(low, rest, &low);
    }
    if (low == UINT64_MAX && (power < -27 || power > 55)) return false;
    const int top = (int)(high >> 63);
    uint64_t mantissa = high >> (top + 9); /* 54 bits: one to round by */
    /* Exactly between two numbers: to the even one. */
    if (low <= 1 && power >= -4 && power <= 23 && (mantissa & 3) == 1 &&
        mantissa << (top + 9) == high)
        mantissa &= ~(uint64_t)1;
    mantissa = (mantissa + (mantissa & 1)) >> 1;
    /* floor(power * log2(10)); the shift is of a number that is not negative. */
    const int whole = ((217706 * power + (2048 << 16)) >> 16) - 2048;
    int exponent = whole + 63 + top - zeros + 1023;
    if (mantissa == UINT64_C(1) << 53) exponent++;
    const uint64_t bits = (mantissa & 0xfffffffffffff) | (uint64_t)exponent << 52;
    memcpy(value, &bits, sizeof *value);
    return true;
}

/* By the C library, with a point for any other point. */
static double convert_slowly(const char *text, const char *end, char point)
{
    const locale_t plain =
        newlocale(LC_ALL_MASK, "C", (locale_t)0); /* glibc's own: not made anew */
    char copy[LONGEST + 1];
    const size_t length = end - text < LONGEST ? (size_t)(end - text) : LONGEST;
    if (point == '.') return strtod_l(text, NULL, plain);
    memcpy(copy, text, length);
    copy[length] = 0;
    char *const found = memchr(copy, point, length);
    if (found) *found = '.';
    return strtod_l(copy, NULL, plain);
}

/* The value of d without its sign, where exact numbers give it. */
static inline bool is_exact(const struct decimal *d, double *value)
{
    if (d->count > 15 || d->power < -22 || d->power > 22) return false;
    const double digits = (double)d->digits;
    *value = d->power < 0 ? digits / loopc_tens[-d->power] : digits * loopc_tens[d->power];
    return true;
}

const char *loopc_number_scan(const char *text, const char *end, char point, double *value)
{
    struct decimal d = {0};
    double size;
    const char *const stop = read_decimal(text, end, point, &d);
    if (!stop) return NULL;
    if (is_exact(&d, &size) ||
        (d.count <= MOST_DIGITS && d.digits > 0 && multiply(d.digits, d.power, &size))) {
        *value = d.negative ? -size : size;
    } else {
        *value = convert_slowly(text, stop, point);
    }
    return stop;
}

const char *loopc_number_scan_full(const char *text, char point, double *value)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    const bool negative = *text == '-';
    const char *p = text + negative;
    uint64_t bytes, others;
    loopc_eight_bytes(p, &bytes, &others);
    const int before = others ? __builtin_ctzll(others) >> 3 : 8;
    if (before == 0 || before == 8 || p[before] != point) return NULL;
    uint64_t digits = loopc_eight_digits(bytes << (8 * (8 - before)));
    const char *const fraction = p += before + 1;
    loopc_eight_bytes(p, &bytes, &others);
    while (!others) {
        digits = digits * 100000000 + loopc_eight_digits(bytes);
        p += 8;
        if (p - fraction + before > MOST_DIGITS) return NULL;
        loopc_eight_bytes(p, &bytes, &others);
    }
    const int rest = __builtin_ctzll(others) >> 3;
    if (rest > 0)
        digits =
            digits * (uint64_t)loopc_tens[rest] + loopc_eight_digits(bytes << (8 * (8 - rest)));
    p += rest;
    const int places = (int)(p - fraction);
    if (places + before > MOST_DIGITS || *p == 'e' || *p == 'E') return NULL;
    double size;
    if (digits < UINT64_C(1) << 53)
        size = (double)(int64_t)digits / loopc_tens[places];
    else if (!multiply(digits, -places, &size))
        return NULL;
    *value = loopc_signed(size, negative);
    return p;
#else
    (void)text, (void)point, (void)value;
    return NULL;
#endif
}

static const char *skip_blanks(const char *p)
{
    while (*p == ' ' || *p == '\t')
        p++;
    return p;
}

bool loopc_number_read(const char *text, double *value)
{
    const char *const start = skip_blanks(text);
    const char *const stop = loopc_number_scan(start, start + strlen(start), '.', value);
    return stop && *skip_blanks(stop) == 0;
}
