/* The histogram of times, and times as text. */
#include "base/timing.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void quantiles(void **unused)
{
    (void)unused;
    struct loopc_timing timing = {0};
    assert_true(isnan(loopc_timing_mean(&timing)));
    assert_true(isnan(loopc_timing_quantile(&timing, 0.5)));
    for (int64_t i = 1; i <= 1000; i++)
        loopc_timing_add(&timing, i * 1000);
    assert_true(loopc_timing_mean(&timing) == 500500);
    assert_true(fabs(loopc_timing_quantile(&timing, 0.5) / 500000 - 1) < 0.04);
    assert_true(fabs(loopc_timing_quantile(&timing, 0.99) / 990000 - 1) < 0.04);
    assert_true(loopc_timing_quantile(&timing, 0) >= 1000);
    assert_true(loopc_timing_quantile(&timing, 1) == 1000000);
    loopc_timing_free(&timing);
}

static void one_time_is_exact(void **unused)
{
    (void)unused;
    const int64_t times[] = {0, 1, 15, 16, 17, 31, 32, 1000003, INT64_C(1) << 47, INT64_MAX / 2};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct loopc_timing timing = {0};
        loopc_timing_add(&timing, times[i]);
        assert_true(loopc_timing_quantile(&timing, 0.5) == (double)times[i]);
        assert_true(loopc_timing_quantile(&timing, 0.99) == (double)times[i]);
        loopc_timing_free(&timing);
    }
}

/* No time differs by more than a 16th from its bucket's value. */
static void buckets_are_narrow(void **unused)
{
    (void)unused;
    double t = 1;
    for (int k = 0; k < 100; k++, t *= 1.37) {
        struct loopc_timing timing = {0};
        loopc_timing_add(&timing, 0);
        for (int i = 0; i < 8; i++)
            loopc_timing_add(&timing, (int64_t)t);
        loopc_timing_add(&timing, INT64_C(1) << 50);
        const double found = loopc_timing_quantile(&timing, 0.5);
        assert_true(fabs(found - floor(t)) <= fmax(1, t / 15));
        loopc_timing_free(&timing);
    }
}

static void expect_time(double ns, const char *wanted)
{
    char found[32];
    loopc_time_format(ns, found, sizeof found);
    assert_string_equal(found, wanted);
}

static void times_as_text(void **unused)
{
    (void)unused;
    expect_time(0, "0 ns");
    expect_time(812, "812 ns");
    expect_time(999.6, "1.00 us");
    expect_time(12345, "12.3 us");
    expect_time(999400, "999 us");
    expect_time(1.234e6, "1.23 ms");
    expect_time(61e9, "61.0 s");
    expect_time(4e12, "4000 s");
    expect_time((double)NAN, "-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles),
        cmocka_unit_test(one_time_is_exact),
        cmocka_unit_test(buckets_are_narrow),
        cmocka_unit_test(times_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
