/* Values of a checkpoint with which another run begins: all of the nets, or the parts named. */
#include "checkpoint/initial_values.h"
#include "checkpoints.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static struct loopc_texts texts;
static char file[128];
static const struct loopc_net net = {.name = "net", .layers = 2};
static struct loopc_program program;

static int begin(void **state)
{
    struct loopc_checkpoint_info info = loopc_checkpoint_info_start();
    if (set_up(state)) return 1;
    program = kept_program;
    program.nets = &net;
    program.net_count = 1;
    snprintf(file, sizeof file, "%s/kept-1.safetensors", path);
    return loopc_checkpoint_save(&folder, &saved, &info, false, &message);
}

static int end(void **state)
{
    loopc_texts_free(&texts);
    return tear_down(state);
}

static int take(const char *parts)
{
    char source[256];
    snprintf(source, sizeof source, "%s%s", file, parts);
    return loopc_init_values(&program, &loaded, &texts, source, &message);
}

static void weights_are(const struct kept *wanted)
{
    for (int i = 0; i < KEPT_OUTPUTS * wanted->net.inputs; i++)
        assert_true(loaded.net.weight[i] >= wanted->net.weight[i] &&
                    loaded.net.weight[i] <= wanted->net.weight[i]);
}

/* Nothing else of the other run: neither its options, its streams nor its counters. */
static void a_file_gives_the_values_of_nets(void **unused)
{
    (void)unused;
    if (take("")) fail_msg("%s", text);
    weights_are(&saved);
    assert_memory_equal(loaded.net.bias, saved.net.bias, sizeof saved.net.bias);
    assert_memory_equal(&loaded.eta, &before.eta, sizeof before.eta);
    assert_memory_equal(&loaded.rng, &before.rng, sizeof before.rng);
    assert_int_equal(loaded.Train.total, before.Train.total);
    assert_true(loaded.loopc.seed == before.loopc.seed);
}

static void parts_are_named_by_their_beginning(void **unused)
{
    (void)unused;
    if (take(":net.layers.0.bias,cube")) fail_msg("%s", text);
    weights_are(&before);
    assert_memory_equal(loaded.net.bias, saved.net.bias, sizeof saved.net.bias);
    assert_memory_equal(loaded.cube, saved.cube, sizeof saved.cube);
    if (take(":net.layers.0")) fail_msg("%s", text);
    weights_are(&saved);
}

static void parts_that_are_not_there_are_refused(void **unused)
{
    (void)unused;
    assert_int_equal(take(":net.layers.7"), LOOPC_FAILED);
    assert_non_null(strstr(text, "net.layers.7"));
    assert_int_equal(take(":net.layers.0.b"), LOOPC_FAILED); /* half of a name is not a name */
}

static void a_file_has_to_be_there_and_fit(void **unused)
{
    (void)unused;
    assert_int_equal(loopc_init_values(&program, &loaded, &texts, "/nowhere/x", &message),
                     LOOPC_FAILED);
    assert_non_null(strstr(text, "/nowhere/x"));
    loaded.net.inputs = 4; /* another width */
    assert_int_equal(take(""), LOOPC_FAILED);
    assert_non_null(strstr(text, "net.layers.0.weight"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_gives_the_values_of_nets),
        TEST(parts_are_named_by_their_beginning),
        TEST(parts_that_are_not_there_are_refused),
        TEST(a_file_has_to_be_there_and_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
