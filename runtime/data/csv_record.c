/* CSV records: text cut into cells. */
#include "data/csv_record.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const struct loopc_cell *loopc_record_cell(const struct loopc_record *record, size_t i)
{
    return (const struct loopc_cell *)record->cells.items + i;
}

const char *loopc_record_text(const struct loopc_record *record, size_t i)
{
    return (const char *)record->text.items + loopc_record_cell(record, i)->start;
}

void loopc_record_free(struct loopc_record *record)
{
    free(record->text.items);
    free(record->cells.items);
    *record = (struct loopc_record){0};
}

static int complain_at(const struct loopc_reader *r, int64_t line, int64_t place, const char *hint,
                       const char *what)
{
    return loopc_error_set(r->message, hint, "%s:%" PRId64 ":%" PRId64 ": %s", r->in->path, line,
                           place, what);
}

static int complain(const struct loopc_reader *r, const char *what)
{
    return complain_at(r, r->line, r->place, NULL, what);
}

/* The next byte to r->byte. */
static inline void advance(struct loopc_reader *r)
{
    const bool line_ended = r->byte == '\n';
    r->line += line_ended;
    r->place = line_ended ? 1 : r->place + 1;
    r->byte = loopc_input_byte(r->in);
    if (r->byte == '\r' && loopc_input_peek(r->in, 1) > 0 && *r->in->next == '\n') {
        r->byte = loopc_input_byte(r->in);
    }
}

int loopc_reader_begin(struct loopc_reader *r, struct loopc_input *in,
                       const struct loopc_message *message)
{
    static const unsigned char mark[] = {0xef, 0xbb, 0xbf};
    const int64_t there = loopc_input_peek(in, sizeof mark);
    if (there >= (int64_t)sizeof mark && !memcmp(in->next, mark, sizeof mark)) {
        in->next += sizeof mark;
    }
    *r = (struct loopc_reader){.in = in, .message = message, .line = 1};
    advance(r);
    return r->byte == LOOPC_INPUT_ERROR ? LOOPC_FAILED : LOOPC_OK;
}

/* Whether a byte ends a cell that is not in quotes. */
static inline bool ends_cell(int byte)
{
    return byte == ',' || byte == '\n' || byte < 0;
}

/* Keeps r->byte in a text that has room for it, and goes on. */
static inline void keep(struct loopc_reader *r, struct loopc_array *text)
{
    ((char *)text->items)[text->count++] = (char)r->byte;
    advance(r);
}

static int read_plain(struct loopc_reader *r, struct loopc_array *text)
{
    const size_t end = text->count + LOOPC_CELL_MAX;
    while (!ends_cell(r->byte)) {
        if (r->byte == '"') return complain(r, "a quote in a cell that does not begin with one");
        if (r->byte == 0) return complain(r, "a byte 0: this is no text");
        if (text->count == end) return complain(r, "a cell of more than 4095 bytes");
        keep(r, text);
    }
    return LOOPC_OK;
}

static int read_quoted(struct loopc_reader *r, struct loopc_array *text)
{
    const size_t end = text->count + LOOPC_CELL_MAX;
    const int64_t line = r->line, place = r->place;
    advance(r);
    for (;; keep(r, text)) {
        if (r->byte == LOOPC_INPUT_END) {
            return complain_at(r, line, place, NULL, "a quote that is never closed");
        }
        if (r->byte < 0) return LOOPC_FAILED;
        if (r->byte == 0) return complain(r, "a byte 0: this is no text");
        if (r->byte == '"') {
            advance(r);
            if (r->byte != '"') break;
        }
        if (text->count == end) {
            return complain_at(r, line, place, "is the quote that begins it meant to?",
                               "a cell of more than 4095 bytes");
        }
    }
    return ends_cell(r->byte) ? LOOPC_OK : complain(r, "text behind the quote that ends a cell");
}

static int read_cell(struct loopc_reader *r, struct loopc_record *record)
{
    struct loopc_array *const text = &record->text;
    if (record->cells.count == LOOPC_CELLS_MAX) return complain(r, "more than 1048576 cells");
    if (!loopc_array_reserve(&record->cells, 1, sizeof(struct loopc_cell)) ||
        !loopc_array_reserve(text, LOOPC_CELL_MAX + 1, 1)) {
        return complain(r, "out of memory");
    }
    ((struct loopc_cell *)record->cells.items)[record->cells.count++] =
        (struct loopc_cell){text->count, r->line, r->place};
    const int st = r->byte == '"' ? read_quoted(r, text) : read_plain(r, text);
    ((char *)text->items)[text->count++] = 0;
    return st;
}

int loopc_record_read(struct loopc_reader *r, struct loopc_record *record)
{
    record->text.count = record->cells.count = 0;
    if (r->byte == LOOPC_INPUT_END) return LOOPC_OK;
    for (;;) {
        if (read_cell(r, record) || r->byte == LOOPC_INPUT_ERROR) return LOOPC_FAILED;
        if (r->byte != ',') break;
        advance(r);
    }
    if (r->byte == '\n') advance(r);
    return r->byte == LOOPC_INPUT_ERROR ? LOOPC_FAILED : LOOPC_OK;
}
