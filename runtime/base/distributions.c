/* Random numbers: uniform integers, normal numbers. */
#include "base/normal.h"
#include "base/wide.h"

/* The high half of a 64 x 64 bit product is below n; of the low half those few are drawn again
 * that would make some results likelier (Lemire, "Fast random integer generation in an interval",
 * 2019). */
uint64_t loopc_rng_below(struct loopc_rng *rng, uint64_t n)
{
    if (n == 0) return 0;
    struct loopc_wide product = loopc_multiply_wide(loopc_rng_u64(rng), n);
    if (product.low < n) {
        const uint64_t surplus = (0 - n) % n; /* 2^64 mod n */
        while (product.low < surplus)
            product = loopc_multiply_wide(loopc_rng_u64(rng), n);
    }
    return product.high;
}

double loopc_rng_normal(struct loopc_rng *rng)
{
    struct loopc_point point;
    while (!loopc_normal_try(rng, &point)) {
    }
    return loopc_normal_of(point);
}
