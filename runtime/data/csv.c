/* CSV: a table of numbers as text, with or without a header. Reading is record.c's; here stands
 * what the records mean. */
#include "data/dataset_formats.h"
#include "base/number.h"
#include "data/csv_record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct table {
    struct loopc_loading *l;
    struct loopc_reader reader;
    struct loopc_record header, record;
    struct loopc_array values; /* double: those of one record */
    int64_t first_line;        /* of the first record, which says how many cells there are */
};

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t")] == 0;
}

static int64_t line_of(const struct loopc_record *record)
{
    return loopc_record_cell(record, 0)->line;
}

/* An empty line, or the end of the file. */
static bool is_nothing(const struct loopc_record *record)
{
    return record->cells.count == 0 ||
           (record->cells.count == 1 && is_blank(loopc_record_text(record, 0)));
}

/* Reads the next record. Empty lines may only stand at the end of the file. */
static int next_record(struct table *t)
{
    if (loopc_record_read(&t->reader, &t->record)) return LOOPC_FAILED;
    if (!is_nothing(&t->record) || t->record.cells.count == 0) return LOOPC_OK;
    const int64_t line = line_of(&t->record);
    while (t->record.cells.count > 0 && is_nothing(&t->record)) {
        if (loopc_record_read(&t->reader, &t->record)) return LOOPC_FAILED;
    }
    if (t->record.cells.count == 0) return LOOPC_OK;
    return loopc_error_set(t->l->message, "empty lines may only stand at the end",
                           "%s:%" PRId64 ": the line is empty", t->l->in->path, line);
}

static const char *hint_for(const char *text)
{
    if (strchr(text, ';') || strchr(text, '\t')) return "cells are separated by commas";
    if (is_blank(text)) return "every cell has to hold a number";
    return NULL;
}

static int not_a_number(const struct table *t, const char *text)
{
    char excerpt[LOOPC_EXCERPT], what[LOOPC_EXCERPT + 40];
    snprintf(what, sizeof what, "'%s' is not a number", loopc_excerpt(excerpt, text));
    return loopc_bad_value(t->l, hint_for(text), is_blank(text) ? "the cell is empty" : what);
}

static bool is_last(struct table *t)
{
    return !next_record(t) && t->record.cells.count == 0;
}

/* Reads on, to know whether the file ends here. */
static int wrong_count(struct table *t)
{
    const size_t count = t->record.cells.count;
    const int64_t line = line_of(&t->record);
    const char *const hint = (int64_t)count > t->l->width ? "a cell with a comma in it is quoted"
                             : is_last(t) ? "it is the last line: the file may have been cut short"
                                          : "every line has a cell for each column";
    return loopc_error_set(t->l->message, hint,
                           "%s:%" PRId64 ": %zu cells, but line %" PRId64 " has %" PRId64,
                           t->l->in->path, line, count, t->first_line, t->l->width);
}

/* Turns the record into numbers and hands them on. */
static int add_record(struct table *t)
{
    const size_t count = t->record.cells.count;
    double *const values = t->values.items;
    if ((int64_t)count != t->l->width) return wrong_count(t);
    for (size_t i = 0; i < count; i++) {
        const char *const text = loopc_record_text(&t->record, i);
        if (loopc_number_read(text, &values[i])) continue;
        t->l->column = (int64_t)i;
        return not_a_number(t, text);
    }
    return loopc_loading_add(t->l, values, count);
}

/* A line of some numbers and some words is a bad line or a header with numbers in it. */
static int unclear_header(struct table *t, size_t word)
{
    char excerpt[LOOPC_EXCERPT];
    const struct loopc_cell *const cell = loopc_record_cell(&t->record, word);
    loopc_excerpt(excerpt, loopc_record_text(&t->record, word));
    return loopc_error_set(t->l->message,
                           "if the first line is a header, say `header = true` in the spec",
                           "%s:%" PRId64 ":%" PRId64 ": column %zu: '%s' is not a number",
                           t->l->in->path, cell->line, cell->place, word + 1, excerpt);
}

/* Whether the first record is a header. */
static int find_header(struct table *t, bool *is_header)
{
    const size_t count = t->record.cells.count;
    size_t numbers = 0, word = 0;
    double value;
    *is_header = t->l->options->header == LOOPC_HEADER_YES;
    if (t->l->options->header != LOOPC_HEADER_FIND) return LOOPC_OK;
    for (size_t i = 0; i < count; i++) {
        const bool is_number = loopc_number_read(loopc_record_text(&t->record, i), &value);
        numbers += is_number;
        if (!is_number) word = i;
    }
    *is_header = numbers == 0;
    return numbers == 0 || numbers == count ? LOOPC_OK : unclear_header(t, word);
}

/* The first record: a header, or the first row. */
static int begin_table(struct table *t)
{
    bool is_header;
    if (next_record(t)) return LOOPC_FAILED;
    const size_t count = t->record.cells.count;
    if (count == 0) {
        return loopc_error_set(t->l->message, NULL, "%s: the file is empty", t->l->in->path);
    }
    if (find_header(t, &is_header)) return LOOPC_FAILED;
    if (!loopc_array_reserve(&t->values, count, sizeof(double))) {
        return loopc_error_set(t->l->message, NULL, "%s: out of memory", t->l->in->path);
    }
    t->first_line = line_of(&t->record);
    if (is_header) {
        t->header = t->record;
        t->record = (struct loopc_record){0};
        t->l->header = &t->header;
    }
    t->l->record = &t->record;
    if (loopc_loading_begin(t->l, (int64_t)count, 2)) return LOOPC_FAILED;
    return is_header ? LOOPC_OK : add_record(t);
}

static int read_table(struct table *t)
{
    if (loopc_reader_begin(&t->reader, t->l->in, t->l->message)) return LOOPC_FAILED;
    if (begin_table(t)) return LOOPC_FAILED;
    for (;;) {
        if (next_record(t)) return LOOPC_FAILED;
        if (t->record.cells.count == 0) return loopc_loading_end(t->l);
        if (add_record(t)) return LOOPC_FAILED;
    }
}

int loopc_read_csv(struct loopc_loading *l)
{
    struct table t = {.l = l};
    const int st = read_table(&t);
    l->header = l->record = NULL;
    loopc_record_free(&t.header);
    loopc_record_free(&t.record);
    free(t.values.items);
    return st;
}
