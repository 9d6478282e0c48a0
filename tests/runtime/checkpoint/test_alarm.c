/* The alarm: it raises its event again and again, until it is stopped. */
#include "checkpoint/alarm.h"

#include "run/events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* Whether the event comes within `ms`; it is taken. */
static bool rings_within(int ms)
{
    while (ms-- > 0 && !(loopc_events_pending() & LOOPC_EVENT_SAVE))
        usleep(1000);
    return loopc_events_take(LOOPC_EVENT_SAVE) != 0;
}

static int no_events(void **unused)
{
    (void)unused;
    loopc_events_take(LOOPC_EVENTS_ALL);
    return 0;
}

static void it_rings_again_and_again(void **unused)
{
    (void)unused;
    struct loopc_alarm *alarm = loopc_alarm_start(0.002);
    assert_non_null(alarm);
    for (int i = 0; i < 3; i++)
        assert_true(rings_within(10000));
    assert_int_equal(loopc_events_pending() & ~LOOPC_EVENT_SAVE, 0);
    loopc_alarm_stop(alarm);
}

static void it_is_silent_when_stopped(void **unused)
{
    (void)unused;
    loopc_alarm_stop(loopc_alarm_start(0.001));
    loopc_events_take(LOOPC_EVENT_SAVE);
    assert_false(rings_within(20));
    loopc_alarm_stop(NULL);
}

/* Neither waits for its time: stopping is immediate. */
static void long_times_do_not_ring(void **unused)
{
    (void)unused;
    struct loopc_alarm *hour = loopc_alarm_start(3600), *ages = loopc_alarm_start(1e30);
    assert_true(hour && ages);
    assert_false(rings_within(20));
    loopc_alarm_stop(hour);
    loopc_alarm_stop(ages);
}

/* A child has the memory of the alarm but not its thread: stopping it there does not wait. */
static void a_child_has_nothing_to_stop(void **unused)
{
    (void)unused;
    int status;
    struct loopc_alarm *alarm = loopc_alarm_start(3600);
    const pid_t child = fork();
    if (child == 0) {
        loopc_alarm_stop(alarm);
        _exit(7);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    loopc_alarm_stop(alarm);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_rings_again_and_again, no_events),
        cmocka_unit_test_setup(it_is_silent_when_stopped, no_events),
        cmocka_unit_test_setup(long_times_do_not_ring, no_events),
        cmocka_unit_test_setup(a_child_has_nothing_to_stop, no_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
