/* Values as files have them. */
#include "base/byte_order.h"

#include <string.h>

static void turn(unsigned char *value, size_t width)
{
    for (size_t i = 0; i < width / 2; i++) {
        const unsigned char byte = value[i];
        value[i] = value[width - 1 - i];
        value[width - 1 - i] = byte;
    }
}

/* A NaN with the other meaning of its quiet bit. The whole fraction is turned, so that the NaN of
 * one kind of machine, 0x7fc00000, becomes that of the other, 0x7fbfffff; one of which no bit is
 * left gets the lowest. */
static void turn_nan32(unsigned char *value)
{
    uint32_t bits;
    memcpy(&bits, value, sizeof bits);
    if ((bits & 0x7fffffff) <= 0x7f800000) return;
    bits ^= 0x007fffff;
    if (!(bits & 0x007fffff)) bits |= 1;
    memcpy(value, &bits, sizeof bits);
}

static void turn_nan64(unsigned char *value)
{
    uint64_t bits;
    memcpy(&bits, value, sizeof bits);
    if ((bits & INT64_MAX) <= UINT64_C(0x7ff0000000000000)) return;
    bits ^= UINT64_C(0x000fffffffffffff);
    if (!(bits & UINT64_C(0x000fffffffffffff))) bits |= 1;
    memcpy(value, &bits, sizeof bits);
}

void loopc_turn_values(void *values, size_t bytes, size_t width, bool order, bool nans)
{
    unsigned char *const p = values;
    for (size_t at = 0; at + width <= bytes; at += width) {
        if (nans && width == sizeof(uint32_t)) turn_nan32(p + at);
        if (nans && width == sizeof(uint64_t)) turn_nan64(p + at);
        if (order) turn(p + at, width);
    }
}

void loopc_file_values(void *values, size_t bytes, size_t width, bool reals)
{
    if (!LOOPC_AS_IN_FILES) {
        loopc_turn_values(values, bytes, width, LOOPC_BIG_ENDIAN, LOOPC_OTHER_NANS && reals);
    }
}
