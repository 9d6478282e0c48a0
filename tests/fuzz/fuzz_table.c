/* Fuzzing of the parts of table readers, for libFuzzer: numbers against strtod, tables kept
 * as text, options as flags have them, archives. The first byte says which. */
#include "base/number.h"
#include "data/npz.h"
#include "data/table.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition, const char *what)
{
    if (condition) return;
    fprintf(stderr, "fuzz_table: %s\n", what);
    abort();
}

static int is_same(double a, double b)
{
    return !memcmp(&a, &b, sizeof a);
}

/* A number here is a number for strtod, with the same bits. */
static void try_number(const char *text)
{
    double value;
    char room[160];
    if (strlen(text) > 100) return;
    if (loopc_number_read(text, &value)) require(is_same(value, strtod(text, NULL)), "a number");
    snprintf(room, sizeof room, "%s;9999999999999999999999999", text);
    const char *const stop = loopc_number_scan_short(room, '.', &value);
    if (stop && *stop == ';') require(is_same(value, strtod(room, NULL)), "a short number");
    const char *const after = loopc_number_scan_full(room, '.', &value);
    if (after && *after == ';') require(is_same(value, strtod(room, NULL)), "a number in full");
}

static void try_table(const char *text)
{
    char message[512];
    struct loopc_dataset d;
    if (loopc_dataset_load_table(&d, text, message, sizeof message)) return;
    char *const again = loopc_dataset_save_table(&d);
    require(again != NULL, "a text");
    loopc_dataset_free(&d);
    require(!loopc_dataset_load_table(&d, again, message, sizeof message), "its own text");
    loopc_dataset_free(&d);
    free(again);
}

static void try_option(const char *text)
{
    char message[512];
    const char *const value = strchr(text, '=');
    if (!value) return;
    for (const struct loopc_dataset_key *key = loopc_dataset_keys; key->key; key++) {
        struct loopc_dataset_options options = {.share = 0.5};
        struct loopc_dataset d;
        if (strncmp(key->key, text, (size_t)(value - text)) != 0) continue;
        if (loopc_dataset_option(&options, key->key, value + 1, message, sizeof message)) continue;
        if (!loopc_dataset_load(&d, "/dev/fd/9", &options, NULL, message, sizeof message))
            loopc_dataset_free(&d);
    }
}

static void try_archive(const uint8_t *data, size_t size)
{
    char path[64], message[2048];
    struct loopc_dataset d;
    const struct loopc_dataset_options options = {.label = LOOPC_LABEL_NONE};
    snprintf(path, sizeof path, "/tmp/loopc-fuzz-%d.npz", (int)getpid());
    FILE *const file = fopen(path, "wb");
    require(file && fwrite(data, 1, size, file) == size, "a file");
    fclose(file);
    if (!loopc_dataset_load(&d, path, &options, NULL, message, sizeof message))
        loopc_dataset_free(&d);
    unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) return 0;
    char *const text = malloc(size);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = 0;
    if (data[0] % 4 == 0) try_number(text);
    if (data[0] % 4 == 1) try_table(text);
    if (data[0] % 4 == 2) try_option(text);
    if (data[0] % 4 == 3) try_archive(data + 1, size - 1);
    free(text);
    return 0;
}
