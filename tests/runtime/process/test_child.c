/* Child processes: programs, forked elements, and their ends. */
#include "loopc.h"
#include "run/host.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static int popen_to_end(struct loopc_run *run, struct loopc_child *child, const char *const *words)
{
    int st;
    while ((st = loopc_popen(run, child, "A.on_x", words)) == LOOPC_MORE)
        loopc_child_wait(run, child);
    return st;
}

static void programs(void **unused)
{
    (void)unused;
    static struct loopc_run run;
    struct loopc_child child = {0};
    const char *const good[] = {"true", NULL}, *const bad[] = {"sh", "-c", "exit 3", NULL},
                      *const absent[] = {"loopc-no-such-program", NULL};
    assert_int_equal(popen_to_end(&run, &child, good), LOOPC_OK);
    assert_int_equal(popen_to_end(&run, &child, bad), LOOPC_FAILED);
    assert_string_equal(run.failures.kept[0].message, "'sh' ended with status 3");
    assert_int_equal(popen_to_end(&run, &child, absent), LOOPC_FAILED);
    assert_non_null(strstr(run.failures.kept[1].message, "cannot start 'loopc-no-such-program'"));
    assert_int_equal(child.pid, 0);
}

static void forked_elements_return_their_fields(void **unused)
{
    (void)unused;
    static struct loopc_run run;
    struct loopc_child child = {0};
    int value = 1;
    const struct loopc_memory writes[] = {{&value, sizeof value}};
    int st;
    do {
        if (loopc_spawn_begin(&run, &child, 1, writes)) {
            value = run.host == &loopc_plain_host ? 42 : 13;
            loopc_spawn_return(&run, &child, LOOPC_OK, 1, writes);
        }
        st = loopc_spawn_poll(&run, &child, "A.on_x", 1, writes);
    } while (st == LOOPC_MORE);
    assert_int_equal(st, LOOPC_OK);
    assert_int_equal(value, 42);
}

static void ended_children_are_gone(void **unused)
{
    (void)unused;
    static struct loopc_run run;
    struct loopc_child child = {0};
    const char *const words[] = {"sleep", "60", NULL};
    assert_int_equal(loopc_popen(&run, &child, "A.on_x", words), LOOPC_MORE);
    const int pid = child.pid;
    struct loopc_child copy = child;
    loopc_child_end(&copy); /* a copy has no process */
    assert_int_equal(kill(pid, 0), 0);
    loopc_child_end(&child);
    assert_int_equal(kill(pid, 0), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs),
        cmocka_unit_test(forked_elements_return_their_fields),
        cmocka_unit_test(ended_children_are_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
