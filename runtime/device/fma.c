/* Fused multiply-adds with one rounding, in whole numbers: the C libraries of devices round twice,
 * or link more than all of a trainer.
 *
 * The product of two significands is exact in twice their bits; the addend is shifted to its place,
 * where bits that leave at the low end stay as one sticky bit; the sum is rounded to nearest, ties
 * to even, once. Subnormal numbers, infinities and NaN are those of IEEE 754. These are the
 * functions of math.h, so bodies have them as well.
 */
#include "base/wide.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* A format: bits of a significand with its first one, and the exponent of the least normal number.
 */
struct format {
    int precision, least;
};

static const struct format single = {24, -126}, twice = {53, -1022};

/* A finite number that is not 0: significand * 2^exponent, with the first bit set. */
struct parts {
    uint64_t significand;
    int exponent;
};

static struct parts parts_of(uint64_t magnitude, struct format format)
{
    const int fraction = format.precision - 1;
    const int biased = (int)(magnitude >> fraction);
    uint64_t significand = magnitude & ((UINT64_C(1) << fraction) - 1);
    if (biased > 0)
        return (struct parts){significand | UINT64_C(1) << fraction,
                              biased - 1 + format.least - fraction};
    const int shift = __builtin_clzll(significand) - (63 - fraction);
    return (struct parts){significand << shift, format.least - fraction - shift};
}

/* The bits of sum * 2^exponent, rounded, but for the sign; the first of 64 bits is set. */
static uint64_t rounded(uint64_t sum, int exponent, struct format format)
{
    const int size = exponent + 63;
    const int below = size < format.least ? format.least - size : 0;
    const int drop = 64 - format.precision + below;
    const uint64_t infinity = (uint64_t)(3 - 2 * format.least) << (format.precision - 1);
    if (size > 1 - format.least) return infinity;
    if (drop > 64) return 0;
    const uint64_t half = UINT64_C(1) << (drop - 1);
    uint64_t kept = drop < 64 ? sum >> drop : 0;
    const uint64_t rest = sum & (half | (half - 1));
    kept += rest > half || (rest == half && kept % 2 == 1);
    return below ? kept : ((uint64_t)(size - format.least) << (format.precision - 1)) + kept;
}

/* x / 2^shift, with the lowest bit set where others are lost. */
static struct loopc_wide shifted(struct loopc_wide x, int shift)
{
    if (shift == 0) return x;
    if (shift > 127) return (struct loopc_wide){0, 1};
    if (shift > 63) {
        const uint64_t lost = x.low | (shift > 64 ? x.high << (128 - shift) : 0);
        return (struct loopc_wide){0, x.high >> (shift - 64) | (lost != 0)};
    }
    const uint64_t lost = x.low << (64 - shift);
    return (struct loopc_wide){x.high >> shift,
                               (x.high << (64 - shift) | x.low >> shift) | (lost != 0)};
}

static struct loopc_wide sum_of(struct loopc_wide a, struct loopc_wide b)
{
    const uint64_t low = a.low + b.low;
    return (struct loopc_wide){a.high + b.high + (low < a.low), low};
}

static struct loopc_wide difference_of(struct loopc_wide a, struct loopc_wide b)
{
    return (struct loopc_wide){a.high - b.high - (a.low < b.low), a.low - b.low};
}

/* x * 2^exponent as a number of 64 bits, the first one set; the lowest stands for all that are
 * lost. */
static uint64_t narrowed(struct loopc_wide x, int *exponent)
{
    const int shift = x.high ? __builtin_clzll(x.high) : 64 + __builtin_clzll(x.low);
    *exponent += 64 - shift;
    if (shift >= 64) return x.low << (shift - 64);
    if (shift == 0) return x.high | (x.low != 0);
    return x.high << shift | x.low >> (64 - shift) | (x.low << shift != 0);
}

double fma(double a, double b, double c)
{
    enum { PRODUCT = 20, ADDEND = 72 }; /* both begin at bit 124 then */
    const uint64_t sign = UINT64_C(1) << 63, infinity = UINT64_C(0x7ff) << 52;
    uint64_t x, y, z;
    memcpy(&x, &a, sizeof x), memcpy(&y, &b, sizeof y), memcpy(&z, &c, sizeof z);
    const uint64_t minus = (x ^ y) & sign, less = z & sign;
    x &= ~sign, y &= ~sign, z &= ~sign;
    if (x >= infinity || y >= infinity || x == 0 || y == 0) return a * b + c;
    if (z >= infinity) return c + c; /* a product that overflows changes nothing of it */
    if (z == 0) return a * b;
    const struct parts u = parts_of(x, twice), v = parts_of(y, twice), w = parts_of(z, twice);
    struct loopc_wide product =
        loopc_multiply_wide(u.significand << (PRODUCT / 2), v.significand << (PRODUCT / 2));
    struct loopc_wide addend = {w.significand << (ADDEND - 64), 0};
    int exponent = u.exponent + v.exponent - PRODUCT;
    const int apart = exponent - (w.exponent - ADDEND);
    if (apart > 0)
        addend = shifted(addend, apart);
    else
        product = shifted(product, -apart), exponent -= apart;
    const bool larger =
        product.high > addend.high || (product.high == addend.high && product.low >= addend.low);
    const struct loopc_wide sum = minus == less ? sum_of(product, addend)
                                  : larger      ? difference_of(product, addend)
                                                : difference_of(addend, product);
    if (!(sum.high | sum.low)) return 0.0;
    const uint64_t top = narrowed(sum, &exponent);
    const uint64_t bits = rounded(top, exponent, twice) | (larger ? minus : less);
    double result;
    memcpy(&result, &bits, sizeof result);
    return result;
}

/* x / 2^shift, with the lowest bit set where others are lost. */
static uint64_t shifted_short(uint64_t x, int shift)
{
    if (shift > 63) return 1;
    const uint64_t kept = x >> shift;
    return kept | (kept << shift != x);
}

float fmaf(float a, float b, float c)
{
    enum { PRODUCT = 14, ADDEND = 37 }; /* both begin at bit 60 then */
    const uint32_t sign = UINT32_C(1) << 31, infinity = UINT32_C(0xff) << 23;
    uint32_t x, y, z;
    memcpy(&x, &a, sizeof x), memcpy(&y, &b, sizeof y), memcpy(&z, &c, sizeof z);
    const uint32_t minus = (x ^ y) & sign, less = z & sign;
    x &= ~sign, y &= ~sign, z &= ~sign;
    if (x >= infinity || y >= infinity || x == 0 || y == 0) return a * b + c;
    if (z >= infinity) return c + c; /* a product that overflows changes nothing of it */
    if (z == 0) return a * b;
    const struct parts u = parts_of(x, single), v = parts_of(y, single), w = parts_of(z, single);
    uint64_t product = (u.significand * v.significand) << PRODUCT;
    uint64_t addend = w.significand << ADDEND;
    int exponent = u.exponent + v.exponent - PRODUCT;
    const int apart = exponent - (w.exponent - ADDEND);
    if (apart > 0)
        addend = shifted_short(addend, apart);
    else
        product = shifted_short(product, -apart), exponent -= apart;
    const uint64_t sum = minus == less      ? product + addend
                         : product > addend ? product - addend
                                            : addend - product;
    if (!sum) return 0.0f;
    const int shift = __builtin_clzll(sum);
    const uint32_t bits = (uint32_t)rounded(sum << shift, exponent - shift, single) |
                          (product > addend ? minus : less);
    float result;
    memcpy(&result, &bits, sizeof result);
    return result;
}
