/* Random numbers: the start of a stream. */
#include "base/rng.h"
#include "base/hash.h"
#include "base/shuffle.h"

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
