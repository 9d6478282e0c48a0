/* Scores: accuracy and confusion of classes, errors of values, as text and as JSON. */
#include "export/scores.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static struct loopc_scores scores;
static char text[4096];

static const char *name(const void *context, int32_t i, char *to, size_t size)
{
    snprintf(to, size, "%s%d", (const char *)context, (int)i);
    return to;
}

static int tear_down(void **state)
{
    (void)state;
    loopc_scores_free(&scores);
    return 0;
}

static const char *printed(const char *names)
{
    memset(text, 0, sizeof text);
    FILE *const file = fmemopen(text, sizeof text, "w");
    loopc_scores_print(&scores, "prog", name, names, file);
    fclose(file);
    return text;
}

static const char *written(const char *names)
{
    memset(text, 0, sizeof text);
    FILE *const file = fmemopen(text, sizeof text, "w");
    loopc_scores_write(&scores, name, names, file);
    fclose(file);
    return text;
}

static void classes_are_counted(void **state)
{
    (void)state;
    assert_true(loopc_scores_new(&scores, 2, 0));
    loopc_scores_add_class(&scores, 0, 0);
    loopc_scores_add_class(&scores, 1, 0);
    loopc_scores_add_class(&scores, 1, 1);
    loopc_scores_add_class(&scores, 1, 1);
    assert_int_equal(loopc_scores_right(&scores), 3);
    assert_string_equal(printed("c"), "prog: accuracy 0.7500, 3 of 4 rows\n"
                                      "prog: a row a class of the file, a column a predicted one:\n"
                                      "            c0      c1   right\n"
                                      "    c0       1       0  1.0000\n"
                                      "    c1       1       2  0.6667\n");
    assert_string_equal(written("c"), "{\"rows\": 4, \"accuracy\": 0.75, \"classes\": [\"c0\", "
                                      "\"c1\"], \"confusion\": [[1, 0], [1, 2]]}\n");
}

/* More than a screen has columns for: the most frequent confusions, of equals the first ones. */
static void many_classes_are_told_by_their_confusions(void **state)
{
    (void)state;
    assert_true(loopc_scores_new(&scores, 20, 0));
    for (int i = 0; i < 3; i++)
        loopc_scores_add_class(&scores, 7, 3);
    loopc_scores_add_class(&scores, 9, 1);
    loopc_scores_add_class(&scores, 2, 19);
    loopc_scores_add_class(&scores, 2, 2);
    assert_string_equal(printed("c"), "prog: accuracy 0.1667, 1 of 6 rows\n"
                                      "prog: c7 taken for c3: 3 of 3 rows\n"
                                      "prog: c2 taken for c19: 1 of 2 rows\n"
                                      "prog: c9 taken for c1: 1 of 1 rows\n");
}

static void errors_are_those_of_the_formulas(void **state)
{
    static const float answers[] = {1e6f, 5, 1e6f + 2, 5}, predicted[] = {1e6f + 1, 5, 1e6f + 2, 5};
    (void)state;
    assert_true(loopc_scores_new(&scores, 0, 2));
    for (int i = 0; i < 2; i++)
        loopc_scores_add_values(&scores, answers + 2 * i, predicted + 2 * i);
    assert_true(fabs(loopc_scores_rmse(&scores, 0) - sqrt(0.5)) < 1e-12);
    assert_true(fabs(loopc_scores_r2(&scores, 0) - 0.5) < 1e-12); /* 1 - 1 / 2 */
    assert_true(loopc_scores_rmse(&scores, 1) <= 0);
    assert_true(isnan(loopc_scores_r2(&scores, 1))); /* all answers are equal */
    assert_string_equal(written("t"), "{\"rows\": 2, \"targets\": [\"t0\", \"t1\"], \"rmse\": "
                                      "[0.707106781, 0], \"r2\": [0.5, null]}\n");
    assert_non_null(strstr(printed("t"), "prog: t0: RMSE 0.707107, R2 0.5000, 2 rows\n"));
}

static void no_rows_have_no_scores(void **state)
{
    (void)state;
    assert_true(loopc_scores_new(&scores, 3, 0));
    assert_string_equal(printed("c"), "");
    assert_string_equal(written("c"), "{\"rows\": 0}\n");
}

/* Names come from files: their bytes never reach a terminal as a command. */
static void names_are_harmless(void **state)
{
    (void)state;
    assert_true(loopc_scores_new(&scores, 2, 0));
    loopc_scores_add_class(&scores, 0, 1);
    assert_null(strchr(printed("\x1b[2J\""), '\x1b'));
    const char *const line = written("\"\n");
    assert_string_equal(strchr(line, '\n'), "\n"); /* one line, whatever the names */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(classes_are_counted, tear_down),
        cmocka_unit_test_teardown(many_classes_are_told_by_their_confusions, tear_down),
        cmocka_unit_test_teardown(errors_are_those_of_the_formulas, tear_down),
        cmocka_unit_test_teardown(no_rows_have_no_scores, tear_down),
        cmocka_unit_test_teardown(names_are_harmless, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
