/* Permutations that need no table. */
#include "base/shuffle.h"

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
