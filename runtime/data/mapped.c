#include "data/mapped.h"

#include "data/source.h"
#include "parallel/ranks.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

static bool are_all_inputs(const struct loopc_loading *l)
{
    bool all = l->in_order;
    for (int64_t i = 0; all && i < l->width; i++)
        all = l->columns[i].role == LOOPC_ROLE_INPUT;
    return all;
}

static bool mapped_may(const struct loopc_loading *l, bool by_columns)
{
    const struct loopc_dataset_options *const o = l->options;
    struct stat file;
    if (loopc_ranks == 1 || by_columns || !o->by_rows || o->keep_values) return false;
    if (o->scale > LOOPC_SCALE_CONSTANT || o->missing != LOOPC_MISSING_REFUSE) return false;
    if (l->like && loopc_source_is_fitted(l->like->source->whole)) return false;
    if (l->in->inflate || l->in->member || !are_all_inputs(l)) return false;
    return !fstat(l->in->fd, &file) && S_ISREG(file.st_mode);
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static uint64_t identity_of(const struct stat *file, const struct loopc_mapped *m)
{
    const int64_t words[] = {(int64_t)file->st_ino,
                             (int64_t)file->st_size,
                             file->st_mtim.tv_sec,
                             file->st_mtim.tv_nsec,
                             file->st_ctim.tv_sec,
                             file->st_ctim.tv_nsec,
                             m->rows,
                             m->width};
    uint64_t hash = 1;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        hash = mix(hash, (uint64_t)words[i]);
    return hash ? hash : 1;
}

/* Rows of this process, in whole blocks of the digest. */
static void take_part(struct loopc_mapped *m, int64_t block)
{
    const int64_t blocks = (m->rows + block - 1) / block;
    m->first = blocks * loopc_rank / loopc_ranks * block;
    m->end = blocks * (loopc_rank + 1) / loopc_ranks * block;
    if (m->end > m->rows) m->end = m->rows;
}

static const unsigned char *row_of(const struct loopc_mapped *m, int64_t r)
{
    return m->values + (size_t)r * (size_t)m->width * (size_t)m->element.size;
}

/* Maps so many bytes behind those that were read. */
static int map_file(struct loopc_loading *l, struct loopc_mapped *m)
{
    struct stat file;
    const int64_t at = l->in->before + (l->in->next - l->in->buffer);
    const int64_t bytes = m->rows * m->width * m->element.size;
    if (fstat(l->in->fd, &file)) return loopc_loading_no_memory(l);
    l->values.rows = (file.st_size - at) / (m->width * m->element.size);
    if (file.st_size - at < bytes) return loopc_array_too_short(l, (uint64_t)m->rows);
    if (file.st_size - at > bytes) return loopc_array_too_long(l, (uint64_t)m->rows);
    m->size = (size_t)file.st_size;
    m->file = mmap(NULL, m->size, PROT_READ | PROT_WRITE, MAP_PRIVATE, l->in->fd, 0);
    if (m->file == MAP_FAILED) return loopc_loading_no_memory(l);
    m->values = (const unsigned char *)m->file + at;
    m->identity = identity_of(&file, m);
    return LOOPC_OK;
}

/* Measures and checks the rows of this process; what was read of them leaves its memory. */
static int measure_part(struct loopc_loading *l, struct loopc_mapped *m)
{
    double values[512];
    l->values.rows = l->measure.rows = m->first;
    for (int64_t left = (m->end - m->first) * m->width, at = m->first * m->width; left > 0;) {
        const size_t count = left < 512 ? (size_t)left : 512;
        const unsigned char *const bytes = m->values + at * m->element.size;
        loopc_elements_read(&m->element, bytes, values, count);
        if (loopc_loading_add(l, values, count)) return LOOPC_FAILED;
        at += (int64_t)count;
        left -= (int64_t)count;
    }
    l->values.rows = m->rows;
    (void)madvise(m->file, m->size, MADV_DONTNEED);
    (void)madvise(m->file, m->size, MADV_RANDOM);
    return loopc_loading_end(l);
}

static int mapped_open(struct loopc_loading *l, const struct loopc_element *element, uint64_t rows)
{
    struct loopc_mapped *const m = calloc(1, sizeof *m);
    l->mapped = m;
    if (!m) return loopc_loading_no_memory(l);
    *m = (struct loopc_mapped){
        .file = MAP_FAILED, .element = *element, .rows = (int64_t)rows, .width = (int32_t)l->width};
    m->words = malloc(6 * (size_t)l->width * sizeof *m->words);
    if (!m->words) return loopc_loading_no_memory(l);
    take_part(m, l->measure.block);
    return map_file(l, m) || measure_part(l, m) ? LOOPC_FAILED : LOOPC_OK;
}

static void mapped_free(struct loopc_mapped *m)
{
    if (!m) return;
    if (m->file != MAP_FAILED) munmap(m->file, m->size);
    loopc_measure_free(&m->measure);
    free(m->made);
    free(m->room);
    free(m->words);
    free(m);
}

/* ---- Samples ------------------------------------------------------------------------------ */

/* Whether the bytes of the file are the samples. */
static bool is_x(const struct loopc_source *s)
{
    const struct loopc_element *const e = &s->mapped->element;
    const bool big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
    return s->table.x.count == 0 && e->kind == LOOPC_REAL && e->size == (int)sizeof(float) &&
           e->big_endian == big && (uintptr_t)s->mapped->values % sizeof(float) == 0;
}

/* The samples of row r; false: one of them does not fit f32. */
static bool make_row(const struct loopc_source *s, int64_t r, float *to)
{
    const struct loopc_mapped *const m = s->mapped;
    loopc_elements_read(&m->element, row_of(m, r), m->room, (size_t)m->width);
    return loopc_source_scale(to, m->room, &s->table.x, m->width);
}

/* Whether the least and the most of what was measured fit f32 when they are scaled. */
static bool ranges_fit(const struct loopc_source *s)
{
    const struct loopc_measure *const v = &s->mapped->measure;
    if (s->mapped->first == s->mapped->end) return true;
    return loopc_source_scale(s->x, v->min, &s->table.x, v->width) &&
           loopc_source_scale(s->x, v->max, &s->table.x, v->width);
}

static int check_part(struct loopc_source *s, const struct loopc_message *message)
{
    const struct loopc_mapped *const m = s->mapped;
    if (ranges_fit(s)) return LOOPC_OK;
    for (int64_t r = m->first; r < m->end; r++)
        if (!make_row(s, r, s->x)) return loopc_source_too_large(s, m->room, r, message);
    return LOOPC_OK;
}

static int mapped_show(struct loopc_source *s, const struct loopc_message *message)
{
    struct loopc_mapped *const m = s->mapped;
    if (is_x(s)) {
        s->x = (void *)((char *)m->file + (m->values - (const unsigned char *)m->file));
        return LOOPC_OK;
    }
    if (!s->x) s->x = calloc((size_t)m->rows + 1, (size_t)m->width * sizeof *s->x);
    if (!m->made) m->made = calloc((size_t)m->rows / 8 + 1, 1);
    if (!m->room) m->room = calloc((size_t)m->width, sizeof *m->room);
    if (!s->x || !m->made || !m->room)
        return loopc_error_set(message, NULL, "%s: out of memory", s->name);
    return check_part(s, message);
}

static void mapped_need(const struct loopc_source *s, const int64_t *index, int32_t count)
{
    const struct loopc_mapped *const m = s->mapped;
    for (int32_t i = 0; i < count; i++) {
        const int64_t r = index[i];
        const unsigned bit = 1u << r % 8;
        if (m->made[r / 8] & bit) continue;
        (void)make_row(s, r, s->x + r * m->width);
        m->made[r / 8] |= (unsigned char)bit;
    }
}

/* ---- Ranges and digest, of all processes ---------------------------------------------------- */

static uint64_t mapped_identity(const struct loopc_dataset *d)
{
    const struct loopc_mapped *const m = d->source ? d->source->whole->mapped : NULL;
    return m && !m->complete ? m->identity : 0;
}

/* The digest of a source whose first file is mapped: all of its columns are inputs, in order. */
static uint64_t digest_of(const struct loopc_source *s)
{
    const struct loopc_mapped *const m = s->mapped;
    uint64_t sum = 0;
    for (int32_t i = 0; i < m->width; i++) {
        const struct loopc_column *const c = &s->table.columns[i];
        const uint64_t column = loopc_digest_column(c->name, c->role);
        sum += loopc_digest_mix(loopc_digest_mix(column, m->measure.sums[i]), (uint64_t)m->rows);
    }
    const uint64_t hash = loopc_digest_mix(0, sum);
    const uint64_t all = m->has_answers ? loopc_digest_mix(hash, m->answers) : hash;
    return all ? all : 1;
}

static void complete(struct loopc_source *s)
{
    const struct loopc_measure *const v = &s->mapped->measure;
    for (int32_t i = 0; i < s->mapped->width; i++) {
        s->table.columns[i].min = v->min[i];
        s->table.columns[i].max = v->max[i];
    }
    s->digest = digest_of(s);
    s->mapped->complete = true;
}

/* Words of processes, three a column: least and most value, and the hash. */
static void add_words(struct loopc_measure *v, const int64_t *words)
{
    for (int32_t i = 0; i < v->width; i++) {
        double min, max;
        memcpy(&min, words + 3 * i, sizeof min);
        memcpy(&max, words + 3 * i + 1, sizeof max);
        v->min[i] = min < v->min[i] ? min : v->min[i];
        v->max[i] = max > v->max[i] ? max : v->max[i];
        v->sums[i] += (uint64_t)words[3 * i + 2];
    }
}

static void give_words(const struct loopc_measure *v, int64_t *words)
{
    for (int32_t i = 0; i < v->width; i++) {
        memcpy(words + 3 * i, &v->min[i], sizeof *words);
        memcpy(words + 3 * i + 1, &v->max[i], sizeof *words);
        words[3 * i + 2] = (int64_t)v->sums[i];
    }
}

static void mapped_join(const struct loopc_dataset *d)
{
    struct loopc_source *const s = d->source->whole;
    struct loopc_measure *const v = &s->mapped->measure;
    const int32_t count = 3 * v->width;
    int64_t *const words = s->mapped->words, *const own = words + count;
    give_words(v, own);
    for (int32_t r = 0; r < loopc_ranks; r++) {
        for (int32_t i = 0; i < count; i++)
            words[i] = r == loopc_rank ? own[i] : INT64_MIN;
        loopc_ranks_most(words, count);
        if (r != loopc_rank) add_words(v, words);
    }
    complete(s);
}

static void measure_rows(struct loopc_mapped *m, int64_t from, int64_t to, double *room)
{
    if (from == to) return;
    m->measure.rows = from;
    for (int64_t r = from; r < to; r++) {
        loopc_elements_read(&m->element, row_of(m, r), room, (size_t)m->width);
        loopc_measure_row(&m->measure, room);
    }
    loopc_measure_end(&m->measure);
}

static void mapped_finish(const struct loopc_dataset *d)
{
    struct loopc_mapped *const m = d->source->whole->mapped;
    double *const room = calloc((size_t)m->width, sizeof *room);
    if (!room) return;
    measure_rows(m, 0, m->first, room);
    measure_rows(m, m->end, m->rows, room);
    free(room);
    complete(d->source->whole);
}

const struct loopc_mapping loopc_mapping = {.may = mapped_may,
                                            .open = mapped_open,
                                            .free = mapped_free,
                                            .show = mapped_show,
                                            .need = mapped_need,
                                            .identity = mapped_identity,
                                            .join = mapped_join,
                                            .finish = mapped_finish};
