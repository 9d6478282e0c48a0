/* Vectors of floats, in plain C with the vector extension that gcc and clang share.
 *
 * loopc_vec is a vector type: +, -, *, / work on it lane by lane. How many lanes it has is up to the machine that is compiled for (LOOPC_LANES: 4, 8 or 16); no
 * result may depend on it. What the compiler has no operator for is below: the fused multiply-add
 * that all sums are made of, square root, comparison and choice, conversion to integers and back.
 *
 * Loads and stores are of LOOPC_LANES floats at an address that is a multiple of their size.
 *
 * Compile with -fno-math-errno (else square roots are taken lane by lane) and -ffp-contract=off
 * (else the compiler fuses what is not written as fused, and bits differ between compilers).
 */
#ifndef LOOPC_VECTOR_H
#define LOOPC_VECTOR_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* gcc tuned for some processors with 512-bit vectors splits them into halves unless told not to. */
#if defined __AVX512F__ && !defined __clang__
#pragma GCC target("prefer-vector-width=512")
#endif

#if defined __AVX512F__
enum { LOOPC_LANES = 16 };
#elif defined __AVX__
enum { LOOPC_LANES = 8 };
#else
enum { LOOPC_LANES = 4 };
#endif

/* What the processor does in one instruction; elsewhere it is put together from doubles. */
#if defined __FMA__ || defined __ARM_FEATURE_FMA || defined __FP_FAST_FMAF
#define LOOPC_HAS_FMA 1
#else
#define LOOPC_HAS_FMA 0
#endif

typedef float loopc_vec __attribute__((vector_size(LOOPC_LANES * 4), may_alias));
typedef int32_t loopc_ivec __attribute__((vector_size(LOOPC_LANES * 4), may_alias));

/* Kernels are cut to size where they are called: their sizes are constants there. Without an
 * optimizer, or with checks at every access, that would only be a lot of code: there they stay
 * functions. (-DLOOPC_PLAIN asks for that.) */
#if defined LOOPC_PLAIN || !defined __OPTIMIZE__ || defined __SANITIZE_ADDRESS__
#define LOOPC_INLINE static inline
#else
#define LOOPC_INLINE static inline __attribute__((always_inline))
#endif

/* Makes the compiler forget what it knows about a pointer. Where a function uses the same addresses
 * before and after a loop that needs all registers, it is cheaper to calculate them again. */
#define LOOPC_FORGET(pointer) __asm__("" : "+r"(pointer))

LOOPC_INLINE loopc_vec loopc_load(const float *p)
{
    return *(const loopc_vec *)p;
}

LOOPC_INLINE void loopc_store(float *p, loopc_vec x)
{
    *(loopc_vec *)p = x;
}

/* All lanes x. (x - 0 is x for every x, -0 and NaN included, and costs nothing.) */
LOOPC_INLINE loopc_vec loopc_splat(float x)
{
    return x - (loopc_vec){0};
}

/* a * b + c with one rounding, on any machine. The product of two floats is exact in a double; the
 * sum is rounded to odd by its own error (Knuth's two-sum), so that rounding it again, to a float,
 * gives what one rounding would have given. (Boldo and Melquiond, "Emulation of a FMA and correctly
 * rounded sums: proved algorithms using rounding to odd", 2008.) */
static inline float loopc_fma_emulated(float a, float b, float c)
{
    const double product = (double)a * (double)b, sum = product + (double)c;
    const double part = sum - product;
    const double error = (product - (sum - part)) + ((double)c - part);
    int64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    if ((error < 0.0 || error > 0.0) && bits % 2 == 0)
        bits += (error > 0.0) == (sum > 0.0) ? 1 : -1;
    double odd;
    memcpy(&odd, &bits, sizeof odd);
    return (float)odd;
}

/* a * b + c with one rounding, lane by lane. gcc makes one instruction of the loop, clang of the
 * expression that it is told it may fuse. */
LOOPC_INLINE loopc_vec loopc_fma(loopc_vec a, loopc_vec b, loopc_vec c)
{
#if LOOPC_HAS_FMA && defined __clang__
#pragma clang fp contract(on)
    return a * b + c;
#else
    loopc_vec sum;
    for (int i = 0; i < LOOPC_LANES; i++)
#if LOOPC_HAS_FMA
        sum[i] = __builtin_fmaf(a[i], b[i], c[i]);
#else
        sum[i] = loopc_fma_emulated(a[i], b[i], c[i]);
#endif
    return sum;
#endif
}

/* The same for one value. */
LOOPC_INLINE float loopc_fma1(float a, float b, float c)
{
#if LOOPC_HAS_FMA
    return __builtin_fmaf(a, b, c);
#else
    return loopc_fma_emulated(a, b, c);
#endif
}

LOOPC_INLINE loopc_vec loopc_sqrt(loopc_vec x)
{
    float lanes[LOOPC_LANES];
    memcpy(lanes, &x, sizeof lanes);
    for (int i = 0; i < LOOPC_LANES; i++)
        lanes[i] = __builtin_sqrtf(lanes[i]);
    memcpy(&x, lanes, sizeof lanes);
    return x;
}

/* yes where the mask (of a comparison: all bits or none of each lane) is set, else no */
LOOPC_INLINE loopc_vec loopc_select(loopc_ivec mask, loopc_vec yes, loopc_vec no)
{
    return (loopc_vec)(((loopc_ivec)yes & mask) | ((loopc_ivec)no & ~mask));
}

LOOPC_INLINE loopc_vec loopc_max(loopc_vec a, loopc_vec b)
{
    return loopc_select(b > a, b, a);
}

LOOPC_INLINE loopc_vec loopc_abs(loopc_vec x)
{
    return (loopc_vec)((loopc_ivec)x & 0x7fffffff);
}

/* x, with the sign of y instead of its own */
LOOPC_INLINE loopc_vec loopc_copysign(loopc_vec x, loopc_vec y)
{
    return (loopc_vec)(((loopc_ivec)x & 0x7fffffff) | ((loopc_ivec)y & ~0x7fffffff));
}

#endif
