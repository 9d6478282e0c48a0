/* Data sets on their way in: ranges of columns, and the digest of what was read. */
#include "data/source.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Mixes a word into a hash (multiply and rotate, as in Murmur). */
static inline uint64_t mix(uint64_t hash, uint64_t word)
{
    hash ^= word * UINT64_C(0x87c37b91114253d5);
    return (hash << 31 | hash >> 33) * 5 + 0x52dce729;
}

/* Four hashes side by side, so that one need not wait for the other; -0 is 0. */
static void mix_row(uint64_t lanes[4], const double *row, int32_t width)
{
    int32_t i = 0;
    for (; i + 4 <= width; i += 4) {
        for (int k = 0; k < 4; k++) {
            uint64_t bits;
            const double value = row[i + k] + 0.0;
            memcpy(&bits, &value, sizeof bits);
            lanes[k] = (lanes[k] ^ bits) * UINT64_C(0x87c37b91114253d5);
        }
    }
    for (; i < width; i++) {
        uint64_t bits;
        const double value = row[i] + 0.0;
        memcpy(&bits, &value, sizeof bits);
        lanes[i & 3] = (lanes[i & 3] ^ bits) * UINT64_C(0x87c37b91114253d5);
    }
    for (int k = 0; k < 4; k++)
        lanes[k] ^= lanes[k] >> 29;
}

/* Of each column: the least and the most of its values, and how many are missing. */
struct ranges {
    double *min, *max, *missing;
};

static void see_row(const struct ranges *ranges, const double *restrict row, int32_t width)
{
    double *restrict const min = ranges->min, *restrict const max = ranges->max;
    double *restrict const missing = ranges->missing;
    for (int32_t i = 0; i < width; i++) {
        min[i] = row[i] < min[i] ? row[i] : min[i];
        max[i] = row[i] > max[i] ? row[i] : max[i];
        missing[i] += row[i] == row[i] ? 0 : 1;
    }
}

/* Ranges of all columns, what is missing of binary files, and the digest. */
int loopc_loading_measure(struct loopc_loading *l)
{
    const int32_t width = l->values.width;
    double *const room = calloc(4 * (size_t)width + 1, sizeof *room);
    const struct ranges ranges = {room + width, room + 2 * (int64_t)width,
                                  room + 3 * (int64_t)width};
    uint64_t lanes[4] = {1, 2, 3, (uint64_t)width};
    if (!room) return loopc_loading_no_memory(l);
    for (int32_t i = 0; i < width; i++) {
        ranges.min[i] = INFINITY;
        ranges.max[i] = -INFINITY;
    }
    for (int64_t r = 0; r < l->values.rows; r++) {
        const double *const row = loopc_values_row(&l->values, r, room);
        see_row(&ranges, row, width);
        mix_row(lanes, row, width);
    }
    for (int64_t i = 0; i < l->width; i++) {
        struct loopc_incoming *const c = &l->columns[i];
        c->min = c->max = NAN;
        if (c->kept < 0) continue;
        if (!l->has_lines) c->missing = (int64_t)ranges.missing[c->kept];
        if (c->missing == l->values.rows || c->has_dictionary) continue;
        c->min = ranges.min[c->kept];
        c->max = ranges.max[c->kept];
    }
    l->digest = mix(mix(mix(lanes[0], lanes[1]), lanes[2]), lanes[3]);
    free(room);
    return LOOPC_OK;
}

/* Names, roles and dictionaries are part of the content. */
static uint64_t mix_text(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = mix(hash, (unsigned char)*text);
    return mix(hash, 256);
}

uint64_t loopc_loading_digest(const struct loopc_loading *files, int count)
{
    uint64_t hash = 0;
    for (int f = 0; f < count; f++) {
        hash = mix(hash, files[f].digest);
        for (int64_t i = 0; i < files[f].width; i++) {
            const struct loopc_incoming *const c = &files[f].columns[i];
            if (c->kept < 0) continue;
            hash = mix(mix_text(hash, c->name), (uint64_t)c->role);
            for (int32_t k = 0; c->has_dictionary && k < c->dictionary.count; k++)
                hash = mix_text(hash, loopc_dictionary_text(&c->dictionary, k));
        }
    }
    return hash ? hash : 1;
}
