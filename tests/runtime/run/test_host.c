/* The host of a run that no program has taken. */
#include "loopc.h"
#include "run/host.h"
#include "run/signals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void other_events_are_dropped(void **unused)
{
    (void)unused;
    struct loopc_run run = {0};
    assert_ptr_equal(loopc_host_of(&run), &loopc_plain_host);
    loopc_raise_event(LOOPC_EVENTS_ALL & ~LOOPC_EVENT_SIGNAL);
    assert_int_equal(loopc_poll(&run, 1), LOOPC_OK);
    assert_int_equal(loopc_events_pending(), 0);
    loopc_raise_event(LOOPC_EVENT_CONTROL);
    assert_int_equal(loopc_poll_nosave(&run), LOOPC_OK);
    assert_int_equal(loopc_events_pending(), 0);
}

static void signals_interrupt_once(void **unused)
{
    (void)unused;
    struct loopc_run run = {0};
    assert_int_equal(loopc_signals_catch(NULL, false), LOOPC_OK);
    raise(SIGTERM);
    loopc_poll_masked(&run);
    assert_int_equal(run.interrupted, 0); /* a failed or finally part runs to its end */
    assert_int_equal(loopc_poll_nosave(&run), LOOPC_INTERRUPTED);
    assert_int_equal(run.interrupted, SIGTERM);
    assert_int_equal(loopc_poll(&run, 1), LOOPC_OK);
    loopc_signals_release();
}

static bool has_waited;

static bool wait_for_target(struct loopc_run *run)
{
    (void)run;
    has_waited = true;
    return true;
}

/* Only a run that is controlled waits, and only one that reports calls report. */
static void calls_are_guarded(void **unused)
{
    (void)unused;
    static const struct loopc_host waiting = {.wait_for_target = wait_for_target};
    struct loopc_run run = {.host = &waiting};
    loopc_report(&run, "Fit");
    assert_int_equal(loopc_ended(&run, 1), LOOPC_OK);
    assert_false(loopc_wait(&run));
    assert_false(has_waited);
    run.control = (struct loopc_control *)&run;
    assert_true(loopc_wait(&run));
    run.host = NULL;
    assert_false(loopc_wait(&run));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_events_are_dropped),
        cmocka_unit_test(signals_interrupt_once),
        cmocka_unit_test(calls_are_guarded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
