#include "base/power.h"

#include "base/normal.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The nearest whole number, for |x| < 2^51. */
static double whole(double x)
{
    const double magic = 0x1.8p52; /* leaves no place for a fraction */
    const volatile double sum = x + magic;
    return sum - magic;
}

/* 2^n for -1022 <= n <= 1023. */
static double power_of_two(int n)
{
    const uint64_t bits = (uint64_t)(n + 1023) << 52;
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* x = n log 2 + r with |r| < 0.35; e^r by its series up to r^13 / 13!. log 2 is in two parts, the
 * first of which has 32 bits. */
double loopc_exp(double x)
{
    if (!(x > -746)) return x < 0 ? 0 : x;
    if (x > 710) return INFINITY;
    const double n = whole(x * 1.4426950408889634);
    const double r = (x - n * 0x1.62e42feep-1) - n * 0x1.a39ef35793c76p-33;
    double sum = 1 / 6227020800.0;
    static const double factors[] = {
        1 / 479001600.0, 1 / 39916800.0, 1 / 3628800.0, 1 / 362880.0, 1 / 40320.0, 1 / 5040.0,
        1 / 720.0,       1 / 120.0,      1 / 24.0,      1 / 6.0,      0.5};
    for (unsigned i = 0; i < sizeof factors / sizeof factors[0]; i++)
        sum = sum * r + factors[i];
    sum = 1 + (r + r * r * sum);
    const int half = (int)n / 2;
    return sum * power_of_two(half) * power_of_two((int)n - half);
}

double loopc_ln(double x)
{
    if (x == 0) return -INFINITY;
    if (!(x > 0)) return NAN;
    if (x == INFINITY) return x;
    if (x < DBL_MIN) return loopc_natural_log(x * 0x1p54) - 54 * 0.69314718055994531;
    return loopc_natural_log(x);
}

/* x^n by squares. */
static double raised(double x, int n)
{
    double result = 1;
    for (int rest = n < 0 ? -n : n; rest; rest /= 2) {
        if (rest % 2) result *= x;
        x *= x;
    }
    return n < 0 ? 1 / result : result;
}

double loopc_pow(double x, double y)
{
    if (y >= -64 && y <= 64 && y == whole(y)) return raised(x, (int)y);
    if (x == 0) return y > 0 ? 0 : INFINITY;
    return loopc_exp(y * loopc_ln(x));
}

/* sin(x + quarters pi/2): x = n pi/2 + r, pi/2 in three parts of which the first two have 33 bits
 * (Cody and Waite); for |r| < 0.79 the polynomials of fdlibm (k_sin.c, k_cos.c). */
static double turned_sine(double x, int quarters)
{
    const double n = whole(x * 0.63661977236758134);
    const double r = ((x - n * 0x1.921fb544p+0) - n * 0x1.0b4611a6p-34) - n * 0x1.3198a2e037073p-69;
    const double z = r * r;
    const int quarter = (int)n + quarters;
    double value;
    if (quarter & 1) {
        const double tail = ((((-1.13596475577881948265e-11 * z + 2.08757232129817482790e-09) * z -
                               2.75573143513906633035e-07) *
                                  z +
                              2.48015872894767294178e-05) *
                                 z -
                             1.38888888888741095749e-03) *
                                z +
                            4.16666666666666019037e-02;
        value = 1 - (0.5 * z - z * z * tail);
    } else {
        const double tail = (((1.58969099521155010221e-10 * z - 2.50507602534068634195e-08) * z +
                              2.75573137070700676789e-06) *
                                 z -
                             1.98412698298579493134e-04) *
                                z +
                            8.33333333332248946124e-03;
        value = r + r * z * (z * tail - 1.66666666666666324348e-01);
    }
    return quarter & 2 ? -value : value;
}

double loopc_sin(double x)
{
    return turned_sine(x, 0);
}

double loopc_cos(double x)
{
    return turned_sine(x, 1);
}
