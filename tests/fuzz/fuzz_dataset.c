/* Fuzzing of data sets, for libFuzzer. The first bytes say what the rest of the input becomes:
 * one file or two, compressed or not, and with which options. The format shows in the bytes
 * themselves. Whatever loads has to hold what dataset.h promises, and goes through scaling,
 * splitting and taking.
 *
 * Cells are read where they are as long as a whole record is in the buffer for certain, which no
 * small file has. So a text is read once more with its last line so often that it has, and then
 * with a blank before each cell, which takes the other way to the same table. */
#include "data/csv_reader.h"
#include "data/table.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition, const char *what)
{
    if (condition) return;
    fprintf(stderr, "fuzz_dataset: %s\n", what);
    abort();
}

enum { OPTION_BYTES = 8 };

/* A file in memory with these bytes; path becomes its name. */
static int make_file(const uint8_t *data, size_t size, int compressed, char path[32])
{
    const int fd = memfd_create("fuzz", 0);
    require(fd >= 0, "memfd_create");
    snprintf(path, 32, "/proc/self/fd/%d", fd);
    if (compressed) {
        gzFile file = gzdopen(dup(fd), "wb1");
        require(gzwrite(file, data, (unsigned)size) == (int)size, "gzwrite");
        gzclose(file);
    } else {
        require(write(fd, data, size) == (ssize_t)size, "write");
    }
    return fd;
}

/* Takes a number below n out of *bits. */
static unsigned take(uint64_t *bits, unsigned n)
{
    const unsigned taken = (unsigned)(*bits % n);
    *bits /= n;
    return taken;
}

static struct loopc_dataset_options options_of(uint64_t bits)
{
    static const char separators[] = {0, 0, ',', ';', ' ', '\t'};
    struct loopc_dataset_options options = {.label = (enum loopc_label)take(&bits, 6)};
    options.label_number = 1;
    options.label_name = "a";
    options.scale = (enum loopc_scale)take(&bits, 4);
    options.divisor = options.target_divisor = 0.5;
    options.targets = (int32_t)take(&bits, 2);
    options.header = (enum loopc_header)take(&bits, 3);
    options.missing = (enum loopc_missing)take(&bits, 5);
    options.missing_value = -1;
    options.text = (enum loopc_text_inputs)take(&bits, 3);
    options.target_scale = (enum loopc_scale)take(&bits, 4);
    options.separator = separators[take(&bits, 6)];
    options.decimal = ".,"[take(&bits, 2)];
    if (take(&bits, 2)) options.decimal = 0;
    if (take(&bits, 4) == 0) options.ignore = "b,2";
    if (take(&bits, 4) == 0) options.weight = "\"w\"";
    if (take(&bits, 4) == 0) options.id = "1";
    if (take(&bits, 4) == 0) options.target_list = "b";
    options.splits = take(&bits, 2);
    options.keep_ids = take(&bits, 2);
    options.classes = (int32_t)take(&bits, 3) * 3;
    return options;
}

static void check(const struct loopc_dataset *d)
{
    require(d->rows > 0 && d->columns > 0 && d->x, "samples");
    require(!d->labels == !d->classes && !d->y == !d->targets, "labels and targets");
    for (int64_t i = 0; i < d->rows * d->columns; i++)
        require(isfinite(d->x[i]), "finite x");
    for (int64_t i = 0; d->y && i < d->rows * d->targets; i++)
        require(isfinite(d->y[i]), "finite y");
    for (int64_t i = 0; d->labels && i < d->rows; i++) {
        require(d->labels[i] >= 0 && d->labels[i] < d->classes, "label in range");
    }
}

static void use(struct loopc_dataset *d, enum loopc_missing missing)
{
    const bool fitted = missing == LOOPC_MISSING_MEAN || missing == LOOPC_MISSING_MEDIAN;
    struct loopc_dataset part;
    int32_t labels[8];
    float *const x = malloc(8 * (size_t)d->columns * sizeof *x);
    const int64_t rows = d->rows;
    const int st = loopc_dataset_split(d, 3, 0.25, d, &part);
    require(st == 0 || fitted, "split"); /* a column may have no value in the training part */
    require(st || part.rows + d->rows == rows, "all rows");
    require(loopc_dataset_take(d, 9, 0, 8, x, labels) == (d->rows < 8 ? d->rows : 8), "take");
    if (!st) loopc_dataset_free(&part);
    free(x);
}

/* A saved description of a table reads a file as the table did. */
static void check_table(const struct loopc_dataset *d, const char *argument,
                        enum loopc_missing missing)
{
    const struct loopc_dataset_options like = {.like = "d", .answers_optional = true};
    struct loopc_dataset fit, twin;
    char message[2048];
    char *const text = loopc_dataset_save_table(d);
    require(text && !loopc_dataset_load_table(&fit, text, message, sizeof message), "its table");
    require(loopc_dataset_digest(d) != 0, "a digest");
    if (!loopc_dataset_load(&twin, argument, &like, &fit, message, sizeof message)) {
        const bool more = missing == LOOPC_MISSING_DROP; /* rows without an answer are predicted */
        require(more ? twin.rows >= d->rows : twin.rows == d->rows, "as many rows");
        require(twin.columns == d->columns, "as many columns");
        require(twin.rows > d->rows ||
                    !memcmp(d->x, twin.x, (size_t)d->rows * (size_t)d->columns * sizeof *d->x),
                "the same");
        loopc_dataset_free(&twin);
    }
    loopc_dataset_free(&fit);
    free(text);
}

/* Copies `size` bytes and repeats their last line until there are many. Returns how many. */
static size_t lengthen(const uint8_t *data, size_t size, char *to, size_t room)
{
    size_t begin = size - 1;
    while (begin > 0 && data[begin - 1] != '\n')
        begin--;
    const size_t line = size - begin;
    memcpy(to, data, size);
    for (; size + line < room; size += line)
        memcpy(to + size, data + begin, line);
    return size;
}

/* A blank behind each separator. */
static size_t add_blanks(const char *from, size_t size, char separator, char *to)
{
    size_t n = 0;
    for (size_t i = 0; i < size; i++) {
        to[n++] = from[i];
        if (from[i] == separator) to[n++] = ' ';
    }
    return n;
}

/* The digest of a text's table, 0 when it is refused. */
static uint64_t digest_of(const char *text, size_t size,
                          const struct loopc_dataset_options *options)
{
    char path[32], message[2048];
    struct loopc_dataset d;
    uint64_t digest = 0;
    const int file = make_file((const uint8_t *)text, size, 0, path);
    if (!loopc_dataset_load(&d, path, options, NULL, message, sizeof message)) {
        digest = loopc_dataset_digest(&d);
        loopc_dataset_free(&d);
    }
    close(file);
    return digest;
}

/* Texts whose lines mean the same with blanks between their cells. */
static int may_have_blanks(const uint8_t *data, size_t size, char separator)
{
    if (!separator || separator == ' ' || size < 2 || size > 4096 || data[size - 1] != '\n')
        return 0;
    for (size_t i = 0; i < size; i++)
        if (strchr("\":= #%@{[<", data[i]) || data[i] > 126) return 0;
    return 1;
}

static void check_both_ways(const uint8_t *data, size_t size,
                            const struct loopc_dataset_options *options)
{
    enum { ROOM = LOOPC_CSV_ROOM + 6000 };
    if (!may_have_blanks(data, size, options->separator)) return;
    char *const text = malloc(ROOM), *const blanks = malloc((size_t)2 * ROOM);
    const size_t length = lengthen(data, size, text, ROOM);
    const size_t longer = add_blanks(text, length, options->separator, blanks);
    require(digest_of(text, length, options) == digest_of(blanks, longer, options), "both ways");
    free(text);
    free(blanks);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char first[32], second[32], argument[80], message[2048];
    struct loopc_dataset d;
    uint64_t bits;
    if (size < 1 + OPTION_BYTES) return 0;
    memcpy(&bits, data + 1, sizeof bits);
    const struct loopc_dataset_options options = options_of(bits);
    const int pair = data[0] & 1, compressed = data[0] & 2;
    data += 1 + OPTION_BYTES;
    size -= 1 + OPTION_BYTES;
    if (!pair && !compressed) check_both_ways(data, size, &options);
    const size_t half = pair ? size / 2 : size;
    const int a = make_file(data, half, compressed, first);
    const int b = make_file(data + half, size - half, 0, second);
    snprintf(argument, sizeof argument, "%s%s%s", first, pair ? "," : "", pair ? second : "");
    memset(message, 'x', sizeof message);
    if (loopc_dataset_load(&d, argument, &options, NULL, message, sizeof message)) {
        require(strnlen(message, sizeof message) < sizeof message && message[0], "a message");
        require(!d.source && !d.x, "nothing half-loaded");
    } else {
        check(&d);
        check_table(&d, argument, options.missing);
        use(&d, options.missing);
        loopc_dataset_free(&d);
    }
    close(a);
    close(b);
    return 0;
}
