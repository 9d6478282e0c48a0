/* CSV files: cells, their values, lines. */
#include "data/csv_reader.h"

#include "base/number.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void begin_line(struct loopc_csv *t, const char *p)
{
    t->line++;
    t->line_start = t->in->before + (p - (const char *)t->in->buffer);
}

static int fault_at(const struct loopc_csv *t, const char *p, enum loopc_cell_fault fault)
{
    static const char *const texts[] = {
        [LOOPC_CELL_QUOTE] = "a quote in a cell that does not begin with one",
        [LOOPC_CELL_OPEN] = "a quote that is never closed",
        [LOOPC_CELL_BEHIND] = "text behind the quote that ends a cell",
        [LOOPC_CELL_ZERO] = "a byte 0: this is not text",
        [LOOPC_CELL_LONG] = "a cell of more than 4095 bytes"};
    static const char *const hints[] = {
        [LOOPC_CELL_QUOTE] = "a cell with quotes in it is in quotes, and they are doubled",
        [LOOPC_CELL_OPEN] = "is the quote meant? Quotes within a cell are doubled",
        [LOOPC_CELL_BEHIND] = "quotes within a cell are doubled",
        [LOOPC_CELL_ZERO] = NULL,
        [LOOPC_CELL_LONG] = NULL};
    const bool quoted = *loopc_csv_at(t) == '"';
    const struct loopc_place place = loopc_csv_place(t, p);
    return loopc_error_set(
        t->l->message,
        fault == LOOPC_CELL_LONG && quoted ? "is the quote that begins it meant to?" : hints[fault],
        "%s:%" PRId64 ":%" PRId64 ": %s", t->l->path, place.line, place.byte, texts[fault]);
}

/* The file ends without a newline. A quote, and the separator that ends each line, show that
 * the last cell is whole. */
static void note_open_end(struct loopc_csv *t, const char *p)
{
    const bool ended = t->dialect.trailing && p[-1] == t->separator;
    const bool blank = t->separator == ' ' && loopc_csv_is_blank(p[-1], ' ');
    if (p[-1] != '"' && !ended && !blank) t->l->open_end = p[-1];
}

int loopc_csv_take_cell(struct loopc_csv *t, struct loopc_place *place)
{
    const char *p = loopc_csv_at(t);
    const enum loopc_cell_fault fault =
        loopc_cell_take(t->separator, &p, loopc_csv_end(t), t->text, &t->length);
    *place = loopc_csv_place(t, loopc_csv_at(t));
    if (fault == LOOPC_CELL_OPEN && loopc_csv_end(t) - loopc_csv_at(t) >= LOOPC_CSV_ROOM)
        return fault_at(t, loopc_csv_at(t), LOOPC_CELL_LONG);
    if (fault) return fault_at(t, p, fault);
    for (const char *q = loopc_csv_at(t); (q = memchr(q, '\n', (size_t)(p - q)));)
        begin_line(t, ++q);
    t->text[t->length] = 0;
    loopc_csv_set(t, p);
    if (p == loopc_csv_end(t)) note_open_end(t, p);
    return LOOPC_OK;
}

static int too_large(const struct loopc_csv *t, int64_t column, struct loopc_place place,
                     double value)
{
    char what[80];
    snprintf(what, sizeof what, "%g is too large for f32", value);
    return loopc_bad_value(t->l, column, place,
                           isinf(value) ? "every value has to be a finite number"
                                        : "the largest is 3.4e38: another unit makes it smaller",
                           what);
}

static int keep_id(struct loopc_csv *t)
{
    struct loopc_array *const ids = &t->l->ids;
    char utf8[2 * LOOPC_CELL_MAX + 1];
    const size_t length = loopc_text_to_utf8(t->text, t->length, utf8);
    if (!loopc_array_reserve(ids, length + 1, 1)) return loopc_loading_no_memory(t->l);
    memcpy((char *)ids->items + ids->count, utf8, length + 1);
    ids->count += length + 1;
    return LOOPC_OK;
}

int loopc_csv_value(struct loopc_csv *t, int64_t column, struct loopc_place place, double *value)
{
    struct loopc_incoming *const c = &t->l->columns[column];
    const char *const text = t->text;
    if (c->role == LOOPC_ROLE_ID && t->l->options->keep_ids && keep_id(t)) return LOOPC_FAILED;
    if (loopc_text_is_missing(text, t->length))
        return loopc_loading_missing(t->l, column, place, value);
    const char *const stop = loopc_number_scan(text, text + t->length, t->decimal, value);
    if (stop != text + t->length)
        return loopc_loading_text(t->l, column, text, t->length, place, value);
    if (!(fabs(*value) <= (double)FLT_MAX)) return too_large(t, column, place, *value);
    return c->has_dictionary ? loopc_loading_number_as_text(t->l, column, *value, value) : LOOPC_OK;
}

int loopc_csv_read_cell(struct loopc_csv *t, int64_t column)
{
    struct loopc_place place;
    double value = 0;
    if (loopc_csv_take_cell(t, &place) || loopc_csv_value(t, column, place, &value))
        return LOOPC_FAILED;
    t->l->row[t->columns[column].kept] = value;
    t->columns[column].slow |= t->l->columns[column].has_dictionary;
    return LOOPC_OK;
}

int loopc_csv_end_line(struct loopc_csv *t)
{
    const char *const p = loopc_csv_at(t);
    const int bytes = loopc_csv_line_end(p);
    if (bytes == 0 && p < loopc_csv_end(t)) return fault_at(t, p, LOOPC_CELL_BEHIND);
    loopc_csv_set(t, p + bytes);
    if (bytes > 0)
        begin_line(t, p + bytes);
    else
        note_open_end(t, p);
    return LOOPC_OK;
}

int loopc_csv_pass_over_line(struct loopc_csv *t)
{
    for (;;) {
        if (loopc_csv_refill(t)) return LOOPC_FAILED;
        const char *const found =
            memchr(loopc_csv_at(t), '\n', (size_t)(loopc_csv_end(t) - loopc_csv_at(t)));
        loopc_csv_set(t, found ? found + 1 : loopc_csv_end(t));
        if (found) begin_line(t, found + 1);
        if (found || t->in->ended) return LOOPC_OK;
    }
}

bool loopc_csv_add_text(struct loopc_csv_texts *texts, const char *text, struct loopc_place place)
{
    if (texts->count == texts->capacity) {
        const size_t capacity = texts->capacity ? texts->capacity * 2 : 64;
        char **const items = realloc(texts->items, capacity * sizeof *items);
        if (items) texts->items = items;
        struct loopc_place *const places = realloc(texts->places, capacity * sizeof *places);
        if (places) texts->places = places;
        if (!items || !places) return false;
        texts->capacity = capacity;
    }
    texts->places[texts->count] = place;
    texts->items[texts->count] = strdup(text);
    return texts->items[texts->count++] != NULL;
}

void loopc_csv_free_texts(struct loopc_csv_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free(texts->items[i]);
    free(texts->items);
    free(texts->places);
    *texts = (struct loopc_csv_texts){0};
}

bool loopc_csv_add_row_names(struct loopc_csv_texts *texts)
{
    if (!loopc_csv_add_text(texts, "", (struct loopc_place){0})) return false;
    char *const none = texts->items[texts->count - 1];
    memmove(texts->items + 1, texts->items, (texts->count - 1) * sizeof *texts->items);
    texts->items[0] = none;
    return true;
}

bool loopc_csv_names_to_utf8(struct loopc_csv_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++) {
        const size_t length = strlen(texts->items[i]);
        char *const utf8 = malloc(2 * length + 1);
        if (!utf8) return false;
        loopc_text_to_utf8(texts->items[i], length, utf8);
        free(texts->items[i]);
        texts->items[i] = utf8;
    }
    return true;
}
