/* Permutations that need no table: any element of any order at once, or a vector of elements at a
 * time. In a header so that they are calculated with the vectors of the machine.
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

/* Elements first .. first + count - 1 of the permutation of 0 .. n-1 by this network, one by one,
 * for any n. */
void loopc_shuffled_far(const struct loopc_network *net, uint64_t n, uint64_t first, int32_t count,
                        int64_t *to);

/* So many numbers side by side. With AVX2 as many as a register has: longer vectors are compared by
 * gcc 12 lane by lane. (With SSE2, too, but there it takes long to multiply four.) */
#if defined LOOPC_DEVICE
#define LOOPC_ABREAST 1
#elif defined __AVX2__ && !defined __AVX512F__
#define LOOPC_ABREAST 8
#else
#define LOOPC_ABREAST 16
#endif
typedef uint32_t loopc_numbers __attribute__((vector_size(LOOPC_ABREAST * 4)));

/* The round function: the upper bits of a product, as many as the part has to which they are added,
 * with the constants that Wellons found to scatter 32 bits best ("Prospecting for hash functions",
 * 2018). */
#define LOOPC_FEISTEL_FIRST  UINT32_C(0x7feb352d)
#define LOOPC_FEISTEL_SECOND UINT32_C(0x846ca68b)

__attribute__((always_inline)) static inline void
loopc_feistel_round(loopc_numbers *to, const loopc_numbers *of, uint32_t key, int bits)
{
    loopc_numbers z = (*of ^ key) * LOOPC_FEISTEL_FIRST;
    z = (z ^ (z >> 15)) * LOOPC_FEISTEL_SECOND;
    *to ^= z >> (32 - bits);
}

/* For numbers of up to 32 bits. */
__attribute__((always_inline)) static inline void loopc_feistel(const struct loopc_network *net,
                                                                loopc_numbers *x)
{
    loopc_numbers high = *x >> net->low, low = *x ^ high << net->low;
    for (int round = 0; round < LOOPC_ROUNDS; round += 2) {
        loopc_feistel_round(&high, &low, net->keys[round], net->high);
        loopc_feistel_round(&low, &high, net->keys[round + 1], net->low);
    }
    *x = high << net->low | low;
}

__attribute__((always_inline)) static inline bool loopc_any(const loopc_numbers *mask)
{
    uint32_t lanes[LOOPC_ABREAST], any = 0;
    memcpy(lanes, mask, sizeof lanes);
    for (int i = 0; i < LOOPC_ABREAST; i++)
        any |= lanes[i];
    return any;
}

/* Cycle walking (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002): a result
 * above `most` is permuted again, until it is not. It started from below and comes back there at
 * the latest with where it started, and the result is again a permutation. Less than two steps on
 * average, as `most` is at least half of the network. */
__attribute__((always_inline)) static inline void loopc_walk(const struct loopc_network *net,
                                                             uint32_t most, loopc_numbers *x)
{
    loopc_feistel(net, x);
    loopc_numbers beyond = (loopc_numbers)(*x > most);
    while (loopc_any(&beyond)) {
        loopc_numbers again = *x;
        loopc_feistel(net, &again);
        *x = (*x & ~beyond) | (again & beyond);
        beyond = (loopc_numbers)(*x > most);
    }
}

/* Elements first .. first + count - 1 of the permutation of 0 .. n-1 that key gives; first + count
 * <= n. */
static inline void loopc_shuffled_rows(uint64_t key, uint64_t n, uint64_t first, int32_t count,
                                       int64_t *to)
{
    struct loopc_network net;
    const uint32_t most = (uint32_t)(n - 1);
    loopc_network_of(&net, key, n > 1 ? n : 2);
    if (net.low + net.high > 32) {
        loopc_shuffled_far(&net, n, first, count, to);
        return;
    }
    for (int32_t i = 0; i < count; i += LOOPC_ABREAST) {
        const int32_t some = count - i < LOOPC_ABREAST ? count - i : LOOPC_ABREAST;
        uint32_t lanes[LOOPC_ABREAST];
        loopc_numbers x;
        for (int k = 0; k < LOOPC_ABREAST; k++)
            lanes[k] = (uint32_t)first + (uint32_t)(i + k);
        memcpy(&x, lanes, sizeof x);
        x &= (loopc_numbers)(x <= most); /* behind the last one there is 0 once more */
        loopc_walk(&net, most, &x);
        memcpy(lanes, &x, sizeof lanes);
        for (int32_t k = 0; k < some; k++)
            to[i + k] = lanes[k];
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
