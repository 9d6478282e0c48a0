/* Sources: the memory behind data sets. Not for emitted code. */
#ifndef LOOPC_SOURCE_H
#define LOOPC_SOURCE_H

#include "data/loading.h"

/* A column of the file that is an input: how its values become columns of x. */
struct loopc_feature {
    int32_t column;       /* in the table */
    int32_t kept;         /* in a row of values */
    int32_t place, width; /* in x */
    int32_t *rank;        /* of texts; or NULL */
    int32_t rank_count;
    bool onehot;
    double fill; /* NaN: none */
};

/* The source of a data set, or of a part of one: one for each. A part has its own index, all else
 * is in `whole`. */
struct loopc_source {
    struct loopc_source *whole; /* itself, unless it is a part */
    int64_t *index;
    int64_t rows; /* that are stored */

    char *name;
    struct loopc_dataset_options options; /* as resolved */
    struct loopc_table table;
    struct loopc_feature *features;
    int32_t feature_count;
    struct loopc_values values; /* while they may be scaled anew; else empty */
    double *answers;            /* rows x targets, unscaled; the same, or NULL */
    float *x, *y, *weights;
    int32_t *labels;
    char *ids; /* of keep_ids: texts, each ended by 0, or NULL */
    int64_t *id_starts;
    struct loopc_reading reading; /* of the first file */
    int32_t leak, leak_of; /* columns: an input that gives an answer away, and that one; or -1 */
    struct loopc_mapped *mapped; /* whose samples stay in it (mapped.h); or NULL */
    uint64_t digest;

    struct loopc_dataset_host host;
    struct loopc_source *leader, *followers, *next; /* the one it is like, and those like it */
};

/* A source of that name without rows, or NULL without memory; and the view of all of it. */
struct loopc_source *loopc_source_new(const char *name);
void loopc_source_free(struct loopc_source *s);
void loopc_source_show(struct loopc_dataset *d, struct loopc_source *s);

/* Makes the data set of files that are read: judges columns, names classes, takes answers out. */
int loopc_loading_finish(struct loopc_source *s, struct loopc_loading *files, int count);

/* Of files whose reading ended with an error: what was recognized until then, for
 * loopc_dataset_print, if the options ask for it. The error stays in the message. */
void loopc_loading_keep_cut(struct loopc_source *s, struct loopc_loading *files, int count);

/* Part of it: ranges and digest of a file, and the digest of all; errors of columns;
 * labels, targets, weights and ids; the texts of a column as values, sorted; classes. */
void loopc_loading_measure(struct loopc_loading *l);
uint64_t loopc_loading_digest(const struct loopc_loading *files, int count);
int loopc_take_answers(struct loopc_source *s, struct loopc_loading *files, int count);
int loopc_judge_columns(struct loopc_loading *files, int count);

/* A last cell that may be cut: of any column but a label of numbers, before rows are dropped; and
 * the class of such a label, one of `count` distinct numbers, which `rows` rows have. */
int loopc_judge_ends(struct loopc_loading *files, int count);
int loopc_judge_end_class(struct loopc_loading *l, const struct loopc_incoming *c, double value,
                          const double *numbers, int32_t count, int64_t rows);
void loopc_find_kinds(struct loopc_loading *l);

/* Finds the first input that has another value for each class and no other one in its rows, or is
 * equal to a target. Its values are in rows of `values`. */
void loopc_find_leak(struct loopc_source *s, const struct loopc_values *values);

/* Columns of numbers with very few texts between them are refused, as slips; others that hold both,
 * and texts that differ in case alone, are noted. */
int loopc_judge_slips(struct loopc_loading *files, int count);
bool loopc_has_few_texts(const struct loopc_loading *l, const struct loopc_incoming *c);
#define LOOPC_SLIP_HINT                                                                            \
    "is it a slip? NA says that there is no value; `ignore` leaves the column out (--DATA-ignore)"

/* 1 for a text of the dictionary that says true, 0 for false, -1 for another one. */
int loopc_truth_of(const struct loopc_incoming *c, int32_t number);
int loopc_take_values(const struct loopc_loading *l, struct loopc_incoming *c,
                      struct loopc_column *column);
int loopc_name_classes(struct loopc_source *s, struct loopc_loading *l, struct loopc_incoming *c,
                       struct loopc_column *column);

/* Calculates filling and scale from these rows (NULL: all), or takes those of `like`; then makes x
 * and y of all rows, by the table. */
int loopc_source_fit(struct loopc_source *s, const int64_t *index, int64_t count,
                     const struct loopc_table *like, const struct loopc_message *message);
int loopc_source_make(struct loopc_source *s, const struct loopc_message *message);

/* Puts the columns of x and y, and the numbers of classes, of a source and of those that are
 * like it where `before` has them, a table of the same run: columns are found by their names, or
 * by their places where they have other names. LOOPC_OK and "", or a sentence on a column that
 * has another name; LOOPC_FAILED and a message where columns, texts or classes are not those. */
int loopc_source_align(struct loopc_source *s, const struct loopc_table *before,
                       const struct loopc_message *to);

/* Puts the inputs where `before` has those of the same names, for weights that were learned from
 * them; other inputs stay as they are. LOOPC_FAILED: no memory. */
int loopc_source_arrange(struct loopc_source *s, const struct loopc_table *before,
                         const struct loopc_message *to);

/* Scales a row, in f64; false: a value does not fit f32. And the message of it, for row r. */
bool loopc_source_scale(float *to, const double *row, const struct loopc_scaling *scaling,
                        int32_t width);
int loopc_source_too_large(const struct loopc_source *s, const double *row, int64_t r,
                           const struct loopc_message *message);

/* Takes the mapped file of a source out of the first of its files. */
void loopc_mapped_keep(struct loopc_source *s, struct loopc_loading *files, int count);

/* Parts of digests: a hash with another word in it, the hash of a column's name and role. */
uint64_t loopc_digest_mix(uint64_t hash, uint64_t word);
uint64_t loopc_digest_column(const char *name, enum loopc_role role);

/* Whether a part for training would change the scale or the filling. */
bool loopc_source_is_fitted(const struct loopc_source *s);

/* The features of rows: a value for each, filled, of texts their rank; before one-hot and scale. */
struct loopc_feature_walk {
    const struct loopc_source *s;
    struct loopc_walk rows;
    double *room;     /* for the values of a row */
    int32_t *special; /* the features that have to be filled or ranked */
    int32_t specials;
    bool in_order; /* they are the values of a row from `kept` on */
    int32_t kept;
};

/* False: no memory; end it either way. */
bool loopc_features_begin(struct loopc_feature_walk *walk, const struct loopc_source *s);
void loopc_features_end(struct loopc_feature_walk *walk);

/* The feature_count values of row r, until the next call. */
const double *loopc_features_row(struct loopc_feature_walk *walk, int64_t r);

/* Frees the memory that only rescaling needs. */
void loopc_source_settle(struct loopc_source *s);

#endif
