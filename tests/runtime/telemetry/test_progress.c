/* Progress on a terminal: a pseudo-terminal takes its place, and its input is drawn as a
 * terminal would draw it. Lines elsewhere are test_program.c's. */
#include "child.h"
#include "mini.h"

#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <termios.h>
#include <cmocka.h>

static char seen[1 << 16]; /* all that was written */
static char screen[256][128];
static int lines;

/* Runs mini on a terminal of 60 columns; returns its exit code. */
static int run_on_terminal(char **argv)
{
    int terminal, status;
    size_t length = 0;
    const struct winsize size = {.ws_row = 24, .ws_col = 60};
    fflush(NULL);
    const pid_t pid = forkpty(&terminal, NULL, NULL, &size);
    if (pid == 0) {
        setvbuf(stdout, NULL, _IOLBF, 0); /* as for a program that starts on a terminal */
        exit(mini_main(argv));
    }
    for (;;) {
        const ssize_t n = read(terminal, seen + length, sizeof seen - 1 - length);
        if (n <= 0) break;
        length += (size_t)n;
    }
    seen[length] = 0;
    waitpid(pid, &status, 0);
    close(terminal);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The visible result: \r goes to the start of the line, \n to the next one; escapes are
 * colours. */
static void draw(void)
{
    int column = 0;
    lines = 0;
    memset(screen, 0, sizeof screen);
    for (const char *c = seen; *c; c++) {
        if (*c == '\033') {
            c += strcspn(c, "m");
        } else if (*c == '\r') {
            column = 0;
        } else if (*c == '\n') {
            lines++;
        } else {
            assert_in_range(column, 0, 59); /* no line wraps */
            screen[lines][column++] = *c;
        }
    }
    for (int i = 0; i <= lines; i++) {
        size_t length = strlen(screen[i]);
        while (length > 0 && screen[i][length - 1] == ' ')
            screen[i][--length] = 0;
    }
}

static int count(const char *text)
{
    int n = 0;
    for (const char *c = seen; (c = strstr(c, text)); c++)
        n++;
    return n;
}

#define ON_TERMINAL(...) run_on_terminal((char *[]){(char *)"mini", __VA_ARGS__, NULL})

static int set_up(void **unused)
{
    (void)unused;
    return setenv("TERM", "xterm", 1) || unsetenv("NO_COLOR");
}

static void a_line_that_is_rewritten(void **unused)
{
    (void)unused;
    const time_t started = time(NULL);
    assert_int_equal(ON_TERMINAL("--pause=20", "--epochs=90", "--silent"), 0);
    assert_in_range(count("Fit "), 2, 5 * (int)(time(NULL) - started) + 5);
    assert_non_null(strstr(seen, "\033[36mFit "));
    assert_non_null(strstr(seen, "/90  loss 0."));
    draw();
    assert_int_equal(lines, 0);
    assert_string_equal(screen[0], ""); /* nothing stays */
}

static void short_runs_say_nothing(void **unused)
{
    (void)unused;
    assert_int_equal(ON_TERMINAL("--silent"), 0);
    assert_string_equal(seen, "");
}

static void no_color(void **unused)
{
    (void)unused;
    setenv("NO_COLOR", "1", 1);
    assert_int_equal(ON_TERMINAL("--progress=always", "--pause=100", "--epochs=6", "--silent"), 0);
    assert_true(count("Fit ") > 0);
    assert_null(strchr(seen, '\033'));
}

/* Lines of the bodies and the line of progress share the terminal, and both come out whole. */
static void bodies_print_as_well(void **unused)
{
    (void)unused;
    assert_int_equal(ON_TERMINAL("--progress=always", "--pause=30", "--epochs=20"), 0);
    assert_true(count("Fit ") > 2);
    draw();
    assert_int_equal(lines, 42);
    for (int i = 0; i < 40; i += 2) {
        assert_string_equal(screen[i], "on_epoch");
        assert_string_equal(screen[i + 1], "finally_epoch");
    }
    assert_string_equal(screen[40], "after_run");
    assert_string_equal(screen[41], "Fit 20/20  loss 0.05  final 0.5");
}

static void bodies_note_something(void **unused)
{
    (void)unused;
    assert_int_equal(ON_TERMINAL("--progress=always", "--pause=30", "--epochs=20", "--notes"), 0);
    draw();
    assert_int_equal(lines, 62);
    for (int i = 0; i < 60; i += 3) {
        assert_string_equal(screen[i], "on_epoch");
        assert_string_equal(screen[i + 1], "mini: a note");
        assert_string_equal(screen[i + 2], "finally_epoch");
    }
}

static void a_dumb_terminal_has_plain_lines(void **unused)
{
    (void)unused;
    setenv("TERM", "dumb", 1);
    assert_int_equal(ON_TERMINAL("--progress=always", "--silent"), 0);
    draw();
    assert_string_equal(screen[lines - 1], "Fit 2/2  loss 0.5  final 0.5");
    assert_null(strchr(seen, '\033'));
}

static void ctrl_c_is_answered(void **unused)
{
    (void)unused;
    int terminal, status;
    fflush(NULL);
    const pid_t pid = forkpty(&terminal, NULL, NULL, NULL);
    char *argv[] = {(char *)"mini", (char *)"--pause=300", NULL};
    if (pid == 0) exit(mini_main(argv));
    size_t length = 0;
    bool sent = false;
    for (;;) {
        const ssize_t n = read(terminal, seen + length, sizeof seen - 1 - length);
        if (n <= 0) break;
        seen[length += (size_t)n] = 0;
        if (!sent && strstr(seen, "on_epoch")) sent = write(terminal, "\003", 1) == 1;
    }
    waitpid(pid, &status, 0);
    close(terminal);
    assert_int_equal(WEXITSTATUS(status), 128 + SIGINT);
    assert_non_null(strstr(seen, "mini: ending in good order; once more to end at once"));
    assert_non_null(strstr(seen, "mini: interrupted: SIGINT"));
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_line_that_is_rewritten),
        TEST(short_runs_say_nothing),
        TEST(no_color),
        TEST(bodies_print_as_well),
        TEST(bodies_note_something),
        TEST(ctrl_c_is_answered),
        TEST(a_dumb_terminal_has_plain_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
