/* Products of matrices against plain loops in double precision: sums, starts, finishes, updates,
 * and the same bits for any number of threads. */
#include "kernels.h"
#include "nn/product.h"

enum { ROWS = 21, COLUMNS = 37, DEPTH = 600 }; /* deeper than one block of LOOPC_DEPTH */

static float u[ROWS * DEPTH], v[DEPTH * COLUMNS], start[ROWS];

static int set_up(void **state)
{
    uint32_t seed = 7;
    (void)state;
    fill(u, COUNT(u), &seed);
    fill(v, COUNT(v), &seed);
    fill(start, COUNT(start), &seed);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    end_arrays();
    return 0;
}

static double sum_at(int i, int j, double from)
{
    for (int p = 0; p < DEPTH; p++)
        from += (double)u[i * DEPTH + p] * (double)v[p * COLUMNS + j];
    return from;
}

/* c = u v, with u stored as it is read: by rows (along), or turned (across). */
static struct loopc_product product(bool along)
{
    static float turned[DEPTH * ROWS];
    for (int i = 0; i < ROWS; i++)
        for (int p = 0; p < DEPTH; p++)
            turned[p * ROWS + i] = u[i * DEPTH + p];
    return (struct loopc_product){
        .u = along ? panels_of(u, ROWS, DEPTH) : panels_of(turned, DEPTH, ROWS),
        .u_stride = along ? LOOPC_STRIDE(ROWS) : LOOPC_STRIDE(DEPTH),
        .v = panels_of(v, DEPTH, COLUMNS),
        .v_stride = LOOPC_STRIDE(DEPTH),
        .c = panels(ROWS, COLUMNS),
        .c_stride = LOOPC_STRIDE(ROWS),
        .rows = ROWS,
        .columns = COLUMNS,
        .depth = DEPTH,
        .deepest = DEPTH,
        .me = LOOPC_ONE_THREAD,
    };
}

static double at(const float *c, int i, int j)
{
    return (double)c[loopc_panel_at(ROWS, i, j)];
}

static void sums_start_and_finish(void **state)
{
    struct loopc_product p = product(true);
    float *const b = vector(ROWS);
    (void)state;
    memcpy(b, start, sizeof start);
    p.start = b;
    p.finish = LOOPC_RELU;
    loopc_multiply_forward(&p);
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLUMNS; j++)
            assert_near(at(p.c, i, j), fmax(sum_at(i, j, (double)start[i]), 0), 1e-4);
}

static void sums_are_added(void **state)
{
    struct loopc_product p = product(true);
    (void)state;
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLUMNS; j++)
            p.c[loopc_panel_at(ROWS, i, j)] = (float)(i - j);
    p.add = true;
    loopc_multiply_forward(&p);
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLUMNS; j++)
            assert_near(at(p.c, i, j), sum_at(i, j, i - j), 1e-4);
}

static void a_matrix_is_read_across(void **state)
{
    float gates[ROWS * COLUMNS];
    struct loopc_product p = product(false);
    (void)state;
    for (int i = 0; i < COUNT(gates); i++)
        gates[i] = i % 3 ? 1.0f : -1.0f;
    p.gate = panels_of(gates, ROWS, COLUMNS);
    p.finish = LOOPC_BACKWARD_RELU;
    loopc_multiply_backward(&p);
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLUMNS; j++)
            assert_near(at(p.c, i, j), (i * COLUMNS + j) % 3 ? sum_at(i, j, 0) : 0, 1e-4);
}

/* A gradient of sums, and the weights moved by it: w - eta (g + decay w), or as Adam has it. */
static void weights_are_moved_by_their_sums(void **state)
{
    float before[ROWS * COLUMNS];
    uint32_t seed = 11;
    struct loopc_product p = product(true);
    const struct loopc_step_params sgd = loopc_sgd_params(0.1f, 0, 0.5f);
    const struct loopc_step_params adam =
        loopc_adam_params(LOOPC_ADAM, 1, 0.25f, 0.9, 0.999, 1e-8f, 0);
    (void)state;
    fill(before, COUNT(before), &seed);
    p.c = NULL;
    p.weights.w = panels_of(before, ROWS, COLUMNS);
    p.rates = &sgd;
    loopc_multiply_update(&p);
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLUMNS; j++) {
            const double w = (double)before[i * COLUMNS + j];
            assert_near(at(p.weights.w, i, j), w - 0.1 * (sum_at(i, j, 0) + 0.5 * w), 1e-4);
        }
    const float zeros[ROWS * COLUMNS] = {0};
    p.weights =
        (struct loopc_weights){panels_of(before, ROWS, COLUMNS), panels_of(zeros, ROWS, COLUMNS),
                               panels_of(zeros, ROWS, COLUMNS)};
    p.rates = &adam;
    loopc_multiply_adam(&p); /* the first step of Adam is eta, against the sign */
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLUMNS; j++)
            assert_near(at(p.weights.w, i, j),
                        (double)before[i * COLUMNS + j] - (sum_at(i, j, 0) > 0 ? 0.25 : -0.25),
                        1e-4);
}

static void threads_change_no_bit(void **state)
{
    struct loopc_product p = product(true);
    float one[ROWS * COLUMNS], many[ROWS * COLUMNS];
    (void)state;
    loopc_multiply_forward(&p);
    loopc_panels_to(p.c, one, ROWS, COLUMNS);
    p.c = panels(ROWS, COLUMNS);
    for (int32_t tid = 0; tid < 3; tid++) {
        p.me = (struct loopc_thread){tid, 3};
        loopc_multiply_forward(&p);
    }
    loopc_panels_to(p.c, many, ROWS, COLUMNS);
    assert_memory_equal(one, many, sizeof one);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sums_start_and_finish),   TEST(sums_are_added),
        TEST(a_matrix_is_read_across), TEST(weights_are_moved_by_their_sums),
        TEST(threads_change_no_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
