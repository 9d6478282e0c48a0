/* runtime/device/run.h: a run on a device with the plain host, and its failures without a
 * printer. */
#define LOOPC_DEVICE 1
#include "device/run.h"

/* The struct loopc_run of program.h is another one, and there are no signals. */
#define LOOPC_PROGRAM_H
#define LOOPC_SIGNALS_H
#include "run/host.c"     /* NOLINT(bugprone-suspicious-include) */
#include "run/events.c"   /* NOLINT(bugprone-suspicious-include) */
#include "run/failures.c" /* NOLINT(bugprone-suspicious-include) */

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_an_interrupt_ends_a_run(void **state)
{
    (void)state;
    struct loopc_run run = {0};
    assert_int_equal(loopc_poll_nosave(&run), LOOPC_OK);
    loopc_raise_event(LOOPC_EVENT_SIGNAL);
    loopc_poll_masked(&run);
    assert_int_equal(run.interrupted, 0);
    assert_int_equal(loopc_poll_nosave(&run), LOOPC_INTERRUPTED);
    assert_int_equal(run.interrupted, 1);
    assert_int_equal(loopc_poll(&run, 1), LOOPC_OK);
}

static int reports;

static void count(struct loopc_run *run, const char *loop)
{
    (void)run;
    reports += strcmp(loop, "Fit") == 0;
}

static void test_a_host_is_told_of_iterations(void **state)
{
    (void)state;
    struct loopc_host host = loopc_plain_host;
    struct loopc_run run = {0};
    host.report = count;
    loopc_report(&run, "Fit");
    run.host = &host;
    loopc_report(&run, "Fit");
    assert_int_equal(reports, 1);
    assert_false(loopc_wait(&run));
}

static void test_a_failure_keeps_its_text(void **state)
{
    (void)state;
    struct loopc_run run = {0};
    assert_string_equal(loopc_device_failure(&run), "");
    assert_int_equal(loopc_fail(&run, "Fit.on_batch", "at %d", 3), LOOPC_FAILED);
    assert_int_equal(loopc_fail(&run, "Fit.finally_batch", "later"), LOOPC_FAILED);
    assert_string_equal(loopc_device_failure(&run), "at %d");
    assert_int_equal(loopc_failures_more(&run.failures), 1);
    assert_int_equal(loopc_recover(&run, "Fit"), LOOPC_OK);
    assert_string_equal(loopc_device_failure(&run), "");
    assert_int_equal(loopc_failures_more(&run.failures), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_interrupt_ends_a_run),
        cmocka_unit_test(test_a_host_is_told_of_iterations),
        cmocka_unit_test(test_a_failure_keeps_its_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
