/* Metrics: the lines, byte for byte, and failures to write them. */
#include "telemetry/metrics.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

struct state {
    struct loopc_run loopc;
    struct {
        int64_t iteration, total;
    } Train, Fit;
    float loss, norm;
    double total, eta;
    uint64_t seen;
    bool better;
    const char *label;
    int32_t counts[3];
    double accuracy;
    char net[16];
};

#define AT(member) .offset = offsetof(struct state, member), .count = 1
#define REPORTED   .flags = LOOPC_REPORT

static const struct loopc_field table[] = {
    {.name = "Train.iteration", .type = LOOPC_I64, AT(Train.iteration), .flags = LOOPC_COUNTER},
    {.name = "Train.total", .type = LOOPC_I64, AT(Train.total), .flags = LOOPC_COUNTER},
    {.name = "Fit.iteration", .type = LOOPC_I64, AT(Fit.iteration), .flags = LOOPC_COUNTER},
    {.name = "Fit.total", .type = LOOPC_I64, AT(Fit.total), .flags = LOOPC_COUNTER},
    {.name = "Train.loss", .type = LOOPC_F32, AT(loss), REPORTED, .report_in = "Train"},
    {.name = "clip.norm", .type = LOOPC_F32, AT(norm), REPORTED, .report_in = "Train"},
    {.name = "total", .type = LOOPC_F64, AT(total), REPORTED, .report_in = "Train"},
    {.name = "eta", .type = LOOPC_F64, AT(eta), .report_in = "Train"},
    {.name = "Fit.seen", .type = LOOPC_U64, AT(seen), REPORTED, .report_in = "Fit"},
    {.name = "Fit.better", .type = LOOPC_BOOL, AT(better), REPORTED, .report_in = "Fit"},
    {.name = "label",
     .type = LOOPC_STR,
     AT(label),
     REPORTED,
     .report_in = "Fit",
     .report_every = 2},
    {.name = "counts",
     .type = LOOPC_I32,
     .offset = offsetof(struct state, counts),
     .count = 3,
     REPORTED,
     .report_in = "Fit"},
    {.name = "accuracy", .type = LOOPC_F64, AT(accuracy), REPORTED},
    {.name = "net",
     .type = LOOPC_BYTES,
     .offset = offsetof(struct state, net),
     .count = 16,
     REPORTED},
};

enum { FIELDS = sizeof table / sizeof *table };

static const struct loopc_program program = {
    .name = "digits", .size = sizeof(struct state), .fields = table, .field_count = FIELDS};

static char path[] = "/tmp/loopc_metrics_XXXXXX";

static int make_file(void **unused)
{
    (void)unused;
    const int fd = mkstemp(path);
    return fd < 0 || write(fd, "old\n", 4) != 4 || close(fd);
}

static int remove_file(void **unused)
{
    (void)unused;
    return unlink(path);
}

static const char *content(void)
{
    static char text[4096];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    return text;
}

static struct loopc_metrics *opened(const struct loopc_program *of)
{
    char message[256];
    struct loopc_metrics *metrics = loopc_metrics_open(of, path, NULL, message, sizeof message);
    assert_non_null(metrics);
    return metrics;
}

static void a_line_an_iteration(void **unused)
{
    (void)unused;
    struct state state = {.loss = 0.1f, .norm = 2, .total = 1e21, .accuracy = 0.9712};
    struct loopc_metrics *metrics = opened(&program);
    assert_string_equal(content(), "");
    for (int i = 1; i <= 2; i++) {
        state.Train.iteration = i;
        state.Train.total = 60 + i;
        assert_int_equal(loopc_metrics_write(metrics, &state, "Train"), LOOPC_OK);
    }
    const char *const lines =
        "{\"loop\":\"Train\",\"iteration\":1,\"total\":61,\"loss\":0.1,\"clip.norm\":2,"
        "\"digits.total\":1e+21}\n"
        "{\"loop\":\"Train\",\"iteration\":2,\"total\":62,\"loss\":0.1,\"clip.norm\":2,"
        "\"digits.total\":1e+21}\n";
    assert_string_equal(content(), lines); /* now, not only at the end */
    assert_int_equal(loopc_metrics_close(metrics, &state, "ok"), LOOPC_OK);
    assert_memory_equal(content(), lines, strlen(lines));
    assert_string_equal(content() + strlen(lines),
                        "{\"run\":\"digits\",\"status\":\"ok\",\"accuracy\":0.9712}\n");
}

static void every_type(void **unused)
{
    (void)unused;
    struct state state = {.seen = UINT64_MAX,
                          .better = true,
                          .counts = {1, -2, 3},
                          .label = "a \"b\" \\ \n \xc3\xa4 \xff \xed\xa0\x80 \xf0\x9f\x98\x80",
                          .Fit = {2, 2}};
    struct loopc_metrics *metrics = opened(&program);
    loopc_metrics_write(metrics, &state, "Fit");
    assert_string_equal(
        content(),
        "{\"loop\":\"Fit\",\"iteration\":2,\"total\":2,\"seen\":\"18446744073709551615\","
        "\"better\":true,\"label\":\"a \\\"b\\\" \\\\ \\u000a \xc3\xa4 \\ufffd "
        "\\ufffd\\ufffd\\ufffd \xf0\x9f\x98\x80\",\"counts\":[1,-2,3]}\n");
    loopc_metrics_close(metrics, &state, "ok");
}

static void what_is_no_number_is_null(void **unused)
{
    (void)unused;
    struct state state = {.loss = NAN, .norm = -INFINITY, .Fit = {2, 2}};
    struct loopc_metrics *metrics = opened(&program);
    loopc_metrics_write(metrics, &state, "Train");
    assert_non_null(strstr(content(), "\"loss\":null,\"clip.norm\":null,\"digits.total\":0}"));
    loopc_metrics_write(metrics, &state, "Fit");
    assert_non_null(strstr(content(), "\"label\":null,"));
    loopc_metrics_close(metrics, &state, "failed");
    assert_non_null(strstr(content(), "\"status\":\"failed\""));
}

static void only_every_so_many(void **unused)
{
    (void)unused;
    const struct loopc_field fields[] = {table[2],
                                         table[3],
                                         {.name = "label",
                                          .type = LOOPC_STR,
                                          AT(label),
                                          REPORTED,
                                          .report_in = "Fit",
                                          .report_every = 2}};
    const struct loopc_program own = {
        .name = "own", .size = sizeof(struct state), .fields = fields, .field_count = 3};
    struct state state = {.label = "x"};
    struct loopc_metrics *metrics = opened(&own);
    for (int i = 1; i <= 5; i++) {
        state.Fit.iteration = state.Fit.total = i;
        loopc_metrics_write(metrics, &state, "Fit");
    }
    loopc_metrics_end(metrics, &state, "Fit"); /* the fifth was the last */
    state.Fit.iteration = 2;
    loopc_metrics_end(metrics, &state, "Fit"); /* the last one was in a line */
    loopc_metrics_close(metrics, &state, "ok");
    assert_string_equal(
        content(),
        "{\"loop\":\"Fit\",\"iteration\":2,\"total\":2,\"label\":\"x\"}\n"
        "{\"loop\":\"Fit\",\"iteration\":4,\"total\":4,\"label\":\"x\"}\n"
        "{\"loop\":\"Fit\",\"ended\":true,\"iteration\":5,\"total\":5,\"label\":\"x\"}\n");
}

static void loops_without_reports(void **unused)
{
    (void)unused;
    struct state state = {0};
    struct loopc_metrics *metrics = opened(&program);
    assert_int_equal(loopc_metrics_write(metrics, &state, "Other"), LOOPC_OK);
    assert_string_equal(content(), "");
    loopc_metrics_close(metrics, &state, "ok");
    assert_int_equal(loopc_metrics_close(NULL, &state, "ok"), LOOPC_OK);
}

static void a_file_that_cannot_be_opened(void **unused)
{
    (void)unused;
    char message[256];
    assert_null(loopc_metrics_open(&program, "/no/such/folder/m", NULL, message, sizeof message));
    assert_string_equal(message, "cannot write /no/such/folder/m: No such file or directory");
}

/* The length that a resumed run keeps, of a file of eight bytes. */
static void what_is_left_of_a_file(void **unused)
{
    static const struct {
        int64_t keep;
        const char *left;
    } cases[] = {{0, ""}, {2, ""}, {3, "{}\n"}, {6, "{}\n{}\n"}, {8, "{}\n{}\n"}, {99, "{}\n{}\n"}};
    (void)unused;
    char message[256];
    struct state state = {0};
    for (size_t i = 0; i <= sizeof cases / sizeof *cases; i++) {
        const bool lost = i == sizeof cases / sizeof *cases;
        FILE *file = fopen(path, "w");
        fputs("{}\n{}\n{\"", file);
        fclose(file);
        if (lost) remove(path);
        const struct loopc_metrics_mark mark = {.size = lost ? 99 : cases[i].keep};
        struct loopc_metrics *metrics =
            loopc_metrics_open(&program, path, &mark, message, sizeof message);
        assert_non_null(metrics);
        assert_string_equal(content(), lost ? "" : cases[i].left);
        assert_int_equal(loopc_metrics_close(metrics, &state, "ok"), LOOPC_OK);
    }
}

/* A run that wrote to /dev/null is resumed like any other. */
static void a_device_is_not_cut(void **unused)
{
    (void)unused;
    char message[256];
    struct state state = {0};
    struct loopc_metrics *metrics = loopc_metrics_open(
        &program, "/dev/null", &(struct loopc_metrics_mark){.size = 3}, message, sizeof message);
    assert_non_null(metrics);
    assert_int_equal(loopc_metrics_close(metrics, &state, "ok"), LOOPC_OK);
}

static void a_full_disk(void **unused)
{
    (void)unused;
    char message[256];
    struct state state = {0};
    if (access("/dev/full", W_OK)) skip();
    struct loopc_metrics *metrics =
        loopc_metrics_open(&program, "/dev/full", NULL, message, sizeof message);
    assert_non_null(metrics);
    assert_int_equal(loopc_metrics_write(metrics, &state, "Train"), LOOPC_FAILED);
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(loopc_metrics_write(metrics, &state, "Train"), LOOPC_OK); /* said once */
    assert_int_equal(loopc_metrics_close(metrics, &state, "ok"), LOOPC_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_an_iteration),
        cmocka_unit_test(every_type),
        cmocka_unit_test(what_is_no_number_is_null),
        cmocka_unit_test(only_every_so_many),
        cmocka_unit_test(loops_without_reports),
        cmocka_unit_test(a_file_that_cannot_be_opened),
        cmocka_unit_test(what_is_left_of_a_file),
        cmocka_unit_test(a_device_is_not_cut),
        cmocka_unit_test(a_full_disk),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
