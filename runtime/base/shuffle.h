/* Permutations that need no table: any element of any order at once, or 16 elements at a time. In a
 * header so that they are calculated with the vectors of the machine.
 */
#ifndef LOOPC_SHUFFLE_H
#define LOOPC_SHUFFLE_H

#include <stdbool.h>
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
 * bit, and each round has a key of its own. */
enum { LOOPC_ROUNDS = 8 };

struct loopc_network {
    uint32_t keys[LOOPC_ROUNDS];
    int low, high; /* bits of both parts, 3 to 32 */
};

/* For numbers below n, n > 1. No fewer than 6 bits, for a smaller network does not reach all
 * permutations of a few elements equally often. */
static inline void loopc_network_of(struct loopc_network *net, uint64_t key, uint64_t n)
{
    const int bits = n > 64 ? 64 - __builtin_clzll(n - 1) : 6;
    net->low = bits / 2;
    net->high = bits - net->low;
    key = loopc_scatter(key + LOOPC_GOLDEN);
    for (uint64_t round = 0; round < LOOPC_ROUNDS; round++)
        net->keys[round] = (uint32_t)loopc_scatter(key + LOOPC_GOLDEN * round);
}

/* 16 numbers, or parts of them, side by side; one on devices, which have no vectors. */
#ifdef LOOPC_DEVICE
enum { LOOPC_ABREAST = 1 };
#define LOOPC_COUNTED                                                                              \
    {                                                                                              \
        0                                                                                          \
    }
#else
enum { LOOPC_ABREAST = 16 };
#define LOOPC_COUNTED                                                                              \
    {                                                                                              \
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15                                       \
    }
#endif
typedef uint64_t loopc_numbers __attribute__((vector_size(LOOPC_ABREAST * 8)));
typedef uint32_t loopc_halves __attribute__((vector_size(LOOPC_ABREAST * 4)));

/* The round function: the upper bits of a product, as many as the part has to which they are added,
 * with the constants that Wellons found to scatter 32 bits best ("Prospecting for hash functions",
 * 2018). */
__attribute__((always_inline)) static inline void
loopc_feistel_round(loopc_halves *to, const loopc_halves *of, uint32_t key, int bits)
{
    loopc_halves z = (*of ^ key) * UINT32_C(0x7feb352d);
    z = (z ^ (z >> 15)) * UINT32_C(0x846ca68b);
    *to ^= z >> (32 - bits);
}

__attribute__((always_inline)) static inline void loopc_feistel(const struct loopc_network *net,
                                                                loopc_numbers *x)
{
    const loopc_numbers upper = *x >> net->low, lower = *x ^ upper << net->low;
    loopc_halves low = __builtin_convertvector(lower, loopc_halves);
    loopc_halves high = __builtin_convertvector(upper, loopc_halves);
    for (int round = 0; round < LOOPC_ROUNDS; round += 2) {
        loopc_feistel_round(&high, &low, net->keys[round], net->high);
        loopc_feistel_round(&low, &high, net->keys[round + 1], net->low);
    }
    *x = __builtin_convertvector(high, loopc_numbers) << net->low |
         __builtin_convertvector(low, loopc_numbers);
}

/* Whether any of them is at least n. */
__attribute__((always_inline)) static inline bool loopc_any_beyond(const loopc_numbers *x,
                                                                   uint64_t n)
{
    uint64_t beyond = 0;
    for (int i = 0; i < LOOPC_ABREAST; i++)
        beyond |= (uint64_t)((*x)[i] >= n);
    return beyond;
}

/* Cycle walking (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002): a result
 * no lower than n is permuted again, until it is. It started below n and comes back there at the
 * latest with where it started, and the result is again a permutation. Less than two steps on
 * average, as n is at least half of the network. */
static inline void loopc_walk(const struct loopc_network *net, uint64_t n, loopc_numbers *x)
{
    loopc_feistel(net, x);
    while (loopc_any_beyond(x, n)) {
        loopc_numbers again = *x;
        loopc_feistel(net, &again);
        for (int i = 0; i < LOOPC_ABREAST; i++)
            (*x)[i] = (*x)[i] < n ? (*x)[i] : again[i];
    }
}

/* Elements first .. first + count - 1 of the permutation of 0 .. n-1 that key gives; first + count
 * <= n. */
static inline void loopc_shuffled_rows(uint64_t key, uint64_t n, uint64_t first, int32_t count,
                                       int64_t *to)
{
    struct loopc_network net;
    loopc_network_of(&net, key, n > 1 ? n : 2);
    for (int32_t i = 0; i < count; i += LOOPC_ABREAST) {
        const int32_t some = count - i < LOOPC_ABREAST ? count - i : LOOPC_ABREAST;
        loopc_numbers x = LOOPC_COUNTED;
        x += first + (uint64_t)i;
        for (int k = 0; k < LOOPC_ABREAST; k++) /* behind the last one there is 0 once more */
            x[k] = x[k] < n ? x[k] : 0;
        loopc_walk(&net, n, &x);
        memcpy(to + i, &x, (size_t)some * sizeof *to);
    }
}

/* Element i of a permutation of 0 .. n-1 that looks random and is fixed by key: for one key and n,
 * i = 0 .. n-1 gives each of 0 .. n-1 once. Keeps no table, so any position of any order is there
 * at once; a few tens of nanoseconds (loopc_shuffled_rows gives many in a row for less). Needs
 * i < n. Keys that differ in any way, as 1 and 2, give unrelated orders. */
uint64_t loopc_shuffled(uint64_t key, uint64_t n, uint64_t i);

/* A key for loopc_shuffled out of two numbers: a seed and an epoch, say. Never 0, which data sets
 * read as "as stored". */
uint64_t loopc_shuffle_key(uint64_t seed, uint64_t number);

#endif
