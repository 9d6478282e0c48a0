/* Fields: the table of a trainer's state, and operations on its entries.
 *
 * Emitted code has one static table, an entry a field. Command line, metrics, progress, trace
 * (and whatever else looks at a state from outside) work from that table alone: a field is the
 * memory at state + offset, read and written by its type.
 */
#ifndef LOOPC_FIELDS_H
#define LOOPC_FIELDS_H

#include "run/texts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct loopc_dataset_options;

enum loopc_type {
    LOOPC_F32,
    LOOPC_F64,
    LOOPC_I32,
    LOOPC_I64,
    LOOPC_U32,
    LOOPC_U64,
    LOOPC_BOOL,
    LOOPC_STR,     /* const char *, never changed in place, lives as long as the run; may be NULL */
    LOOPC_RNG,     /* struct loopc_rng */
    LOOPC_DATASET, /* struct loopc_dataset */
    LOOPC_BYTES    /* plain memory: an emitted struct, shown as changed or not */
};

enum loopc_field_flags {
    LOOPC_OPTION = 1,      /* has a command-line flag */
    LOOPC_SETTABLE = 2,    /* may be changed while running */
    LOOPC_REPORT = 4,      /* is reported: progress, metrics */
    LOOPC_CONST = 8,       /* no body assigns it */
    LOOPC_COUNTER = 16,    /* LOOP.iteration, LOOP.total, and LOOP.times where a loop has it */
    LOOPC_TRANSIENT = 32,  /* not in checkpoints */
    LOOPC_RESTARTING = 64, /* LOOP.restarting: not in checkpoints, true when one was loaded */
    LOOPC_SET_AT_ENTRY =
        128,                /* of a reported field: the entry of the loop that reports it sets it */
    LOOPC_SET_AT_END = 256, /* the end of that loop does */
    LOOPC_ONLY_AT_END = 512 /* and no iteration of it */
};

/* The range of a number that is set from outside; -INFINITY and INFINITY without a bound. Whole
 * numbers beyond 2^53 are compared as doubles. */
struct loopc_range {
    double min, max;
};

struct loopc_field {
    const char *name;      /* in full: "eta", "Fit.epoch", "Train.loss", "net.layers.0.weight" */
    const char *flag;      /* "eta" for --eta, or NULL */
    enum loopc_type type;  /* of an element */
    unsigned flags;        /* of enum loopc_field_flags */
    size_t offset;         /* bytes from the start of the state */
    size_t count;          /* elements; bytes for LOOPC_BYTES */
    const char *report_in; /* the loop whose iterations report it, or NULL: the end of the run */
    int64_t report_every;  /* every so many of them; 0 is 1 */
    int64_t samples;       /* one value, or row of values, for each of so many samples; or 0 */
    const char *set;       /* the set of the samples, or NULL: the batch */
    const struct loopc_range *range;             /* or NULL: all that the type has */
    const char *doc;                             /* one line, or NULL */
    const struct loopc_dataset_options *dataset; /* of a LOOPC_DATASET, or NULL: all defaults */
    int64_t dims[3];                             /* row-major; their product is count */
    size_t width_at; /* where an int32_t of the state says how many of the last of dims, the
                        columns of a matrix in panels, are in use; 0: all */
    uint8_t rank;    /* of dims; 0: one value, or an array of count */
    bool panels;     /* a matrix in panels of columns (panel.h); elements count row by row */
    bool replica;    /* a matrix or vector of one of 16 nets side by side (nn/replica.h) */
};

/* The beginning of a row of a table, for a member of the state of a trainer (struct trainer): a
 * value, an array of `elements`, either under another name than the member's, and a matrix of f32
 * in panels, open: with a member that says how many columns are in use. The rest of a row follows
 * by name: {LOOPC_FIELD(digits, eta, F32), .flag = "eta"} */
#define LOOPC_NAMED(field, trainer, member, kind, elements)                                        \
    .name = (field), .type = LOOPC_##kind, .offset = offsetof(struct trainer, member),             \
    .count = (elements)
#define LOOPC_ARRAY(trainer, member, kind, elements)                                               \
    LOOPC_NAMED(#member, trainer, member, kind, elements)
#define LOOPC_FIELD(trainer, member, kind) LOOPC_NAMED(#member, trainer, member, kind, 1)
#define LOOPC_MATRIX(field, trainer, member, rows, columns)                                        \
    LOOPC_NAMED(field, trainer, member, F32, (size_t)(rows) * (columns)),                          \
        .panels = true, .rank = 2, .dims = {rows, columns}
#define LOOPC_OPEN_MATRIX(field, trainer, member, rows, columns, width)                            \
    LOOPC_MATRIX(field, trainer, member, rows, columns), .width_at = offsetof(struct trainer, width)

/* Of one replica of a net: dims are rows and columns, or so many elements and 1. */
#define LOOPC_REPLICA(field, trainer, member, dimensions, rows, columns)                           \
    LOOPC_NAMED(field, trainer, member, F32, (size_t)(rows) * (columns)),                          \
        .replica = true, .rank = (dimensions), .dims = {rows, columns}

/* Bytes of one element, and of the memory of the whole field. */
size_t loopc_field_element(const struct loopc_field *field);
size_t loopc_field_size(const struct loopc_field *field);

/* Whether it is a number, a bool or a text, with a value that can be written as text. */
bool loopc_field_is_value(const struct loopc_field *field);

/* The name of its type as specs spell it: "f32", "u64", "dataset". */
const char *loopc_type_name(enum loopc_type type);

/* Reads a value from text: an element, or for an array all of them, separated by commas. A number
 * is read to its last character and must fit its type and its range. On failure the field is as
 * before and message says why, in a sentence without its name. Returns LOOPC_OK or LOOPC_FAILED.
 * Data sets, random numbers and plain memory cannot be read. */
int loopc_field_parse(const struct loopc_field *field, void *state, const char *text,
                      struct loopc_texts *texts, char *message, size_t size);

/* Writes element i for people: numbers with as few digits as read back to the same value, texts
 * in quotes. Other fields are named by their type. Cut short when size bytes are too few.
 * Returns the length. */
size_t loopc_field_format(const struct loopc_field *field, const void *state, size_t i, char *text,
                          size_t size);

/* Writes a number in a given number of significant digits, in no locale. Returns the length. */
size_t loopc_number_format(double value, int digits, char *text, size_t size);

/* Writes its range as "from 0 to 1", "from 0", "up to 1", or nothing. Returns the length. */
size_t loopc_range_format(const struct loopc_field *field, char *text, size_t size);

/* The value of element i as a number; NaN unless the field is one or a bool. */
double loopc_field_real(const struct loopc_field *field, const void *state, size_t i);

/* The value of element i as a whole number; 0 unless the field is an integer or a bool. */
int64_t loopc_field_integer(const struct loopc_field *field, const void *state, size_t i);

/* How many elements differ between two states (at most 1 for other fields). Compares bits,
 * but texts by their characters. */
size_t loopc_field_changes(const struct loopc_field *field, const void *before, const void *after);
bool loopc_element_changed(const struct loopc_field *field, const void *before, const void *after,
                           size_t i);

/* Fills an array of `bytes` bytes with copies of a value of `size` bytes. */
static inline void loopc_fill(void *array, size_t bytes, const void *value, size_t size)
{
    for (size_t at = 0; at + size <= bytes; at += size)
        memcpy((char *)array + at, value, size);
}

/* The field of that name, or NULL. */
const struct loopc_field *loopc_field_find(const struct loopc_field *fields, int count,
                                           const char *name);

/* Says to a state that was loaded that it was: every LOOP.restarting becomes true. */
void loopc_fields_restart(const struct loopc_field *fields, int count, void *state);

#endif
