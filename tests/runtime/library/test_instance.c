/* Instances of the library form: start, copy, save, load. */
#include "loopc.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

struct state {
    struct loopc_run loopc;
    float eta;
    const char *word;
    struct loopc_rng rng;
    int at;
};

static void defaults(void *state)
{
    ((struct state *)state)->eta = 0.5f;
}

static const struct loopc_field fields[] = {
    {.name = "eta", .type = LOOPC_F32, .offset = offsetof(struct state, eta), .count = 1},
    {.name = "word", .type = LOOPC_STR, .offset = offsetof(struct state, word), .count = 1},
    {.name = "rng", .type = LOOPC_RNG, .offset = offsetof(struct state, rng), .count = 1},
};
static const struct loopc_program program = {.name = "test",
                                             .size = sizeof(struct state),
                                             .fields = fields,
                                             .field_count = 3,
                                             .defaults = defaults,
                                             .hash = 1,
                                             .position = offsetof(struct state, at),
                                             .position_size = sizeof(int)};
static char path[64];
static char message[512];

static void starts_with_defaults_and_streams(void **unused)
{
    (void)unused;
    static struct state s, other;
    loopc_instance_init(&program, &s, 7);
    assert_float_equal(s.eta, 0.5, 0);
    assert_int_equal(s.loopc.seed, 7);
    assert_null(s.loopc.host); /* the plain one */
    loopc_instance_copy(&program, &other, &s);
    assert_int_equal(loopc_rng_u64(&s.rng), loopc_rng_u64(&other.rng));
    loopc_instance_end(&program, &s); /* no processes */
}

static void a_file_holds_all_of_a_state(void **unused)
{
    (void)unused;
    static struct state s, loaded;
    loopc_instance_init(&program, &s, 7);
    s.eta = 0.25f;
    s.word = "abc";
    s.at = 3;
    loopc_fail(&s.loopc, "A.on_x", "late");
    loopc_rng_u64(&s.rng);
    assert_int_equal(loopc_instance_save(&program, &s, path, message, sizeof message), LOOPC_OK);
    loopc_instance_init(&program, &loaded, 1);
    assert_int_equal(loopc_instance_load(&program, &loaded, path, message, sizeof message),
                     LOOPC_OK);
    assert_float_equal(loaded.eta, 0.25, 0);
    assert_string_equal(loaded.word, "abc");
    assert_int_equal(loaded.at, 3);
    assert_int_equal(loaded.loopc.seed, 7);
    assert_string_equal(loaded.loopc.failures.kept[0].message, "late");
    assert_int_equal(loopc_rng_u64(&loaded.rng), loopc_rng_u64(&s.rng));
    unlink(path);
}

static void other_files_are_refused(void **unused)
{
    (void)unused;
    static struct state s;
    struct loopc_program other = program;
    loopc_instance_init(&program, &s, 7);
    assert_int_equal(loopc_instance_save(&program, &s, path, message, sizeof message), LOOPC_OK);
    other.hash = 2;
    assert_int_equal(loopc_instance_load(&other, &s, path, message, sizeof message), LOOPC_FAILED);
    assert_non_null(strstr(message, "another program saved it"));
    FILE *file = fopen(path, "r+");
    fseek(file, 60, SEEK_SET);
    fputc(0x55, file);
    fclose(file);
    s.eta = 0.125f;
    assert_int_equal(loopc_instance_load(&program, &s, path, message, sizeof message),
                     LOOPC_FAILED);
    assert_non_null(strstr(message, "it is damaged"));
    assert_float_equal(s.eta, 0.125, 0); /* as it was */
    unlink(path);
}

int main(void)
{
    snprintf(path, sizeof path, "/tmp/loopc-test-instance-%d", (int)getpid());
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_with_defaults_and_streams),
        cmocka_unit_test(a_file_holds_all_of_a_state),
        cmocka_unit_test(other_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
