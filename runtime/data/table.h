/* Tables: the columns of a data set, and the fit to its training part.
 *
 * A table is made when a file is read, and shared by all parts of the data set. It describes the
 * columns of the file in their order, inputs or not; from it and the two scales a row of another
 * file becomes a row of samples in exactly the same way (options->like; predictions):
 *
 *     column by name -> text to its number, missing to its fill -> one-hot -> (x - mean) / divisor
 *
 * all in f64, rounded once to f32.
 *
 * A table is kept in checkpoints as one text of JSON (loopc_dataset_save_table), from which
 * loopc_dataset_load_table makes a data set without rows. That one can be the `like` of
 * loopc_dataset_load: so predictions treat a file as training did.
 */
#ifndef LOOPC_TABLE_H
#define LOOPC_TABLE_H

#include "data/dataset.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum loopc_role {
    LOOPC_ROLE_INPUT,
    LOOPC_ROLE_LABEL,
    LOOPC_ROLE_TARGET,
    LOOPC_ROLE_WEIGHT,
    LOOPC_ROLE_ID,
    LOOPC_ROLE_IGNORED
};

enum loopc_kind {
    LOOPC_KIND_NUMBER,
    LOOPC_KIND_TEXT,
    LOOPC_KIND_BOOL /* true and false in one of their spellings, read as 1 and 0 */
};

struct loopc_column {
    char *name; /* never NULL; "c3" for the third column of a file without a header */
    enum loopc_kind kind;
    enum loopc_role role;
    int64_t missing; /* cells */
    double min, max; /* of its numbers as they are in the file; NaN without any, and for text */
    int32_t value_count;
    char **values; /* the distinct texts, sorted: of a text column; of the label: the names of
                       the classes, numbers as they are written ("-1"); else NULL */
    int32_t place; /* of an input: its first column among those of x; of a target: its column of
                       y; else -1 */
    int32_t width; /* of an input: 1, or value_count when it is one-hot; of a target: 1; else 0 */
    bool is_onehot;
    bool is_truth; /* numbers that a binary file has as true and false; not kept in checkpoints */
    double fill;   /* takes the place of a missing cell, before scaling; NaN: nothing does */
};

/* x[j] becomes (x[j] - mean[j]) / divisor[j], 0 where the divisor is 0. */
struct loopc_scaling {
    int32_t count; /* of columns; 0: they are not scaled */
    double *mean, *divisor;
};

struct loopc_table {
    int32_t count;
    struct loopc_column *columns; /* in the order of the file */
    bool has_names;               /* they come from a header */
    int32_t inputs, targets;      /* columns of x, of y */
    int32_t classes;              /* at least as many as the label has values; 0 without one */
    int32_t label;                /* index of the label's column, or -1 */
    struct loopc_scaling x, y;
};

/* The table of d. NULL: nothing is loaded. Valid as long as the whole. */
const struct loopc_table *loopc_dataset_table(const struct loopc_dataset *d);

/* The name of class `label` of d, or NULL when there is no such class. */
const char *loopc_dataset_class(const struct loopc_dataset *d, int32_t label);

/* The name of column j of x: "age", or "city=Rome" of a one-hot column; cut to size bytes. */
const char *loopc_table_input(const struct loopc_table *table, int32_t j, char *text, size_t size);

/* The name of column j of y, or NULL. */
const char *loopc_table_target(const struct loopc_table *table, int32_t j);

/* Undoes the scaling of targets, in place: y is rows x targets, the outputs of a net. */
void loopc_table_restore_targets(const struct loopc_table *table, float *y, int64_t rows);

/* The text in the id column of row i, if options->keep_ids; else NULL. */
const char *loopc_dataset_id(const struct loopc_dataset *d, int64_t i);

/* A number for the content of all that was loaded, whatever part of it d is: the names, roles and
 * kinds of columns, the values of all that are not ignored, row by row. It depends neither on the
 * path and the format of the file nor on the order of its columns, scale and filling. 0: nothing is
 * loaded. */
uint64_t loopc_dataset_digest(const struct loopc_dataset *d);

/* The table and the options that it was read with as a text of JSON, to be freed, or NULL without
 * memory. */
char *loopc_dataset_save_table(const struct loopc_dataset *d);

/* Makes a data set without rows of such a text; free it with loopc_dataset_free. Returns LOOPC_OK,
 * or LOOPC_FAILED with a message if it is not one. */
int loopc_dataset_load_table(struct loopc_dataset *d, const char *text, char *message, size_t size);

/* Puts columns and classes where `text` has them, which was saved by the run that is resumed,
 * then scales and fills all that was loaded as it says. Columns are found by their names in any
 * order. Returns as loopc_dataset_load_table, LOOPC_FAILED where other columns are inputs and
 * targets, texts or classes are there that the run did not have, or the options ask for another
 * scale or filling than its own. With LOOPC_OK the message is
 * "", or a sentence on the first column that has another name than it had. */
int loopc_dataset_restore_table(struct loopc_dataset *d, const char *text, char *message,
                                size_t size);

/* Puts inputs where `text` has those of the same names: for weights of another run. Returns as
 * loopc_dataset_load_table; a text that is no table, or other inputs, change nothing. */
int loopc_dataset_arrange(struct loopc_dataset *d, const char *text, char *message, size_t size);

/* After loopc_dataset_restore_table, for each view of it: how many classes there are. */
void loopc_dataset_take_classes(struct loopc_dataset *d);

/* Sets the option `key` ("label", "ignore", ...: the keys of `dataset` in a spec) from the text of
 * a flag, which has to stay as long as the options. Returns LOOPC_OK, or LOOPC_FAILED with a
 * sentence. */
int loopc_dataset_option(struct loopc_dataset_options *options, const char *key, const char *value,
                         char *message, size_t size);

/* The keys of loopc_dataset_option, with the value of the flag and its purpose; the last
 * one has a NULL key. */
struct loopc_dataset_key {
    const char *key, *value, *doc;
};
extern const struct loopc_dataset_key loopc_dataset_keys[];

/* Its place among them, or -1. */
int loopc_dataset_key_place(const char *key);

/* Whether a key says how a file is written, not what its columns are. */
enum { LOOPC_DIALECT_KEYS = 5 };
bool loopc_dataset_is_dialect(const char *key);

/* Tables as read, for people: the page of `PROG data`, and its one line. `name` is the field's. */
void loopc_dataset_print(const struct loopc_dataset *d, const char *name, FILE *out);
void loopc_dataset_line(const struct loopc_dataset *d, const char *name, char *text, size_t size);

/* How many rows of the file were left out for their missing values (LOOPC_MISSING_DROP). */
int64_t loopc_dataset_left_out(const struct loopc_dataset *d);

#endif
