/* Values: chunks of f32 or f64. */
#include "data/values.h"

#include "base/pages.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { CHUNK_VALUES = 1 << 19 }; /* a huge page of f32, two of f64 */

void loopc_values_begin(struct loopc_values *values, int32_t width)
{
    const int64_t rows = width > 0 ? (CHUNK_VALUES - 1) / width : CHUNK_VALUES - 1;
    *values = (struct loopc_values){.width = width, .chunk_rows = rows > 0 ? rows : 1};
}

static size_t chunk_bytes(const struct loopc_values *values, bool wide)
{
    const size_t size = wide ? sizeof(double) : sizeof(float);
    const size_t bytes = ((size_t)values->chunk_rows * (size_t)values->width + 1) * size;
    const size_t pages = (bytes + LOOPC_HUGE_PAGE - 1) / LOOPC_HUGE_PAGE * LOOPC_HUGE_PAGE;
    return pages - bytes < LOOPC_HUGE_PAGE / 4 ? pages : bytes;
}

#ifdef MAP_POPULATE
enum { POPULATE = MAP_POPULATE };
#else
enum { POPULATE = 0 };
#endif

/* Huge pages, if the system gives them: cut out of one more, where they are aligned. */
static void *make_huge_chunk(size_t bytes, int flags)
{
    const size_t page = LOOPC_HUGE_PAGE;
    char *const memory = mmap(NULL, bytes + page, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (memory == MAP_FAILED) return NULL;
    const size_t before = page - (uintptr_t)memory % page;
    munmap(memory, before);
    if (before < page) munmap(memory + before + bytes, page - before);
    loopc_huge_pages(memory + before, bytes);
    return memory + before;
}

/* Memory that goes back to the system when it is freed, whatever malloc thinks of it. `whole`: all
 * of it will be used, so that its pages are better made at once than by a fault each. */
static void *make_chunk(size_t bytes, bool whole)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    if (whole && bytes % LOOPC_HUGE_PAGE == 0) return make_huge_chunk(bytes, flags);
    void *const memory =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags | (whole ? POPULATE : 0), -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static void free_chunk(struct loopc_values *values, int64_t i)
{
    if (values->chunks[i]) munmap(values->chunks[i], chunk_bytes(values, values->wide));
    values->chunks[i] = NULL;
}

void loopc_values_free(struct loopc_values *values)
{
    for (int64_t i = 0; i < values->count; i++)
        free_chunk(values, i);
    free(values->chunks);
    loopc_values_begin(values, values->width);
}

void loopc_values_drop(struct loopc_values *values, int64_t r)
{
    for (int64_t i = r / values->chunk_rows; i-- > 0 && values->chunks[i];)
        free_chunk(values, i);
}

static bool add_chunk(struct loopc_values *values)
{
    if (values->count == values->capacity) {
        const int64_t capacity = values->capacity ? values->capacity * 2 : 16;
        void **const chunks = realloc(values->chunks, (size_t)capacity * sizeof *chunks);
        if (!chunks) return false;
        values->chunks = chunks;
        values->capacity = capacity;
    }
    void *const chunk = make_chunk(chunk_bytes(values, values->wide), values->count > 0);
    if (chunk) values->chunks[values->count++] = chunk;
    return chunk != NULL;
}

/* Chunk i as f64. */
static bool widen_chunk(struct loopc_values *values, int64_t i)
{
    const size_t count = (size_t)values->chunk_rows * (size_t)values->width;
    const float *const from = values->chunks[i];
    double *const to = make_chunk(chunk_bytes(values, true), i > 0);
    if (!to) return false;
    for (size_t k = 0; k < count; k++)
        to[k] = (double)from[k];
    free_chunk(values, i);
    values->chunks[i] = to;
    return true;
}

static bool widen(struct loopc_values *values)
{
    struct loopc_values done = *values;
    done.wide = true;
    for (int64_t i = 0; i < values->count; i++) {
        if (widen_chunk(values, i)) continue;
        /* Half of them are one, half the other: none can be used. */
        for (int64_t k = 0; k < i; k++)
            free_chunk(&done, k);
        return false;
    }
    values->wide = true;
    return true;
}

/* Whether all of a row are f32; NaN counts as one. */
static bool is_narrow(const double *row, int32_t width)
{
    bool narrow = true;
    for (int32_t i = 0; i < width; i++)
        narrow &= (double)(float)row[i] == row[i] || row[i] != row[i];
    return narrow;
}

static void *place_of(const struct loopc_values *values, int64_t r)
{
    const size_t at = (size_t)(r % values->chunk_rows) * (size_t)values->width;
    const size_t size = values->wide ? sizeof(double) : sizeof(float);
    return (char *)values->chunks[r / values->chunk_rows] + at * size;
}

static void put_row(const struct loopc_values *values, int64_t r, const double *row)
{
    if (values->wide) {
        memcpy(place_of(values, r), row, (size_t)values->width * sizeof *row);
        return;
    }
    float *const to = place_of(values, r);
    for (int32_t i = 0; i < values->width; i++)
        to[i] = (float)row[i];
}

bool loopc_values_add(struct loopc_values *values, const double *row)
{
    if (!values->wide && !is_narrow(row, values->width) && !widen(values)) return false;
    if (values->rows % values->chunk_rows == 0 && !add_chunk(values)) return false;
    put_row(values, values->rows++, row);
    return true;
}

const double *loopc_values_row(const struct loopc_values *values, int64_t r, double *room)
{
    if (values->wide) return place_of(values, r);
    const float *const from = place_of(values, r);
    for (int32_t i = 0; i < values->width; i++)
        room[i] = (double)from[i];
    return room;
}

void loopc_walk_turn(struct loopc_walk *walk, int64_t r)
{
    const struct loopc_values *const values = walk->values;
    const size_t size = values->wide ? sizeof(double) : sizeof(float);
    const int64_t chunk = r / values->chunk_rows;
    walk->rows = values->chunks[chunk];
    walk->first = chunk * values->chunk_rows;
    walk->end = walk->first + values->chunk_rows;
    walk->row_bytes = (size_t)values->width * size;
}

double loopc_values_get(const struct loopc_values *values, int64_t r, int32_t column)
{
    const void *const row = place_of(values, r);
    return values->wide ? ((const double *)row)[column] : (double)((const float *)row)[column];
}

bool loopc_values_set(struct loopc_values *values, int64_t r, int32_t column, double value)
{
    if (!values->wide && !is_narrow(&value, 1) && !widen(values)) return false;
    void *const row = place_of(values, r);
    if (values->wide)
        ((double *)row)[column] = value;
    else
        ((float *)row)[column] = (float)value;
    return true;
}

void loopc_values_keep(struct loopc_values *values, const bool *marks)
{
    const size_t size = (values->wide ? sizeof(double) : sizeof(float)) * (size_t)values->width;
    int64_t kept = 0;
    for (int64_t r = 0; r < values->rows; r++) {
        if (!marks[r]) continue;
        if (kept < r) memcpy(place_of(values, kept), place_of(values, r), size);
        kept++;
    }
    values->rows = kept;
}
