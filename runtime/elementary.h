/* The elementary functions of nets, a vector at a time and a value at a time: exp, log, tanh.
 *
 * Own ones, so that the bits are the same everywhere: plain arithmetic and fused multiply-adds on
 * each lane for itself; a lane's result does not depend on its place, nor on how many lanes there
 * are. Errors in units in the last place of the exact result, largest over all floats
 * (tests/elementary.c tries them all):
 *
 *     loopc_exp   0.87   loopc_log   0.84   loopc_tanh   1.45
 *
 * Each brings its argument to a small interval and takes a polynomial there, fitted so that its
 * largest relative error is least (Remez), with coefficients that are floats.
 */
#ifndef LOOPC_ELEMENTARY_H
#define LOOPC_ELEMENTARY_H

#include "vector.h"

/* c[0] + x (c[1] + x (c[2] + ...)), the constants all the same in every lane */
LOOPC_INLINE loopc_vec loopc_polynomial(loopc_vec x, const float *c, int count)
{
    loopc_vec sum = loopc_splat(c[count - 1]);
#pragma GCC unroll 16
    for (int i = count - 2; i >= 0; i--)
        sum = loopc_fma(sum, x, loopc_splat(c[i]));
    return sum;
}

/* 2^n for -126 <= n <= 127 */
LOOPC_INLINE loopc_vec loopc_power_of_2(loopc_ivec n)
{
    return (loopc_vec)((n + 127) << 23);
}

/* e^x = 2^n e^r, n the integer nearest to x / log 2, |r| <= log 2 / 2; p = e^r - 1.
 * Adding 3 * 2^22 rounds to an integer, which then stands in the low bits. log 2 is taken in two
 * parts, the first with so few bits that n times it is exact. */
LOOPC_INLINE loopc_ivec loopc_exp_parts(loopc_vec x, loopc_vec *p)
{
    static const float c[] = {0x1.fffffcp-2f, 0x1.55548ap-3f, 0x1.555916p-5f, 0x1.123fc6p-7f,
                              0x1.6a1a92p-10f};
    const loopc_vec round = loopc_splat(0x1.8p23f);
    const loopc_vec shifted = loopc_fma(x, loopc_splat(0x1.715476p0f), round);
    const loopc_vec n = shifted - round;
    loopc_vec r = loopc_fma(n, loopc_splat(-0x1.62e4p-1f), x);
    r = loopc_fma(n, loopc_splat(-0x1.7f7d1cp-20f), r);
    *p = loopc_fma(r * r, loopc_polynomial(r, c, 5), r);
    return (loopc_ivec)shifted - (loopc_ivec)round;
}

/* e to the power of x; infinity from about 88.73 on, 0 below about -103.98. */
LOOPC_INLINE loopc_vec loopc_exp(loopc_vec x)
{
    const loopc_vec most = loopc_splat(89.0f), least = loopc_splat(-104.0f);
    loopc_vec p;
    x = loopc_select(x > most, most, x);
    x = loopc_select(x < least, least, x);
    const loopc_ivec n = loopc_exp_parts(x, &p), half = n >> 1;
    return (p + 1.0f) * loopc_power_of_2(half) * loopc_power_of_2(n - half);
}

/* The natural logarithm of x; -infinity for 0, NaN below it. x = 2^n (1 + f) with 1 + f between
 * sqrt(1/2) and sqrt(2). */
LOOPC_INLINE loopc_vec loopc_log(loopc_vec x)
{
    static const float c[] = {0x1.555548p-2f,  -0x1.000006p-2f, 0x1.99a4b4p-3f,
                              -0x1.555c52p-3f, 0x1.233774p-3f,  -0x1.fc2180p-4f,
                              0x1.e6ef22p-4f,  -0x1.de3ed2p-4f, 0x1.145df6p-4f};
    const loopc_vec zero = {0}, infinite = loopc_splat(INFINITY);
    const loopc_ivec small = x < 0x1p-126f;
    const loopc_ivec bits = (loopc_ivec)loopc_select(small, x * 0x1p23f, x);
    const loopc_ivec above = bits - 0x3f3504f3; /* sqrt(1/2) */
    const loopc_vec f = (loopc_vec)((above & 0x007fffff) + 0x3f3504f3) - 1.0f;
    const loopc_ivec n = (above >> 23) - (small & 23);
    const loopc_vec round = loopc_splat(0x1.8p23f);
    const loopc_vec exponent = (loopc_vec)(n + (loopc_ivec)round) - round;
    loopc_vec sum = loopc_polynomial(f, c, 9) * f;
    sum = loopc_fma(f * f, sum - 0.5f, exponent * 0x1.7f7d1cp-20f);
    sum = loopc_fma(exponent, loopc_splat(0x1.62e4p-1f), f + sum);
    sum = loopc_select(x == zero, -infinite, sum);
    sum = loopc_select(x < zero, infinite - infinite, sum);
    return loopc_select((x != x) | (x == infinite), x, sum);
}

/* The hyperbolic tangent of x: x + x^3 p(x^2) near 0, else 1 - 2 / (e^2x + 1), which forgives the
 * errors of the exponential. */
LOOPC_INLINE loopc_vec loopc_tanh(loopc_vec x)
{
    static const float c[] = {-0x1.555532p-2f, 0x1.110728p-3f, -0x1.b83c60p-5f, 0x1.5226c2p-6f,
                              -0x1.75e27ap-8f};
    const loopc_vec size = loopc_abs(x), most = loopc_splat(9.1f), square = x * x;
    const loopc_vec near = loopc_fma(loopc_polynomial(square, c, 5), square * size, size);
    loopc_vec p;
    const loopc_vec reach = loopc_select(size > most, most, size);
    const loopc_ivec n = loopc_exp_parts(reach + reach, &p);
    const loopc_vec scale = loopc_power_of_2(n);
    const loopc_vec far = 1.0f - 2.0f / (loopc_fma(p, scale, scale) + 1.0f);
    return loopc_copysign(loopc_select(size < 0.6f, near, far), x);
}

LOOPC_INLINE float loopc_expf(float x)
{
    return loopc_exp(loopc_splat(x))[0];
}

LOOPC_INLINE float loopc_logf(float x)
{
    return loopc_log(loopc_splat(x))[0];
}

LOOPC_INLINE float loopc_tanhf(float x)
{
    return loopc_tanh(loopc_splat(x))[0];
}

#endif
