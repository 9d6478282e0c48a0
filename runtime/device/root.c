/* The square root of a float in whole numbers, for processors without one: the C libraries of
 * devices take it bit by bit.
 *
 * With x = 4^e m, 1 <= m < 4, the root is 2^e sqrt(m). r, a guess of 1 / sqrt(m) by a straight
 * line, is improved three times by r (3 - m r^2) / 2 (Newton; the error is squared, times 3/2),
 * together with s = m r (Goldschmidt, "Applications of division by convergence", 1964). s is then
 * at most a last place too small, which the remainder m - s^2 shows. This is the function of
 * math.h, so bodies have it as well.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

/* The upper half of a product: of fractions of 32 bits. */
static uint32_t times(uint32_t a, uint32_t b)
{
    return (uint32_t)((uint64_t)a * b >> 32);
}

/* sqrt(m), cut to 23 bits behind the point; m has 30. */
static uint32_t root_of(uint32_t m)
{
    const uint32_t three = UINT32_C(3) << 30;                        /* as m */
    uint32_t r = m >> 31 ? 0xe4d4a366 - (times(0x33d70a3d, m) << 1)  /* of 2^32; 2 <= m < 4 */
                         : 0x4392d04a - (times(0x928f5c28, m) << 1); /* and 2^32 */
    uint32_t s = times(m, r);
    for (int k = 0; k < 2; k++) {
        const uint32_t factor = three - times(s, r);
        r = times(r, factor) << 1;
        s = times(s, factor) << 1;
    }
    return (times(s, three - times(s, r)) - 1) >> 6;
}

/* The bits of a root that is rounded; `bits` are those of a normal number above 0. */
static uint32_t rounded_root(uint32_t bits)
{
    const uint32_t m = bits >> 23 & 1 ? (bits << 7 & 0x7fffffff) | UINT32_C(1) << 30
                                      : bits << 8 | UINT32_C(1) << 31;
    const uint32_t s = root_of(m), rest = (m << 16) - s * s; /* of 46 bits behind the point */
    const uint32_t exponent = ((bits >> 1) + (UINT32_C(127) << 22)) & UINT32_C(0xff) << 23;
    return exponent | ((s + ((s - rest) >> 31)) & 0x7fffff);
}

float sqrtf(float x)
{
    const uint32_t infinity = UINT32_C(0xff) << 23;
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    if (!(bits << 1) || bits == infinity) return x;
    if (bits > infinity) return bits << 1 > infinity << 1 ? x : NAN;
    if (!(bits >> 23)) { /* subnormal: an exponent below 0, modulo 2^32 */
        const uint32_t zeros = (uint32_t)__builtin_clz(bits) - 8;
        bits = (bits << zeros) - (zeros << 23);
    }
    bits = rounded_root(bits);
    memcpy(&x, &bits, sizeof x);
    return x;
}
