/* The schedule: counting steps and epochs, the due checkpoint, the best one. */
#include "kept.h"
#include "checkpoint/best.h"
#include "checkpoint/schedule.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static char text[512];
static const struct loopc_message message = {text, sizeof text};

static void test_parsing(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum loopc_unit unit;
        double every;
    } good[] = {
        {"100", LOOPC_STEPS, 100},           {"1step", LOOPC_STEPS, 1},
        {"100steps", LOOPC_STEPS, 100},      {"2epochs", LOOPC_EPOCHS, 2},
        {"1 epoch", LOOPC_EPOCHS, 1},        {"600seconds", LOOPC_SECONDS, 600},
        {"0.5 seconds", LOOPC_SECONDS, 0.5}, {"1second", LOOPC_SECONDS, 1},
    };
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"", "begin with a number"},
        {"steps", "begin with a number"},
        {"-1", "begin with a number"},
        {"1.2.3", "begin with a number"},
        {".", "begin with a number"},
        {"0", "more than 0"},
        {"0seconds", "more than 0"},
        {"1.5steps", "whole number"},
        {"10s", "no unit"},
        {"10 minutes", "no unit"},
        {"10steps ", "no unit"},
        {"1e3", "no unit"},
        {"9999999999999999", "whole number"},
        {"1000000000000000000000000000000000000000000000", "begin with a number"},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct loopc_schedule schedule = {0};
        assert_int_equal(loopc_schedule_parse(&schedule, good[i].text, &message), LOOPC_OK);
        assert_int_equal(schedule.unit, good[i].unit);
        assert_true(schedule.every == good[i].every);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct loopc_schedule schedule = {LOOPC_EPOCHS, 7};
        assert_int_equal(loopc_schedule_parse(&schedule, bad[i].text, &message), LOOPC_FAILED);
        if (!strstr(text, bad[i].says)) fail_msg("%s: %s", bad[i].text, text);
        assert_non_null(strstr(text, "\nhint: 100steps"));
        assert_true(schedule.every == 7);
    }
}

/* The steps at which a run saves that is resumed from each of them, and saves at 13 as well. */
static int count_saves(const struct loopc_schedule *schedule, int64_t steps, int64_t *at)
{
    struct loopc_checkpoint_info last = loopc_checkpoint_info_start(), now = last;
    int count = 0;
    for (int64_t step = 1; step <= steps; step++) {
        now.steps = step;
        now.epochs = step / 4;
        now.seconds = (double)step / 2;
        if (!loopc_schedule_due(schedule, &last, &now)) continue;
        at[count++] = step;
        last = now;
        if (step == 12) last.steps = 13;
    }
    return count;
}

static void test_due(void **state)
{
    (void)state;
    int64_t at[64];
    const struct loopc_schedule steps = {LOOPC_STEPS, 6}, epochs = {LOOPC_EPOCHS, 2},
                                seconds = {LOOPC_SECONDS, 2.5}, never = {0};
    assert_int_equal(count_saves(&steps, 30, at), 5);
    assert_int_equal(at[2], 18);
    assert_int_equal(count_saves(&epochs, 30, at), 3);
    assert_int_equal(at[0], 8);
    assert_int_equal(at[1], 16);
    assert_int_equal(count_saves(&seconds, 30, at), 6);
    assert_int_equal(at[0], 5);
    assert_int_equal(count_saves(&never, 30, at), 0);
}

/* A multiple that was passed without a look is made up for at once, and once. */
static void test_passed_over(void **state)
{
    (void)state;
    const struct loopc_schedule steps = {LOOPC_STEPS, 10};
    struct loopc_checkpoint_info last = {.steps = 7}, now = {.steps = 35};
    assert_true(loopc_schedule_due(&steps, &last, &now));
    assert_false(loopc_schedule_due(&steps, &now, &now));
    now.steps = 9;
    assert_false(loopc_schedule_due(&steps, &last, &now));
}

/* Fit holds Train and Valid, which holds nothing; Once does not repeat; Alone is beside Fit. */
static void test_counting(void **state)
{
    (void)state;
    static const struct loopc_trace_point places[] = {
        {"Fit", NULL, -1, 'l'},        {"Fit.epoch", NULL, 0, 'p'}, {"Once", "Fit.on", 1, 'l'},
        {"Train", "Once.on", 2, 'l'},  {"Valid", "Fit.on", 1, 'l'}, {"Alone", NULL, -1, 'l'},
        {"Valid", "Alone.on", 5, 'l'},
    };
    struct totals {
        struct loopc_run loopc;
        int64_t fit, train, valid, alone;
    } s = {.fit = 1, .train = 10, .valid = 100, .alone = 1000};
#define TOTAL(the_name, member)                                                                    \
    {                                                                                              \
        .name = (the_name), .type = LOOPC_I64, .offset = offsetof(struct totals, member),          \
        .count = 1, .flags = LOOPC_COUNTER                                                         \
    }
    const struct loopc_field fields[] = {TOTAL("Alone.total", alone), TOTAL("Fit.total", fit),
                                         TOTAL("Train.total", train), TOTAL("Valid.total", valid)};
    struct loopc_program program = {
        .fields = fields, .field_count = 4, .trace_points = places, .trace_point_count = 5};
    struct loopc_counters counters;
    struct loopc_checkpoint_info info = loopc_checkpoint_info_start();
    assert_int_equal(loopc_counters_make(&counters, &program), LOOPC_OK);
    loopc_counters_read(&counters, &s, &info);
    assert_int_equal(info.steps, 110);
    assert_int_equal(info.epochs, 1);
    loopc_counters_free(&counters);
    program.trace_point_count = 7;
    assert_int_equal(loopc_counters_make(&counters, &program), LOOPC_OK);
    loopc_counters_read(&counters, &s, &info);
    assert_int_equal(info.steps, 110);
    assert_int_equal(info.epochs, 1001);
    loopc_counters_free(&counters);
    program.trace_point_count = 1;
    assert_int_equal(loopc_counters_make(&counters, &program), LOOPC_OK);
    loopc_counters_read(&counters, &s, &info);
    assert_true(info.steps == 1 && info.epochs == 1);
    loopc_counters_free(&counters);
}

static void test_best_names(void **state)
{
    (void)state;
    static const struct {
        const char *text, *field;
        bool highest;
    } good[] = {{"loss", "Train.loss", false},
                {"min:Train.loss", "Train.loss", false},
                {"max:exact", "exact", true},
                {"max:Fit.total", "Fit.total", true}};
    static const struct {
        const char *text, *says;
    } bad[] = {{"total", "'total' may be Fit.total or Train.total\nhint: give the full name"},
               {"los", "there is no field 'los'\nhint: one that is reported: Train.loss"},
               {"max:", "there is no field ''\nhint: one that is reported: Train.loss"},
               {"word", "word is not a number"},
               {"cube", "cube is not a number"},
               {"blob", "blob is not a number"}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct loopc_best best;
        assert_int_equal(loopc_best_parse(&best, good[i].text, &kept_program, &message), LOOPC_OK);
        assert_string_equal(best.field->name, good[i].field);
        assert_int_equal(best.highest, good[i].highest);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct loopc_best best;
        assert_int_equal(loopc_best_parse(&best, bad[i].text, &kept_program, &message),
                         LOOPC_FAILED);
        assert_string_equal(text, bad[i].says);
    }
}

static bool improves(const struct loopc_best *best, struct loopc_checkpoint_info *info, float value)
{
    struct kept s;
    kept_fill(&s, 1);
    s.Train.loss = value;
    return loopc_best_improves(best, &s, info);
}

static void test_improving(void **state)
{
    (void)state;
    const float nan = (float)NAN, infinity = (float)INFINITY;
    for (int sign = -1; sign <= 1; sign += 2) {
        struct loopc_best best;
        struct loopc_checkpoint_info info = loopc_checkpoint_info_start();
        const char *field = sign < 0 ? "max:loss" : "min:loss";
        assert_int_equal(loopc_best_parse(&best, field, &kept_program, &message), LOOPC_OK);
        assert_false(improves(&best, &info, nan));
        assert_true(improves(&best, &info, (float)sign * infinity));
        assert_true(improves(&best, &info, (float)sign * 2));
        assert_false(improves(&best, &info, (float)sign * 2));
        assert_false(improves(&best, &info, nan));
        assert_false(improves(&best, &info, (float)sign * 3));
        assert_true(info.best == sign * 2);
        assert_true(improves(&best, &info, (float)sign * -3));
    }
    struct loopc_checkpoint_info info = loopc_checkpoint_info_start();
    assert_false(improves(&(struct loopc_best){0}, &info, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parsing),     cmocka_unit_test(test_due),
        cmocka_unit_test(test_passed_over), cmocka_unit_test(test_counting),
        cmocka_unit_test(test_best_names),  cmocka_unit_test(test_improving),
    };
    return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
