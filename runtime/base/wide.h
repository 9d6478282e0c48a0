/* The product of two whole numbers of 64 bits, 128 bits long. Processors of 32 bits have no such
 * type. */
#ifndef LOOPC_WIDE_H
#define LOOPC_WIDE_H

#include <stdint.h>

struct loopc_wide {
    uint64_t high, low;
};

/* In halves (Knuth, "Seminumerical Algorithms", 4.3.1). */
__attribute__((unused)) static inline struct loopc_wide loopc_multiply_halves(uint64_t a,
                                                                              uint64_t b)
{
    const uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    const uint64_t outer = a0 * b0, across = a1 * b0 + (outer >> 32);
    const uint64_t middle = a0 * b1 + (uint32_t)across;
    return (struct loopc_wide){.high = a1 * b1 + (across >> 32) + (middle >> 32),
                               .low = middle << 32 | (uint32_t)outer};
}

static inline struct loopc_wide loopc_multiply_wide(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __extension__ const unsigned __int128 product = (unsigned __int128)a * b;
    return (struct loopc_wide){.high = (uint64_t)(product >> 64), .low = (uint64_t)product};
#else
    return loopc_multiply_halves(a, b);
#endif
}

#endif
