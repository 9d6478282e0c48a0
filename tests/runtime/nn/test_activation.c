/* Activation functions on panels against the functions of the C library. */
#include "kernels.h"
#include "nn/activation.h"

enum { SAMPLES = 19, FEATURES = 5, VALUES = SAMPLES * FEATURES };

static float z[VALUES];
static float *from, *to;

static int set_up(void **state)
{
    uint32_t seed = 3;
    (void)state;
    fill(z, VALUES, &seed);
    for (int i = 0; i < VALUES; i++)
        z[i] *= 6;
    from = upright_of(z, SAMPLES, FEATURES, SAMPLES);
    to = panels(FEATURES, SAMPLES);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    end_arrays();
    return 0;
}

static double at(const float *a, int r, int k)
{
    return (double)a[loopc_panel_at(FEATURES, k, r)];
}

static double expected(enum loopc_epilogue finish, double x)
{
    if (finish == LOOPC_RELU) return fmax(x, 0);
    if (finish == LOOPC_TANH) return tanh(x);
    return finish == LOOPC_SIGMOID ? 1 / (1 + exp(-x)) : x;
}

static void outputs_are_those_of_the_functions(void **state)
{
    static const enum loopc_epilogue finishes[] = {LOOPC_STORE, LOOPC_RELU, LOOPC_TANH,
                                                   LOOPC_SIGMOID};
    (void)state;
    for (int f = 0; f < COUNT(finishes); f++) {
        for (int32_t tid = 0; tid < 2; tid++)
            loopc_activate(from, from, to, SAMPLES, FEATURES, finishes[f],
                           (struct loopc_thread){tid, 2});
        for (int r = 0; r < SAMPLES; r++)
            for (int k = 0; k < FEATURES; k++)
                assert_near(at(to, r, k), expected(finishes[f], (double)z[r * FEATURES + k]), 1e-6);
    }
}

/* By the outputs a: d (1 - a^2), d a (1 - a), and d where a is more than 0. */
static void gates_are_the_derivatives(void **state)
{
    (void)state;
    float d[VALUES];
    for (int i = 0; i < VALUES; i++)
        d[i] = 2;
    float *const of_d = upright_of(d, SAMPLES, FEATURES, SAMPLES);
    loopc_activate(of_d, from, to, SAMPLES, FEATURES, LOOPC_BACKWARD_TANH, LOOPC_ONE_THREAD);
    const double a = (double)z[7];
    assert_near(at(to, 1, 2), 2 * (1 - a * a), 1e-4);
    loopc_activate(of_d, from, to, SAMPLES, FEATURES, LOOPC_BACKWARD_SIGMOID, LOOPC_ONE_THREAD);
    assert_near(at(to, 1, 2), 2 * a * (1 - a), 1e-4);
    loopc_activate(of_d, from, to, SAMPLES, FEATURES, LOOPC_BACKWARD_RELU, LOOPC_ONE_THREAD);
    for (int i = 0; i < VALUES; i++)
        assert_near(at(to, i / FEATURES, i % FEATURES), z[i] > 0 ? 2 : 0, 0);
}

static void softmax_is_a_distribution(void **state)
{
    (void)state;
    loopc_softmax(from, to, SAMPLES, FEATURES, LOOPC_ONE_THREAD);
    for (int r = 0; r < SAMPLES; r++) {
        double sum = 0;
        for (int k = 0; k < FEATURES; k++)
            sum += exp((double)z[r * FEATURES + k]);
        for (int k = 0; k < FEATURES; k++)
            assert_near(at(to, r, k), exp((double)z[r * FEATURES + k]) / sum, 1e-6);
    }
}

/* e^1000 is too large for any float; a NaN is still a NaN. */
static void large_values_do_not_overflow(void **state)
{
    (void)state;
    for (int k = 0; k < FEATURES; k++)
        from[loopc_panel_at(FEATURES, k, 0)] = k == 2 ? 1000 : -1000;
    from[loopc_panel_at(FEATURES, 1, 3)] = NAN;
    loopc_softmax(from, to, SAMPLES, FEATURES, LOOPC_ONE_THREAD);
    assert_near(at(to, 0, 2), 1, 0);
    assert_near(at(to, 0, 1), 0, 0);
    assert_true(isnan(at(to, 3, 0)));
    assert_true(at(to, 4, 0) >= 0);
}

/* Two derivatives that differ by a constant are one: outputs of softmax have one sum. */
static void the_derivative_of_softmax_sums_to_0(void **state)
{
    float d[VALUES];
    uint32_t seed = 9;
    (void)state;
    fill(d, VALUES, &seed);
    float *const of_d = upright_of(d, SAMPLES, FEATURES, SAMPLES);
    loopc_softmax(from, to, SAMPLES, FEATURES, LOOPC_ONE_THREAD);
    loopc_softmax_backward(to, of_d, SAMPLES, FEATURES, LOOPC_ONE_THREAD);
    for (int r = 0; r < SAMPLES; r++) {
        double sum = 0, mean = 0;
        for (int k = 0; k < FEATURES; k++)
            mean += at(to, r, k) * (double)d[r * FEATURES + k];
        for (int k = 0; k < FEATURES; k++) {
            sum += at(of_d, r, k);
            assert_near(at(of_d, r, k), at(to, r, k) * ((double)d[r * FEATURES + k] - mean), 1e-6);
        }
        assert_near(sum, 0, 1e-6);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(outputs_are_those_of_the_functions),  TEST(gates_are_the_derivatives),
        TEST(softmax_is_a_distribution),           TEST(large_values_do_not_overflow),
        TEST(the_derivative_of_softmax_sums_to_0),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
