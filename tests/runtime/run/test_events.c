/* The word of pending events, and the polls that read it. */
#include "loopc.h"
#include "run/host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static int calls;

static int count_poll(struct loopc_run *run, int at)
{
    (void)run;
    calls++;
    return at == 7 ? LOOPC_INTERRUPTED : LOOPC_OK;
}

static int count_poll_nosave(struct loopc_run *run)
{
    return count_poll(run, 0);
}

static void count_poll_masked(struct loopc_run *run)
{
    count_poll(run, 0);
}

static const struct loopc_host counting = {.poll_steps = count_poll,
                                           .poll = count_poll,
                                           .poll_nosave = count_poll_nosave,
                                           .poll_masked = count_poll_masked};

static void takes_what_was_raised(void **unused)
{
    (void)unused;
    loopc_raise_event(LOOPC_EVENT_TICK);
    loopc_raise_event(LOOPC_EVENT_SAVE | LOOPC_EVENT_TICK);
    assert_int_equal(loopc_events_pending(), LOOPC_EVENT_TICK | LOOPC_EVENT_SAVE);
    assert_int_equal(loopc_events_take(LOOPC_EVENT_TICK | LOOPC_EVENT_NOW), LOOPC_EVENT_TICK);
    assert_int_equal(loopc_events_take(LOOPC_EVENTS_ALL), LOOPC_EVENT_SAVE);
    assert_int_equal(loopc_events_pending(), 0);
}

/* The host is called for pending events and for nothing else. */
static void polls_call_the_host(void **unused)
{
    (void)unused;
    struct loopc_run run = {.host = &counting};
    calls = 0;
    assert_int_equal(loopc_poll(&run, 7), LOOPC_OK);
    assert_int_equal(loopc_poll_nosave(&run), LOOPC_OK);
    loopc_poll_masked(&run);
    assert_int_equal(calls, 0);
    loopc_raise_event(LOOPC_EVENT_TICK);
    assert_int_equal(loopc_poll(&run, 7), LOOPC_INTERRUPTED);
    assert_int_equal(loopc_poll_nosave(&run), LOOPC_OK);
    loopc_poll_masked(&run);
    assert_int_equal(calls, 3);
    loopc_events_take(LOOPC_EVENTS_ALL);
}

/* Between two steps messages of the control channel wait, and nothing but waiting leads to naps. */
static void polls_between_steps(void **unused)
{
    (void)unused;
    struct loopc_run run = {.host = &counting};
    calls = 0;
    assert_int_equal(loopc_between_steps(&run, 7), LOOPC_OK);
    loopc_raise_event(LOOPC_EVENT_CONTROL);
    assert_int_equal(loopc_between_steps(&run, 7), LOOPC_OK);
    assert_int_equal(calls, 0);
    loopc_raise_event(LOOPC_EVENT_SIGNAL);
    assert_int_equal(loopc_between_steps(&run, 7), LOOPC_INTERRUPTED);
    assert_int_equal(calls, 1);
    loopc_events_take(LOOPC_EVENTS_ALL);
    for (int i = 1; i <= 5; i++) {
        run.waits++;
        assert_int_equal(loopc_between_steps(&run, 7), LOOPC_OK);
        assert_int_equal(run.idle, i);
    }
    assert_int_equal(loopc_between_steps(&run, 7), LOOPC_OK);
    assert_int_equal(run.idle, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_was_raised),
        cmocka_unit_test(polls_call_the_host),
        cmocka_unit_test(polls_between_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
