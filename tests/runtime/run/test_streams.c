/* Random streams: one for each rng field, by seed and name. */
#include "loopc.h"
#include "run/streams.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

struct state {
    struct loopc_run loopc;
    struct loopc_rng one, two[2];
    float eta;
};

static const struct loopc_field fields[] = {
    {.name = "one", .type = LOOPC_RNG, .offset = offsetof(struct state, one), .count = 1},
    {.name = "two", .type = LOOPC_RNG, .offset = offsetof(struct state, two), .count = 2},
    {.name = "eta", .type = LOOPC_F32, .offset = offsetof(struct state, eta), .count = 1},
};
static const struct loopc_program program = {.name = "test", .fields = fields, .field_count = 3};

static bool is_stream(const struct loopc_rng *rng, uint64_t seed, const char *name)
{
    struct loopc_rng wanted;
    loopc_rng_seed(&wanted, seed, name);
    return memcmp(rng, &wanted, sizeof wanted) == 0;
}

static void named_by_their_fields(void **unused)
{
    (void)unused;
    static struct state s = {.eta = 0.5f};
    loopc_streams_seed(&program, &s, 7);
    assert_int_equal(s.loopc.seed, 7);
    assert_true(is_stream(&s.one, 7, "one"));
    assert_true(is_stream(&s.two[0], 7, "two[0]"));
    assert_true(is_stream(&s.two[1], 7, "two[1]"));
    assert_float_equal(s.eta, 0.5, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(named_by_their_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
