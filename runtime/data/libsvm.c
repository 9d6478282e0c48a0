/* The text format of LIBSVM (Chang and Lin, "LIBSVM: A Library for Support Vector Machines", 2011):
 * a line a row, "label index:value index:value ...", indices from 1 and ascending; what is not
 * there is 0. As some write them from 0, a file with index 0 counts from 0. A line may end with a
 * comment, "# ...". The columns are called label, c1, c2 ..., after the indices.
 *
 * How many columns there are is known at the end only, so entries are kept until then. */
#include "base/number.h"
#include "data/loading.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A value of a row; the label has index -1. */
struct entry {
    int32_t index;
    double value;
};

struct libsvm {
    struct loopc_loading *l;
    struct loopc_array entries; /* struct entry: row by row, each begins with its label */
    struct loopc_array lines;   /* int64_t: of each row */
    int64_t line;
    int32_t least, most; /* index */
    char *text;          /* of a line, ended by 0 */
    size_t room, length;
};

static bool is_end(char c)
{
    return c == 0 || c == '\n' || c == '\r' || c == '#';
}

static const char *skip(const char *p)
{
    while (*p == ' ' || *p == '\t')
        p++;
    return p;
}

/* Behind "index:value" at p, or NULL. */
static const char *scan_entry(const char *p, const char *end, int64_t *index, double *value)
{
    const char *const start = p;
    for (*index = 0; *p >= '0' && *p <= '9' && p - start < 10; p++)
        *index = *index * 10 + (*p - '0');
    if (p == start || *p != ':') return NULL;
    p = loopc_number_scan(p + 1, end, '.', value);
    return p && (is_end(*p) || *p == ' ' || *p == '\t') ? p : NULL;
}

/* Whether lines look like this; one that begins with a label alone says nothing. */
bool loopc_is_libsvm(const char *text, const char *end)
{
    int64_t index;
    double value;
    for (int lines = 0; lines < 20 && text < end; lines++) {
        const char *p = skip(text);
        const char *const line_end = memchr(text, '\n', (size_t)(end - text));
        text = line_end ? line_end + 1 : end;
        if (is_end(*p)) continue;
        p = loopc_number_scan(p, end, '.', &value);
        if (!p || (!is_end(*p) && *p != ' ' && *p != '\t')) return false;
        p = skip(p);
        if (is_end(*p)) continue;
        return scan_entry(p, end, &index, &value) != NULL || !strncmp(p, "qid:", 4);
    }
    return false;
}

static int bad_line(const struct libsvm *s, const char *p, const char *what)
{
    char excerpt[LOOPC_EXCERPT], piece[LOOPC_EXCERPT];
    snprintf(piece, sizeof piece, "%.*s", (int)strcspn(p, " \t\r\n"), p);
    return loopc_error_set(s->l->message, "a line is: label index:value index:value ...",
                           "%s:%" PRId64 ":%zu: '%s' %s", s->l->path, s->line,
                           (size_t)(p - s->text) + 1, loopc_excerpt(excerpt, piece), what);
}

/* Rows of a query are ranked among themselves: "3 qid:1 1:0.5". */
static int refuse_query(const struct libsvm *s, const char *p)
{
    const int length = (int)strcspn(p, " \t\r\n");
    return loopc_error_set(
        s->l->message, "without its queries it can be read: sed 's/ qid:[^ ]*//' FILE >NAME",
        "%s:%" PRId64 ":%zu: '%.*s' is the query of a ranking, which no data "
        "set has",
        s->l->path, s->line, (size_t)(p - s->text) + 1, length < 40 ? length : 40, p);
}

static bool keep(struct libsvm *s, int32_t index, double value)
{
    if (!loopc_array_reserve(&s->entries, 1, sizeof(struct entry))) return false;
    ((struct entry *)s->entries.items)[s->entries.count++] = (struct entry){index, value};
    return true;
}

static int read_entry(struct libsvm *s, const char **at, int64_t *last)
{
    int64_t index;
    double value;
    const char *const p = *at;
    if (!strncmp(p, "qid:", 4)) return refuse_query(s, p);
    const char *const stop = scan_entry(p, s->text + s->length, &index, &value);
    if (!stop) return bad_line(s, p, "is not index:value");
    if (index <= *last) return bad_line(s, p, "has an index that is not above the one before");
    if (index > LOOPC_CELLS_MAX) return bad_line(s, p, "has an index above 1048576");
    if (!(fabs(value) <= (double)FLT_MAX)) return bad_line(s, p, "is too large for f32");
    *last = index;
    if (index < s->least) s->least = (int32_t)index;
    if (index > s->most) s->most = (int32_t)index;
    *at = skip(stop);
    return keep(s, (int32_t)index, value) ? LOOPC_OK : loopc_loading_no_memory(s->l);
}

static int read_line(struct libsvm *s)
{
    const char *p = skip(s->text);
    double label;
    int64_t last = -1;
    if (is_end(*p)) return LOOPC_OK;
    const char *const stop = loopc_number_scan(p, s->text + s->length, '.', &label);
    if (!stop || (!is_end(*stop) && *stop != ' ' && *stop != '\t'))
        return bad_line(s, p, "is not a number, which the label has to be");
    if (!(fabs(label) <= (double)FLT_MAX)) return bad_line(s, p, "is too large for f32");
    if (!loopc_array_reserve(&s->lines, 1, sizeof(int64_t)) || !keep(s, -1, label))
        return loopc_loading_no_memory(s->l);
    ((int64_t *)s->lines.items)[s->lines.count++] = s->line;
    for (p = skip(stop); !is_end(*p);) {
        if (read_entry(s, &p, &last)) return LOOPC_FAILED;
    }
    if (!*p) s->l->open_end = p[-1];
    return LOOPC_OK;
}

/* The next line to s->text. Returns 1, 0 at the end of the file, or -1. */
static int next_line(struct libsvm *s)
{
    s->length = 0;
    s->line++;
    for (;;) {
        if (s->room - s->length < 2) {
            const size_t room = s->room ? s->room * 2 : 1 << 12;
            char *const text = realloc(s->text, room);
            if (!text) {
                loopc_loading_no_memory(s->l);
                return -1;
            }
            s->text = text;
            s->room = room;
        }
        const int byte = loopc_input_byte(s->l->in);
        if (byte == LOOPC_INPUT_ERROR) return -1;
        if (byte != LOOPC_INPUT_END) s->text[s->length++] = (char)byte;
        s->text[s->length] = 0;
        if (byte == LOOPC_INPUT_END) return s->length > 0;
        if (byte == '\n') return 1;
    }
}

/* The index that the first column of inputs has: as in the data set that this one is like. */
static int find_base(struct libsvm *s, int32_t *base)
{
    const struct loopc_table *const like = s->l->like ? loopc_dataset_table(s->l->like) : NULL;
    *base = s->least == 0 ? 0 : 1;
    if (!like || like->count < 2) return LOOPC_OK;
    const int32_t there = strcmp(like->columns[1].name, "c0") ? 1 : 0;
    if (*base < there) {
        return loopc_error_set(s->l->message, NULL,
                               "%s: it has an index 0, but those of %.300s, which it is to be "
                               "like, begin with 1",
                               s->l->path, s->l->like->name);
    }
    *base = there;
    return LOOPC_OK;
}

/* Columns at the end that are 0 everywhere are not in the file. */
static int64_t find_width(const struct libsvm *s, int32_t base)
{
    const struct loopc_table *const like = s->l->like ? loopc_dataset_table(s->l->like) : NULL;
    const int64_t width = s->most < base ? 1 : (int64_t)s->most - base + 2;
    return like && like->count > width ? like->count : width;
}

/* The columns are called after their indices. */
static bool name_columns(struct loopc_loading *l, int32_t base)
{
    for (int64_t i = 0; i < l->width; i++) {
        char *name;
        if ((i == 0 ? asprintf(&name, "label") : asprintf(&name, "c%" PRId64, base + i - 1)) < 0)
            return false;
        free(l->columns[i].name);
        l->columns[i].name = name;
    }
    return true;
}

static const struct entry *fill_row(struct loopc_loading *l, const struct entry *entry,
                                    const struct entry *end, int32_t base)
{
    memset(l->row, 0, (size_t)l->values.width * sizeof *l->row);
    do {
        const int64_t c = entry->index < 0 ? 0 : (int64_t)entry->index - base + 1;
        if (l->columns[c].kept >= 0) l->row[l->columns[c].kept] = entry->value;
        entry++;
    } while (entry < end && entry->index >= 0);
    return entry;
}

/* The pairs become rows, the label first. */
static int add_rows(struct libsvm *s)
{
    const struct entry *entry = s->entries.items, *const end = entry + s->entries.count;
    struct loopc_loading *const l = s->l;
    int32_t base;
    if (find_base(s, &base)) return LOOPC_FAILED;
    if (loopc_loading_begin(l, find_width(s, base), NULL, 2)) return LOOPC_FAILED;
    if (!name_columns(l, base)) return loopc_loading_no_memory(l);
    for (const int64_t *line = s->lines.items; entry < end; line++) {
        entry = fill_row(l, entry, end, base);
        if (loopc_loading_commit(l, *line)) return LOOPC_FAILED;
    }
    const bool open = l->open_end && s->entries.count > 0 && end[-1].index >= 0;
    l->open_column = open ? (int64_t)end[-1].index - base + 1 : 0;
    return loopc_loading_end(l);
}

int loopc_read_libsvm(struct loopc_loading *l)
{
    struct libsvm s = {.l = l, .least = 1, .most = -1};
    int more;
    l->has_lines = true;
    l->is_libsvm = true;
    l->reading.format = "libsvm";
    while ((more = next_line(&s)) > 0) {
        if (read_line(&s)) more = -1;
        if (more < 0) break;
    }
    const int st = more < 0 ? LOOPC_FAILED : add_rows(&s);
    free(s.entries.items);
    free(s.lines.items);
    free(s.text);
    return st;
}
