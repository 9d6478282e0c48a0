/* Signals, in child processes that are sent real ones. */
#include "child.h"
#include "loopc.h"
#include "run/signals.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

static void wait_ms(long ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&left, &left))
        continue;
}

static void say(const char *text)
{
    fputs(text, stdout);
    fflush(stdout);
}

static void interrupts_once(void **unused)
{
    (void)unused;
    struct loopc_run run = {0};
    assert_int_equal(loopc_signals_catch(NULL, false), LOOPC_OK);
    raise(SIGTERM);
    assert_int_equal(loopc_signal_caught(), SIGTERM);
    loopc_poll_masked(&run);
    assert_int_equal(run.interrupted, 0); /* a handler's loop continues */
    assert_int_equal(loopc_poll(&run, 1), LOOPC_INTERRUPTED);
    assert_int_equal(run.interrupted, SIGTERM);
    assert_int_equal(loopc_poll(&run, 1), LOOPC_OK);
    loopc_signals_release();
    assert_int_equal(loopc_signal_caught(), 0);
}

/* A failure overtakes an interruption on its way out: the recovery raises it again. */
static void recovery_keeps_interruption(void **unused)
{
    (void)unused;
    struct loopc_run run = {0};
    loopc_signals_catch(NULL, false);
    raise(SIGINT);
    assert_int_equal(loopc_poll(&run, 1), LOOPC_INTERRUPTED);
    loopc_fail(&run, "A.finally_x", "late");
    assert_int_equal(loopc_recover(&run, "A"), LOOPC_OK);
    assert_int_equal(loopc_poll(&run, 1), LOOPC_INTERRUPTED);
    loopc_signals_release();
}

static void release_restores(void **unused)
{
    (void)unused;
    struct sigaction before, after;
    sigaction(SIGINT, NULL, &before);
    loopc_signals_catch(NULL, false);
    loopc_signals_release();
    sigaction(SIGINT, NULL, &after);
    assert_ptr_equal(before.sa_handler, after.sa_handler);
}

static int loop_for_ever(void *notice)
{
    struct loopc_run run = {0};
    loopc_signals_catch(notice, false);
    say("ready\n");
    while (!loopc_poll(&run, 1))
        wait_ms(5);
    say("interrupted\n");
    wait_ms(20000);
    return 0;
}

static void a_second_signal_ends_at_once(void **unused)
{
    (void)unused;
    const int signals[][2] = {{SIGINT, SIGINT}, {SIGTERM, SIGTERM}, {SIGTERM, SIGINT}};
    for (int i = 0; i < 3; i++) {
        static struct child child;
        child_start(&child, loop_for_ever, NULL);
        assert_true(child_wrote(&child, "ready"));
        kill(child.pid, signals[i][0]);
        assert_true(child_wrote(&child, "interrupted"));
        wait_ms(2L * LOOPC_TWIN_MS);
        kill(child.pid, signals[i][1]);
        child_end(&child);
        assert_int_equal(child.killed, signals[i][1]);
        assert_string_equal(child.err, "");
    }
}

/* Signals of a scheduler that escalates: the first one counts as the interruption. */
static void a_scheduler_that_climbs(void **unused)
{
    (void)unused;
    const int first[] = {SIGINT, SIGHUP, SIGXCPU, SIGUSR2};
    for (int i = 0; i < 4; i++) {
        loopc_signals_catch(NULL, false);
        raise(first[i]);
        assert_int_equal(loopc_signal_caught(), first[i]);
        wait_ms(2L * LOOPC_TWIN_MS);
        for (int k = 1; k < 4; k++)
            raise(first[k]);
        raise(SIGTERM);
        raise(SIGXFSZ);
        assert_int_equal(loopc_signal_caught(), first[i]);
        loopc_signals_release();
    }
    assert_string_equal(loopc_signal_name(SIGXCPU), "SIGXCPU");
}

/* SIGPIPE ends a run in good order only where checkpoints are saved. */
static void a_reader_that_leaves(void **unused)
{
    (void)unused;
    struct sigaction now;
    loopc_signals_catch(NULL, false);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_int_equal(write(ends[1], "x", 1), -1); /* not standard output: an error of this write */
    assert_int_equal(errno, EPIPE);
    close(ends[1]);
    assert_int_equal(loopc_signal_caught(), 0);
    loopc_signals_release();
    loopc_signals_catch(NULL, true);
    for (int i = 0; i < 3; i++)
        raise(SIGPIPE);
    assert_int_equal(loopc_signal_caught(), SIGPIPE);
    loopc_signals_default();
    sigaction(SIGPIPE, NULL, &now);
    assert_true(now.sa_handler == SIG_DFL);
    loopc_signals_release();
}

static int short_finish(void *unused)
{
    struct loopc_run run = {0};
    (void)unused;
    loopc_signals_catch(NULL, false);
    say("ready\n");
    while (!loopc_poll(&run, 1))
        continue;
    wait_ms(100);
    return 7;
}

/* As timeout(1) sends them: to the process, and at once to its group. */
static void twins_are_one(void **unused)
{
    (void)unused;
    static struct child child;
    child_start(&child, short_finish, NULL);
    assert_true(child_wrote(&child, "ready"));
    for (int i = 0; i < 3; i++) {
        kill(child.pid, SIGINT);
        wait_ms(1);
    }
    child_end(&child);
    assert_int_equal(child.code, 7);
}

static void notice_is_written_once(void **unused)
{
    (void)unused;
    static struct child child;
    static char notice[] = "once more to end at once\n";
    child_start(&child, loop_for_ever, notice);
    assert_true(child_wrote(&child, "ready"));
    kill(child.pid, SIGINT);
    assert_true(child_wrote(&child, "interrupted"));
    wait_ms(2L * LOOPC_TWIN_MS);
    kill(child.pid, SIGINT);
    child_end(&child);
    assert_string_equal(child.err, notice);
}

static int ignored_from_outside(void *unused)
{
    (void)unused;
    signal(SIGINT, SIG_IGN);
    loopc_signals_catch(NULL, false);
    raise(SIGINT);
    return loopc_signal_caught() ? 1 : 0;
}

static void ignored_signals_stay_ignored(void **unused)
{
    (void)unused;
    static struct child child;
    child_run(&child, ignored_from_outside, NULL);
    assert_int_equal(child.code, 0);
}

static int reads_a_pipe(void *unused)
{
    int ends[2];
    char byte = 0;
    (void)unused;
    loopc_signals_catch(NULL, false);
    if (pipe(ends)) return 1;
    if (fork() == 0) {
        signal(SIGINT, SIG_IGN);
        wait_ms(300);
        return write(ends[1], "x", 1) == 1 ? 0 : 1;
    }
    say("ready\n");
    const ssize_t n = read(ends[0], &byte, 1); /* interrupted in here */
    return n == 1 && byte == 'x' && loopc_signal_caught() == SIGINT ? 0 : 1;
}

static void system_calls_are_restarted(void **unused)
{
    (void)unused;
    static struct child child;
    child_start(&child, reads_a_pipe, NULL);
    assert_true(child_wrote(&child, "ready"));
    wait_ms(50);
    kill(child.pid, SIGINT);
    child_end(&child);
    assert_int_equal(child.code, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interrupts_once),
        cmocka_unit_test(recovery_keeps_interruption),
        cmocka_unit_test(release_restores),
        cmocka_unit_test(a_second_signal_ends_at_once),
        cmocka_unit_test(a_scheduler_that_climbs),
        cmocka_unit_test(a_reader_that_leaves),
        cmocka_unit_test(twins_are_one),
        cmocka_unit_test(notice_is_written_once),
        cmocka_unit_test(ignored_signals_stay_ignored),
        cmocka_unit_test(system_calls_are_restarted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
