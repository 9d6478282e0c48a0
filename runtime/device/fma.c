/* Fused multiply-adds with one rounding, in whole numbers: the C libraries of devices round twice,
 * or link more than all of a trainer.
 *
 * The product of two significands is exact in twice their bits; the addend is shifted to its place,
 * where bits that leave at the low end stay as one sticky bit; the sum is rounded to nearest, ties
 * to even, once. Subnormal numbers, infinities and NaN are those of IEEE 754. These are the
 * functions of math.h, so bodies have them as well.
 */
#include "base/wide.h"
#include "device/soft.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Of a double: bits of a significand with its first one, and the exponent of the least normal
 * number. */
enum { PRECISION = 53, LEAST = -1022 };

/* A finite number that is not 0: significand * 2^exponent, with the first bit set. */
struct parts {
    uint64_t significand;
    int exponent;
};

static struct parts parts_of(uint64_t magnitude)
{
    const int fraction = PRECISION - 1, biased = (int)(magnitude >> fraction);
    const uint64_t significand = magnitude & ((UINT64_C(1) << fraction) - 1);
    if (biased > 0)
        return (struct parts){significand | UINT64_C(1) << fraction, biased - 1 + LEAST - fraction};
    const int shift = __builtin_clzll(significand) - (63 - fraction);
    return (struct parts){significand << shift, LEAST - fraction - shift};
}

/* The bits of sum * 2^exponent, rounded, but for the sign; the first of 64 bits is set. */
static uint64_t rounded(uint64_t sum, int exponent)
{
    const int size = exponent + 63, below = size < LEAST ? LEAST - size : 0;
    const int drop = 64 - PRECISION + below;
    if (size > 1 - LEAST) return UINT64_C(0x7ff) << (PRECISION - 1);
    if (drop > 64) return 0;
    const uint64_t half = UINT64_C(1) << (drop - 1), rest = sum & (half | (half - 1));
    uint64_t kept = drop < 64 ? sum >> drop : 0;
    kept += rest > half || (rest == half && kept % 2 == 1);
    return below ? kept : ((uint64_t)(size - LEAST) << (PRECISION - 1)) + kept;
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
    const struct parts u = parts_of(x), v = parts_of(y), w = parts_of(z);
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
    const uint64_t bits = rounded(top, exponent) | (larger ? minus : less);
    double result;
    memcpy(&result, &bits, sizeof result);
    return result;
}

/* u v, of which u is subnormal, and the sum: u grows, and v shrinks as much. Where v has no room
 * for that the product is less than a quarter of the smallest float. A function of its own, because
 * it is the one with fmaf below it: the stack. */
static __attribute__((noinline)) uint64_t add_small(uint64_t packed, uint32_t u, uint32_t v)
{
    const uint32_t sign = LOOPC_SOFT_TOP, size = u & ~sign;
    const uint32_t zeros = (uint32_t)__builtin_clz(size) - 8;
    if ((v >> 23 & 255) <= zeros) {
        const uint32_t minus = (u ^ v) & sign;
        return packed >> 32 ? packed : (packed & ~(uint64_t)sign) | minus;
    }
    u = (u & sign) | size << zeros;
    v -= zeros << 23;
    float a, b;
    memcpy(&a, &u, sizeof a), memcpy(&b, &v, sizeof b);
    const float sum = fmaf(a, b, loopc_soft_close(loopc_soft_unpack(packed)));
    return loopc_soft_pack(loopc_soft_open(sum));
}

/* u v, of which one is infinite or NaN, and the sum; invalid ones are NaN. */
static struct loopc_soft add_infinite(struct loopc_soft s, uint32_t u, uint32_t v)
{
    const uint32_t infinity = UINT32_C(0xff) << 24, size_u = u << 1, size_v = v << 1;
    const uint32_t sign = (u ^ v) & LOOPC_SOFT_TOP;
    const bool is_far = s.exponent >= 255;
    if (is_far && s.significand != LOOPC_SOFT_TOP) return s; /* NaN */
    if (size_u > infinity || size_v > infinity || !size_u || !size_v || (is_far && s.sign != sign))
        return loopc_soft_open(NAN);
    return (struct loopc_soft){sign, LOOPC_SOFT_TOP, 255 + LOOPC_SOFT_FAR};
}

uint64_t loopc_soft_rare(uint64_t packed, uint32_t u, uint32_t v)
{
    const uint32_t of_u = u >> 23 & 255, of_v = v >> 23 & 255;
    if (of_u != 255 && of_v != 255 && u << 1 && v << 1)
        return of_u ? add_small(packed, v, u) : add_small(packed, u, v);
    struct loopc_soft s = loopc_soft_unpack(packed);
    if (of_u == 255 || of_v == 255)
        s = add_infinite(s, u, v);
    else
        s.sign &= s.significand ? s.sign : u ^ v; /* -0 - 0 is -0 */
    return loopc_soft_pack(s);
}

uint64_t loopc_soft_edge(uint32_t sign, uint32_t high, int32_t exponent)
{
    const int below = exponent < 1 ? 1 - exponent : 0;
    const uint32_t kept = (uint32_t)loopc_soft_shifted(high, below);
    uint64_t nearest = ((uint64_t)kept + 0x7f + (kept >> 8 & 1)) >> 8;
    if (!below) nearest += (uint64_t)(exponent - 1) << 23; /* a carry is one to the exponent */
    uint32_t bits = nearest >> 23 < 255 ? (uint32_t)nearest : UINT32_C(0xff) << 23;
    float x;
    bits |= sign;
    memcpy(&x, &bits, sizeof x);
    return loopc_soft_pack(loopc_soft_open(x));
}

float fmaf(float a, float b, float c)
{
    return loopc_soft_close(
        loopc_soft_add(loopc_soft_open(c), loopc_soft_bits(a), loopc_soft_bits(b)));
}
