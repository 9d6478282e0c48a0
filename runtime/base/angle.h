/* Sine and cosine of simulations, the same bits with every C library.
 *
 * The argument is brought to -pi/4 .. pi/4 by subtracting n pi/2, in three parts of which the first
 * two have few bits (Cody and Waite, "Software manual for the elementary functions", 1980); there
 * the polynomials of the Cephes library (Moshier, sinf.c) approximate. The error is below 2e-7 for
 * |x| < 1000. Neither has a branch, so a loop over several arguments becomes code of vectors.
 */
#ifndef LOOPC_ANGLE_H
#define LOOPC_ANGLE_H

#include <stdint.h>
#include <string.h>

#define LOOPC_PI 3.14159265358979f

static inline uint32_t loopc_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float loopc_from_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* sin(x + quarters * pi/2). The value is chosen by masks: compilers keep a choice of floats as a
 * branch, as additions might trap. */
static inline float loopc_turned_sine(float x, int32_t quarters)
{
    const float magic = 0x1.8p23f; /* leaves no place for a fraction */
    const float n = (x * 0.636619772f + magic) - magic;
    const float r = ((x - n * 1.5703125f) - n * 4.837512969970703125e-4f) - n * 7.549789954e-8f;
    const float z = r * r;
    const float sine = ((-1.9515295891e-4f * z + 8.3321608736e-3f) * z - 1.6666654611e-1f) * z * r;
    const float cosine =
        ((2.443315711809948e-5f * z - 1.388731625493765e-3f) * z + 4.166664568298827e-2f) * z * z;
    const int32_t quarter = (int32_t)n + quarters;
    const uint32_t odd = 0U - (uint32_t)(quarter & 1);
    const uint32_t chosen =
        (loopc_bits(cosine - 0.5f * z + 1) & odd) | (loopc_bits(sine + r) & ~odd);
    return loopc_from_bits(chosen ^ (uint32_t)(quarter & 2) << 30);
}

static inline float loopc_sine(float x)
{
    return loopc_turned_sine(x, 0);
}

static inline float loopc_cosine(float x)
{
    return loopc_turned_sine(x, 1);
}

#endif
