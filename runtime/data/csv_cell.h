/* Cells of CSV and its relatives: text cut into pieces. Not for emitted code.
 *
 * Cells are separated by one byte, or by any number of blanks; records by a line feed, or carriage
 * return and line feed; the last one may go without. A cell in quotes may contain all of these, and
 * quotes, doubled (RFC 4180). Blanks around a cell are not part of it.
 */
#ifndef LOOPC_CSV_CELL_H
#define LOOPC_CSV_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More is not a table of numbers. They bound the memory that one record can take. */
enum { LOOPC_CELL_MAX = 4095, LOOPC_CELLS_MAX = 1 << 20 };

/* How a file is written. */
struct loopc_dialect {
    char separator;     /* ' ': blanks and tabs, any number of them; 0: there is one column */
    char decimal;       /* the point of numbers: . or , */
    char comments[3];   /* a line that begins with one of these is skipped */
    int32_t skip_lines; /* at the top */
    bool names_it;      /* the next one says sep=; or the like */
    bool trailing;      /* each record has a separator at its end */
    bool header;        /* the first record has the names */
    bool row_names;     /* it has one less than there are columns: the first is that of row names */
    bool counts;        /* it has numbers of rows and of columns, and names of classes */
};

enum loopc_cell_fault {
    LOOPC_CELL_GOOD,
    LOOPC_CELL_QUOTE,  /* a quote in a cell that does not begin with one */
    LOOPC_CELL_OPEN,   /* a quote that is never closed */
    LOOPC_CELL_BEHIND, /* text behind the quote that ends a cell */
    LOOPC_CELL_ZERO,   /* a byte 0 */
    LOOPC_CELL_LONG
};

/* Whether c may be around a cell without being part of it. */
static inline bool loopc_csv_is_blank(char c, char separator)
{
    return c == ' ' || (c == '\t' && separator != '\t');
}

/* Behind the blanks at p. */
static inline const char *loopc_csv_skip_blanks(const char *p, char separator)
{
    while (loopc_csv_is_blank(*p, separator))
        p++;
    return p;
}

/* Whether a carriage return at p ends a line; the file may be cut behind it, where a 0 is. */
static inline bool loopc_csv_is_return(const char *p)
{
    return *p == '\r' && (p[1] == '\n' || p[1] == 0);
}

/* Bytes of the end of a line at p, where `end` is 0: 1 or 2; 0: not one. */
static inline int loopc_csv_line_end(const char *p)
{
    return *p == '\n' ? 1 : loopc_csv_is_return(p) ? 1 + (p[1] == '\n') : 0;
}

/* Whether the line at p, where a 0 is at the end, is a comment. Error values of spreadsheets, as
 * #N/A is, are cells. */
bool loopc_csv_looks_like_comment(const struct loopc_dialect *dialect, const char *p);

static inline bool loopc_csv_is_comment(const struct loopc_dialect *dialect, const char *p)
{
    const bool begins = *p == dialect->comments[0] || *p == dialect->comments[1];
    return begins && *p && loopc_csv_looks_like_comment(dialect, p);
}

/* Takes the cell at *at, which is behind blanks: its text, without a 0, to `text`, which has room
 * for LOOPC_CELL_MAX bytes. *at then is at a separator, the end of a line or `end`, where a 0 is;
 * on a fault it is where that is. */
enum loopc_cell_fault loopc_cell_take(char separator, const char **at, const char *end, char *text,
                                      size_t *length);

/* Behind the separator at *at, true; else false: the record ends there. */
static inline bool loopc_csv_goes_on(char separator, const char **at)
{
    const char *p = *at;
    if (separator == ' ') {
        p = loopc_csv_skip_blanks(p, separator);
        const bool more = p > *at && *p && !loopc_csv_line_end(p);
        *at = p;
        return more;
    }
    if (!separator || *p != separator) return false;
    *at = p + 1;
    return true;
}

#endif
