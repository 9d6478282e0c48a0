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
    program.field_count = 5; /* titles with the name of a data set are one line */
    for (const char *at = page(); *at; at += strcspn(at, "\n"), at += *at == '\n')
        assert_true(strcspn(at, "\n") <= 80);
}

/* The page leaves out features that a program lacks. */
static void parts_depend_on_the_program(void **unused)
{
    (void)unused;
    assert_null(strstr(page(), "--threads"));
    assert_null(strstr(page(), "helped export"));
    has("helped data --data <file>: shows a table as read. Options of each data set, as "
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

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(options_have_values_and_defaults),
        TEST(no_line_is_longer_than_a_page),
        TEST(parts_depend_on_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
