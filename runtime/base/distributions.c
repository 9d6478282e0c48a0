/* Random numbers: uniform integers, normal numbers. */
#include "base/rng.h"

#include <math.h>

__extension__ typedef unsigned __int128 u128;

/* The high half of a 64 x 64 bit product is below n; of the low half those few are drawn again
 * that would make some results likelier (Lemire, "Fast random integer generation in an interval",
 * 2019). */
uint64_t loopc_rng_below(struct loopc_rng *rng, uint64_t n)
{
    if (n == 0) return 0;
    u128 product = (u128)loopc_rng_u64(rng) * n;
    if ((uint64_t)product < n) {
        const uint64_t surplus = (0 - n) % n; /* 2^64 mod n */
        while ((uint64_t)product < surplus)
            product = (u128)loopc_rng_u64(rng) * n;
    }
    return (uint64_t)(product >> 64);
}

/* The natural logarithm of a positive normal number, to about two units in the last place, with the
 * same bits everywhere. x = m 2^e with m in [sqrt(1/2), sqrt(2)); with z = (m - 1) / (m + 1),
 * log m = 2 (z + z^3/3 + z^5/5 + ...). |z| < 0.1716, so the term after the last, z^23/23, is below
 * 2^-62. */
static double natural_log(double x)
{
    int e;
    double m = frexp(x, &e); /* exact */
    if (m < 0.70710678118654752) {
        m *= 2;
        e--;
    }
    const double z = (m - 1) / (m + 1), square = z * z;
    double sum = 0;
    for (int k = 21; k >= 3; k -= 2)
        sum = fma(sum, square, 1.0 / k);
    return fma(e, 0.69314718055994531, 2 * fma(sum * square, z, z));
}

/* The polar method (Marsaglia and Bray, "A convenient method for generating normal variables",
 * 1964): a point in the unit disk gives two normal numbers, of which the second is dropped so
 * that the stream is all the state there is. Every product that is added to another number is
 * written as an fma: a compiler that may contract finds nothing to change. */
double loopc_rng_normal(struct loopc_rng *rng)
{
    double u, square;
    do {
        u = 2 * loopc_rng_f64(rng) - 1;
        const double v = 2 * loopc_rng_f64(rng) - 1;
        square = fma(u, u, v * v);
    } while (square >= 1 || square == 0);
    return u * sqrt(-2 * natural_log(square) / square);
}
