/* runtime/device/slots.c: which slot is written and which is loaded. What a cut leaves at each
 * byte is tried with a trainer: tests/program/test_device.sh. */
#define LOOPC_DEVICE 1
#include "device/slots.c" /* NOLINT(bugprone-suspicious-include) */

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { SLOT = 128 };

static unsigned char memory[2 * SLOT];
static int reads; /* before the next one fails; -1: never */

static int read_memory(void *context, uint32_t at, void *bytes, uint32_t size)
{
    (void)context;
    if (reads == 0) return 1;
    reads -= reads > 0;
    memcpy(bytes, memory + at, size);
    return 0;
}

static int write_memory(void *context, uint32_t at, const void *bytes, uint32_t size)
{
    (void)context;
    memcpy(memory + at, bytes, size);
    return 0;
}

static int erase_memory(void *context, uint32_t at, uint32_t size)
{
    (void)context;
    memset(memory + at, 0xff, size);
    return 0;
}

static const struct loopc_blocks blocks = {
    .read = read_memory, .write = write_memory, .erase = erase_memory, .slot = SLOT};

struct trainer {
    struct loopc_run loopc;
    int32_t scratch;
    int64_t step;
    char name[45];
};

static const struct loopc_part parts[] = {LOOPC_PART(trainer, step), LOOPC_PART(trainer, name)};
static const struct loopc_program program = {
    .name = "trainer", .hash = 7, .parts = parts, .part_count = 2};

static struct trainer at_step(int64_t step)
{
    return (struct trainer){.loopc.program = &program, .scratch = 5, .step = step, .name = "a run"};
}

static int begin(void **state)
{
    (void)state;
    memset(memory, 0xff, sizeof memory);
    reads = -1;
    return 0;
}

static void test_slots_take_turns(void **state)
{
    (void)state;
    for (int64_t step = 1; step < 6; step++) {
        struct trainer saved = at_step(step), loaded = at_step(0);
        loaded.name[0] = 0;
        assert_int_equal(loopc_slots_save(&blocks, &saved), LOOPC_OK);
        assert_int_equal(loopc_slots_load(&blocks, &loaded), LOOPC_OK);
        assert_int_equal(loaded.step, step);
        assert_string_equal(loaded.name, "a run");
        assert_int_equal(memory[step % 2 ? 8 : SLOT + 8], step); /* its sequence number */
    }
}

static void test_nothing_there(void **state)
{
    (void)state;
    struct trainer s = at_step(3);
    assert_int_equal(loopc_slots_load(&blocks, &s), LOOPC_MORE);
    assert_int_equal(s.step, 3);
}

static void test_damage_leaves_the_other(void **state)
{
    (void)state;
    struct trainer one = at_step(1), two = at_step(2), s = at_step(0);
    loopc_slots_save(&blocks, &one);
    loopc_slots_save(&blocks, &two);
    memory[SLOT + 30] ^= 1;
    assert_int_equal(loopc_slots_load(&blocks, &s), LOOPC_OK);
    assert_int_equal(s.step, 1);
}

static void test_errors(void **state)
{
    (void)state;
    struct trainer s = at_step(1);
    struct loopc_blocks small = blocks;
    small.slot = 64;
    assert_int_equal(loopc_slots_size(&program), 96);
    assert_int_equal(loopc_slots_save(&small, &s), LOOPC_FAILED);
    assert_int_equal(loopc_slots_save(&blocks, &s), LOOPC_OK);
    reads = 3;
    assert_int_equal(loopc_slots_load(&blocks, &s), LOOPC_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_slots_take_turns, begin),
        cmocka_unit_test_setup(test_nothing_there, begin),
        cmocka_unit_test_setup(test_damage_leaves_the_other, begin),
        cmocka_unit_test_setup(test_errors, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
