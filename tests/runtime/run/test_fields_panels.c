/* Fields that are matrices in panels: values and changes, counted row by row. */
#include "run/fields.h"
#include "nn/panel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { ROWS = 3, COLUMNS = 20 };

struct matrix {
    float before;
    LOOPC_ALIGNED float values[LOOPC_PANELS(ROWS, COLUMNS)];
};

static const struct loopc_field matrix = {.name = "matrix",
                                          .type = LOOPC_F32,
                                          .offset = offsetof(struct matrix, values),
                                          .count = ROWS * COLUMNS,
                                          .rank = 2,
                                          .dims = {ROWS, COLUMNS},
                                          .panels = true};

static void elements_of_panels_count_row_by_row(void **unused)
{
    (void)unused;
    struct matrix state = {0};
    char text[32];
    assert_int_equal(loopc_field_size(&matrix), sizeof state.values);
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLUMNS; j++)
            state.values[loopc_panel_at(ROWS, i, j)] = (float)(100 * i + j);
    for (size_t i = 0; i < matrix.count; i++) {
        const size_t value = 100 * (i / COLUMNS) + i % COLUMNS;
        assert_true(loopc_field_real(&matrix, &state, i) == (double)value);
    }
    loopc_field_format(&matrix, &state, 2 * COLUMNS + 17, text, sizeof text);
    assert_string_equal(text, "217");
}

static void changes_of_panels(void **unused)
{
    (void)unused;
    struct matrix before = {0}, after = {0};
    after.values[loopc_panel_at(ROWS, 1, 20)] = 1; /* padding */
    assert_int_equal(loopc_field_changes(&matrix, &before, &after), 0);
    after.values[loopc_panel_at(ROWS, 1, 19)] = 1;
    after.values[loopc_panel_at(ROWS, 2, 0)] = 1;
    assert_int_equal(loopc_field_changes(&matrix, &before, &after), 2);
    assert_true(loopc_element_changed(&matrix, &before, &after, 2 * COLUMNS - 1));
    assert_true(loopc_element_changed(&matrix, &before, &after, 2 * COLUMNS));
    assert_false(loopc_element_changed(&matrix, &before, &after, 2 * COLUMNS + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_of_panels_count_row_by_row),
        cmocka_unit_test(changes_of_panels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
