/* Dictionaries: the distinct texts of a column, numbered as they came. Not for emitted code. */
#ifndef LOOPC_DICTIONARY_H
#define LOOPC_DICTIONARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loopc_dictionary {
    char *texts; /* one behind the other, each ended by 0 */
    size_t used, room;
    size_t *starts;  /* of each text */
    int64_t *counts; /* how often each one was counted */
    int32_t count, capacity;
    int32_t *slots; /* a hash table of numbers, -1: free; its size is a power of two */
    size_t slot_count;
};

void loopc_dictionary_free(struct loopc_dictionary *d);

/* The number of a text of `length` bytes; -1 when it is not there. */
int32_t loopc_dictionary_find(const struct loopc_dictionary *d, const char *text, size_t length);

/* The same, and puts it there when it is not; -1 for want of memory. */
int32_t loopc_dictionary_add(struct loopc_dictionary *d, const char *text, size_t length);

static inline const char *loopc_dictionary_text(const struct loopc_dictionary *d, int32_t number)
{
    return d->texts + d->starts[number];
}

/* Sorts by bytes, numbers by their value before other texts: order[i] is the number of the i-th,
 * rank[number] is i. Both have room for all. False: no memory. */
bool loopc_dictionary_sort(const struct loopc_dictionary *d, int32_t *order, int32_t *rank);

#endif
