/* Optimizers by hand, norms and scaling of gradients, first weights, the flat list of weights. */
#include "kernels.h"

/* One weight, the state of its rule, and a gradient: each a matrix of one. */
struct one {
    float *w, *m, *v, *g;
};

static struct one one_weight(float weight)
{
    static const float zero;
    return (struct one){panels_of(&weight, 1, 1), panels_of(&zero, 1, 1), panels_of(&zero, 1, 1),
                        panels_of(&zero, 1, 1)};
}

static void descend(struct one *one, float g, struct loopc_step_params rates)
{
    *one->g = g;
    loopc_descend((struct loopc_weights){one->w, one->m, one->v}, one->g, 1, 1, &rates);
}

static void sgd_by_hand(void **state)
{
    (void)state;
    struct one one = one_weight(1);
    descend(&one, 0.5f, loopc_sgd_params(0.1f, 0.0f, 0.0f));
    assert_near(*one.w, 0.95, 1e-7);
    descend(&one, 0.5f, loopc_sgd_params(0.1f, 0.0f, 0.2f)); /* 0.95 - 0.1 (0.5 + 0.2 0.95) */
    assert_near(*one.w, 0.881, 1e-7);
    end_arrays();
}

static void momentum_by_hand(void **state)
{
    (void)state;
    struct one one = one_weight(1);
    descend(&one, 0.5f, loopc_sgd_params(0.1f, 0.9f, 0.0f));
    assert_near(*one.w, 0.95, 1e-7);
    descend(&one, 0.5f, loopc_sgd_params(0.1f, 0.9f, 0.0f)); /* m = 0.9 0.5 + 0.5 */
    assert_near(*one.m, 0.95, 1e-7);
    assert_near(*one.w, 0.855, 1e-7);
    descend(&one, 0.5f, loopc_sgd_params(0.1f, 0.9f, 0.2f)); /* m = 0.9 0.95 + 0.5 + 0.2 0.855 */
    assert_near(*one.m, 1.526, 1e-6);
    end_arrays();
}

static struct loopc_step_params adam(enum loopc_rule rule, int64_t t, float decay)
{
    return loopc_adam_params(rule, t, 0.1f, 0.9, 0.999, 1e-8f, decay);
}

static void adam_by_hand(void **state)
{
    (void)state;
    struct one one = one_weight(1);
    descend(&one, 0.5f, adam(LOOPC_ADAM, 1, 0.0f));
    assert_near(*one.w, 0.9, 1e-7); /* the first step is eta, whatever the gradient */
    assert_near(*one.m, 0.05, 1e-8);
    assert_near(*one.v, 0.00025, 1e-10);
    descend(&one, -0.25f, adam(LOOPC_ADAM, 2, 0.0f));
    assert_near(*one.m, 0.02, 1e-8);
    assert_near(*one.v, 0.00031225, 1e-10);
    assert_near(*one.w, 0.9 - 0.1 * (0.02 / 0.19) / sqrt(0.00031225 / 0.001999), 1e-6);
    assert_near(*one.w, 0.873366, 1e-6);
    end_arrays();
}

static void adam_decays_in_the_gradient_and_adamw_past_it(void **state)
{
    (void)state;
    struct one one = one_weight(1), other = one_weight(1);
    descend(&one, 0.5f, adam(LOOPC_ADAM, 1, 0.2f));
    assert_near(*one.m, 0.07, 1e-8); /* 0.1 (0.5 + 0.2) */
    assert_near(*one.w, 0.9, 1e-7);
    descend(&other, 0.5f, adam(LOOPC_ADAMW, 1, 0.2f));
    assert_near(*other.m, 0.05, 1e-8);
    assert_near(*other.w, 0.88, 1e-7); /* 1 - 0.1 0.2 1 - 0.1 */
    end_arrays();
}

/* Every weight of a matrix is moved, and no neighbour's gradient moves it. */
static void each_weight_by_its_gradient(void **state)
{
    (void)state;
    enum { ROWS = 33, COLUMNS = 19 };
    static float w[ROWS * COLUMNS], g[ROWS * COLUMNS], moved[ROWS * COLUMNS];
    uint32_t seed = 1;
    fill(w, ROWS * COLUMNS, &seed);
    fill(g, ROWS * COLUMNS, &seed);
    float *const to = panels_of(w, ROWS, COLUMNS);
    const struct loopc_step_params rates = loopc_sgd_params(0.5f, 0.0f, 0.0f);
    loopc_descend((struct loopc_weights){.w = to}, panels_of(g, ROWS, COLUMNS), ROWS, COLUMNS,
                  &rates);
    loopc_panels_to(to, moved, ROWS, COLUMNS);
    for (int i = 0; i < ROWS * COLUMNS; i++)
        assert_near(moved[i], (double)fmaf(-0.5f, g[i], w[i]), 0);
    end_arrays();
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

/* The padding of a matrix is ignored, and so are the rows between panels. */
static void norm_and_scale(void **state)
{
    (void)state;
    enum { ROWS = 32, COLUMNS = 20 };
    float values[ROWS * COLUMNS], scaled[ROWS * COLUMNS];
    double sum = 0;
    uint32_t seed = 1;
    fill(values, ROWS * COLUMNS, &seed);
    for (int i = 0; i < ROWS * COLUMNS; i++)
        sum += (double)values[i] * (double)values[i];
    float *const g = panels_of(values, ROWS, COLUMNS), *const two =
                                                           panels_of((float[]){3, -4}, 1, 2);
    assert_near(loopc_square_sum(two, 1, 2), 25, 0);
    assert_near(loopc_square_sum(g, ROWS, COLUMNS), sum, 1e-12 * sum);
    loopc_scale(g, ROWS, COLUMNS, 0.5f);
    loopc_panels_to(g, scaled, ROWS, COLUMNS);
    for (int i = 0; i < ROWS * COLUMNS; i++)
        assert_near(scaled[i], (double)values[i] / 2, 0);
    end_arrays();
}

/* ---- first weights ---- */

enum { IN = 200, OUT = 100, N = IN * OUT };

static void he(float *w, struct loopc_rng *rng)
{
    loopc_init_he(w, rng, IN, OUT);
}

static void xavier(float *w, struct loopc_rng *rng)
{
    loopc_init_xavier(w, rng, IN, OUT);
}

static void normal(float *w, struct loopc_rng *rng)
{
    loopc_init_normal(w, rng, IN, OUT, 0.05f);
}

static void first_weights_have_their_distribution(void **state)
{
    (void)state;
    static void (*const draw[])(float *, struct loopc_rng *) = {he, xavier, normal};
    static const double variances[] = {2.0 / IN, 2.0 / (IN + OUT), 0.0025};
    static float w[N], again[N];
    struct loopc_rng rng, twin;
    loopc_rng_seed(&rng, 1, "weights");
    for (int i = 0; i < 3; i++) {
        float *const to = panels(OUT, IN);
        twin = rng;
        draw[i](to, &twin);
        loopc_panels_to(to, again, OUT, IN);
        draw[i](to, &rng);
        loopc_panels_to(to, w, OUT, IN);
        assert_memory_equal(w, again, sizeof w);
        assert_near(loopc_square_sum(to, OUT, IN) / N, variances[i], 0.05 * variances[i]);
        for (int j = 0; j < N && i == 1; j++)
            assert_true(fabsf(w[j]) <= sqrtf(6.0f / (IN + OUT)));
    }
    end_arrays();
}

/* Weights are drawn row by row of the matrix, however it is stored. */
static void first_weights_come_output_by_output(void **state)
{
    (void)state;
    struct loopc_rng rng, twin;
    loopc_rng_seed(&rng, 1, "weights");
    twin = rng;
    float *const w = panels(3, 40);
    loopc_init_normal(w, &rng, 40, 3, 1.0f);
    for (int o = 0; o < 3; o++)
        for (int k = 0; k < 40; k++)
            assert_near(w[loopc_panel_at(3, o, k)], (double)(float)loopc_rng_normal(&twin), 0);
    end_arrays();
}

/* ---- the flat list ---- */

static void flat_weights_go_there_and_back(void **state)
{
    (void)state;
    enum { ROWS = 5, COLUMNS = 35, HERE = ROWS * COLUMNS };
    float flat[HERE + 2], back[HERE + 2] = {0};
    for (int i = 0; i < HERE + 2; i++)
        flat[i] = (float)i + 1;
    float *const w = panels(ROWS, COLUMNS);
    assert_ptr_equal(loopc_flat_take(w, flat, ROWS, COLUMNS), flat + HERE);
    assert_near(w[loopc_panel_at(ROWS, 2, 33)], (double)flat[2 * COLUMNS + 33], 0);
    assert_ptr_equal(loopc_flat_put(w, back + 1, ROWS, COLUMNS), back + 1 + HERE);
    assert_memory_equal(back + 1, flat, HERE * sizeof(float));
    assert_near(back[0], 0, 0);
    assert_near(back[HERE + 1], 0, 0);
    assert_ptr_equal(loopc_flat_blend(w, back, ROWS, COLUMNS, 0.25f), back + HERE);
    for (int i = 0; i < HERE; i++) /* each was its number less 1 */
        assert_near(back[i], (double)i + 0.25, 0);
    end_arrays();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sgd_by_hand),
        cmocka_unit_test(momentum_by_hand),
        cmocka_unit_test(adam_by_hand),
        cmocka_unit_test(adam_decays_in_the_gradient_and_adamw_past_it),
        cmocka_unit_test(each_weight_by_its_gradient),
        cmocka_unit_test(power_is_exact_where_it_can_be),
        cmocka_unit_test(norm_and_scale),
        cmocka_unit_test(first_weights_have_their_distribution),
        cmocka_unit_test(first_weights_come_output_by_output),
        cmocka_unit_test(flat_weights_go_there_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
