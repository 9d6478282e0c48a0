/* Models: a net out of a checkpoint, its predictions, and the files that it is written to. */
#include "trained.h"
#include "export/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static char folder[64], path[128], text[2048];
static const struct loopc_message message = {text, sizeof text};
static struct loopc_safetensors file;
static struct loopc_model model;

static const char *in_folder(const char *name)
{
    static char all[256];
    snprintf(all, sizeof all, "%s/%s", folder, name);
    return all;
}

static int load(int tensors)
{
    trained_write(path, tensors);
    if (loopc_safetensors_open(&file, path, &message)) fail_msg("%s", text);
    return loopc_model_load(&model, &trained_program, trained_nets, &file, false, &message);
}

static int set_up(void **unused)
{
    (void)unused;
    files_folder(folder);
    snprintf(path, sizeof path, "%s/x.safetensors", folder);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    loopc_model_free(&model);
    loopc_safetensors_close(&file);
    files_remove(folder);
    return 0;
}

static void a_net_is_taken_out_of_a_file(void **unused)
{
    (void)unused;
    assert_int_equal(load(6), LOOPC_OK);
    assert_true(model.inputs == 2 && model.outputs == 2 && model.widest == 2);
    assert_memory_equal(model.layers[1].weights, trained_weights[1], sizeof trained_weights[1]);
    assert_memory_equal(model.layers[0].biases, trained_biases[0], sizeof trained_biases[0]);
    assert_string_equal(model.layers[0].activation, "relu");
    assert_string_equal(model.layers[1].activation, "softmax");
    assert_memory_equal(model.x.mean, trained_mean, sizeof trained_mean);
    assert_true(loopc_model_is(&model, "softmax") && !loopc_model_is(&model, "identity"));
    assert_true(loopc_model_factor(&model, 1) >= 0.25f && loopc_model_factor(&model, 1) <= 0.25f);
    model.x.divisor[1] = 0;
    assert_true(loopc_model_factor(&model, 1) <= 0.0f);
}

static void lacks(int tensors, const char *what)
{
    char expected[256];
    assert_int_equal(load(tensors), LOOPC_FAILED);
    snprintf(expected, sizeof expected, "%s: %s", path, what);
    assert_string_equal(text, expected);
}

static void a_file_without_a_layer_is_refused(void **unused)
{
    (void)unused;
    lacks(3, "net.layers.1.bias is not in it");
}

static void half_a_scale_is_refused(void **unused)
{
    (void)unused;
    lacks(5, "train has only half of its scale in it");
}

/* Class 0 has 3, class 1 twice 1: their softmax. */
static void it_calculates(void **unused)
{
    (void)unused;
    static const float x[] = {3, 2, -1, 0};
    assert_int_equal(load(6), LOOPC_OK);
    struct loopc_forward *const forward = loopc_forward_new(&model, 2);
    const float *y = loopc_forward_run(forward, x, 2);
    assert_true(fabs((double)y[0] - 1 / (1 + exp(-1))) < 1e-6);
    assert_true(fabs((double)(y[0] + y[1]) - 1) < 1e-6);
    assert_true(fabs((double)y[2] - 0.5) < 1e-6);
    loopc_forward_free(forward);
}

/* The rows are those above, before they were scaled. */
static void it_predicts_rows_of_a_file(void **unused)
{
    (void)unused;
    static const char rows[] = "16,28\n10,28\n";
    char found[512];
    assert_int_equal(load(6), LOOPC_OK);
    files_write(in_folder("t.csv"), rows, sizeof rows - 1);
    FILE *const out = fmemopen(found, sizeof found, "w");
    if (loopc_model_predict(&model, in_folder("t.csv"), NULL, out, NULL, &message))
        fail_msg("%s", text);
    fclose(out);
    int first, second;
    float p[4];
    assert_int_equal(sscanf(found, "class,output_0,output_1\n%d,%f,%f\n%d,%f,%f\n", &first, &p[0],
                            &p[1], &second, &p[2], &p[3]),
                     6);
    assert_true(first == 0 && second == 1);
    assert_true(fabs((double)p[0] - 1 / (1 + exp(-1))) < 1e-6);
    assert_true(fabs((double)p[3] - 1 / (1 + exp(-2))) < 1e-6);
    assert_int_equal(loopc_model_predict(&model, in_folder("absent"), NULL, stdout, NULL, &message),
                     LOOPC_FAILED);
}

static void has_bytes(const char *name, size_t at, const void *bytes, size_t size)
{
    size_t length;
    unsigned char *const all = files_read(in_folder(name), &length);
    assert_non_null(all);
    assert_int_equal(length, at + size);
    assert_memory_equal(all + at, bytes, size);
    free(all);
}

static void it_is_written_as_arrays(void **unused)
{
    (void)unused;
    size_t size;
    assert_int_equal(load(6), LOOPC_OK);
    assert_int_equal(loopc_model_npy(&model, folder, &message), LOOPC_OK);
    has_bytes("net.layers.1.weight.npy", 128, trained_weights[1], sizeof trained_weights[1]);
    has_bytes("net.layers.0.bias.npy", 128, trained_biases[0], sizeof trained_biases[0]);
    has_bytes("net.mean.npy", 128, trained_mean, sizeof trained_mean);
    unsigned char *const all = files_read(in_folder("net.layers.1.weight.npy"), &size);
    assert_memory_equal(all + 10, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }",
                        59);
    free(all);
    assert_int_equal(loopc_model_npy(&model, "/proc/loopc", &message), LOOPC_FAILED);
}

/* Both as C: compiled, it predicts the same as the model. */
static void it_is_written_as_c(void **unused)
{
    (void)unused;
    static const char use[] = "#include \"net.h\"\n"
                              "int main(void) {\n"
                              "    const float x[] = {16, 28};\n"
                              "    float y[trained_net_outputs];\n"
                              "    trained_net_predict(x, y);\n"
                              "    return trained_net_class(y) == 0 && fabsf(y[0] - 0.731059f) < "
                              "1e-6f ? 0 : 1;\n}\n";
    char command[256];
    assert_int_equal(load(6), LOOPC_OK);
    assert_int_equal(loopc_model_header(&model, in_folder("net.h"), &message), LOOPC_OK);
    files_write(in_folder("use.c"), use, sizeof use - 1);
    snprintf(command, sizeof command,
             "cd %s && cc -std=c11 -Wall -Wextra -Werror use.c -o use -lm && ./use", folder);
    assert_int_equal(system(command), 0);
}

/* Protocol buffers have texts as they are: the operators in their order. */
static void it_is_written_as_onnx(void **unused)
{
    (void)unused;
    static const char *const operators[] = {"Sub", "Mul", "Gemm", "Relu", "Gemm", "Softmax"};
    size_t size;
    assert_int_equal(load(6), LOOPC_OK);
    assert_int_equal(loopc_model_onnx(&model, in_folder("net.onnx"), &message), LOOPC_OK);
    unsigned char *const all = files_read(in_folder("net.onnx"), &size);
    const unsigned char *at = all;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        const size_t length = strlen(operators[i]);
        at = memmem(at, size - (size_t)(at - all), operators[i], length);
        if (!at) {
            fail_msg("%s", operators[i]);
            return;
        }
        at += length;
    }
    assert_non_null(memmem(all, size, trained_weights[1], sizeof trained_weights[1]));
    free(all);
}

/* A file is there as a whole or not at all. */
static void what_cannot_be_written_leaves_no_file(void **unused)
{
    (void)unused;
    assert_int_equal(load(6), LOOPC_OK);
    assert_int_equal(loopc_model_onnx(&model, in_folder("no/net.onnx"), &message), LOOPC_FAILED);
    assert_non_null(strstr(text, "No such file or directory"));
    assert_int_equal(loopc_model_header(&model, "/dev/full", &message), LOOPC_FAILED);
    assert_string_equal(text, "cannot write /dev/full: No space left on device");
    FILE *const half = loopc_model_open(in_folder("net.h"), &message);
    assert_non_null(half);
    assert_false(files_exists(folder, "net.h"));
    assert_int_equal(loopc_model_close(half, in_folder("net.h"), &message), LOOPC_OK);
    assert_true(files_exists(folder, "net.h"));
    assert_false(files_exists(folder, "net.h.writing"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_net_is_taken_out_of_a_file),
        TEST(a_file_without_a_layer_is_refused),
        TEST(half_a_scale_is_refused),
        TEST(it_calculates),
        TEST(it_predicts_rows_of_a_file),
        TEST(it_is_written_as_arrays),
        TEST(it_is_written_as_c),
        TEST(it_is_written_as_onnx),
        TEST(what_cannot_be_written_leaves_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
