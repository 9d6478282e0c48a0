/* loopc_exp and its like: near those of the C library, and always the same bits. */
#include "base/power.h"

#include "base/rng.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

enum { COUNT = 200000 };

static struct loopc_rng rng;

static double between(double low, double high)
{
    return low + (high - low) * loopc_rng_f64(&rng);
}

static uint64_t hash = 1;

static void add(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    hash = (hash ^ bits) * 0x100000001b3u;
}

static double one(double x, double unused)
{
    (void)unused;
    return loopc_exp(x);
}

static double logarithm(double x, double unused)
{
    (void)unused;
    return loopc_ln(x);
}

static double sine(double x, double unused)
{
    (void)unused;
    return loopc_sin(x);
}

static double cosine(double x, double unused)
{
    (void)unused;
    return loopc_cos(x);
}

/* Errors are in units of the last place of the result, or of `least` where it is smaller. */
static void near(double value, double wanted, double least, double units, double x, double y)
{
    const double unit = fmax(fabs(wanted), least) * DBL_EPSILON;
    add(value);
    if (fabs(value - wanted) <= units * unit) return;
    fail_msg("of %.17g, %.17g: %.17g, not %.17g", x, y, value, wanted);
}

static void test_values(void **unused)
{
    (void)unused;
    loopc_rng_seed(&rng, 1, "power");
    for (int i = 0; i < COUNT; i++) {
        const double x = between(-708, 709), small = between(-1, 1), angle = between(-1e5, 1e5);
        const double positive = exp(between(-300, 300)), base = between(0, 2),
                     by = between(-90, 90);
        near(one(x, 0), exp(x), 0, 1, x, 0);
        near(one(small, 0), exp(small), 0, 1, small, 0);
        near(logarithm(positive, 0), log(positive), 0, 2, positive, 0);
        near(logarithm(1 + small / 1000, 0), log(1 + small / 1000), 0, 2, small, 0);
        near(sine(angle, 0), sin(angle), 1, 1, angle, 0);
        near(cosine(angle, 0), cos(angle), 1, 1, angle, 0);
        near(sine(small, 0), sin(small), 0, 1, small, 0);
        near(loopc_pow(base, by), pow(base, by), DBL_MIN, 2 + 3 * fabs(by * log(base)), base, by);
        near(loopc_pow(base, floor(by)), pow(base, floor(by)), DBL_MIN,
             70 + 3 * fabs(by * log(base)), base, floor(by));
    }
}

static void test_ends(void **unused)
{
    (void)unused;
    assert_true(loopc_exp(0) == 1 && loopc_exp(-800) == 0 && loopc_exp(-INFINITY) == 0);
    assert_true(loopc_exp(720) == INFINITY && isnan(loopc_exp(NAN)));
    assert_true(loopc_exp(-745) == exp(-745) && fabs(loopc_exp(-740) / exp(-740) - 1) < 1e-2);
    assert_true(loopc_ln(0) == -INFINITY && isnan(loopc_ln(-1)) && loopc_ln(INFINITY) == INFINITY);
    assert_true(loopc_ln(1) == 0 && fabs(loopc_ln(5e-324) / log(5e-324) - 1) < 1e-15);
    assert_true(loopc_pow(0.1, 1) == 0.1 && loopc_pow(0.5, 10) == 0x1p-10);
    assert_true(loopc_pow(0, 0.5) == 0 && loopc_pow(3, 0) == 1 && loopc_pow(-2, 3) == -8);
    assert_true(isnan(loopc_pow(-2, 0.5)) && loopc_pow(0, -0.5) == INFINITY);
    assert_true(loopc_cos(3.14159265358979311600) == -1 && loopc_cos(0) == 1 && loopc_sin(0) == 0);
}

static void test_the_same_bits(void **unused)
{
    (void)unused;
    hash = 1;
    for (int i = 0; i < 1000; i++) {
        const double x = i / 16.0 - 30;
        add(loopc_exp(x));
        add(loopc_ln(i / 8.0));
        add(loopc_pow(i / 100.0, x));
        add(loopc_sin(x));
        add(loopc_cos(x));
    }
    assert_true(hash == UINT64_C(0x490aa46d396f29b7));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_values), cmocka_unit_test(test_ends),
                                       cmocka_unit_test(test_the_same_bits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
