/* The flat list of weights: matrices in and out of it, and its average. */
#include "kernels.h"
#include "nn/flat.h"

enum { ROWS = 3, COLUMNS = 18, BIASES = 5, ALL = ROWS * COLUMNS + BIASES };

static int tear_down(void **state)
{
    (void)state;
    end_arrays();
    return 0;
}

static void matrices_come_back_as_they_were(void **state)
{
    float flat[ALL], again[ALL];
    uint32_t seed = 1;
    (void)state;
    fill(flat, ALL, &seed);
    float *const w = panels(ROWS, COLUMNS), *const b = vector(BIASES);
    const float *next = loopc_flat_take(w, flat, ROWS, COLUMNS);
    assert_ptr_equal(next, flat + ROWS * COLUMNS);
    assert_ptr_equal(loopc_flat_take(b, next, 1, BIASES), flat + ALL);
    assert_memory_equal(b, flat + ROWS * COLUMNS, BIASES * sizeof *b);
    assert_near((double)w[loopc_panel_at(ROWS, 1, 17)], (double)flat[COLUMNS + 17], 0);
    float *const end = loopc_flat_put(b, loopc_flat_put(w, again, ROWS, COLUMNS), 1, BIASES);
    assert_ptr_equal(end, again + ALL);
    assert_memory_equal(again, flat, sizeof flat);
}

static void an_average_moves_by_its_share(void **state)
{
    float flat[ROWS * COLUMNS], before[ROWS * COLUMNS], rows[ROWS * COLUMNS];
    uint32_t seed = 2;
    (void)state;
    fill(rows, COUNT(rows), &seed);
    fill(flat, COUNT(flat), &seed);
    memcpy(before, flat, sizeof flat);
    const float *const w = panels_of(rows, ROWS, COLUMNS);
    assert_ptr_equal(loopc_flat_blend(w, flat, ROWS, COLUMNS, 0.25f), flat + COUNT(flat));
    for (int i = 0; i < COUNT(flat); i++)
        assert_near((double)flat[i], 0.75 * (double)before[i] + 0.25 * (double)rows[i], 1e-6);
    loopc_flat_blend(w, flat, ROWS, COLUMNS, 0);
    loopc_flat_blend(w, before, ROWS, COLUMNS, 1);
    for (int i = 0; i < COUNT(flat); i++)
        assert_near((double)before[i], (double)rows[i], 1e-7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(matrices_come_back_as_they_were, tear_down),
        cmocka_unit_test_teardown(an_average_moves_by_its_share, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
