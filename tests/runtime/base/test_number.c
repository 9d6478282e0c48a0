/* Numbers in text, in no locale. */
#include "base/number.h"

#include <locale.h>
#include <math.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void numbers(void **unused)
{
    static const struct {
        const char *text;
        double value;
    } rows[] = {{"0", 0},     {"-1.5", -1.5}, {" +2 ", 2},  {".5", 0.5},         {"5.", 5},
                {"1e3", 1e3}, {"1E-3", 1e-3}, {"0.1", 0.1}, {"4.9e-324", 5e-324}};
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double value = 7;
        assert_true(loopc_number_read(rows[i].text, &value));
        assert_true(value == rows[i].value);
    }
    double value = 0;
    assert_true(loopc_number_read("-1e999", &value));
    assert_true(isinf(value) && value < 0);
}

static void other_texts(void **unused)
{
    static const char *const rows[] = {"",     " ",   "-",   ".",   "e5", "1e", "1,5",
                                       "0x10", "nan", "inf", "1 2", "1a", "--1"};
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double value;
        assert_false(loopc_number_read(rows[i], &value));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(other_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
