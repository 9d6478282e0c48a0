/* Data sets on their way in: what dataset.c and the readers of formats share. Not for emitted code.
 *
 * A reader (csv.c, npy.c, idx.c) turns a file into a sequence of f64 values, row by row, and hands
 * them to loading.c, which knows what each column is, checks every value and keeps it. No reader
 * trusts a size that a file declares: memory grows with what has been read.
 *
 * Everything here returns LOOPC_OK or LOOPC_FAILED with the message written.
 */
#ifndef LOOPC_DATASET_FORMATS_H
#define LOOPC_DATASET_FORMATS_H

#include "data/array.h"
#include "data/dataset.h"
#include "data/input.h"
#include "base/status.h"

/* One cell of a CSV record: a text in the record's characters, and where it stood. */
struct loopc_cell {
    size_t start;
    int64_t line;  /* from 1 */
    int64_t place; /* byte in that line, from 1 */
};

struct loopc_record {
    struct loopc_array text;  /* char: the cells' texts, each ended by 0 */
    struct loopc_array cells; /* struct loopc_cell */
};

const struct loopc_cell *loopc_record_cell(const struct loopc_record *record, size_t i);
const char *loopc_record_text(const struct loopc_record *record, size_t i);
void loopc_record_free(struct loopc_record *record);

/* What one file of an argument is. */
enum loopc_file_content { LOOPC_FILE_WHOLE, LOOPC_FILE_SAMPLES, LOOPC_FILE_LABELS };

struct loopc_loading {
    const struct loopc_dataset_options *options; /* with nothing left at default that is resolved */
    const struct loopc_dataset *like;            /* or NULL */
    const struct loopc_message *message;
    enum loopc_file_content part;
    struct loopc_input *in;

    /* Set by loopc_loading_begin: what each column of the file is. Those before targets_at that are
     * not label_at are samples'. */
    int64_t width;            /* columns in the file */
    int64_t label_at;         /* or -1 */
    int64_t targets_at;       /* or width */
    int32_t columns, targets; /* of samples and of targets; of both files if there are two */

    int64_t column, rows; /* of the next value: its place in its row, complete rows before it */
    struct loopc_array x, y, labels;
    int32_t largest_label; /* -1 before the first */

    const struct loopc_record *header, *record; /* of a CSV, else NULL */
};

/* Begins a file of so many columns; `dimensions` of its array, 2 for a table. */
int loopc_loading_begin(struct loopc_loading *l, int64_t columns, int dimensions);

/* Keeps the next values of the file, which may be part of a row or many rows. */
int loopc_loading_add(struct loopc_loading *l, const double *values, size_t count);

/* Complains about the value that would be added next. */
int loopc_bad_value(const struct loopc_loading *l, const char *hint, const char *what)
    __attribute__((cold));

/* Ends the file. */
int loopc_loading_end(struct loopc_loading *l);

void loopc_loading_free(struct loopc_loading *l);

/* A short piece of text from a file as it can stand in a message: at most LOOPC_EXCERPT - 1 bytes,
 * nothing that a terminal would obey. Returns `to`. */
enum { LOOPC_EXCERPT = 48 };
const char *loopc_excerpt(char to[LOOPC_EXCERPT], const char *text);

/* How a binary file writes a number. */
struct loopc_element {
    enum { LOOPC_UNSIGNED, LOOPC_SIGNED, LOOPC_REAL } kind;
    int size; /* bytes: 1, 2, 4, 8; reals 4, 8 */
    bool big_endian;
};

/* Its value; 64-bit integers are rounded to f64. */
double loopc_element_value(const struct loopc_element *element, const unsigned char *bytes);

/* Reads an array to the end of the file. The first dimension counts rows, the product of the others
 * columns; dimensions >= 1. */
int loopc_array_read(struct loopc_loading *l, const struct loopc_element *element,
                     const uint64_t *shape, int dimensions);

/* Whether the file is of that format, by its first bytes. */
bool loopc_is_npy(const unsigned char *first, int64_t count);
bool loopc_is_idx(const unsigned char *first, int64_t count);

/* Read the whole of l->in. */
int loopc_read_csv(struct loopc_loading *l);
int loopc_read_npy(struct loopc_loading *l);
int loopc_read_idx(struct loopc_loading *l);

/* What stands behind a data set, one for each that was loaded or is a part. */
struct loopc_source {
    bool is_part; /* all but the index belongs to another source */
    int64_t *index;
    int64_t rows; /* that are stored */
    char *name;
    struct loopc_dataset_options options; /* as resolved */
    float *x, *y;
    int32_t *labels;
    double *mean, *divisor; /* a value a column; a divisor of 0: the column becomes 0; or NULL */
};

/* Scales x: as `like` was, else as the options say. Fills in mean and divisor. */
int loopc_dataset_scale(struct loopc_dataset *d, const struct loopc_dataset *like,
                        const struct loopc_message *message);

#endif
