/* The activation functions of curve.h and their derivatives, a vector at a time. */
#ifndef LOOPC_CURVES_H
#define LOOPC_CURVES_H

#include "nn/curve.h"
#include "nn/elementary.h"

/* A function and its derivative at one place. */
struct loopc_curve_point {
    loopc_vec value, slope;
};

/* e to the power of x, less 1, for x <= 0: 2^n (e^r - 1) + (2^n - 1) with x = n log 2 + r and the
 * Taylor series of e^r, which loses nothing near 0. */
LOOPC_INLINE loopc_vec loopc_vexpm1(loopc_vec x)
{
    static const float c[] = {0x1p-1f,        0x1.555556p-3f,  0x1.555556p-5f,
                              0x1.111112p-7f, 0x1.6c16c2p-10f, 0x1.a01a02p-13f};
    x = loopc_max(x, loopc_broadcast(-30.0f));
    const loopc_vec round = loopc_broadcast(LOOPC_ROUND);
    const loopc_vec shifted = loopc_fma_term(x, loopc_broadcast(LOOPC_1_LOG2), round);
    const loopc_ivec n = (loopc_ivec)((loopc_uvec)shifted - (loopc_uvec)round);
    loopc_vec r = loopc_fma_term(round - shifted, loopc_broadcast(0x1.62e4p-1f), x);
    r = loopc_fma_term(round - shifted, loopc_broadcast(0x1.7f7d1cp-20f), r);
    const loopc_vec power = loopc_fma_term(r * r, loopc_polynomial(r, c, 6), r);
    const loopc_vec scale = loopc_power_of_2(n);
    return loopc_fma_term(scale, power, scale - 1.0f);
}

/* log(1 + x) for 0 <= x <= 1: the logarithm of the rounded sum, and what the rounding lost. */
LOOPC_INLINE loopc_vec loopc_vlog1p(loopc_vec x)
{
    const loopc_vec sum = x + 1.0f;
    return loopc_vlog(sum) + (x - (sum - 1.0f)) / sum;
}

/* Two floats whose sum is a value, times two powers of 2, which together may be too small for
 * one. */
struct loopc_bell {
    loopc_vec power, rest, scale, more;
};

/* exp(-y^2 / 2). The square has more digits than a float; what is missing goes to the fraction. */
LOOPC_INLINE struct loopc_bell loopc_vbell(loopc_vec y)
{
    const loopc_vec square = y * y, missing = loopc_fma_term(y, y, -square);
    const loopc_vec round = loopc_broadcast(LOOPC_ROUND), unit = loopc_broadcast(-LOOPC_1_LOG2 / 2);
    const loopc_vec one = loopc_broadcast(1.0f), shifted = loopc_fma_term(square, unit, round);
    const loopc_ivec n = (loopc_ivec)((loopc_uvec)shifted - (loopc_uvec)round), half = n >> 1;
    loopc_vec f = loopc_fma_term(square, unit, round - shifted);
    f += loopc_fma_term(square, loopc_broadcast(-LOOPC_1_LOG2_REST / 2), missing * unit);
    const loopc_vec slope = loopc_power_slope(f), power = loopc_fma_term(f, slope, one);
    return (struct loopc_bell){power, loopc_fma_term(f, slope, one - power), loopc_power_of_2(half),
                               loopc_power_of_2(n - half)};
}

/* y P(-y) for y from 0.9 to 14.6: the bell times a polynomial in (y - 3) / (y + 3), both with what
 * their last rounding lost. */
LOOPC_INLINE loopc_vec loopc_tail(loopc_vec y, struct loopc_bell bell)
{
    static const float c[] = {0x1.754a76p-2f, 0x1.c20d2ep-4f,   -0x1.1e04a6p-3f,
                              0x1.76480ep-4f, -0x1.d8d4c0p-6f,  -0x1.c8c1bcp-10f,
                              0x1.0453b2p-8f, -0x1.fb5958p-16f, -0x1.256f8ep-11f};
    const loopc_vec t = (y - 3.0f) / (y + 3.0f), slope = loopc_polynomial(t, c + 1, 8);
    const loopc_vec ratio = loopc_fma_term(t, slope, loopc_broadcast(c[0]));
    const loopc_vec rest = loopc_fma_term(t, slope, c[0] - ratio);
    const loopc_vec product = bell.power * ratio;
    loopc_vec lost = loopc_fma_term(bell.power, ratio, -product);
    lost += loopc_fma_term(bell.rest, ratio, bell.power * rest);
    return (product + lost) * bell.scale * bell.more;
}

/* P(x) for |x| < 0.9, by its Taylor series. */
LOOPC_INLINE loopc_vec loopc_normal_near(loopc_vec x, loopc_vec square)
{
    static const float c[] = {0x1.988454p-2f,  -0x1.105838p-4f,  0x1.46d042p-7f,  -0x1.374040p-10f,
                              0x1.e42b0ep-14f, -0x1.3ce8fap-17f, 0x1.658a22p-21f, -0x1.62226ap-25f};
    return loopc_fma_term(x, loopc_polynomial(square, c, 8), loopc_broadcast(0.5f));
}

/* x P(x): near 0 as it is written; else from the tail t = y P(-y), y = |x|: x - t or -t. */
LOOPC_INLINE struct loopc_curve_point loopc_gelu(loopc_vec x)
{
    const loopc_vec y = loopc_min(loopc_abs(x), loopc_broadcast(14.6f));
    const struct loopc_bell bell = loopc_vbell(y);
    const loopc_vec tail = loopc_tail(y, bell), near = loopc_normal_near(x, y * y);
    const loopc_ivec is_near = y < 0.9f;
    const loopc_ivec is_right = x > 0.0f;
    const loopc_vec density =
        bell.power * bell.scale * bell.more * 0x1.988454p-2f; /* 1 / sqrt(2 pi) */
    loopc_vec share = tail / y;
    share = loopc_select(is_near, near, loopc_select(is_right, 1.0f - share, share));
    loopc_vec value = loopc_select(is_right, x - tail, -tail);
    value = loopc_select(is_near, x * near, value);
    value = loopc_select(y >= 14.6f, loopc_select(is_right, x, (loopc_vec){0}), value);
    return (struct loopc_curve_point){value, loopc_fma_term(loopc_copysign(y, x), density, share)};
}

/* x s(v), 0 where not even the smallest float is left; `rest` as for the logistic function. */
LOOPC_INLINE loopc_vec loopc_gated(loopc_vec x, loopc_vec v, const loopc_vec *rest)
{
    return loopc_vlogistic(v, rest, loopc_select(v < -115.0f, (loopc_vec){0}, x));
}

/* x s(v), v = 2 sqrt(2 / pi) (x + 0.044715 x^3) in two floats, since its error is multiplied by v
 * in the exponential. */
LOOPC_INLINE struct loopc_curve_point loopc_gelu_tanh(loopc_vec x)
{
    const loopc_vec one = loopc_broadcast(1.0f), cubic = loopc_broadcast(0x1.2444f2p-4f);
    const loopc_vec linear = loopc_broadcast(0x1.988454p0f);
    const loopc_vec near = loopc_max(loopc_min(x, loopc_broadcast(14.0f)), loopc_broadcast(-14.0f));
    const loopc_vec square = near * near, square_rest = loopc_fma_term(near, near, -square);
    const loopc_vec bent = cubic * square, factor = linear + bent;
    const loopc_vec part = factor - linear;
    const loopc_vec lost = (linear - (factor - part)) + (bent - part);
    loopc_vec rest =
        loopc_fma_term(cubic, square, -bent) + loopc_fma_term(cubic, square_rest, lost);
    rest +=
        loopc_fma_term(square, loopc_broadcast(0x1.49b16ap-29f), loopc_broadcast(-0x1.857936p-25f));
    const loopc_vec v = near * factor;
    const loopc_vec v_rest = loopc_fma_term(near, factor, -v) + near * rest;
    const loopc_vec s = loopc_vsigmoid(v);
    const loopc_vec slope_of_v = loopc_fma_term(cubic * 3.0f, square, linear);
    const loopc_vec slope = loopc_fma_term(near * slope_of_v, s * (one - s), s);
    return (struct loopc_curve_point){loopc_gated(x, v, &v_rest), slope};
}

LOOPC_INLINE struct loopc_curve_point loopc_silu(loopc_vec x)
{
    const loopc_vec s = loopc_vsigmoid(x), a = loopc_gated(x, x, NULL);
    return (struct loopc_curve_point){a, loopc_fma_term(a, 1.0f - s, s)};
}

/* With e = exp(x) tanh(log(1 + e)) is t = e (e + 2) / (e (e + 2) + 2), whose derivative by x is
 * 4 e (1 + e) / (e (e + 2) + 2)^2. */
LOOPC_INLINE struct loopc_curve_point loopc_mish(loopc_vec x)
{
    const loopc_vec e = loopc_vexp(loopc_min(x, loopc_broadcast(20.0f)));
    const loopc_vec n = e * (e + 2.0f), below = n + 2.0f, t = n / below;
    const loopc_vec grows = e * (e + 1.0f) / below * (4.0f / below);
    const loopc_ivec far = x > 20.0f;
    const loopc_vec left = loopc_select(x < -20.0f, loopc_gated(x, x, NULL), x * t);
    const loopc_vec value = loopc_select(far, x, left);
    return (struct loopc_curve_point){
        value, loopc_select(far, loopc_broadcast(1.0f), loopc_fma_term(x, grows, t))};
}

LOOPC_INLINE struct loopc_curve_point loopc_softplus(loopc_vec x)
{
    const loopc_vec zero = {0};
    const loopc_vec rest = loopc_vlog1p(loopc_vexp(-loopc_abs(x)));
    return (struct loopc_curve_point){loopc_select(x < zero, zero, x) + rest, loopc_vsigmoid(x)};
}

/* scale (x where x > 0, else alpha (exp(x) - 1)) */
LOOPC_INLINE struct loopc_curve_point loopc_elu(loopc_vec x, float scale, float alpha)
{
    const loopc_vec zero = {0};
    const loopc_ivec right = x > zero;
    const loopc_vec less = loopc_vexpm1(loopc_select(right, zero, x)) * (scale * alpha);
    return (struct loopc_curve_point){
        loopc_select(right, x * scale, less),
        loopc_select(right, loopc_broadcast(scale), less + scale * alpha)};
}

/* Functions of straight pieces: `left` below the kink at 0. */
LOOPC_INLINE struct loopc_curve_point loopc_leaky(loopc_vec x, float left)
{
    const loopc_vec zero = {0}, slope = loopc_broadcast(left), one = loopc_broadcast(1.0f);
    loopc_vec falls = zero;
    if (left > 0.0f) falls = x * slope;
    return (struct loopc_curve_point){loopc_select(x <= zero, falls, x),
                                      loopc_select(x > zero, one, slope)};
}

LOOPC_INLINE struct loopc_curve_point loopc_hard(loopc_vec x, enum loopc_curve curve)
{
    const loopc_vec zero = {0}, one = zero + 1.0f;
    const float reach = curve == LOOPC_CURVE_HARD_TANH ? 1.0f : 3.0f;
    const loopc_ivec inside = (x > -reach) & (x < reach);
    if (curve == LOOPC_CURVE_HARD_TANH)
        return (struct loopc_curve_point){loopc_min(loopc_max(x, -one), one),
                                          loopc_select(inside, one, zero)};
    const loopc_vec ramp = loopc_min(loopc_max(x + 3.0f, zero), zero + 6.0f) / 6.0f;
    if (curve == LOOPC_CURVE_HARD_SIGMOID)
        return (struct loopc_curve_point){ramp, loopc_select(inside, one / 6.0f, zero)};
    const loopc_vec slope = loopc_fma_term(x, one / 3.0f, zero + 0.5f);
    return (struct loopc_curve_point){
        x * ramp, loopc_select(x < -3.0f, zero, loopc_select(x > 3.0f, one, slope))};
}

/* The function, which is a constant where this is called. */
LOOPC_INLINE struct loopc_curve_point loopc_curve_at(loopc_vec x, enum loopc_curve curve)
{
    const loopc_vec one = loopc_broadcast(1.0f);
    if (curve == LOOPC_CURVE_RELU) return loopc_leaky(x, 0.0f);
    if (curve == LOOPC_CURVE_LEAKY_RELU) return loopc_leaky(x, 0.01f);
    if (curve == LOOPC_CURVE_ELU) return loopc_elu(x, 1.0f, 1.0f);
    if (curve == LOOPC_CURVE_SELU) return loopc_elu(x, 0x1.0cfabep0f, 0x1.ac5afap0f);
    if (curve == LOOPC_CURVE_GELU) return loopc_gelu(x);
    if (curve == LOOPC_CURVE_GELU_TANH) return loopc_gelu_tanh(x);
    if (curve == LOOPC_CURVE_SILU) return loopc_silu(x);
    if (curve == LOOPC_CURVE_MISH) return loopc_mish(x);
    if (curve == LOOPC_CURVE_SOFTPLUS) return loopc_softplus(x);
    if (curve == LOOPC_CURVE_SOFTSIGN) {
        const loopc_vec size = loopc_min(loopc_abs(x), loopc_broadcast(0x1p100f));
        const loopc_vec below = size + 1.0f, share = one / below;
        return (struct loopc_curve_point){loopc_copysign(size / below, x), share * share};
    }
    if (curve >= LOOPC_CURVE_HARD_TANH && curve <= LOOPC_CURVE_HARD_SWISH)
        return loopc_hard(x, curve);
    if (curve == LOOPC_CURVE_IDENTITY) return (struct loopc_curve_point){x, one};
    const loopc_vec a = curve == LOOPC_CURVE_TANH ? loopc_vtanh(x) : loopc_vsigmoid(x);
    if (curve == LOOPC_CURVE_TANH) return (struct loopc_curve_point){a, loopc_fma_term(-a, a, one)};
    return (struct loopc_curve_point){a, a * (one - a)};
}

#endif
