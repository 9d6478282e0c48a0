/* exp, log, tanh and the sigmoid of runtime/nn/elementary.h against the C library's in double
 * precision, over every nth float (LOOPC_EVERY, 4099; make soak tries them all), special values,
 * and the fused multiply-add that they are made of. */
#include "parallel/team.h"
#include "nn/elementary.h"
#include "nn/scalar.h"
#include "nn/panel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

enum { EVERY = 4099, MOST_THREADS = 16 };

struct function {
    const char *name;
    loopc_vec (*vector)(loopc_vec x);
    double (*exact)(double x);
    double bound; /* on the error, in units in the last place, from the header */
};

#define WRAP(name)                                                                                 \
    static loopc_vec call_##name(loopc_vec x)                                                      \
    {                                                                                              \
        return loopc_##name(x);                                                                    \
    }
WRAP(vexp)
WRAP(vlog)
WRAP(vtanh)
WRAP(vsigmoid)

static double exact_sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static const struct function functions[] = {{"exp", call_vexp, exp, 1.25},
                                            {"log", call_vlog, log, 0.85},
                                            {"tanh", call_vtanh, tanh, 1.6},
                                            {"sigmoid", call_vsigmoid, exact_sigmoid, 2.0}};

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* How far a result is from the exact one, in units in the last place of a float there. */
static double error_of(float got, double exact)
{
    static const double largest = 0x1.ffffffp127; /* from here on a float is infinite */
    int exponent;
    if (isnan(exact) || isnan(got)) return isnan(exact) && isnan(got) ? 0 : INFINITY;
    if (fabs(exact) >= largest || isinf(got)) {
        return (double)got * exact > 0 && fabs(exact) >= largest / 2 ? 0 : INFINITY;
    }
    frexp(exact, &exponent);
    return fabs((double)got - exact) / ldexp(1, (exponent < -125 ? -125 : exponent) - 24);
}

/* One function over every nth float, shared by a thread team. */
struct sweep {
    const struct function *function;
    uint64_t every;
    struct {
        _Alignas(64) double worst;
        float at;
    } of[MOST_THREADS];
};

static void sweep_part(void *job, struct loopc_thread me)
{
    struct sweep *sweep = job;
    const struct function *f = sweep->function;
    const uint64_t step = sweep->every * LOOPC_LANES;
    for (uint64_t i = (uint64_t)me.tid * step; i < 1ull << 32; i += step * (uint64_t)me.nthreads) {
        _Alignas(64) float x[LOOPC_LANES], y[LOOPC_LANES];
        for (int lane = 0; lane < LOOPC_LANES; lane++)
            x[lane] = float_of((uint32_t)(i + (uint64_t)lane * sweep->every));
        loopc_store(y, f->vector(loopc_load(x)));
        for (int lane = 0; lane < LOOPC_LANES; lane++) {
            const double error = error_of(y[lane], f->exact((double)x[lane]));
            if (error <= sweep->of[me.tid].worst) continue;
            sweep->of[me.tid].worst = error;
            sweep->of[me.tid].at = x[lane];
        }
    }
}

static void errors_are_as_promised(void **unused)
{
    (void)unused;
    const char *every = getenv("LOOPC_EVERY");
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    const int threads = processors < MOST_THREADS ? (int)processors : MOST_THREADS;
    char message[256];
    assert_int_equal(loopc_team_size(threads, message, sizeof message), 0);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        struct sweep sweep = {.function = &functions[i]};
        sweep.every = every ? strtoull(every, NULL, 10) : EVERY;
        loopc_team_run(sweep_part, &sweep, 0);
        int worst = 0;
        for (int part = 1; part < threads; part++)
            worst = sweep.of[part].worst > sweep.of[worst].worst ? part : worst;
        printf("# %s: %.3f units, at %a\n", functions[i].name, sweep.of[worst].worst,
               (double)sweep.of[worst].at);
        assert_true(sweep.of[worst].worst <= functions[i].bound);
    }
    loopc_team_end();
}

static void special_values(void **unused)
{
    (void)unused;
    static const struct {
        int function;
        float x, y;
    } cases[] = {
        {0, 0, 1},
        {0, -0.0f, 1},
        {0, INFINITY, INFINITY},
        {0, -INFINITY, 0},
        {0, 88.8f, INFINITY},
        {0, -104.1f, 0},
        {0, NAN, NAN},
        {0, 1e-30f, 1},
        {1, 1, 0},
        {1, 0, -INFINITY},
        {1, -0.0f, -INFINITY},
        {1, -1, NAN},
        {1, -INFINITY, NAN},
        {1, INFINITY, INFINITY},
        {1, NAN, NAN},
        {1, -1e-45f, NAN},
        {2, 0, 0},
        {2, -0.0f, -0.0f},
        {2, INFINITY, 1},
        {2, -INFINITY, -1},
        {2, 1e-45f, 1e-45f},
        {2, -1e-20f, -1e-20f},
        {2, 1e30f, 1},
        {2, NAN, NAN},
        {3, 0, 0.5f},
        {3, INFINITY, 1},
        {3, -INFINITY, 0},
        {3, NAN, NAN},
        {3, 200, 1},
        {3, -200, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const float y = functions[cases[i].function].vector(loopc_broadcast(cases[i].x))[0];
        if (isnan(cases[i].y) ? isnan(y) : bits_of(y) == bits_of(cases[i].y)) continue;
        fail_msg("%s(%a) is %a, not %a", functions[cases[i].function].name, (double)cases[i].x,
                 (double)y, (double)cases[i].y);
    }
}

static void lanes_do_not_matter(void **unused)
{
    (void)unused;
    for (size_t f = 0; f < sizeof functions / sizeof *functions; f++) {
        for (uint32_t k = 0; k < 2000; k++) {
            const float x = float_of(k * 2147483u);
            const float y = functions[f].vector(loopc_broadcast(x))[0];
            for (int lane = 0; lane < LOOPC_LANES; lane++) {
                loopc_vec mixed = {NAN, 1e30f, -3, 0};
                mixed[lane] = x;
                assert_int_equal(bits_of(functions[f].vector(mixed)[lane]), bits_of(y));
            }
        }
    }
    assert_int_equal(bits_of(loopc_expf(0.3f)), bits_of(loopc_vexp(loopc_broadcast(0.3f))[0]));
    assert_int_equal(bits_of(loopc_logf(0.3f)), bits_of(loopc_vlog(loopc_broadcast(0.3f))[0]));
    assert_int_equal(bits_of(loopc_tanhf(0.3f)), bits_of(loopc_vtanh(loopc_broadcast(0.3f))[0]));
}

/* Bits that look random and are always the same. */
static uint32_t noise(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 32);
}

/* Of any size, or else of nearly the same, so that they cancel and round. */
static float factor(uint64_t *seed, int like)
{
    const uint32_t bits = noise(seed);
    return float_of(like ? (bits & 0x807fffff) | (uint32_t)(120 + bits % 15) << 23 : bits);
}

static void fma_rounds_once(void **unused)
{
    (void)unused;
    uint64_t seed = 1;
    for (int i = 0; i < 1000000; i++) {
        const int like = i % 2;
        const float a = factor(&seed, like), b = factor(&seed, like);
        float c = factor(&seed, like);
        if (i % 4 == 3) c = -a * b; /* the rest is the product's own error */
        const float want = fmaf(a, b, c), got = loopc_fma_emulated(a, b, c);
        if (isnan(want) ? isnan(got) : bits_of(want) == bits_of(got)) continue;
        fail_msg("%a * %a + %a is %a, not %a", (double)a, (double)b, (double)c, (double)want,
                 (double)got);
    }
    const loopc_vec x = loopc_fma(loopc_broadcast(3), loopc_broadcast(4), loopc_broadcast(5));
    assert_true(x[0] == 17 && x[LOOPC_LANES - 1] == 17);
}

static void choices(void **unused)
{
    (void)unused;
    const loopc_vec a = {1, NAN, -0.0f, 5}, b = {2, 3, 0, NAN};
    const loopc_vec least = loopc_min(a, b), most = loopc_max(a, b);
    assert_true(least[0] == 1 && isnan(least[1]) && least[2] == 0 && least[3] == 5);
    assert_true(most[0] == 2 && isnan(most[1]) && most[2] == 0 && most[3] == 5);
    const loopc_vec size = loopc_abs(-b), signs = loopc_copysign(b, -a), root = loopc_sqrt(a * 4);
    assert_true(size[0] == 2 && size[1] == 3 && signs[0] == -2 && signs[3] != signs[3]);
    assert_true(root[0] == 2 && isnan(root[1]) && signbit(root[2]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(special_values),         cmocka_unit_test(lanes_do_not_matter),
        cmocka_unit_test(fma_rounds_once),        cmocka_unit_test(choices),
        cmocka_unit_test(errors_are_as_promised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
