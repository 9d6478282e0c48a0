/* Data sets on their way in: ranges of columns, and the digest of the table. The order of rows
 * counts in it, that of columns does not. */
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

/* A hash for each column, so that none waits for another, and their order does not count; -0 is
 * 0. */
static void mix_row(uint64_t *restrict hashes, const double *restrict row, int32_t width)
{
    for (int32_t i = 0; i < width; i++) {
        uint64_t bits;
        const double value = row[i] + 0.0;
        memcpy(&bits, &value, sizeof bits);
        const uint64_t product = (hashes[i] ^ bits) * UINT64_C(0x87c37b91114253d5);
        hashes[i] = product << 31 | product >> 33;
    }
}

static void see_row(double *restrict min, double *restrict max, double *restrict missing,
                    const double *restrict row, int32_t width)
{
    for (int32_t i = 0; i < width; i++) {
        min[i] = row[i] < min[i] ? row[i] : min[i];
        max[i] = row[i] > max[i] ? row[i] : max[i];
        missing[i] += row[i] == row[i] ? 0 : 1;
    }
}

bool loopc_measure_begin(struct loopc_measure *m, int32_t width)
{
    *m = (struct loopc_measure){.width = width};
    m->min = calloc(3 * (size_t)width + 1, sizeof *m->min);
    m->hashes = calloc((size_t)width + 1, sizeof *m->hashes);
    if (!m->min || !m->hashes) return false;
    m->max = m->min + width;
    m->missing = m->max + width;
    for (int32_t i = 0; i < width; i++) {
        m->min[i] = INFINITY;
        m->max[i] = -INFINITY;
    }
    return true;
}

void loopc_measure_row(struct loopc_measure *m, const double *row)
{
    see_row(m->min, m->max, m->missing, row, m->width);
    mix_row(m->hashes, row, m->width);
}

/* Ranges of all columns, and missing values of binary files. */
void loopc_loading_measure(struct loopc_loading *l)
{
    const struct loopc_measure *const m = &l->measure;
    for (int64_t i = 0; i < l->width; i++) {
        struct loopc_incoming *const c = &l->columns[i];
        c->min = c->max = NAN;
        if (c->kept < 0) continue;
        if (!l->has_lines) c->missing = (int64_t)m->missing[c->kept];
        if (c->missing == l->values.rows || c->has_dictionary) continue;
        c->min = m->min[c->kept];
        c->max = m->max[c->kept];
    }
}

/* Names, roles and dictionaries are part of the content. */
static uint64_t mix_text(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = mix(hash, (unsigned char)*text);
    return mix(hash, 256);
}

static uint64_t column_digest(const struct loopc_loading *l, const struct loopc_incoming *c)
{
    uint64_t hash = mix(mix_text(1, c->name), (uint64_t)c->role);
    for (int32_t k = 0; c->has_dictionary && k < c->dictionary.count; k++)
        hash = mix_text(hash, loopc_dictionary_text(&c->dictionary, k));
    return mix(mix(hash, l->measure.hashes[c->kept]), (uint64_t)l->values.rows);
}

uint64_t loopc_loading_digest(const struct loopc_loading *files, int count)
{
    uint64_t hash = 0;
    for (int f = 0; f < count; f++) {
        uint64_t sum = 0;
        for (int64_t i = 0; i < files[f].width; i++) {
            const struct loopc_incoming *const c = &files[f].columns[i];
            if (c->kept >= 0) sum += column_digest(&files[f], c);
        }
        hash = mix(hash, sum);
    }
    return hash ? hash : 1;
}
