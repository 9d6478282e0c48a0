/* The best checkpoint: which field --best means, and at which boundaries it is judged. */
#include "checkpoint/best.h"
#include "kept.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { START, IN_TRAIN, END_OF_TRAIN, IN_FIT, POINTS };
static const char *const points[POINTS] = {"the start", "Train on Fit.on_epoch",
                                           "the end of Train on Fit.on_epoch", "Fit"};
static struct loopc_program program;
static struct loopc_best best;
static struct loopc_checkpoint_info info;
static struct kept s;
static char text[512];
static const struct loopc_message message = {text, sizeof text};

static int set_up(void **unused)
{
    (void)unused;
    program = kept_program;
    program.resume_points = points;
    program.resume_point_count = POINTS;
    kept_fill(&s, 0);
    best = (struct loopc_best){0};
    info = loopc_checkpoint_info_start();
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    loopc_best_free(&best);
    return 0;
}

static void means(const char *given, const char *full)
{
    char format[128];
    if (loopc_best_parse(&best, given, &program, &message)) fail_msg("%s", text);
    loopc_best_format(&best, format, sizeof format);
    assert_string_equal(format, full);
    loopc_best_free(&best);
}

static void names_are_full_or_ends(void **unused)
{
    (void)unused;
    means("Train.loss", "min:Train.loss");
    means("loss", "min:Train.loss");
    means("max:loss", "max:Train.loss");
    means("eta", "min:eta");
}

static void refuses(const char *given, const char *why)
{
    assert_int_equal(loopc_best_parse(&best, given, &program, &message), LOOPC_FAILED);
    assert_string_equal(text, why);
}

static void wrong_names_are_refused(void **unused)
{
    (void)unused;
    refuses("total", "'total' may be Fit.total or Train.total\nhint: give the full name");
    refuses("lost", "there is no field 'lost'\nhint: one that is reported: Train.loss");
    refuses("oss", "there is no field 'oss'\nhint: one that is reported: Train.loss");
    refuses("max:word", "word is not a number");
    refuses("cube", "cube is not a number");
    refuses("data", "data is not a number");
}

static bool judge(int at, int64_t total, int64_t iteration, float loss)
{
    s.Train.total = total;
    s.Train.iteration = iteration;
    s.Train.loss = loss;
    return loopc_best_judge(&best, &s, at, &info);
}

/* Train holds no other loop: a pass of it is a run, and is over where the run is outside of it. */
static void an_inner_loop_is_judged_after_each_run(void **unused)
{
    (void)unused;
    assert_int_equal(loopc_best_parse(&best, "loss", &program, &message), LOOPC_OK);
    loopc_best_begin(&best, &s, &info);
    assert_false(judge(IN_FIT, 0, 0, 1));
    assert_false(judge(IN_TRAIN, 3, 3, 1));
    assert_true(judge(IN_FIT, 5, 5, 3));
    assert_true(info.best >= 3 && info.best <= 3);
    assert_false(judge(IN_FIT, 5, 5, 1)); /* no pass since */
    assert_false(judge(IN_FIT, 10, 5, 4));
    assert_int_equal(info.judged, 10);
    assert_true(judge(END_OF_TRAIN, 15, 0, 2));
}

/* Fit is the outermost loop: each iteration of it is a pass, and a field of no loop goes by it. */
static void an_epoch_is_a_pass(void **unused)
{
    (void)unused;
    assert_int_equal(loopc_best_parse(&best, "max:Fit.times", &program, &message), LOOPC_OK);
    s.Fit.total = 4;
    loopc_best_begin(&best, &s, &info);
    assert_int_equal(info.judged, 4);
    assert_false(loopc_best_judge(&best, &s, IN_FIT, &info));
    s.Fit.total = 5;
    assert_true(loopc_best_judge(&best, &s, IN_TRAIN, &info));
}

static bool improves(double value)
{
    s.exact = value;
    return loopc_best_improves(&best, &s, &info);
}

static void better_is_lower_or_higher_and_never_nan(void **unused)
{
    (void)unused;
    assert_int_equal(loopc_best_parse(&best, "exact", &program, &message), LOOPC_OK);
    assert_false(improves((double)NAN));
    assert_true(improves(2));
    assert_false(improves(2) || improves(3) || improves((double)NAN));
    assert_true(improves(1));
    loopc_best_free(&best);
    assert_int_equal(loopc_best_parse(&best, "max:exact", &program, &message), LOOPC_OK);
    assert_false(improves(1));
    assert_true(improves(1.5) && improves((double)INFINITY));
}

static void without_a_field_nothing_is_the_best(void **unused)
{
    (void)unused;
    assert_false(loopc_best_judge(&best, &s, IN_FIT, &info));
    assert_false(loopc_best_improves(&best, &s, &info));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_are_full_or_ends),
        TEST(wrong_names_are_refused),
        TEST(an_inner_loop_is_judged_after_each_run),
        TEST(an_epoch_is_a_pass),
        TEST(better_is_lower_or_higher_and_never_nan),
        TEST(without_a_field_nothing_is_the_best),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
