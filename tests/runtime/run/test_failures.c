/* Failures: recording, propagation, recovery, precedence. */
#include "loopc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct loopc_run fresh(void)
{
    return (struct loopc_run){0};
}

static const char *text_of(const struct loopc_run *run, int i)
{
    static char text[2048];
    loopc_failure_text(&run->failures.kept[i], text, sizeof text);
    return text;
}

static void records_node_and_message(void **unused)
{
    (void)unused;
    struct loopc_run run = fresh();
    assert_int_equal(loopc_fail(&run, "Train.on_batch", "loss is %g", 2.5), LOOPC_FAILED);
    assert_int_equal(run.failures.count, 1);
    assert_string_equal(text_of(&run, 0), "Train.on_batch: loss is 2.5");
}

static void message_is_one_line(void **unused)
{
    (void)unused;
    struct loopc_run run = fresh();
    loopc_fail(&run, "A.on_x", "two\nlines\twith\x1b[31m colour\n");
    assert_string_equal(text_of(&run, 0), "A.on_x: two lines with [31m colour");
}

static void long_message_is_cut(void **unused)
{
    (void)unused;
    struct loopc_run run = fresh();
    char text[1000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    loopc_fail(&run, "A.on_x", "%s", text);
    assert_int_equal(strlen(run.failures.kept[0].message), LOOPC_MESSAGE_SIZE - 1);
}

static void path_is_innermost_first(void **unused)
{
    (void)unused;
    struct loopc_run run = fresh();
    int st = loopc_fail(&run, "Deep.on_x", "no");
    st = loopc_propagate(&run, st, "Deep", "Inner.on_iteration");
    st = loopc_propagate(&run, st, "Inner", "Outer.on_step");
    assert_int_equal(st, LOOPC_FAILED);
    assert_string_equal(text_of(&run, 0), "Deep.on_x on Inner.on_iteration on Outer.on_step: no");
}

static void via_passes_other_statuses(void **unused)
{
    (void)unused;
    struct loopc_run run = fresh();
    loopc_fail(&run, "Inner.on_x", "no");
    assert_int_equal(loopc_propagate(&run, LOOPC_STOP, "Inner", "Outer.on_step"), LOOPC_STOP);
    assert_int_equal(loopc_propagate(&run, LOOPC_OK, "Inner", "Outer.on_step"), LOOPC_OK);
    assert_int_equal(loopc_propagate(&run, LOOPC_FIRST_TARGET + 3, "Inner", "Outer.on_step"),
                     LOOPC_FIRST_TARGET + 3);
    assert_int_equal(run.failures.kept[0].depth, 0);
}

/* "Inn" is not the loop of Inner.on_x, nor is "Inner.on". */
static void head_is_compared_whole(void **unused)
{
    (void)unused;
    struct loopc_run run = fresh();
    loopc_fail(&run, "Inner.on_x", "no");
    loopc_propagate(&run, LOOPC_FAILED, "Inn", "Outer.on_step");
    loopc_propagate(&run, LOOPC_FAILED, "InnerMost", "Outer.on_step");
    assert_int_equal(run.failures.kept[0].depth, 0);
    loopc_recover(&run, "Inn");
    assert_int_equal(run.failures.count, 1);
    loopc_recover(&run, "Inner");
    assert_int_equal(run.failures.count, 0);
}

/* Outer.on_step failed; in Outer's failed part a loop fails and recovers by itself. */
static void inner_recovery_keeps_outer_failure(void **unused)
{
    (void)unused;
    struct loopc_run run = fresh();
    loopc_fail(&run, "Outer.on_step", "primary");
    loopc_fail(&run, "Handler.on_try", "passing");
    assert_int_equal(loopc_recover(&run, "Handler"), LOOPC_OK);
    assert_int_equal(run.failures.count, 1);
    assert_string_equal(text_of(&run, 0), "Outer.on_step: primary");
}

/* The same loop is in the try part, where it failed, and in the failed part, where it fails
 * again and recovers: the failure that has left it already is Outer's. */
static void recovery_of_a_loop_that_failed_before(void **unused)
{
    (void)unused;
    struct loopc_run run = fresh();
    loopc_propagate(&run, loopc_fail(&run, "Inner.on_x", "first"), "Inner", "Outer.on_step");
    loopc_fail(&run, "Inner.on_x", "second");
    loopc_recover(&run, "Inner");
    assert_int_equal(run.failures.count, 1);
    assert_string_equal(text_of(&run, 0), "Inner.on_x on Outer.on_step: first");
}

static void recovery_takes_suppressed_failures_along(void **unused)
{
    (void)unused;
    struct loopc_run run = fresh();
    loopc_fail(&run, "Outer.on_step", "primary");
    loopc_propagate(&run, loopc_fail(&run, "Inner.finally_x", "late"), "Inner",
                    "Outer.finally_step");
    assert_int_equal(run.failures.count, 2);
    loopc_recover(&run, "Outer");
    assert_int_equal(run.failures.count, 0);
}

static void later_failures_are_counted(void **unused)
{
    (void)unused;
    struct loopc_run run = fresh();
    for (int i = 0; i < LOOPC_FAILURES_KEPT + 5; i++)
        loopc_fail(&run, "A.on_x", "number %d", i);
    assert_int_equal(run.failures.count, LOOPC_FAILURES_KEPT);
    assert_int_equal(loopc_failures_more(&run.failures), 5);
    assert_string_equal(text_of(&run, 0), "A.on_x: number 0");
    loopc_recover(&run, "A");
    assert_int_equal(run.failures.count, 0);
}

/* With a full table a handler's loop still fails and recovers without a trace. */
static void recovers_what_is_only_counted(void **unused)
{
    (void)unused;
    struct loopc_run run = fresh();
    for (int i = 0; i < LOOPC_FAILURES_KEPT + 2; i++)
        loopc_fail(&run, "A.finally_x", "number %d", i);
    for (int i = 0; i < 1000; i++) {
        int st = loopc_fail(&run, "Deep.on_x", "no");
        loopc_fail(&run, "B.finally_x", "nor this");
        loopc_propagate(&run, st, "Deep", "B.on_x");
        assert_int_equal(loopc_failures_more(&run.failures), 4);
        loopc_recover(&run, "B");
    }
    assert_int_equal(run.failures.count, LOOPC_FAILURES_KEPT);
    assert_int_equal(loopc_failures_more(&run.failures), 2);
    loopc_propagate(&run, LOOPC_FAILED, "A", "Outer.on_x");
    loopc_recover(&run, "Outer");
    assert_int_equal(run.failures.count, 0);
    assert_int_equal(loopc_failures_more(&run.failures), 0);
}

static void takes_over_failures(void **unused)
{
    (void)unused;
    struct loopc_run run = fresh(), other = fresh();
    for (int i = 0; i < LOOPC_FAILURES_KEPT + 3; i++)
        loopc_fail(&other, "A.on_x", "number %d", i);
    loopc_fail(&run, "B.on_x", "first");
    loopc_fail_with(&run, &other.failures);
    assert_string_equal(text_of(&run, 0), "B.on_x: first");
    assert_string_equal(text_of(&run, 1), "A.on_x: number 0");
    assert_int_equal(loopc_failures_more(&run.failures), 4);
}

static void deep_paths_keep_their_head(void **unused)
{
    (void)unused;
    struct loopc_run run = fresh();
    static char nodes[LOOPC_PATH_KEPT + 4][32];
    char loop[16] = "L0";
    loopc_fail(&run, "L0.on_x", "deep");
    for (int i = 1; i < LOOPC_PATH_KEPT + 4; i++) {
        snprintf(nodes[i], sizeof nodes[i], "L%d.on_x", i);
        loopc_propagate(&run, LOOPC_FAILED, loop, nodes[i]);
        snprintf(loop, sizeof loop, "L%d", i);
    }
    assert_string_equal(run.failures.kept[0].frame, nodes[LOOPC_PATH_KEPT + 3]);
    assert_non_null(strstr(text_of(&run, 0), " on L32.on_x and 3 places further out: deep"));
    loopc_recover(&run, loop);
    assert_int_equal(run.failures.count, 0);
}

static void text_fits_its_buffer(void **unused)
{
    (void)unused;
    struct loopc_run run = fresh();
    loopc_propagate(&run, loopc_fail(&run, "Inner.on_x", "message"), "Inner", "Outer.on_step");
    for (size_t size = 1; size < 60; size++) {
        char text[64];
        memset(text, '#', sizeof text);
        loopc_failure_text(&run.failures.kept[0], text, size);
        assert_true(strlen(text) < size);
        assert_int_equal(text[size], '#');
    }
}

static void worse_of_two(void **unused)
{
    (void)unused;
    assert_int_equal(loopc_merge_status(LOOPC_OK, LOOPC_OK), LOOPC_OK);
    assert_int_equal(loopc_merge_status(LOOPC_STOP, LOOPC_OK), LOOPC_STOP);
    assert_int_equal(loopc_merge_status(LOOPC_STOP, LOOPC_FAILED), LOOPC_FAILED);
    assert_int_equal(loopc_merge_status(LOOPC_FAILED, LOOPC_INTERRUPTED), LOOPC_FAILED);
    assert_int_equal(loopc_merge_status(LOOPC_INTERRUPTED, LOOPC_FAILED), LOOPC_FAILED);
    assert_int_equal(loopc_merge_status(LOOPC_CANCEL, LOOPC_INTERRUPTED), LOOPC_INTERRUPTED);
    assert_int_equal(loopc_merge_status(LOOPC_INTERRUPTED, LOOPC_OK), LOOPC_INTERRUPTED);
}

/* Handlers put the statuses of their steps together with |. */
static void handler_statuses_are_bits(void **unused)
{
    (void)unused;
    const int statuses[] = {LOOPC_FAILED, LOOPC_RECOVERED, LOOPC_INTERRUPTED};
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < i; j++)
            assert_int_equal(statuses[i] & statuses[j], 0);
    }
    assert_true((int)LOOPC_FIRST_TARGET > (int)LOOPC_STOP);
}

static void refused_rows_are_told_once(void **unused)
{
    (void)unused;
    struct loopc_run run = fresh();
    int32_t excess = 0;
    assert_true(loopc_rows_fit(0, 8, &excess) && loopc_rows_fit(8, 8, &excess));
    assert_true(loopc_is_row(7, 8, &excess));
    assert_int_equal(excess, 0);
    assert_false(loopc_rows_fit(9, 8, &excess));
    assert_int_equal(loopc_fail_rows(&run, "A.on_x", "net", 8, &excess), LOOPC_FAILED);
    assert_int_equal(excess, 0);
    assert_string_equal(text_of(&run, 0), "A.on_x: net 'net' is given 9 rows, and has room for 8: "
                                          "batch = 9 of the net is the most rows of a call");
    assert_false(loopc_rows_fit(-2, 8, &excess) || loopc_is_row(-1, 8, &excess));
    assert_false(loopc_is_row(8, 8, &excess) || loopc_is_row(INT32_MAX, 8, &excess));
}

static void refused_rows_put_out_zeros(void **unused)
{
    (void)unused;
    const float *const zeros = loopc_no_outputs(1000, 3);
    for (int i = 0; i < 3000; i++)
        assert_true(zeros[i] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_node_and_message),
        cmocka_unit_test(message_is_one_line),
        cmocka_unit_test(long_message_is_cut),
        cmocka_unit_test(path_is_innermost_first),
        cmocka_unit_test(via_passes_other_statuses),
        cmocka_unit_test(head_is_compared_whole),
        cmocka_unit_test(inner_recovery_keeps_outer_failure),
        cmocka_unit_test(recovery_of_a_loop_that_failed_before),
        cmocka_unit_test(recovery_takes_suppressed_failures_along),
        cmocka_unit_test(later_failures_are_counted),
        cmocka_unit_test(recovers_what_is_only_counted),
        cmocka_unit_test(takes_over_failures),
        cmocka_unit_test(deep_paths_keep_their_head),
        cmocka_unit_test(text_fits_its_buffer),
        cmocka_unit_test(worse_of_two),
        cmocka_unit_test(handler_statuses_are_bits),
        cmocka_unit_test(refused_rows_are_told_once),
        cmocka_unit_test(refused_rows_put_out_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
