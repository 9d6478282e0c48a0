/* Data sets on their way in: what each column is, and the check of every value. */
#include "data/dataset_formats.h"


#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *loopc_excerpt(char to[LOOPC_EXCERPT], const char *text)
{
    size_t n = 0;
    for (; n < LOOPC_EXCERPT - 4 && text[n]; n++) {
        to[n] = (unsigned char)text[n] < ' ' || text[n] == 0x7f ? '?' : text[n];
    }
    /* Not in the middle of a UTF-8 character. */
    while (text[n] && n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    strcpy(to + n, text[n] ? "..." : "");
    return to;
}

void loopc_loading_free(struct loopc_loading *l)
{
    free(l->x.items);
    free(l->y.items);
    free(l->labels.items);
}

enum { WHERE = 640 };

/* The beginning of a message about the next value: where it stands, for people and for editors. */
static const char *locate(const struct loopc_loading *l, char where[WHERE])
{
    const size_t at = (size_t)l->column;
    char name[LOOPC_EXCERPT];
    if (!l->record) {
        snprintf(where, WHERE, "%.500s: row %" PRId64 ", column %zu", l->in->path, l->rows + 1,
                 at + 1);
    } else if (!l->header) {
        const struct loopc_cell *const cell = loopc_record_cell(l->record, at);
        snprintf(where, WHERE, "%.500s:%" PRId64 ":%" PRId64 ": column %zu", l->in->path,
                 cell->line, cell->place, at + 1);
    } else {
        const struct loopc_cell *const cell = loopc_record_cell(l->record, at);
        loopc_excerpt(name, loopc_record_text(l->header, at));
        snprintf(where, WHERE, "%.500s:%" PRId64 ":%" PRId64 ": column %zu ('%s')", l->in->path,
                 cell->line, cell->place, at + 1, name);
    }
    return where;
}

int loopc_bad_value(const struct loopc_loading *l, const char *hint, const char *what)
{
    char where[WHERE];
    return loopc_error_set(l->message, hint, "%s: %s", locate(l, where), what);
}

static int bad_real(const struct loopc_loading *l, double value)
{
    char what[80];
    snprintf(what, sizeof what, isnan(value) ? "the value is NaN" : "%g is too large for f32",
             value);
    return loopc_bad_value(
        l, isnan(value) || isinf(value) ? "every value has to be a finite number" : NULL, what);
}

/* Labels are below this. */
static int64_t label_limit(const struct loopc_loading *l)
{
    if (l->like && l->like->classes) return l->like->classes;
    return l->options->classes ? l->options->classes : INT32_MAX;
}

static int bad_label(const struct loopc_loading *l, double value)
{
    static const char other_column[] = "`label` in the spec says which column holds the labels, "
                                       "`targets` makes it a regression";
    const int64_t limit = label_limit(l);
    const bool like = l->like && l->like->classes;
    char what[700];
    if (value < 0 || value != floor(value) || limit == INT32_MAX) {
        snprintf(what, sizeof what, "the label is %.9g, but labels are whole numbers from 0",
                 value);
        return loopc_bad_value(l, l->part == LOOPC_FILE_WHOLE ? other_column : NULL, what);
    }
    snprintf(what, sizeof what,
             "the label is %.10g, but there are the classes 0 to %" PRId64 "%s%.500s", value,
             limit - 1, like ? ", as in " : "", like ? l->like->name : "");
    return loopc_bad_value(l, NULL, what);
}

static int no_memory(const struct loopc_loading *l)
{
    return loopc_error_set(l->message, NULL, "%s: out of memory after %" PRId64 " rows",
                           l->in->path, l->rows);
}

/* What `count` more values may need, so that add need not ask each time. */
static bool reserve(struct loopc_loading *l, size_t count)
{
    if (!loopc_array_reserve(&l->x, count, sizeof(float))) return false;
    if (l->targets_at < l->width && !loopc_array_reserve(&l->y, count, sizeof(float))) return false;
    return l->label_at < 0 || loopc_array_reserve(&l->labels, count, sizeof(int32_t));
}

static int add_label(struct loopc_loading *l, double value)
{
    if (!(value >= 0 && value < (double)label_limit(l) && value == floor(value))) {
        return isfinite(value) ? bad_label(l, value) : bad_real(l, value);
    }
    const int32_t label = (int32_t)value;
    ((int32_t *)l->labels.items)[l->labels.count++] = label;
    if (label > l->largest_label) l->largest_label = label;
    return LOOPC_OK;
}

/* Adds values that all belong to samples, or all to targets. */
static int add_reals(struct loopc_loading *l, const double *values, size_t count)
{
    struct loopc_array *const to = l->column < l->targets_at ? &l->x : &l->y;
    float *const items = (float *)to->items + to->count;
    for (size_t i = 0; i < count; i++) {
        if (!(fabs(values[i]) <= FLT_MAX)) {
            l->column += (int64_t)i;
            return bad_real(l, values[i]);
        }
        items[i] = (float)values[i];
    }
    to->count += count;
    return LOOPC_OK;
}

/* How many values from the next one on belong together: a label, or what is left of a row's samples
 * or targets up to the label or the end. */
static size_t run_length(const struct loopc_loading *l)
{
    if (l->column == l->label_at) return 1;
    const int64_t end = l->column < l->label_at     ? l->label_at
                        : l->column < l->targets_at ? l->targets_at
                                                    : l->width;
    return (size_t)(end - l->column);
}

int loopc_loading_add(struct loopc_loading *l, const double *values, size_t count)
{
    if (!reserve(l, count)) return no_memory(l);
    while (count > 0) {
        const size_t whole = run_length(l), run = whole < count ? whole : count;
        const int st = l->column == l->label_at ? add_label(l, *values) : add_reals(l, values, run);
        if (st) return st;
        values += run;
        count -= run;
        l->column += (int64_t)run;
        if (l->column == l->width) {
            l->column = 0;
            l->rows++;
        }
    }
    return LOOPC_OK;
}

int loopc_loading_end(struct loopc_loading *l)
{
    if (l->rows > 0) return LOOPC_OK;
    return loopc_error_set(l->message, NULL, "%s: there are no rows in it", l->in->path);
}
