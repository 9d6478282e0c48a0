/* CSV and its relatives: a table as text. Here the records become rows; their separators and
 * whether the first one is a header is found in csv_dialect.c. Most cells are numbers, read where
 * they are; all others go the long way, through their text. */
#include "base/number.h"
#include "data/csv_reader.h"

#include <ctype.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline int read_cell(struct loopc_csv *t, int64_t column)
{
    const struct loopc_csv_column c = t->columns[column];
    double value;
    if (loopc_csv_refill(t)) return LOOPC_FAILED;
    const char *const p = loopc_csv_skip_blanks(loopc_csv_at(t), t->separator);
    loopc_csv_set(t, p);
    if (c.slow) return loopc_csv_read_cell(t, column);
    const char *const stop = loopc_number_scan(p, loopc_csv_end(t), t->decimal, &value);
    if (!stop || !(fabs(value) <= (double)FLT_MAX)) return loopc_csv_read_cell(t, column);
    const char *const behind =
        t->separator == ' ' ? stop : loopc_csv_skip_blanks(stop, t->separator);
    if (!loopc_csv_ends_cell(t, behind)) return loopc_csv_read_cell(t, column);
    t->l->row[c.kept] = value;
    loopc_csv_set(t, behind);
    return LOOPC_OK;
}

/* Whether nothing but empty lines and comments follows. */
static bool is_last(struct loopc_csv *t)
{
    const char *const rest = loopc_csv_at(t);
    const int64_t there = loopc_input_peek(t->in, LOOPC_CSV_ROOM);
    return there >= 0 && rest[strspn(rest, " \t\r\n")] == 0;
}

/* Counts the cells behind those that were read, for the message; `more`: there are some. */
static int wrong_count(struct loopc_csv *t, int64_t cells, bool more)
{
    struct loopc_place place;
    for (; more; more = loopc_csv_next_cell(t)) {
        if (loopc_csv_refill(t)) return LOOPC_FAILED;
        loopc_csv_set(t, loopc_csv_skip_blanks(loopc_csv_at(t), t->separator));
        if (loopc_csv_take_cell(t, &place)) return LOOPC_FAILED;
        cells++;
    }
    if (loopc_csv_end_line(t)) return LOOPC_FAILED;
    const bool top = t->row_line <= t->first_line + 1 && t->first_line == 1 && t->width < cells;
    const char *const hint =
        top ? "`skip_lines` passes over lines at the top that are not part of the table"
        : cells > t->width ? "a cell with a comma in it is quoted"
        : is_last(t)       ? LOOPC_MAY_BE_CUT
                           : "every line has a cell for each column";
    return loopc_error_set(t->l->message, hint,
                           "%s:%" PRId64 ": %" PRId64 " cell%s, but line %" PRId64 " has %" PRId64,
                           t->l->path, t->row_line, cells, cells == 1 ? "" : "s", t->first_line,
                           t->width);
}

/* Behind the last column: nothing, or the separator that ends each line. */
static int end_record(struct loopc_csv *t)
{
    if (!loopc_csv_next_cell(t)) return loopc_csv_end_line(t);
    if (!t->dialect.trailing) return wrong_count(t, t->width, true);
    loopc_csv_set(t, loopc_csv_skip_blanks(loopc_csv_at(t), t->separator));
    if (!loopc_csv_ends_cell(t, loopc_csv_at(t)) || *loopc_csv_at(t) == t->separator)
        return wrong_count(t, t->width, true);
    return loopc_csv_end_line(t);
}

enum { ENDS_CELL = 1, LETTER = 2 };

static void find_kinds_of_bytes(struct loopc_csv *t)
{
    for (int c = 1; c < 256; c++)
        t->kinds[c] = isalpha(c) ? LETTER : 0;
    t->kinds[0] = t->kinds['\n'] = t->kinds['\r'] = t->kinds['"'] = ENDS_CELL;
    t->kinds[(unsigned char)t->separator] |= ENDS_CELL;
}

/* Whether the cell ends at p: before a separator or, if it is the last, the end of the line. */
static inline bool is_behind_cell(const char *p, bool last, char separator)
{
    return last ? *p == '\n' || (*p == '\r' && p[1] == '\n') : *p == separator;
}

/* Reads a cell that begins with a letter if the column has had its text before, as most texts of
 * classes have: no number and no missing value is in the dictionary in such letters. It may be in
 * quotes. Returns where it ends, or NULL. */
static inline const char *read_known_text(struct loopc_csv *t, int64_t column, const char *p)
{
    struct loopc_incoming *const c = &t->l->columns[column];
    const bool quoted = *p == '"';
    const char *const start = p += quoted;
    if (!c->has_dictionary || c->texts == 0 || !(t->kinds[(unsigned char)*p] & LETTER)) return NULL;
    while (!(t->kinds[(unsigned char)*p] & ENDS_CELL))
        p++;
    const char *const behind = p + quoted;
    if (quoted ? *p != '"' : *p == '"') return NULL;
    if (!is_behind_cell(behind, column + 1 == t->width, t->separator)) return NULL;
    const int32_t number = loopc_dictionary_find_near(&c->dictionary, start, (size_t)(p - start));
    if (number < 0) return NULL;
    c->dictionary.counts[number]++;
    c->texts++;
    t->l->row[t->columns[column].kept] = number;
    return behind;
}

/* Reads cells from column i on as long as they are plain numbers, or known texts, with a separator
 * or, after the last one, the end of the line behind them, as most are. Returns the first that is
 * not. */
static inline int64_t read_plain_cells(struct loopc_csv *t, int64_t i)
{
    double *const row = t->l->row;
    const struct loopc_csv_column *const columns = t->columns;
    const int64_t width = t->width;
    const char separator = t->separator, decimal = t->decimal;
    const char *p = loopc_csv_at(t), *const last = loopc_csv_end(t) - LOOPC_CSV_ROOM;
    for (; i < width && p <= last; i++) {
        const char *stop;
        if (columns[i].slow) {
            stop = read_known_text(t, i, p);
            if (!stop) break;
        } else {
            double value;
            stop = loopc_number_scan_short(p, decimal, &value);
            if (!stop) stop = loopc_number_scan_full(p, decimal, &value);
            if (!stop || !is_behind_cell(stop, i + 1 == width, separator)) break;
            row[columns[i].kept] = value;
        }
        p = stop + (i + 1 < width);
    }
    loopc_csv_set(t, p);
    return i;
}

static int read_record(struct loopc_csv *t)
{
    const bool separated = t->separator && t->separator != ' ';
    for (int64_t i = 0; i < t->width; i++) {
        if (separated) i = read_plain_cells(t, i);
        if (i == t->width) break;
        if (read_cell(t, i)) return LOOPC_FAILED;
        if (i + 1 < t->width && !loopc_csv_next_cell(t)) return wrong_count(t, i + 1, false);
    }
    if (end_record(t)) return LOOPC_FAILED;
    return loopc_loading_commit(t->l, t->row_line);
}

static bool is_empty_line(const struct loopc_csv *t)
{
    const char *const p = loopc_csv_skip_blanks(loopc_csv_at(t), t->separator);
    return loopc_csv_line_end(p) > 0 || (p == loopc_csv_end(t) && p > loopc_csv_at(t));
}

/* A second variable in the text format of Octave. */
static int check_comment(struct loopc_csv *t)
{
    static const char name[] = "# name: ";
    if (strncmp(loopc_csv_at(t), name, sizeof name - 1) != 0) return LOOPC_OK;
    if (!t->named_variable) return t->named_variable = true, LOOPC_OK;
    return loopc_error_set(t->l->message, "in Octave, csvwrite(NAME, array) writes one of them",
                           "%s:%" PRId64 ": another variable of Octave begins here, but a data set "
                           "is one matrix",
                           t->l->path, t->line);
}

/* Goes to the next record; *more is false when there is none. Empty lines may only be
 * at the end. */
static int next_record(struct loopc_csv *t, bool *more)
{
    int64_t empty = 0;
    for (;;) {
        if (loopc_csv_refill(t)) return LOOPC_FAILED;
        *more = loopc_csv_at(t) < loopc_csv_end(t);
        if (!*more) return LOOPC_OK;
        const bool nothing = is_empty_line(t);
        if (!nothing && !loopc_csv_is_comment(&t->dialect, loopc_csv_at(t))) break;
        if (nothing && !empty) empty = t->line;
        if (!nothing && check_comment(t)) return LOOPC_FAILED;
        if (loopc_csv_pass_over_line(t)) return LOOPC_FAILED;
    }
    t->row_line = t->line;
    if (!empty || t->first_line == 0) return LOOPC_OK;
    return loopc_error_set(t->l->message, "empty lines are allowed only at the end",
                           "%s:%" PRId64 ": the line is empty", t->l->path, empty);
}

/* Reads a record whose length is not known yet, to the end of its line. */
static int read_texts(struct loopc_csv *t, struct loopc_csv_texts *texts)
{
    struct loopc_place place;
    do {
        if (loopc_csv_refill(t)) return LOOPC_FAILED;
        loopc_csv_set(t, loopc_csv_skip_blanks(loopc_csv_at(t), t->separator));
        if (loopc_csv_take_cell(t, &place)) return LOOPC_FAILED;
        if (texts->count == LOOPC_CELLS_MAX) {
            return loopc_error_set(t->l->message, NULL, "%s:%" PRId64 ": more than 1048576 cells",
                                   t->l->path, t->row_line);
        }
        if (!loopc_csv_add_text(texts, t->text, place)) return loopc_loading_no_memory(t->l);
    } while (loopc_csv_next_cell(t));
    if (t->dialect.trailing && texts->count > 1 && !*texts->items[texts->count - 1])
        free(texts->items[--texts->count]);
    return loopc_csv_end_line(t);
}

static int begin_columns(struct loopc_csv *t, struct loopc_csv_texts *texts)
{
    const bool header = t->dialect.header;
    if (header && (!loopc_csv_names_to_utf8(texts) ||
                   (t->dialect.row_names && !loopc_csv_add_row_names(texts))))
        return loopc_loading_no_memory(t->l);
    t->width = (int64_t)texts->count;
    t->columns = calloc((size_t)t->width + 1, sizeof *t->columns);
    if (!t->columns) return loopc_loading_no_memory(t->l);
    t->l->has_row_names = t->dialect.row_names;
    if (loopc_loading_begin(t->l, t->width, header ? texts->items : NULL, 2)) return LOOPC_FAILED;
    /* A comma that separates cells is a decimal point in quotes only: the long way. */
    const bool quoted_point = t->separator == t->decimal;
    for (int64_t i = 0; i < t->width; i++) {
        const struct loopc_incoming *const c = &t->l->columns[i];
        t->columns[i].kept = c->kept >= 0 ? c->kept : t->l->values.width;
        t->columns[i].slow = quoted_point || c->has_dictionary || c->role == LOOPC_ROLE_ID;
    }
    return LOOPC_OK;
}

/* A record that was read as texts becomes the first row. */
static int add_texts(struct loopc_csv *t, const struct loopc_csv_texts *texts)
{
    for (int64_t i = 0; i < t->width; i++) {
        double value;
        t->length = strlen(texts->items[i]);
        memcpy(t->text, texts->items[i], t->length + 1);
        if (loopc_csv_value(t, i, texts->places[i], &value)) return LOOPC_FAILED;
        t->l->row[t->columns[i].kept] = value;
        t->columns[i].slow |= t->l->columns[i].has_dictionary;
    }
    return loopc_loading_commit(t->l, t->row_line);
}

/* The line of counts is passed over; its number of rows is checked at the end. */
static int read_counts(struct loopc_csv *t)
{
    struct loopc_csv_texts texts = {0};
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
    loopc_csv_free_texts(&texts);
    loopc_reading_note(&t->l->reading,
                       "line %" PRId64 " has the numbers of rows and of inputs and "
                       "the names of classes, as scikit-learn writes them",
                       t->row_line);
    return st ? st : next_record(t, &more);
}

/* The first record: a header, or the first row. */
static int begin_table(struct loopc_csv *t)
{
    struct loopc_csv_texts texts = {0};
    bool more;
    if (next_record(t, &more)) return LOOPC_FAILED;
    if (!more) return loopc_error_set(t->l->message, NULL, "%s: the file is empty", t->l->path);
    if (t->dialect.counts && read_counts(t)) return LOOPC_FAILED;
    t->first_line = t->row_line;
    int st = read_texts(t, &texts);
    if (!st) st = begin_columns(t, &texts);
    if (!st && !t->dialect.header) st = add_texts(t, &texts);
    loopc_csv_free_texts(&texts);
    return st;
}

static int check_count(const struct loopc_csv *t)
{
    if (t->counted < 0 || t->counted == t->l->values.rows) return loopc_loading_end(t->l);
    return loopc_error_set(t->l->message, "say `header = false` if it is a row of the table",
                           "%s:1: the first line says that there are %" PRId64 " rows, but there "
                           "are %" PRId64,
                           t->l->path, t->counted, t->l->values.rows);
}

static int read_table(struct loopc_csv *t)
{
    bool more;
    for (int32_t i = 0; i < t->dialect.skip_lines + t->dialect.names_it; i++) {
        if (loopc_csv_pass_over_line(t)) return LOOPC_FAILED;
    }
    if (begin_table(t)) return LOOPC_FAILED;
    for (;;) {
        if (next_record(t, &more)) return LOOPC_FAILED;
        if (!more) break;
        if (read_record(t)) return LOOPC_FAILED;
    }
    t->l->open_column = t->width - 1;
    return check_count(t);
}

/* Passes over a byte order mark and finds out how the file is written. */
static int begin_file(struct loopc_csv *t)
{
    const int64_t there = loopc_input_peek(t->in, LOOPC_INPUT_BUFFER);
    if (there < 0) return LOOPC_FAILED;
    if (there >= 3 && !memcmp(loopc_csv_at(t), "\xef\xbb\xbf", 3))
        loopc_csv_set(t, loopc_csv_at(t) + 3);
    t->line_start = loopc_csv_at(t) - (const char *)t->in->buffer;
    const struct loopc_csv_sample sample = {.path = t->l->path,
                                            .text = loopc_csv_at(t),
                                            .end = loopc_csv_end(t),
                                            .whole = t->in->ended,
                                            .message = t->l->message};
    if (loopc_csv_find_dialect(&t->dialect, &sample, t->l->options)) return LOOPC_FAILED;
    t->separator = t->dialect.separator;
    t->decimal = t->dialect.decimal;
    find_kinds_of_bytes(t);
    return LOOPC_OK;
}

int loopc_read_csv(struct loopc_loading *l)
{
    struct loopc_csv *const t = calloc(1, sizeof *t);
    if (!t) return loopc_loading_no_memory(l);
    *t = (struct loopc_csv){.l = l, .in = l->in, .line = 1, .counted = -1};
    l->has_lines = true;
    l->reading.format = "CSV";
    int st = begin_file(t);
    l->reading.dialect = t->dialect;
    if (!st) st = read_table(t);
    free(t->columns);
    free(t);
    return st;
}
