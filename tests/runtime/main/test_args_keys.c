/* Flags of data sets that cannot all count. */
#include "main/args.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

struct state {
    struct loopc_run loopc;
    char train[8], test[8], valid[8]; /* never touched here: data sets are loaded by startup */
};

static const struct loopc_dataset_options plain = {.required = true}, like = {.like = "train"},
                                          part = {.from = "train", .share = 0.2};

#define DATA(member, options)                                                                      \
    {                                                                                              \
        .name = #member, .flag = #member, .type = LOOPC_DATASET,                                   \
        .offset = offsetof(struct state, member), .count = 1, .dataset = &(options)                \
    }

static const struct loopc_field fields[] = {DATA(train, plain), DATA(test, like),
                                            DATA(valid, part)};
static const struct loopc_program program = {
    .name = "p", .size = sizeof(struct state), .fields = fields, .field_count = 3};

/* Reads the words of a line; `expected` is the message and the hint, or "" where it is taken. */
static void reads(const char *line, const char *expected)
{
    struct state state;
    struct loopc_args args;
    char text[200], said[sizeof args.message + sizeof args.hint + 1] = "";
    char *argv[16] = {"p"};
    int argc = 1;
    snprintf(text, sizeof text, "%s", line);
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    memset(&state, 0, sizeof state);
    const int st = loopc_args_read(&args, &program, &state, NULL, argc, argv);
    if (st) snprintf(said, sizeof said, "%s\n%s", args.message, args.hint);
    assert_string_equal(said, expected);
    loopc_args_free(&args);
}

static void a_share_is_of_a_part(void **unused)
{
    (void)unused;
    reads("--train a --valid-share 0.3", "");
    reads("--train a --valid b", "");
    reads("--train a --valid b --valid-share 0.3",
          "--valid-share: --valid has a file of its own, so it is no part of another one\n"
          "--valid <file>, or --valid-share <share>");
    reads("--train a --train-share 0.3",
          "--train-share: it is no part of another data set\n"
          "`from` in the spec names the data set that it is a part of");
}

static void one_of_two_would_not_count(void **unused)
{
    (void)unused;
    reads("--train a --train-label k --train-targets y",
          "--train-label and --train-targets: with targets there is no label\ngive one of them");
    reads("--train a --train-targets y --train-label k",
          "--train-label and --train-targets: with targets there is no label\ngive one of them");
    reads("--train a --train-divisor 4 --train-scale max",
          "--train-scale and --train-divisor: both say how inputs are scaled\ngive one of them");
}

static void what_is_shared_is_set_in_one_place(void **unused)
{
    (void)unused;
    reads("--train a --test b --test-separator ; --test-missing drop", "");
    reads("--train a --test b --test-label k",
          "--test-label: it shares this with --train, which it is like\n--train-label");
    reads("--train a --valid b --valid-target-scale max",
          "--valid-target-scale: it shares this with --train, which it is like\n"
          "--train-target-scale");
    reads("--train a --valid-stratify false", "");
    reads("--train a --valid-skip_lines 1",
          "--valid-skip-lines: it shares this with --train, of which it is a part\n"
          "--train-skip-lines");
}

static void keys_are_about_a_file(void **unused)
{
    (void)unused;
    reads("--train-label k", ""); /* that --train is needed is said later */
    reads("--train a --test-header true",
          "--test-header: there is no --test that it could be about\n--test <file>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_is_of_a_part),
        cmocka_unit_test(one_of_two_would_not_count),
        cmocka_unit_test(what_is_shared_is_set_in_one_place),
        cmocka_unit_test(keys_are_about_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
