/* The trace: steps, and the fields that they change. */
#include "loopc.h"
#include "telemetry/trace.h"

#include <stdio.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

struct state {
    struct loopc_run loopc;
    float loss, many[20];
    int32_t two[2];
};

static const struct loopc_field fields[] = {
    {.name = "loss", .type = LOOPC_F32, .offset = offsetof(struct state, loss), .count = 1},
    {.name = "many", .type = LOOPC_F32, .offset = offsetof(struct state, many), .count = 20},
    {.name = "two", .type = LOOPC_I32, .offset = offsetof(struct state, two), .count = 2},
};
static const struct loopc_trace_point points[] = {{"Inner", "Outer.on_step", -1, 'l'},
                                                  {"Inner.on_x", NULL, 0, 's'}};
static const struct loopc_program program = {.name = "test",
                                             .size = sizeof(struct state),
                                             .fields = fields,
                                             .field_count = 3,
                                             .trace_points = points,
                                             .trace_point_count = 2};

static void changes_belong_to_steps(void **unused)
{
    (void)unused;
    static struct state s;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct loopc_trace *trace = loopc_trace_new(&program, &s, out);
    loopc_trace_step(trace, 1);
    s.loss = 0.5f;
    s.two[1] = -3;
    loopc_trace_changes(trace, &s, 0);
    loopc_trace_changes(trace, &s, 0);
    for (int i = 0; i < 20; i++)
        s.many[i] = 1;
    loopc_trace_changes(trace, &s, -1);
    loopc_trace_free(trace);
    fclose(out);
    assert_string_equal(text, "trace: Inner.on_x on Outer.on_step\n"
                              "trace:   loss: 0 -> 0.5\n"
                              "trace:   two[1]: 0 -> -3\n"
                              "trace: test, between steps\n"
                              "trace:   many: 20 of 20 changed\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_belong_to_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
