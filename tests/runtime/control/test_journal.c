/* The journal of a run, and its replay. */
#include "control/journal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct loopc_program program = {.name = "test"};
static struct loopc_run run = {.program = &program, .seed = 7};
static char path[64];
static char message[256];

static struct loopc_json json(const char *text)
{
    return (struct loopc_json){text, strlen(text)};
}

static void messages_come_back_at_their_batches(void **unused)
{
    (void)unused;
    struct loopc_journal *journal = loopc_journal_open(&run, path, message, sizeof message);
    assert_non_null(journal);
    loopc_journal_add(journal, 0, json("{\"a\":\n1}"));
    loopc_journal_add(journal, 5, json("{}"));
    assert_int_equal(loopc_journal_close(journal), 0);
    struct loopc_replay *replay = loopc_replay_open(&run, path, message, sizeof message);
    assert_non_null(replay);
    struct loopc_json text;
    bool over;
    assert_int_equal(loopc_replay_when(replay), 0);
    assert_true(loopc_replay_next(replay, 0, &text, &over));
    assert_memory_equal(text.text, "{\"a\": 1}", text.length);
    assert_false(loopc_replay_next(replay, 4, &text, &over));
    assert_false(over);
    assert_int_equal(loopc_replay_when(replay), 5);
    assert_true(loopc_replay_next(replay, 6, &text, &over));
    assert_false(loopc_replay_next(replay, 6, &text, &over));
    assert_true(over);
    loopc_replay_free(replay);
    unlink(path);
}

static void refuse(const char *text, const char *why)
{
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
    assert_null(loopc_replay_open(&run, path, message, sizeof message));
    assert_non_null(strstr(message, why));
    unlink(path);
}

static void wrong_files_are_refused(void **unused)
{
    (void)unused;
    assert_null(loopc_replay_open(&run, "/tmp/loopc-test-absent", message, sizeof message));
    assert_non_null(strstr(message, "cannot read"));
    refuse("x\n", ":1: ");
    refuse("{\"journal\":\"other\",\"seed\":1}\n", ":1: a journal of another program");
    refuse("{\"journal\":\"test\",\"seed\":1}\n{\"batch\":1}\n", ":2: ");
}

int main(void)
{
    snprintf(path, sizeof path, "/tmp/loopc-test-journal-%d", (int)getpid());
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_come_back_at_their_batches),
        cmocka_unit_test(wrong_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
