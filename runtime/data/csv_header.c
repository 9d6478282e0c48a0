/* How a CSV file is written: whether the first record is a header.
 *
 * Columns are witnesses. One whose first cell is text and whose others are numbers says "header"
 * for certain; one whose first cell is a number like the others says "row". In a column of texts
 * the first one says "row" when it comes again, and "header", less certain, when it does not but
 * others do.
 */
#include "data/csv_dialect.h"

#include "base/hash.h"
#include "base/number.h"
#include "data/cell_text.h"
#include "base/status.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS = 200, COLUMNS = 4096 }; /* that are looked at */
enum sort { NOTHING, NUMBER, TEXT };

/* The evidence about a column. */
struct witness {
    enum sort first;
    bool is_empty;          /* the first cell */
    double value;           /* of a number */
    int64_t numbers, texts; /* of the other cells */
    int64_t again;          /* texts that are the first cell's: a header may come once more */
    bool counts, whole;     /* numbers are 0, 1, 2 ... or 1, 2, 3 ...; have no fraction */
    double last;
    bool recurs, repeats; /* the first text among the others; the second one among those after */
    uint64_t first_hash, second_hash;
};

struct view {
    struct loopc_csv_walk walk;
    const struct loopc_csv_sample *sample;
    struct witness *columns;
    int64_t width, first_width; /* of the second record, of the first */
    int64_t records, line;      /* line of the first record */
};

static enum sort sort_of(const struct view *v, double *value)
{
    const char *const text = v->walk.text;
    if (loopc_text_is_missing(text, v->walk.length)) return NOTHING;
    const char *const stop =
        loopc_number_scan(text, text + v->walk.length, v->walk.dialect->decimal, value);
    return stop == text + v->walk.length ? NUMBER : TEXT;
}

static void see_first(struct view *v, struct witness *w)
{
    *w = (struct witness){.counts = true, .whole = true, .last = -1};
    w->first = sort_of(v, &w->value);
    w->is_empty = v->walk.length == 0;
    w->first_hash = loopc_fnv1a(LOOPC_FNV1A_START, v->walk.text, v->walk.length);
}

static void see_other(const struct view *v, struct witness *w)
{
    double value = 0;
    const enum sort sort = sort_of(v, &value);
    const uint64_t hash = loopc_fnv1a(LOOPC_FNV1A_START, v->walk.text, v->walk.length);
    if (sort == NUMBER) {
        const double next = w->numbers == 0 && value >= 1 && value <= 1 ? 1 : w->last + 1;
        w->counts &= value >= next && value <= next;
        w->whole &= value >= -1e15 && value <= 1e15 && (double)(int64_t)value == value;
        w->last = value;
        w->numbers++;
    } else if (sort == TEXT) {
        if (w->texts == 0) w->second_hash = hash;
        w->repeats |= w->texts > 0 && hash == w->second_hash;
        w->recurs |= hash == w->first_hash;
        w->again += hash == w->first_hash;
        w->texts++;
    }
}

/* Looks at the record at the walk's place. False: it is not all there. */
static bool see_record(struct view *v)
{
    int64_t cells = 0;
    if (v->records == 0) v->line = v->walk.line;
    for (; loopc_csv_walk_cell(&v->walk, cells == 0); cells++) {
        if (cells >= COLUMNS) continue;
        if (v->records == 0)
            see_first(v, &v->columns[cells]);
        else if (cells < v->first_width)
            see_other(v, &v->columns[cells]);
    }
    if (v->records == 0) v->first_width = cells;
    if (v->records == 1) v->width = cells;
    v->records++;
    return v->walk.ended;
}

static void look(struct view *v, const struct loopc_dialect *dialect)
{
    loopc_csv_walk_begin(&v->walk, v->sample, dialect);
    while (v->records < RECORDS && loopc_csv_walk_record(&v->walk)) {
        if (!see_record(v)) break;
    }
    if (v->records < 2) v->width = v->first_width;
}

static int64_t seen(const struct view *v)
{
    return v->first_width < COLUMNS ? v->first_width : COLUMNS;
}

/* The votes of all columns. */
struct votes {
    int64_t header, row; /* for certain */
    int64_t perhaps_header, text_row;
    int64_t numbers, texts, nothing; /* counts of the first cells */
};

static struct votes count_votes(struct view *v)
{
    struct votes n = {0};
    for (int64_t i = 0; i < seen(v); i++) {
        const struct witness *const w = &v->columns[i];
        const bool numbers = w->numbers > 0 && w->texts == w->again && w->again <= 1;
        n.numbers += w->first == NUMBER;
        n.texts += w->first == TEXT;
        n.nothing += w->first == NOTHING;
        n.header += numbers && (w->first == TEXT || (w->is_empty && w->counts && v->records > 2));
        n.row += numbers && w->first == NUMBER;
        n.text_row += w->texts > 0 && w->first == TEXT && w->recurs && !numbers;
        n.perhaps_header += w->texts > 0 && w->first == TEXT && !w->recurs && w->repeats;
    }
    return n;
}

/* Whether the first cells are 0, 1, 2 ..., but for an empty one before them. */
static bool numbers_columns(const struct view *v)
{
    const int64_t from = v->columns[0].is_empty;
    for (int64_t i = from; i < seen(v); i++) {
        const struct witness *const w = &v->columns[i];
        const double wanted = (double)(i - from);
        if (w->first != NUMBER || w->value < wanted || w->value > wanted) return false;
    }
    return v->first_width > from;
}

static int two_readings(const struct view *v, const char *what)
{
    return loopc_error_set(v->sample->message,
                           "say `header = true` or `header = false` in the spec, or --DATA-header",
                           "%s:%" PRId64 ": the first line can be read in two ways: as a header, "
                           "or as a row%s",
                           v->sample->path, v->line, what);
}

/* 0,1,2,3 as pandas numbers columns without names, or a row that happens to be. */
static int decide_numbered(const struct view *v, bool *header)
{
    bool whole = true, goes_on = true;
    for (int64_t i = v->columns[0].is_empty; i < seen(v); i++) {
        const struct witness *const w = &v->columns[i];
        whole &= w->whole;
        goes_on &= w->numbers > 0 && w->whole && w->value < w->last;
    }
    *header = true;
    if (v->columns[0].is_empty) return LOOPC_OK;
    if (v->first_width >= 4 && !goes_on) return LOOPC_OK;
    if (v->first_width == 3 && !whole) return LOOPC_OK;
    *header = false;
    if (v->first_width < 3 && whole) return LOOPC_OK;
    return two_readings(v, " (it has the numbers 0, 1, 2 ..., as pandas numbers columns)");
}

/* A line of some numbers and some words is a bad line or a header with numbers in it. */
static int unclear(const struct view *v)
{
    for (int64_t i = 0; i < seen(v); i++) {
        const struct witness *const w = &v->columns[i];
        if (w->first != TEXT || w->texts > 0) continue;
        return two_readings(v, v->records > 1 ? " with a word where other rows have a number"
                                              : " of numbers and words");
    }
    return two_readings(v, "");
}

/* "150,4,setosa,versicolor,virginica": rows, inputs and the names of classes, above numbers. */
static bool has_counts(const struct view *v)
{
    const struct witness *const w = v->columns;
    if (v->first_width < 3 || v->records < 2 || w[0].first != NUMBER || w[1].first != NUMBER)
        return false;
    for (int64_t i = 0; i < seen(v); i++) {
        if (w[i].texts > 0 || (i > 1 && w[i].first != TEXT)) return false;
    }
    const double inputs = (double)(v->width - 1);
    return w[1].value >= inputs && w[1].value <= inputs && w[0].value >= 1 &&
           (double)(int64_t)w[0].value == w[0].value;
}

static int decide(struct view *v, bool *header)
{
    const struct votes n = count_votes(v);
    *header = n.numbers == 0 && n.nothing < v->first_width;
    if (v->records < 2) return n.numbers == 0 || n.texts == 0 ? LOOPC_OK : unclear(v);
    if (n.nothing == v->first_width && n.header == 0) return LOOPC_OK;
    if (n.texts == 0 && numbers_columns(v)) return decide_numbered(v, header);
    *header = n.header > 0;
    if (n.header > 0) return n.row == 0 ? LOOPC_OK : unclear(v);
    if (n.perhaps_header > 0 && n.text_row == 0) {
        *header = true;
        return n.row == 0 ? LOOPC_OK : two_readings(v, "");
    }
    const bool unsure = n.row == 0 && n.texts > 0 && n.text_row == 0;
    return unsure || (n.perhaps_header > 0 && n.row == 0) ? two_readings(v, "") : LOOPC_OK;
}

/* A header of R has no name for the column of row names. */
static int decide_row_names(struct loopc_dialect *dialect, struct view *v)
{
    const struct votes n = count_votes(v);
    dialect->header = true;
    dialect->row_names = true;
    return n.numbers == 0 ? LOOPC_OK : unclear(v);
}

static int find(struct loopc_dialect *dialect, struct view *v, enum loopc_header wanted)
{
    look(v, dialect);
    if (dialect->trailing) {
        v->first_width -= v->first_width == v->width;
        v->width--;
    }
    dialect->counts = wanted == LOOPC_HEADER_FIND && has_counts(v);
    if (dialect->counts || wanted == LOOPC_HEADER_NO || v->records == 0) return LOOPC_OK;
    if (v->records > 1 && v->first_width == v->width - 1 && v->width > 1)
        return decide_row_names(dialect, v);
    dialect->header = true;
    if (wanted == LOOPC_HEADER_YES) return LOOPC_OK;
    return decide(v, &dialect->header);
}

int loopc_csv_find_header(struct loopc_dialect *dialect, const struct loopc_csv_sample *sample,
                          const struct loopc_dataset_options *options)
{
    struct view *const v = calloc(1, sizeof *v);
    if (v) v->columns = calloc(COLUMNS + 1, sizeof *v->columns);
    int st = LOOPC_FAILED;
    if (v && v->columns) {
        v->sample = sample;
        st = find(dialect, v, options->header);
    } else {
        loopc_error_set(sample->message, NULL, "%s: out of memory", sample->path);
    }
    if (v) free(v->columns);
    free(v);
    return st;
}
