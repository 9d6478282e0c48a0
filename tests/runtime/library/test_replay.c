/* runtime/library/replay: the sum tree against plain sums, draws against their probabilities. */
#include "library/replay.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { LEAVES = 16, FILLED = 11, ROWS = 4, DRAWS = 100000 };

static const double priorities[LEAVES] = {1, 0, 3, 0.5, 2, 0, 0, 4, 0.25, 1, 1.25};

static void fill(double *tree)
{
    for (int32_t k = 0; k < FILLED; k++)
        loopc_tree_set(tree, LEAVES, k, 7);
    for (int32_t k = 0; k < FILLED; k++)
        loopc_tree_set(tree, LEAVES, k, priorities[k]);
}

static void test_each_node_is_the_sum_below_it(void **state)
{
    (void)state;
    double tree[2 * LEAVES] = {0};
    fill(tree);
    for (int32_t level = 1; level <= LEAVES; level *= 2)
        for (int32_t place = level; place < 2 * level; place++) {
            const int32_t span = LEAVES / level, first = (place - level) * span;
            double sum = 0;
            for (int32_t k = first; k < first + span; k++)
                sum += priorities[k];
            assert_true(tree[place] == sum);
        }
}

static void test_find_is_where_the_sum_passes(void **state)
{
    (void)state;
    double tree[2 * LEAVES] = {0};
    fill(tree);
    for (int32_t step = 0; step < 1300; step++) {
        const double at = step / 100.0;
        int32_t wanted = 0;
        double sum = priorities[0];
        while (sum <= at)
            sum += priorities[++wanted];
        assert_int_equal(loopc_tree_find(tree, LEAVES, at), wanted);
    }
    /* rounding may bring the place to the end: never to a leaf without priority */
    assert_int_equal(loopc_tree_find(tree, LEAVES, 13), 10);
}

static void test_draws_are_in_proportion(void **state)
{
    (void)state;
    double tree[2 * LEAVES] = {0}, counts[LEAVES] = {0};
    struct loopc_rng rng;
    loopc_rng_seed(&rng, 1, "draws");
    fill(tree);
    for (int32_t n = 0; n < DRAWS; n++) {
        int32_t drawn[ROWS];
        float weights[ROWS];
        double most = 0;
        loopc_draw_prioritized(&rng, tree, LEAVES, FILLED, 0.5f, ROWS, drawn, weights);
        for (int32_t j = 0; j < ROWS; j++)
            most = fmax(most, pow(FILLED * priorities[drawn[j]] / 13, -0.5));
        for (int32_t j = 0; j < ROWS; j++) {
            const double weight = pow(FILLED * priorities[drawn[j]] / 13, -0.5) / most;
            assert_true(fabs((double)weights[j] - weight) < 1e-5);
            counts[drawn[j]]++;
        }
    }
    for (int32_t k = 0; k < LEAVES; k++) {
        const double share = priorities[k] / 13, all = (double)DRAWS * ROWS;
        assert_true(fabs(counts[k] - share * all) < 5 * sqrt(share * all + 1));
    }
}

static void test_even_draws(void **state)
{
    (void)state;
    struct loopc_rng rng;
    int32_t drawn[DRAWS], counts[FILLED] = {0};
    loopc_rng_seed(&rng, 1, "draws");
    loopc_draw_uniform(&rng, FILLED, DRAWS, drawn);
    for (int32_t n = 0; n < DRAWS; n++)
        counts[drawn[n]]++;
    for (int32_t k = 0; k < FILLED; k++)
        assert_true(fabs(counts[k] - DRAWS / (double)FILLED) < 5 * sqrt(DRAWS / (double)FILLED));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_node_is_the_sum_below_it),
        cmocka_unit_test(test_find_is_where_the_sum_passes),
        cmocka_unit_test(test_draws_are_in_proportion),
        cmocka_unit_test(test_even_draws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
