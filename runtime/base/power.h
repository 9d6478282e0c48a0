/* Elementary functions of doubles for bodies, the same bits with every C library and processor:
 * each is a fixed sequence of additions, multiplications, divisions and roundings. Errors are those
 * of tests/runtime/base/test_power.c, in units of the last place. Of floats: angle.h.
 */
#ifndef LOOPC_POWER_H
#define LOOPC_POWER_H

/* e^x, to one unit; 0 below -745.2, infinity above 709.8. */
double loopc_exp(double x);

/* The natural logarithm, to two units; -infinity of 0, NaN below. */
double loopc_ln(double x);

/* x^y for x >= 0; whole y from -64 to 64 by multiplications, others as e^(y log x), whose relative
 * error is 5e-16 (1 + |y log x|). NaN for x < 0 unless y is such a whole number. */
double loopc_pow(double x, double y);

/* Sine and cosine, to one unit of 1 (2^-53) for |x| < 1e5. */
double loopc_sin(double x);
double loopc_cos(double x);

#endif
