/* Control: the effect of commands on a run, and its reports. */
#include "control/control.h"
#include "files.h"
#include "run/events.h"

#include <math.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <cmocka.h>

enum { PATIENCE_MS = 20000 };

struct steered {
    struct loopc_run loopc;
    float eta, weights[4], biases[2];
    int64_t fixed, target;
    struct {
        int64_t iteration, total, times;
    } Train;
    float loss;
};

#define FIELD(the_name, member, of_type, n, ...)                                                   \
    {                                                                                              \
        .name = (the_name), .type = (of_type), .offset = offsetof(struct steered, member),         \
        .count = (n), __VA_ARGS__                                                                  \
    }

static const struct loopc_field fields[] = {
    FIELD("eta", eta, LOOPC_F32, 1, .flags = LOOPC_SETTABLE),
    FIELD("fixed", fixed, LOOPC_I64, 1, .doc = NULL),
    FIELD("target", target, LOOPC_I64, 1, .flags = LOOPC_SETTABLE),
    FIELD("net.layers.0.weight", weights, LOOPC_F32, 4, .rank = 2, .dims = {2, 2}),
    FIELD("net.layers.0.bias", biases, LOOPC_F32, 2, .doc = NULL),
    FIELD("Train.iteration", Train.iteration, LOOPC_I64, 1, .flags = LOOPC_COUNTER),
    FIELD("Train.total", Train.total, LOOPC_I64, 1, .flags = LOOPC_COUNTER),
    FIELD("Train.times", Train.times, LOOPC_I64, 1, .flags = LOOPC_COUNTER),
    FIELD("Train.loss", loss, LOOPC_F32, 1, .flags = LOOPC_REPORT, .report_in = "Train"),
};
static const struct loopc_trace_point places[] = {{"Train", NULL, -1, 'l'}};
static struct loopc_program program = {.name = "steered",
                                       .size = sizeof(struct steered),
                                       .fields = fields,
                                       .field_count = sizeof fields / sizeof *fields,
                                       .trace_points = places,
                                       .trace_point_count = 1};
static struct steered s;
static struct loopc_texts texts;
static FILE *ours;
static char line[8192];

static int set_up(void **unused)
{
    int ends[2];
    char where[32];
    (void)unused;
    s = (struct steered){.eta = 0.5f, .weights = {1, 2, 3, 4}, .biases = {5, 6}, .loss = 0.25f};
    s.loopc.program = &program;
    s.Train.times = 100;
    loopc_events_take(LOOPC_EVENTS_ALL);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) return 1;
    ours = fdopen(ends[0], "r+");
    setvbuf(ours, NULL, _IONBF, 0);
    snprintf(where, sizeof where, "lines:%d", ends[1]);
    const struct loopc_control_options options = {.channel = where};
    return loopc_control_open(&options, &s.loopc, &texts);
}

static int tear_down(void **unused)
{
    (void)unused;
    loopc_control_close(s.loopc.control, &s.loopc, LOOPC_OK);
    fclose(ours);
    loopc_texts_free(&texts);
    return 0;
}

/* Polls until a report has this text. */
static void expect(const char *text)
{
    for (int i = 0; i < PATIENCE_MS; i++) {
        struct pollfd ready = {.fd = fileno(ours), .events = POLLIN};
        loopc_control_poll(s.loopc.control, &s.loopc, 0);
        if (poll(&ready, 1, 1) < 1) continue;
        if (fgets(line, sizeof line, ours) && strstr(line, text)) return;
    }
    fail_msg("no %s, but %s", text, line);
}

/* Sends commands, and polls until they are carried out. */
static void order(const char *commands)
{
    static int number;
    char message[512], answer[64];
    snprintf(answer, sizeof answer, "\"answer\": [%d, \"done %d\"]", (int)s.Train.total, ++number);
    snprintf(message, sizeof message, "{%s%s\"answer\": \"done %d\"}\n", commands,
             *commands ? ", " : "", number);
    assert_int_equal(write(fileno(ours), message, strlen(message)), strlen(message));
    expect(answer);
}

static void it_begins_with_the_state(void **unused)
{
    (void)unused;
    expect("\"eta\": [0, 0.5], \"sv\": [0, [1, 2, 3, 4, 5, 6]]");
    assert_non_null(strstr(line, "\"loss\": [0, -1]"));
}

static void settable_fields_are_set(void **unused)
{
    (void)unused;
    order("\"eta\": 0.125");
    assert_true(s.eta >= 0.125f && s.eta <= 0.125f);
    order("\"fixed\": 3, \"other\": 4");
    assert_int_equal(s.fixed, 0);
    assert_non_null(strstr(line, "\"ignored\": [0, \"fixed is not settable; other is unknown\"]"));
}

/* A wrong message changes nothing. */
static void wrong_messages_change_nothing(void **unused)
{
    (void)unused;
    static const char message[] = "{\"eta\": 0.125, \"step\": \"x\"}\n";
    assert_int_equal(write(fileno(ours), message, sizeof message - 1), sizeof message - 1);
    expect("\"error\": [0, ");
    assert_true(s.eta >= 0.5f);
}

static void state_comes_when_it_is_asked_for(void **unused)
{
    (void)unused;
    order("");
    s.Train.total = 3;
    s.weights[0] = 9;
    order("\"tell state\": 1");
    assert_non_null(strstr(line, "\"sv\": [3, [9,"));
    order("\"report state every\": 5");
    s.Train.total = 10;
    expect("\"sv\": [10, [9,");
}

static void the_status_tells_what_can_be_steered(void **unused)
{
    (void)unused;
    order("\"tell status\": 1, \"tell timings\": 1");
    assert_non_null(strstr(line, "\"program\": \"steered\", \"paused\": false"));
    assert_non_null(strstr(line, "\"commands\": [\"batch to\", \"pause\", \"resume\", \"step\", "
                                 "\"eta\", \"batches a second\"]"));
    assert_non_null(strstr(line, "\"settable\": {\"eta\": 0.5, \"target\": 0}"));
    assert_non_null(strstr(line, "{\"name\": \"net.layers.0.weight\", \"rows\": 2, "
                                 "\"columns\": 2}"));
    assert_non_null(strstr(line, "\"timings\": [0, false]"));
}

static void what_a_run_cannot_do_is_an_error(void **unused)
{
    (void)unused;
    order("\"checkpoint\": 1, \"watch\": 1");
    assert_non_null(strstr(line, "\"error\": [0, \"checkpoint: it was started without "
                                 "--checkpoint; watch: it was built without\"]"));
}

static void numbers_that_are_none_are_told(void **unused)
{
    (void)unused;
    order("");
    s.Train.total = 1;
    s.loss = -(float)INFINITY;
    expect("\"loss\": [1, null], \"diverged\": true}");
}

/* Also one that is paused. */
static void a_shutdown_ends_the_run(void **unused)
{
    (void)unused;
    static const char message[] = "{\"pause\": 1}\n{\"shutdown\": 1}\n";
    assert_int_equal(write(fileno(ours), message, sizeof message - 1), sizeof message - 1);
    for (int i = 0; i < PATIENCE_MS; i++) {
        if (loopc_control_poll(s.loopc.control, &s.loopc, 0)) return;
        usleep(1000);
    }
    fail_msg("it goes on");
}

static void the_end_of_the_peer_is_a_shutdown(void **unused)
{
    (void)unused;
    order("");
    shutdown(fileno(ours), SHUT_WR);
    for (int i = 0; i < PATIENCE_MS; i++) {
        if (loopc_control_poll(s.loopc.control, &s.loopc, 0)) return;
        usleep(1000);
    }
    fail_msg("it goes on");
}

static void a_failed_run_says_why(void **unused)
{
    (void)unused;
    order("");
    loopc_fail(&s.loopc, "Train", "diverged at %d", 3);
    loopc_control_close(s.loopc.control, &s.loopc, LOOPC_FAILED);
    assert_null(s.loopc.control);
    while (fgets(line, sizeof line, ours) && !strstr(line, "failed"))
        continue;
    assert_non_null(strstr(line, "\"failed\": [0, \"Train: diverged at 3\"]"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_begins_with_the_state),
        TEST(settable_fields_are_set),
        TEST(wrong_messages_change_nothing),
        TEST(state_comes_when_it_is_asked_for),
        TEST(the_status_tells_what_can_be_steered),
        TEST(what_a_run_cannot_do_is_an_error),
        TEST(numbers_that_are_none_are_told),
        TEST(a_shutdown_ends_the_run),
        TEST(the_end_of_the_peer_is_a_shutdown),
        TEST(a_failed_run_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
