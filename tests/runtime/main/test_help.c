/* The page of --help: labels, defaults, lines of eighty columns. */
#include "main/args.h"

#include "data/dataset.h"
#include "main/main.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

struct helped {
    struct loopc_run loopc;
    bool on;
    float pair[2], many[16];
    const char *word, *nothing;
    struct loopc_dataset data;
    int64_t n;
};

#define FIELD(member, of_type, n, text)                                                            \
    {                                                                                              \
        .name = #member, .flag = #member, .type = (of_type),                                       \
        .offset = offsetof(struct helped, member), .count = (n), .doc = (text)                     \
    }

static const struct loopc_field fields[] = {
    FIELD(on, LOOPC_BOOL, 1, NULL),
    FIELD(pair, LOOPC_F32, 2, "two of them"),
    FIELD(many, LOOPC_F32, 16, NULL),
    FIELD(word, LOOPC_STR, 1, "a text"),
    FIELD(nothing, LOOPC_STR, 1, "no text"),
    FIELD(data, LOOPC_DATASET, 1, "samples"),
    {.name = "inner", .type = LOOPC_I64, .offset = offsetof(struct helped, n), .count = 1},
};
static struct loopc_program program;
static struct helped s;

static int set_up(void **unused)
{
    (void)unused;
    program = (struct loopc_program){
        .name = "helped", .size = sizeof s, .fields = fields, .field_count = 7};
    s = (struct helped){.pair = {1, 2.5f}, .word = "word"};
    return 0;
}

static const char *page(void)
{
    static char text[16384];
    FILE *const file = fmemopen(text, sizeof text, "w");
    loopc_help_print(&program, &s, file);
    fclose(file);
    return text;
}

static void has(const char *text)
{
    if (!strstr(page(), text)) fail_msg("no %s in:\n%s", text, page());
}

static void options_have_values_and_defaults(void **unused)
{
    (void)unused;
    has("usage: helped [options]\n\noptions of helped:\n");
    has("  --[no-]on          (default false)\n");
    has("  --pair <f32,f32>   two of them (default 1,2.5)\n");
    has("  --many <f32 x 16>  (default 0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0)\n");
    has("  --word <text>      a text (default \"word\")\n");
    has("  --nothing <text>   no text\n");
    has("  --data <file>      samples\n");
    assert_null(strstr(page(), "inner"));
}

static void no_line_is_longer_than_a_page(void **unused)
{
    (void)unused;
    static char doc[600];
    for (size_t i = 0; i + 1 < sizeof doc; i++)
        doc[i] = i % 7 == 6 ? ' ' : 'w';
    program.doc = doc;
    program.name = "helped_with_a_name_that_takes_half_of_the_columns";
    program.model = loopc_model_main;
    for (const char *at = page(); *at; at += strcspn(at, "\n"), at += *at == '\n')
        assert_true(strcspn(at, "\n") <= 80);
}

/* The page leaves out features that a program lacks. */
static void parts_depend_on_the_program(void **unused)
{
    (void)unused;
    assert_null(strstr(page(), "--threads"));
    assert_null(strstr(page(), "helped export"));
    has("helped data --data <file>: shows a table as read. Options of each data set, as\n"
        "--data-label:\n");
    has("  -skip-lines <n>");
    program.threads = true;
    program.model = loopc_model_main;
    has("  --threads <n>");
    has("helped export, helped predict, with --resume: a trained model:\n");
    has("  --c-header <file>");
    program.field_count = 5;
    assert_null(strstr(page(), "helped data"));
}

/* A program with a description, and an option whose text takes three lines. */
static const struct loopc_field digits_fields[] = {
    {.name = "widths",
     .flag = "widths",
     .type = LOOPC_F32,
     .offset = offsetof(struct helped, many),
     .count = 3,
     .doc = "a text that is so long that it cannot be in one line, because there "
            "are eighty columns to a line and no more"},
    {.name = "no_mercy",
     .flag = "no_mercy",
     .type = LOOPC_BOOL,
     .offset = offsetof(struct helped, on),
     .count = 1},
};

static void the_whole_page(void **unused)
{
    (void)unused;
    static const char expected[] =
        "usage: digits [options]\n"
        "\n"
        "A classifier of digits.\n"
        "\n"
        "options of digits:\n"
        "  --widths <f32 x 3>  a text that is so long that it cannot be in one line,\n"
        "                      because there are eighty columns to a line and no more\n"
        "                      (default 0,0,0)\n"
        "  --[no-]no_mercy     (default false)\n"
        "\n"
        "options of every trainer:\n"
        "  --seed <u64>        seed of all random streams (default 1)\n"
        "  --metrics <file>    write reported fields to a file, as JSON lines\n"
        "  --checkpoint <folder>\n"
        "                      save the run there, on a schedule and on SIGUSR1\n"
        "  --save-every <n>[unit]\n"
        "                      steps, epochs or seconds between checkpoints (default: 30\n"
        "                      seconds or more)\n"
        "  --keep <n>          keep the latest n checkpoints, and the best (default 3;\n"
        "                      all with --save-every)\n"
        "  --best <field>      keep the checkpoint with the lowest field, max:<field> the\n"
        "                      highest\n"
        "  --resume [which]    continue from latest, best or a file (default latest)\n"
        "  --init <file>       begin with the nets of a checkpoint, or parts:\n"
        "                      <file>:net.layers.0\n"
        "  --other-data        continue although a data set has other content than before\n"
        "  --not-saved <action>\n"
        "                      go-on or stop when a checkpoint cannot be written (default\n"
        "                      go-on)\n"
        "  --control <channel>\n"
        "                      accept commands: conn:FD, lines:stdio,\n"
        "                      lines:unix:PATH[,owner]\n"
        "  --log <file>        write the messages sent to the control channel to a file,\n"
        "                      too\n"
        "  --journal <file>    record the commands received, each with its batch\n"
        "  --replay <file>     execute the commands of a journal\n"
        "  --timings           print the time of each step, phase and loop at the end\n"
        "  --timings-log <file>\n"
        "                      write these times to a file during the run, as JSON lines\n"
        "  --trace             print each step, and each field that it changes\n"
        "  --progress <when>   auto, never or always: show progress (default auto)\n"
        "  --done-file <file>  write this file at the very end of a run that succeeds; it\n"
        "                      is removed when one begins\n"
        "  --help              print this page\n"
        "  --version           print the version\n";
    program.name = "digits";
    program.doc = "A classifier of digits.";
    program.fields = digits_fields;
    program.field_count = 2;
    assert_string_equal(page(), expected);
}

static void a_flag_is_named_once(void **unused)
{
    (void)unused;
    static const struct loopc_field seed = {.name = "seed",
                                            .flag = "seed",
                                            .type = LOOPC_I64,
                                            .offset = offsetof(struct helped, n),
                                            .count = 1,
                                            .doc = "our own"};
    program.fields = &seed;
    program.field_count = 1;
    has("  --seed <i64>       our own (default 0)\n");
    assert_null(strstr(page(), "seed of all random streams"));
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(options_have_values_and_defaults),
        TEST(no_line_is_longer_than_a_page),
        TEST(parts_depend_on_the_program),
        TEST(the_whole_page),
        TEST(a_flag_is_named_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
