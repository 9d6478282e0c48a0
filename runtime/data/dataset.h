/* Data sets: samples and their description, in memory, checked.
 *
 * A data set comes from an argument of the command line:
 *
 *     FILE          CSV, NumPy .npy or IDX, told apart by content; each may be compressed by gzip
 *     FILE,FILE     samples and their labels (or targets) in two files: IDX IMAGES,LABELS, but also
 *                   two .npy or CSV files
 *
 * CSV: RFC 4180, UTF-8, cells are numbers, the first line may be a header. .npy: versions 1 to 3,
 * whole numbers of 1 to 8 bytes, f4, f8 and bool of either byte order, C order. IDX: all six
 * types. In arrays of several dimensions the first one counts samples, the others are flattened.
 * A file that does not end where its header says is refused.
 *
 * Everything is checked before anything can be used: equal rows, finite values, labels whole and
 * below the number of classes. A data set is loaded completely or not at all. Numbers are read as
 * f64 and rounded to f32 in the end.
 */
#ifndef LOOPC_DATASET_H
#define LOOPC_DATASET_H

#include "base/shuffle.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which column of a file is the label. Ignored for FILE,FILE, and with targets there are no
 * labels. */
enum loopc_label {
    LOOPC_LABEL_DEFAULT, /* as in the data set it is like; else the last one */
    LOOPC_LABEL_LAST,
    LOOPC_LABEL_FIRST,
    LOOPC_LABEL_NUMBER, /* label_number, from 1 */
    LOOPC_LABEL_NAME,   /* label_name, in the header of a CSV */
    LOOPC_LABEL_NONE    /* all columns are samples' */
};

/* Whether the first line of a CSV is a header. */
enum loopc_header {
    LOOPC_HEADER_FIND, /* it is if none of its cells is a number, it is not if all are */
    LOOPC_HEADER_YES,
    LOOPC_HEADER_NO
};

/* The scaling of the samples (never of targets): x becomes (x - mean) / divisor. */
enum loopc_scale {
    LOOPC_SCALE_NONE,
    LOOPC_SCALE_CONSTANT, /* mean 0, the divisor of the options */
    LOOPC_SCALE_MAX,      /* mean 0, divisor the largest magnitude in the set; 1 if that is 0 */
    LOOPC_SCALE_STANDARD  /* by column: its mean and its deviation (root of the mean square of
                             x - mean); a column of one value becomes 0 */
};

/* The treatment of a missing cell: empty, NA, N/A, NaN, None, null, ?, - or <NA>, in any case. */
enum loopc_missing {
    LOOPC_MISSING_REFUSE,
    LOOPC_MISSING_MEAN,   /* of the column in the training part; of text its most frequent value */
    LOOPC_MISSING_MEDIAN, /* the same with the median, of an even number the mean of both */
    LOOPC_MISSING_DROP,   /* its row is left out */
    LOOPC_MISSING_VALUE   /* missing_value; of text its most frequent value */
};

/* The encoding of a text column that is an input. */
enum loopc_text_inputs {
    LOOPC_TEXT_REFUSE,
    LOOPC_TEXT_ONEHOT, /* a column for each of its values, 1 where it has that value, else 0 */
    LOOPC_TEXT_NUMBER  /* the number of its value among them, sorted, from 0 */
};

enum { LOOPC_NO_COMMENT = 1 }; /* no line is passed over as a comment */

/* The options of a data set in a spec. All zeros are the defaults. Lists of columns are texts:
 * items separated by commas, each a name, or a number from 1. An item in double quotes, doubled
 * within it, is always a name and may contain commas. */
struct loopc_dataset_options {
    enum loopc_label label;
    int32_t label_number;
    const char *label_name;
    int32_t targets;         /* so many columns at the end are targets, y */
    const char *target_list; /* or these; with targets of either sort there is no label */
    const char *inputs;      /* a list: the samples' columns; NULL: all without another role */
    const char *ignore;      /* a list: left out */
    const char *weight, *id; /* a list of one; NULL: none */
    char separator;          /* , ; | tab, or ' ' for any number of blanks; 0: found out */
    char decimal;            /* . or , in numbers; 0: found out */
    char comment;            /* lines that begin with it are passed over; 0: # and % are */
    int32_t skip_lines;      /* so many lines at the top are passed over */
    enum loopc_header header;
    enum loopc_missing missing;
    double missing_value;
    enum loopc_text_inputs text;
    enum loopc_scale scale;
    double divisor; /* for LOOPC_SCALE_CONSTANT */
    enum loopc_scale target_scale;
    double target_divisor;
    int32_t classes;   /* there are that many; 0: as many as the label has distinct values */
    int32_t columns;   /* a sample has that many; 0: any number */
    const char *like;  /* the dataset field whose columns, classes, filling and scale it shares, in
                         full, or NULL. Its columns are found by name in any order. Options of how
                         the file is written may be its own; those of columns are that one's. */
    const char *from;  /* the dataset field of which it is a part, unless it is given a file */
    double share;      /* of the rows of `from` */
    const char *file;  /* the file unless its flag names another; NULL: none */
    bool unstratified; /* parts are drawn without regard to classes */
    bool splits;  /* bodies draw parts (loopc_dataset_split): values are kept to be scaled anew */
    bool by_rows; /* bodies get at samples by loopc_dataset_take and NET_train_from alone: processes
                     of a run need not read all of them (mapped.h) */
    bool weighs;  /* bodies take weights: NET_train_from, loopc_dataset_take_weights, ->weights */
    bool required; /* the program refuses to start without it */
    /* For predictions, no keys of a spec: */
    bool answers_optional; /* label, targets and weight may be missing from the file; rows without
                              an answer have the label -1, or a target NaN; no weights are read */
    bool keep_ids;         /* loopc_dataset_id */
    bool keep_values;  /* loopc_dataset_print has more to say; a checkpoint may scale them anew */
    bool keep_refused; /* keeps the columns of a file that is refused because of them */
};

/* A data set or a part of one: a plain view. The arrays it points at are written by loading and
 * by splitting only, so copies may share them. All zeros is a data set without rows. Row i
 * is in the arrays at loopc_dataset_row(d, i). */
struct loopc_dataset {
    const float *x;        /* samples: stored rows x columns, row-major, scaled */
    const int32_t *labels; /* 0 <= label < classes, one a stored row; or NULL */
    const float *y;        /* stored rows x targets, row-major, scaled; or NULL */
    const float *weights;  /* one a stored row, >= 0; or NULL */
    const int64_t *index;  /* where its rows are stored, ascending; NULL: row i at i */
    int64_t rows;
    int32_t columns;
    int32_t classes;             /* 0 without labels */
    int32_t targets;             /* 0 without y */
    bool owner;                  /* of source: freeing this one frees it */
    const char *name;            /* the argument it was loaded from */
    struct loopc_source *source; /* the memory behind it, its scale, its options; NULL: none */
};

/* Bytes that are enough for any message of loopc_dataset_load, unless paths are very long. */
enum { LOOPC_DATASET_MESSAGE = 2048 };

/* Loads the files of the argument. `like` is the loaded data set that options->like names, or NULL
 * if it names none; it need not outlive the call. Returns LOOPC_OK, or LOOPC_FAILED: *d is then all
 * zeros and message is an error: "path: text", "path:line: text" or "path:line:column: text", and
 * where something can be done about it a second line, "hint: text". No newline ends it.
 * With options->keep_refused *d may be a data set for loopc_dataset_print alone then.
 * On success *d owns memory: see loopc_dataset_free. */
int loopc_dataset_load(struct loopc_dataset *d, const char *argument,
                       const struct loopc_dataset_options *options,
                       const struct loopc_dataset *like, char *message, size_t size);

/* Frees all memory of d and leaves it all zeros. A loaded data set owns the arrays, a part made of
 * it by loopc_dataset_split owns its index. Parts may be freed before or after the whole, but are
 * not usable once the whole is gone. Copies of a struct have the same source: free one of them. */
void loopc_dataset_free(struct loopc_dataset *d);

/* The owner of a data set: the seed of its run, and the listener for facts that people should know
 * and what no call can return, in a sentence. Both stay as long as the data set. */
struct loopc_dataset_host {
    const uint64_t *seed;
    void (*warn)(void *context, const char *text);
    void *context;
};
void loopc_dataset_set_host(struct loopc_dataset *d, const struct loopc_dataset_host *host);

/* Divides the rows in two: `part` gets share (0 to 1) of them, rounded to the nearest number,
 * `rest` the others. They are drawn by key, 0: by the seed of the run; where there are classes each
 * one gives its share, unless the options say otherwise, and a class that is missing from either
 * side is a warning. Both keep the order of the whole. They share its arrays, so it must stay;
 * `rest` may be `whole` itself, which is then narrowed and keeps its memory (copies of a
 * narrowed part are not usable any more). Their other contents before are not freed.
 *
 * `rest` is the training part: where the options want a scale or a filling that is calculated
 * (max, standard; mean, median) it is calculated anew from these rows, for all of the file and for
 * data sets that are like the whole. Returns LOOPC_OK, or LOOPC_FAILED (no memory, no such share,
 * nothing loaded, no value of a column left to fill it with) with nothing changed. */
int loopc_dataset_split(const struct loopc_dataset *whole, uint64_t key, double share,
                        struct loopc_dataset *rest, struct loopc_dataset *part);

/* The same; `stratify`: each class gives its share, whatever the options of the whole say. */
int loopc_dataset_draw(const struct loopc_dataset *whole, uint64_t key, double share, bool stratify,
                       struct loopc_dataset *rest, struct loopc_dataset *part);

/* Makes `part` the rows of the whole at these indices, ascending, and takes the index
 * over, which was allocated. Returns LOOPC_OK, or LOOPC_FAILED for want of memory. */
int loopc_dataset_select(const struct loopc_dataset *whole, int64_t *index, int64_t rows,
                         struct loopc_dataset *part);

/* Reduces d to these stored rows; NULL: all. Takes the index over. */
void loopc_dataset_narrow(struct loopc_dataset *d, int64_t *index, int64_t rows);

/* Whether it was made of another one, to which the arrays belong; and how many rows these have. */
bool loopc_dataset_is_part(const struct loopc_dataset *d);
int64_t loopc_dataset_stored(const struct loopc_dataset *d);

/* The share that main has drawn a part with, as it has noted it; 0 for another data set. */
void loopc_dataset_note_share(struct loopc_dataset *part, double share);
double loopc_dataset_share(const struct loopc_dataset *d);

/* How the samples of d were scaled: mean and divisor of each column, which stay while the whole
 * stays. False: they were not. */
bool loopc_dataset_scaling(const struct loopc_dataset *d, const double **mean,
                           const double **divisor);

/* Where row i of d is stored; 0 <= i < d->rows. */
static inline int64_t loopc_dataset_row(const struct loopc_dataset *d, int64_t i)
{
    return d->index ? d->index[i] : i;
}

/* Copies the rows at first .. first + rows - 1 of the order that key gives (rng.h, loopc_shuffled;
 * 0: as stored) to x, rows x columns, and their labels. Either may be NULL; without labels in d
 * nothing is copied there. Returns how many rows there were: fewer at the end, then 0. */
int32_t loopc_dataset_take(const struct loopc_dataset *d, uint64_t key, int64_t first, int32_t rows,
                           float *x, int32_t *labels);

/* The same with targets: y is rows x targets. */
int32_t loopc_dataset_take_targets(const struct loopc_dataset *d, uint64_t key, int64_t first,
                                   int32_t rows, float *x, float *y);

/* The same with weights of rows. Without them in d they are all 1. */
int32_t loopc_dataset_take_weights(const struct loopc_dataset *d, uint64_t key, int64_t first,
                                   int32_t rows, float *weights);

/* How many of the rows first .. first + rows - 1 there are. */
static inline int32_t loopc_dataset_left(const struct loopc_dataset *d, int64_t first, int32_t rows)
{
    if (first < 0 || first >= d->rows || rows <= 0) return 0;
    const int64_t left = d->rows - first;
    return left < rows ? (int32_t)left : rows;
}

/* Reads the samples of the rows that are stored there, where they are read when they are needed:
 * before d->x is read in emitted code. */
void loopc_dataset_need(const struct loopc_dataset *d, const int64_t *index, int32_t count);

/* Where the rows of loopc_dataset_take are stored in d->x, d->y and d->labels, and their labels
 * once more; labels may be NULL. Returns how many there were. */
static inline int32_t loopc_dataset_pick(const struct loopc_dataset *d, uint64_t key, int64_t first,
                                         int32_t rows, int64_t *index, int32_t *labels)
{
    const int32_t count = loopc_dataset_left(d, first, rows);
    if (key) loopc_shuffled_rows(key, (uint64_t)d->rows, (uint64_t)first, count, index);
    for (int32_t i = 0; i < count && (!key || d->index); i++)
        index[i] = loopc_dataset_row(d, key ? index[i] : first + i);
    for (int32_t i = 0; i < count && labels && d->labels; i++)
        labels[i] = d->labels[index[i]];
    return count;
}

#endif
