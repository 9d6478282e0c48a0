/* The elementary functions of nets, a vector at a time and a value at a time: exp, log, tanh and
 * the logistic sigmoid.
 *
 * They are our own, so that the bits are the same everywhere: plain arithmetic and fused
 * multiply-adds on each lane for itself. A lane's result depends neither on its place nor on how
 * many lanes there are. Errors in units in the last place of the exact result, at most, over all
 * floats (make soak tries them all):
 *
 *     loopc_vexp  1.25    loopc_vlog  0.85    loopc_vtanh  1.60    loopc_vsigmoid  2.00
 *
 * Each brings its argument to a small interval and takes a polynomial there, fitted so that its
 * largest relative error is least (Remez, with coefficients that are floats).
 */
#ifndef LOOPC_ELEMENTARY_H
#define LOOPC_ELEMENTARY_H

#include "nn/vector.h"
#include <math.h>

/* In lanes that will not be taken bits may be anything: sums of them are unsigned, and wrap. */
typedef uint32_t loopc_uvec __attribute__((vector_size(LOOPC_LANES * 4), may_alias));

/* c[0] + x (c[1] + x (c[2] + ...)), the constants all the same in every lane */
LOOPC_INLINE loopc_vec loopc_polynomial(loopc_vec x, const float *c, int count)
{
    loopc_vec sum = loopc_broadcast(c[count - 1]);
    LOOPC_UNROLL(16)
    for (int i = count - 2; i >= 0; i--)
        sum = loopc_fma_term(sum, x, loopc_broadcast(c[i]));
    return sum;
}

/* 2^n for -126 <= n <= 127 */
LOOPC_INLINE loopc_vec loopc_power_of_2(loopc_ivec n)
{
    return (loopc_vec)((n + 127) << 23);
}

/* (2^f - 1) / f for |f| <= 1/2: a polynomial of degree 5 in pairs that are ready at the same
 * time. */
LOOPC_INLINE loopc_vec loopc_power_slope(loopc_vec f)
{
    static const float c[] = {0x1.62e432p-1f, 0x1.ebfbe6p-3f,  0x1.c6ada8p-5f,
                              0x1.3b2162p-7f, 0x1.5fc9d8p-10f, 0x1.4c92a2p-13f};
    const loopc_vec square = f * f, low = loopc_polynomial(f, c, 2);
    const loopc_vec middle = loopc_polynomial(f, c + 2, 2), high = loopc_polynomial(f, c + 4, 2);
    return loopc_fma_term(square, loopc_fma_term(square, high, middle), low);
}

/* The integer n nearest to x / log 2 is found by adding 3 * 2^22, which leaves no place for a
 * fraction: n is then in the low bits of the sum. */
#define LOOPC_ROUND       0x1.8p23f
#define LOOPC_1_LOG2      0x1.715476p0f  /* 1 / log 2 */
#define LOOPC_1_LOG2_REST 0x1.4ae0cp-26f /* the rest of 1 / log 2 */

/* e to the power of x; infinity from about 88.73 on, 0 below about -103.98.
 * e^x = 2^n 2^f, n an integer; 2^n in two steps, because neither it nor the result may be
 * normal. */
LOOPC_INLINE loopc_vec loopc_vexp(loopc_vec x)
{
    x = loopc_max(loopc_min(x, loopc_broadcast(89.0f)), loopc_broadcast(-104.0f));
    const loopc_vec round = loopc_broadcast(LOOPC_ROUND);
    const loopc_vec shifted = loopc_fma_term(x, loopc_broadcast(LOOPC_1_LOG2), round);
    const loopc_ivec n = (loopc_ivec)((loopc_uvec)shifted - (loopc_uvec)round), half = n >> 1;
    loopc_vec f = loopc_fma_term(x, loopc_broadcast(LOOPC_1_LOG2), round - shifted);
    f = loopc_fma_term(x, loopc_broadcast(LOOPC_1_LOG2_REST), f);
    const loopc_vec power = loopc_fma_term(f, loopc_power_slope(f), loopc_broadcast(1.0f));
    return power * loopc_power_of_2(half) * loopc_power_of_2(n - half);
}

/* The natural logarithm of x; -infinity for 0, NaN below it. x = 2^n (1 + f) with 1 + f between
 * sqrt(1/2) and sqrt(2). */
LOOPC_INLINE loopc_vec loopc_vlog(loopc_vec x)
{
    static const float c[] = {0x1.555548p-2f,  -0x1.000006p-2f, 0x1.99a4b4p-3f,
                              -0x1.555c52p-3f, 0x1.233774p-3f,  -0x1.fc2180p-4f,
                              0x1.e6ef22p-4f,  -0x1.de3ed2p-4f, 0x1.145df6p-4f};
    const loopc_vec zero = {0}, infinite = loopc_broadcast(INFINITY);
    const loopc_ivec small = x < 0x1p-126f;
    const loopc_ivec bits = (loopc_ivec)loopc_select(small, x * 0x1p23f, x);
    const loopc_ivec above = (loopc_ivec)((loopc_uvec)bits - 0x3f3504f3u); /* sqrt(1/2) */
    const loopc_vec f = (loopc_vec)((above & 0x007fffff) + 0x3f3504f3) - 1.0f;
    const loopc_ivec n = (above >> 23) - (small & 23);
    const loopc_vec round = loopc_broadcast(0x1.8p23f);
    const loopc_vec exponent = (loopc_vec)(n + (loopc_ivec)round) - round;
    loopc_vec sum = loopc_polynomial(f, c, 9) * f;
    sum = loopc_fma_term(f * f, sum - 0.5f, exponent * 0x1.7f7d1cp-20f);
    sum = loopc_fma_term(exponent, loopc_broadcast(0x1.62e4p-1f), f + sum);
    sum = loopc_select(x == zero, -infinite, sum);
    sum = loopc_select(x < zero, loopc_broadcast(NAN), sum);
    return loopc_select(x < infinite, sum, x); /* infinity and NaN stay */
}

/* x + x^3 p(x^2), tanh x near 0 */
LOOPC_INLINE loopc_vec loopc_tanh_near(loopc_vec x, loopc_vec size)
{
    static const float c[] = {-0x1.555504p-2f, 0x1.11017ap-3f,  -0x1.b81626p-5f,
                              0x1.567e7ep-6f,  -0x1.c19618p-8f, 0x1.55d62ap-10f};
    const loopc_vec square = x * x;
    const loopc_vec sum = loopc_fma_term(loopc_polynomial(square, c, 6), square * size, size);
    return loopc_copysign(sum, x);
}

/* +-(1 - 2 / (e^2|x| + 1)), which forgives the errors of the exponential: a polynomial of degree 5
 * is enough for it, put together so that all of it is ready at the same time. */
LOOPC_INLINE loopc_vec loopc_tanh_far(loopc_vec x, loopc_vec size)
{
    static const float c[] = {0x1.000002p0f,  0x1.62e438p-1f, 0x1.ebf80ap-3f,
                              0x1.c6a2c2p-5f, 0x1.3d5c46p-7f, 0x1.659974p-10f};
    const loopc_vec one = loopc_broadcast(1.0f), round = loopc_broadcast(LOOPC_ROUND);
    const loopc_vec shifted = loopc_fma_term(size, loopc_broadcast(2 * LOOPC_1_LOG2), round);
    const loopc_vec f = loopc_fma_term(size, loopc_broadcast(2 * LOOPC_1_LOG2), round - shifted);
    const loopc_vec scale = (loopc_vec)(((loopc_uvec)shifted << 23) + (loopc_uvec)one);
    const loopc_vec low = loopc_fma_term(loopc_polynomial(f, c, 2), scale, one);
    const loopc_vec middle = loopc_polynomial(f, c + 2, 2);
    const loopc_vec high = loopc_fma_term(f * f, loopc_polynomial(f, c + 4, 2), middle);
    const loopc_vec divisor = loopc_fma_term(f * f * scale, high, low);
    return loopc_copysign(one, x) - loopc_copysign(loopc_broadcast(2.0f), x) / divisor;
}

/* The hyperbolic tangent of x: near 0, far from it, and +-1 where nothing else is left. All three
 * are calculated, each for all lanes and with its sign, and the right one is taken at the end,
 * where it holds up nothing; a single lane takes its own way. */
LOOPC_INLINE loopc_vec loopc_vtanh(loopc_vec x)
{
    const loopc_vec size = loopc_abs(x), limit = loopc_copysign(loopc_broadcast(1.0f), x);
#if LOOPC_LANES == 1
    if (size[0] < 0.9f) return loopc_tanh_near(x, size);
    return size[0] > 9.1f ? limit : loopc_tanh_far(x, size);
#else
    const loopc_vec near = loopc_tanh_near(x, size), far = loopc_tanh_far(x, size);
    return loopc_select(size < 0.9f, near, loopc_select(size > 9.1f, limit, far));
#endif
}

/* times / (1 + e^-x) = times 2^n / (2^-f + 2^n) with e^x = 2^n 2^f. The smaller of 1 and 2^n is
 * added first, to 2^-f - 1, where it loses least; 2^n is in two halves as above. rest_of_x is
 * what x lacks of its exact value, or NULL. */
LOOPC_INLINE loopc_vec loopc_vlogistic(loopc_vec x, const loopc_vec *rest_of_x, loopc_vec times)
{
    x = loopc_max(loopc_min(x, loopc_broadcast(30.0f)), loopc_broadcast(-115.0f));
    const loopc_vec one = loopc_broadcast(1.0f), round = loopc_broadcast(LOOPC_ROUND);
    const loopc_vec shifted = loopc_fma_term(x, loopc_broadcast(LOOPC_1_LOG2), round);
    const loopc_ivec n = (loopc_ivec)((loopc_uvec)shifted - (loopc_uvec)round), half = n >> 1;
    loopc_vec f = loopc_fma_term(x, loopc_broadcast(-LOOPC_1_LOG2), shifted - round);
    f = loopc_fma_term(x, loopc_broadcast(-LOOPC_1_LOG2_REST), f);
    if (rest_of_x) f = loopc_fma_term(*rest_of_x, loopc_broadcast(-LOOPC_1_LOG2), f);
    const loopc_vec scale = loopc_power_of_2(half), rest = loopc_power_of_2(n - half);
    const loopc_vec power = scale * rest;
    const loopc_vec sum = loopc_fma_term(f, loopc_power_slope(f), loopc_min(one, power));
    return scale * (times * rest / (sum + loopc_max(one, power)));
}

LOOPC_INLINE loopc_vec loopc_vsigmoid(loopc_vec x)
{
    return loopc_vlogistic(x, NULL, loopc_broadcast(1.0f));
}

#endif
