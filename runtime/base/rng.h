/* Random numbers: streams by name.
 *
 * The generator is xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators", 2021): 256 bits of state, a period of 2^256 - 1. One seed makes many streams, each
 * with a name of its own, so that drawing more for one purpose changes nothing for another.
 *
 * A seed and a name give the same values on every machine: integers by definition, reals because
 * they are made of them by operations that IEEE 754 rounds correctly (+ - * / sqrt and fma), in a
 * written order. No function of the C library whose last bit may differ takes part.
 */
#ifndef LOOPC_RNG_H
#define LOOPC_RNG_H

#include <stdint.h>

/* Plain memory: a copy continues independently with the same values. All zeros is a stream as well,
 * that of seed 0 and the name "". */
struct loopc_rng {
    uint64_t s[4];
};

/* Puts rng at the start of the stream of that name. */
void loopc_rng_seed(struct loopc_rng *rng, uint64_t seed, const char *stream);

static inline uint64_t loopc_rotate_left(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

/* 64 random bits. */
static inline uint64_t loopc_rng_u64(struct loopc_rng *rng)
{
    uint64_t *const s = rng->s;
    if (!(s[0] | s[1] | s[2] | s[3])) loopc_rng_seed(rng, 0, "");
    const uint64_t result = loopc_rotate_left(s[1] * 5, 7) * 9;
    const uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = loopc_rotate_left(s[3], 45);
    return result;
}

/* Uniform in [0, 1): a multiple of 2^-24. */
static inline float loopc_rng_f32(struct loopc_rng *rng)
{
    return (float)(loopc_rng_u64(rng) >> 40) * 0x1p-24f;
}

/* Uniform in [0, 1): a multiple of 2^-53. */
static inline double loopc_rng_f64(struct loopc_rng *rng)
{
    return (double)(loopc_rng_u64(rng) >> 11) * 0x1p-53;
}

/* Uniform in 0 .. n-1, each exactly as likely as the others; 0 for n = 0. */
uint64_t loopc_rng_below(struct loopc_rng *rng, uint64_t n);

/* Normal with mean 0 and variance 1. Takes a varying number of u64 from the stream, and keeps
 * nothing back between calls. */
double loopc_rng_normal(struct loopc_rng *rng);

#endif
