/* loopc-read: the contents of a table for loopc init, read as trainers read it.
 *
 *     loopc-read FILE [KEY=VALUE...]
 *
 * KEY is a key of `dataset` in a spec. On standard output one line of JSON: {"rows": N, "counts":
 * [rows of each class, ...], "table": as in checkpoints (runtime/data/table.h)}. An error of the
 * file goes to standard error, "path:line: text" and a hint; the exit code is 2 then.
 */
#include "data/dataset.h"
#include "data/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FAILED = 1, BAD_INPUT = 2 };

static int set_option(struct loopc_dataset_options *options, char *argument)
{
    char message[512];
    char *const equals = strchr(argument, '=');
    if (!equals) {
        fprintf(stderr, "loopc-read: '%s' is no KEY=VALUE\n", argument);
        return BAD_INPUT;
    }
    *equals = 0;
    if (!loopc_dataset_option(options, argument, equals + 1, message, sizeof message)) return 0;
    fprintf(stderr, "loopc-read: %s: %s\n", argument, message);
    return BAD_INPUT;
}

static void print_counts(const struct loopc_dataset *d)
{
    int64_t *const counts = calloc((size_t)d->classes + 1, sizeof *counts);
    if (!counts) return;
    for (int64_t i = 0; d->labels && i < d->rows; i++)
        counts[d->labels[loopc_dataset_row(d, i)]]++;
    for (int32_t i = 0; i < d->classes; i++)
        printf("%s%" PRId64, i ? ", " : "", counts[i]);
    free(counts);
}

static int print(const struct loopc_dataset *d)
{
    char *const table = loopc_dataset_save_table(d);
    if (!table) return FAILED;
    printf("{\"rows\": %" PRId64 ", \"counts\": [", d->rows);
    print_counts(d);
    printf("], \"table\": %s}\n", table);
    free(table);
    return fflush(stdout) ? FAILED : 0;
}

int main(int argc, char **argv)
{
    struct loopc_dataset_options options = {0};
    struct loopc_dataset d;
    char message[LOOPC_DATASET_MESSAGE];
    if (argc < 2) {
        fprintf(stderr, "usage: loopc-read FILE [KEY=VALUE...]\n");
        return BAD_INPUT;
    }
    for (int i = 2; i < argc; i++) {
        if (set_option(&options, argv[i])) return BAD_INPUT;
    }
    if (loopc_dataset_load(&d, argv[1], &options, NULL, message, sizeof message)) {
        fprintf(stderr, "%s\n", message);
        return BAD_INPUT;
    }
    const int code = print(&d);
    loopc_dataset_free(&d);
    return code;
}
