/* Notes: whole lines behind the program's name, announced to the host. */
#include "child.h"
#include "loopc.h"
#include "run/host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct loopc_program program = {.name = "test"};

static void announce(struct loopc_run *run)
{
    (void)run;
    fputs("[cleared]", stderr);
}

static int notes(void *host)
{
    struct loopc_run run = {.program = &program, .host = host};
    printf("before");
    loopc_note(&run, "%d left", 3);
    return 0;
}

static void a_line_each(void **unused)
{
    (void)unused;
    static const struct loopc_host announced = {.before_message = announce};
    static struct child child;
    child_run(&child, notes, (void *)&announced);
    assert_string_equal(child.err, "[cleared]test: 3 left\n");
    assert_string_equal(child.out, "before");
    child_run(&child, notes, NULL);
    assert_string_equal(child.err, "test: 3 left\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
