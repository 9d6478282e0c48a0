/* Values: rows in chunks, f32 as long as they are. */
#include "data/values.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

static struct loopc_values v;

static int end(void **state)
{
    (void)state;
    loopc_values_free(&v);
    return 0;
}

static void add(double a, double b)
{
    assert_true(loopc_values_add(&v, (double[]){a, b}));
}

static void has(int64_t r, double a, double b)
{
    double room[2];
    const double *row = loopc_values_row(&v, r, room);
    assert_memory_equal(row, ((double[]){a, b}), sizeof room);
    assert_true(loopc_values_get(&v, r, 1) >= b && loopc_values_get(&v, r, 1) <= b);
}

/* 0.1 has no exact f32: from there on all values are f64, and no bit is lost. */
static void one_wide_value_makes_all_wide(void **state)
{
    (void)state;
    loopc_values_begin(&v, 2);
    add(1, 0.5);
    add((double)NAN, -3);
    assert_false(v.wide);
    add(0.1, 2);
    assert_true(v.wide);
    assert_int_equal(v.rows, 3);
    has(0, 1, 0.5);
    has(2, 0.1, 2);
    assert_true(isnan(loopc_values_get(&v, 1, 0)));
}

static void values_are_replaced(void **state)
{
    (void)state;
    loopc_values_begin(&v, 2);
    add(1, 2);
    add(3, 4);
    assert_true(loopc_values_set(&v, 0, 1, 7));
    assert_false(v.wide);
    assert_true(loopc_values_set(&v, 1, 0, 1e300));
    assert_true(v.wide);
    has(0, 1, 7);
    has(1, 1e300, 4);
}

/* Over the end of several chunks. */
static void many_rows_lie_in_chunks(void **state)
{
    (void)state;
    loopc_values_begin(&v, 2);
    const int64_t rows = 2 * v.chunk_rows + 3;
    for (int64_t i = 0; i < rows; i++)
        add((double)i, -(double)i);
    assert_int_equal(v.count, 3);
    has(v.chunk_rows - 1, (double)(v.chunk_rows - 1), -(double)(v.chunk_rows - 1));
    assert_true(loopc_values_set(&v, 0, 0, 0.1)); /* all chunks are made wide */
    has(0, 0.1, -0.0);
    has(rows - 1, (double)(rows - 1), -(double)(rows - 1));
    loopc_values_drop(&v, v.chunk_rows + 1);
    assert_null(v.chunks[0]);
    has(v.chunk_rows, (double)v.chunk_rows, -(double)v.chunk_rows);
}

static void only_marked_rows_stay(void **state)
{
    (void)state;
    loopc_values_begin(&v, 2);
    for (int i = 0; i < 4; i++)
        add(i, 10 * i);
    loopc_values_keep(&v, (bool[]){false, true, false, true});
    assert_int_equal(v.rows, 2);
    has(0, 1, 10);
    has(1, 3, 30);
    add(5, 6);
    has(2, 5, 6);
}

static void rows_may_have_no_columns(void **state)
{
    double room[1];
    (void)state;
    loopc_values_begin(&v, 0);
    assert_true(loopc_values_add(&v, room) && loopc_values_add(&v, room));
    assert_int_equal(v.rows, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(one_wide_value_makes_all_wide, end),
        cmocka_unit_test_teardown(values_are_replaced, end),
        cmocka_unit_test_teardown(many_rows_lie_in_chunks, end),
        cmocka_unit_test_teardown(only_marked_rows_stay, end),
        cmocka_unit_test_teardown(rows_may_have_no_columns, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
