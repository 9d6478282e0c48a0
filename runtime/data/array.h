/* Arrays that grow. */
#ifndef LOOPC_ARRAY_H
#define LOOPC_ARRAY_H

#include <stdbool.h>
#include <stddef.h>

/* Starts as zeros; `items` is to be freed. */
struct loopc_array {
    void *items;
    size_t count, capacity; /* in items */
};

/* Makes room for `more` items of `width` bytes after the last one; the capacity at least doubles.
 * Returns false without memory. */
bool loopc_array_reserve(struct loopc_array *array, size_t more, size_t width);

#endif
