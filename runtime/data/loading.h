/* Data sets on their way in: the interface between the readers of formats and the table. Not
 * for emitted code.
 *
 * A reader (csv.c, npy.c, idx.c, libsvm.c) begins a file with the number and the names of its
 * columns (loopc_loading_begin), which gives each of them a role. Then it hands on row by row. No
 * reader trusts a size that a file declares: memory grows with the bytes read. When all files
 * of an argument are read, loopc_loading_finish judges them and makes a data set.
 *
 * Everything here that returns int returns LOOPC_OK or LOOPC_FAILED with the message written.
 */
#ifndef LOOPC_LOADING_H
#define LOOPC_LOADING_H

#include "data/array.h"
#include "data/cell_text.h"
#include "data/csv_cell.h"
#include "data/dataset.h"
#include "data/dictionary.h"
#include "data/input.h"
#include "data/table.h"
#include "data/values.h"
#include "base/status.h"

/* Where a cell is: its line and its byte in that line, both from 1; a line of 0: nowhere. */
struct loopc_place {
    int64_t line, byte;
};

/* A column of a file on its way in. */
struct loopc_incoming {
    char *name;              /* owned */
    bool named, maybe_index; /* by the header; may number the rows, as it has no name */
    int32_t twin_of;         /* the column before it that has the same name, or -1 */
    bool is_index;           /* it names or numbers the rows */
    enum loopc_role role;
    enum loopc_kind kind;
    int32_t kept;                    /* its place in a row of values, or -1 */
    int32_t place;                   /* of a target: its column of y */
    const struct loopc_column *like; /* the one of the other data set, or NULL */
    int64_t missing, texts;          /* cells; texts: those that are no number */
    struct loopc_place first_missing, first_text;
    char text[LOOPC_EXCERPT]; /* the first text */
    bool has_dictionary;      /* its values are numbers of texts */
    struct loopc_dictionary dictionary;
    int32_t *rank; /* of each number of the dictionary: its place among the values, sorted; of truth
                      0 or 1; owned */
    double min, max;
};

/* Which file of an argument it is. */
enum loopc_file_content { LOOPC_FILE_WHOLE, LOOPC_FILE_SAMPLES, LOOPC_FILE_LABELS };

/* Messages about the reading of a file. */
struct loopc_reading {
    const char *format; /* "CSV", ".npy", ".npz", "IDX", "libsvm" */
    char type[64];      /* of the values of .npy and .npz: "float64", "bool and int8"; or "" */
    struct loopc_dialect dialect;
    struct loopc_array notes; /* char *: sentences, owned */
    int64_t left_out;         /* rows with missing values */
    bool is_cut;              /* an error ended it before the end of the file */
    bool is_undecided;        /* before the columns had roles */
};

/* Statistics of each kept row, as it is read: of each column the least and the most
 * value, how many are missing, and a hash of the values: the sum of those of its blocks of rows, in
 * which their order counts, as the number of a block does. So parts that begin with a block may be
 * measured apart, and their hashes added. A block has as many rows as have 65,536 values. */
struct loopc_measure {
    int32_t width;
    double *min, *max, *missing; /* one allocation, that of min */
    uint64_t *sums, *hashes;     /* of blocks that are complete, of the one that is not; one too */
    bool told;                   /* missing values are counted elsewhere, not here */
    int64_t rows, block;         /* the number of the next row; the rows of a block */
};
bool loopc_measure_begin(struct loopc_measure *m, int32_t width);
void loopc_measure_row(struct loopc_measure *m, const double *row);
void loopc_measure_end(struct loopc_measure *m);
void loopc_measure_free(struct loopc_measure *m);

struct loopc_loading {
    const struct loopc_dataset_options *options; /* with nothing left at default that is resolved */
    const struct loopc_dataset *like;            /* or NULL */
    const struct loopc_message *message;
    enum loopc_file_content content;
    struct loopc_input *in;
    const char *path; /* as messages name it */

    struct loopc_incoming *columns;
    int64_t width;
    bool has_names, has_row_names;
    bool is_libsvm;                 /* the first column is the answer */
    struct loopc_array class_names; /* char *: of the classes 0, 1, 2 ..., owned; or none */
    struct loopc_values values;     /* of the columns that are kept */
    double *row;                    /* the next one: a value for each of them */
    int64_t column;                 /* of the next value of a binary file */
    bool is_truth;                  /* its values are true and false, stored as 1 and 0 */
    bool in_order;                  /* all columns are kept, each at its own place */

    bool has_lines;           /* a text file; rows are in lines */
    char open_end;            /* the last byte of a file whose last cell may be cut, or 0 */
    int64_t open_column;      /* of that cell */
    struct loopc_array lines; /* struct loopc_line_step */
    struct loopc_array ids;   /* char: texts of the id column, each ended by 0 */
    struct loopc_reading reading;
    struct loopc_measure measure;
    struct loopc_mapped *mapped; /* its rows stay in the file (mapped.h); or NULL */
};

/* Whether the file ends in the middle of a line, with a cell of this column. */
static inline bool loopc_is_open(const struct loopc_loading *l, const struct loopc_incoming *c)
{
    return l->open_end && c == l->columns + l->open_column;
}

/* Whether the cells of a column need not have a value: answers of rows that are to be predicted. */
static inline bool loopc_is_optional(const struct loopc_loading *l, const struct loopc_incoming *c)
{
    const bool answer = c->role == LOOPC_ROLE_LABEL || c->role == LOOPC_ROLE_TARGET;
    return answer && l->options->answers_optional;
}

#define LOOPC_MAY_BE_CUT "it is the last line: the file may have been cut short"

/* From this row on, rows are in lines as far apart as they are. */
struct loopc_line_step {
    int64_t row, line;
};

/* Gives a file its columns. Their names are taken over: names[i] is freed; NULL without a header,
 * names[i] empty for a column without one. `dimensions` are those of its array, 2 for a table. */
int loopc_loading_begin(struct loopc_loading *l, int64_t width, char **names, int dimensions);

/* Part of it: roles by the options, or as in the data set it is like; names that are
 * there twice. */
int loopc_loading_find_roles(struct loopc_loading *l, int dimensions);
int loopc_loading_find_like(struct loopc_loading *l);
int loopc_loading_check_names(struct loopc_loading *l);
int loopc_loading_check_twins(struct loopc_loading *l);

/* Keeps l->row. `line`: where it began, in a text file. */
int loopc_loading_commit(struct loopc_loading *l, int64_t line);

/* The meaning of a cell that is not a number: *value is its stored value. */
int loopc_loading_missing(struct loopc_loading *l, int64_t column, struct loopc_place place,
                          double *value);
int loopc_loading_text(struct loopc_loading *l, int64_t column, const char *text, size_t length,
                       struct loopc_place place, double *value);

/* The same for a number in a column that has a dictionary. */
int loopc_loading_number_as_text(struct loopc_loading *l, int64_t column, double number,
                                 double *value);

/* Keeps the next values of a binary file, which may be part of a row or many rows. */
int loopc_loading_add(struct loopc_loading *l, const double *values, size_t count);

/* Complains about the value of a column in the row that is read. */
int loopc_bad_value(const struct loopc_loading *l, int64_t column, struct loopc_place place,
                    const char *hint, const char *what) __attribute__((cold));

/* "path:line" or "path: row r", and "path:line: column c ('name')" and the like. Returns where. */
enum { LOOPC_WHERE = 700 };
const char *loopc_locate_row(const struct loopc_loading *l, int64_t row, char where[LOOPC_WHERE]);
const char *loopc_locate(const struct loopc_loading *l, int64_t column, int64_t row,
                         struct loopc_place place, char where[LOOPC_WHERE]);

/* Adds a sentence to the messages. */
void loopc_reading_note(struct loopc_reading *reading, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Ends the file. */
int loopc_loading_end(struct loopc_loading *l);
void loopc_loading_free(struct loopc_loading *l);

/* No memory, at the row that is read. */
int loopc_loading_no_memory(const struct loopc_loading *l);

/* Writes a number with as few digits as read back to it. Returns the length. */
size_t loopc_shortest_number(double value, char text[32]);

/* How a binary file writes a number. */
struct loopc_element {
    enum { LOOPC_UNSIGNED, LOOPC_SIGNED, LOOPC_REAL } kind;
    int size; /* bytes: 1, 2, 4, 8; reals 2, 4, 8 */
    bool big_endian;
};

/* Its value; 64-bit integers are rounded to f64. */
double loopc_element_value(const struct loopc_element *element, const unsigned char *bytes);

/* Reads an array to the end of the file. The first dimension counts rows, the product of the others
 * columns; dimensions >= 1. In Fortran's order the first index runs fastest. */
int loopc_array_read(struct loopc_loading *l, const struct loopc_element *element,
                     const uint64_t *shape, int dimensions, bool fortran);

/* Part of it: numbers as f64; a file that ends after l->values.rows rows, or goes on behind all. */
void loopc_elements_read(const struct loopc_element *element, const unsigned char *bytes,
                         double *values, size_t count);
int loopc_array_too_short(const struct loopc_loading *l, uint64_t rows);
int loopc_array_too_long(const struct loopc_loading *l, uint64_t rows);

/* Whether the file is of that format, by its first bytes. */
bool loopc_is_npy(const unsigned char *first, int64_t count);
bool loopc_is_idx(const unsigned char *first, int64_t count);
bool loopc_is_libsvm(const char *text, const char *end);

/* Refuses files of other programs that are no table, by the first `count` bytes of l->in; and text
 * whose lines end with a carriage return alone. */
int loopc_refuse_others(const struct loopc_loading *l, int64_t count);
int loopc_refuse_returns(const struct loopc_loading *l, int64_t count);

/* Read the whole of l->in. */
int loopc_read_csv(struct loopc_loading *l);
int loopc_read_npy(struct loopc_loading *l);
int loopc_read_idx(struct loopc_loading *l);
int loopc_read_libsvm(struct loopc_loading *l);

#endif
