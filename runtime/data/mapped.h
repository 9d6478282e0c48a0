/* Arrays that stay in their file, for runs of several processes (parallel/ranks.h): each process
 * measures its part of the rows, and reads of the others those that it trains on. Not for emitted
 * code.
 *
 * They are files of samples alone, .npy or IDX as they are on a disk, whose scale is a constant or
 * none, in programs that get at samples by functions (options->by_rows). The first of two files may
 * be one; its labels are in the second, which is read as ever.
 */
#ifndef LOOPC_MAPPED_H
#define LOOPC_MAPPED_H

#include "data/loading.h"

struct loopc_source;

struct loopc_mapped {
    void *file; /* the whole of it, mapped */
    size_t size;
    const unsigned char *values; /* row 0 */
    struct loopc_element element;
    int64_t rows;
    int32_t width;
    int64_t first, end;           /* the rows that this process has measured when it was read */
    struct loopc_measure measure; /* of these, after loopc_mapped_join of all */
    uint64_t identity;   /* a number for the file in the file system, and the array in it */
    bool complete;       /* ranges and digest are those of all rows */
    unsigned char *made; /* a bit for each row that x has; NULL: x is the file itself */
    double *room;        /* for a row */
    int64_t *words;      /* of loopc_mapped_join: what is sent, and its own, three a column */
    uint64_t answers;    /* of the digest: the second file, and whether there is one */
    bool has_answers;
};

/* Whether the array that is about to be read may stay in its file. */
bool loopc_mapped_may(const struct loopc_loading *l, bool by_columns);

/* In the place of reading it: maps it, and measures the rows of this process. Returns as all of
 * loading.h. */
int loopc_mapped_open(struct loopc_loading *l, const struct loopc_element *element, uint64_t rows);
void loopc_mapped_free(struct loopc_mapped *m);

/* x of a source whose array is mapped: the file itself, or room for rows that loopc_dataset_need
 * makes. LOOPC_FAILED with a message if a measured value does not fit f32 when it is scaled. */
int loopc_mapped_show(struct loopc_source *s, const struct loopc_message *message);

/* A number that is equal in processes that have mapped the same file; 0: it is not mapped, or
 * complete. */
uint64_t loopc_mapped_identity(const struct loopc_dataset *d);

/* Completes ranges and digest of a mapped data set. All processes call `join`, which have mapped
 * the same file, or one calls `finish`, which measures the rest of its file by itself. */
void loopc_mapped_join(const struct loopc_dataset *d);
void loopc_mapped_finish(const struct loopc_dataset *d);

#endif
