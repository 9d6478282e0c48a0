/* runtime/library/returns: advantages as the sums that define them, moments against two passes. */
#include "library/returns.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { STEPS = 7, COUNT = 3, ALL = STEPS * COUNT };

static const float discount = 0.9f, decay = 0.8f;

struct rollout {
    float rewards[ALL], values[ALL], after[ALL], advantages[ALL];
    bool ends[ALL];
};

static struct rollout made(uint64_t seed)
{
    struct rollout r = {.rewards = {0}};
    struct loopc_rng rng;
    loopc_rng_seed(&rng, seed, "rollout");
    for (int32_t k = 0; k < ALL; k++) {
        r.rewards[k] = loopc_between(&rng, -1, 1);
        r.values[k] = loopc_between(&rng, -2, 2);
        r.ends[k] = loopc_rng_below(&rng, 4) == 0;
    }
    for (int32_t k = 0; k < ALL; k++) {
        const bool last = k >= ALL - COUNT;
        r.after[k] = r.ends[k] || last ? loopc_between(&rng, -2, 2) : r.values[k + COUNT];
    }
    return r;
}

/* The exponentially weighted mean of the k-step estimates, written out: (1 - l) sum over k of
 * l^(k-1) A^(k), the rest of the weight on the longest one, which the end of the episode or of
 * the rollout bounds. */
static double by_definition(const struct rollout *r, int32_t t, int32_t i)
{
    double sum = 0, weight = 1, gain = 0, factor = 1;
    for (int32_t s = t; s < STEPS; s++) {
        const int32_t k = s * COUNT + i;
        gain += factor * (double)r->rewards[k];
        factor *= (double)discount;
        const double estimate =
            gain + factor * (double)r->after[k] - (double)r->values[t * COUNT + i];
        const bool longest = r->ends[k] || s == STEPS - 1;
        sum += (longest ? weight : weight * (1 - (double)decay)) * estimate;
        weight *= (double)decay;
        if (longest) break;
    }
    return sum;
}

static void test_advantages_are_the_weighted_mean(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct rollout r = made(seed);
        loopc_advantages(r.rewards, r.values, r.after, r.ends, STEPS, COUNT, discount, decay,
                         r.advantages);
        for (int32_t k = 0; k < ALL; k++) {
            const double wanted = by_definition(&r, k / COUNT, k % COUNT);
            assert_true(fabs((double)r.advantages[k] - wanted) < 1e-5);
        }
    }
}

static void test_standardized(void **state)
{
    (void)state;
    float values[] = {1, 2, 3, 6}, same[] = {5, 5, 5};
    loopc_standardize(values, 4);
    double sum = 0, squares = 0;
    for (int32_t i = 0; i < 4; i++) {
        sum += (double)values[i];
        squares += (double)(values[i] * values[i]);
    }
    assert_true(fabs(sum) < 1e-6 && fabs(squares / 4 - 1) < 1e-6);
    loopc_standardize(same, 3);
    assert_true(same[0] == 0 && same[2] == 0);
    loopc_standardize(same, 0);
}

static void test_moments_are_those_of_two_passes(void **state)
{
    (void)state;
    float rows[1000][2], scaled[1000][2];
    double seen = 0, means[2] = {0}, squares[2] = {0};
    struct loopc_rng rng;
    loopc_rng_seed(&rng, 1, "rows");
    for (int32_t r = 0; r < 1000; r++) {
        rows[r][0] = loopc_between(&rng, 1000, 1001);
        rows[r][1] = loopc_between(&rng, -3, 1);
    }
    for (int32_t r = 0; r < 1000; r += 10)
        loopc_moments_add(rows[r], 10, 2, &seen, means, squares);
    for (int32_t j = 0; j < 2; j++) {
        double mean = 0, square = 0;
        for (int32_t r = 0; r < 1000; r++)
            mean += (double)rows[r][j] / 1000;
        for (int32_t r = 0; r < 1000; r++)
            square += ((double)rows[r][j] - mean) * ((double)rows[r][j] - mean);
        assert_true(fabs(means[j] - mean) < 1e-9 && fabs(squares[j] / square - 1) < 1e-9);
    }
    loopc_moments_scale(rows[0], 1000, 2, seen, means, squares, 1.5f, scaled[0]);
    const double wanted = ((double)rows[0][1] - means[1]) / sqrt(squares[1] / seen);
    assert_true(fabs((double)scaled[0][1] - fmin(fmax(wanted, -1.5), 1.5)) < 1e-4);
    for (int32_t r = 0; r < 1000; r++)
        assert_true(fabsf(scaled[r][0]) <= 1.5f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_advantages_are_the_weighted_mean),
        cmocka_unit_test(test_standardized),
        cmocka_unit_test(test_moments_are_those_of_two_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
