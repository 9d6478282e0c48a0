/* Vectors of floats, in plain C with the vector extension that gcc and clang share.
 *
 * +, -, *, / and comparisons work on a loopc_vec lane by lane. How many lanes it has is up to the
 * processor that is compiled for (LOOPC_LANES: 4, 8 or 16), and no result may depend on it. What
 * the compilers have no operator for is below: the fused multiply-add that all sums are made of,
 * square root, choice, smaller and larger.
 *
 * Loads and stores are of LOOPC_LANES floats at an address that is a multiple of their size; arrays
 * that are LOOPC_ALIGNED start at one.
 *
 * For speed compile with -fno-math-errno (else square roots are taken lane by lane), for the same
 * bits everywhere with -ffp-contract=off (else the compiler fuses operations by itself).
 */
#ifndef LOOPC_VECTOR_H
#define LOOPC_VECTOR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Inline functions are cut to size where they are called: their sizes are constants there. Without
 * an optimizer, or with checks at every access, that would only be a lot of code: there they stay
 * functions. */
#if defined __has_feature
#if __has_feature(address_sanitizer)
#define LOOPC_CHECKED
#endif
#elif defined __SANITIZE_ADDRESS__
#define LOOPC_CHECKED
#endif
#if defined LOOPC_CHECKED || !defined __OPTIMIZE__
#define LOOPC_CUT       unused
#define LOOPC_WRITE_OUT 0
#else
#define LOOPC_CUT       always_inline, unused
#define LOOPC_WRITE_OUT 1
#endif

/* Where nothing is wider than 4 or 8 (narrow.h), this says so before it includes this: what is done
 * to shorter vectors is over sooner. */
#ifndef LOOPC_MOST_LANES
#define LOOPC_MOST_LANES 16
#endif

/* A float that is kept with more bits than it has would make other results. */
#ifdef __FLT_EVAL_METHOD_C99__
#define LOOPC_PRECISION __FLT_EVAL_METHOD_C99__
#else
#define LOOPC_PRECISION __FLT_EVAL_METHOD__
#endif
#if LOOPC_PRECISION != 0
#error "floats are kept with excess precision: i386 needs -msse2 -mfpmath=sse, s390x -std=gnu11"
#endif

/* Before a loop that ends after `most` rounds at the latest, and is to be written out; and before
 * one that is not, because it needs all registers. Elsewhere than where sizes are constants this
 * can fail; clang need not warn of that. */
#define LOOPC_PRAGMA(words) _Pragma(#words)
#if !defined __clang__
#define LOOPC_UNROLL(most) LOOPC_PRAGMA(GCC unroll most)
#define LOOPC_KEEP_LOOP    LOOPC_PRAGMA(GCC unroll 1)
#elif !LOOPC_WRITE_OUT
#define LOOPC_UNROLL(most)
#define LOOPC_KEEP_LOOP
#else
#define LOOPC_UNROLL(most) LOOPC_PRAGMA(clang loop unroll(full))
#define LOOPC_KEEP_LOOP    LOOPC_PRAGMA(clang loop unroll(disable))
#pragma clang diagnostic ignored "-Wpass-failed"
#endif

#if defined LOOPC_DEVICE
#define LOOPC_LANES 1
#elif defined __AVX512F__ && LOOPC_MOST_LANES >= 16
#define LOOPC_LANES 16
#elif defined __AVX__ && LOOPC_MOST_LANES >= 8
#define LOOPC_LANES 8
#else
#define LOOPC_LANES 4
#endif

/* Both compilers split long vectors for some processors that have them, unless told not to. */
#if LOOPC_LANES == 16 && defined __clang__
#define LOOPC_VECTOR_INLINE inline __attribute__((LOOPC_CUT, __min_vector_width__(512)))
#else
#define LOOPC_VECTOR_INLINE inline __attribute__((LOOPC_CUT))
#endif
#define LOOPC_INLINE static LOOPC_VECTOR_INLINE
#if LOOPC_LANES == 16 && !defined __clang__
#pragma GCC target("prefer-vector-width=512")
#endif

/* Whether the processor has a fused multiply-add; elsewhere it is put together from doubles. */
#if defined __FMA__ || defined __ARM_FEATURE_FMA || defined __FP_FAST_FMAF
#define LOOPC_HAS_FMA 1
#else
#define LOOPC_HAS_FMA 0
#endif

/* Devices without floats: their multiply-adds are whole numbers (device/soft.h). WebAssembly has
 * doubles to put them together from. */
#if defined LOOPC_DEVICE && !LOOPC_HAS_FMA && !defined __wasm__
#define LOOPC_SOFT 1
#else
#define LOOPC_SOFT 0
#endif

/* For long formulas that are used in many places: where floats are calls, each one is long. */
#if LOOPC_SOFT
#define LOOPC_ONCE static __attribute__((noinline, unused))
#else
#define LOOPC_ONCE LOOPC_INLINE
#endif

typedef float loopc_vec __attribute__((vector_size(LOOPC_LANES * 4), may_alias));
typedef int32_t loopc_ivec __attribute__((vector_size(LOOPC_LANES * 4), may_alias));

/* Elements of two vectors of one type as a third one, by constant indices; `places` is a vector of
 * as many int32_t. gcc before 12 has it as its own builtin only. */
#if defined __clang__ || __GNUC__ >= 12
#define LOOPC_SHUFFLE(places, a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define LOOPC_SHUFFLE(places, a, b, ...) __builtin_shuffle(a, b, (places){__VA_ARGS__})
#endif

/* Hides the origin of a pointer from the compiler. Where a function uses the same addresses
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
LOOPC_INLINE loopc_vec loopc_broadcast(float x)
{
    return x - (loopc_vec){0};
}

/* a * b + c with one rounding, on any machine. The product of two floats is exact in a double; the
 * sum is rounded to odd by its own error (Knuth's two-sum), so that rounding it again, to a float,
 * gives the result of a single rounding. (Boldo and Melquiond, "Emulation of a FMA and correctly
 * rounded sums: proved algorithms using rounding to odd", 2008.) */
__attribute__((unused)) static inline float loopc_fma_emulated(float a, float b, float c)
{
    const double product = (double)a * (double)b, sum = product + (double)c;
    const double part = sum - product;
    const double error = (product - (sum - part)) + ((double)c - part);
    int64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    if ((error < 0.0 || error > 0.0) && bits % 2 == 0) {
        bits += (error > 0.0) == (sum > 0.0) ? 1 : -1;
    }
    double odd;
    memcpy(&odd, &bits, sizeof odd);
    return (float)odd;
}

/* The same for one value, as the processor does it best. */
LOOPC_INLINE float loopc_fma1(float a, float b, float c)
{
#if LOOPC_HAS_FMA || LOOPC_SOFT /* that of device/fma.c */
    return __builtin_fmaf(a, b, c);
#else
    return loopc_fma_emulated(a, b, c);
#endif
}

/* The loops over lanes below become one instruction each with gcc, which takes it a thousand steps;
 * clang makes it of expressions. */

/* a * b + c with one rounding */
LOOPC_INLINE loopc_vec loopc_fma(loopc_vec a, loopc_vec b, loopc_vec c)
{
#if LOOPC_HAS_FMA && defined __clang__
#pragma clang fp contract(on)
    return a * b + c;
#elif defined __FMA__ && LOOPC_LANES == 16
    return __builtin_ia32_vfmaddps512_mask(a, b, c, -1, 4); /* 4: rounds as always */
#elif defined __FMA__ && LOOPC_LANES == 8
    return __builtin_ia32_vfmaddps256(a, b, c);
#elif defined __FMA__
    return __builtin_ia32_vfmaddps(a, b, c);
#else
    for (int i = 0; i < LOOPC_LANES; i++)
        c[i] = loopc_fma1(a[i], b[i], c[i]);
    return c;
#endif
}

/* The same in the long formulas of elementary functions: a call where it takes many instructions,
 * which each program would hold dozens of times. */
#if LOOPC_HAS_FMA || defined LOOPC_DEVICE
LOOPC_INLINE
#else
__attribute__((noinline, unused)) static
#endif
loopc_vec loopc_fma_term(loopc_vec a, loopc_vec b, loopc_vec c)
{
    return loopc_fma(a, b, c);
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
#if defined __clang__
    return (loopc_vec)(((loopc_ivec)yes & mask) | ((loopc_ivec)no & ~mask));
#else
    for (int i = 0; i < LOOPC_LANES; i++)
        no[i] = mask[i] ? yes[i] : no[i];
    return no;
#endif
}

/* b where it is less than a, else a: a NaN in a stays, one in b is not taken. That is the
 * instruction of x86, which gcc does not make of a comparison with a constant. */
LOOPC_INLINE loopc_vec loopc_min(loopc_vec a, loopc_vec b)
{
#if defined __clang__ || !defined __SSE__ || LOOPC_LANES < 4
    return loopc_select(b < a, b, a);
#elif LOOPC_LANES == 16
    return __builtin_ia32_minps512_mask(b, a, b, -1, 4);
#elif LOOPC_LANES == 8
    return __builtin_ia32_minps256(b, a);
#else
    return __builtin_ia32_minps(b, a);
#endif
}

/* b where it is greater than a, else a */
LOOPC_INLINE loopc_vec loopc_max(loopc_vec a, loopc_vec b)
{
#if defined __clang__ || !defined __SSE__ || LOOPC_LANES < 4
    return loopc_select(b > a, b, a);
#elif LOOPC_LANES == 16
    return __builtin_ia32_maxps512_mask(b, a, b, -1, 4);
#elif LOOPC_LANES == 8
    return __builtin_ia32_maxps256(b, a);
#else
    return __builtin_ia32_maxps(b, a);
#endif
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
