/* Hashes of bytes: FNV-1a with 64 bits (Fowler, Noll and Vo). */
#ifndef LOOPC_HASH_H
#define LOOPC_HASH_H

#include <stddef.h>
#include <stdint.h>

#define LOOPC_FNV1A_START UINT64_C(0xcbf29ce484222325)

/* Continues a hash, LOOPC_FNV1A_START at first, with these bytes. */
static inline uint64_t loopc_fnv1a(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *p = (const unsigned char *)bytes;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* The same for the `size` lowest bytes of a number, the lowest first, on every machine. */
static inline uint64_t loopc_fnv1a_number(uint64_t hash, uint64_t number, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (number >> 8 * i & 0xff)) * UINT64_C(0x100000001b3);
    return hash;
}

#endif
