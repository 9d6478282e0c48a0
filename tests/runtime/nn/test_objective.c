/* Losses whose derivatives are those of central differences of themselves; samples without a label,
 * weights and reductions. Their values are compared with a reference by
 * tests/program/test_layers.sh. */
#include "kernels.h"
#include "nn/objective.h"

enum { SAMPLES = 19, OUTPUTS = 4, VALUES = SAMPLES * OUTPUTS };

static float values[VALUES];
static int32_t labels[SAMPLES];
static float *a, *y, *d, *scratch, *losses, *shares;

static int set_up(void **state)
{
    static float targets[VALUES];
    uint32_t seed = 3;
    (void)state;
    fill(values, VALUES, &seed);
    fill(targets, VALUES, &seed);
    for (int i = 0; i < VALUES; i++)
        targets[i] = fabsf(targets[i]);
    for (int r = 0; r < SAMPLES; r++)
        labels[r] = r % 5 - 1;
    a = upright_of(values, SAMPLES, OUTPUTS, SAMPLES);
    y = upright_of(targets, SAMPLES, OUTPUTS, SAMPLES);
    d = panels(OUTPUTS, SAMPLES), scratch = panels(OUTPUTS, SAMPLES);
    losses = vector(SAMPLES), shares = vector(SAMPLES);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    end_arrays();
    return 0;
}

static float loss_of(const struct loopc_objective *o, float *to)
{
    const bool has_labels = o->kind >= LOOPC_CROSS_ENTROPY;
    const int targets = o->kind == LOOPC_GAUSSIAN ? OUTPUTS / 2 : OUTPUTS;
    loopc_shares(o, NULL, has_labels ? labels : NULL, shares, SAMPLES, targets);
    for (int32_t tid = 0; tid < 2; tid++) {
        const struct loopc_thread me = {tid, 2};
        if (has_labels)
            loopc_objective_labels(o, a, labels, shares, to, losses, SAMPLES, OUTPUTS, me);
        else
            loopc_objective_values(o, a, y, shares, to, losses, SAMPLES, OUTPUTS, me);
    }
    return loopc_total(losses, SAMPLES);
}

static void check_slopes(const struct loopc_objective *o)
{
    assert_true(isfinite(loss_of(o, d)));
    for (int i = 0; i < VALUES; i++) {
        float *const value = a + loopc_panel_at(OUTPUTS, i % OUTPUTS, i / OUTPUTS);
        const float kept = *value, step = 0.01f;
        *value = kept + step;
        const double up = (double)loss_of(o, scratch);
        *value = kept - step;
        const double down = (double)loss_of(o, scratch);
        *value = kept;
        const double found = (double)d[loopc_panel_at(OUTPUTS, i % OUTPUTS, i / OUTPUTS)];
        if (fabs(found - (up - down) / 0.02) > 1e-3) /* a kink within a step has a slope between */
            assert_true(fabs((double)values[i] - (double)y[value - a]) < 0.01 ||
                        o->kind == LOOPC_HINGE);
    }
}

static void derivatives_are_those_of_the_losses(void **state)
{
    const float weights[OUTPUTS] = {1, 2, 0.5f, 3};
    (void)state;
    for (int kind = LOOPC_SQUARED; kind <= LOOPC_HINGE; kind++) {
        struct loopc_objective o = {.kind = (enum loopc_objective_kind)kind, .parameter = 0.4f};
        check_slopes(&o);
        if (kind == LOOPC_CROSS_ENTROPY) o.smoothing = 0.2f;
        o.class_weights = weights;
        o.reduction = LOOPC_BY_ELEMENTS;
        check_slopes(&o);
    }
}

static void samples_without_a_label_add_nothing(void **state)
{
    const struct loopc_objective o = {.kind = LOOPC_CROSS_ENTROPY, .smoothing = 0.1f};
    (void)state;
    loss_of(&o, d);
    for (int r = 0; r < SAMPLES; r += 5) {
        assert_near((double)losses[r], 0, 0);
        for (int j = 0; j < OUTPUTS; j++)
            assert_near((double)d[loopc_panel_at(OUTPUTS, j, r)], 0, 0);
    }
    for (int r = 0; r < SAMPLES; r++)
        labels[r] = -1;
    assert_near((double)loss_of(&o, d), 0, 0);
    labels[2] = OUTPUTS;
    assert_true(isnan(loss_of(&o, d)));
}

static void shares_are_weights_by_their_sum(void **state)
{
    const float of_rows[] = {1, 2, 3}, of_classes[] = {1, 4};
    const int32_t some[] = {0, -1, 1};
    struct loopc_objective o = {.kind = LOOPC_SQUARED};
    (void)state;
    loopc_shares(&o, of_rows, NULL, shares, 3, 2);
    assert_near((double)shares[1], 2.0 / 6, 1e-7);
    assert_near((double)shares[3], 0, 0);
    o.reduction = LOOPC_BY_ELEMENTS;
    loopc_shares(&o, of_rows, NULL, shares, 3, 2);
    assert_near((double)shares[2], 3.0 / 12, 1e-7);
    o.reduction = LOOPC_NOT_REDUCED;
    loopc_shares(&o, of_rows, NULL, shares, 3, 2);
    assert_near((double)shares[2], 3, 1e-7);
    o = (struct loopc_objective){.kind = LOOPC_CROSS_ENTROPY, .class_weights = of_classes};
    loopc_shares(&o, of_rows, some, shares, 3, 2);
    assert_near((double)shares[0], 1.0 / 13, 1e-7);
    assert_near((double)shares[1], 0, 0);
    assert_near((double)shares[2], 3.0 / 13, 1e-7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(derivatives_are_those_of_the_losses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(samples_without_a_label_add_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(shares_are_weights_by_their_sum, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
