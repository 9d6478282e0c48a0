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
#include "parallel/ranks.h"

struct loopc_source;

struct loopc_mapped {
    void *file; /* the whole of it, mapped */
    size_t size;
    const unsigned char *values; /* row 0 */
    struct loopc_element element;
    int64_t rows;
    int32_t width;
    int64_t first, end;           /* the rows that this process has measured when it was read */
    struct loopc_measure measure; /* of these, after `join` of all */
    uint64_t identity;   /* a number for the file in the file system, and the array in it */
    bool complete;       /* ranges and digest are those of all rows */
    unsigned char *made; /* a bit for each row that x has; NULL: x is the file itself */
    double *room;        /* for a row */
    int64_t *words;      /* of `join`: what is sent, and its own, three a column */
    uint64_t answers;    /* of the digest: the second file, and whether there is one */
    bool has_answers;
};

/* What may be done with them: functions, as programs of one process are linked without them.
 * Those that return int return as all of loading.h. */
struct loopc_mapping {
    /* Whether the array that is about to be read may stay in its file. */
    bool (*may)(const struct loopc_loading *l, bool by_columns);

    /* In the place of reading it: maps it, and measures the rows of this process. */
    int (*open)(struct loopc_loading *l, const struct loopc_element *element, uint64_t rows);
    void (*free)(struct loopc_mapped *m);

    /* x of a source whose array is mapped: the file itself, or room for rows that `need` makes.
     * LOOPC_FAILED if a measured value does not fit f32 when it is scaled. */
    int (*show)(struct loopc_source *s, const struct loopc_message *message);

    /* Makes the samples of these stored rows, which x has room for. */
    void (*need)(const struct loopc_source *s, const int64_t *index, int32_t count);

    /* A number that is equal in processes that have mapped the same file; 0: it is not mapped, or
     * complete. */
    uint64_t (*identity)(const struct loopc_dataset *d);

    /* Completes ranges and digest of a mapped data set. All processes call `join`, which have
     * mapped the same file, or one calls `finish`, which measures the rest of its file by itself.
     */
    void (*join)(const struct loopc_dataset *d);
    void (*finish)(const struct loopc_dataset *d);
};

/* The value of loopc_ranks_mapping (parallel/ranks.h) in programs of several processes. */
extern const struct loopc_mapping loopc_mapping;

static inline void loopc_mapped_free(struct loopc_mapped *m)
{
    if (m) loopc_ranks_mapping->free(m);
}

#endif
