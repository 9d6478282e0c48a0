/* Turning batches: rows into panels of both kinds, one kind into the other, and back to rows. */
#include "kernels.h"
#include "nn/transpose.h"

enum { SAMPLES = 21, BATCH = 40, FEATURES = 35, VALUES = SAMPLES * FEATURES };

static float rows[VALUES];
static float *sample_major, *feature_major;

static int set_up(void **state)
{
    uint32_t seed = 6;
    (void)state;
    fill(rows, VALUES, &seed);
    sample_major = panels(BATCH, FEATURES);
    feature_major = panels(FEATURES, BATCH);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    end_arrays();
    return 0;
}

static void has(const int64_t *index)
{
    for (int r = 0; r < SAMPLES; r++) {
        const float *const row = rows + (index ? index[r] : r) * FEATURES;
        for (int k = 0; k < FEATURES; k++) {
            assert_near((double)sample_major[loopc_panel_at(BATCH, r, k)], (double)row[k], 0);
            assert_near((double)feature_major[loopc_panel_at(FEATURES, k, r)], (double)row[k], 0);
        }
    }
}

/* Three parts, as many panels as there are. */
static void rows_are_packed_both_ways(void **state)
{
    (void)state;
    for (int32_t tid = 0; tid < 3; tid++)
        loopc_pack((struct loopc_rows){.x = rows}, sample_major, feature_major, SAMPLES, BATCH,
                   FEATURES, (struct loopc_thread){tid, 3});
    has(NULL);
}

static void rows_may_come_from_anywhere(void **state)
{
    int64_t index[SAMPLES];
    (void)state;
    for (int r = 0; r < SAMPLES; r++)
        index[r] = r * 8 % SAMPLES;
    loopc_pack((struct loopc_rows){.x = rows, .index = index}, sample_major, feature_major, SAMPLES,
               BATCH, FEATURES, LOOPC_ONE_THREAD);
    has(index);
}

static void one_kind_becomes_the_other(void **state)
{
    float again[VALUES];
    (void)state;
    loopc_pack((struct loopc_rows){.x = rows}, NULL, feature_major, SAMPLES, BATCH, FEATURES,
               LOOPC_ONE_THREAD);
    for (int32_t tid = 0; tid < 2; tid++)
        loopc_transpose(feature_major, sample_major, SAMPLES, BATCH, FEATURES,
                        (struct loopc_thread){tid, 2});
    has(NULL);
    loopc_unpack(feature_major, again, SAMPLES, FEATURES);
    assert_memory_equal(again, rows, sizeof rows);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rows_are_packed_both_ways),
        TEST(rows_may_come_from_anywhere),
        TEST(one_kind_becomes_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
