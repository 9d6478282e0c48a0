/* Binary files for the tests of data sets, put together number by number. */
#ifndef DATASET_BYTES_H
#define DATASET_BYTES_H

#include "dataset_files.h"

/* A file in the making. */
static struct {
    unsigned char bytes[1 << 17];
    size_t size;
} f;

static inline void put(const void *bytes, size_t size)
{
    assert_true(f.size + size <= sizeof f.bytes);
    memcpy(f.bytes + f.size, bytes, size);
    f.size += size;
}

static inline void put_number(uint64_t value, int size, bool big_endian)
{
    for (int i = 0; i < size; i++) {
        const int shift = 8 * (big_endian ? size - 1 - i : i);
        const unsigned char byte = (unsigned char)(value >> shift);
        put(&byte, 1);
    }
}

static inline void put_f32(float value, bool big_endian)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_number(bits, 4, big_endian);
}

static inline void put_f64(double value, bool big_endian)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_number(bits, 8, big_endian);
}

#endif
