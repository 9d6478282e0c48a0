/* Chains of fused multiply-adds for processors without floats, in whole numbers of 32 bits.
 *
 * A sum is kept in three numbers, sign, significand and exponent, from one term to the next, so
 * that nothing of it is taken apart and put together again for each. Every term is added with one
 * rounding, to nearest, ties to even: the bits are those of fmaf for each of them.
 *
 * The product of two significands is exact in 64 bits; the smaller of product and sum is shifted to
 * the place of the other, where bits that leave at the low end stay as one sticky bit. Terms whose
 * factors or sums are 0, subnormal, infinite or NaN are rare: fma.c has functions for them.
 */
#ifndef LOOPC_SOFT_H
#define LOOPC_SOFT_H

#include <stdint.h>
#include <string.h>

#define LOOPC_SOFT_TOP UINT32_C(0x80000000)

/* significand * 2^(exponent - 158), the first bit of the significand set and the last eight clear;
 * the exponent is biased, as in a float, and also below 1 where the float is subnormal. 0: both
 * significand and exponent as below. Infinity and NaN: exponent 255 + LOOPC_SOFT_FAR, the fraction
 * as in a float. Both lie so far from all products that aligning needs no case for them. */
struct loopc_soft {
    uint32_t sign, significand;
    int32_t exponent;
};

enum { LOOPC_SOFT_FAR = 1000 };

#define LOOPC_SOFT_INLINE static inline __attribute__((always_inline))

static inline uint32_t loopc_soft_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* Zeros before the first bit of a number that is not 0. They are few, mostly, and few processors of
 * this kind count them. */
static inline int loopc_soft_zeros(uint32_t x)
{
#ifdef __ARM_FEATURE_CLZ
    return __builtin_clz(x);
#else
    int zeros = 0;
    for (; !(x & LOOPC_SOFT_TOP); x <<= 1)
        zeros++;
    return zeros;
#endif
}

static inline struct loopc_soft loopc_soft_open(float x)
{
    const uint32_t bits = loopc_soft_bits(x), top = LOOPC_SOFT_TOP;
    struct loopc_soft s = {bits & top, bits << 8 | top, (int32_t)(bits >> 23 & 255)};
    if (s.exponent == 255) s.exponent += LOOPC_SOFT_FAR;
    if (s.exponent > 0) return s;
    s.significand = bits << 8;
    s.exponent = -LOOPC_SOFT_FAR;
    if (!s.significand) return s;
    const int zeros = loopc_soft_zeros(s.significand);
    s.significand <<= zeros;
    s.exponent = 1 - zeros;
    return s;
}

static inline float loopc_soft_close(struct loopc_soft s)
{
    uint32_t bits = s.significand >> 8 & 0x7fffff;
    float x;
    if (s.exponent >= 255)
        bits |= UINT32_C(0xff) << 23;
    else if (s.exponent > 0)
        bits |= (uint32_t)s.exponent << 23;
    else
        bits = s.significand ? s.significand >> (9 - s.exponent) : 0;
    bits |= s.sign;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* The same in two registers, in which functions take and return it. */
static inline uint64_t loopc_soft_pack(struct loopc_soft s)
{
    const uint32_t exponent = (uint32_t)s.exponent & ~LOOPC_SOFT_TOP;
    return (uint64_t)s.significand << 32 | s.sign | exponent;
}

static inline struct loopc_soft loopc_soft_unpack(uint64_t packed)
{
    const uint32_t low = (uint32_t)packed;
    return (struct loopc_soft){low & LOOPC_SOFT_TOP, (uint32_t)(packed >> 32),
                               (int32_t)(low << 1) >> 1};
}

/* s + u v, where a factor is 0, subnormal, infinite or NaN. */
uint64_t loopc_soft_rare(uint64_t packed, uint32_t u, uint32_t v);

/* The float nearest to +-high * 2^(exponent - 158), which is subnormal, too large, or the next
 * power of 2; the first bit of high is set, the last one stands for all that follow. */
uint64_t loopc_soft_edge(uint32_t sign, uint32_t high, int32_t exponent);

/* x / 2^shift, 0 <= shift, with the lowest bit set where others are lost. */
static inline uint64_t loopc_soft_shifted(uint64_t x, int32_t shift)
{
    if (shift > 63) return x != 0;
    const uint64_t kept = x >> shift;
    return kept | (kept << shift != x);
}

/* A sum before it is rounded: high and low are one number of 64 bits, of which bit 62 is worth
 * 2^(exponent - 127). */
struct loopc_soft_sum {
    uint32_t sign, high, low;
    int32_t exponent;
};

/* s + t or s - t, where t has the smaller exponent, by `below`, 1 to 31. */
LOOPC_SOFT_INLINE struct loopc_soft_sum
loopc_soft_under(struct loopc_soft s, struct loopc_soft_sum t, int32_t below, int differ)
{
    const uint32_t whole = s.significand >> 1, lost = t.low << (32 - below);
    const uint32_t high = t.high >> below;
    const uint32_t low = t.high << (32 - below) | t.low >> below | (lost != 0);
    if (!differ) return (struct loopc_soft_sum){s.sign, whole + high, low, s.exponent};
    return (struct loopc_soft_sum){s.sign, whole - high - (low != 0), -low, s.exponent};
}

/* t + s or t - s, where s has the smaller exponent, by `below`, or the same one. */
LOOPC_SOFT_INLINE struct loopc_soft_sum
loopc_soft_over(struct loopc_soft s, struct loopc_soft_sum t, int32_t below, int differ)
{
    uint32_t high = 0, low;
    if (below < 31)
        high = s.significand >> 1 >> below, low = s.significand << (31 - below);
    else
        low = (uint32_t)loopc_soft_shifted(s.significand, below - 31);
    if (!differ) {
        t.low += low;
        t.high += high + (t.low < low);
        return t;
    }
    high += t.low < low;
    t.low -= low;
    t.high -= high;
    if (t.high & LOOPC_SOFT_TOP) { /* s was larger */
        t.sign ^= LOOPC_SOFT_TOP;
        t.low = -t.low;
        t.high = ~t.high + !t.low;
    }
    return t;
}

/* Brings the first bit of a sum that is not 0, and has lost its first bits, to bit 63. */
LOOPC_SOFT_INLINE struct loopc_soft_sum loopc_soft_raised(struct loopc_soft_sum t)
{
    if (!t.high) t.high = t.low, t.low = 0, t.exponent -= 32;
    const int zeros = loopc_soft_zeros(t.high);
    const uint64_t both = ((uint64_t)t.high << 32 | t.low) << zeros;
    return (struct loopc_soft_sum){t.sign, (uint32_t)(both >> 32), (uint32_t)both,
                                   t.exponent - zeros};
}

/* The nearest float; one of bits 56 to 63 is the first of the sum. What shifting leaves in `low`
 * is below the half of a last place. */
LOOPC_SOFT_INLINE struct loopc_soft loopc_soft_rounded(struct loopc_soft_sum t)
{
    const int zeros = loopc_soft_zeros(t.high);
    const uint32_t high = t.high << zeros | (t.low != 0);
    const int32_t exponent = t.exponent + 1 - zeros;
    const uint32_t kept = high + 0x7f + (high >> 8 & 1);
    if (__builtin_expect(!(kept & LOOPC_SOFT_TOP) || (uint32_t)exponent - 1 > 253, 0))
        return loopc_soft_unpack(loopc_soft_edge(t.sign, high, exponent));
    return (struct loopc_soft){t.sign, kept & ~UINT32_C(0xff), exponent};
}

/* Whether u v is 0, as where an activation is. */
LOOPC_SOFT_INLINE int loopc_soft_is_nothing(uint32_t u, uint32_t v)
{
    const uint32_t size_u = u << 1, size_v = v << 1, infinity = UINT32_C(0xff) << 24;
    return (!size_u && size_v < infinity) || (!size_v && size_u < infinity);
}

/* s + u v with one rounding; u and v are the bits of floats. */
LOOPC_SOFT_INLINE struct loopc_soft loopc_soft_add(struct loopc_soft s, uint32_t u, uint32_t v)
{
    const uint32_t top = LOOPC_SOFT_TOP, of_u = u >> 23 & 255, of_v = v >> 23 & 255;
    if (of_u - 1 > 253 || of_v - 1 > 253) {
        if (loopc_soft_is_nothing(u, v) && s.significand) return s;
        return loopc_soft_unpack(loopc_soft_rare(loopc_soft_pack(s), u, v));
    }
    const uint64_t product = (uint64_t)(u << 8 | top) * ((v << 8 | top) >> 1);
    struct loopc_soft_sum t = {(u ^ v) & top, (uint32_t)(product >> 32), (uint32_t)product,
                               (int32_t)(of_u + of_v) - 126};
    const int32_t above = t.exponent - s.exponent;
    const int differ = (int32_t)(u ^ v ^ s.sign) < 0;
    if (above < 0) {
        if (above < -31) return s; /* t is less than a quarter of its last place */
        t = loopc_soft_under(s, t, -above, differ);
    } else {
        t = loopc_soft_over(s, t, above, differ);
    }
    if (t.high < 1 << 24) {
        if (!(t.high | t.low)) return (struct loopc_soft){0, 0, -LOOPC_SOFT_FAR};
        t = loopc_soft_raised(t);
    }
    return loopc_soft_rounded(t);
}

#endif
