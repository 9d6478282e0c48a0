/* Cells of CSV. */
#include "data/csv_cell.h"

#include <string.h>
#include <strings.h>

/* Whether a cell that is not in quotes ends at p. */
static inline bool ends_cell(char separator, const char *p)
{
    if (*p == separator || *p == '\n' || *p == 0) return true;
    return loopc_csv_is_return(p) || (separator == ' ' && *p == '\t');
}

bool loopc_csv_looks_like_comment(const struct loopc_dialect *dialect, const char *p)
{
    static const char *const errors[] = {"#N/A",  "#NA",    "#DIV/0!", "#VALUE!",
                                         "#REF!", "#NAME?", "#NUM!",   "#NULL!"};
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        const size_t length = strlen(errors[i]);
        if (strncasecmp(p, errors[i], length) == 0 && ends_cell(dialect->separator, p + length) &&
            p[length] != ' ')
            return false;
    }
    return true;
}

static enum loopc_cell_fault take_plain(char separator, const char **at, const char *end,
                                        char *text, size_t *length)
{
    const char *p = *at;
    while (!ends_cell(separator, p) && *p != '"')
        p++;
    size_t n = (size_t)(p - *at);
    const char *const start = *at;
    *at = p;
    if (*p == '"') return LOOPC_CELL_QUOTE;
    if (*p == 0 && p < end) return LOOPC_CELL_ZERO;
    while (n > 0 && loopc_csv_is_blank(start[n - 1], separator))
        n--;
    if (n > LOOPC_CELL_MAX) {
        *at = start + LOOPC_CELL_MAX;
        return LOOPC_CELL_LONG;
    }
    memcpy(text, start, n);
    *length = n;
    return LOOPC_CELL_GOOD;
}

/* A quoted text, up to behind its last quote. */
static enum loopc_cell_fault take_quoted(const char **at, const char *end, char *text,
                                         size_t *length)
{
    const char *p = *at + 1;
    size_t n = 0;
    for (;; p++) {
        if (*p == '"' && *++p != '"') break;
        if (*p == 0) {
            if (p < end) *at = p;
            return p < end ? LOOPC_CELL_ZERO : LOOPC_CELL_OPEN;
        }
        if (n == LOOPC_CELL_MAX) return LOOPC_CELL_LONG;
        if (*p == '\r' && p[1] == '\n') continue;
        text[n++] = *p;
    }
    *length = n;
    *at = p;
    return LOOPC_CELL_GOOD;
}

enum loopc_cell_fault loopc_cell_take(char separator, const char **at, const char *end, char *text,
                                      size_t *length)
{
    if (**at != '"') return take_plain(separator, at, end, text, length);
    const enum loopc_cell_fault fault = take_quoted(at, end, text, length);
    if (fault) return fault;
    if (separator != ' ') *at = loopc_csv_skip_blanks(*at, separator);
    return ends_cell(separator, *at) ? LOOPC_CELL_GOOD : LOOPC_CELL_BEHIND;
}
