/* Permutations that need no table. */
#include "base/shuffle.h"

static uint32_t feistel_round(uint32_t of, uint32_t key, int bits)
{
    uint32_t z = (of ^ key) * LOOPC_FEISTEL_FIRST;
    z = (z ^ (z >> 15)) * LOOPC_FEISTEL_SECOND;
    return z >> (32 - bits);
}

/* loopc_feistel for a number of any size. */
static uint64_t feistel(const struct loopc_network *net, uint64_t x)
{
    uint32_t high = (uint32_t)(x >> net->low), low = (uint32_t)(x ^ (uint64_t)high << net->low);
    for (int round = 0; round < LOOPC_ROUNDS; round += 2) {
        high ^= feistel_round(low, net->keys[round], net->high);
        low ^= feistel_round(high, net->keys[round + 1], net->low);
    }
    return (uint64_t)high << net->low | low;
}

void loopc_shuffled_far(const struct loopc_network *net, uint64_t n, uint64_t first, int32_t count,
                        int64_t *to)
{
    for (int32_t i = 0; i < count; i++) {
        uint64_t x = feistel(net, first + (uint64_t)i);
        while (x >= n)
            x = feistel(net, x);
        to[i] = (int64_t)x;
    }
}

uint64_t loopc_shuffled(uint64_t key, uint64_t n, uint64_t i)
{
    struct loopc_network net;
    int64_t at;
    if (n < 2) return 0;
    loopc_network_of(&net, key, n);
    loopc_shuffled_far(&net, n, i, 1, &at);
    return (uint64_t)at;
}

uint64_t loopc_shuffle_key(uint64_t seed, uint64_t number)
{
    const uint64_t key = loopc_scatter(loopc_scatter(seed + LOOPC_GOLDEN) + number * LOOPC_GOLDEN);
    return key ? key : 1;
}
