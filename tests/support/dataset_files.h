/* Files for the tests of data sets: made in a folder of their own, which is gone afterwards. */
#ifndef DATASET_FILES_H
#define DATASET_FILES_H

#include "data/table.h"
#include "run/failures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

/* The tests run inside of it, so that messages name files without a folder. */
static char folder[] = "/tmp/loopc-dataset-XXXXXX";
static char message[LOOPC_DATASET_MESSAGE];

static int enter_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

/* Nothing in it is a folder. */
static int leave_folder(void **state)
{
    char command[sizeof folder + 16];
    (void)state;
    snprintf(command, sizeof command, "rm -r %s", folder);
    return chdir("/") == 0 ? system(command) : -1;
}

static inline void write_file(const char *name, const void *bytes, size_t size)
{
    FILE *const file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static inline void write_text(const char *name, const char *text)
{
    write_file(name, text, strlen(text));
}

static inline void write_gzip(const char *name, const void *bytes, size_t size)
{
    gzFile file = gzopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, bytes, (unsigned)size), size);
    assert_int_equal(gzclose(file), Z_OK);
}

/* The way out of text and of missing values. */
#define TEXT_HINT                                                                                  \
    "hint: text = \"onehot\" or \"number\" takes texts as inputs, `ignore` leaves columns out "    \
    "(--DATA-text, --DATA-ignore)"
#define MISSING_HINT                                                                               \
    "hint: missing = \"mean\", \"median\" or a number fills them, \"drop\" leaves such rows out "  \
    "(--DATA-missing)"

/* All zeros: the defaults. */
static const struct loopc_dataset_options plain;

static inline int load_like(struct loopc_dataset *d, const char *argument,
                            const struct loopc_dataset_options *options,
                            const struct loopc_dataset *like)
{
    message[0] = 0;
    return loopc_dataset_load(d, argument, options, like, message, sizeof message);
}

static inline struct loopc_dataset load(const char *argument,
                                        const struct loopc_dataset_options *options)
{
    struct loopc_dataset d;
    const int st = load_like(&d, argument, options, NULL);
    if (st != LOOPC_OK) fail_msg("%s", message);
    return d;
}

static inline void refuses_like(const char *argument, const struct loopc_dataset_options *options,
                                const struct loopc_dataset *like, const char *expected)
{
    static const struct loopc_dataset zeros;
    struct loopc_dataset d;
    memset(&d, 1, sizeof d);
    assert_int_equal(load_like(&d, argument, options, like), LOOPC_FAILED);
    assert_string_equal(message, expected);
    assert_memory_equal(&d, &zeros, sizeof d);
}

static inline void refuses(const char *argument, const char *expected)
{
    refuses_like(argument, &plain, NULL, expected);
}

static inline void refuses_text(const char *text, const char *expected)
{
    write_text("t.csv", text);
    refuses("t.csv", expected);
}

/* The samples are these `count` values. */
static inline void check_x(const struct loopc_dataset *d, const float *expected, int64_t count)
{
    assert_int_equal(d->rows * d->columns, count);
    for (int64_t i = 0; i < count; i++) {
        if (d->x[i] < expected[i] || d->x[i] > expected[i]) {
            fail_msg("x[%d] is %.9g, not %.9g", (int)i, (double)d->x[i], (double)expected[i]);
        }
    }
}

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static inline void check_labels(const struct loopc_dataset *d, const int32_t *expected)
{
    assert_memory_equal(d->labels, expected, (size_t)d->rows * sizeof *expected);
}

#endif
