/* The activation functions of curve.h and their derivatives against formulas in double precision:
 * values over every nth float, derivatives against central differences of the exact functions. */
#include "kernels.h"
#include "nn/curve.h"

#include <math.h>

enum { EVERY = 9973, SAMPLES = 16, ROWS = 64 };

static double cdf(double x)
{
    return 0.5 * erfc(-x * 0.70710678118654752440);
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double exact(enum loopc_curve curve, double x)
{
    const double u = 2 * sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x);
    const double ramp = fmin(fmax(x + 3, 0), 6) / 6, e = exp(fmin(x, 40));
    switch (curve) {
    case LOOPC_CURVE_IDENTITY:
        return x;
    case LOOPC_CURVE_RELU:
        return x > 0 ? x : 0;
    case LOOPC_CURVE_LEAKY_RELU:
        return x > 0 ? x : 0.01 * x;
    case LOOPC_CURVE_ELU:
        return x > 0 ? x : expm1(x);
    case LOOPC_CURVE_SELU:
        return 1.0507009873554804934 * (x > 0 ? x : 1.6732632423543772848 * expm1(x));
    case LOOPC_CURVE_GELU:
        return x * cdf(x);
    case LOOPC_CURVE_GELU_TANH:
        return x * sigmoid(u);
    case LOOPC_CURVE_SILU:
        return x * sigmoid(x);
    case LOOPC_CURVE_MISH:
        return x > 30 ? x : x * (e * (e + 2)) / (e * (e + 2) + 2);
    case LOOPC_CURVE_SOFTPLUS:
        return fmax(x, 0) + log1p(exp(-fabs(x)));
    case LOOPC_CURVE_SOFTSIGN:
        return x / (1 + fabs(x));
    case LOOPC_CURVE_HARD_TANH:
        return fmin(fmax(x, -1), 1);
    case LOOPC_CURVE_HARD_SIGMOID:
        return ramp;
    case LOOPC_CURVE_HARD_SWISH:
        return x * ramp;
    case LOOPC_CURVE_TANH:
        return tanh(x);
    case LOOPC_CURVE_SIGMOID:
        return sigmoid(x);
    }
    return NAN;
}

/* The error bounds of the header, in units in the last place. */
static double bound_of(enum loopc_curve curve)
{
    if (curve == LOOPC_CURVE_MISH) return 4.5;
    return curve >= LOOPC_CURVE_ELU && curve <= LOOPC_CURVE_SOFTPLUS ? 2.5 : 2;
}

static double error_of(float value, double right)
{
    int exponent;
    frexp(right, &exponent);
    const double unit = ldexp(1, (exponent < -125 ? -125 : exponent) - 24);
    return fabs((double)value - right) / unit;
}

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static LOOPC_ALIGNED float from[ROWS * SAMPLES], to[ROWS * SAMPLES], slope[ROWS * SAMPLES];

static void check_values(enum loopc_curve curve, double *worst)
{
    loopc_curve(from, to, slope, SAMPLES, ROWS, curve, LOOPC_ONE_THREAD);
    for (int i = 0; i < ROWS * SAMPLES; i++) {
        const double error = error_of(to[i], exact(curve, (double)from[i]));
        if (error > *worst) *worst = error;
        if (error > bound_of(curve))
            fail_msg("curve %d at %a: %a, %.2f units off", (int)curve, (double)from[i],
                     (double)to[i], error);
    }
}

static int every(void)
{
    const char *const text = getenv("LOOPC_EVERY");
    return text ? atoi(text) : EVERY;
}

static void values_are_within_the_promised_error(void **state)
{
    (void)state;
    for (int curve = LOOPC_CURVE_IDENTITY; curve <= LOOPC_CURVE_SIGMOID; curve++) {
        double worst = 0;
        uint64_t bits = 0;
        while (bits <= UINT32_MAX) {
            for (int i = 0; i < ROWS * SAMPLES; bits += (uint64_t)every()) {
                const float x = float_of((uint32_t)bits);
                if (bits > UINT32_MAX)
                    from[i++] = 0;
                else if (isfinite(x) && fabsf(x) < 1e30f)
                    from[i++] = x;
            }
            check_values((enum loopc_curve)curve, &worst);
        }
        if (getenv("LOOPC_SHOW")) print_message("curve %d: %.2f\n", curve, worst);
    }
}

/* No function here has a kink at multiples of 1/16 plus 1/32. */
static void derivatives_are_those_of_central_differences(void **state)
{
    (void)state;
    for (int curve = LOOPC_CURVE_IDENTITY; curve <= LOOPC_CURVE_SIGMOID; curve++) {
        for (int i = 0; i < ROWS * SAMPLES; i++)
            from[i] = ((float)(2 * i - ROWS * SAMPLES) + 1.0f) / 128;
        loopc_curve(from, to, slope, SAMPLES, ROWS, (enum loopc_curve)curve, LOOPC_ONE_THREAD);
        for (int i = 0; i < ROWS * SAMPLES; i++) {
            const double x = (double)from[i], h = 1e-5;
            const double right =
                (exact((enum loopc_curve)curve, x + h) - exact((enum loopc_curve)curve, x - h)) /
                (2 * h);
            if (fabs((double)slope[i] - right) > 2e-6)
                fail_msg("curve %d at %g: slope %g, not %g", curve, x, (double)slope[i], right);
        }
    }
}

static void nan_and_infinity_pass(void **state)
{
    (void)state;
    for (int curve = LOOPC_CURVE_IDENTITY; curve <= LOOPC_CURVE_SIGMOID; curve++) {
        for (int i = 0; i < SAMPLES; i++)
            from[i] = i == 0 ? NAN : i == 1 ? INFINITY : i == 2 ? -200.0f : 300.0f;
        loopc_curve(from, to, NULL, SAMPLES, 1, (enum loopc_curve)curve, LOOPC_ONE_THREAD);
        assert_true(isnan(to[0]));
        assert_true(to[1] >= 1);
        assert_true(fabs((double)to[2] - exact((enum loopc_curve)curve, -200)) <= 1e-5);
        assert_true(fabs((double)to[3] - exact((enum loopc_curve)curve, 300)) <= 1e-4);
    }
}

enum { CLASSES = 5 };

static void log_softmax_is_the_logarithm_of_the_softmax(void **state)
{
    LOOPC_ALIGNED float z[CLASSES * SAMPLES], a[CLASSES * SAMPLES], d[CLASSES * SAMPLES];
    uint32_t seed = 5;
    (void)state;
    fill(z, CLASSES * SAMPLES, &seed);
    fill(d, CLASSES * SAMPLES, &seed);
    for (int i = 0; i < CLASSES * SAMPLES; i++)
        z[i] *= 4;
    loopc_log_softmax(z, a, SAMPLES, CLASSES, LOOPC_ONE_THREAD);
    for (int r = 0; r < SAMPLES; r++) {
        double sum = 0, total = 0;
        float before[CLASSES];
        for (int j = 0; j < CLASSES; j++) {
            sum += exp((double)z[j * SAMPLES + r]);
            before[j] = d[j * SAMPLES + r];
            total += (double)before[j];
        }
        for (int j = 0; j < CLASSES; j++)
            assert_true(fabs((double)a[j * SAMPLES + r] - ((double)z[j * SAMPLES + r] - log(sum))) <
                        2e-6);
        loopc_log_softmax_backward(a, d, r == 0 ? SAMPLES : 0, CLASSES, LOOPC_ONE_THREAD);
        for (int j = 0; r == 0 && j < CLASSES; j++)
            assert_true(fabs((double)d[j * SAMPLES] -
                             ((double)before[j] - exp((double)a[j * SAMPLES]) * total)) < 2e-6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_within_the_promised_error),
        cmocka_unit_test(derivatives_are_those_of_central_differences),
        cmocka_unit_test(nan_and_infinity_pass),
        cmocka_unit_test(log_softmax_is_the_logarithm_of_the_softmax),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
