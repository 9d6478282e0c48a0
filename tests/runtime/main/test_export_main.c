/* The subcommands of a trained model: the checkpoint, the net, the output format. */
#include "trained.h"
#include "child.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static struct child child;
static char folder[64];

static int trained_main(void *argv)
{
    int argc = 0;
    while (((char **)argv)[argc])
        argc++;
    return chdir(folder) ? 99 : loopc_main(&trained_program, argc, argv);
}

#define RUN(...) child_run(&child, trained_main, ((char *[]){(char *)"trained", __VA_ARGS__, NULL}))

static int set_up(void **unused)
{
    char path[128];
    (void)unused;
    files_folder(folder);
    snprintf(path, sizeof path, "%s/trained-2.safetensors", folder);
    trained_write(path, 6);
    snprintf(path, sizeof path, "%s/t.csv", folder);
    files_write(path, "10,28\n", 6);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    files_remove(folder);
    return 0;
}

static void predicts(void)
{
    assert_string_equal(child.err, "");
    assert_int_equal(child.code, 0);
    assert_memory_equal(child.out, "class,output_0,output_1\n1,0.119", 31);
}

static void a_checkpoint_is_a_file_or_the_latest(void **unused)
{
    (void)unused;
    RUN("predict", "--data=t.csv", "--resume=trained-2.safetensors");
    predicts();
    RUN("predict", "--data=t.csv", "--checkpoint=.");
    predicts();
    RUN("predict", "--data=t.csv", "--checkpoint=.", "--net=net");
    predicts();
}

static void a_damaged_latest_is_passed_over(void **unused)
{
    char path[128];
    (void)unused;
    snprintf(path, sizeof path, "%s/trained-3.safetensors", folder);
    files_write(path, "damage", 6);
    RUN("predict", "--data=t.csv", "--checkpoint=.");
    assert_int_equal(child.code, 0);
    assert_non_null(strstr(child.err, "trained: warning: ./trained-3.safetensors: "));
    assert_memory_equal(child.out, "class,output_0,output_1\n1,0.119", 31);
}

static void it_exports(void **unused)
{
    (void)unused;
    RUN("export", "--npy=arrays", "--c-header=net.h", "--onnx=net.onnx", "--checkpoint=.");
    assert_string_equal(child.err, "");
    assert_int_equal(child.code, 0);
    assert_true(files_exists(folder, "arrays/net.layers.0.weight.npy"));
    assert_true(files_exists(folder, "net.h") && files_exists(folder, "net.onnx"));
}

static void refused(const char *why)
{
    assert_int_equal(child.code, 2);
    assert_string_equal(child.err, why);
    assert_string_equal(child.out, "");
}

static void wrong_wishes_are_refused(void **unused)
{
    (void)unused;
    RUN("predict", "--checkpoint=.");
    refused("trained: error: predict needs --data <file>\n");
    RUN("export", "--checkpoint=.");
    refused("trained: error: export needs --npy <folder>, --c-header <file> or --onnx <file>\n");
    RUN("predict", "--data=t.csv");
    refused("trained: error: which model? A checkpoint is needed\n"
            "trained: hint: --resume <file>, or --checkpoint <folder>\n");
    RUN("predict", "--data=t.csv", "--checkpoint=.", "--net=other");
    refused("trained: error: there is no net 'other', but: net\n");
    RUN("predict", "--data=t.csv", "--checkpoint=absent");
    refused("trained: error: absent: No such file or directory\n");
    RUN("predict", "--data=t.csv", "--checkpoint=.", "--resume=best");
    assert_int_equal(child.code, 2);
    assert_non_null(strstr(child.err, "./trained-best.safetensors"));
}

static void what_cannot_be_written_is_another_code(void **unused)
{
    (void)unused;
    RUN("export", "--onnx=/dev/full", "--checkpoint=.");
    assert_int_equal(child.code, 1);
    assert_string_equal(child.err,
                        "trained: error: cannot write /dev/full: No space left on device\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_checkpoint_is_a_file_or_the_latest),
        TEST(a_damaged_latest_is_passed_over),
        TEST(it_exports),
        TEST(wrong_wishes_are_refused),
        TEST(what_cannot_be_written_is_another_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
