/* Random numbers: seeding, uniform integers, normal numbers, permutations. */
#include "base/rng.h"
#include "base/hash.h"
#include "base/shuffle.h"

#include <math.h>
#include <string.h>

/* Four successive values of SplitMix64 are all different, so the state is never all zeros. */
void loopc_rng_seed(struct loopc_rng *rng, uint64_t seed, const char *stream)
{
    uint64_t counter =
        loopc_scatter(seed + LOOPC_GOLDEN) ^ loopc_fnv1a(LOOPC_FNV1A_START, stream, strlen(stream));
    for (int i = 0; i < 4; i++) {
        counter += LOOPC_GOLDEN;
        rng->s[i] = loopc_scatter(counter);
    }
}

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
 * 1964): a point in the unit disk gives two normal numbers, of which the second is dropped so that
 * the stream is all the state there is. Every product that is added to something stands in an fma:
 * a compiler that may contract finds nothing to change. */
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

uint64_t loopc_shuffled(uint64_t key, uint64_t n, uint64_t i)
{
    int64_t at = 0;
    if (n > 1) loopc_shuffled_rows(key, n, i, 1, &at);
    return (uint64_t)at;
}

uint64_t loopc_shuffle_key(uint64_t seed, uint64_t number)
{
    const uint64_t key = loopc_scatter(loopc_scatter(seed + LOOPC_GOLDEN) + number * LOOPC_GOLDEN);
    return key ? key : 1;
}
