/* Watching: which time goes where, the table, the trace. */
#include "loopc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

/* Fit repeats the phase epoch; Train is inserted on Fit.on_epoch. */
enum { FIT, EPOCH, BEFORE, ON, TRAIN, BATCH, ON_BATCH, AFTER, NEVER };

static const struct loopc_trace_point places[] = {
    [FIT] = {"Fit", NULL, -1, 'l'},
    [EPOCH] = {"Fit.epoch", NULL, FIT, 'p'},
    [BEFORE] = {"clip.before_epoch", "Fit.before_epoch", EPOCH, 's'},
    [ON] = {"Fit.on_epoch", NULL, EPOCH, 's'},
    [TRAIN] = {"Train", "Fit.on_epoch", EPOCH, 'l'},
    [BATCH] = {"Train.batch", "Fit.on_epoch", TRAIN, 'p'},
    [ON_BATCH] = {"Train.on_batch", "Fit.on_epoch", BATCH, 's'},
    [AFTER] = {"Fit.after_epoch", NULL, EPOCH, 's'},
    [NEVER] = {"Fit.finally_epoch", NULL, EPOCH, 's'},
};

struct state {
    struct loopc_run loopc;
    int64_t iteration;
    float loss;
    double weights[20];
    const char *name;
    char net[64];
};

#define AT(member) .offset = offsetof(struct state, member)

static const struct loopc_field table[] = {
    {.name = "Fit.iteration", .type = LOOPC_I64, AT(iteration), .count = 1, .flags = LOOPC_COUNTER},
    {.name = "Train.loss", .type = LOOPC_F32, AT(loss), .count = 1},
    {.name = "weights", .type = LOOPC_F64, AT(weights), .count = 20},
    {.name = "name", .type = LOOPC_STR, AT(name), .count = 1},
    {.name = "net", .type = LOOPC_BYTES, AT(net), .count = 64},
};

static const struct loopc_program program = {.name = "digits",
                                             .size = sizeof(struct state),
                                             .fields = table,
                                             .field_count = 5,
                                             .trace_points = places,
                                             .trace_point_count = sizeof places / sizeof *places};

static char *text;
static size_t text_size;
static FILE *out;

static int set_up(void **unused)
{
    (void)unused;
    out = open_memstream(&text, &text_size);
    return out == NULL;
}

static int tear_down(void **unused)
{
    (void)unused;
    fclose(out);
    free(text);
    return 0;
}

static const char *written(void)
{
    fflush(out);
    return text;
}

static void watch(struct state *state, bool timings, bool trace)
{
    state->loopc.profile = loopc_profile_start(&program, state, timings, trace, out);
    assert_non_null(state->loopc.profile);
}

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

/* An epoch as emitted code runs it; the batch leaves early when told so. */
static void epoch(struct state *s, bool early)
{
    loopc_enter(&s->loopc, EPOCH);
    loopc_at(&s->loopc, BEFORE);
    loopc_at(&s->loopc, ON);
    s->name = "on";
    loopc_enter(&s->loopc, TRAIN);
    for (int i = 0; i < 2; i++) {
        loopc_enter(&s->loopc, BATCH);
        loopc_at(&s->loopc, ON_BATCH);
        s->loss += 0.5f;
        sleep_ms(2);
        if (early) goto end;
        loopc_leave(&s->loopc, BATCH);
    }
    loopc_leave(&s->loopc, TRAIN);
    loopc_at(&s->loopc, AFTER);
end:
    loopc_leave(&s->loopc, EPOCH);
    s->iteration++;
}

static void run(struct state *s)
{
    loopc_enter(&s->loopc, FIT);
    for (int i = 0; i < 3; i++)
        epoch(s, i == 2);
    loopc_leave(&s->loopc, FIT);
    loopc_profile_end(s->loopc.profile);
}

/* The cells of the row of a place: kind, name..., calls, total. */
static void row_of(const char *label, unsigned long long *calls, char *kind, char *rest)
{
    const char *at = strstr(written(), label);
    assert_non_null(at);
    while (at > text && at[-1] != '\n')
        at--;
    assert_int_equal(sscanf(at, "%15s", kind), 1);
    at = strstr(at, label) + strlen(label);
    assert_int_equal(sscanf(at, " %llu %127[^\n]", calls, rest), 2);
}

static void expect_calls(const char *label, const char *kind, unsigned long long calls)
{
    char found[16], rest[128];
    unsigned long long n = 0;
    row_of(label, &n, found, rest);
    assert_string_equal(found, kind);
    assert_int_equal(n, calls);
}

static void table_of_times(void **unused)
{
    (void)unused;
    struct state state = {0};
    watch(&state, true, false);
    run(&state);
    loopc_profile_print(state.loopc.profile, out);
    assert_memory_equal(written(), "timings of digits, ", 19);
    expect_calls("  Fit ", "loop", 1);
    expect_calls("  Fit.epoch ", "phase", 3);
    expect_calls("    clip.before_epoch ", "step", 3);
    expect_calls("    Train on Fit.on_epoch ", "loop", 3);
    expect_calls("      Train.batch ", "phase", 5);
    expect_calls("        Train.on_batch ", "step", 5);
    expect_calls("    Fit.after_epoch ", "step", 2);
    expect_calls("    Fit.finally_epoch ", "step", 0);
    assert_non_null(strstr(text, "0         -        -         -         -         -\n"));
    loopc_profile_free(state.loopc.profile);
}

static double share_of(const char *label)
{
    char kind[16], rest[128];
    unsigned long long calls;
    double share = -1, total;
    row_of(label, &calls, kind, rest);
    assert_int_equal(sscanf(rest, "%lf %*s %lf", &total, &share), 2);
    return share;
}

/* The sleep is the batch's and its parents', not that of the step before it. */
static void time_goes_to_parents(void **unused)
{
    (void)unused;
    struct state state = {0};
    watch(&state, true, false);
    run(&state);
    loopc_profile_print(state.loopc.profile, out);
    assert_true(share_of("Train.on_batch ") > 50);
    assert_true(share_of("Train.batch ") >= share_of("Train.on_batch "));
    assert_true(share_of("Train on Fit.on_epoch ") >= share_of("Train.batch "));
    assert_true(share_of("  Fit.epoch ") >= share_of("Train on Fit.on_epoch "));
    assert_true(share_of("    Fit.on_epoch ") < share_of("Train.on_batch "));
    loopc_profile_free(state.loopc.profile);
}

static void columns_are_aligned(void **unused)
{
    (void)unused;
    struct state state = {0};
    watch(&state, true, false);
    run(&state);
    loopc_profile_print(state.loopc.profile, out);
    const char *line = strchr(written(), '\n') + 1;
    const size_t width = strcspn(line, "\n");
    const char *owners = strstr(line, "bodies of");
    for (; line + width < owners; line += strcspn(line, "\n") + 1)
        assert_int_equal(strcspn(line, "\n"), width);
    const size_t narrow = strcspn(line, "\n");
    for (; *line; line += strcspn(line, "\n") + 1)
        assert_int_equal(strcspn(line, "\n"), narrow);
    loopc_profile_free(state.loopc.profile);
}

/* The time of a callback's bodies at all events; loops have their own bodies' time. */
static void times_by_callback(void **unused)
{
    (void)unused;
    struct state state = {0};
    unsigned long long calls[3];
    char units[32];
    watch(&state, true, false);
    run(&state);
    loopc_profile_print(state.loopc.profile, out);
    const char *table_of_owners = strstr(written(), "bodies of");
    assert_non_null(table_of_owners);
    const char *train = strstr(table_of_owners, "loop      Train ");
    const char *fit = strstr(table_of_owners, "loop      Fit ");
    const char *clip = strstr(table_of_owners, "callback  clip ");
    assert_true(train && fit && clip && train < fit && train < clip); /* Train sleeps */
    assert_int_equal(sscanf(train, "loop Train %llu %*s %31s", &calls[0], units), 2);
    assert_int_equal(sscanf(fit, "loop Fit %llu", &calls[1]), 1);
    assert_int_equal(sscanf(clip, "callback clip %llu", &calls[2]), 1);
    assert_int_equal(calls[0] * 10000 + calls[1] * 100 + calls[2],
                     50503); /* the last epoch ends early */
    loopc_profile_free(state.loopc.profile);
}

static void trace_of_an_epoch(void **unused)
{
    (void)unused;
    struct state state = {.name = "off"};
    watch(&state, false, true);
    loopc_enter(&state.loopc, FIT);
    epoch(&state, false);
    loopc_leave(&state.loopc, FIT);
    loopc_profile_end(state.loopc.profile);
    loopc_profile_print(state.loopc.profile, out); /* no timings: nothing */
    assert_string_equal(written(), "trace: clip.before_epoch on Fit.before_epoch\n"
                                   "trace: Fit.on_epoch\n"
                                   "trace:   name: \"off\" -> \"on\"\n"
                                   "trace: Train.on_batch on Fit.on_epoch\n"
                                   "trace:   Train.loss: 0 -> 0.5\n"
                                   "trace: Train.on_batch on Fit.on_epoch\n"
                                   "trace:   Train.loss: 0.5 -> 1\n"
                                   "trace: Fit.after_epoch\n"
                                   "trace: Fit, between steps\n"
                                   "trace:   Fit.iteration: 0 -> 1\n");
    loopc_profile_free(state.loopc.profile);
}

static void trace_of_arrays_and_memory(void **unused)
{
    (void)unused;
    struct state state = {0};
    watch(&state, false, true);
    loopc_at(&state.loopc, AFTER);
    state.weights[3] = 1;
    state.weights[19] = -1;
    loopc_at(&state.loopc, BEFORE);
    for (int i = 0; i < 20; i++)
        state.weights[i] = 2;
    state.net[5] = 1;
    state.net[50] = 1;
    loopc_profile_end(state.loopc.profile);
    assert_string_equal(written(), "trace: Fit.after_epoch\n"
                                   "trace:   weights[3]: 0 -> 1\n"
                                   "trace:   weights[19]: 0 -> -1\n"
                                   "trace: clip.before_epoch on Fit.before_epoch\n"
                                   "trace:   weights: 20 of 20 changed\n"
                                   "trace:   net: changed\n");
    loopc_profile_free(state.loopc.profile);
}

static void nobody_watches(void **unused)
{
    (void)unused;
    struct state state = {0};
    loopc_enter(&state.loopc, FIT);
    loopc_at(&state.loopc, ON);
    loopc_leave(&state.loopc, FIT);
    loopc_profile_free(NULL);
}

/* Calls in no order at all must not break it: emitted code may be wrong. */
static void any_order_is_survived(void **unused)
{
    (void)unused;
    struct state state = {0};
    uint32_t random = 1;
    watch(&state, true, false);
    for (int i = 0; i < 10000; i++) {
        random = random * 1664525u + 1013904223u;
        const int place = (int)(random >> 16) % (NEVER + 1);
        if (random >> 30 == 0) loopc_leave(&state.loopc, place);
        if (random >> 30 == 1) loopc_enter(&state.loopc, place);
        if (random >> 31 == 1) loopc_at(&state.loopc, place);
    }
    loopc_profile_end(state.loopc.profile);
    loopc_profile_print(state.loopc.profile, out);
    loopc_profile_free(state.loopc.profile);
}

/* A run resumed within a loop enters only the phases that it still reaches. */
static void places_around_a_resumed_one_are_open(void **unused)
{
    (void)unused;
    struct state state = {0};
    atomic_int place = -1;
    watch(&state, true, false);
    loopc_profile_follow(state.loopc.profile, &place);
    for (int i = 0; i < 3; i++) {
        loopc_enter(&state.loopc, BATCH);
        loopc_at(&state.loopc, ON_BATCH);
        assert_int_equal(place, ON_BATCH);
        loopc_leave(&state.loopc, BATCH);
        assert_int_equal(place, TRAIN);
    }
    loopc_leave(&state.loopc, TRAIN);
    loopc_at(&state.loopc, AFTER);
    loopc_profile_write(state.loopc.profile, out);
    assert_memory_equal(written(), "[[0, ", 5);    /* Fit is open, and has taken time */
    assert_non_null(strstr(written(), "], [3, ")); /* the batches */
    loopc_leave(&state.loopc, FIT);
    assert_int_equal(place, -1);
    loopc_profile_follow(state.loopc.profile, NULL);
    assert_int_equal(loopc_profile_end(state.loopc.profile), LOOPC_OK);
    loopc_profile_print(state.loopc.profile, out);
    expect_calls("  Fit ", "loop", 1);
    expect_calls("  Train.batch ", "phase", 3);
    loopc_profile_free(state.loopc.profile);
}

static void times_in_a_log(void **unused)
{
    (void)unused;
    struct state state = {0};
    char *lines = NULL;
    size_t size;
    watch(&state, true, false);
    loopc_profile_log(state.loopc.profile, open_memstream(&lines, &size));
    run(&state);
    assert_memory_equal(lines, "{\"timings\":\"digits\",\"time\":0.", 29);
    assert_non_null(strstr(lines,
                           "\"kind\":\"step\",\"place\":\"Train.on_batch\",\"on\":"
                           "\"Fit.on_epoch\",\"in\":\"Train.batch\",\"calls\":5,\"total\":0.0"));
    int count = 0;
    for (const char *p = lines; (p = strchr(p, '\n')); p++)
        count++;
    assert_true(count >= 9 && count % 9 == 0);
    loopc_profile_free(state.loopc.profile);
    free(lines);
}

static void a_full_disk_is_told(void **unused)
{
    (void)unused;
    struct state state = {0};
    FILE *full = fopen("/dev/full", "w");
    if (!full) skip();
    watch(&state, true, false);
    loopc_profile_log(state.loopc.profile, full);
    loopc_at(&state.loopc, AFTER);
    assert_int_equal(loopc_profile_end(state.loopc.profile), LOOPC_FAILED);
    loopc_profile_free(state.loopc.profile);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(table_of_times),
        TEST(time_goes_to_parents),
        TEST(columns_are_aligned),
        TEST(times_by_callback),
        TEST(trace_of_an_epoch),
        TEST(trace_of_arrays_and_memory),
        TEST(nobody_watches),
        TEST(any_order_is_survived),
        TEST(places_around_a_resumed_one_are_open),
        TEST(times_in_a_log),
        TEST(a_full_disk_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
