/* Feeds: data sets that do not go with the nets that read them. */
#include "main/feeds.h"
#include "child.h"
#include "data/dataset.h"
#include "files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

struct fed {
    struct loopc_run loopc;
    struct loopc_dataset train;
};

static const struct loopc_field fields[] = {{.name = "train",
                                             .flag = "train",
                                             .type = LOOPC_DATASET,
                                             .offset = offsetof(struct fed, train),
                                             .count = 1}};
static struct loopc_feed feed;
static struct loopc_net net;
static const struct loopc_program program = {.name = "fed",
                                             .size = sizeof(struct fed),
                                             .fields = fields,
                                             .field_count = 1,
                                             .nets = &net,
                                             .net_count = 1};
static struct fed s;
static struct child child;
static char folder[64];

static int set_up(void **unused)
{
    (void)unused;
    files_folder(folder);
    feed = (struct loopc_feed){.data = "train", .answers = LOOPC_ANSWERS_LABELS, .learns = true};
    net = (struct loopc_net){.name = "net",
                             .output = "softmax",
                             .loss = "cross_entropy",
                             .layers = 1,
                             .inputs = 2,
                             .outputs = 2,
                             .feeds = &feed,
                             .feed_count = 1};
    return chdir(folder);
}

static int tear_down(void **unused)
{
    (void)unused;
    loopc_dataset_free(&s.train);
    files_remove(folder);
    return chdir("/");
}

static void load(const char *text, const struct loopc_dataset_options *options)
{
    char message[LOOPC_DATASET_MESSAGE];
    loopc_dataset_free(&s.train);
    files_write("t.csv", text, strlen(text));
    if (loopc_dataset_load(&s.train, "t.csv", options, NULL, message, sizeof message))
        fail_msg("%s", message);
}

/* Its exit code is 100 for LOOPC_CONTINUE. */
static int check(void *unused)
{
    const struct loopc_context context = {.program = &program, .state = &s};
    (void)unused;
    const int code = loopc_feeds_check(&context);
    return code == LOOPC_CONTINUE ? 100 : code;
}

static void says(int code, const char *text)
{
    child_run(&child, check, NULL);
    assert_string_equal(child.err, text);
    assert_int_equal(child.code, code);
}

static const struct loopc_dataset_options labels, targets = {.targets = 1},
                                                  none = {.label = LOOPC_LABEL_NONE};

static void what_fits_is_not_spoken_of(void **unused)
{
    (void)unused;
    says(100, ""); /* nothing is loaded */
    load("1,2,0\n3,4,1\n", &labels);
    says(100, "");
    net.open = true;
    net.inputs = 8;
    says(100, "");
}

static void columns_are_inputs(void **unused)
{
    (void)unused;
    load("1,2,3,0\n3,4,5,1\n", &labels);
    says(2, "fed: error: --train: t.csv has 3 columns, and net 2 inputs\n"
            "fed: hint: the first size of the net is the number of columns: 3; with inputs_from, "
            "net takes it from the data\n");
    net.open = true;
    says(2, "fed: error: --train: t.csv has 3 columns, and net room for 2 inputs\n"
            "fed: hint: inputs_max = 3 of net, or fewer columns\n");
}

static void classes_are_outputs(void **unused)
{
    (void)unused;
    load("1,2,0\n3,4,1\n5,6,2\n", &labels);
    says(2, "fed: error: --train: t.csv has 3 classes, and net 2 outputs\n"
            "fed: hint: the last size of net is the number of classes: net = mlp { ..., 3 }\n");
    load("1,2\n3,4\n", &none);
    says(2, "fed: error: --train: t.csv has no labels, and net learns classes\n"
            "fed: hint: label = \"...\" of the data set names the column of the class\n");
}

/* Rows of a test set may well be of one class. */
static void one_class_alone_cannot_be_learned(void **unused)
{
    (void)unused;
    load("a,b,kind\n1,2,rose\n3,4,rose\n", &labels);
    says(2, "fed: error: --train: t.csv has rows of class 'rose' alone: net has no other class "
            "to tell it from\n"
            "fed: hint: --train-label <column> names another column as the class\n");
    feed.learns = false;
    says(100, "");
    feed.learns = true;
    load("a,b,kind\n1,2,rose\n", &labels);
    says(2, "fed: error: --train: t.csv has rows of class 'rose' alone: net has no other class "
            "to tell it from\n"
            "fed: hint: --train-label <column> names another column as the class\n");
}

static void a_constant_target_is_told(void **unused)
{
    (void)unused;
    feed.answers = LOOPC_ANSWERS_TARGETS;
    net.output = "identity";
    net.loss = "squared_error";
    net.outputs = 1;
    load("a,b,price\n1,2,5\n3,4,5\n", &targets);
    says(100, "fed: warning: --train: the target 'price' is the same in all 2 rows of t.csv\n");
}

static void targets_are_outputs(void **unused)
{
    (void)unused;
    feed.answers = LOOPC_ANSWERS_TARGETS;
    net.output = "identity";
    net.loss = "squared_error";
    load("1,2,-5\n3,4,7\n", &targets);
    says(2, "fed: error: --train: t.csv has 1 targets, and net 2 outputs\n"
            "fed: hint: the last size of net is the number of targets: net = mlp { ..., 1 }\n");
    net.outputs = 1;
    says(100, "");
    net.output = "sigmoid";
    says(100, "fed: warning: --train: row 1 of t.csv has the target -5, which no output of net "
              "reaches (sigmoid)\n"
              "fed: hint: output = \"identity\" of net reaches all\n");
    net.loss = "cross_entropy";
    says(2, "fed: error: --train: row 1 of t.csv has the target -5, and the cross-entropy of net "
            "takes targets from 0 to 1\n"
            "fed: hint: 0 or 1, or a share between; for other values loss = \"squared_error\"\n");
}

static void a_loop_may_leave_rows_out(void **unused)
{
    (void)unused;
    feed.loop = "Train";
    feed.each = 2;
    load("1,2,0\n3,4,1\n5,6,1\n", &labels);
    says(100, "fed: warning: --train: loop Train takes 2 rows at a time and leaves out the last 1 "
              "of 3 rows of t.csv\n");
    feed.each = 4;
    says(2, "fed: error: --train: t.csv has 3 rows, and loop Train takes 4 at a time: it would "
            "learn nothing\n"
            "fed: hint: times = \"($train->rows + 3) / 4\", and as many rows as "
            "loopc_dataset_take returns\n");
    feed.learns = false;
    says(100, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_fits_is_not_spoken_of), TEST(columns_are_inputs),
        TEST(classes_are_outputs),        TEST(targets_are_outputs),
        TEST(a_loop_may_leave_rows_out),  TEST(one_class_alone_cannot_be_learned),
        TEST(a_constant_target_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
