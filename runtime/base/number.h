/* Numbers in text. Not for emitted code. */
#ifndef LOOPC_NUMBER_H
#define LOOPC_NUMBER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Whether text, but for blanks around it, is one decimal number: sign, digits, a point, digits, an
 * exponent; at least one digit before the exponent. If so *value is the nearest f64, infinite when
 * it is too large. No locale has a say. */
bool loopc_number_read(const char *text, double *value);

/* The same at the beginning of the bytes from text to end, with `point` for the point; byte `end`
 * can be read and is not part of a number. Returns where the number ends, or NULL when there is
 * none. */
const char *loopc_number_scan(const char *text, const char *end, char point, double *value);

/* 10^0 to 10^22, all exact in f64. */
extern const double loopc_tens[23];

/* The value of eight digits, the first one in the lowest byte, each 0 to 9. */
static inline uint64_t loopc_eight_digits(uint64_t bytes)
{
    const uint64_t mask = 0x000000ff000000ff;
    bytes = bytes * 10 + (bytes >> 8); /* pairs of digits */
    const uint64_t left = (bytes & mask) * 0x000f424000000064;
    const uint64_t right = (bytes >> 16 & mask) * 0x0000271000000001;
    return (left + right) >> 32 & 0xffffffff;
}

/* A number with its sign, without a branch: signs of tables are no pattern. */
static inline double loopc_signed(double size, bool negative)
{
    uint64_t bits;
    memcpy(&bits, &size, sizeof bits);
    bits |= (uint64_t)negative << 63;
    memcpy(&size, &bits, sizeof bits);
    return size;
}

/* Eight bytes of text, of which digits are 0 to 9 now; the highest bit of each byte of *others says
 * that it is none. */
static inline void loopc_eight_bytes(const char *p, uint64_t *bytes, uint64_t *others)
{
    memcpy(bytes, p, sizeof *bytes);
    *bytes ^= 0x3030303030303030;
    *others = ((*bytes + 0x7676767676767676) | *bytes) & 0x8080808080808080;
}

/* The same as loopc_number_scan for numbers of up to seven digits, a point and digits, 19 in all,
 * as programs write an f64 in full. NULL: it is none of these. At least 40 bytes can be read. */
const char *loopc_number_scan_full(const char *text, char point, double *value);

/* The same as loopc_number_scan for numbers of at most seven digits without an exponent, of which
 * there are many in tables, without a loop: all eight bytes at once. NULL: another form. At
 * least nine bytes can be read. */
static inline const char *loopc_number_scan_short(const char *text, char point, double *value)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    const bool negative = *text == '-';
    const char *const p = text + negative;
    uint64_t bytes, others;
    loopc_eight_bytes(p, &bytes, &others);
    if (!others) return NULL;
    int digits = __builtin_ctzll(others) >> 3, fraction = 0;
    const char *stop = p + digits;
    if (*stop == point) {
        const uint64_t before = (UINT64_C(1) << (8 * digits)) - 1;
        bytes = (bytes & before) | (bytes >> 8 & ~before);
        others &= others - 1;
        if (!others) return NULL;
        const int all = (__builtin_ctzll(others) >> 3) - 1;
        fraction = all - digits;
        digits = all;
        stop = p + all + 1;
    }
    if (digits == 0) return NULL;
    const double size = (double)(int64_t)loopc_eight_digits(bytes << (8 * (8 - digits)));
    *value = loopc_signed(size / loopc_tens[fraction], negative);
    return stop;
#else
    (void)text, (void)point, (void)value;
    return NULL;
#endif
}

#endif
