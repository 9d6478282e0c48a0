/* Values as files have them: little-endian, and with the NaNs of IEEE 754-2008, whose highest bit
 * of the fraction is 1 in a quiet one. (On MIPS before release 6 it is 0 there.) */
#ifndef LOOPC_BYTE_ORDER_H
#define LOOPC_BYTE_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOOPC_BIG_ENDIAN (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
#if defined __mips__ && !defined __mips_nan2008
#define LOOPC_OTHER_NANS 1
#else
#define LOOPC_OTHER_NANS 0
#endif

/* Whether values in memory are as in a file. */
#define LOOPC_AS_IN_FILES (!LOOPC_BIG_ENDIAN && !LOOPC_OTHER_NANS)

/* Turns values in memory into those of a file, in place, and back: `bytes` bytes of values of
 * `width` bytes each, 1, 2, 4 or 8; reals: f32 or f64. */
void loopc_file_values(void *values, size_t bytes, size_t width, bool reals);

/* The same without regard to the machine: whether the order of bytes is turned, and NaNs. */
void loopc_turn_values(void *values, size_t bytes, size_t width, bool order, bool nans);

#endif
