/* The checkpointer: its flags, its schedule, the files it keeps, and resuming. */
#include "checkpoint/checkpointer.h"
#include "checkpoints.h"
#include "run/events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const char *const points[] = {"the start", "Train on Fit.on_epoch", "Fit"};
static struct loopc_program program;
static struct loopc_texts texts;

static int begin(void **state)
{
    program = kept_program;
    program.resume_points = points;
    program.resume_point_count = 3;
    loopc_events_take(LOOPC_EVENTS_ALL);
    return set_up_closed(state);
}

static int end(void **state)
{
    loopc_texts_free(&texts);
    return tear_down(state);
}

static struct loopc_checkpointer *start(const struct loopc_saving *saving)
{
    struct loopc_checkpointer *c = loopc_checkpointer_open(&program, saving, text, sizeof text);
    if (!c) fail_msg("%s", text);
    return c;
}

/* A poll at a boundary behind `steps` steps. */
static void reach(struct loopc_checkpointer *c, int64_t steps)
{
    saved.Train.total = steps;
    assert_int_equal(loopc_checkpointer_poll(c, &saved.loopc, 1, false), LOOPC_OK);
}

static void refuses(const struct loopc_saving *saving, const char *why)
{
    assert_null(loopc_checkpointer_open(&program, saving, text, sizeof text));
    if (!strstr(text, why)) fail_msg("%s", text);
}

static void wrong_flags_are_refused(void **unused)
{
    (void)unused;
    refuses(&(struct loopc_saving){.folder = path, .every = "often"},
            "'often' does not begin with a number");
    refuses(&(struct loopc_saving){.folder = path, .best = "lost"}, "there is no field 'lost'");
    refuses(&(struct loopc_saving){.folder = "/proc/loopc"}, "/proc/loopc");
}

static void steps_are_saved_at_their_multiples(void **unused)
{
    (void)unused;
    struct loopc_checkpointer *c = start(&(struct loopc_saving){.folder = path, .every = "10"});
    saved.Train.total = 0;
    loopc_checkpointer_begin(c, &saved.loopc);
    reach(c, 9);
    assert_int_equal(loopc_checkpointer_number(c), 0);
    reach(c, 10);
    reach(c, 19);
    assert_int_equal(loopc_checkpointer_number(c), 1);
    reach(c, 25);
    assert_int_equal(loopc_checkpointer_number(c), 2);
    assert_int_equal(loopc_checkpointer_poll(c, &saved.loopc, 1, true), LOOPC_OK);
    assert_int_equal(loopc_checkpointer_number(c), 3);
    assert_int_equal(loopc_checkpointer_close(c, &saved.loopc, true), LOOPC_OK);
    for (int i = 1; i <= 4; i++) {
        char name[64];
        snprintf(name, sizeof name, "kept-%d.safetensors", i);
        assert_true(files_exists(path, name));
    }
}

static void so_many_are_kept(void **unused)
{
    (void)unused;
    struct loopc_checkpointer *c =
        start(&(struct loopc_saving){.folder = path, .every = "1", .keep = 2});
    saved.Train.total = 0;
    loopc_checkpointer_begin(c, &saved.loopc);
    for (int i = 1; i <= 4; i++)
        reach(c, i);
    assert_int_equal(loopc_checkpointer_close(c, &saved.loopc, false), LOOPC_OK);
    assert_false(files_exists(path, "kept-2.safetensors"));
    assert_true(files_exists(path, "kept-3.safetensors"));
    assert_true(files_exists(path, "kept-4.safetensors"));
    assert_false(files_exists(path, "kept-5.safetensors"));
}

/* Saves once in the midst of the run, and ends it without another. */
static void save_one(void)
{
    struct loopc_checkpointer *c = start(&(struct loopc_saving){.folder = path, .every = "10"});
    loopc_checkpointer_begin(c, &saved.loopc);
    assert_int_equal(loopc_checkpointer_poll(c, &saved.loopc, 2, true), LOOPC_OK);
    loopc_checkpointer_close(c, &saved.loopc, false);
}

static void a_run_is_resumed_where_it_was(void **unused)
{
    (void)unused;
    save_one();
    struct loopc_checkpointer *c =
        start(&(struct loopc_saving){.folder = path, .every = "10", .resume = "latest"});
    assert_null(loopc_checkpointer_metrics(c));
    assert_int_equal(loopc_checkpointer_resume(c, &loaded, &texts, text, sizeof text), LOOPC_OK);
    assert_true(kept_equal(&saved, &loaded));
    assert_int_equal(loopc_checkpointer_position(c), 2);
    assert_int_equal(loopc_checkpointer_number(c), 1);
    assert_non_null(loopc_checkpointer_metrics(c));
    loopc_checkpointer_begin(c, &loaded.loopc);
    assert_int_equal(loaded.loopc.resume_at, 2);
    loopc_checkpointer_close(c, &loaded.loopc, true);
    assert_true(files_exists(path, "kept-2.safetensors"));
}

static void a_folder_is_of_one_run(void **unused)
{
    (void)unused;
    save_one();
    refuses(&(struct loopc_saving){.folder = path},
            "it has the checkpoints of another run, as kept-1.safetensors");
}

static void nothing_to_resume_is_no_error_but_for_a_file(void **unused)
{
    (void)unused;
    struct loopc_checkpointer *c =
        start(&(struct loopc_saving){.folder = path, .resume = "latest"});
    assert_int_equal(loopc_checkpointer_resume(c, &loaded, &texts, text, sizeof text), LOOPC_OK);
    assert_true(kept_equal(&loaded, &before));
    loopc_checkpointer_close(c, &loaded.loopc, false);
    c = start(&(struct loopc_saving){.folder = path, .resume = "/nowhere/else"});
    assert_int_equal(loopc_checkpointer_resume(c, &loaded, &texts, text, sizeof text),
                     LOOPC_FAILED);
    loopc_checkpointer_close(c, &loaded.loopc, false);
}

/* A position that this program does not have. */
static void another_position_is_refused(void **unused)
{
    (void)unused;
    save_one();
    program.resume_point_count = 2;
    struct loopc_checkpointer *c =
        start(&(struct loopc_saving){.folder = path, .resume = "latest"});
    assert_int_equal(loopc_checkpointer_resume(c, &loaded, &texts, text, sizeof text),
                     LOOPC_FAILED);
    assert_non_null(strstr(text, "its position is not in this program"));
    loopc_checkpointer_close(c, &loaded.loopc, false);
}

static void none_is_closed_too(void **unused)
{
    (void)unused;
    assert_int_equal(loopc_checkpointer_close(NULL, &saved.loopc, true), LOOPC_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(wrong_flags_are_refused),
        TEST(steps_are_saved_at_their_multiples),
        TEST(so_many_are_kept),
        TEST(a_run_is_resumed_where_it_was),
        TEST(a_folder_is_of_one_run),
        TEST(nothing_to_resume_is_no_error_but_for_a_file),
        TEST(another_position_is_refused),
        TEST(none_is_closed_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
