/* Activations at their ends, losses and their derivatives, classes and accuracy: against numbers
 * made by hand and formulas in double precision. */
#include "kernels.h"
#include "nn/epilogue.h"

enum { BATCH = 20 };

/* Applies a finish of a last layer to some values. */
static void activated(const float *values, float *to, int count, enum loopc_epilogue finish)
{
    float *const x = upright_of(values, count, 1, count);
    loopc_activate(x, x, x, count, 1, finish, LOOPC_ONE_THREAD);
    loopc_unpack(x, to, count, 1);
    end_arrays();
}

static void activations_at_their_ends(void **state)
{
    (void)state;
    static const float x[] = {-200, 0, 200, NAN};
    float relu[4], sigmoid[4], hyperbolic[4];
    activated(x, relu, 4, LOOPC_RELU);
    activated(x, sigmoid, 4, LOOPC_SIGMOID);
    activated(x, hyperbolic, 4, LOOPC_TANH);
    for (int i = 0; i < 3; i++) {
        assert_near(relu[i], (double[]){0, 0, 200}[i], 0);
        assert_near(sigmoid[i], (double[]){0, 0.5, 1}[i], 0);
        assert_near(hyperbolic[i], (double[]){-1, 0, 1}[i], 0);
    }
    assert_true(isnan(relu[3]) && isnan(sigmoid[3]) && isnan(hyperbolic[3]));
}

/* Each gate is the derivative of its activation, as a function of its output. */
static void gates_are_derivatives(void **state)
{
    (void)state;
    static const enum loopc_epilogue pairs[][2] = {{LOOPC_RELU, LOOPC_BACKWARD_RELU},
                                                   {LOOPC_TANH, LOOPC_BACKWARD_TANH},
                                                   {LOOPC_SIGMOID, LOOPC_BACKWARD_SIGMOID},
                                                   {LOOPC_STORE, LOOPC_STORE}};
    static const float x[] = {-3, -1, -0.25f, 0.5f, 2};
    const double h = 1e-6;
    for (int i = 0; i < COUNT(pairs); i++)
        for (int j = 0; j < COUNT(x); j++) {
            const double at = (double)x[j], f[] = {fmax(at, 0), tanh(at), 1 / (1 + exp(-at)), at};
            const double above[] = {fmax(at + h, 0), tanh(at + h), 1 / (1 + exp(-at - h)), at + h};
            const loopc_vec a =
                loopc_epilogue_value(loopc_broadcast(x[j]), loopc_broadcast(0), pairs[i][0]);
            const loopc_vec gate = loopc_epilogue_value(loopc_broadcast(2), a, pairs[i][1]);
            assert_near(a[0], f[i], 1e-6);
            assert_near(gate[0], 2 * (above[i] - f[i]) / h, 1e-5);
        }
}

static void softmax_of_extremes(void **state)
{
    (void)state;
    const float z[] = {1000, 1000, -1000, 0, logf(3), 0, NAN, 1, 2};
    float *const at = upright_of(z, 3, 3, 3), a[9];
    loopc_softmax(at, at, 3, 3, LOOPC_ONE_THREAD);
    loopc_unpack(at, a, 3, 3);
    assert_near(a[0], 0.5, 0);
    assert_near(a[1], 0.5, 0);
    assert_near(a[2], 0.0, 0);
    assert_near(a[3], 0.2, 1e-7);
    assert_near(a[4], 0.6, 1e-7);
    assert_near(a[5], 0.2, 1e-7);
    assert_true(isnan(a[6]) && isnan(a[7]) && isnan(a[8]));
    end_arrays();
}

/* ---- losses ---- */

/* A loss and its derivatives for `samples` samples, with any number of threads. */
struct result {
    float mean, d[BATCH * 4];
};

static struct result squared(const float *a, const float *y, int32_t samples, int32_t outputs,
                             int32_t parts)
{
    struct result result;
    float *const at = upright_of(a, samples, outputs, BATCH), *const losses = vector(BATCH);
    float *const d = upright_of(y, samples, outputs, BATCH);
    for (int32_t part = 0; part < parts; part++)
        loopc_squared_error(at, d, losses, samples, outputs, LOOPC_STORE,
                            (struct loopc_thread){part, parts});
    result.mean = loopc_mean(losses, samples);
    loopc_unpack(d, result.d, samples, outputs);
    end_arrays();
    return result;
}

static struct result cross(const float *z, const int32_t *labels, int32_t samples, int32_t classes,
                           int32_t parts)
{
    struct result result;
    float *const at = upright_of(z, samples, classes, BATCH), *const losses = vector(BATCH);
    float *const d = panels(classes, BATCH);
    for (int32_t part = 0; part < parts; part++)
        loopc_cross_entropy(at, labels, d, losses, samples, classes,
                            (struct loopc_thread){part, parts});
    result.mean = loopc_mean(losses, samples);
    loopc_unpack(d, result.d, samples, classes);
    end_arrays();
    return result;
}

static struct result binary(const float *z, const float *y, int32_t samples, int32_t outputs,
                            int32_t parts)
{
    struct result result;
    float *const at = upright_of(z, samples, outputs, BATCH), *const losses = vector(BATCH);
    float *const d = upright_of(y, samples, outputs, BATCH);
    for (int32_t part = 0; part < parts; part++)
        loopc_binary_cross_entropy(at, d, losses, samples, outputs,
                                   (struct loopc_thread){part, parts});
    result.mean = loopc_mean(losses, samples);
    loopc_unpack(d, result.d, samples, outputs);
    end_arrays();
    return result;
}

/* The formulas; a derivative is written to d. */
static double squared_by_formula(const float *a, const float *y, int n, int rows, double *d)
{
    double sum = 0;
    for (int i = 0; i < n; i++) {
        d[i] = ((double)a[i] - (double)y[i]) / rows;
        sum += d[i] * d[i] * rows / 2;
    }
    return sum;
}

static double cross_by_formula(const float *z, const int32_t *labels, int rows, int classes,
                               double *d)
{
    double mean = 0;
    for (int r = 0; r < rows; r++, z += classes, d += classes) {
        double sum = 0;
        for (int j = 0; j < classes; j++)
            sum += exp((double)z[j]);
        for (int j = 0; j < classes; j++)
            d[j] = (exp((double)z[j]) / sum - (j == labels[r])) / rows;
        mean += (log(sum) - (double)z[labels[r]]) / rows;
    }
    return mean;
}

static double binary_by_formula(const float *z, const float *y, int n, int rows, double *d)
{
    double sum = 0;
    for (int i = 0; i < n; i++) {
        const double a = 1 / (1 + exp(-(double)z[i])), yes = (double)y[i];
        d[i] = (a - yes) / rows;
        sum -= (yes * log(a) + (1 - yes) * log(1 - a)) / rows;
    }
    return sum;
}

static void check_result(const struct result *result, const struct result *by_parts, double mean,
                         const double *d, int count)
{
    assert_near(result->mean, mean, 1e-6 * (1 + mean));
    for (int i = 0; i < count; i++)
        assert_near(result->d[i], d[i], 1e-6 * (0.1 + fabs(d[i])));
    assert_memory_equal(&by_parts->mean, &result->mean, sizeof(float));
    assert_memory_equal(by_parts->d, result->d, (size_t)count * sizeof(float));
}

static void losses_are_their_formulas(void **state)
{
    (void)state;
    static const int sample_counts[] = {1, 3, 15, 16, 17, 19, 20};
    float z[BATCH * 4], y[BATCH * 4];
    int32_t labels[BATCH];
    double d[BATCH * 4];
    uint32_t seed = 1;
    for (int i = 0; i < COUNT(sample_counts); i++)
        for (int outputs = 1; outputs <= 4; outputs++) {
            const int rows = sample_counts[i], count = rows * outputs;
            fill(z, count, &seed);
            fill(y, count, &seed);
            for (int r = 0; r < rows; r++)
                labels[r] = r % outputs;
            for (int j = 0; j < count; j++) {
                z[j] *= 8;
                y[j] = fabsf(y[j]);
            }
            const struct result by[][2] = {
                {squared(z, y, rows, outputs, 1), squared(z, y, rows, outputs, 3)},
                {cross(z, labels, rows, outputs, 1), cross(z, labels, rows, outputs, 2)},
                {binary(z, y, rows, outputs, 1), binary(z, y, rows, outputs, 5)}};
            double mean = squared_by_formula(z, y, count, rows, d);
            check_result(&by[0][0], &by[0][1], mean, d, count);
            mean = cross_by_formula(z, labels, rows, outputs, d);
            check_result(&by[1][0], &by[1][1], mean, d, count);
            mean = binary_by_formula(z, y, count, rows, d);
            check_result(&by[2][0], &by[2][1], mean, d, count);
        }
}

static void cross_entropy_of_the_surely_wrong_is_finite(void **state)
{
    (void)state;
    const float z[] = {500, -500, 0, 0};
    const int32_t labels[] = {1, 0};
    struct result result = cross(z, labels, 1, 2, 1);
    assert_near(result.mean, 1000, 0);
    assert_near(result.d[0], 1, 0);
    assert_near(result.d[1], -1, 0);
    result = cross(z, labels, 2, 2, 1);
    assert_near(result.mean, (1000 + log(2)) / 2, 1e-4);
    assert_near(result.d[2], -0.25, 0);
    assert_near(result.d[3], 0.25, 0);
}

static void a_label_that_is_no_class_makes_the_loss_nan(void **state)
{
    (void)state;
    const float z[] = {0, 0, 0, 0};
    assert_true(isnan(cross(z, (int32_t[]){2}, 1, 2, 1).mean));
    assert_true(isnan(cross(z, (int32_t[]){-2}, 1, 2, 1).mean));
    assert_true(isnan(cross(z, (int32_t[]){1, 7}, 2, 2, 1).mean));
}

static void binary_cross_entropy_of_the_surely_wrong_is_finite(void **state)
{
    (void)state;
    const float z[] = {300, -300, 0}, y[] = {0, 1, 1};
    const struct result result = binary(z, y, 1, 3, 1);
    assert_near(result.mean, 600 + log(2), 1e-4);
    assert_near(result.d[0], 1, 0);
    assert_near(result.d[1], -1, 0);
    assert_near(result.d[2], -0.5, 0);
}

/* The derivative of a softmax by all of its inputs, as central differences have it. */
static void the_gate_of_a_softmax_is_its_derivative(void **state)
{
    (void)state;
    float z[] = {0.5f, -1, 2}, d[] = {0.3f, -0.7f, 1.1f}, back[3];
    float *const a = upright_of(z, 1, 3, 1), *const gate = upright_of(d, 1, 3, 1);
    loopc_softmax(a, a, 1, 3, LOOPC_ONE_THREAD);
    loopc_softmax_backward(a, gate, 1, 3, LOOPC_ONE_THREAD);
    loopc_unpack(gate, back, 1, 3);
    for (int i = 0; i < 3; i++) {
        double f[2] = {0, 0};
        for (int side = 0; side < 2; side++) {
            double e[3], sum = 0;
            for (int j = 0; j < 3; j++)
                sum += e[j] = exp((double)z[j] + (j == i ? side * 2e-6 - 1e-6 : 0));
            for (int j = 0; j < 3; j++)
                f[side] += e[j] / sum * (double)d[j];
        }
        assert_near(back[i], (f[1] - f[0]) / 2e-6, 1e-6);
    }
    end_arrays();
}

static void an_empty_batch_has_no_loss(void **state)
{
    (void)state;
    assert_near(squared(NULL, NULL, 0, 1, 1).mean, 0, 0);
    assert_near(cross(NULL, NULL, 0, 1, 2).mean, 0, 0);
    assert_near(binary(NULL, NULL, 0, 1, 3).mean, 0, 0);
}

static void classes_and_accuracy(void **state)
{
    (void)state;
    const float a[] = {0.1f, 0.7f, 0.2f, 0.4f, 0.4f, 0.2f};
    const int32_t labels[] = {1, 1};
    const float *const three = upright_of(a, 2, 3, 2), *const one = upright_of(a, 2, 1, 2);
    int32_t classes[2];
    loopc_classes(three, classes, 2, 3, 0.5f);
    assert_int_equal(classes[0], 1);
    assert_int_equal(classes[1], 0); /* of equal ones the first */
    assert_int_equal(loopc_correct(three, labels, 2, 3, 0.5f), 1);
    assert_int_equal(loopc_correct(one, (int32_t[]){0, 1}, 2, 1, 0.5f), 2); /* 0.1, 0.7 */
    assert_int_equal(loopc_class(one, 0, 1, 0.0f), 1);
    float y[6];
    loopc_one_hot(labels, y, 2, 3);
    assert_memory_equal(y, ((float[]){0, 1, 0, 0, 1, 0}), sizeof y);
    end_arrays();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activations_at_their_ends),
        cmocka_unit_test(gates_are_derivatives),
        cmocka_unit_test(softmax_of_extremes),
        cmocka_unit_test(losses_are_their_formulas),
        cmocka_unit_test(cross_entropy_of_the_surely_wrong_is_finite),
        cmocka_unit_test(a_label_that_is_no_class_makes_the_loss_nan),
        cmocka_unit_test(binary_cross_entropy_of_the_surely_wrong_is_finite),
        cmocka_unit_test(the_gate_of_a_softmax_is_its_derivative),
        cmocka_unit_test(an_empty_batch_has_no_loss),
        cmocka_unit_test(classes_and_accuracy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
