/* Main: exit codes, the output on each stream and its order, for a program as emitted. */
#include "child.h"
#include "mini.h"
#include "base/version.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct child child;

#define ARGV(...) ((char *[]){(char *)"mini", __VA_ARGS__, NULL})
#define RUN(...)  child_run(&child, mini_main, ARGV(__VA_ARGS__))

static const char *const two_epochs =
    "on_epoch\nfinally_epoch\non_epoch\nfinally_epoch\nafter_run\n";

static void a_run(void **unused)
{
    (void)unused;
    child_run(&child, mini_main, ((char *[]){(char *)"mini", NULL}));
    assert_int_equal(child.code, 0);
    assert_string_equal(child.out, two_epochs);
    assert_string_equal(child.err, "");
}

static void no_name_at_all(void **unused)
{
    (void)unused;
    child_run(&child, mini_main, ((char *[]){NULL}));
    assert_int_equal(child.code, 0);
    assert_string_equal(child.out, two_epochs);
}

static void a_failure(void **unused)
{
    (void)unused;
    RUN("--fail_at=1");
    assert_int_equal(child.code, 1);
    assert_string_equal(child.out, "on_epoch\nfailed_epoch\nfinally_epoch\n");
    assert_string_equal(child.err, "mini: failed: Fit.on_epoch: failed at 1\n");
}

static void a_suppressed_failure(void **unused)
{
    (void)unused;
    RUN("--fail-at=1", "--fail-finally");
    assert_int_equal(child.code, 1);
    assert_string_equal(child.err, "mini: failed: Fit.on_epoch: failed at 1\n"
                                   "mini: suppressed: Fit.finally_epoch: late\n");
}

static void a_recovered_failure(void **unused)
{
    (void)unused;
    RUN("--fail_at=1", "--recover");
    assert_int_equal(child.code, 0);
    assert_string_equal(child.err, "");
    assert_non_null(strstr(child.out, "failed_epoch\nfinally_epoch\non_epoch\n"));
}

static void a_failure_after_a_recovery(void **unused)
{
    (void)unused;
    RUN("--fail_at=1", "--recover", "--fail_finally");
    assert_int_equal(child.code, 1);
    assert_string_equal(child.err, "mini: failed: Fit.finally_epoch: late\n");
}

static void a_failed_preparation(void **unused)
{
    (void)unused;
    RUN("--bad_prepare");
    assert_int_equal(child.code, 2);
    assert_string_equal(child.out, "");
    assert_string_equal(child.err, "mini: failed: mini: cannot prepare\n");
}

static void wrong_usage(void **unused)
{
    (void)unused;
    RUN("--epoch=3");
    assert_int_equal(child.code, 2);
    assert_string_equal(child.out, "");
    assert_string_equal(child.err, "mini: error: unknown flag '--epoch'\n"
                                   "mini: hint: did you mean '--epochs'?\n");
    RUN("--epochs=many");
    assert_int_equal(child.code, 2);
    assert_string_equal(child.err, "mini: error: --epochs: 'many' is not a whole number\n");
}

static void help_and_version(void **unused)
{
    (void)unused;
    RUN("--help");
    assert_int_equal(child.code, 0);
    assert_memory_equal(child.out, "usage: mini [options]\n\nA program for tests.\n", 44);
    assert_string_equal(child.err, "");
    RUN("--version");
    assert_int_equal(child.code, 0);
    assert_string_equal(child.out, "mini, made by loopc " LOOPC_VERSION "\n");
}

static void data_that_cannot_be_read(void **unused)
{
    (void)unused;
    RUN("--data=/no/such/file");
    assert_int_equal(child.code, 2);
    assert_string_equal(child.out, "");
    assert_memory_equal(child.err, "/no/such/file: error: ", 22);
}

static void streams_follow_the_seed(void **unused)
{
    (void)unused;
    char first[64];
    RUN("--word=drawn", "--silent");
    memcpy(first, child.out, sizeof first);
    RUN("--word=drawn", "--silent", "--seed=1");
    assert_string_equal(child.out, first);
    RUN("--word=drawn", "--silent", "--seed=2");
    assert_string_not_equal(child.out, first);
}

static const char *content_of(const char *path)
{
    static char text[4096];
    FILE *file = fopen(path, "r");
    if (!file) return "";
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    return text;
}

static void metrics(void **unused)
{
    (void)unused;
    char path[] = "/tmp/loopc_program_XXXXXX";
    close(mkstemp(path));
    RUN("--metrics", path, "--silent");
    assert_int_equal(child.code, 0);
    assert_string_equal(content_of(path),
                        "{\"loop\":\"Fit\",\"iteration\":1,\"total\":1,\"loss\":1}\n"
                        "{\"loop\":\"Fit\",\"iteration\":2,\"total\":2,\"loss\":0.5}\n"
                        "{\"run\":\"mini\",\"status\":\"ok\",\"final\":0.5}\n");
    RUN("--metrics", path, "--fail_at=1");
    assert_string_equal(content_of(path),
                        "{\"run\":\"mini\",\"status\":\"failed\",\"final\":0.5}\n");
    unlink(path);
}

static void files_that_cannot_be_written(void **unused)
{
    (void)unused;
    RUN("--timings-log=/no/such/folder/t");
    assert_int_equal(child.code, 2);
    assert_string_equal(child.err, "mini: error: --timings-log: cannot write /no/such/folder/t: "
                                   "No such file or directory\n");
    RUN("--metrics=/no/such/folder/m");
    assert_int_equal(child.code, 2);
    assert_string_equal(child.out, "");
    assert_string_equal(child.err, "mini: error: --metrics: cannot write /no/such/folder/m: "
                                   "No such file or directory\n");
    if (access("/dev/full", W_OK)) return;
    RUN("--metrics=/dev/full");
    assert_int_equal(child.code, 1);
    assert_string_equal(child.out, two_epochs); /* the run itself continues */
    assert_string_equal(child.err, "mini: error: --metrics: cannot write: No space left on device\n"
                                   "mini: error: --metrics: /dev/full is not complete\n");
}

static int into_full_disk(void *argv)
{
    const int fd = open("/dev/full", O_WRONLY);
    dup2(fd, STDOUT_FILENO);
    return mini_main(argv);
}

static void output_that_is_lost(void **unused)
{
    (void)unused;
    if (access("/dev/full", W_OK)) skip();
    const char *const lost = "mini: error: cannot write standard output: No space left on device\n";
    child_run(&child, into_full_disk, ARGV("--seed=3"));
    assert_int_equal(child.code, 1);
    assert_string_equal(child.err, lost);
    child_run(&child, into_full_disk, ARGV("--help"));
    assert_int_equal(child.code, 1);
    child_run(&child, into_full_disk, ARGV("--silent"));
    assert_int_equal(child.code, 0); /* nothing to write, nothing lost */
}

static int words_into_full_disk(void *argv)
{
    const int fd = open("/dev/full", O_WRONLY);
    dup2(fd, STDERR_FILENO);
    return mini_main(argv);
}

static void times_that_are_lost(void **unused)
{
    (void)unused;
    if (access("/dev/full", W_OK)) skip();
    child_run(&child, words_into_full_disk, ARGV("--silent", "--timings"));
    assert_int_equal(child.code, 1);
    child_run(&child, words_into_full_disk, ARGV("--silent", "--trace"));
    assert_int_equal(child.code, 1);
    child_run(&child, words_into_full_disk, ARGV("--silent", "--progress=always"));
    assert_int_equal(child.code, 0); /* no word that counts was asked for */
}

static int without_streams(void *argv)
{
    for (int fd = 0; fd < 2; fd++)
        close(fd);
    return mini_main(argv);
}

static void closed_streams(void **unused)
{
    (void)unused;
    child_run(&child, without_streams, ARGV("--silent"));
    assert_int_equal(child.code, 0);
    child_run(&child, without_streams, ARGV("--seed=1"));
    assert_int_equal(child.code, 1);
    assert_string_equal(child.err,
                        "mini: error: cannot write standard output: Bad file descriptor\n");
}

static int into_closed_pipe(void *argv)
{
    int ends[2];
    if (pipe(ends)) return 99;
    close(ends[0]);
    dup2(ends[1], STDOUT_FILENO);
    return mini_main(argv);
}

static void a_reader_that_left(void **unused)
{
    (void)unused;
    child_run(&child, into_closed_pipe, ARGV("--seed=1"));
    assert_int_equal(child.killed, SIGPIPE);
    assert_string_equal(child.err, "");
}

static void timings_and_trace(void **unused)
{
    (void)unused;
    RUN("--timings", "--silent");
    assert_int_equal(child.code, 0);
    assert_memory_equal(child.err, "timings of mini, ", 17);
    assert_non_null(strstr(child.err, "\nstep       Fit.failed_epoch             0"));
    RUN("--trace", "--silent", "--epochs=1");
    assert_string_equal(child.err, "trace: Fit.on_epoch\n"
                                   "trace:   Fit.loss: 0 -> 1\n"
                                   "trace: Fit.finally_epoch\n"
                                   "trace: Fit, between steps\n"
                                   "trace:   Fit.iteration: 0 -> 1\n"
                                   "trace:   Fit.total: 0 -> 1\n");
    RUN("--trace", "--timings", "--fail_at=1");
    assert_int_equal(child.code, 1);
    assert_non_null(strstr(child.err, "mini: failed: Fit.on_epoch: failed at 1\ntimings of mini"));
}

static int unwatched_main(void *argv)
{
    struct loopc_program program = mini_program;
    program.run_instrumented = NULL;
    return loopc_main(&program, 2, argv);
}

static void a_program_that_cannot_be_watched(void **unused)
{
    (void)unused;
    child_run(&child, unwatched_main, ARGV("--timings"));
    assert_int_equal(child.code, 2);
    assert_string_equal(child.err, "mini: error: it was built without --timings and --trace\n");
}

static int odd_run(void *unused)
{
    (void)unused;
    return LOOPC_FIRST_TARGET + 4;
}

static int odd_main(void *argv)
{
    struct loopc_program program = mini_program;
    program.run = odd_run;
    return loopc_main(&program, 1, argv);
}

static void a_status_that_is_nobodys(void **unused)
{
    (void)unused;
    child_run(&child, odd_main, ARGV(NULL));
    assert_int_equal(child.code, 1);
    assert_string_equal(child.err, "mini: failed: the run ended with the unknown status 20\n");
}

static void interrupt_with(int number, char **argv)
{
    child_start(&child, mini_main, argv);
    assert_true(child_wrote(&child, "on_epoch"));
    kill(child.pid, number);
    child_end(&child);
}

static void interrupted(void **unused)
{
    (void)unused;
    const char *const out = "on_epoch\nfinally_epoch\n"; /* the iteration ends, then the run */
    interrupt_with(SIGINT, ARGV("--pause=100", "--epochs=50"));
    assert_int_equal(child.killed, 0);
    assert_int_equal(child.code, 128 + SIGINT);
    assert_string_equal(child.out, out);
    assert_string_equal(child.err, "mini: interrupted: SIGINT\n");
    interrupt_with(SIGTERM, ARGV("--pause=100", "--epochs=50"));
    assert_int_equal(child.code, 128 + SIGTERM);
    assert_string_equal(child.err, "mini: interrupted: SIGTERM\n");
}

/* No safepoint is left, but the sender of the signal waits for an answer. */
static void interrupted_in_the_last_iteration(void **unused)
{
    (void)unused;
    interrupt_with(SIGINT, ARGV("--pause=100", "--epochs=1"));
    assert_int_equal(child.code, 128 + SIGINT);
    assert_string_equal(child.out, "on_epoch\nfinally_epoch\nafter_run\n");
}

static void interrupted_and_failed(void **unused)
{
    (void)unused;
    interrupt_with(SIGINT, ARGV("--pause=100", "--epochs=50", "--fail_finally"));
    assert_int_equal(child.killed, 0);
    assert_int_equal(child.code, 1);
    assert_string_equal(child.err, "mini: failed: Fit.finally_epoch: late\n");
}

static void plain_progress(void **unused)
{
    (void)unused;
    const time_t started = time(NULL);
    RUN("--pause=20", "--epochs=110", "--silent");
    const int seconds = (int)(time(NULL) - started);
    assert_int_equal(child.code, 0);
    assert_memory_equal(child.err, "Fit ", 4);
    assert_non_null(strstr(child.err, "/110  loss 0.0"));
    int lines = 0;
    for (const char *c = child.err; *c; c++)
        lines += *c == '\n';
    assert_in_range(lines, 2, seconds + 2); /* at most one a second, and the last one */
    assert_non_null(strstr(child.err, "Fit 110/110  loss 0.009091  final 0.5\n"));
    assert_null(strchr(child.err, '\r'));
}

static void progress_as_told(void **unused)
{
    (void)unused;
    RUN("--progress=always", "--silent");
    assert_string_equal(child.err + strlen(child.err) - strlen("Fit 2/2  loss 0.5  final 0.5\n"),
                        "Fit 2/2  loss 0.5  final 0.5\n");
    RUN("--progress=never", "--pause=1100", "--silent");
    assert_string_equal(child.err, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run),
        cmocka_unit_test(no_name_at_all),
        cmocka_unit_test(a_failure),
        cmocka_unit_test(a_suppressed_failure),
        cmocka_unit_test(a_recovered_failure),
        cmocka_unit_test(a_failure_after_a_recovery),
        cmocka_unit_test(a_failed_preparation),
        cmocka_unit_test(wrong_usage),
        cmocka_unit_test(help_and_version),
        cmocka_unit_test(data_that_cannot_be_read),
        cmocka_unit_test(streams_follow_the_seed),
        cmocka_unit_test(metrics),
        cmocka_unit_test(files_that_cannot_be_written),
        cmocka_unit_test(output_that_is_lost),
        cmocka_unit_test(times_that_are_lost),
        cmocka_unit_test(closed_streams),
        cmocka_unit_test(a_reader_that_left),
        cmocka_unit_test(timings_and_trace),
        cmocka_unit_test(a_program_that_cannot_be_watched),
        cmocka_unit_test(a_status_that_is_nobodys),
        cmocka_unit_test(interrupted),
        cmocka_unit_test(interrupted_in_the_last_iteration),
        cmocka_unit_test(interrupted_and_failed),
        cmocka_unit_test(plain_progress),
        cmocka_unit_test(progress_as_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
