/* CSV and its relatives: a table as text. Here the records become rows; what they are cut by and
 * whether the first one is a header is found in csv_dialect.c. Most cells are numbers, read where
 * they are; all others go the long way, through their text. */
#include "base/number.h"
#include "data/csv_dialect.h"
#include "data/loading.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A cell, its quotes and what is around it fit into that much. */
enum { ROOM = 3 * LOOPC_CELL_MAX };

/* What most cells need to know of their column. */
struct quick {
    int32_t kept; /* its place in the row; behind all others when it is not kept */
    bool slow;    /* its cells are no plain numbers */
};

struct csv {
    struct loopc_loading *l;
    struct loopc_input *in;
    struct loopc_dialect dialect;
    char separator, decimal;  /* of the dialect */
    int64_t line, line_start; /* of the next byte: from 1; where it began in the file */
    int64_t first_line;       /* of the first record, which says how many cells there are */
    int64_t row_line;         /* where the record began */
    int64_t width;            /* cells in a record, without the empty one that may end it */
    int64_t counted;          /* rows that the first line says there are, or -1 */
    struct quick *columns;
    char text[ROOM];
    size_t length;
};

static inline const char *at(const struct csv *t)
{
    return (const char *)t->in->next;
}

static inline const char *end(const struct csv *t)
{
    return (const char *)t->in->end;
}

static inline void set(struct csv *t, const char *p)
{
    t->in->next = (const unsigned char *)p;
}

static struct loopc_place place_of(const struct csv *t, const char *p)
{
    const int64_t offset = t->in->before + (p - (const char *)t->in->buffer);
    return (struct loopc_place){t->line, offset - t->line_start + 1};
}

/* Makes whole cells stand in the buffer, if there are any. */
static inline int refill(struct csv *t)
{
    if (end(t) - at(t) >= ROOM || t->in->ended) return LOOPC_OK;
    return loopc_input_peek(t->in, ROOM) < 0 ? LOOPC_FAILED : LOOPC_OK;
}

static void begin_line(struct csv *t, const char *p)
{
    t->line++;
    t->line_start = t->in->before + (p - (const char *)t->in->buffer);
}

static int fault_at(const struct csv *t, const char *p, enum loopc_cell_fault fault)
{
    static const char *const texts[] = {
        [LOOPC_CELL_QUOTE] = "a quote in a cell that does not begin with one",
        [LOOPC_CELL_OPEN] = "a quote that is never closed",
        [LOOPC_CELL_BEHIND] = "text behind the quote that ends a cell",
        [LOOPC_CELL_ZERO] = "a byte 0: this is no text",
        [LOOPC_CELL_LONG] = "a cell of more than 4095 bytes"};
    const bool quoted = *at(t) == '"';
    const struct loopc_place place = place_of(t, p);
    return loopc_error_set(
        t->l->message,
        fault == LOOPC_CELL_LONG && quoted ? "is the quote that begins it meant to?" : NULL,
        "%s:%" PRId64 ":%" PRId64 ": %s", t->l->path, place.line, place.byte, texts[fault]);
}

/* Takes the cell at the next byte to t->text. */
static int take_cell(struct csv *t, struct loopc_place *place)
{
    const char *p = at(t);
    const enum loopc_cell_fault fault =
        loopc_cell_take(t->separator, &p, end(t), t->text, &t->length);
    *place = place_of(t, at(t));
    if (fault == LOOPC_CELL_OPEN && end(t) - at(t) >= ROOM)
        return fault_at(t, at(t), LOOPC_CELL_LONG);
    if (fault) return fault_at(t, p, fault);
    for (const char *q = at(t); (q = memchr(q, '\n', (size_t)(p - q)));)
        begin_line(t, ++q);
    t->text[t->length] = 0;
    set(t, p);
    return LOOPC_OK;
}

static int too_large(const struct csv *t, int64_t column, struct loopc_place place, double value)
{
    char what[80];
    snprintf(what, sizeof what, "%g is too large for f32", value);
    return loopc_bad_value(t->l, column, place,
                           isinf(value) ? "every value has to be a finite number" : NULL, what);
}

static int keep_id(struct csv *t)
{
    struct loopc_array *const ids = &t->l->ids;
    char utf8[2 * LOOPC_CELL_MAX + 1];
    const size_t length = loopc_text_to_utf8(t->text, t->length, utf8);
    if (!loopc_array_reserve(ids, length + 1, 1)) return loopc_loading_no_memory(t->l);
    memcpy((char *)ids->items + ids->count, utf8, length + 1);
    ids->count += length + 1;
    return LOOPC_OK;
}

/* The value of the cell in t->text. */
static int value_of_text(struct csv *t, int64_t column, struct loopc_place place, double *value)
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

static int read_slow_cell(struct csv *t, int64_t column)
{
    struct loopc_place place;
    double value = 0;
    if (take_cell(t, &place) || value_of_text(t, column, place, &value)) return LOOPC_FAILED;
    t->l->row[t->columns[column].kept] = value;
    t->columns[column].slow |= t->l->columns[column].has_dictionary;
    return LOOPC_OK;
}

/* Whether a cell ends at p. */
static inline bool ends_cell(const struct csv *t, const char *p)
{
    return *p == t->separator || *p == '\n' || (*p == '\r' && p[1] == '\n') ||
           (*p == 0 && p == end(t)) || (t->separator == ' ' && *p == '\t');
}

static inline int read_cell(struct csv *t, int64_t column)
{
    const struct quick c = t->columns[column];
    double value;
    if (refill(t)) return LOOPC_FAILED;
    const char *const p = loopc_csv_skip_blanks(at(t), t->separator);
    set(t, p);
    if (c.slow) return read_slow_cell(t, column);
    const char *const stop = loopc_number_scan(p, end(t), t->decimal, &value);
    if (!stop || !(fabs(value) <= (double)FLT_MAX)) return read_slow_cell(t, column);
    const char *const behind =
        t->separator == ' ' ? stop : loopc_csv_skip_blanks(stop, t->separator);
    if (!ends_cell(t, behind)) return read_slow_cell(t, column);
    t->l->row[c.kept] = value;
    set(t, behind);
    return LOOPC_OK;
}

/* Goes over the separator, true; or to where the line ends, false. */
static inline bool goes_on(struct csv *t)
{
    const char *p = at(t);
    const bool more = loopc_csv_goes_on(t->separator, &p);
    set(t, p);
    return more;
}

/* Goes behind the end of the line, or of the file. */
static int end_line(struct csv *t)
{
    const char *const p = at(t);
    const int bytes = loopc_csv_line_end(p);
    if (bytes == 0 && p < end(t)) return fault_at(t, p, LOOPC_CELL_BEHIND);
    set(t, p + bytes);
    if (bytes > 0) begin_line(t, p + bytes);
    return LOOPC_OK;
}

/* Whether nothing but empty lines and comments follows. */
static bool is_last(struct csv *t)
{
    const char *const rest = at(t);
    const int64_t there = loopc_input_peek(t->in, ROOM);
    return there >= 0 && rest[strspn(rest, " \t\r\n")] == 0;
}

/* Counts the cells behind those that were read, `more` when there are any, to say what is wrong. */
static int wrong_count(struct csv *t, int64_t cells, bool more)
{
    struct loopc_place place;
    for (; more; more = goes_on(t)) {
        if (refill(t)) return LOOPC_FAILED;
        set(t, loopc_csv_skip_blanks(at(t), t->separator));
        if (take_cell(t, &place)) return LOOPC_FAILED;
        cells++;
    }
    if (end_line(t)) return LOOPC_FAILED;
    const bool top = t->row_line <= t->first_line + 1 && t->first_line == 1 && t->width < cells;
    const char *const hint =
        top                ? "`skip_lines` passes over lines at the top that are none of the table"
        : cells > t->width ? "a cell with a comma in it is quoted"
        : is_last(t)       ? "it is the last line: the file may have been cut short"
                           : "every line has a cell for each column";
    return loopc_error_set(t->l->message, hint,
                           "%s:%" PRId64 ": %" PRId64 " cells, but line %" PRId64 " has %" PRId64,
                           t->l->path, t->row_line, cells, t->first_line, t->width);
}

/* Behind the last column: nothing, or the separator that ends each line. */
static int end_record(struct csv *t)
{
    if (!goes_on(t)) return end_line(t);
    if (!t->dialect.trailing) return wrong_count(t, t->width, true);
    set(t, loopc_csv_skip_blanks(at(t), t->separator));
    if (!ends_cell(t, at(t)) || *at(t) == t->separator) return wrong_count(t, t->width, true);
    return end_line(t);
}

/* Reads cells from column i on as long as they are short numbers with a separator behind them, as
 * most are. Returns the first that is not. */
static inline int64_t read_short_cells(struct csv *t, int64_t i)
{
    double *const row = t->l->row;
    const char *p = at(t), *const last = end(t) - ROOM;
    for (; i < t->width && p <= last; i++) {
        double value;
        if (t->columns[i].slow) break;
        const char *const stop = loopc_number_scan_short(p, t->decimal, &value);
        if (!stop || *stop != t->separator || i + 1 == t->width) break;
        row[t->columns[i].kept] = value;
        p = stop + 1;
    }
    set(t, p);
    return i;
}

static int read_record(struct csv *t)
{
    const bool separated = t->separator && t->separator != ' ';
    for (int64_t i = 0; i < t->width; i++) {
        if (separated) i = read_short_cells(t, i);
        if (read_cell(t, i)) return LOOPC_FAILED;
        if (i + 1 < t->width && !goes_on(t)) return wrong_count(t, i + 1, false);
    }
    if (end_record(t)) return LOOPC_FAILED;
    return loopc_loading_commit(t->l, t->row_line);
}

static int pass_over_line(struct csv *t)
{
    for (;;) {
        if (refill(t)) return LOOPC_FAILED;
        const char *const found = memchr(at(t), '\n', (size_t)(end(t) - at(t)));
        set(t, found ? found + 1 : end(t));
        if (found) begin_line(t, found + 1);
        if (found || t->in->ended) return LOOPC_OK;
    }
}

static inline bool is_comment(const struct csv *t)
{
    const char c = *at(t);
    return c && (c == t->dialect.comments[0] || (c == t->dialect.comments[1] && c));
}

static bool is_empty_line(const struct csv *t)
{
    const char *const p = loopc_csv_skip_blanks(at(t), t->separator);
    return loopc_csv_line_end(p) > 0 || (p == end(t) && p > at(t));
}

/* Goes to the next record; *more is false when there is none. Empty lines may only be at the end. */
static int next_record(struct csv *t, bool *more)
{
    int64_t empty = 0;
    for (;;) {
        if (refill(t)) return LOOPC_FAILED;
        *more = at(t) < end(t);
        if (!*more) return LOOPC_OK;
        const bool nothing = is_empty_line(t);
        if (!nothing && !is_comment(t)) break;
        if (nothing && !empty) empty = t->line;
        if (pass_over_line(t)) return LOOPC_FAILED;
    }
    t->row_line = t->line;
    if (!empty || t->first_line == 0) return LOOPC_OK;
    return loopc_error_set(t->l->message, "empty lines may only stand at the end",
                           "%s:%" PRId64 ": the line is empty", t->l->path, empty);
}

/* A record as texts, each owned, and their places. */
struct texts {
    char **items;
    struct loopc_place *places;
    size_t count, capacity;
};

static bool add_text(struct texts *texts, const char *text, struct loopc_place place)
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

static void free_texts(struct texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free(texts->items[i]);
    free(texts->items);
    free(texts->places);
    *texts = (struct texts){0};
}

/* Reads a record whose length is not known yet, to the end of its line. */
static int read_texts(struct csv *t, struct texts *texts)
{
    struct loopc_place place;
    do {
        if (refill(t)) return LOOPC_FAILED;
        set(t, loopc_csv_skip_blanks(at(t), t->separator));
        if (take_cell(t, &place)) return LOOPC_FAILED;
        if (texts->count == LOOPC_CELLS_MAX) {
            return loopc_error_set(t->l->message, NULL, "%s:%" PRId64 ": more than 1048576 cells",
                                   t->l->path, t->row_line);
        }
        if (!add_text(texts, t->text, place)) return loopc_loading_no_memory(t->l);
    } while (goes_on(t));
    if (t->dialect.trailing && texts->count > 1 && !*texts->items[texts->count - 1])
        free(texts->items[--texts->count]);
    return end_line(t);
}

/* A column of row names has no name in the header. */
static bool add_row_names(struct texts *texts)
{
    if (!add_text(texts, "", (struct loopc_place){0})) return false;
    char *const none = texts->items[texts->count - 1];
    memmove(texts->items + 1, texts->items, (texts->count - 1) * sizeof *texts->items);
    texts->items[0] = none;
    return true;
}

static bool names_to_utf8(struct texts *texts)
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

static int begin_columns(struct csv *t, struct texts *texts)
{
    const bool header = t->dialect.header;
    if (header && (!names_to_utf8(texts) || (t->dialect.row_names && !add_row_names(texts))))
        return loopc_loading_no_memory(t->l);
    t->width = (int64_t)texts->count;
    t->columns = calloc((size_t)t->width + 1, sizeof *t->columns);
    if (!t->columns) return loopc_loading_no_memory(t->l);
    t->l->has_row_names = t->dialect.row_names;
    if (loopc_loading_begin(t->l, t->width, header ? texts->items : NULL, 2)) return LOOPC_FAILED;
    for (int64_t i = 0; i < t->width; i++) {
        const struct loopc_incoming *const c = &t->l->columns[i];
        t->columns[i].kept = c->kept >= 0 ? c->kept : t->l->values.width;
        t->columns[i].slow = c->has_dictionary || c->role == LOOPC_ROLE_ID;
    }
    return LOOPC_OK;
}

/* A record that was read as texts becomes the first row. */
static int add_texts(struct csv *t, const struct texts *texts)
{
    for (int64_t i = 0; i < t->width; i++) {
        double value;
        t->length = strlen(texts->items[i]);
        memcpy(t->text, texts->items[i], t->length + 1);
        if (value_of_text(t, i, texts->places[i], &value)) return LOOPC_FAILED;
        t->l->row[t->columns[i].kept] = value;
        t->columns[i].slow |= t->l->columns[i].has_dictionary;
    }
    return loopc_loading_commit(t->l, t->row_line);
}

/* The line of counts is passed over; what it says of rows is checked at the end. */
static int read_counts(struct csv *t)
{
    struct texts texts = {0};
    double rows = 0;
    bool more;
    int st = read_texts(t, &texts);
    if (!st && texts.count > 0) loopc_number_read(texts.items[0], &rows);
    t->counted = (int64_t)rows;
    for (size_t i = 2; !st && i < texts.count; i++) {
        char *const name = strdup(texts.items[i]);
        if (!name || !loopc_array_reserve(&t->l->class_names, 1, sizeof name)) {
            free(name);
            st = loopc_loading_no_memory(t->l);
        } else {
            ((char **)t->l->class_names.items)[t->l->class_names.count++] = name;
        }
    }
    free_texts(&texts);
    loopc_reading_note(&t->l->reading,
                       "line %" PRId64 " has the numbers of rows and of inputs and "
                       "the names of classes, as scikit-learn writes them",
                       t->row_line);
    return st ? st : next_record(t, &more);
}

/* The first record: a header, or the first row. */
static int begin_table(struct csv *t)
{
    struct texts texts = {0};
    bool more;
    if (next_record(t, &more)) return LOOPC_FAILED;
    if (!more) return loopc_error_set(t->l->message, NULL, "%s: the file is empty", t->l->path);
    if (t->dialect.counts && read_counts(t)) return LOOPC_FAILED;
    t->first_line = t->row_line;
    int st = read_texts(t, &texts);
    if (!st) st = begin_columns(t, &texts);
    if (!st && !t->dialect.header) st = add_texts(t, &texts);
    free_texts(&texts);
    return st;
}

static int check_count(const struct csv *t)
{
    if (t->counted < 0 || t->counted == t->l->values.rows) return loopc_loading_end(t->l);
    return loopc_error_set(t->l->message, "say `header = false` if it is a row of the table",
                           "%s:1: the first line says that there are %" PRId64 " rows, but there "
                           "are %" PRId64,
                           t->l->path, t->counted, t->l->values.rows);
}

static int read_table(struct csv *t)
{
    bool more;
    for (int32_t i = 0; i < t->dialect.skip_lines + t->dialect.names_it; i++) {
        if (pass_over_line(t)) return LOOPC_FAILED;
    }
    if (begin_table(t)) return LOOPC_FAILED;
    for (;;) {
        if (next_record(t, &more)) return LOOPC_FAILED;
        if (!more) return check_count(t);
        if (read_record(t)) return LOOPC_FAILED;
    }
}

/* Passes over a byte order mark and finds out how the file is written. */
static int begin_file(struct csv *t)
{
    const int64_t there = loopc_input_peek(t->in, LOOPC_INPUT_BUFFER);
    if (there < 0) return LOOPC_FAILED;
    if (there >= 3 && !memcmp(at(t), "\xef\xbb\xbf", 3)) set(t, at(t) + 3);
    t->line_start = at(t) - (const char *)t->in->buffer;
    const struct loopc_csv_sample sample = {.path = t->l->path,
                                            .text = at(t),
                                            .end = end(t),
                                            .whole = t->in->ended,
                                            .message = t->l->message};
    if (loopc_csv_find_dialect(&t->dialect, &sample, t->l->options)) return LOOPC_FAILED;
    t->separator = t->dialect.separator;
    t->decimal = t->dialect.decimal;
    return LOOPC_OK;
}

int loopc_read_csv(struct loopc_loading *l)
{
    struct csv *const t = calloc(1, sizeof *t);
    if (!t) return loopc_loading_no_memory(l);
    *t = (struct csv){.l = l, .in = l->in, .line = 1, .counted = -1};
    l->has_lines = true;
    int st = begin_file(t);
    l->reading.format = "CSV";
    l->reading.dialect = t->dialect;
    if (!st) st = read_table(t);
    free(t->columns);
    free(t);
    return st;
}
