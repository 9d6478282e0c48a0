/* Arrays that grow. Not for emitted code. */
#ifndef LOOPC_ARRAY_H
#define LOOPC_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

struct loopc_array {
    void *items;
    size_t count, capacity; /* in items */
};

/* Makes room for `more` items of `width` bytes after the last one. False: no memory. */
static inline bool loopc_array_reserve(struct loopc_array *array, size_t more, size_t width)
{
    if (more <= array->capacity - array->count) return true;
    size_t need, bytes;
    if (__builtin_add_overflow(array->count, more, &need)) return false;
    const size_t doubled = array->capacity > SIZE_MAX / 2 ? need : array->capacity * 2;
    if (need < doubled) need = doubled;
    if (__builtin_mul_overflow(need, width, &bytes)) return false;
    void *const items = realloc(array->items, bytes);
    if (!items) return false;
    array->items = items;
    array->capacity = need;
    return true;
}

#endif
