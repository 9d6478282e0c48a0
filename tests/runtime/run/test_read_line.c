/* Lines of standard input: in pieces, at the end, too long, interrupted. */
#include "run/read_line.h"
#include "child.h"
#include "run/events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static struct child child;

/* Says each line that it reads, with the status: the standard input of the child. */
static int reader(void *input)
{
    const int *const ends = input;
    struct loopc_run run = {0};
    char text[8];
    int st;
    dup2(ends[0], STDIN_FILENO);
    close(ends[1]);
    do {
        st = loopc_read_line(&run, text, sizeof text);
        printf("%d<%s>%s\n", st, text, st == LOOPC_LINE_FAILED ? strerror(errno) : "");
        fflush(stdout);
    } while (st == LOOPC_LINE || (st == LOOPC_LINE_FAILED && errno == EMSGSIZE));
    return 0;
}

static int ends[2];

static void begin(void)
{
    assert_int_equal(pipe(ends), 0);
    child_start(&child, reader, ends);
    close(ends[0]);
}

static void give(const char *text)
{
    assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
}

static void said(const char *expected)
{
    close(ends[1]);
    child_end(&child);
    assert_int_equal(child.code, 0);
    assert_string_equal(child.out, expected);
}

static void lines_end_in_many_ways(void **unused)
{
    (void)unused;
    begin();
    give("one\ntwo\r\n\n\r\nlast");
    said("1<one>\n1<two>\n1<>\n1<>\n1<last>\n0<>\n");
    begin();
    said("0<>\n");
}

static void pieces_are_put_together(void **unused)
{
    (void)unused;
    begin();
    give("a\nb");
    assert_true(child_wrote(&child, "1<a>\n"));
    give("c");
    give("d\n");
    assert_true(child_wrote(&child, "1<bcd>\n"));
    said("1<a>\n1<bcd>\n0<>\n");
}

/* Seven bytes fit in eight; one that is longer is refused as a whole, and the next one is read. */
static void long_lines_are_refused_as_a_whole(void **unused)
{
    (void)unused;
    char most[70000];
    memset(most, 'x', sizeof most - 1);
    most[sizeof most - 1] = 0;
    begin();
    give("1234567\n12345678\nnext\n");
    give(most);
    give("\nend\n");
    said("1<1234567>\n-2<>Message too long\n1<next>\n-2<>Message too long\n1<end>\n0<>\n");
}

static int interrupted(void *unused)
{
    struct loopc_run run = {0};
    char text[8];
    (void)unused;
    loopc_raise_event(LOOPC_EVENT_SIGNAL);
    return loopc_read_line(&run, text, sizeof text) == LOOPC_LINE_INTERRUPTED ? 7 : 8;
}

/* Standard input has nothing to say, and the run does not wait for it. */
static void a_signal_ends_the_wait(void **unused)
{
    (void)unused;
    int wait[2];
    assert_int_equal(pipe(wait), 0);
    const int before = dup(STDIN_FILENO);
    dup2(wait[0], STDIN_FILENO);
    child_run(&child, interrupted, NULL);
    dup2(before, STDIN_FILENO);
    close(wait[1]);
    assert_int_equal(child.code, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_end_in_many_ways),
        cmocka_unit_test(pieces_are_put_together),
        cmocka_unit_test(long_lines_are_refused_as_a_whole),
        cmocka_unit_test(a_signal_ends_the_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
