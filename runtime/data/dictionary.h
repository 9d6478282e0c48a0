/* Dictionaries: the distinct texts of a column, numbered as they came. Not for emitted code. */
#ifndef LOOPC_DICTIONARY_H
#define LOOPC_DICTIONARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct loopc_dictionary {
    char *texts; /* one behind the other, each ended by 0 */
    size_t used, room;
    size_t *starts;  /* of each text */
    uint64_t *words; /* the first eight bytes of each text, 0 behind a shorter one */
    int64_t *counts; /* how often each one was counted */
    int32_t count, capacity;
    int32_t *slots; /* a hash table of numbers, -1: free; its size is a power of two */
    size_t slot_count;
};

void loopc_dictionary_free(struct loopc_dictionary *d);

/* The number of a text of `length` bytes; -1 when it is not there. */
int32_t loopc_dictionary_find(const struct loopc_dictionary *d, const char *text, size_t length);

/* The same where eight bytes can be read at `text`. */
static inline int32_t loopc_dictionary_find_near(const struct loopc_dictionary *d, const char *text,
                                                 size_t length);

/* The same, and puts it there when it is not; -1 for want of memory. */
int32_t loopc_dictionary_add(struct loopc_dictionary *d, const char *text, size_t length);

static inline const char *loopc_dictionary_text(const struct loopc_dictionary *d, int32_t number)
{
    return d->texts + d->starts[number];
}

/* The hash of a text of at most eight bytes, which are this word. */
static inline uint64_t loopc_dictionary_hash(uint64_t word)
{
    const uint64_t product = word * UINT64_C(0x9e3779b97f4a7c15);
    return product ^ product >> 32;
}

/* The number of such a text. Texts have no byte 0, so a longer one has another word, or none. */
static inline int32_t loopc_dictionary_find_word(const struct loopc_dictionary *d, uint64_t word,
                                                 size_t length)
{
    const size_t mask = d->slot_count - 1;
    size_t slot = loopc_dictionary_hash(word) & mask;
    if (d->slot_count == 0) return -1;
    for (; d->slots[slot] >= 0; slot = (slot + 1) & mask) {
        const int32_t number = d->slots[slot];
        if (d->words[number] == word && !d->texts[d->starts[number] + length]) break;
    }
    return d->slots[slot];
}

static inline int32_t loopc_dictionary_find_near(const struct loopc_dictionary *d, const char *text,
                                                 size_t length)
{
    uint64_t word;
    if (length == 0 || length > sizeof word) return loopc_dictionary_find(d, text, length);
    memcpy(&word, text, sizeof word);
    const int unused = 8 * (int)(sizeof word - length);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    word &= UINT64_MAX >> unused;
#else
    word &= UINT64_MAX << unused;
#endif
    return loopc_dictionary_find_word(d, word, length);
}

/* Sorts by bytes, numbers by their value before other texts: order[i] is the number of the i-th,
 * rank[number] is i. Both have room for all. False: no memory. */
bool loopc_dictionary_sort(const struct loopc_dictionary *d, int32_t *order, int32_t *rank);

#endif
