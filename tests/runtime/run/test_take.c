/* Rows of a data set into arrays and through pointers, as emitted bodies take them. */
#include "data/dataset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "run/take.h"

enum { ROWS = 6, COLUMNS = 2 };

static float samples[ROWS * COLUMNS];
static int32_t classes[ROWS];
static const struct loopc_dataset six = {
    .x = samples, .labels = classes, .rows = ROWS, .columns = COLUMNS, .classes = 2};

struct state {
    float x[8];
    int32_t labels[4];
    float weights[4];
};

/* Forgets rows that did not fit: how many values there was room for, or -1. */
static int64_t room_that_was_missing(void)
{
    const int64_t room = loopc_untaken.function ? loopc_untaken.room : -1;
    loopc_untaken.function = NULL;
    return room;
}

static void arrays_bound_the_rows(void **unused)
{
    struct state s;
    (void)unused;
    assert_int_equal(loopc_dataset_take(&six, 0, 0, 4, s.x, s.labels), 4);
    assert_int_equal(room_that_was_missing(), -1);
    assert_int_equal(loopc_dataset_take(&six, 0, 0, 5, s.x, NULL), 0);
    assert_int_equal(room_that_was_missing(), 8);
    assert_int_equal(loopc_dataset_take(&six, 0, 0, 5, NULL, s.labels), 0);
    assert_int_equal(room_that_was_missing(), 4);
    assert_int_equal(loopc_dataset_take_weights(&six, 0, 0, 5, s.weights), 0);
    assert_int_equal(room_that_was_missing(), 4);
}

#ifdef __OPTIMIZE__
/* Kept apart, so that nothing is known of the state but its type. */
static __attribute__((noinline)) int32_t take_to_field(struct state *s, int32_t rows)
{
    float *const p = &s->x[4];
    return loopc_dataset_take(&six, 0, 0, rows, p, NULL);
}

static void what_a_pointer_points_at_bounds_them(void **unused)
{
    float local[6], *const p = local;
    float *const memory = malloc(4 * sizeof *memory);
    struct state s;
    (void)unused;
    assert_int_equal(loopc_dataset_take(&six, 0, 0, 3, p, NULL), 3);
    assert_int_equal(loopc_dataset_take(&six, 0, 0, 4, p, NULL), 0);
    assert_int_equal(room_that_was_missing(), 6);
    assert_int_equal(loopc_dataset_take(&six, 0, 0, 3, memory, NULL), 0);
    assert_int_equal(room_that_was_missing(), 4);
    assert_int_equal(take_to_field(&s, 2), 2);
#if defined __GNUC__ && !defined __clang__ /* clang knows no parts of a state */
    assert_int_equal(take_to_field(&s, 3), 0);
    assert_int_equal(room_that_was_missing(), 4);
#endif
    free(memory);
}
#endif

static void any_rows_go_to_an_unknown_pointer(void **unused)
{
    float many[ROWS * COLUMNS];
    float *volatile hidden = many;
    (void)unused;
    assert_int_equal(loopc_dataset_take(&six, 0, 0, ROWS, hidden, NULL), ROWS);
    assert_int_equal(room_that_was_missing(), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_bound_the_rows),
#ifdef __OPTIMIZE__
        cmocka_unit_test(what_a_pointer_points_at_bounds_them),
#endif
        cmocka_unit_test(any_rows_go_to_an_unknown_pointer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
