/* ROC curves: areas by definition, over all pairs of rows; curves by hand; what is left out. */
#include "export/roc.h"

#include "base/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct loopc_roc roc;
static char text[65536];

static int tear_down(void **state)
{
    (void)state;
    loopc_roc_free(&roc);
    return 0;
}

static const char *written(void)
{
    memset(text, 0, sizeof text);
    FILE *const file = fmemopen(text, sizeof text, "w");
    assert_true(loopc_roc_write(&roc, file));
    fclose(file);
    return text;
}

/* Two classes; the outputs are those for the second one. */
static void curves_are_those_of_the_definition(void **state)
{
    static const float outputs[] = {0.9f, 0.8f, 0.7f, 0.7f, 0.1f};
    static const int32_t labels[] = {1, 0, 1, 0, 0};
    (void)state;
    assert_true(loopc_roc_new(&roc, 2, 5));
    for (int i = 0; i < 5; i++)
        loopc_roc_add(&roc, labels[i], (const float[]){1 - outputs[i], outputs[i]});
    /* Pairs of a row of class 1 and one of class 0: 3 of 3, and 1.5 of 3. */
    assert_string_equal(
        written(),
        ", \"auc\": [0.75, 0.75], \"roc\": [[[0, 0, 0.5, 0.5, 1], [0, 0.333333, 0.666667, "
        "1, 1]], [[0, 0, 0.333333, 0.666667, 1], [0, 0.5, 0.5, 1, 1]]]");
}

static double area_by_pairs(int32_t class)
{
    double sum = 0, pairs = 0;
    for (int64_t i = 0; i < roc.rows; i++) {
        for (int64_t k = 0; k < roc.rows; k++) {
            if (roc.labels[i] != class || roc.labels[k] == class) continue;
            const float a = roc.outputs[i * roc.classes + class],
                        b = roc.outputs[k * roc.classes + class];
            sum += a > b ? 1.0 : a < b ? 0.0 : 0.5;
            pairs++;
        }
    }
    return sum / pairs;
}

static void areas_are_shares_of_pairs(void **state)
{
    struct loopc_rng rng;
    (void)state;
    loopc_rng_seed(&rng, 5, "outputs");
    assert_true(loopc_roc_new(&roc, 3, 700));
    for (int i = 0; i < 700; i++) {
        float outputs[3];
        for (int k = 0; k < 3; k++) /* of few values, so that many are equal */
            outputs[k] = floorf(12 * loopc_rng_f32(&rng)) + (k == i % 3 ? 3 : 0);
        loopc_roc_add(&roc, i % 3, outputs);
    }
    double areas[3];
    assert_int_equal(sscanf(written(), ", \"auc\": [%lf, %lf, %lf]", areas, areas + 1, areas + 2),
                     3);
    for (int k = 0; k < 3; k++)
        assert_true(fabs(areas[k] - area_by_pairs(k)) < 1e-8);
}

static void many_rows_have_few_points(void **state)
{
    struct loopc_rng rng;
    int64_t commas = 0;
    (void)state;
    loopc_rng_seed(&rng, 6, "outputs");
    assert_true(loopc_roc_new(&roc, 2, 20000));
    for (int i = 0; i < 20000; i++) {
        const float output = loopc_rng_f32(&rng);
        loopc_roc_add(&roc, loopc_rng_f32(&rng) < output, (const float[]){-output, output});
    }
    for (const char *p = written(); *p; p++)
        commas += *p == ',';
    assert_true(commas > 4 * LOOPC_ROC_POINTS);
    assert_true(commas <= 4 * (2 * LOOPC_ROC_POINTS + 2) + 8);
}

static void classes_that_are_not_there_have_none(void **state)
{
    (void)state;
    assert_true(loopc_roc_new(&roc, 3, 3));
    loopc_roc_add(&roc, 0, (const float[]){1, 0, NAN});
    loopc_roc_add(&roc, 2, (const float[]){0, 0, 1});
    loopc_roc_add(&roc, 0, (const float[]){1, 0, 0});
    loopc_roc_add(&roc, 0, (const float[]){1, 0, 0}); /* there is room for three */
    assert_string_equal(written(), ", \"auc\": [1, null, 1], \"roc\": [[[0, 0, 1], [0, 1, 1]], "
                                   "null, [[0, 0, 1], [0, 1, 1]]]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(curves_are_those_of_the_definition, tear_down),
        cmocka_unit_test_teardown(areas_are_shares_of_pairs, tear_down),
        cmocka_unit_test_teardown(many_rows_have_few_points, tear_down),
        cmocka_unit_test_teardown(classes_that_are_not_there_have_none, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
