/* A digest of bytes: FNV-1a with 64 bits (Fowler, Noll and Vo). It tells contents apart that differ
 * by accident; it is no guard against enemies. Not for emitted code.
 */
#ifndef LOOPC_DIGEST_H
#define LOOPC_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define LOOPC_DIGEST_START UINT64_C(0xcbf29ce484222325) /* of no bytes */

/* The digest of what `digest` is of, with these bytes behind it. */
static inline uint64_t loopc_digest(uint64_t digest, const void *bytes, size_t size)
{
    const unsigned char *p = bytes;
    for (size_t i = 0; i < size; i++)
        digest = (digest ^ p[i]) * UINT64_C(0x100000001b3);
    return digest;
}

#endif
