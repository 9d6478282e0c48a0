/* Command lines: the values they set, and the messages of refused ones. */
#include "main/args.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct state {
    struct loopc_run loopc;
    float eta;
    int64_t epochs;
    bool shuffle, no_mercy;
    const char *name;
    float widths[3];
    uint64_t seed;
    uint32_t batch_size;
    char train[8]; /* never touched here: data sets are loaded by startup */
};

#define FIELD(member, of_type, n, text)                                                            \
    {                                                                                              \
        .name = #member, .flag = #member, .type = (of_type),                                       \
        .offset = offsetof(struct state, member), .count = (n), .doc = (text)                      \
    }

static const struct loopc_field table[] = {
    FIELD(eta, LOOPC_F32, 1, "learning rate"),
    FIELD(epochs, LOOPC_I64, 1, "passes over the samples"),
    FIELD(shuffle, LOOPC_BOOL, 1, "whether each epoch has an order of its own"),
    FIELD(no_mercy, LOOPC_BOOL, 1, NULL),
    FIELD(name, LOOPC_STR, 1, "what the run is called"),
    FIELD(widths, LOOPC_F32, 3, "three numbers"),
    {.name = "batch_size",
     .flag = "batch-size",
     .type = LOOPC_U32,
     .offset = offsetof(struct state, batch_size),
     .count = 1,
     .doc = "rows at a time"},
    FIELD(train, LOOPC_DATASET, 1, "samples"),
    {.name = "hidden", .type = LOOPC_F32, .offset = offsetof(struct state, eta), .count = 1},
};

static const struct loopc_field own_seed[] = {FIELD(seed, LOOPC_U64, 1, "our own")};

static const struct loopc_program program = {.name = "digits",
                                             .doc = "A classifier of digits.",
                                             .size = sizeof(struct state),
                                             .fields = table,
                                             .field_count = sizeof table / sizeof *table};

static const struct loopc_program seeded = {
    .name = "seeded", .size = sizeof(struct state), .fields = own_seed, .field_count = 1};

static const struct loopc_program shared = {
    .name = "shared", .size = sizeof(struct state), .threads = true};

static struct state state;
static struct loopc_args args;
static struct loopc_texts texts;

static int set_up(void **unused)
{
    (void)unused;
    state = (struct state){.eta = 0.5f,
                           .epochs = 20,
                           .shuffle = true,
                           .name = "run",
                           .widths = {1, 2, 3},
                           .seed = 9,
                           .batch_size = 32};
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    loopc_args_free(&args);
    loopc_texts_free(&texts);
    return 0;
}

/* The command line as a list that ends with NULL. */
static int read_line(const struct loopc_program *of, const char *first, ...)
{
    char *argv[16] = {(char *)"digits"};
    int argc = 1;
    va_list list;
    va_start(list, first);
    for (const char *next = first; next; next = va_arg(list, char *)) {
        argv[argc++] = (char *)next;
    }
    va_end(list);
    loopc_args_free(&args);
    return loopc_args_read(&args, of, &state, &texts, argc, argv);
}

#define READ(...) read_line(&program, __VA_ARGS__, NULL)

#define REFUSES(text, advice, ...)                                                                 \
    do {                                                                                           \
        assert_int_equal(READ(__VA_ARGS__), LOOPC_FAILED);                                         \
        assert_string_equal(args.message, text);                                                   \
        assert_string_equal(args.hint, advice);                                                    \
    } while (0)

static void nothing_given(void **unused)
{
    (void)unused;
    assert_int_equal(read_line(&program, NULL), LOOPC_OK);
    assert_int_equal(args.seed, 1);
    assert_int_equal(args.action, LOOPC_ACTION_RUN);
    assert_int_equal(args.progress, LOOPC_AUTO);
    assert_null(args.metrics);
    assert_false(args.timings || args.trace);
    assert_null(args.given[7]);
}

static void options_set_fields(void **unused)
{
    (void)unused;
    assert_int_equal(READ("--eta", "-0.25", "--epochs=7", "--name", "first", "--widths", "4,5,6"),
                     LOOPC_OK);
    assert_true(state.eta == -0.25f);
    assert_int_equal(state.epochs, 7);
    assert_string_equal(state.name, "first");
    assert_true(state.widths[0] == 4 && state.widths[2] == 6);
}

static void both_spellings(void **unused)
{
    (void)unused;
    assert_int_equal(READ("--batch_size", "8"), LOOPC_OK);
    assert_int_equal(state.batch_size, 8);
    assert_int_equal(READ("--batch-size=9"), LOOPC_OK);
    assert_int_equal(state.batch_size, 9);
}

static void bools(void **unused)
{
    (void)unused;
    assert_int_equal(READ("--no-shuffle", "--no-mercy"), LOOPC_OK);
    assert_false(state.shuffle);
    assert_true(state.no_mercy);
    assert_int_equal(READ("--shuffle", "--no-no-mercy"), LOOPC_OK);
    assert_true(state.shuffle);
    assert_false(state.no_mercy);
    assert_int_equal(READ("--shuffle=off"), LOOPC_OK);
    assert_false(state.shuffle);
    REFUSES("--no-shuffle takes no value", "", "--no-shuffle=1");
    REFUSES("unknown flag '--no-eta'", "--help lists the flags there are", "--no-eta");
}

static void the_last_one_counts(void **unused)
{
    (void)unused;
    assert_int_equal(READ("--epochs", "1", "--epochs", "2"), LOOPC_OK);
    assert_int_equal(state.epochs, 2);
}

static void common_flags(void **unused)
{
    (void)unused;
    assert_int_equal(READ("--seed", "18446744073709551615", "--metrics", "m.jsonl", "--timings",
                          "--trace", "--progress", "never"),
                     LOOPC_OK);
    assert_true(args.seed == UINT64_MAX);
    assert_string_equal(args.metrics, "m.jsonl");
    assert_true(args.timings && args.trace);
    assert_int_equal(args.progress, LOOPC_NEVER);
}

/* A value that the flag accepts and that is not its default. */
static const char *good_value(const char *flag)
{
    return !strcmp(flag, "progress") ? "never" : !strcmp(flag, "not-saved") ? "stop" : "2";
}

/* Whether the command line `flag` sets the first bytes of the member at `offset`. */
static bool sets(const char *flag, size_t offset)
{
    char before[4];
    read_line(&shared, NULL);
    memcpy(before, (char *)&args + offset, sizeof before);
    assert_int_equal(read_line(&shared, flag, NULL), LOOPC_OK);
    return memcmp(before, (char *)&args + offset, sizeof before) != 0;
}

static void every_flag_is_read(void **unused)
{
    (void)unused;
    char text[64];
    int count = 0;
    for (const struct loopc_common_flag *flag = loopc_common_flags; flag->name; flag++) {
        if (!loopc_flag_is_of(flag, LOOPC_SUBCOMMAND_RUN, &shared)) continue;
        const bool valued = *flag->value;
        snprintf(text, sizeof text, "--%s%s%s", flag->name, valued ? "=" : "",
                 valued ? good_value(flag->name) : "");
        assert_true(sets(text, flag->offset));
        snprintf(text, sizeof text, "--%s%s", flag->name, valued ? "" : "=1");
        if (*flag->value != '[') assert_int_equal(read_line(&shared, text, NULL), LOOPC_FAILED);
        count++;
    }
    assert_int_equal(count, 22);
}

static const char *help_of(const struct loopc_program *of)
{
    static char text[8192];
    FILE *file = fmemopen(text, sizeof text, "w");
    loopc_help_print(of, &state, file);
    fclose(file);
    return text;
}

static void some_programs_have_threads(void **unused)
{
    (void)unused;
    REFUSES("unknown flag '--threads'", "--help lists the flags there are", "--threads", "2");
    assert_null(strstr(help_of(&seeded), "--threads"));
    assert_non_null(strstr(help_of(&shared), "--threads <n>"));
    assert_int_equal(read_line(&shared, "--seed", "3", NULL), LOOPC_OK);
    assert_int_equal(args.threads, 1);
    assert_int_equal(read_line(&shared, "--threads", "256", NULL), LOOPC_OK);
    assert_int_equal(args.threads, 256);
    static const char *const wrong[] = {"0", "-1", "257", "4294967297", "two", ""};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(read_line(&shared, "--threads", wrong[i], NULL), LOOPC_FAILED);
        assert_non_null(strstr(args.message, "--threads: "));
    }
}

static void data_sets_are_noted(void **unused)
{
    (void)unused;
    assert_int_equal(READ("--train", "images.gz,labels.gz"), LOOPC_OK);
    assert_string_equal(args.given[7], "images.gz,labels.gz");
}

static void flags_change_what_the_spec_says_of_data(void **unused)
{
    (void)unused;
    assert_int_equal(READ("--train=t.csv", "--train-ignore=id,date", "--train-target_scale",
                          "standard", "--train-label", "kind"),
                     LOOPC_OK);
    const struct loopc_dataset_options *const options = &args.data[7];
    assert_string_equal(options->ignore, "id,date");
    assert_int_equal(options->target_scale, LOOPC_SCALE_STANDARD);
    assert_string_equal(options->label_name, "kind");
}

static void wishes_end_the_reading(void **unused)
{
    (void)unused;
    assert_int_equal(READ("--help", "--nonsense"), LOOPC_OK);
    assert_int_equal(args.action, LOOPC_ACTION_HELP);
    assert_int_equal(READ("-h"), LOOPC_OK);
    assert_int_equal(args.action, LOOPC_ACTION_HELP);
    assert_int_equal(READ("--version"), LOOPC_OK);
    assert_int_equal(args.action, LOOPC_ACTION_VERSION);
}

static void a_seed_of_its_own(void **unused)
{
    (void)unused;
    assert_int_equal(read_line(&seeded, NULL), LOOPC_OK);
    assert_int_equal(args.seed, 9);
    assert_int_equal(read_line(&seeded, "--seed", "12", NULL), LOOPC_OK);
    assert_int_equal(args.seed, 12);
    assert_int_equal(state.seed, 12);
}

static void unknown_flags(void **unused)
{
    (void)unused;
    REFUSES("unknown flag '--epoch'", "did you mean '--epochs'?", "--epoch", "3");
    REFUSES("unknown flag '--timing'", "did you mean '--timings'?", "--timing");
    REFUSES("unknown flag '--xyzzy'", "--help lists the flags there are", "--xyzzy=1");
    REFUSES("unknown flag '--hidden'", "--help lists the flags there are", "--hidden=1");
    REFUSES("unknown flag '--'", "--help lists the flags there are", "--=1");
}

static void stray_arguments(void **unused)
{
    (void)unused;
    REFUSES("unexpected argument 'train.csv'", "flags begin with --; --help lists them",
            "train.csv");
    REFUSES("unexpected argument '-e'", "flags begin with --; --help lists them", "-e", "3");
    REFUSES("unexpected argument 'x'", "flags begin with --; --help lists them", "--", "x");
    REFUSES("unexpected argument ''", "flags begin with --; --help lists them", "");
    assert_int_equal(READ("--eta=1", "--"), LOOPC_OK);
}

static void missing_and_wrong_values(void **unused)
{
    (void)unused;
    REFUSES("--eta needs a value", "--eta <f32>", "--eta");
    REFUSES("--eta needs a value", "--eta <f32>", "--eta", "--shuffle");
    REFUSES("--train needs a value", "--train <file>", "--train");
    REFUSES("--metrics needs a value", "--metrics <file>", "--metrics");
    REFUSES("--metrics: a file has a name", "", "--metrics=");
    REFUSES("--eta: 'abc' is not a number", "", "--eta=abc");
    REFUSES("--eta: '' is not a number", "", "--eta=");
    REFUSES("--epochs: '1e3' is not a whole number", "", "--epochs", "1e3");
    REFUSES("--batch-size: -1 is out of range: 0 to 4294967295", "", "--batch_size", "-1");
    REFUSES("--widths: it takes 3 values separated by commas, not 2", "", "--widths", "1,2");
    REFUSES("--seed: 'x' is not a whole number from 0", "", "--seed", "x");
    REFUSES("--progress: 'often' is not a choice", "it is auto, never or always",
            "--progress=often");
    REFUSES("--timings takes no value", "", "--timings=yes");
}

static void very_long_flags(void **unused)
{
    (void)unused;
    char flag[5000];
    memset(flag, 'x', sizeof flag - 1);
    flag[0] = flag[1] = '-';
    flag[sizeof flag - 1] = 0;
    assert_int_equal(READ(flag), LOOPC_FAILED);
    assert_string_equal(args.hint, "--help lists the flags there are");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_given),
        TEST(options_set_fields),
        TEST(both_spellings),
        TEST(bools),
        TEST(the_last_one_counts),
        TEST(common_flags),
        TEST(every_flag_is_read),
        TEST(some_programs_have_threads),
        TEST(data_sets_are_noted),
        TEST(flags_change_what_the_spec_says_of_data),
        TEST(wishes_end_the_reading),
        TEST(a_seed_of_its_own),
        TEST(unknown_flags),
        TEST(stray_arguments),
        TEST(missing_and_wrong_values),
        TEST(very_long_flags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
