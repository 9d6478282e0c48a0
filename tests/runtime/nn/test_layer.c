/* Layers without a matrix against formulas in double precision, their ways back against central
 * differences of these formulas; shared by threads they have the same bits. */
#include "kernels.h"
#include "nn/layer.h"

enum { SAMPLES = 37, FEATURES = 19, VALUES = SAMPLES * FEATURES };

static const float epsilon = 1e-3f;
static float values[VALUES], above[VALUES], gains[FEATURES], shifts[FEATURES];
static float *x, *d, *h, *to, *back, *gain, *bias, *inverse, *mean, *variance;

static int set_up(void **state)
{
    uint32_t seed = 3;
    (void)state;
    fill(values, VALUES, &seed);
    fill(above, VALUES, &seed);
    fill(gains, FEATURES, &seed);
    fill(shifts, FEATURES, &seed);
    x = upright_of(values, SAMPLES, FEATURES, SAMPLES);
    d = upright_of(above, SAMPLES, FEATURES, SAMPLES);
    h = panels(FEATURES, SAMPLES), to = panels(FEATURES, SAMPLES), back = panels(FEATURES, SAMPLES);
    gain = vector(FEATURES), bias = vector(FEATURES), inverse = vector(SAMPLES);
    mean = vector(FEATURES), variance = vector(FEATURES);
    for (int j = 0; j < FEATURES; j++)
        gain[j] = gains[j], bias[j] = shifts[j], mean[j] = 0, variance[j] = 1;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    end_arrays();
    return 0;
}

static double at(const float *a, int r, int j)
{
    return (double)a[loopc_panel_at(FEATURES, j, r)];
}

/* One value normalized among `count` that are `stride` apart; value `moved` is greater by step. */
static double normal(const float *first, int count, int stride, int i, int moved, double step)
{
    double sum = 0, squares = 0;
#define VALUE(k) ((double)first[(k)*stride] + ((k) == moved ? step : 0))
    for (int k = 0; k < count; k++)
        sum += VALUE(k);
    for (int k = 0; k < count; k++)
        squares += (VALUE(k) - sum / count) * (VALUE(k) - sum / count);
    return (VALUE(i) - sum / count) / sqrt(squares / count + (double)epsilon);
}

/* The derivative of the sum of d times the result of a norm, by value `moved` of its `count`. */
static double slope(const float *first, const float *factors, const float *weights, int count,
                    int stride, int moved)
{
    double sum = 0;
    for (int i = 0; i < count; i++) {
        const double up = normal(first, count, stride, i, moved, 1e-5);
        const double down = normal(first, count, stride, i, moved, -1e-5);
        sum += (double)factors[i * stride] * (double)weights[i] * (up - down) / 2e-5;
    }
    return sum;
}

static void layer_norm_and_its_way_back(void **state)
{
    (void)state;
    for (int32_t tid = 0; tid < 3; tid++) {
        const struct loopc_thread me = {tid, 3};
        loopc_layer_norm(x, gain, bias, h, inverse, to, SAMPLES, FEATURES, epsilon, me);
        loopc_layer_norm_backward(d, gain, h, inverse, back, SAMPLES, FEATURES, me);
    }
    for (int r = 0; r < SAMPLES; r++)
        for (int j = 0; j < FEATURES; j++) {
            const float *const row = values + r * FEATURES, *const factors = above + r * FEATURES;
            const double right = normal(row, FEATURES, 1, j, -1, 0);
            assert_near(at(h, r, j), right, 2e-6);
            assert_near(at(to, r, j), right * (double)gain[j] + (double)bias[j], 2e-6);
            assert_near(at(back, r, j), slope(row, factors, gains, FEATURES, 1, j), 2e-5);
        }
}

static void batch_norm_and_its_way_back(void **state)
{
    const struct loopc_batch_norm norm = {gain, bias, mean, variance, epsilon, 0.25f};
    static float ones[SAMPLES];
    (void)state;
    for (int r = 0; r < SAMPLES; r++)
        ones[r] = 1;
    for (int32_t tid = 0; tid < 2; tid++)
        loopc_batch_norm_train(&norm, x, h, inverse, to, SAMPLES, FEATURES,
                               (struct loopc_thread){tid, 2});
    loopc_batch_norm_backward(&norm, d, h, inverse, back, SAMPLES, FEATURES, 1, LOOPC_ONE_THREAD);
    for (int j = 0; j < FEATURES; j++) {
        double sum = 0, squares = 0;
        for (int r = 0; r < SAMPLES; r++) {
            const double value = (double)values[r * FEATURES + j];
            const double right = normal(values + j, SAMPLES, FEATURES, r, -1, 0);
            const double by = slope(values + j, above + j, ones, SAMPLES, FEATURES, r);
            assert_near(at(to, r, j), right * (double)gain[j] + (double)bias[j], 2e-6);
            assert_near(at(back, r, j), (double)gain[j] * by, 2e-5);
            sum += value, squares += value * value;
        }
        const double spread = (squares - sum * sum / SAMPLES) / (SAMPLES - 1);
        assert_near((double)mean[j], 0.25 * sum / SAMPLES, 1e-6);
        assert_near((double)variance[j], 0.75 + 0.25 * spread, 1e-6);
    }
    loopc_batch_norm(&norm, x, NULL, NULL, to, SAMPLES, FEATURES, LOOPC_ONE_THREAD);
    const double spread = sqrt((double)variance[3] + (double)epsilon);
    const double right = ((double)values[5 * FEATURES + 3] - (double)mean[3]) / spread;
    assert_near(at(to, 5, 3), right * (double)gain[3] + (double)bias[3], 2e-6);
}

static void gradients_of_norms_are_sums_over_samples(void **state)
{
    float *const ggain = vector(FEATURES), *const gbias = vector(FEATURES);
    (void)state;
    for (int j = 0; j < FEATURES; j++)
        ggain[j] = 1, gbias[j] = 2;
    for (int32_t tid = 0; tid < 2; tid++)
        loopc_norm_gradient(d, x, ggain, gbias, SAMPLES, FEATURES, (struct loopc_thread){tid, 2});
    for (int j = 0; j < FEATURES; j++) {
        double by_gain = 1, by_bias = 2;
        for (int r = 0; r < SAMPLES; r++) {
            by_gain += at(d, r, j) * at(x, r, j);
            by_bias += at(d, r, j);
        }
        assert_near((double)ggain[j], by_gain, 1e-5);
        assert_near((double)gbias[j], by_bias, 1e-5);
    }
}

static void dropout_keeps_its_share_and_the_mean(void **state)
{
    int dropped = 0, same = 0;
    (void)state;
    for (int32_t tid = 0; tid < 2; tid++)
        loopc_dropout(x, to, h, SAMPLES, FEATURES, 77, 0.25f, (struct loopc_thread){tid, 2});
    loopc_dropout(x, back, back, SAMPLES, FEATURES, 78, 0.25f, LOOPC_ONE_THREAD);
    for (int r = 0; r < SAMPLES; r++)
        for (int j = 0; j < FEATURES; j++) {
            const bool is_dropped = at(h, r, j) < 0.5;
            assert_near(at(h, r, j), is_dropped ? 0 : 4.0 / 3, 1e-6);
            assert_near(at(to, r, j), at(x, r, j) * at(h, r, j), 1e-6);
            dropped += is_dropped;
            same += is_dropped == (fabs(at(back, r, j)) < 1e-30);
        }
    assert_near((double)dropped / VALUES, 0.25, 0.05);
    assert_near((double)same / VALUES, 0.625, 0.06); /* another key, another mask */
    loopc_dropout(x, to, h, SAMPLES, FEATURES, 77, 0.0f, LOOPC_ONE_THREAD);
    assert_memory_equal(&to[loopc_panel_at(FEATURES, 3, 5)], &x[loopc_panel_at(FEATURES, 3, 5)], 4);
}

static void sums_and_gates(void **state)
{
    (void)state;
    for (int32_t tid = 0; tid < 2; tid++) {
        loopc_add(x, d, to, SAMPLES, FEATURES, (struct loopc_thread){tid, 2});
        loopc_gate(x, d, back, SAMPLES, FEATURES, (struct loopc_thread){tid, 2});
    }
    for (int r = 0; r < SAMPLES; r++)
        for (int j = 0; j < FEATURES; j++) {
            assert_near(at(to, r, j), at(x, r, j) + at(d, r, j), 1e-6);
            assert_near(at(back, r, j), at(x, r, j) * at(d, r, j), 1e-6);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(layer_norm_and_its_way_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(batch_norm_and_its_way_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(gradients_of_norms_are_sums_over_samples, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(dropout_keeps_its_share_and_the_mean, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sums_and_gates, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
