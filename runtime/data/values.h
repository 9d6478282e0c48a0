/* Values: the numbers of a table in memory, row by row, as they were read. Not for emitted code.
 *
 * They are kept as f32 as long as each of them is one, else as f64. They lie in chunks, so that a
 * table grows without copies and can be freed piece by piece while something else is made of it.
 */
#ifndef LOOPC_VALUES_H
#define LOOPC_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loopc_values {
    int32_t width; /* columns */
    bool wide;     /* f64 */
    int64_t rows;
    int64_t chunk_rows; /* of each chunk but the last */
    void **chunks;
    int64_t count, capacity; /* of chunks */
};

/* Starts with no rows of `width` columns, width >= 0. */
void loopc_values_begin(struct loopc_values *values, int32_t width);
void loopc_values_free(struct loopc_values *values);

/* Adds a row. False: no memory. */
bool loopc_values_add(struct loopc_values *values, const double *row);

/* Row r: the memory it lies in, or a copy in `room`, which has place for one. */
const double *loopc_values_row(const struct loopc_values *values, int64_t r, double *room);

/* Replaces one value by another, which may change how all are kept. False: no memory. */
bool loopc_values_set(struct loopc_values *values, int64_t r, int32_t column, double value);
double loopc_values_get(const struct loopc_values *values, int64_t r, int32_t column);

/* A place in the rows, for those who need many of them: neighbours are found without a search. Rows
 * must not be added or changed meanwhile. */
struct loopc_walk {
    const struct loopc_values *values;
    const char *rows;   /* of a chunk */
    int64_t first, end; /* these rows */
    size_t row_bytes;
};

static inline struct loopc_walk loopc_walk_begin(const struct loopc_values *values)
{
    return (struct loopc_walk){.values = values};
}

/* Goes to the chunk of row r. */
void loopc_walk_turn(struct loopc_walk *walk, int64_t r);

/* The memory of row r, which is f32 or f64. */
static inline const void *loopc_walk_to(struct loopc_walk *walk, int64_t r)
{
    if (r < walk->first || r >= walk->end) loopc_walk_turn(walk, r);
    return walk->rows + (size_t)(r - walk->first) * walk->row_bytes;
}

static inline double loopc_walk_get(struct loopc_walk *walk, int64_t r, int32_t column)
{
    const void *const row = loopc_walk_to(walk, r);
    return walk->values->wide ? ((const double *)row)[column]
                              : (double)((const float *)row)[column];
}

/* Leaves only the rows that are marked. */
void loopc_values_keep(struct loopc_values *values, const bool *marks);

/* Frees all rows before row r that lie in chunks of their own; they must not be used any more. */
void loopc_values_drop(struct loopc_values *values, int64_t r);

#endif
