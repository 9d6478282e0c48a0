/* Entries: which values of a state a checkpoint holds, with which keys, types and shapes. */
#include "checkpoint/entries.h"
#include "data/dataset.h"
#include "kept.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static struct kept s;
static struct loopc_checkpoint_info info;
static struct loopc_entries entries;
static char text[512];
static const struct loopc_message message = {text, sizeof text};

static int set_up(void **unused)
{
    (void)unused;
    kept_fill(&s, 3);
    info = loopc_checkpoint_info_start();
    return loopc_entries_make(&entries, &kept_program, &s, &info, &message);
}

static int tear_down(void **unused)
{
    (void)unused;
    loopc_entries_free(&entries);
    return 0;
}

static const struct loopc_entry *find(const char *key)
{
    for (int i = 0; i < entries.count; i++) {
        if (!strcmp(entries.list[i].key, key)) return &entries.list[i];
    }
    return NULL;
}

static void has(const char *key, enum loopc_dtype dtype, const char *shape, const void *memory)
{
    char dims[64];
    const struct loopc_entry *entry = find(key);
    if (!entry) {
        fail_msg("no entry %s", key);
        return;
    }
    assert_int_equal(entry->dtype, dtype);
    assert_string_equal(loopc_dims_format(entry->dims, entry->rank, dims, sizeof dims), shape);
    assert_ptr_equal(entry->memory, memory);
    int64_t bytes = (int64_t)loopc_dtype_size(dtype);
    for (int i = 0; i < entry->rank; i++)
        bytes *= entry->dims[i];
    assert_int_equal(entry->bytes, bytes);
}

static void fields_are_tensors_of_their_shape(void **unused)
{
    (void)unused;
    has("eta", LOOPC_DTYPE_F32, "a number", &s.eta);
    has("on", LOOPC_DTYPE_BOOL, "a number", &s.on);
    has("flags", LOOPC_DTYPE_BOOL, "3", s.flags);
    has("cube", LOOPC_DTYPE_F32, "2x3x2", s.cube);
    has("rng", LOOPC_DTYPE_U64, "4", &s.rng);
    has("rngs", LOOPC_DTYPE_U64, "2x4", s.rngs);
    has("blob", LOOPC_DTYPE_U8, "5", s.blob);
    has("Fit.total", LOOPC_DTYPE_I64, "a number", &s.Fit.total);
}

/* The columns in use, not those there is room for. */
static void matrices_are_as_wide_as_they_are_used(void **unused)
{
    (void)unused;
    has("net.layers.0.weight", LOOPC_DTYPE_F32, "3x5", s.net.weight);
    has("net.layers.1.weight", LOOPC_DTYPE_F32, "3x18", s.net.panels);
    assert_true(find("net.layers.1.weight")->panels);
}

static void more_columns_than_there_is_room_for_are_refused(void **unused)
{
    (void)unused;
    struct loopc_entries wrong;
    s.net.inputs = KEPT_INPUTS + 1;
    assert_int_equal(loopc_entries_make(&wrong, &kept_program, &s, &info, &message), LOOPC_FAILED);
    assert_string_equal(text, "net.layers.0.weight cannot be 3x9: it has room for 24 elements");
    loopc_entries_free(&wrong);
    s.net.inputs = -1;
    assert_int_equal(loopc_entries_make(&wrong, &kept_program, &s, &info, &message), LOOPC_FAILED);
    loopc_entries_free(&wrong);
}

static void texts_are_apart_and_others_are_none(void **unused)
{
    (void)unused;
    assert_int_equal(entries.string_count, 3);
    assert_string_equal(entries.strings[0].name, "word");
    assert_string_equal(entries.strings[1].name, "names[0]");
    assert_string_equal(entries.strings[2].name, "names[1]");
    assert_ptr_equal(entries.strings[2].memory, &s.names[1]);
    assert_null(find("word"));
    assert_null(find("data"));
    assert_null(find("scratch")); /* transient */
}

static void the_info_follows_the_fields(void **unused)
{
    (void)unused;
    for (int i = 0; i < entries.count; i++)
        assert_int_equal(!strncmp(entries.list[i].key, "loopc.", 6), i >= entries.fields);
    has("loopc.position", LOOPC_DTYPE_I64, "a number", &info.position);
    has("loopc.best", LOOPC_DTYPE_F64, "a number", &info.best);
    has("loopc.seed", LOOPC_DTYPE_U64, "a number", &s.loopc.seed);
}

/* A file has a matrix row by row, however it is kept in memory. */
static void panels_are_rows_in_a_file(void **unused)
{
    (void)unused;
    float rows[3 * 18], again[3 * 18];
    const struct loopc_entry *entry = find("net.layers.1.weight");
    for (int i = 0; i < 3 * 18; i++)
        rows[i] = (float)i;
    loopc_entry_read(entry, rows);
    assert_memory_not_equal(s.net.panels, rows, sizeof rows);
    loopc_entry_write(entry, again);
    assert_memory_equal(again, rows, sizeof rows);
    const float eta = 9;
    loopc_entry_read(find("eta"), &eta);
    assert_memory_equal(&s.eta, &eta, sizeof eta);
}

static void keys_and_sizes_as_texts(void **unused)
{
    (void)unused;
    char *key = loopc_key_make("text", "word");
    assert_string_equal(key, "text:word");
    free(key);
    s.data = (struct loopc_dataset){.rows = 10, .columns = 4, .classes = 3, .targets = 2};
    char *sizes = loopc_dataset_describe(loopc_field_find(kept_fields, KEPT_FIELDS, "data"), &s);
    assert_string_equal(sizes, "10 4 3 2");
    free(sizes);
}

/* With a place more, or another name, positions mean something else; with a field more not. */
static void the_hash_is_of_places(void **unused)
{
    (void)unused;
    struct loopc_program other = kept_program;
    const uint64_t hash = loopc_program_hash(&kept_program);
    other.field_count--;
    assert_true(loopc_program_hash(&other) == hash);
    other.trace_point_count--;
    assert_true(loopc_program_hash(&other) != hash);
    other = kept_program;
    other.name = "keep";
    assert_true(loopc_program_hash(&other) != hash);
    other = kept_program;
    other.fingerprint = 1;
    assert_true(loopc_program_hash(&other) == hash);
}

static void places_inside_of_bodies(void **unused)
{
    static const char *const points[] = {"start", "In on Fit.on_in", "Fit in Fit.on_in",
                                         LOOPC_STEP_NAME};
    (void)unused;
    const struct loopc_program program = {.resume_points = points, .resume_point_count = 4};
    for (int i = -1; i < 6; i++)
        assert_true(loopc_program_is_inside(&program, i) == (i == 2 || i == 3));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(fields_are_tensors_of_their_shape),
        TEST(matrices_are_as_wide_as_they_are_used),
        TEST(more_columns_than_there_is_room_for_are_refused),
        TEST(texts_are_apart_and_others_are_none),
        TEST(the_info_follows_the_fields),
        TEST(panels_are_rows_in_a_file),
        TEST(keys_and_sizes_as_texts),
        TEST(the_hash_is_of_places),
        TEST(places_inside_of_bodies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
