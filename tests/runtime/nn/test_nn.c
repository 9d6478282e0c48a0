/* Whole nets of many shapes: the calls that gen/emit/mlp.lua emits, with sizes in variables. Their
 * gradients are central differences of a net in double precision; XOR has the losses that are
 * known.
 */
#include "kernels.h"
#include "nn_reference.h"

enum { MOST_ROWS = 19, MOST_WEIGHTS = 4096, MOST_VALUES = MOST_ROWS * REFERENCE_WIDEST };

/* A net in panels, and its weights, inputs and targets as flat lists and rows. */
struct net {
    struct reference shape;
    int rows;
    float flat[MOST_WEIGHTS], x[MOST_VALUES], y[MOST_VALUES];
    int32_t labels[MOST_ROWS];
    struct {
        float *w, *b, *gw, *gb, *a, *z, *d, *sample_major; /* sample_major: the layer's input */
    } at[8];
    float *feature_major, *losses;
};

static enum loopc_epilogue finish_of(const char *name)
{
    if (!strcmp(name, "tanh")) return LOOPC_TANH;
    if (!strcmp(name, "relu")) return LOOPC_RELU;
    return strcmp(name, "sigmoid") != 0 ? LOOPC_STORE : LOOPC_SIGMOID;
}

static enum loopc_epilogue gate_of(const char *name)
{
    if (!strcmp(name, "tanh")) return LOOPC_BACKWARD_TANH;
    if (!strcmp(name, "relu")) return LOOPC_BACKWARD_RELU;
    return strcmp(name, "sigmoid") != 0 ? LOOPC_STORE : LOOPC_BACKWARD_SIGMOID;
}

/* Takes weights and gradients from a flat list. */
static void take(struct net *n, const float *flat, bool gradients)
{
    for (int i = 0; i < n->shape.layers; i++) {
        const int in = n->shape.sizes[i], out = n->shape.sizes[i + 1];
        flat = loopc_flat_take(gradients ? n->at[i].gw : n->at[i].w, flat, out, in);
        flat = loopc_flat_take(gradients ? n->at[i].gb : n->at[i].b, flat, 1, out);
    }
}

static void put_gradients(const struct net *n, float *flat)
{
    for (int i = 0; i < n->shape.layers; i++) {
        const int in = n->shape.sizes[i], out = n->shape.sizes[i + 1];
        flat = loopc_flat_put(n->at[i].gw, flat, out, in);
        flat = loopc_flat_put(n->at[i].gb, flat, 1, out);
    }
}

static void make_arrays(struct net *n)
{
    for (int i = 0; i < n->shape.layers; i++) {
        const int in = n->shape.sizes[i], out = n->shape.sizes[i + 1];
        n->at[i].w = panels(out, in);
        n->at[i].gw = panels(out, in);
        n->at[i].b = vector(out);
        n->at[i].gb = vector(out);
        n->at[i].z = panels(out, MOST_ROWS);
        n->at[i].a = panels(out, MOST_ROWS);
        n->at[i].d = panels(out, MOST_ROWS);
        n->at[i].sample_major = panels(MOST_ROWS, in);
    }
    n->feature_major = panels(n->shape.sizes[0], MOST_ROWS);
    n->losses = vector(MOST_ROWS);
    take(n, n->flat, false);
    take(n, (float[MOST_WEIGHTS]){0}, true);
}

static const float *input_of(const struct net *n, int i)
{
    return i ? n->at[i - 1].a : n->feature_major;
}

static void forward(struct net *n)
{
    const int last = n->shape.layers - 1, rows = n->rows, *sizes = n->shape.sizes;
    loopc_pack((struct loopc_rows){.x = n->x}, n->at[0].sample_major, n->feature_major, rows,
               MOST_ROWS, sizes[0], LOOPC_ONE_THREAD);
    for (int i = 0; i <= last; i++)
        loopc_dense_forward(n->at[i].w, n->at[i].b, input_of(n, i),
                            i < last ? n->at[i].a : n->at[i].z, rows, sizes[i], sizes[i + 1],
                            i < last ? finish_of(n->shape.activation) : LOOPC_STORE,
                            LOOPC_ONE_THREAD);
    float *const z = n->at[last].z, *const a = n->at[last].a;
    if (!strcmp(n->shape.output, "softmax"))
        loopc_softmax(z, a, rows, sizes[last + 1], LOOPC_ONE_THREAD);
    else
        loopc_activate(z, z, a, rows, sizes[last + 1], finish_of(n->shape.output),
                       LOOPC_ONE_THREAD);
}

static float loss(struct net *n)
{
    const int last = n->shape.layers - 1, out = n->shape.sizes[last + 1], rows = n->rows;
    float *const z = n->at[last].z, *const a = n->at[last].a, *const d = n->at[last].d;
    const bool softmax = !strcmp(n->shape.output, "softmax");
    loopc_pack((struct loopc_rows){.x = n->y}, NULL, d, rows, MOST_ROWS, out, LOOPC_ONE_THREAD);
    if (!strcmp(n->shape.loss, "squared_error")) {
        const enum loopc_epilogue gate = softmax ? LOOPC_STORE : gate_of(n->shape.output);
        loopc_squared_error(a, d, n->losses, rows, out, gate, LOOPC_ONE_THREAD);
        if (softmax) loopc_softmax_backward(a, d, rows, out, LOOPC_ONE_THREAD);
    } else if (softmax) {
        loopc_cross_entropy(z, n->labels, d, n->losses, rows, out, LOOPC_ONE_THREAD);
    } else {
        loopc_binary_cross_entropy(z, d, n->losses, rows, out, LOOPC_ONE_THREAD);
    }
    return loopc_mean(n->losses, rows);
}

/* Takes the derivatives down to each layer; `use` is called once its own are there. */
static void back(struct net *n, void (*use)(struct net *n, int layer, const void *with),
                 const void *with)
{
    for (int i = n->shape.layers - 1; i >= 0; i--) {
        const int in = n->shape.sizes[i], out = n->shape.sizes[i + 1];
        if (i > 0) {
            loopc_dense_backward(n->at[i].w, n->at[i].d, n->at[i - 1].a, n->at[i - 1].d, n->rows,
                                 in, out, gate_of(n->shape.activation), LOOPC_ONE_THREAD);
            loopc_transpose(n->at[i - 1].a, n->at[i].sample_major, n->rows, MOST_ROWS, in,
                            LOOPC_ONE_THREAD);
        }
        use(n, i, with);
    }
}

static void add_gradient(struct net *n, int i, const void *unused)
{
    (void)unused;
    loopc_dense_gradient(n->at[i].gw, n->at[i].gb, n->at[i].sample_major, n->at[i].d, n->rows,
                         MOST_ROWS, n->shape.sizes[i], n->shape.sizes[i + 1], LOOPC_ONE_THREAD);
}

static void descend(struct net *n, int i, const void *eta)
{
    const struct loopc_step_params rates = {.rule = LOOPC_SGD, .eta = *(const float *)eta};
    loopc_dense_update((struct loopc_weights){.w = n->at[i].w},
                       (struct loopc_weights){.w = n->at[i].b}, n->at[i].sample_major, n->at[i].d,
                       n->rows, MOST_ROWS, n->shape.sizes[i], n->shape.sizes[i + 1], &rates,
                       LOOPC_ONE_THREAD);
}

/* Random weights, inputs and targets; the targets of a cross-entropy are one-hot. */
static void prepare(struct net *n, uint32_t seed)
{
    const int out = n->shape.sizes[n->shape.layers];
    fill(n->flat, reference_offset(&n->shape, n->shape.layers), &seed);
    fill(n->x, n->rows * n->shape.sizes[0], &seed);
    fill(n->y, n->rows * out, &seed);
    for (int r = 0; r < n->rows; r++)
        n->labels[r] = (int32_t)(fabsf(noise(&seed)) * (float)out);
    if (strcmp(n->shape.loss, "squared_error") != 0) loopc_one_hot(n->labels, n->y, n->rows, out);
    make_arrays(n);
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
    static float g[MOST_WEIGHTS];
    const int count = reference_offset(&n->shape, n->shape.layers);
    prepare(n, seed);
    copy(n->flat, w, count);
    copy(n->x, x, n->rows * n->shape.sizes[0]);
    copy(n->y, y, n->rows * n->shape.sizes[n->shape.layers]);
    forward(n);
    const double expected = reference_loss(&n->shape, w, x, y, n->rows);
    assert_near(loss(n), expected, 1e-5 * (1.0 + fabs(expected)));
    back(n, add_gradient, NULL);
    put_gradients(n, g);
    for (int i = 0; i < count; i++) {
        const double gradient = reference_gradient(&n->shape, w, i, x, y, n->rows);
        assert_near(g[i], gradient, 1e-5 * (1.0 + fabs(gradient)));
    }
    end_arrays();
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
    memcpy(n->flat, ((float[]){1, 1, 1, 1, 0.5f, -0.5f, 1, -1, 0}), 9 * sizeof(float));
    memcpy(n->x, ((float[]){-0.5f, -0.5f, -0.5f, 0.5f, 0.5f, -0.5f, 0.5f, 0.5f}),
           8 * sizeof(float));
    memcpy(n->y, ((float[]){-0.5f, 0.5f, 0.5f, -0.5f}), 4 * sizeof(float));
    make_arrays(n);
}

static float learn_xor(struct net *n, float eta)
{
    forward(n);
    const float mean = loss(n);
    back(n, descend, &eta);
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
    end_arrays();
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
        end_arrays();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_are_central_differences),
        cmocka_unit_test(xor_has_the_published_losses),
        cmocka_unit_test(xor_is_learned_after_the_published_number_of_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
