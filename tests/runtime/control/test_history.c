/* The history of a run: dense at its beginning, then a row a tick, thinned with its peaks kept. */
#include "control/history.h"

#include "control/channel.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static const int64_t tick = (int64_t)LOOPC_TICK_MS * 1000000;

static bool add(struct loopc_history *h, int64_t batch, int64_t now, double value)
{
    double *row = loopc_history_add(h, batch, now);
    if (row) row[0] = value;
    return row != NULL;
}

static void first_batches_have_a_row_each(void **unused)
{
    (void)unused;
    struct loopc_history h = {0};
    assert_false(loopc_history_is_dense(&h));
    loopc_history_open(&h, 1);
    for (int i = 1; i <= LOOPC_HISTORY_DENSE; i++) {
        assert_true(loopc_history_is_dense(&h));
        assert_true(add(&h, i, 1, i));
        assert_false(add(&h, i, 1, i)); /* a batch has one row */
    }
    assert_false(loopc_history_is_dense(&h));
    assert_false(add(&h, 5000, tick, 0));
    assert_true(add(&h, 6000, tick + 1, 0));
    assert_int_equal(h.count, LOOPC_HISTORY_DENSE + 1);
    loopc_history_close(&h);
}

static void memory_is_bounded_and_peaks_stay(void **unused)
{
    (void)unused;
    struct loopc_history h = {0};
    loopc_history_open(&h, 1);
    for (int i = 1; i < 50000; i++)
        assert_true(add(&h, i, i * tick, i == 777 ? 9 : i == 31415 ? -9 : 1.0 / i));
    assert_true(h.count <= LOOPC_HISTORY_MOST);
    bool high = false, low = false;
    for (size_t i = 0; i < h.count; i++) {
        assert_true(i == 0 || h.rows[2 * i] > h.rows[2 * i - 2]);
        high |= h.rows[2 * i] == 777 && h.rows[2 * i + 1] == 9;
        low |= h.rows[2 * i] == 31415 && h.rows[2 * i + 1] == -9;
    }
    assert_true(high && low);
    assert_true(h.rows[0] == 1 && h.rows[2 * (h.count - 1)] == 49999);
    loopc_history_close(&h);
}

static void rows_as_json(void **unused)
{
    (void)unused;
    char *text;
    size_t size;
    struct loopc_history h = {0};
    FILE *file = open_memstream(&text, &size);
    loopc_history_open(&h, 1);
    add(&h, 1, 0, 0.5);
    add(&h, 2, 0, (double)INFINITY);
    loopc_history_write(&h, file);
    fclose(file);
    assert_string_equal(text, "[[1,0.5],[2,null]]");
    free(text);
    loopc_history_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_batches_have_a_row_each),
        cmocka_unit_test(memory_is_bounded_and_peaks_stay),
        cmocka_unit_test(rows_as_json),
    };
    return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
