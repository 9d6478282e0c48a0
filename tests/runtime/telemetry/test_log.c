/* Log lines, and the end of standard output. */
#include "child.h"
#include "loopc.h"
#include "telemetry/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct loopc_program program = {.name = "test"};

static int lines(void *unused)
{
    (void)unused;
    loopc_log(&program, "error", "%s: %d", "a.csv", 7);
    fputs("out", stdout);
    return loopc_flush_stdout(&program);
}

static void name_and_kind(void **unused)
{
    (void)unused;
    static struct child child;
    child_run(&child, lines, NULL);
    assert_int_equal(child.code, 0);
    assert_string_equal(child.out, "out");
    assert_string_equal(child.err, "test: error: a.csv: 7\n");
}

static int full_disk(void *unused)
{
    (void)unused;
    if (!freopen("/dev/full", "w", stdout)) return 9;
    fputs("lost", stdout);
    return loopc_flush_stdout(&program);
}

static void lost_output_is_an_error(void **unused)
{
    (void)unused;
    static struct child child;
    child_run(&child, full_disk, NULL);
    assert_int_equal(child.code, 1);
    assert_string_equal(child.err, "test: error: cannot write standard output: "
                                   "No space left on device\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(name_and_kind),
        cmocka_unit_test(lost_output_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
