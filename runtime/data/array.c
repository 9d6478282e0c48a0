/* Arrays that grow. */
#include "data/array.h"

#include "base/pages.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Like realloc for arrays of several huge pages, which realloc would split when it moves them. */
static void *grow_large(void *items, size_t used, size_t bytes)
{
    const size_t whole = (bytes + LOOPC_HUGE_PAGE - 1) / LOOPC_HUGE_PAGE * LOOPC_HUGE_PAGE;
    void *const grown = whole >= bytes ? aligned_alloc(LOOPC_HUGE_PAGE, whole) : NULL;
    if (!grown) return NULL;
    loopc_huge_pages(grown, whole);
    if (used > 0) memcpy(grown, items, used);
    free(items);
    return grown;
}

bool loopc_array_reserve(struct loopc_array *array, size_t more, size_t width)
{
    if (more <= array->capacity - array->count) return true;
    size_t need, bytes;
    if (__builtin_add_overflow(array->count, more, &need)) return false;
    const size_t doubled = array->capacity > SIZE_MAX / 2 ? need : array->capacity * 2;
    if (need < doubled) need = doubled;
    if (__builtin_mul_overflow(need, width, &bytes)) return false;
    void *const items = bytes < LOOPC_HUGE_PAGE
                            ? realloc(array->items, bytes)
                            : grow_large(array->items, array->count * width, bytes);
    if (!items) return false;
    array->items = items;
    array->capacity = need;
    return true;
}
