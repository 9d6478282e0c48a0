/* Dictionaries: texts in one piece of memory, found by a hash table with open addresses. */
#include "data/dictionary.h"

#include "base/number.h"

#include <stdlib.h>
#include <string.h>

void loopc_dictionary_free(struct loopc_dictionary *d)
{
    free(d->texts);
    free(d->starts);
    free(d->words);
    free(d->counts);
    free(d->slots);
    *d = (struct loopc_dictionary){0};
}

/* Up to eight bytes, with 0 behind them. */
static uint64_t word_of(const char *text, size_t length)
{
    uint64_t word = 0;
    memcpy(&word, text, length < sizeof word ? length : sizeof word);
    return word;
}

/* The hashes of its pieces of eight bytes, in their order. */
static uint64_t hash_of(const char *text, size_t length)
{
    uint64_t hash = loopc_dictionary_hash(word_of(text, length));
    for (size_t i = 8; i < length; i += 8)
        hash = loopc_dictionary_hash(hash + word_of(text + i, length - i));
    return hash;
}

static bool is_text(const struct loopc_dictionary *d, int32_t number, const char *text,
                    size_t length)
{
    const char *const there = loopc_dictionary_text(d, number);
    return !strncmp(there, text, length) && !there[length];
}

/* Where the text is in the table, or would be. */
static size_t slot_of(const struct loopc_dictionary *d, const char *text, size_t length)
{
    const size_t mask = d->slot_count - 1;
    size_t slot = hash_of(text, length) & mask;
    while (d->slots[slot] >= 0 && !is_text(d, d->slots[slot], text, length))
        slot = (slot + 1) & mask;
    return slot;
}

int32_t loopc_dictionary_find(const struct loopc_dictionary *d, const char *text, size_t length)
{
    return d->slot_count ? d->slots[slot_of(d, text, length)] : -1;
}

/* A table twice as large, at most half full. */
static bool grow_table(struct loopc_dictionary *d)
{
    const size_t count = d->slot_count ? d->slot_count * 2 : 64;
    int32_t *const slots = malloc(count * sizeof *slots);
    if (!slots) return false;
    free(d->slots);
    d->slots = slots;
    d->slot_count = count;
    memset(slots, 0xff, count * sizeof *slots);
    for (int32_t i = 0; i < d->count; i++) {
        const char *const text = loopc_dictionary_text(d, i);
        slots[slot_of(d, text, strlen(text))] = i;
    }
    return true;
}

static bool grow_lists(struct loopc_dictionary *d)
{
    const int32_t capacity = d->capacity ? d->capacity * 2 : 32;
    size_t *const starts = realloc(d->starts, (size_t)capacity * sizeof *starts);
    if (starts) d->starts = starts;
    int64_t *const counts = realloc(d->counts, (size_t)capacity * sizeof *counts);
    if (counts) d->counts = counts;
    uint64_t *const words = realloc(d->words, (size_t)capacity * sizeof *words);
    if (words) d->words = words;
    if (!starts || !counts || !words || capacity > INT32_MAX / 4) return false;
    d->capacity = capacity;
    return true;
}

static bool make_room(struct loopc_dictionary *d, size_t length)
{
    if (d->count == d->capacity && !grow_lists(d)) return false;
    if ((size_t)d->count * 2 >= d->slot_count && !grow_table(d)) return false;
    if (d->room - d->used > length) return true;
    const size_t room = (d->room + length + 64) * 2;
    char *const texts = realloc(d->texts, room);
    if (!texts) return false;
    d->texts = texts;
    d->room = room;
    return true;
}

int32_t loopc_dictionary_add(struct loopc_dictionary *d, const char *text, size_t length)
{
    const int32_t found = loopc_dictionary_find(d, text, length);
    if (found >= 0) return found;
    if (!make_room(d, length)) return -1;
    const int32_t number = d->count;
    d->slots[slot_of(d, text, length)] = number;
    d->starts[number] = d->used;
    d->words[number] = word_of(text, length);
    d->counts[number] = 0;
    memcpy(d->texts + d->used, text, length);
    d->texts[d->used + length] = 0;
    d->used += length + 1;
    d->count++;
    return number;
}

struct entry {
    const char *text;
    int32_t number;
    bool is_number;
    double value;
};

static int compare(const void *a, const void *b)
{
    const struct entry *const x = a, *const y = b;
    if (x->is_number != y->is_number) return x->is_number ? -1 : 1;
    if (x->is_number && x->value < y->value) return -1;
    if (x->is_number && x->value > y->value) return 1;
    return strcmp(x->text, y->text);
}

bool loopc_dictionary_sort(const struct loopc_dictionary *d, int32_t *order, int32_t *rank)
{
    struct entry *const entries = malloc(((size_t)d->count + 1) * sizeof *entries);
    if (!entries) return false;
    for (int32_t i = 0; i < d->count; i++) {
        entries[i] = (struct entry){.text = loopc_dictionary_text(d, i), .number = i};
        entries[i].is_number = loopc_number_read(entries[i].text, &entries[i].value);
    }
    qsort(entries, (size_t)d->count, sizeof *entries, compare);
    for (int32_t i = 0; i < d->count; i++) {
        order[i] = entries[i].number;
        rank[order[i]] = i;
    }
    free(entries);
    return true;
}
