/* Values: the numbers of a table in memory, row by row, as they were read. Not for emitted code.
 *
 * They are kept as f32 as long as each of them is one, else as f64. They lie in chunks, so that a
 * table grows without copies and can be freed piece by piece while something else is made of it.
 */
#ifndef LOOPC_VALUES_H
#define LOOPC_VALUES_H

#include <stdbool.h>
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
/* Row r where values are f32, else NULL. */
const float *loopc_values_narrow_row(const struct loopc_values *values, int64_t r);
double loopc_values_get(const struct loopc_values *values, int64_t r, int32_t column);

/* Leaves only the rows that are marked. */
void loopc_values_keep(struct loopc_values *values, const bool *marks);

/* Frees all rows before row r that lie in chunks of their own; they must not be used any more. */
void loopc_values_drop(struct loopc_values *values, int64_t r);

#endif
