/* Checkpoints: saved values come back, and a file that does not fit changes nothing. */
#include "checkpoints.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static void save(void)
{
    struct loopc_checkpoint_info info = {.position = 3,
                                         .steps = 70,
                                         .epochs = 7,
                                         .ended = 5,
                                         .spared = 2,
                                         .judged = 6,
                                         .metrics = {1234, 5, UINT64_MAX},
                                         .seconds = 0.5,
                                         .best = 0.25,
                                         .run = "0123456789abcdef0123456789abcdef",
                                         .by = "max:Train.loss"};
    assert_int_equal(loopc_checkpoint_save(&folder, &saved, &info, false, &message), LOOPC_OK);
    assert_int_equal(info.number, folder.last);
}

static int load(void)
{
    return loopc_checkpoint_resume(&t.loading, path, "latest");
}

/* Nothing of the state or the info has changed, and a message says why. */
static void assert_untouched(const char *says)
{
    assert_memory_equal(&loaded, &before, sizeof loaded);
    assert_int_equal(t.loading.info.position, 0);
    if (!strstr(t.text, says)) fail_msg("%s", t.text);
}

static void test_there_and_back(void **state)
{
    (void)state;
    save();
    assert_int_equal(load(), LOOPC_LOADED);
    assert_true(kept_equal(&saved, &loaded));
    assert_float_equal(loaded.scratch, 100, 0);
    assert_string_equal(t.notes.missing, "");
    assert_string_equal(t.notes.extra, "");
    assert_string_equal(t.notes.warnings, "");
    const struct loopc_checkpoint_info *info = &t.loading.info;
    assert_int_equal(info->position, 3);
    assert_int_equal(info->number, 1);
    assert_int_equal(info->steps, 70);
    assert_int_equal(info->epochs, 7);
    assert_int_equal(info->ended, 5);
    assert_int_equal(info->spared, 2);
    assert_int_equal(info->judged, 6);
    assert_int_equal(info->metrics.size, 1234);
    assert_int_equal(info->metrics.head, 5);
    assert_true(info->metrics.all == UINT64_MAX);
    assert_string_equal(info->run, "0123456789abcdef0123456789abcdef");
    assert_string_equal(info->by, "max:Train.loss");
    assert_true(info->seconds == 0.5 && info->best == 0.25);
    assert_true(loopc_rng_u64(&saved.rng) == loopc_rng_u64(&loaded.rng));
}

static void test_texts(void **state)
{
    (void)state;
    for (int number = 2; number < 4; number++) {
        kept_fill(&saved, number);
        save();
        assert_int_equal(load(), LOOPC_LOADED);
        assert_true(kept_equal(&saved, &loaded));
    }
    assert_null(loaded.names[0]);
}

static void test_special_numbers(void **state)
{
    (void)state;
    saved.eta = NAN;
    saved.exact = -INFINITY;
    saved.cube[3] = -0.0f;
    saved.cube[4] = 1e-45f;
    save();
    assert_int_equal(load(), LOOPC_LOADED);
    assert_memory_equal(&saved.eta, &loaded.eta, sizeof saved.eta);
    assert_true(kept_equal(&saved, &loaded));
}

/* Only the used part of a net is stored, row by row. */
static void test_width(void **state)
{
    (void)state;
    struct loopc_safetensors file;
    save();
    char name[128];
    snprintf(name, sizeof name, "%s/kept-1.safetensors", path);
    assert_int_equal(loopc_safetensors_open(&file, name, &message), LOOPC_LOADED);
    const struct loopc_stored *weight = loopc_safetensors_find(&file, "net.layers.0.weight");
    assert_int_equal(weight->dims[0], KEPT_OUTPUTS);
    assert_int_equal(weight->dims[1], 5);
    assert_int_equal(loopc_safetensors_find(&file, "eta")->rank, 0);
    assert_int_equal(loopc_safetensors_find(&file, "cube")->rank, 3);
    assert_int_equal(loopc_safetensors_find(&file, "rngs")->dims[1], 4);
    assert_null(loopc_safetensors_find(&file, "scratch"));
    assert_null(loopc_safetensors_find(&file, "data"));
    loopc_safetensors_close(&file);
    assert_int_equal(load(), LOOPC_LOADED);
    assert_true(loaded.net.weight[14] == saved.net.weight[14]);
    assert_true(loaded.net.weight[15] == before.net.weight[15]);
}

static void test_another_width(void **state)
{
    (void)state;
    save();
    loaded.net.inputs = before.net.inputs = 6;
    assert_int_equal(load(), LOOPC_REFUSED);
    assert_untouched("net.layers.0.weight is 3x5 in the file, 3x6 in the program");
}

static void test_a_width_that_cannot_be(void **state)
{
    (void)state;
    struct loopc_checkpoint_info info = loopc_checkpoint_info_start();
    saved.net.inputs = 9;
    assert_int_equal(loopc_checkpoint_save(&folder, &saved, &info, false, &message), LOOPC_FAILED);
    assert_non_null(strstr(text, "net.layers.0.weight cannot be 3x9"));
    saved.net.inputs = -1;
    assert_int_equal(loopc_checkpoint_save(&folder, &saved, &info, false, &message), LOOPC_FAILED);
    assert_false(files_exists(path, "kept-1.safetensors"));
}

/* The program with one field changed, or with fields less. */
static struct loopc_field other_fields[KEPT_FIELDS + 1];
static struct loopc_program other;

static void change_program(void)
{
    memcpy(other_fields, kept_fields, sizeof kept_fields);
    other = kept_program;
    other.fields = other_fields;
    t.loading.program = &other;
}

static int find(const char *name)
{
    return (int)(loopc_field_find(kept_fields, KEPT_FIELDS, name) - kept_fields);
}

static void test_another_type(void **state)
{
    (void)state;
    save();
    change_program();
    other_fields[find("small")].type = LOOPC_U32;
    assert_int_equal(load(), LOOPC_REFUSED);
    assert_untouched("small is I32 in the file, U32 in the program");
}

static void test_another_shape(void **state)
{
    (void)state;
    save();
    change_program();
    other_fields[find("cube")].rank = 0;
    assert_int_equal(load(), LOOPC_REFUSED);
    assert_untouched("cube is 2x3x2 in the file, 12 in the program");
    change_program();
    other_fields[find("flags")].count = 1;
    assert_int_equal(load(), LOOPC_REFUSED);
    assert_untouched("flags is 3 in the file, a number in the program");
}

static void test_a_number_is_an_array_of_one(void **state)
{
    (void)state;
    save();
    change_program();
    other_fields[find("eta")].rank = 1;
    other_fields[find("eta")].dims[0] = 1;
    assert_int_equal(load(), LOOPC_LOADED);
    assert_true(loaded.eta == saved.eta);
}

static void test_missing_and_extra(void **state)
{
    (void)state;
    save();
    change_program();
    other_fields[find("eta")].name = "rate";
    other_fields[find("word")].name = "saying";
    other_fields[find("blob")].flags |= LOOPC_TRANSIENT;
    other.field_count--;
    assert_int_equal(load(), LOOPC_LOADED);
    assert_string_equal(t.notes.missing, "rate;saying;");
    assert_string_equal(t.notes.extra, "Train.loss;blob;eta;word;");
    assert_true(loaded.eta == before.eta && loaded.word == before.word);
    assert_true(loaded.Train.loss == before.Train.loss && loaded.blob[0] == before.blob[0]);
    assert_true(loaded.exact == saved.exact);
    assert_int_equal(t.loading.info.position, 3);
}

static void test_another_program(void **state)
{
    (void)state;
    save();
    change_program();
    other.name = "other";
    char name[128];
    snprintf(name, sizeof name, "%s/kept-1.safetensors", path);
    assert_int_equal(loopc_checkpoint_resume(&t.loading, NULL, name), LOOPC_REFUSED);
    assert_untouched("its position is one in 'kept', and this is 'other'\nhint: ");
    assert_int_equal(load(), LOOPC_NO_FILE);
    t.loading.values_only = true;
    assert_int_equal(loopc_checkpoint_load(&t.loading, name), LOOPC_LOADED);
    assert_string_equal(t.loading.path, name);
    assert_int_equal(t.loading.info.position, 0);
    assert_true(loaded.loopc.seed == before.loopc.seed);
    loaded.loopc.seed = saved.loopc.seed;
    assert_true(kept_equal(&saved, &loaded));
}

static void test_another_version(void **state)
{
    (void)state;
    struct loopc_trace_point places[4];
    save();
    change_program();
    memcpy(places, kept_places, sizeof places);
    other.trace_points = places;
    assert_int_equal(loopc_program_hash(&other), loopc_program_hash(&kept_program));
    places[3].parent = 1;
    assert_int_equal(load(), LOOPC_REFUSED);
    assert_untouched("another version of kept");
    places[3] = kept_places[3];
    places[2].on = "Fit.after_epoch";
    assert_int_equal(load(), LOOPC_REFUSED);
    other.trace_points = kept_places;
    other.fingerprint = 1;
    assert_int_equal(load(), LOOPC_REFUSED);
    assert_untouched("another version of kept");
    t.loading.values_only = true;
    assert_int_equal(load(), LOOPC_LOADED);
}

static void test_another_data_set(void **state)
{
    (void)state;
    saved.data.rows = 100;
    saved.data.columns = 5;
    save();
    loaded.data.rows = 90;
    loaded.data.columns = 5;
    assert_int_equal(load(), LOOPC_LOADED);
    assert_string_equal(t.notes.warnings,
                        "data is another data set: rows, columns, classes, targets "
                        "were 100 5 0 0, are 90 5 0 0;");
    assert_int_equal(loaded.data.rows, 90);
}

/* A file of these tensors and metas beside ours, as another program would write it. */
static void write_foreign(const struct loopc_contents *contents, char name[128])
{
    snprintf(name, 128, "%s/foreign", path);
    FILE *file = fopen(name, "wb");
    assert_int_equal(loopc_safetensors_write(file, contents), LOOPC_OK);
    fclose(file);
}

static void test_foreign_files(void **state)
{
    (void)state;
    char name[128];
    const float eta = 0.75f;
    const struct loopc_tensor tensor = {"eta", LOOPC_DTYPE_F32, 0, NULL, &eta};
    const struct loopc_meta metas[] = {{"text:word", "w"},
                                       {"bytes:names[0]", "41ff"},
                                       {"x", ""},
                                       {"text:zzz", ""},
                                       {"none:names[1]", ""}};
    write_foreign(&(struct loopc_contents){&tensor, 1, metas, 5}, name);
    assert_int_equal(loopc_checkpoint_load(&t.loading, name), LOOPC_REFUSED);
    assert_untouched("it has no position in a program");
    t.loading.values_only = true;
    assert_int_equal(loopc_checkpoint_load(&t.loading, name), LOOPC_LOADED);
    assert_true(loaded.eta == eta && loaded.exact == before.exact);
    assert_string_equal(loaded.word, "w");
    assert_string_equal(loaded.names[0], "A\xff");
    assert_null(loaded.names[1]);
    assert_string_equal(t.notes.extra, "zzz;");
    assert_non_null(strstr(t.notes.missing, "exact;small;"));
}

static void test_values_that_cannot_be(void **state)
{
    (void)state;
    static const char *const texts[] = {"4", "4g", "00", "FF", "4100"};
    char name[128];
    const uint8_t two = 2;
    const struct loopc_tensor tensor = {"on", LOOPC_DTYPE_BOOL, 0, NULL, &two};
    t.loading.values_only = true;
    write_foreign(&(struct loopc_contents){&tensor, 1, NULL, 0}, name);
    assert_int_equal(loopc_checkpoint_load(&t.loading, name), LOOPC_REFUSED);
    assert_untouched("on is neither true nor false");
    for (int i = 0; i < 5; i++) {
        const struct loopc_meta meta = {"bytes:word", texts[i]};
        write_foreign(&(struct loopc_contents){NULL, 0, &meta, 1}, name);
        assert_int_equal(loopc_checkpoint_load(&t.loading, name), LOOPC_REFUSED);
        assert_untouched("the bytes of word are not in hexadecimal");
    }
}

static void test_a_newer_format(void **state)
{
    (void)state;
    char name[128];
    const struct loopc_meta meta = {"loopc.format", "2"};
    write_foreign(&(struct loopc_contents){NULL, 0, &meta, 1}, name);
    assert_int_equal(loopc_checkpoint_load(&t.loading, name), LOOPC_REFUSED);
    assert_untouched("newer loopc, in format 2");
}

/* The same state gives the same bytes. */
static void test_the_same_bytes(void **state)
{
    (void)state;
    size_t first_size, second_size;
    char name[128];
    save();
    snprintf(name, sizeof name, "%s/kept-1.safetensors", path);
    unsigned char *first = files_read(name, &first_size);
    unlink(name);
    folder.last = 0;
    save();
    unsigned char *second = files_read(name, &second_size);
    assert_int_equal(first_size, second_size);
    assert_memory_equal(first, second, first_size);
    free(first);
    free(second);
}

static void test_python_reads_it(void **state)
{
    (void)state;
    char command[512], got[256];
    if (access("tests/support/read_safetensors.py", R_OK) || system("python3 -c '' 2>/dev/null"))
        skip();
    save();
    snprintf(command, sizeof command,
             "python3 tests/support/read_safetensors.py '%s/kept-1.safetensors' huge "
             "loopc.position flags "
             "blob exact",
             path);
    FILE *pipe = popen(command, "r");
    got[fread(got, 1, sizeof got - 1, pipe)] = 0;
    assert_int_equal(pclose(pipe), 0);
    assert_string_equal(got, "6148914691236517212\n3\n0 1 0\n7 7 7 7 7\n0x1.0000000000000p-3\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_there_and_back),
        TEST(test_texts),
        TEST(test_special_numbers),
        TEST(test_width),
        TEST(test_another_width),
        TEST(test_a_width_that_cannot_be),
        TEST(test_another_type),
        TEST(test_another_shape),
        TEST(test_a_number_is_an_array_of_one),
        TEST(test_missing_and_extra),
        TEST(test_another_program),
        TEST(test_another_version),
        TEST(test_another_data_set),
        TEST(test_foreign_files),
        TEST(test_values_that_cannot_be),
        TEST(test_a_newer_format),
        TEST(test_the_same_bytes),
        TEST(test_python_reads_it),
    };
    return cmocka_run_group_tests_name("checkpoint", tests, NULL, NULL);
}
