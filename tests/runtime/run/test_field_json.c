/* Fields as JSON. */
#include "run/field_json.h"

#include <math.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static char *text;

static const char *written(enum loopc_type type, const void *value, bool *finite)
{
    size_t size;
    const struct loopc_field field = {.name = "x", .type = type, .count = 1};
    free(text);
    FILE *file = open_memstream(&text, &size);
    *finite = loopc_field_json_write(file, &field, value, 0);
    fclose(file);
    return text;
}

static void values(void **unused)
{
    (void)unused;
    bool finite;
    assert_string_equal(written(LOOPC_F64, &(double){0.1}, &finite), "0.1");
    assert_true(finite);
    assert_string_equal(written(LOOPC_F32, &(float){-INFINITY}, &finite), "null");
    assert_false(finite);
    assert_string_equal(written(LOOPC_U64, &(uint64_t){UINT64_MAX}, &finite),
                        "\"18446744073709551615\"");
    assert_string_equal(written(LOOPC_BOOL, &(bool){true}, &finite), "true");
    const char *strings[] = {"nan", NULL};
    assert_string_equal(written(LOOPC_STR, &strings[0], &finite), "\"nan\"");
    assert_true(finite);
    assert_string_equal(written(LOOPC_STR, &strings[1], &finite), "null");
    assert_true(finite);
    free(text);
    text = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
