/* runtime/squash: numbers and densities against their formulas in double precision, derivatives
 * against differences, rows of any count and width. */
#include "loopc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { ROWS = 21, WIDEST = 3, ALL = ROWS * WIDEST };

static float out[2 * ALL], z[ALL], numbers[ALL], deviations[ALL], slopes[ALL], log_p[ROWS];

/* Outputs and noise, some of them far out. */
static void fill(int width)
{
    struct loopc_rng rng;
    loopc_rng_seed(&rng, (uint64_t)width, "squash");
    for (int i = 0; i < 2 * ROWS * width; i++)
        out[i] = loopc_between(&rng, -3.0f, 3.0f) * (i % 7 == 0 ? 3.0f : 1.0f);
    for (int i = 0; i < ROWS * width; i++)
        z[i] = (float)loopc_rng_normal(&rng);
}

/* u of number k, and its share of log p. */
static double draw(int k, int width, double *share)
{
    const float *const row = out + 2 * width * (k / width);
    const double log_s = -5 + 3.5 * (tanh((double)row[width + k % width]) + 1),
                 noise = (double)z[k];
    const double u = (double)row[k % width] + exp(log_s) * noise;
    *share = -noise * noise / 2 - log_s - log(2 * acos(-1)) / 2 - log(4 / pow(exp(u) + exp(-u), 2));
    return u;
}

static void check_rows(int rows, int width)
{
    double sums[ROWS] = {0}, share;
    loopc_squash(out, z, rows, width, numbers, deviations, slopes, log_p);
    for (int k = 0; k < rows * width; k++) {
        assert_float_equal(numbers[k], (float)tanh(draw(k, width, &share)), 1e-6f);
        sums[k / width] += share;
    }
    for (int r = 0; r < rows; r++)
        assert_float_equal(log_p[r], (float)sums[r], 2e-5f * (float)(1 + fabs(sums[r])));
}

static void test_the_formulas(void **state)
{
    (void)state;
    for (int width = 1; width <= WIDEST; width++) {
        fill(width);
        check_rows(ROWS, width);
    }
}

/* A row has the same bits alone and among others. */
static void test_rows_are_each_for_itself(void **state)
{
    (void)state;
    float all[ALL], all_p[ROWS];
    fill(2);
    loopc_squash(out, z, ROWS, 2, numbers, deviations, slopes, log_p);
    memcpy(all, numbers, sizeof all);
    memcpy(all_p, log_p, sizeof all_p);
    for (int r = 0; r < ROWS; r++) {
        loopc_squash(out + 4 * r, z + 2 * r, 1, 2, numbers, deviations, slopes, log_p);
        assert_memory_equal(numbers, all + 2 * r, 2 * sizeof(float));
        assert_memory_equal(log_p, all_p + r, sizeof(float));
    }
}

/* 0.3 times the sum of log p, and of each number times one of its own. */
static double loss(const float *times, int width)
{
    double sum = 0, share;
    for (int k = 0; k < ROWS * width; k++) {
        const double u = draw(k, width, &share);
        sum += 0.3 * share + (double)times[k] * tanh(u);
    }
    return sum;
}

static void test_the_derivatives_are_those_of_differences(void **state)
{
    (void)state;
    float times[ALL], d[2 * ALL];
    for (int k = 0; k < ALL; k++)
        times[k] = 0.1f * (float)(k % 9 - 4);
    fill(2);
    loopc_squash(out, z, ROWS, 2, numbers, deviations, slopes, log_p);
    loopc_unsquash(z, numbers, deviations, slopes, times, 0.3f, ROWS, 2, d);
    for (int i = 0; i < 4 * ROWS; i++) {
        const float kept = out[i], above = kept + 0x1p-8f, below = kept - 0x1p-8f;
        out[i] = above;
        const double more = loss(times, 2);
        out[i] = below;
        const double right = (more - loss(times, 2)) / (double)(above - below);
        out[i] = kept;
        assert_float_equal(d[i], (float)right, 1e-3f * (float)(1 + fabs(right)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_formulas),
        cmocka_unit_test(test_rows_are_each_for_itself),
        cmocka_unit_test(test_the_derivatives_are_those_of_differences),
    };
    return cmocka_run_group_tests_name("squash", tests, NULL, NULL);
}
