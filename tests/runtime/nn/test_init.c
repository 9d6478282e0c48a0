/* First values of weights: mean, variance and range, and which draw goes where. */
#include "kernels.h"
#include "nn/init.h"

enum { INPUTS = 200, OUTPUTS = 100, WEIGHTS = INPUTS * OUTPUTS };

static float rows[WEIGHTS];

static void (*const methods[])(float *, struct loopc_rng *, int32_t, int32_t) = {loopc_init_xavier,
                                                                                 loopc_init_he};

static struct loopc_rng stream(void)
{
    struct loopc_rng rng;
    loopc_rng_seed(&rng, 5, "weights");
    return rng;
}

static void draw(int method)
{
    struct loopc_rng rng = stream();
    float *const w = panels(OUTPUTS, INPUTS);
    methods[method](w, &rng, INPUTS, OUTPUTS);
    loopc_panels_to(w, rows, OUTPUTS, INPUTS);
    end_arrays();
}

/* The standard error of a variance of 20000 draws is about one hundredth of it. */
static void has(double variance)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < WEIGHTS; i++) {
        sum += (double)rows[i];
        squares += (double)rows[i] * (double)rows[i];
    }
    assert_near(sum / WEIGHTS, 0, 4 * sqrt(variance / WEIGHTS));
    assert_near(squares / WEIGHTS, variance, 0.05 * variance);
}

static void variances_are_those_of_the_papers(void **state)
{
    (void)state;
    draw(0);
    has(2.0 / (INPUTS + OUTPUTS));
    const float limit = sqrtf(6.0f / (INPUTS + OUTPUTS));
    for (int i = 0; i < WEIGHTS; i++)
        assert_true(rows[i] >= -limit && rows[i] <= limit);
    draw(1);
    has(2.0 / INPUTS);
}

/* Output by output, whatever the panels: a net of the same seed has the same weights. */
static void draws_go_row_by_row(void **state)
{
    struct loopc_rng rng = stream();
    (void)state;
    draw(1);
    const float deviation = sqrtf(2.0f / INPUTS);
    for (int i = 0; i < 3 * INPUTS; i++)
        assert_near((double)rows[i], (double)(deviation * (float)loopc_rng_normal(&rng)), 0);
}

static void a_deviation_of_0_is_0(void **state)
{
    struct loopc_rng rng = stream();
    (void)state;
    float *const w = panels(3, 17);
    loopc_init_normal(w, &rng, 17, 3, 0);
    loopc_panels_to(w, rows, 3, 17);
    for (int i = 0; i < 3 * 17; i++)
        assert_near((double)rows[i], 0, 0);
    end_arrays();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variances_are_those_of_the_papers),
        cmocka_unit_test(draws_go_row_by_row),
        cmocka_unit_test(a_deviation_of_0_is_0),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
