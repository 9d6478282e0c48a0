/* Prints a sum over the bits of the functions of runtime/nn/elementary.h over many floats: the same
 * on every processor and with every compiler. With an argument also how: "16 lanes, fused". */
#include "nn/elementary.h"

#include <stdio.h>

enum { EVERY = 65537 }; /* prime: the low bits are seen in all places */

/* Fowler, Noll and Vo's hash, of the values of a lane; all NaNs count as equal. */
static uint64_t add(uint64_t sum, float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (sum ^ (x != x ? 0x7fc00000u : bits)) * 0x100000001b3u;
}

static uint64_t add_all(uint64_t sum, loopc_vec x, int lanes)
{
    for (int lane = 0; lane < lanes; lane++)
        sum = add(sum, x[lane]);
    return sum;
}

int main(int argc, char **argv)
{
    uint64_t sums[4] = {0}, next = 0;
    (void)argv;
    while (next < 1ull << 32) {
        loopc_vec x = {0};
        int lanes = 0;
        for (; lanes < LOOPC_LANES && next < 1ull << 32; lanes++, next += EVERY) {
            const uint32_t bits = (uint32_t)next;
            float value;
            memcpy(&value, &bits, sizeof value);
            x[lanes] = value;
        }
        sums[0] = add_all(sums[0], loopc_vexp(x), lanes);
        sums[1] = add_all(sums[1], loopc_vlog(x), lanes);
        sums[2] = add_all(sums[2], loopc_vtanh(x), lanes);
        sums[3] = add_all(sums[3], loopc_vsigmoid(x), lanes);
    }
    for (int i = 0; i < 4; i++)
        printf("%016llx ", (unsigned long long)sums[i]);
    if (argc > 1) printf("%d lanes%s", LOOPC_LANES, LOOPC_HAS_FMA ? ", fused" : "");
    puts("");
    return 0;
}
