/* Checkpoints of matrices in panels: in the file they are row-major, of the width that
 * is in use. */
#include "checkpoints.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

enum { WIDTH = 18 };

static const char weight[] = "net.layers.1.weight";
static int save(void)
{
    struct loopc_checkpoint_info info = loopc_checkpoint_info_start();
    return loopc_checkpoint_save(&folder, &saved, &info, false, &message);
}

static void row_by_row_in_the_file(void **state)
{
    (void)state;
    struct loopc_safetensors file;
    char name[128];
    float values[KEPT_OUTPUTS * WIDTH];
    assert_int_equal(save(), LOOPC_OK);
    snprintf(name, sizeof name, "%s/kept-1.safetensors", path);
    assert_int_equal(loopc_safetensors_open(&file, name, &message), LOOPC_LOADED);
    const struct loopc_stored *stored = loopc_safetensors_find(&file, weight);
    assert_int_equal(stored->rank, 2);
    assert_int_equal(stored->dims[0], KEPT_OUTPUTS);
    assert_int_equal(stored->dims[1], WIDTH);
    assert_int_equal(stored->bytes, sizeof values);
    assert_int_equal(loopc_safetensors_get(&file, stored, values, &message), LOOPC_LOADED);
    for (int i = 0; i < KEPT_OUTPUTS; i++)
        for (int j = 0; j < WIDTH; j++)
            assert_true(values[i * WIDTH + j] ==
                        saved.net.panels[loopc_panel_at(KEPT_OUTPUTS, i, j)]);
    loopc_safetensors_close(&file);
}

/* Values beyond the width, and the padding of the last panel, stay as they were. */
static void back_in_their_places(void **state)
{
    (void)state;
    assert_int_equal(save(), LOOPC_OK);
    assert_int_equal(loopc_checkpoint_resume(&t.loading, path, "latest"), LOOPC_LOADED);
    for (int i = 0; i < KEPT_OUTPUTS; i++)
        for (int j = 0; j < LOOPC_VECTOR(KEPT_WIDEST); j++) {
            const ptrdiff_t at = loopc_panel_at(KEPT_OUTPUTS, i, j);
            const struct kept *const from = j < WIDTH ? &saved : &before;
            assert_true(loaded.net.panels[at] == from->net.panels[at]);
        }
}

/* The last panel has padding, but it is not usable. */
static void widths_that_cannot_be(void **state)
{
    (void)state;
    static const int32_t widths[] = {KEPT_WIDEST + 1, -1, INT32_MAX};
    for (int i = 0; i < 3; i++) {
        saved.net.columns = widths[i];
        assert_int_equal(save(), LOOPC_FAILED);
        assert_non_null(strstr(text, "net.layers.1.weight cannot be 3x"));
        assert_non_null(strstr(text, "it has room for 120 elements"));
    }
    assert_false(files_exists(path, "kept-1.safetensors"));
}

static void another_width(void **state)
{
    (void)state;
    assert_int_equal(save(), LOOPC_OK);
    loaded.net.columns = before.net.columns = WIDTH + 1;
    assert_int_equal(loopc_checkpoint_resume(&t.loading, path, "latest"), LOOPC_REFUSED);
    assert_memory_equal(&loaded, &before, sizeof loaded);
    assert_non_null(strstr(t.text, "is 3x18 in the file, 3x19 in the program"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(row_by_row_in_the_file), TEST(back_in_their_places),
                                       TEST(widths_that_cannot_be), TEST(another_width)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
