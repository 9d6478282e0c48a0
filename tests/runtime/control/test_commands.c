/* Commands and the journal: parsing of messages, those refused as a whole, the lines written
 * down. */
#include "control/journal.h"
#include "control/commands.h"

#include "files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct state {
    struct loopc_run loopc;
    float rate;
    int32_t three[3];
    const char *name;
    bool on;
    int64_t fixed;
    int32_t most;
};

#define AT(member) .offset = offsetof(struct state, member)

static const struct loopc_range up_to_500 = {10, 500};
static const struct loopc_field table[] = {
    {.name = "Train.rate", .type = LOOPC_F32, AT(rate), .count = 1, .flags = LOOPC_SETTABLE},
    {.name = "three", .type = LOOPC_I32, AT(three), .count = 3, .flags = LOOPC_SETTABLE},
    {.name = "name", .type = LOOPC_STR, AT(name), .count = 1, .flags = LOOPC_SETTABLE},
    {.name = "on", .type = LOOPC_BOOL, AT(on), .count = 1, .flags = LOOPC_SETTABLE},
    {.name = "fixed", .type = LOOPC_I64, AT(fixed), .count = 1},
    {.name = "most", .type = LOOPC_I32, AT(most), .count = 1, .range = &up_to_500},
};
static const struct loopc_program program = {
    .name = "mini", .size = sizeof(struct state), .fields = table, .field_count = 6};

static struct loopc_commands commands;
static struct loopc_texts texts;
static char message[256];

static int read_orders(const char *text)
{
    return loopc_commands_read(&commands, &program, (struct loopc_commanded){.eta = &table[0]},
                               &texts, (struct loopc_json){text, strlen(text)}, message,
                               sizeof message);
}

static void fixed_names_in_their_order(void **unused)
{
    (void)unused;
    assert_int_equal(read_orders("{\"batch to\": 7, \"tell state\": {}, \"step\": 2, \"watch\": 1, "
                                 "\"report state every\": 0, \"shutdown\": null}"),
                     LOOPC_OK);
    static const enum loopc_command_kind kinds[] = {
        LOOPC_COMMAND_BATCH_TO, LOOPC_COMMAND_TELL_STATE,   LOOPC_COMMAND_STEP,
        LOOPC_COMMAND_WATCH,    LOOPC_COMMAND_REPORT_EVERY, LOOPC_COMMAND_SHUTDOWN};
    assert_int_equal(commands.count, 6);
    for (int i = 0; i < 6; i++)
        assert_int_equal(commands.list[i].kind, kinds[i]);
    assert_int_equal(commands.list[0].number, 7);
    loopc_commands_free(&commands);
}

static void fields_by_name(void **unused)
{
    (void)unused;
    assert_int_equal(read_orders("{\"eta\": 0.5, \"three\": [1, -2, 3], \"name\": \"a \\\"b\\\"\", "
                                 "\"on\": true}"),
                     LOOPC_OK);
    assert_int_equal(commands.count, 4);
    assert_ptr_equal(commands.list[0].field, &table[0]);
    assert_true(*(float *)commands.list[0].value == 0.5f);
    assert_int_equal(((int32_t *)commands.list[1].value)[1], -2);
    assert_string_equal(*(const char **)commands.list[2].value, "a \"b\"");
    assert_true(*(bool *)commands.list[3].value);
    loopc_commands_free(&commands);
    assert_int_equal(read_orders("{\"Train.rate\": 1e-3}"), LOOPC_OK);
    loopc_commands_free(&commands);
}

static void others_are_unknown(void **unused)
{
    (void)unused;
    assert_int_equal(read_orders("{\"fixed\": 1, \"rate\": 1, \"Batch to\": 1, \"\": 0}"),
                     LOOPC_OK);
    assert_int_equal(commands.count, 0);
    assert_int_equal(commands.unknown_count, 4);
    assert_true(loopc_json_is(commands.unknown[0], "fixed"));
    loopc_commands_free(&commands);
}

static void what_is_wrong_is_refused(void **unused)
{
    (void)unused;
    static const char *const bad[][2] = {
        {"{\"batch to\": 1.5}", "batch to: it takes a whole number"},
        {"{\"batch to\": \"1\"}", "whole number"},
        {"{\"batch to\": 99999999999999999999}", "whole number"},
        {"{\"step\": 0}", "whole number from 1"},
        {"{\"watch\": -1}", "whole number from 0"},
        {"{\"report state every\": null}", "whole number from 0"},
        {"{\"eta\": {}}", "Train.rate: a field takes"},
        {"{\"eta\": null}", "Train.rate: a field takes"},
        {"{\"eta\": \"x\"}", "Train.rate: "},
        {"{\"eta\": 1e39}", "Train.rate: "},
        {"{\"three\": [1, 2]}", "three: "},
        {"{\"three\": [1, 2, 3, 4]}", "three: "},
        {"{\"on\": 2}", "on: "},
        {"{\"step\": 1, \"eta\": []}", "Train.rate: "},
        {"nonsense", "no message: "},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(read_orders(bad[i][0]), LOOPC_FAILED);
        if (!strstr(message, bad[i][1])) fail_msg("%s: %s", bad[i][0], message);
        loopc_commands_free(&commands);
    }
}

/* The field that is the target bounds "batch to" by its range and by its type. */
static void a_target_has_the_bounds_of_its_field(void **unused)
{
    (void)unused;
    static const struct loopc_field whole = {.name = "whole", .type = LOOPC_I32, .count = 1};
    static const struct {
        const struct loopc_field *target;
        const char *text, *message;
    } cases[] = {
        {&table[5], "{\"batch to\": 500}", NULL},
        {&table[5], "{\"batch to\": 10}", NULL},
        {&table[5], "{\"batch to\": 501}", "batch to: 501 is out of range: it goes from 10 to 500"},
        {&table[5], "{\"step\": 1, \"batch to\": 9}", "batch to: 9 is out of range"},
        {&table[5], "{\"batch to\": 2.5}", "batch to: it takes a whole number"},
        {&whole, "{\"batch to\": 2147483647}", NULL},
        {&whole, "{\"batch to\": 2147483648}", "batch to: "},
        {NULL, "{\"batch to\": 2147483648}", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct loopc_commanded commanded = {.target = cases[i].target};
        const int st = loopc_commands_read(
            &commands, &program, commanded, &texts,
            (struct loopc_json){cases[i].text, strlen(cases[i].text)}, message, sizeof message);
        assert_int_equal(st, cases[i].message ? LOOPC_FAILED : LOOPC_OK);
        if (st && !strstr(message, cases[i].message)) fail_msg("%s: %s", cases[i].text, message);
        loopc_commands_free(&commands);
    }
}

/* The journal. */

static char folder[64], path[96];

static int make_folder(void **unused)
{
    (void)unused;
    files_folder(folder);
    snprintf(path, sizeof path, "%s/journal", folder);
    return 0;
}

static int remove_folder(void **unused)
{
    (void)unused;
    files_remove(folder);
    loopc_texts_free(&texts);
    return 0;
}

static const struct loopc_run run = {.program = &program, .seed = 5};

static void a_journal_is_read_as_it_was_written(void **unused)
{
    (void)unused;
    static const char *const messages[] = {"{\"eta\":1}", "{\"a\":\r\n[1,\n2]}", "{}"};
    static const int64_t batches[] = {0, 7, 7};
    struct loopc_journal *journal = loopc_journal_open(&run, path, message, sizeof message);
    assert_non_null(journal);
    for (int i = 0; i < 3; i++)
        loopc_journal_add(journal, batches[i],
                          (struct loopc_json){messages[i], strlen(messages[i])});
    assert_int_equal(loopc_journal_close(journal), LOOPC_OK);
    struct loopc_replay *replay = loopc_replay_open(&run, path, message, sizeof message);
    assert_non_null(replay);
    struct loopc_json text;
    bool over;
    assert_true(loopc_replay_next(replay, 0, &text, &over));
    assert_memory_equal(text.text, "{\"eta\":1}", 9);
    assert_false(loopc_replay_next(replay, 6, &text, &over));
    assert_false(over);
    assert_true(loopc_replay_next(replay, 8, &text, &over)); /* late is better than never */
    assert_memory_equal(text.text, "{\"a\":  [1, 2]}", 14);
    assert_true(loopc_replay_next(replay, 8, &text, &over));
    assert_false(loopc_replay_next(replay, 8, &text, &over));
    assert_true(over);
    loopc_replay_free(replay);
}

static void expect_refused(const char *text, size_t length, const char *why)
{
    files_write(path, text, length);
    assert_null(loopc_replay_open(&run, path, message, sizeof message));
    if (!strstr(message, why)) fail_msg("%s: %s", text, message);
}

#define REFUSED(text, why) expect_refused(text, sizeof(text) - 1, why)

static void what_is_no_journal_is_refused(void **unused)
{
    (void)unused;
    REFUSED("", ":1: no JSON object");
    REFUSED("\0\0", ":1: no JSON object");
    REFUSED("{}\n", ":1: no journal");
    REFUSED("{\"journal\":\"other\"}\n", ":1: a journal of another program");
    REFUSED("{\"journal\":\"mini\"}\nx\n", ":2: no JSON object");
    REFUSED("{\"journal\":\"mini\"}\n{\"batch\":1}\n", ":2: a line has");
    REFUSED("{\"journal\":\"mini\"}\n{\"batch\":1.5,\"message\":{}}\n", ":2: a line has");
    REFUSED("{\"journal\":\"mini\"}\n{\"batch\":1,\"message\":[]}\n", ":2: a line has");
    REFUSED("{\"journal\":\"mini\"}\n{\"batch\":99999999999999999999,\"message\":{}}\n",
            ":2: a line");
    REFUSED("{\"journal\":\"mini\"}\n{\"batch\":1,\"message\":{}", ":2: no JSON object");
    assert_null(loopc_replay_open(&run, folder, message, sizeof message));
    assert_null(loopc_replay_open(&run, "/nowhere/at/all", message, sizeof message));
    assert_null(loopc_journal_open(&run, "/nowhere/at/all", message, sizeof message));
    assert_non_null(strstr(message, "cannot write"));
}

static void a_full_disk_is_told(void **unused)
{
    (void)unused;
    struct loopc_journal *journal = loopc_journal_open(&run, "/dev/full", message, sizeof message);
    if (!journal) skip();
    assert_int_equal(loopc_journal_close(journal), LOOPC_FAILED);
    assert_int_equal(loopc_journal_close(NULL), LOOPC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_names_in_their_order),
        cmocka_unit_test(fields_by_name),
        cmocka_unit_test(others_are_unknown),
        cmocka_unit_test(what_is_wrong_is_refused),
        cmocka_unit_test(a_target_has_the_bounds_of_its_field),
        cmocka_unit_test(a_journal_is_read_as_it_was_written),
        cmocka_unit_test(what_is_no_journal_is_refused),
        cmocka_unit_test(a_full_disk_is_told),
    };
    return cmocka_run_group_tests_name("commands", tests, make_folder, remove_folder);
}
