/* runtime/environment: filters by the table of fields, sets, draws, quantiles, tokens. */
#include "loopc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct trial {
    struct loopc_run loopc;
    int32_t ids[6];
    float rows[6][2];
    double others[4];
};

#define AT(member) offsetof(struct trial, member)

static const struct loopc_field fields[] = {
    {.name = "ids", .type = LOOPC_I32, .offset = AT(ids), .count = 6, .samples = 6},
    {.name = "rows", .type = LOOPC_F32, .offset = AT(rows), .count = 12, .samples = 6},
    {.name = "others",
     .type = LOOPC_F64,
     .offset = AT(others),
     .count = 4,
     .samples = 4,
     .set = "o"},
};

static const struct loopc_program program = {
    .name = "trial", .size = sizeof(struct trial), .fields = fields, .field_count = 3};

static struct trial filled(void)
{
    struct trial trial = {.loopc = {.program = &program}};
    for (int32_t i = 0; i < 6; i++) {
        trial.ids[i] = i + 1;
        trial.rows[i][0] = trial.rows[i][1] = (float)i + 1;
    }
    for (int32_t i = 0; i < 4; i++)
        trial.others[i] = i + 1;
    return trial;
}

static void test_filter_keeps_fields_together(void **state)
{
    (void)state;
    struct trial trial = filled();
    const bool keep[] = {false, true, true, false, true, false};
    assert_int_equal(loopc_filter(&trial.loopc, NULL, keep, 6, 6), 3);
    const int32_t wanted[] = {2, 3, 5, 0, 0, 0};
    for (int32_t i = 0; i < 6; i++) {
        assert_int_equal(trial.ids[i], wanted[i]);
        assert_float_equal(trial.rows[i][1], wanted[i], 0);
    }
    assert_float_equal(trial.others[3], 4, 0);
    assert_int_equal(loopc_filter(&trial.loopc, "o", keep, 4, 4), 2);
    assert_float_equal(trial.others[1], 3, 0);
    assert_float_equal(trial.others[2], 0, 0);
}

static void test_filter_refuses_other_lengths(void **state)
{
    (void)state;
    struct trial trial = filled();
    const struct trial before = trial;
    const bool keep[6] = {false};
    assert_int_equal(loopc_filter(&trial.loopc, NULL, keep, 5, 6), -1);
    assert_int_equal(loopc_filter(&trial.loopc, "o", keep, 6, 6), -1); /* no room for six */
    assert_memory_equal(&trial, &before, sizeof trial);
    assert_int_equal(loopc_filter(&trial.loopc, NULL, keep, 0, 0), 0);
    assert_memory_equal(&trial, &before, sizeof trial);
}

static void test_sets(void **state)
{
    (void)state;
    enum { COUNT = 100, SLOTS = 256 };
    int64_t items[COUNT], twice[2 * COUNT];
    int32_t slots[SLOTS];
    bool keep[2 * COUNT];
    for (int32_t i = 0; i < COUNT; i++)
        items[i] = twice[i] = twice[COUNT + i] = (int64_t)i * i;
    loopc_reindex(slots, SLOTS, items, sizeof *items, COUNT);
    for (int32_t i = 0; i < COUNT; i++)
        assert_int_equal(loopc_find(slots, SLOTS, items, sizeof *items, &items[i]), i);
    const int64_t stranger = 2;
    assert_int_equal(loopc_find(slots, SLOTS, items, sizeof *items, &stranger), -1);
    loopc_keep_first(twice, sizeof *twice, 2 * COUNT, slots, SLOTS, keep);
    for (int32_t i = 0; i < 2 * COUNT; i++)
        assert_int_equal(keep[i], i < COUNT);
}

static void test_draws(void **state)
{
    (void)state;
    enum { ROUNDS = 20000 };
    struct loopc_rng rng;
    loopc_rng_seed(&rng, 1, "draws");
    const float weights[] = {0, 1, 3, 0}, none[4] = {0};
    int32_t order[4], even[4] = {0}, first[4] = {0}, last[4] = {0}, without[4] = {0};
    for (int32_t i = 0; i < ROUNDS; i++) {
        loopc_draw_some(&rng, 4, 2, order);
        assert_int_not_equal(order[0], order[1]);
        even[order[1]]++;
        loopc_draw_weighted(&rng, weights, 4, 0, 4, order);
        first[order[0]]++;
        last[order[3]]++;
        loopc_draw_weighted(&rng, none, 4, 0, 1, order);
        without[order[0]]++;
    }
    for (int32_t i = 0; i < 4; i++) {
        assert_in_range(even[i], ROUNDS / 4 - 400, ROUNDS / 4 + 400);
        assert_in_range(without[i], ROUNDS / 4 - 400, ROUNDS / 4 + 400);
    }
    assert_int_equal(first[0] + first[3] + last[1] + last[2], 0);
    assert_in_range(first[2], 3 * ROUNDS / 4 - 400, 3 * ROUNDS / 4 + 400);
    const float values[] = {2, 5, 5, 1};
    loopc_take_top(values, 4, 3, order);
    assert_int_equal(order[0] * 100 + order[1] * 10 + order[2], 120);
}

/* numpy.percentile([15, 20, 35, 40, 50], 40) is 29. */
static void test_quantiles(void **state)
{
    (void)state;
    float values[] = {50, 15, 40, 20, 35};
    assert_float_equal(loopc_quantile(values, 5, 0.4f), 29, 1e-5);
    assert_float_equal(loopc_quantile(values, 5, 0), 15, 0);
    assert_float_equal(loopc_quantile(values, 5, 1), 50, 0);
    assert_true(isnan(loopc_quantile(values, 0, 0.5f)));
    struct loopc_rng rng;
    loopc_rng_seed(&rng, 1, "quantiles");
    for (int32_t count = 1; count < 40; count++) {
        float some[40];
        for (int32_t i = 0; i < count; i++)
            some[i] = (float)loopc_rng_below(&rng, 10);
        const float middle = loopc_quantile(some, count, 0.5f);
        int32_t below = 0, above = 0;
        for (int32_t i = 0; i < count; i++)
            below += some[i]<middle, above += some[i]> middle;
        assert_true(below <= count / 2 && above <= count / 2);
    }
}

static void test_shares_statistics_tokens(void **state)
{
    (void)state;
    assert_int_equal(loopc_share_of(10, 0.25f), 3);
    assert_int_equal(loopc_share_of(10, 0.24f), 2);
    const char *const sources[] = {"a", "b", "a"};
    const float values[] = {1, 5, 2};
    float of_a[3];
    assert_int_equal(loopc_values_of(values, sources, 3, "a", of_a), 2);
    const struct loopc_statistics all = loopc_statistics_of(of_a, 2);
    assert_float_equal(all.min + all.max + all.mean, 4.5, 1e-6);
    assert_true(isnan(loopc_statistics_of(values, 0).mean));
    const int32_t tokens[] = {1, 0, -1, -1};
    float x[4 + 2 * 2];
    assert_int_equal(loopc_token_count(tokens, 4), 2);
    loopc_encode_tokens(tokens, 2, 4, 2, 2, x);
    const float wanted[] = {0, 0, 1, 0, 1, 0, 0, 1};
    assert_memory_equal(x, wanted, sizeof x);
    const float numbers[] = {0.5f, -2, 7}, told[] = {0, 0, 1, -2, 0.5f};
    loopc_encode_numbers(numbers, 2, 3, 2, x);
    assert_memory_equal(x, told, sizeof told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filter_keeps_fields_together),
        cmocka_unit_test(test_filter_refuses_other_lengths),
        cmocka_unit_test(test_sets),
        cmocka_unit_test(test_draws),
        cmocka_unit_test(test_quantiles),
        cmocka_unit_test(test_shares_statistics_tokens),
    };
    return cmocka_run_group_tests_name("environment", tests, NULL, NULL);
}
