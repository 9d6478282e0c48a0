/* Arrays that stay in their file, read by several processes: here one after the other in one. */
#include "dataset_files.h"

#include "data/mapped.h"
#include "data/source.h"
#include "parallel/ranks.h"

#include <string.h>

enum { ROWS = 90, WIDTH = 3000, BLOCK = 65536 / (WIDTH + 1) + 1 };

static const struct loopc_dataset_options by_rows = {.label = LOOPC_LABEL_NONE, .by_rows = true};

/* Value c of row r; the last row has the largest ones. */
static float value_at(int r, int c)
{
    return (float)((r * 7 + c) % 50) + (r == ROWS - 1 ? 1000 : 0);
}

static void write_rows(const char *path, const char *descr, bool bytes)
{
    char header[118];
    FILE *const file = fopen(path, "wbe");
    assert_non_null(file);
    snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': False, 'shape': (%d, %d)}",
             descr, ROWS, WIDTH);
    const size_t length = strlen(header);
    memset(header + length, ' ', sizeof header - length);
    header[sizeof header - 1] = '\n';
    fwrite("\x93NUMPY\x01\x00\x76\x00", 1, 10, file);
    fwrite(header, 1, sizeof header, file);
    for (int i = 0; i < ROWS * WIDTH; i++) {
        const float value = value_at(i / WIDTH, i % WIDTH);
        if (bytes)
            fputc((int)value % 256, file);
        else
            fwrite(&value, sizeof value, 1, file);
    }
    assert_int_equal(fclose(file), 0);
}

static struct loopc_dataset load_as(int32_t rank, int32_t ranks,
                                    const struct loopc_dataset_options *options)
{
    loopc_rank = rank;
    loopc_ranks = ranks;
    loopc_ranks_mapping = &loopc_mapping;
    struct loopc_dataset d = load("t.npy", options);
    loopc_rank = 0;
    loopc_ranks = 1;
    return d;
}

/* Each process sees the ranges of its own part until all have joined; the digest and the ranges are
 * those of one process then. */
static void parts_make_the_whole(void **state)
{
    (void)state;
    write_rows("t.npy", "<f4", false);
    struct loopc_dataset one = load_as(0, 1, &by_rows);
    assert_null(one.source->mapped);
    int64_t covered = 0;
    for (int32_t rank = 0; rank < 4; rank++) {
        struct loopc_dataset d = load_as(rank, 4, &by_rows);
        const struct loopc_mapped *const m = d.source->mapped;
        assert_non_null(m);
        assert_int_equal(m->first, covered);
        assert_true(m->first % BLOCK == 0);
        covered = m->end;
        assert_true((loopc_dataset_table(&d)->columns[5].max > 900) == (rank == 3));
        assert_true(loopc_mapping.identity(&d) != 0);
        assert_true(loopc_dataset_digest(&d) != loopc_dataset_digest(&one));
        loopc_mapping.finish(&d);
        assert_true(loopc_mapping.identity(&d) == 0);
        assert_true(loopc_dataset_digest(&d) == loopc_dataset_digest(&one));
        assert_true(loopc_dataset_table(&d)->columns[5].max > 900);
        assert_memory_equal(d.x, one.x, (size_t)ROWS * WIDTH * sizeof *d.x);
        loopc_dataset_free(&d);
    }
    assert_int_equal(covered, ROWS);
    loopc_dataset_free(&one);
}

/* Bytes become samples when they are asked for, and not before. */
static void rows_are_made_when_they_are_needed(void **state)
{
    static float got[WIDTH];
    const struct loopc_dataset_options scaled = {
        .label = LOOPC_LABEL_NONE, .by_rows = true, .scale = LOOPC_SCALE_CONSTANT, .divisor = 50};
    (void)state;
    write_rows("t.npy", "|u1", true);
    struct loopc_dataset one = load_as(0, 1, &scaled), d = load_as(1, 2, &scaled);
    assert_int_equal(loopc_dataset_take(&d, 0, 13, 1, got, NULL), 1);
    assert_memory_equal(got, one.x + (size_t)13 * WIDTH, sizeof got);
    for (int r = 0; r < ROWS; r++)
        assert_true((d.source->mapped->made[r / 8] >> r % 8 & 1) == (r == 13));
    loopc_dataset_free(&d);
    loopc_dataset_free(&one);
}

/* What each process would have to know all rows for is read as ever; so is what bodies read. */
static void others_are_read_as_ever(void **state)
{
    const struct loopc_dataset_options others[] = {
        {.label = LOOPC_LABEL_NONE},
        {.label = LOOPC_LABEL_NONE, .by_rows = true, .scale = LOOPC_SCALE_STANDARD},
        {.label = LOOPC_LABEL_NONE, .by_rows = true, .missing = LOOPC_MISSING_MEAN},
        {.targets = 2, .by_rows = true},
    };
    (void)state;
    write_rows("t.npy", "<f4", false);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct loopc_dataset d = load_as(0, 2, &others[i]);
        assert_null(d.source->mapped);
        loopc_dataset_free(&d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_make_the_whole),
        cmocka_unit_test(rows_are_made_when_they_are_needed),
        cmocka_unit_test(others_are_read_as_ever),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
