/* Policies: masks, probabilities and their losses against formulas in double precision, derivatives
 * against central differences, draws against their probabilities. */
#include "kernels.h"

enum { SAMPLES = 19, CLASSES = 5, BATCH = 20, VALUES = SAMPLES * CLASSES };

/* Logits sample by sample; the actions drawn, and their weights. */
static float z[VALUES], weights[SAMPLES];
static int32_t actions[SAMPLES];

static void prepare(void)
{
    uint32_t seed = 5;
    fill(z, VALUES, &seed);
    fill(weights, SAMPLES, &seed);
    for (int i = 0; i < VALUES; i++)
        z[i] *= 4;
    for (int r = 0; r < SAMPLES; r++)
        actions[r] = r % (CLASSES + 1) - 1; /* -1: none */
    weights[3] = 0;
}

static float *feature_major(void)
{
    return upright_of(z, SAMPLES, CLASSES, BATCH);
}

/* log a[j] of a sample whose z[changed] is larger by h */
static double log_a(int r, int j, int changed, double h)
{
    double sum = 0;
    for (int i = 0; i < CLASSES; i++)
        sum += exp((double)z[r * CLASSES + i] + (i == changed ? h : 0));
    return (double)z[r * CLASSES + j] + (j == changed ? h : 0) - log(sum);
}

static double entropy_of(int r, int changed, double h)
{
    double entropy = 0;
    for (int j = 0; j < CLASSES; j++)
        entropy -= exp(log_a(r, j, changed, h)) * log_a(r, j, changed, h);
    return entropy;
}

static void log_probabilities(void **state)
{
    (void)state;
    float log_p[SAMPLES];
    prepare();
    loopc_log_probabilities(feature_major(), actions, log_p, SAMPLES, CLASSES);
    for (int r = 0; r < SAMPLES; r++)
        assert_near(log_p[r], actions[r] < 0 ? 0 : log_a(r, actions[r], -1, 0), 1e-5);
    end_arrays();
}

/* Derivatives that are not 0 at first, for functions that add to them. */
static float *begun(void)
{
    prepare();
    float *const to = panels(CLASSES, BATCH);
    loopc_zero_delta(to, BATCH, CLASSES);
    to[loopc_panel_at(CLASSES, 0, 1)] = 10;
    return to;
}

/* The likelihood and its derivative, which is added to d. */
static void likelihood(void **state)
{
    (void)state;
    const double h = 1e-5;
    float d[VALUES];
    double loss = 0;
    float *const to = begun();
    const float total = loopc_likelihood(feature_major(), actions, weights, to, SAMPLES, CLASSES);
    loopc_unpack(to, d, SAMPLES, CLASSES);
    d[CLASSES] -= 10;
    for (int r = 0; r < SAMPLES; r++) {
        const double weight = actions[r] < 0 ? 0 : (double)weights[r];
        const int action = actions[r] < 0 ? 0 : actions[r];
        loss -= weight * log_a(r, action, -1, 0);
        for (int j = 0; j < CLASSES; j++) {
            const double change = log_a(r, action, j, h) - log_a(r, action, j, -h);
            assert_near(d[r * CLASSES + j], -weight * change / (2 * h), 2e-6);
        }
    }
    assert_near(total, loss, 1e-5);
    end_arrays();
}

static void entropy(void **state)
{
    (void)state;
    const double h = 1e-5;
    float d[VALUES];
    double loss = 0;
    float *const to = begun();
    const float total = loopc_entropy(feature_major(), weights, to, SAMPLES, CLASSES);
    loopc_unpack(to, d, SAMPLES, CLASSES);
    d[CLASSES] -= 10;
    for (int r = 0; r < SAMPLES; r++) {
        const double weight = (double)weights[r];
        loss -= weight * entropy_of(r, -1, 0);
        for (int j = 0; j < CLASSES; j++) {
            const double change = entropy_of(r, j, h) - entropy_of(r, j, -h);
            assert_near(d[r * CLASSES + j], -weight * change / (2 * h), 2e-6);
        }
    }
    assert_near(total, loss, 1e-5);
    end_arrays();
}

/* Masked actions have no probability and no part in any loss; a sample without a choice stays. */
static void masks(void **state)
{
    (void)state;
    bool allowed[VALUES];
    float a[VALUES], d[VALUES];
    prepare();
    for (int i = 0; i < VALUES; i++)
        allowed[i] = i / CLASSES != 7 && (i * 7 % 3 || i % CLASSES == 4);
    float *const from = feature_major(), *const to = panels(CLASSES, BATCH);
    loopc_mask(from, allowed, SAMPLES, CLASSES);
    loopc_softmax(from, to, SAMPLES, CLASSES, LOOPC_ONE_THREAD);
    loopc_unpack(to, a, SAMPLES, CLASSES);
    loopc_zero_delta(to, BATCH, CLASSES);
    assert_true(isfinite(loopc_entropy(from, weights, to, SAMPLES, CLASSES)));
    loopc_unpack(to, d, SAMPLES, CLASSES);
    for (int r = 0; r < SAMPLES; r++) {
        double sum = 0;
        for (int j = 0; j < CLASSES; j++)
            sum += allowed[r * CLASSES + j] || r == 7 ? exp((double)z[r * CLASSES + j]) : 0;
        for (int i = r * CLASSES; i < (r + 1) * CLASSES; i++) {
            const bool in = allowed[i] || r == 7;
            assert_near(a[i], in ? exp((double)z[i]) / sum : 0, in ? 1e-6 : 0);
            assert_true(in || d[i] == 0.0f);
        }
    }
    end_arrays();
}

static void no_class_of_that_number(void **state)
{
    (void)state;
    float log_p[2];
    const int32_t none[] = {CLASSES, CLASSES + 100};
    prepare();
    float *const from = feature_major(), *const d = panels(CLASSES, BATCH);
    loopc_log_probabilities(from, none, log_p, 2, CLASSES);
    assert_true(isnan(log_p[0]) && isnan(log_p[1]));
    loopc_zero_delta(d, BATCH, CLASSES);
    assert_true(isnan(loopc_likelihood(from, none, (float[]){1, 1}, d, 2, CLASSES)));
    end_arrays();
}

/* ---- drawing ---- */

/* How often each class is drawn of 20000; the error of a share is below 0.004 by four to one. */
static void draw_many(float temperature, double shares[3])
{
    static const float a[] = {0.2f, 0.7f, 0.1f};
    struct loopc_rng rng;
    loopc_rng_seed(&rng, 1, "draw");
    shares[0] = shares[1] = shares[2] = 0;
    for (int i = 0; i < 20000; i++)
        shares[loopc_draw(&rng, a, 3, temperature)] += 1.0 / 20000;
}

static void draws_by_probability_and_temperature(void **state)
{
    (void)state;
    static const double p[] = {0.2, 0.7, 0.1};
    double shares[3];
    for (int i = 0; i < 3; i++) {
        const double power = (double[]){1, 2, 0.5}[i];
        draw_many((float)(1 / power), shares);
        const double sum = pow(0.2, power) + pow(0.7, power) + pow(0.1, power);
        for (int j = 0; j < 3; j++)
            assert_near(shares[j], pow(p[j], power) / sum, 0.015);
    }
}

static void no_temperature_takes_the_most_probable(void **state)
{
    (void)state;
    struct loopc_rng rng, before;
    loopc_rng_seed(&rng, 1, "draw");
    before = rng;
    assert_int_equal(loopc_draw(&rng, (float[]){0.2f, 0.4f, 0.4f}, 3, 0), 1);
    assert_int_equal(loopc_draw(&rng, (float[]){1, 0, 0}, 3, -1), 0);
    assert_memory_equal(&rng, &before, sizeof rng);
    for (int i = 0; i < 1000; i++) /* an action of probability 0 is never drawn */
        assert_int_equal(loopc_draw(&rng, (float[]){0, 1, 0}, 3, 3), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(log_probabilities),
        cmocka_unit_test(likelihood),
        cmocka_unit_test(entropy),
        cmocka_unit_test(masks),
        cmocka_unit_test(no_class_of_that_number),
        cmocka_unit_test(draws_by_probability_and_temperature),
        cmocka_unit_test(no_temperature_takes_the_most_probable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
