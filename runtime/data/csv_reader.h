/* A CSV file while it is read: where it is, cells, lines. Not for emitted code. */
#ifndef LOOPC_CSV_READER_H
#define LOOPC_CSV_READER_H

#include "data/csv_dialect.h"
#include "data/loading.h"

/* The most bytes of a cell with its quotes and separators. */
enum { LOOPC_CSV_ROOM = 3 * LOOPC_CELL_MAX };

/* The properties of a column that most cells need. */
struct loopc_csv_column {
    int32_t kept; /* its place in the row; behind all others when it is not kept */
    bool slow;    /* its cells are no plain numbers */
};

struct loopc_csv {
    struct loopc_loading *l;
    struct loopc_input *in;
    struct loopc_dialect dialect;
    char separator, decimal;  /* of the dialect */
    int64_t line, line_start; /* of the next byte: from 1; where it began in the file */
    int64_t first_line;       /* of the first record, which says how many cells there are */
    int64_t row_line;         /* where the record began */
    int64_t width;            /* cells in a record, without the empty one that may end it */
    bool named_variable;      /* a comment "# name: " has been passed over */
    int64_t counted;          /* rows that the first line says there are, or -1 */
    struct loopc_csv_column *columns;
    unsigned char kinds[256]; /* of bytes: 1 may end a cell, 2 is a letter */
    char text[LOOPC_CSV_ROOM];
    size_t length;
};

static inline const char *loopc_csv_at(const struct loopc_csv *t)
{
    return (const char *)t->in->next;
}

static inline const char *loopc_csv_end(const struct loopc_csv *t)
{
    return (const char *)t->in->end;
}

static inline void loopc_csv_set(struct loopc_csv *t, const char *p)
{
    t->in->next = (const unsigned char *)p;
}

static inline struct loopc_place loopc_csv_place(const struct loopc_csv *t, const char *p)
{
    const int64_t offset = t->in->before + (p - (const char *)t->in->buffer);
    return (struct loopc_place){t->line, offset - t->line_start + 1};
}

/* Fills the buffer until it holds whole cells, if there are any. */
static inline int loopc_csv_refill(struct loopc_csv *t)
{
    if (loopc_csv_end(t) - loopc_csv_at(t) >= LOOPC_CSV_ROOM || t->in->ended) return LOOPC_OK;
    return loopc_input_peek(t->in, LOOPC_CSV_ROOM) < 0 ? LOOPC_FAILED : LOOPC_OK;
}

/* Whether a cell ends at p. */
static inline bool loopc_csv_ends_cell(const struct loopc_csv *t, const char *p)
{
    return *p == t->separator || *p == '\n' || loopc_csv_is_return(p) ||
           (*p == 0 && p == loopc_csv_end(t)) || (t->separator == ' ' && *p == '\t');
}

/* Goes over the separator, true; or to where the line ends, false. */
static inline bool loopc_csv_next_cell(struct loopc_csv *t)
{
    const char *p = loopc_csv_at(t);
    const bool more = loopc_csv_goes_on(t->separator, &p);
    loopc_csv_set(t, p);
    return more;
}

/* Takes the cell at the next byte to t->text. */
int loopc_csv_take_cell(struct loopc_csv *t, struct loopc_place *place);

/* The value of the cell in t->text, of that column. */
int loopc_csv_value(struct loopc_csv *t, int64_t column, struct loopc_place place, double *value);

/* Takes a cell, whatever it holds, and keeps its value. */
int loopc_csv_read_cell(struct loopc_csv *t, int64_t column);

/* Goes behind the end of the line, or of the file; and behind the next end of a line. */
int loopc_csv_end_line(struct loopc_csv *t);
int loopc_csv_pass_over_line(struct loopc_csv *t);

/* A record as texts, each owned, and their places. */
struct loopc_csv_texts {
    char **items;
    struct loopc_place *places;
    size_t count, capacity;
};

/* Adds a copy. False: no memory. */
bool loopc_csv_add_text(struct loopc_csv_texts *texts, const char *text, struct loopc_place place);
void loopc_csv_free_texts(struct loopc_csv_texts *texts);

/* Makes a header of them: a first name, empty, for the column of row names; in UTF-8. */
bool loopc_csv_add_row_names(struct loopc_csv_texts *texts);
bool loopc_csv_names_to_utf8(struct loopc_csv_texts *texts);

#endif
