/* The kernels of runtime/nn.h: against formulas in double precision, central differences, hand-made
 * numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "nn.h"
#include "nn_reference.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.9g is not %.9g within %g", value, expected, tolerance);
}

/* Numbers between -1 and 1 that look random and are always the same. */
static float noise(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (float)(*seed >> 8) / 8388608.0f - 1.0f;
}

static void fill(float *array, int count, uint32_t *seed)
{
    for (int i = 0; i < count; i++)
        array[i] = noise(seed);
}

/* ---- dense layers ---- */

static void plain_forward(const float *w, const float *b, const float *x, float *y, int rows,
                          int inputs, int outputs)
{
    for (int r = 0; r < rows; r++)
        for (int j = 0; j < outputs; j++) {
            float sum = b[j];
            for (int k = 0; k < inputs; k++)
                sum = fmaf(w[j * inputs + k], x[r * inputs + k], sum);
            y[r * outputs + j] = sum;
        }
}

static void forward_has_the_bits_of_the_plain_sum(void **state)
{
    (void)state;
    static float w[17 * 1000], b[17], y[33 * 17], plain[33 * 17];
    static const int rows[] = {1, 3, 16, 17, 33}, widths[] = {1, 3, 17, 256, 257, 1000};
    uint32_t seed = 1;
    fill(w, COUNT(w), &seed);
    fill(b, COUNT(b), &seed);
    for (int r = 0; r < COUNT(rows); r++)
        for (int k = 0; k < COUNT(widths); k++)
            for (int outputs = 1; outputs <= 17; outputs += 16) {
                /* of its exact size, so that a sanitizer sees a read past the last row */
                float *x = test_malloc(sizeof *x * (size_t)(rows[r] * widths[k]));
                fill(x, rows[r] * widths[k], &seed);
                memset(y, 255, sizeof y);
                memset(plain, 255, sizeof plain);
                loopc_dense_forward(w, b, x, y, rows[r], widths[k], outputs);
                plain_forward(w, b, x, plain, rows[r], widths[k], outputs);
                assert_memory_equal(y, plain, sizeof y);
                test_free(x);
            }
}

static void gradient_adds_to_what_is_there(void **state)
{
    (void)state;
    const float x[] = {1, 2, 3, 4, 5, 6}, dy[] = {10, 20}; /* 2 rows, 3 inputs, 1 output */
    float gw[] = {1, 1, 1}, gb[] = {5};
    loopc_dense_gradient(x, dy, gw, gb, 2, 3, 1);
    assert_near(gw[0], 1 + 10 * 1 + 20 * 4, 0);
    assert_near(gw[1], 1 + 10 * 2 + 20 * 5, 0);
    assert_near(gw[2], 1 + 10 * 3 + 20 * 6, 0);
    assert_near(gb[0], 5 + 10 + 20, 0);
}

static void backward_sets_the_input_gradient(void **state)
{
    (void)state;
    const float w[] = {1, 2, 3, 4, 5, 6}, dy[] = {10, 100}; /* 1 row, 3 inputs, 2 outputs */
    float dx[] = {9, 9, 9};
    loopc_dense_backward(w, dy, dx, 1, 3, 2);
    assert_near(dx[0], 410, 0);
    assert_near(dx[1], 520, 0);
    assert_near(dx[2], 630, 0);
}

/* ---- activations and losses ---- */

static void activations_at_their_ends(void **state)
{
    (void)state;
    float relu[] = {-1, 0, 2, NAN}, sigmoid[] = {-200, 0, 200, NAN},
          hyperbolic[] = {-200, 0, 200, NAN};
    loopc_relu(relu, 4);
    loopc_sigmoid(sigmoid, 4);
    loopc_tanh(hyperbolic, 4);
    for (int i = 0; i < 3; i++) {
        assert_near(relu[i], (double[]){0, 0, 2}[i], 0);
        assert_near(sigmoid[i], (double[]){0, 0.5, 1}[i], 0);
        assert_near(hyperbolic[i], (double[]){-1, 0, 1}[i], 0);
    }
    assert_true(isnan(relu[3]) && isnan(sigmoid[3]) && isnan(hyperbolic[3]));
}

static void softmax_of_extremes(void **state)
{
    (void)state;
    const float z[] = {1000, 1000, -1000, 0, logf(3), 0, NAN, 1, 2};
    float a[9];
    loopc_softmax(z, a, 3, 3);
    assert_near(a[0], 0.5, 0);
    assert_near(a[1], 0.5, 0);
    assert_near(a[2], 0.0, 0);
    assert_near(a[3], 0.2, 1e-7);
    assert_near(a[4], 0.6, 1e-7);
    assert_near(a[5], 0.2, 1e-7);
    assert_true(isnan(a[6]) && isnan(a[7]) && isnan(a[8]));
}

static void cross_entropy_of_the_surely_wrong_is_finite(void **state)
{
    (void)state;
    const float z[] = {500, -500, 0, 0};
    const int32_t labels[] = {1, 0};
    float a[4], d[4];
    loopc_softmax(z, a, 2, 2);
    assert_near(loopc_cross_entropy(z, a, labels, d, 1, 2), 1000, 0);
    assert_near(d[0], 1, 0);
    assert_near(d[1], -1, 0);
    assert_near(loopc_cross_entropy(z, a, labels, d, 2, 2), (1000 + log(2)) / 2, 1e-4);
    assert_near(d[2], -0.25, 0);
    assert_near(d[3], 0.25, 0);
}

static void a_label_that_is_no_class_makes_the_loss_nan(void **state)
{
    (void)state;
    const float z[] = {0, 0, 0}, a[] = {0.5f, 0.5f, 0.5f};
    float d[] = {7, 7, 7};
    assert_true(isnan(loopc_cross_entropy(z, a, (int32_t[]){2}, d, 1, 2)));
    assert_true(isnan(loopc_cross_entropy(z, a, (int32_t[]){-1}, d, 1, 2)));
    assert_near(d[2], 7, 0);
}

static void binary_cross_entropy_of_the_surely_wrong_is_finite(void **state)
{
    (void)state;
    const float z[] = {300, -300, 0}, y[] = {0, 1, 1};
    float a[3], d[3];
    loopc_sigmoid_of(z, a, 3);
    assert_near(loopc_binary_cross_entropy(z, a, y, d, 1, 3), 600 + log(2), 1e-4);
    assert_near(d[0], 1, 0);
    assert_near(d[1], -1, 0);
    assert_near(d[2], -0.5, 0);
}

static void an_empty_batch_has_no_loss(void **state)
{
    (void)state;
    float none[1] = {0}, d[1] = {7};
    const int32_t label[1] = {0};
    loopc_dense_forward(none, none, none, d, 0, 1, 1);
    assert_near(loopc_squared_error(none, none, d, 0, 1), 0, 0);
    assert_near(loopc_cross_entropy(none, none, label, d, 0, 1), 0, 0);
    assert_near(loopc_binary_cross_entropy(none, none, none, d, 0, 1), 0, 0);
    assert_near(d[0], 7, 0);
}

static void classes_and_accuracy(void **state)
{
    (void)state;
    const float a[] = {0.1f, 0.7f, 0.2f, 0.4f, 0.4f, 0.2f};
    const int32_t labels[] = {1, 1};
    int32_t classes[2];
    loopc_classes(a, classes, 2, 3, 0.5f);
    assert_int_equal(classes[0], 1);
    assert_int_equal(classes[1], 0); /* of equal ones the first */
    assert_int_equal(loopc_correct(a, labels, 2, 3, 0.5f), 1);
    assert_int_equal(loopc_correct(a, (int32_t[]){0, 1}, 2, 1, 0.5f), 2); /* one output: 0.1, 0.7 */
    assert_int_equal(loopc_class(a, 1, 0.0f), 1);
    float y[6];
    loopc_one_hot(labels, y, 2, 3);
    assert_memory_equal(y, ((float[]){0, 1, 0, 0, 1, 0}), sizeof y);
}

/* ---- whole nets: the calls that gen/emit_mlp.lua emits, with sizes in variables ---- */

enum { MOST_ROWS = 19, MOST_WEIGHTS = 4096, MOST_VALUES = MOST_ROWS * REFERENCE_WIDEST };

struct net {
    struct reference shape;
    int rows;
    float w[MOST_WEIGHTS], g[MOST_WEIGHTS], x[MOST_VALUES], y[MOST_VALUES];
    int32_t labels[MOST_ROWS];
    float z[MOST_VALUES], a[8][MOST_VALUES], d[8][MOST_VALUES];
};

static void activate(const char *name, float *a, int count)
{
    if (!strcmp(name, "tanh")) loopc_tanh(a, count);
    if (!strcmp(name, "relu")) loopc_relu(a, count);
    if (!strcmp(name, "sigmoid")) loopc_sigmoid(a, count);
}

static void activate_backward(const char *name, const float *a, float *d, int rows, int width)
{
    if (!strcmp(name, "tanh")) loopc_tanh_backward(a, d, rows * width);
    if (!strcmp(name, "relu")) loopc_relu_backward(a, d, rows * width);
    if (!strcmp(name, "sigmoid")) loopc_sigmoid_backward(a, d, rows * width);
    if (!strcmp(name, "softmax")) loopc_softmax_backward(a, d, rows, width);
}

static void forward(struct net *n)
{
    const struct reference *shape = &n->shape;
    for (int i = 0; i < shape->layers; i++) {
        const int in = shape->sizes[i], out = shape->sizes[i + 1];
        const float *w = n->w + reference_offset(shape, i);
        loopc_dense_forward(w, w + in * out, i ? n->a[i - 1] : n->x, n->a[i], n->rows, in, out);
        if (i + 1 < shape->layers) activate(shape->activation, n->a[i], n->rows * out);
    }
    const int last = shape->layers - 1, out = shape->sizes[shape->layers];
    memcpy(n->z, n->a[last], sizeof n->z);
    activate(shape->output, n->a[last], n->rows * out);
    if (!strcmp(shape->output, "softmax")) loopc_softmax(n->z, n->a[last], n->rows, out);
}

static float loss(struct net *n)
{
    const int last = n->shape.layers - 1, out = n->shape.sizes[last + 1];
    float *const a = n->a[last], *const d = n->d[last];
    if (!strcmp(n->shape.loss, "squared_error")) {
        const float mean = loopc_squared_error(a, n->y, d, n->rows, out);
        activate_backward(n->shape.output, a, d, n->rows, out);
        return mean;
    }
    if (!strcmp(n->shape.output, "softmax"))
        return loopc_cross_entropy(n->z, a, n->labels, d, n->rows, out);
    return loopc_binary_cross_entropy(n->z, a, n->y, d, n->rows, out);
}

static void backward(struct net *n)
{
    for (int i = n->shape.layers - 1; i >= 0; i--) {
        const int in = n->shape.sizes[i], out = n->shape.sizes[i + 1];
        const int at = reference_offset(&n->shape, i);
        loopc_dense_gradient(i ? n->a[i - 1] : n->x, n->d[i], n->g + at, n->g + at + in * out,
                             n->rows, in, out);
        if (i == 0) return;
        loopc_dense_backward(n->w + at, n->d[i], n->d[i - 1], n->rows, in, out);
        activate_backward(n->shape.activation, n->a[i - 1], n->d[i - 1], n->rows, in);
    }
}

/* Random weights, inputs and targets; the targets of a cross-entropy are one-hot. */
static void prepare(struct net *n, uint32_t seed)
{
    const int out = n->shape.sizes[n->shape.layers];
    fill(n->w, reference_offset(&n->shape, n->shape.layers), &seed);
    fill(n->x, n->rows * n->shape.sizes[0], &seed);
    fill(n->y, n->rows * out, &seed);
    for (int r = 0; r < n->rows; r++)
        n->labels[r] = (int32_t)(fabsf(noise(&seed)) * (float)out);
    if (strcmp(n->shape.loss, "squared_error") != 0) loopc_one_hot(n->labels, n->y, n->rows, out);
}

static void copy(const float *from, double *to, int count)
{
    for (int i = 0; i < count; i++)
        to[i] = (double)from[i];
}

/* float32 carries 6e-8 relative; sums of some 60 terms of size 1 stay well within 1e-5. */
static void check_gradients(struct net *n, uint32_t seed)
{
    static double w[MOST_WEIGHTS], x[MOST_VALUES], y[MOST_VALUES];
    const int count = reference_offset(&n->shape, n->shape.layers);
    prepare(n, seed);
    copy(n->w, w, count);
    copy(n->x, x, n->rows * n->shape.sizes[0]);
    copy(n->y, y, n->rows * n->shape.sizes[n->shape.layers]);
    memset(n->g, 0, sizeof n->g);
    forward(n);
    const double expected = reference_loss(&n->shape, w, x, y, n->rows);
    assert_near(loss(n), expected, 1e-5 * (1.0 + fabs(expected)));
    backward(n);
    for (int i = 0; i < count; i++) {
        const double gradient = reference_gradient(&n->shape, w, i, x, y, n->rows);
        assert_near(n->g[i], gradient, 1e-5 * (1.0 + fabs(gradient)));
    }
}

static void gradients_are_central_differences(void **state)
{
    (void)state;
    static const char *const activations[] = {"identity", "tanh", "relu", "sigmoid"};
    static const char *const ends[][2] = {
        {"identity", "squared_error"}, {"tanh", "squared_error"},    {"relu", "squared_error"},
        {"sigmoid", "squared_error"},  {"softmax", "squared_error"}, {"softmax", "cross_entropy"},
        {"sigmoid", "cross_entropy"}};
    static const struct reference shapes[] = {
        {.layers = 1, .sizes = {3, 2}},           {.layers = 2, .sizes = {2, 2, 1}},
        {.layers = 2, .sizes = {5, 17, 3}},       {.layers = 3, .sizes = {1, 7, 9, 4}},
        {.layers = 4, .sizes = {33, 3, 1, 5, 2}},
    };
    static struct net n;
    for (int i = 0; i < COUNT(activations); i++)
        for (int j = 0; j < COUNT(ends); j++)
            for (int k = 0; k < COUNT(shapes); k++) {
                n.shape = shapes[k];
                n.shape.activation = activations[i];
                n.shape.output = ends[j][0];
                n.shape.loss = ends[j][1];
                n.rows = (int[]){1, 2, 4, 17, 19}[(i + j + k) % 5];
                check_gradients(&n, (uint32_t)(100 * i + 10 * j + k));
            }
}

/* ---- the XOR net, whose losses are known ---- */

static void begin_xor(struct net *n)
{
    n->shape = (struct reference){2, {2, 2, 1}, "tanh", "tanh", "squared_error"};
    n->rows = 4;
    memcpy(n->w, ((float[]){1, 1, 1, 1, 0.5f, -0.5f, 1, -1, 0}), 9 * sizeof(float));
    memcpy(n->x, ((float[]){-0.5f, -0.5f, -0.5f, 0.5f, 0.5f, -0.5f, 0.5f, 0.5f}),
           8 * sizeof(float));
    memcpy(n->y, ((float[]){-0.5f, 0.5f, 0.5f, -0.5f}), 4 * sizeof(float));
}

static float learn_xor(struct net *n, float eta)
{
    memset(n->g, 0, sizeof n->g);
    forward(n);
    const float mean = loss(n);
    backward(n);
    loopc_sgd(n->w, n->g, 9, eta, 0.0f);
    return mean;
}

static void xor_has_the_published_losses(void **state)
{
    (void)state;
    static struct net n;
    begin_xor(&n);
    assert_near(learn_xor(&n, 0.1f), 0.2228183924, 1e-7);
    assert_near(learn_xor(&n, 0.1f), 0.1908279896, 1e-6);
    for (int learning = 3; learning < 10; learning++)
        learn_xor(&n, 0.1f);
    assert_near(learn_xor(&n, 0.1f), 0.06461136877, 1e-6);
}

static void xor_is_learned_after_the_published_number_of_steps(void **state)
{
    (void)state;
    static struct net n;
    static const float etas[] = {0.1f, 0.5f, 1.0f};
    static const int published[] = {283, 57, 29};
    for (int i = 0; i < COUNT(etas); i++) {
        int learning = 1;
        for (begin_xor(&n); learn_xor(&n, etas[i]) >= 1e-3f; learning++)
            assert_true(learning < 1000);
        assert_int_equal(learning, published[i]);
    }
}

/* ---- optimizers ---- */

static void sgd_by_hand(void **state)
{
    (void)state;
    const float g[] = {0.5f};
    float w[] = {1.0f}, u[] = {0.0f};
    loopc_sgd(w, g, 1, 0.1f, 0.0f);
    assert_near(w[0], 0.95, 1e-7);
    loopc_sgd(w, g, 1, 0.1f, 0.2f); /* 0.95 - 0.1 (0.5 + 0.2 0.95) */
    assert_near(w[0], 0.881, 1e-7);
    w[0] = 1.0f;
    loopc_momentum(w, g, u, 1, 0.1f, 0.9f, 0.0f);
    assert_near(w[0], 0.95, 1e-7);
    loopc_momentum(w, g, u, 1, 0.1f, 0.9f, 0.0f); /* u = 0.9 0.5 + 0.5 */
    assert_near(u[0], 0.95, 1e-7);
    assert_near(w[0], 0.855, 1e-7);
    loopc_momentum(w, g, u, 1, 0.1f, 0.9f, 0.2f); /* u = 0.9 0.95 + 0.5 + 0.2 0.855 */
    assert_near(u[0], 1.526, 1e-6);
}

static void adam_by_hand(void **state)
{
    (void)state;
    float w[] = {1.0f}, m[] = {0.0f}, v[] = {0.0f};
    struct loopc_adam rates = loopc_adam_rates(1, 0.1f, 0.9, 0.999, 1e-8f, 0.0f);
    loopc_adam(w, (float[]){0.5f}, m, v, 1, &rates);
    assert_near(w[0], 0.9, 1e-7); /* the first step is eta, whatever the gradient */
    assert_near(m[0], 0.05, 1e-8);
    assert_near(v[0], 0.00025, 1e-10);
    rates = loopc_adam_rates(2, 0.1f, 0.9, 0.999, 1e-8f, 0.0f);
    loopc_adam(w, (float[]){-0.25f}, m, v, 1, &rates);
    assert_near(m[0], 0.02, 1e-8);
    assert_near(v[0], 0.00031225, 1e-10);
    /* 0.9 - 0.1 (0.02 / 0.19) / sqrt(0.00031225 / 0.001999) */
    assert_near(w[0], 0.9 - 0.1 * (0.02 / 0.19) / sqrt(0.00031225 / 0.001999), 1e-6);
    assert_near(w[0], 0.873366, 1e-6);
}

static void adam_decays_in_the_gradient_and_adamw_past_it(void **state)
{
    (void)state;
    const float g[] = {0.5f};
    const struct loopc_adam rates = loopc_adam_rates(1, 0.1f, 0.9, 0.999, 1e-8f, 0.2f);
    float w[] = {1.0f}, m[] = {0.0f}, v[] = {0.0f};
    loopc_adam(w, g, m, v, 1, &rates);
    assert_near(m[0], 0.07, 1e-8); /* 0.1 (0.5 + 0.2) */
    assert_near(w[0], 0.9, 1e-7);
    w[0] = 1.0f;
    m[0] = v[0] = 0.0f;
    loopc_adamw(w, g, m, v, 1, &rates);
    assert_near(m[0], 0.05, 1e-8);
    assert_near(w[0], 0.88, 1e-7); /* 1 - 0.1 0.2 1 - 0.1 */
}

static void power_is_exact_where_it_can_be(void **state)
{
    (void)state;
    assert_near(loopc_power(0.9, 0), 1, 0);
    assert_near(loopc_power(2, 10), 1024, 0);
    assert_near(loopc_power(0.5, 61), ldexp(1, -61), 0);
    assert_near(loopc_power(0.999, 1000), pow(0.999, 1000), 1e-14);
    assert_near(loopc_power(0.999, INT64_MAX), 0, 0);
}

static void norm_and_scale(void **state)
{
    (void)state;
    float g[] = {3, -4};
    assert_near(loopc_square_sum(g, 2), 25, 0);
    loopc_scale(g, 2, 0.5f);
    assert_near(g[0], 1.5, 0);
    assert_near(g[1], -2, 0);
}

/* ---- first weights ---- */

static void first_weights_have_their_distribution(void **state)
{
    (void)state;
    enum { IN = 200, OUT = 100, N = IN * OUT };
    static float w[N], again[N];
    struct loopc_rng rng, twin;
    loopc_rng_seed(&rng, 1, "weights");
    twin = rng;
    loopc_init_he(w, &rng, IN, OUT);
    loopc_init_he(again, &twin, IN, OUT);
    assert_memory_equal(w, again, sizeof w);
    assert_near(loopc_square_sum(w, N) / N, 2.0 / IN, 0.05 * 2.0 / IN);
    loopc_init_xavier(w, &rng, IN, OUT);
    assert_near(loopc_square_sum(w, N) / N, 2.0 / (IN + OUT), 0.05 * 2.0 / (IN + OUT));
    for (int i = 0; i < N; i++)
        assert_true(fabsf(w[i]) <= sqrtf(6.0f / (IN + OUT)));
    loopc_init_normal(w, &rng, IN, OUT, 0.05f);
    assert_near(loopc_square_sum(w, N) / N, 0.0025, 0.05 * 0.0025);
}

static void flat_weights_go_there_and_back(void **state)
{
    (void)state;
    const float flat[] = {1, 2, 3};
    float array[2], back[3] = {0};
    assert_ptr_equal(loopc_unpack(array, flat, 2), flat + 2);
    assert_ptr_equal(loopc_pack(array, back + 1, 2), back + 3);
    assert_memory_equal(back, ((float[]){0, 1, 2}), sizeof back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_has_the_bits_of_the_plain_sum),
        cmocka_unit_test(gradient_adds_to_what_is_there),
        cmocka_unit_test(backward_sets_the_input_gradient),
        cmocka_unit_test(activations_at_their_ends),
        cmocka_unit_test(softmax_of_extremes),
        cmocka_unit_test(cross_entropy_of_the_surely_wrong_is_finite),
        cmocka_unit_test(a_label_that_is_no_class_makes_the_loss_nan),
        cmocka_unit_test(binary_cross_entropy_of_the_surely_wrong_is_finite),
        cmocka_unit_test(an_empty_batch_has_no_loss),
        cmocka_unit_test(classes_and_accuracy),
        cmocka_unit_test(gradients_are_central_differences),
        cmocka_unit_test(xor_has_the_published_losses),
        cmocka_unit_test(xor_is_learned_after_the_published_number_of_steps),
        cmocka_unit_test(sgd_by_hand),
        cmocka_unit_test(adam_by_hand),
        cmocka_unit_test(adam_decays_in_the_gradient_and_adamw_past_it),
        cmocka_unit_test(power_is_exact_where_it_can_be),
        cmocka_unit_test(norm_and_scale),
        cmocka_unit_test(first_weights_have_their_distribution),
        cmocka_unit_test(flat_weights_go_there_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
