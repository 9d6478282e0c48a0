/* SHA-256 (FIPS 180-4) of bytes in memory: the key of the cache of `loopc run`. */
#ifndef LOOPC_GEN_SHA256_H
#define LOOPC_GEN_SHA256_H

#include <stddef.h>

/* Writes the 64 hexadecimal digits and a terminating zero of the hash of `size` bytes at `data`. */
void sha256_hex(const void *data, size_t size, char hex[65]);

#endif
