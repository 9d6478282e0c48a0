/* How a CSV file is written: the separator and the point, by trying all of them. */
#include "data/csv_dialect.h"

#include "base/number.h"
#include "data/cell_text.h"
#include "base/status.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

enum { RECORDS = 200 }; /* that are looked at */

const char *loopc_csv_separator_name(char separator)
{
    return separator == ','    ? "comma"
           : separator == ';'  ? "semicolon"
           : separator == '\t' ? "tab"
           : separator == '|'  ? "bar |"
           : separator == ' '  ? "blanks"
           : separator == 0    ? "none"
                               : "another";
}

/* Behind the line at p. */
static const char *skip_line(const char *p, const char *end)
{
    const char *const found = memchr(p, '\n', (size_t)(end - p));
    return found ? found + 1 : end;
}

void loopc_csv_walk_begin(struct loopc_csv_walk *walk, const struct loopc_csv_sample *sample,
                          const struct loopc_dialect *dialect)
{
    walk->dialect = dialect;
    walk->at = sample->text;
    walk->end = sample->end;
    walk->whole = sample->whole;
    walk->line = 1;
    walk->ended = walk->bad = false;
    for (int32_t i = 0; i < dialect->skip_lines + dialect->names_it; i++, walk->line++)
        walk->at = skip_line(walk->at, walk->end);
}

bool loopc_csv_walk_record(struct loopc_csv_walk *walk)
{
    const char separator = walk->dialect->separator;
    while (!walk->bad && walk->at < walk->end) {
        const char *const start = loopc_csv_skip_blanks(walk->at, separator);
        const bool empty = loopc_csv_line_end(start) > 0 || start == walk->end;
        if (!empty && !loopc_csv_is_comment(walk->dialect, walk->at)) {
            walk->at = start;
            return true;
        }
        walk->at = skip_line(walk->at, walk->end);
        walk->line++;
    }
    return false;
}

/* Behind the end of the record at walk->at. */
static bool end_record(struct loopc_csv_walk *walk)
{
    const int bytes = loopc_csv_line_end(walk->at);
    walk->ended = bytes > 0 || (walk->whole && walk->at == walk->end);
    walk->at += bytes;
    walk->line++;
    return false;
}

bool loopc_csv_walk_cell(struct loopc_csv_walk *walk, bool first)
{
    const char separator = walk->dialect->separator;
    if (!first && !loopc_csv_goes_on(separator, &walk->at)) return end_record(walk);
    walk->at = loopc_csv_skip_blanks(walk->at, separator);
    if (loopc_cell_take(separator, &walk->at, walk->end, walk->text, &walk->length)) {
        walk->bad = true;
        return walk->ended = false;
    }
    walk->text[walk->length] = 0;
    return true;
}

/* The result of one reading of a sample. The first record is counted apart, as it may be a header.
 * */
struct reading {
    int64_t records, first, width; /* cells of the first record, of the second */
    int64_t cells, numbers[2];     /* of all but the first, and those that are numbers or missing,
                                      with . and with , */
    int64_t pointed[2], grouped;   /* numbers that have a . or a ,; of these "1,234" */
    int64_t trailing;              /* records, the first one too, whose last cell is empty */
    char separator;
    bool even; /* all but the first have as many cells */
};

/* Whether the text, with that point, is a number to its end. A point at its end does not count, if
 * it is a comma. */
static bool is_number(const char *text, size_t length, char point)
{
    double value;
    const char *const stop = loopc_number_scan(text, text + length, point, &value);
    return stop && stop == text + length && (point != ',' || text[length - 1] != ',');
}

/* 1,234 and 12,345,678: texts that may be read in two ways. */
static bool is_grouped(const char *text)
{
    const char *const digits = text + (*text == '-' || *text == '+');
    const size_t before = strspn(digits, "0123456789");
    if (before < 1 || before > 3 || digits[before] != ',' || *digits == '0') return false;
    return strspn(digits + before + 1, "0123456789") == 3 && !digits[before + 4];
}

static void count_cell(struct reading *r, const char *text, size_t length)
{
    const bool missing = loopc_text_is_missing(text, length);
    const bool dot = is_number(text, length, '.'), comma = is_number(text, length, ',');
    r->cells++;
    r->numbers[0] += missing || dot;
    r->numbers[1] += missing || comma;
    r->pointed[0] += dot && strchr(text, '.');
    r->pointed[1] += comma && strchr(text, ',');
    r->grouped += comma && is_grouped(text);
}

/* Counts the record at the walk's place. False: it is not all there, or it cannot be read. */
static bool count_record(struct reading *r, struct loopc_csv_walk *walk)
{
    const struct reading before = *r;
    int64_t cells = 0;
    bool empty = false;
    while (loopc_csv_walk_cell(walk, cells == 0)) {
        if (r->records > 0) count_cell(r, walk->text, walk->length);
        empty = walk->length == 0;
        cells++;
    }
    if (!walk->ended && r->records > 0) {
        *r = before;
        return false;
    }
    if (r->records == 0) r->first = r->width = cells;
    if (r->records == 1) r->width = cells;
    r->even &= r->records == 0 || cells == r->width;
    r->trailing += empty && cells > 1;
    r->records++;
    return walk->ended;
}

static struct reading try_separator(const struct loopc_csv_sample *sample,
                                    const struct loopc_dialect *dialect, char separator)
{
    struct loopc_dialect tried = *dialect;
    struct loopc_csv_walk walk;
    struct reading r = {.separator = separator, .even = true};
    tried.separator = separator;
    loopc_csv_walk_begin(&walk, sample, &tried);
    while (r.records < RECORDS && loopc_csv_walk_record(&walk)) {
        if (!count_record(&r, &walk)) break;
    }
    return r;
}

static bool is_table(const struct reading *r)
{
    return r->even && r->width >= 2 && r->first >= 2;
}

/* How well a reading fits: a table of numbers alone is above all others, then one whose header has
 * as many cells as its rows, and blanks are the last that one would think of. */
static int rank(const struct reading *r)
{
    const int64_t best = r->numbers[0] > r->numbers[1] ? r->numbers[0] : r->numbers[1];
    const int64_t numbers = r->separator == ',' ? r->numbers[0] : best;
    if (!is_table(r)) return -1;
    if (r->cells > 0 && numbers == r->cells && r->first == r->width) return 4000;
    const int share = r->cells > 0 ? (int)(numbers * 1000 / r->cells) : 0;
    return share + (r->first == r->width ? 2000 : 1000) - (r->separator == ' ' ? 1000 : 0);
}

static int two_readings(const struct loopc_csv_sample *sample, const struct reading *a,
                        const struct reading *b)
{
    return loopc_error_set(
        sample->message, "say `separator = \"...\"` in the spec, or --DATA-separator",
        "%s: it can be read in two ways: %s between cells makes %" PRId64 " columns, %s %" PRId64,
        sample->path, loopc_csv_separator_name(a->separator), a->width,
        loopc_csv_separator_name(b->separator), b->width);
}

static const char separators[] = {',', ';', '\t', '|', ' '};
enum { SEPARATORS = sizeof separators };

/* Of readings that are no tables the one in which lines have the most cells is told of. */
static const struct reading *least_bad(const struct reading readings[SEPARATORS])
{
    const struct reading *best = NULL;
    for (int i = 0; i < SEPARATORS; i++) {
        const bool cuts = readings[i].first > 1 || readings[i].width > 1;
        if (cuts && separators[i] == ' ' && best) continue;
        if (cuts && (!best || readings[i].first > best->first)) best = &readings[i];
    }
    return best;
}

/* A reading that would make a table without the first line. */
static const struct reading *find_title(const struct reading readings[SEPARATORS])
{
    for (int i = 0; i < SEPARATORS; i++) {
        const struct reading *const r = &readings[i];
        if (r->even && r->first == 1 && r->width >= 3 && r->records >= 3) return r;
    }
    return NULL;
}

static int refuse_title(const struct loopc_csv_sample *sample, const struct reading *r)
{
    return loopc_error_set(
        sample->message, "`skip_lines` passes over lines at the top that are not part of the table",
        "%s: its first line has 1 cell, but those after it have %" PRId64 " (separator: %s)",
        sample->path, r->width, loopc_csv_separator_name(r->separator));
}

/* Chooses the reading that fits best; *chosen has separator 0 for a single column. */
static int choose(const struct loopc_csv_sample *sample, const struct reading readings[SEPARATORS],
                  struct reading *chosen)
{
    const struct reading *best = NULL, *second = NULL;
    for (int i = 0; i < SEPARATORS; i++) {
        const struct reading *const r = &readings[i];
        if (rank(r) < 0) continue;
        if (!best || rank(r) > rank(best)) {
            best = r;
            second = NULL;
        } else if (rank(r) == rank(best) && !(best->separator == '\t' && r->separator == ' ')) {
            second = r;
        }
    }
    if (best && second) return two_readings(sample, best, second);
    if (!best && find_title(readings)) return refuse_title(sample, find_title(readings));
    if (!best) best = least_bad(readings);
    if (best) *chosen = *best;
    return LOOPC_OK;
}

static int find_separator(struct loopc_dialect *dialect, const struct loopc_csv_sample *sample,
                          struct reading *chosen)
{
    struct reading readings[SEPARATORS];
    if (dialect->separator) {
        *chosen = try_separator(sample, dialect, dialect->separator);
        return LOOPC_OK;
    }
    for (int i = 0; i < SEPARATORS; i++)
        readings[i] = try_separator(sample, dialect, separators[i]);
    *chosen = try_separator(sample, dialect, 0);
    const int st = choose(sample, readings, chosen);
    dialect->separator = chosen->separator;
    return st;
}

static int find_point(struct loopc_dialect *dialect, const struct loopc_csv_sample *sample,
                      const struct reading *r)
{
    if (dialect->decimal) return LOOPC_OK;
    dialect->decimal = '.';
    if (r->pointed[1] == 0 || r->pointed[0] > 0) return LOOPC_OK;
    dialect->decimal = ',';
    if (r->grouped < r->pointed[1]) return LOOPC_OK;
    return loopc_error_set(sample->message,
                           "say `decimal = \",\"` in the spec, or --DATA-decimal; numbers with "
                           "separated thousands are not read",
                           "%s: it can be read in two ways: in its numbers a comma may be the "
                           "decimal point or separate thousands",
                           sample->path);
}

/* A first line that says sep=; as Excel has it. */
static void find_separator_line(struct loopc_dialect *dialect,
                                const struct loopc_csv_sample *sample)
{
    const char *p = sample->text;
    for (int32_t i = 0; i < dialect->skip_lines; i++)
        p = skip_line(p, sample->end);
    const bool quoted = *p == '"';
    p += quoted;
    if (sample->end - p < 6 || strncasecmp(p, "sep=", 4) != 0) return;
    const char *const behind = p + 5 + quoted;
    if (!loopc_csv_line_end(behind)) return;
    dialect->names_it = true;
    if (!dialect->separator) dialect->separator = p[4];
}

int loopc_csv_find_dialect(struct loopc_dialect *dialect, const struct loopc_csv_sample *sample,
                           const struct loopc_dataset_options *options)
{
    struct reading r;
    *dialect = (struct loopc_dialect){.separator = options->separator,
                                      .decimal = options->decimal,
                                      .comments = "#%",
                                      .skip_lines = options->skip_lines};
    if (options->comment) {
        dialect->comments[0] = options->comment == LOOPC_NO_COMMENT ? 0 : options->comment;
        dialect->comments[1] = 0;
    }
    find_separator_line(dialect, sample);
    if (find_separator(dialect, sample, &r) || find_point(dialect, sample, &r)) return LOOPC_FAILED;
    const bool all = r.trailing == r.records && r.records > 0;
    const bool rows = r.trailing == r.records - 1 && r.trailing > 0 && r.first == r.width - 1;
    dialect->trailing = r.separator != ' ' && r.separator && (all || rows);
    return loopc_csv_find_header(dialect, sample, options);
}
