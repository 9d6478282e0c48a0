/* Tables as read, for people: one line at the start of a run, a page for `PROG data`. */
#include "data/source.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t append(char *text, size_t size, size_t used, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static size_t append(char *text, size_t size, size_t used, const char *format, ...)
{
    va_list arguments;
    if (used >= size) return used;
    va_start(arguments, format);
    const int wrote = vsnprintf(text + used, size - used, format, arguments);
    va_end(arguments);
    return wrote < 0 || used + (size_t)wrote >= size ? size - 1 : used + (size_t)wrote;
}

/* "CSV, semicolons, decimal comma, header". */
static size_t append_format(char *text, size_t size, size_t used,
                            const struct loopc_reading *reading)
{
    const struct loopc_dialect *const d = &reading->dialect;
    static const struct {
        char separator;
        const char *name;
    } names[] = {
        {';', "semicolons"}, {'\t', "tabs"}, {'|', "bars"}, {' ', "blanks"}, {0, "one column"}};
    used = append(text, size, used, "%s", reading->format ? reading->format : "?");
    if (*reading->type) used = append(text, size, used, ", %s", reading->type);
    if (!reading->format || strcmp(reading->format, "CSV") != 0) return used;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].separator == d->separator)
            used = append(text, size, used, ", %s", names[i].name);
    }
    if (d->separator && !strchr(",;\t| ", d->separator))
        used = append(text, size, used, ", separator %c", d->separator);
    if (d->decimal == ',') used = append(text, size, used, ", decimal comma");
    return append(text, size, used, d->header ? ", header" : ", no header");
}

static const char *plural(int64_t count)
{
    return count == 1 ? "" : "s";
}

static size_t append_leak(char *text, size_t size, size_t used, const struct loopc_source *s)
{
    char input[LOOPC_EXCERPT], answer[LOOPC_EXCERPT];
    const struct loopc_column *const columns = s->table.columns;
    if (s->leak_of < 0) return used;
    return append(text, size, used,
                  "warning: the input '%s' gives the answer '%s' away in every row: is it a copy?",
                  loopc_excerpt(input, columns[s->leak].name),
                  loopc_excerpt(answer, columns[s->leak_of].name));
}

void loopc_dataset_line(const struct loopc_dataset *d, const char *name, char *text, size_t size)
{
    const struct loopc_source *const s = d->source->whole;
    const struct loopc_table *const t = &s->table;
    char excerpt[LOOPC_EXCERPT];
    size_t used = append(text, size, 0, "%s: %s: ", name, d->name);
    used = append_format(text, size, used, &s->reading);
    used = append(text, size, used, "; %" PRId64 " row%s", d->rows, plural(d->rows));
    if (s->reading.is_cut) used = append(text, size, used, " before the error");
    if (d->rows < s->rows) used = append(text, size, used, " of %" PRId64, s->rows);
    if (!s->reading.is_undecided)
        used = append(text, size, used, ", %" PRId32 " input%s", t->inputs, plural(t->inputs));
    if (d->classes && t->label >= 0)
        used =
            append(text, size, used, ", %" PRId32 " class%s in '%s'", d->classes,
                   d->classes == 1 ? "" : "es", loopc_excerpt(excerpt, t->columns[t->label].name));
    if (d->targets)
        used = append(text, size, used, ", %" PRId32 " target%s", d->targets, plural(d->targets));
    if (d->weights) used = append(text, size, used, ", weights");
    if (s->leak_of >= 0) used = append(text, size, used, "; ");
    used = append_leak(text, size, used, s);
    for (size_t i = 0; i < s->reading.notes.count; i++)
        used = append(text, size, used, "; %s", ((char **)s->reading.notes.items)[i]);
}

int64_t loopc_dataset_left_out(const struct loopc_dataset *d)
{
    return d->source->whole->reading.left_out;
}

static const char *role_name(enum loopc_role role)
{
    static const char *const names[] = {"input", "label", "target", "weight", "id", "left out"};
    return names[role];
}

static const char *kind_name(const struct loopc_column *c)
{
    static const char *const names[] = {"number", "text", "true/false"};
    return names[c->is_truth ? LOOPC_KIND_BOOL : c->kind];
}

/* "4.3 to 7.9", "3 values: a, b, c". */
static void describe_range(const struct loopc_column *c, char *text, size_t size)
{
    size_t used = 0;
    text[0] = 0;
    if (c->role == LOOPC_ROLE_IGNORED || c->role == LOOPC_ROLE_ID) return;
    if (c->kind == LOOPC_KIND_NUMBER) {
        if (!isnan(c->min)) snprintf(text, size, "%.9g to %.9g", c->min, c->max);
        return;
    }
    if (c->value_count == 0) return;
    used =
        append(text, size, used, "%" PRId32 " value%s: ", c->value_count, plural(c->value_count));
    for (int32_t i = 0; i < c->value_count && i < 8; i++) {
        char name[LOOPC_EXCERPT];
        used = append(text, size, used, "%s%s", i ? ", " : "", loopc_excerpt(name, c->values[i]));
    }
    if (c->value_count > 8) append(text, size, used, ", ...");
}

static int widest_name(const struct loopc_table *t)
{
    size_t widest = 6;
    for (int32_t i = 0; i < t->count; i++) {
        char name[LOOPC_EXCERPT];
        const size_t length = strlen(loopc_excerpt(name, t->columns[i].name));
        if (length > widest) widest = length;
    }
    return (int)widest;
}

/* Very many columns are told by the first and the last ones. */
static void print_columns(const struct loopc_table *t, bool undecided, FILE *out)
{
    enum { SHOWN = 200, LAST = 5 };
    const int width = widest_name(t);
    fprintf(out, "  %6s  %-*s  %-10s  %-8s  %8s  %s\n", "column", width, "name", "kind", "role",
            "missing", "range");
    for (int32_t i = 0; i < t->count; i++) {
        const struct loopc_column *const c = &t->columns[i];
        char name[LOOPC_EXCERPT], range[240];
        if (t->count > SHOWN && i == SHOWN - LAST) {
            fprintf(out, "  %6s\n", "...");
            i = t->count - LAST;
            continue;
        }
        describe_range(c, range, sizeof range);
        fprintf(out, "  %6" PRId32 "  %-*s  %-10s  %-8s  %8" PRId64 "%s%s\n", i + 1, width,
                loopc_excerpt(name, c->name), undecided ? "?" : kind_name(c),
                undecided ? "?" : role_name(c->role), c->missing, *range ? "  " : "", range);
    }
}

static void count_classes(const struct loopc_dataset *d, int64_t *counts)
{
    for (int64_t i = 0; i < d->rows; i++)
        counts[d->labels[loopc_dataset_row(d, i)]]++;
}

static void print_classes(const struct loopc_dataset *d, FILE *out)
{
    enum { SHOWN = 100 };
    const struct loopc_table *const t = loopc_dataset_table(d);
    int64_t *const counts = d->labels ? calloc((size_t)d->classes + 1, sizeof *counts) : NULL;
    char name[LOOPC_EXCERPT];
    if (!counts) return;
    count_classes(d, counts);
    fprintf(out,
            "  classes of '%s', with their rows:", loopc_excerpt(name, t->columns[t->label].name));
    for (int32_t c = 0; c < d->classes && c < SHOWN; c++) {
        const char *const class = loopc_dataset_class(d, c);
        fprintf(out, "%s %s %" PRId64, c ? "," : "", loopc_excerpt(name, class ? class : "?"),
                counts[c]);
    }
    fputs(d->classes > SHOWN ? ", ...\n" : "\n", out);
    for (int32_t c = 0; c < d->classes; c++) {
        const char *const class = loopc_dataset_class(d, c);
        if (counts[c] == 0)
            fprintf(out, "  warning: no row is of class '%s'\n",
                    loopc_excerpt(name, class ? class : "?"));
    }
    free(counts);
}

/* Whether the rows of each class are together, as a file has them that was sorted. */
static void warn_sorted(const struct loopc_dataset *d, FILE *out)
{
    int64_t changes = 0;
    int32_t last = -1;
    for (int64_t i = 0; d->labels && i < d->rows; i++) {
        const int32_t label = d->labels[loopc_dataset_row(d, i)];
        changes += label != last;
        last = label;
    }
    if (d->labels && d->classes > 1 && d->rows > 4 * (int64_t)d->classes && changes <= d->classes)
        fputs("  warning: the rows are sorted by class: train in another order each epoch "
              "(loopc_shuffle_key), hold out rows that are drawn\n",
              out);
}

/* The statistics of a feature over all rows. */
struct sight {
    uint64_t hash;
    int64_t distinct;
    bool whole;
};

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void look_at(const struct loopc_source *s, const struct loopc_feature *f, double *values,
                    struct sight *sight)
{
    int64_t known = 0;
    *sight = (struct sight){.hash = 1, .whole = true};
    for (int64_t r = 0; r < s->rows; r++) {
        uint64_t bits;
        const double value = loopc_values_get(&s->values, r, f->kept);
        memcpy(&bits, &value, sizeof bits);
        sight->hash = (sight->hash ^ bits) * UINT64_C(0x9e3779b97f4a7c15);
        sight->hash ^= sight->hash >> 29;
        sight->whole &= isnan(value) || value == floor(value);
        values[known] = value;
        known += !isnan(value);
    }
    qsort(values, (size_t)known, sizeof *values, compare);
    for (int64_t i = 0; i < known; i++)
        sight->distinct += i == 0 || values[i] > values[i - 1];
}

static void warn_feature(const struct loopc_source *s, const struct sight *sights, int32_t i,
                         FILE *out)
{
    const struct loopc_column *const c = &s->table.columns[s->features[i].column];
    char name[LOOPC_EXCERPT], other[LOOPC_EXCERPT];
    loopc_excerpt(name, c->name);
    if (sights[i].distinct == 1 && c->missing == 0)
        fprintf(out, "  warning: '%s' has the same value in all rows\n", name);
    for (int32_t k = 0; k < i && sights[i].distinct > 1; k++) {
        if (sights[k].hash != sights[i].hash || sights[k].distinct != sights[i].distinct) continue;
        fprintf(out, "  warning: '%s' has the same values as '%s'\n", name,
                loopc_excerpt(other, s->table.columns[s->features[k].column].name));
        break;
    }
    if (sights[i].whole && s->rows >= 20 && sights[i].distinct * 20 > s->rows * 19 &&
        c->kind != LOOPC_KIND_BOOL && !c->is_truth)
        fprintf(out, "  warning: '%s' has another value in nearly each row: is it an id?\n", name);
}

static void warn_features(const struct loopc_source *s, FILE *out)
{
    enum { MOST = 2000 };
    const int32_t count = s->feature_count < MOST ? s->feature_count : MOST;
    struct sight *const sights = calloc((size_t)count + 1, sizeof *sights);
    double *const values = malloc(((size_t)s->rows + 1) * sizeof *values);
    for (int32_t i = 0; s->values.rows == s->rows && sights && values && i < count; i++) {
        look_at(s, &s->features[i], values, &sights[i]);
        warn_feature(s, sights, i, out);
    }
    free(sights);
    free(values);
}

void loopc_dataset_print(const struct loopc_dataset *d, const char *name, FILE *out)
{
    const struct loopc_source *const s = d->source->whole;
    char text[600];
    loopc_dataset_line(d, name, text, sizeof text);
    char *const note = strstr(text, ";");
    char *const second = note ? strstr(note + 1, ";") : NULL;
    if (second) *second = 0;
    fprintf(out, "%s\n", text);
    print_columns(&s->table, s->reading.is_undecided, out);
    print_classes(d, out);
    for (size_t i = 0; i < s->reading.notes.count; i++)
        fprintf(out, "  note: %s\n", ((char **)s->reading.notes.items)[i]);
    if (append_leak(text, sizeof text, 0, s) > 0) fprintf(out, "  %s\n", text);
    warn_sorted(d, out);
    warn_features(s, out);
}
