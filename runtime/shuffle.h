/* Orders that need no table: the permutation behind loopc_shuffled (rng.h), an element or many at a
 * time. In a header so that the many are calculated with the vectors of the machine.
 */
#ifndef LOOPC_SHUFFLE_H
#define LOOPC_SHUFFLE_H

#include <stdint.h>
#include <string.h>

/* SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): a
 * counter that goes in steps of the golden ratio, and a bijection that scatters it. Here it turns
 * whatever bits there are into ones that look random. */
#define LOOPC_GOLDEN UINT64_C(0x9e3779b97f4a7c15)

static inline uint64_t loopc_scatter(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* A Feistel network permutes numbers of a given number of bits whatever its round function is:
 * each round adds to one part a function of the other (Luby and Rackoff, "How to construct
 * pseudorandom permutations from pseudorandom functions", 1988). Here the parts may differ by a
 * bit, and the function is SplitMix64, seeded by the key, at the place `round, other part`. */
struct loopc_network {
    uint64_t key, low_mask, high_mask;
    int half; /* bits of the low part */
};

enum { LOOPC_ROUNDS = 8 };

/* For numbers below n, n > 1. No fewer than 6 bits, for a smaller network does not reach all
 * permutations of a few elements equally often. */
static inline struct loopc_network loopc_network_of(uint64_t key, uint64_t n)
{
    const int bits = n > 64 ? 64 - __builtin_clzll(n - 1) : 6, half = bits / 2;
    return (struct loopc_network){.key = loopc_scatter(key + LOOPC_GOLDEN),
                                  .low_mask = (UINT64_C(1) << half) - 1,
                                  .high_mask = (UINT64_C(1) << (bits - half)) - 1,
                                  .half = half};
}

static inline uint64_t loopc_feistel(const struct loopc_network *net, uint64_t x)
{
    uint64_t low = x & net->low_mask, high = x >> net->half;
    for (uint64_t round = 0; round < LOOPC_ROUNDS; round += 2) {
        high ^= loopc_scatter(net->key + LOOPC_GOLDEN * (round << 32 | low)) & net->high_mask;
        low ^= loopc_scatter(net->key + LOOPC_GOLDEN * ((round + 1) << 32 | high)) & net->low_mask;
    }
    return high << net->half | low;
}

/* Cycle walking (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002): permute the
 * numbers below the next power of two, again and again until the result is below n. Starting below
 * n it comes back there at the latest with i itself, and the result is again a permutation. Less
 * than two steps on average where n is no smaller than half of the network. */
static inline uint64_t loopc_walk(const struct loopc_network *net, uint64_t n, uint64_t i)
{
    while (i >= n)
        i = loopc_feistel(net, i);
    return i;
}

enum { LOOPC_ABREAST = 8 };
typedef uint64_t loopc_abreast __attribute__((vector_size(LOOPC_ABREAST * 8), may_alias));

/* loopc_scatter and loopc_feistel for 8 at a time. */
__attribute__((always_inline)) static inline void loopc_scatter_abreast(loopc_abreast *z)
{
    *z = (*z ^ (*z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    *z = (*z ^ (*z >> 27)) * UINT64_C(0x94d049bb133111eb);
    *z = *z ^ (*z >> 31);
}

static inline void loopc_feistel_abreast(const struct loopc_network *net, uint64_t first,
                                         uint64_t to[LOOPC_ABREAST])
{
    loopc_abreast low = {0, 1, 2, 3, 4, 5, 6, 7}, high, z;
    low += first;
    high = low >> (uint64_t)net->half;
    low &= net->low_mask;
    for (uint64_t round = 0; round < LOOPC_ROUNDS; round += 2) {
        z = net->key + LOOPC_GOLDEN * (round << 32 | low);
        loopc_scatter_abreast(&z);
        high ^= z & net->high_mask;
        z = net->key + LOOPC_GOLDEN * ((round + 1) << 32 | high);
        loopc_scatter_abreast(&z);
        low ^= z & net->low_mask;
    }
    z = high << (uint64_t)net->half | low;
    memcpy(to, &z, sizeof z);
}

/* Elements first .. first + count - 1 of the permutation of 0 .. n-1 that key gives; first + count
 * <= n. */
static inline void loopc_shuffled_rows(uint64_t key, uint64_t n, uint64_t first, int32_t count,
                                       int64_t *to)
{
    const struct loopc_network net = loopc_network_of(key, n);
    for (int32_t i = 0; i < count; i += LOOPC_ABREAST) {
        uint64_t some[LOOPC_ABREAST];
        loopc_feistel_abreast(&net, first + (uint64_t)i, some);
        for (int32_t k = 0; k < LOOPC_ABREAST && i + k < count; k++)
            to[i + k] = n > 1 ? (int64_t)loopc_walk(&net, n, some[k]) : 0;
    }
}

#endif
