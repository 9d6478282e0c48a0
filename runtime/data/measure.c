/* Data sets on their way in: ranges of columns, and the digest of the table. The order of rows
 * counts in it, that of columns does not. */
#include "data/mapped.h"
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

static void see_row(double *restrict min, double *restrict max, const double *restrict row,
                    int32_t width)
{
    for (int32_t i = 0; i < width; i++) {
        min[i] = row[i] < min[i] ? row[i] : min[i];
        max[i] = row[i] > max[i] ? row[i] : max[i];
    }
}

static void count_missing(double *restrict missing, const double *restrict row, int32_t width)
{
    for (int32_t i = 0; i < width; i++)
        missing[i] += row[i] == row[i] ? 0 : 1;
}

/* Block number `block`, from 1, has ended. */
static void end_block(struct loopc_measure *m, int64_t block)
{
    for (int32_t i = 0; i < m->width; i++) {
        m->sums[i] += mix(mix(1, (uint64_t)block), m->hashes[i]);
        m->hashes[i] = 0;
    }
}

bool loopc_measure_begin(struct loopc_measure *m, int32_t width)
{
    *m = (struct loopc_measure){.width = width, .block = 65536 / (width + 1) + 1};
    m->min = calloc(3 * (size_t)width + 1, sizeof *m->min);
    m->sums = calloc(2 * (size_t)width + 1, sizeof *m->sums);
    if (!m->min || !m->sums) return false;
    m->hashes = m->sums + width;
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
    see_row(m->min, m->max, row, m->width);
    if (!m->told) count_missing(m->missing, row, m->width);
    mix_row(m->hashes, row, m->width);
    if (++m->rows % m->block == 0) end_block(m, m->rows / m->block);
}

void loopc_measure_end(struct loopc_measure *m)
{
    if (m->rows % m->block > 0) end_block(m, m->rows / m->block + 1);
}

void loopc_measure_free(struct loopc_measure *m)
{
    free(m->min);
    free(m->sums);
    *m = (struct loopc_measure){0};
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

uint64_t loopc_digest_mix(uint64_t hash, uint64_t word)
{
    return mix(hash, word);
}

/* Names, roles and dictionaries are part of the content. */
static uint64_t mix_text(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = mix(hash, (unsigned char)*text);
    return mix(hash, 256);
}

uint64_t loopc_digest_column(const char *name, enum loopc_role role)
{
    return mix(mix_text(1, name), (uint64_t)role);
}

static uint64_t column_digest(const struct loopc_loading *l, const struct loopc_incoming *c)
{
    uint64_t hash = loopc_digest_column(c->name, c->role);
    for (int32_t k = 0; c->has_dictionary && k < c->dictionary.count; k++)
        hash = mix_text(hash, loopc_dictionary_text(&c->dictionary, k));
    return mix(mix(hash, l->measure.sums[c->kept]), (uint64_t)l->values.rows);
}

static uint64_t file_digest(const struct loopc_loading *l)
{
    uint64_t sum = 0;
    for (int64_t i = 0; i < l->width; i++)
        if (l->columns[i].kept >= 0) sum += column_digest(l, &l->columns[i]);
    return sum;
}

uint64_t loopc_loading_digest(const struct loopc_loading *files, int count)
{
    uint64_t hash = 0;
    for (int f = 0; f < count; f++)
        hash = mix(hash, file_digest(&files[f]));
    return hash ? hash : 1;
}

/* The mapped file, and what the measures of all processes will make a digest with. */
void loopc_mapped_keep(struct loopc_source *s, struct loopc_loading *files, int count)
{
    s->mapped = files->mapped;
    files->mapped = NULL;
    if (!s->mapped) return;
    s->mapped->measure = files->measure;
    files->measure = (struct loopc_measure){0};
    s->mapped->has_answers = count > 1;
    if (count > 1) s->mapped->answers = file_digest(&files[1]);
}
