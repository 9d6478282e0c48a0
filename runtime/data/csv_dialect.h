/* How a CSV file is written, found out from its beginning. Not for emitted code. */
#ifndef LOOPC_CSV_DIALECT_H
#define LOOPC_CSV_DIALECT_H

#include "data/csv_cell.h"
#include "data/dataset.h"
#include "data/input.h"

/* The beginning of a file, as far as it was looked at; *end is 0. */
struct loopc_csv_sample {
    const char *path;
    const char *text, *end;
    bool whole; /* the file ends there */
    const struct loopc_message *message;
};

/* Detects the parts that the options leave open. If two readings fit, or none, it is refused with a
 * message. Returns LOOPC_OK or LOOPC_FAILED. */
int loopc_csv_find_dialect(struct loopc_dialect *dialect, const struct loopc_csv_sample *sample,
                           const struct loopc_dataset_options *options);

/* Part of it: whether the first record has the names. Sets header, row_names and counts. */
int loopc_csv_find_header(struct loopc_dialect *dialect, const struct loopc_csv_sample *sample,
                          const struct loopc_dataset_options *options);

/* A walk over the records of a sample. */
struct loopc_csv_walk {
    const struct loopc_dialect *dialect;
    const char *at, *end;
    bool whole;
    int64_t line; /* of `at`, from 1 */
    char text[LOOPC_CELL_MAX + 1];
    size_t length;
    bool ended; /* the record that was walked over has its end in the sample */
    bool bad;   /* a cell cannot be read: the walk is over */
};

/* Starts behind lines that are skipped. */
void loopc_csv_walk_begin(struct loopc_csv_walk *walk, const struct loopc_csv_sample *sample,
                          const struct loopc_dialect *dialect);

/* Goes to the next record, over comments and empty lines. False: there is none. */
bool loopc_csv_walk_record(struct loopc_csv_walk *walk);

/* Takes the next cell of the record to text, ended by 0. False: there was none, and `ended` is
 * set. */
bool loopc_csv_walk_cell(struct loopc_csv_walk *walk, bool first);

/* A separator as people call it. */
const char *loopc_csv_separator_name(char separator);

#endif
