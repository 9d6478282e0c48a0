/* Data sets on their way in: classes, which are the distinct values of the label, sorted. */
#include "data/source.h"

#include "base/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 1 << 16 }; /* classes */

/* The distinct numbers of a label, sorted. */
struct numbers {
    double *items;
    int32_t count;
    bool whole;    /* none has a fraction */
    double *slots; /* a hash table, NaN: free */
    size_t slot_count;
};

static void free_numbers(struct numbers *n)
{
    free(n->items);
    free(n->slots);
}

static size_t slot_of(const struct numbers *n, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    const size_t mask = n->slot_count - 1; /* a power of two */
    size_t slot = (size_t)(bits * UINT64_C(0x9e3779b97f4a7c15) >> 46) & mask;
    while (n->slots[slot] < value || n->slots[slot] > value) /* and not NaN */
        slot = (slot + 1) & mask;
    return slot;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static bool begin_numbers(struct numbers *n)
{
    *n = (struct numbers){.whole = true, .slot_count = 4 * MOST};
    n->items = malloc((MOST + 1) * sizeof *n->items);
    n->slots = malloc(n->slot_count * sizeof *n->slots);
    for (size_t i = 0; n->slots && i < n->slot_count; i++)
        n->slots[i] = NAN;
    return n->items && n->slots;
}

/* Finds the distinct values; more than MOST are not counted. */
static void collect(struct numbers *n, const struct loopc_loading *l, int32_t kept)
{
    struct loopc_walk walk = loopc_walk_begin(&l->values);
    double last = NAN;
    for (int64_t r = 0; r < l->values.rows && n->count <= MOST; r++) {
        const double value = loopc_walk_get(&walk, r, kept) + 0.0; /* -0 is 0 */
        if (value >= last && value <= last) continue;
        last = value;
        const size_t slot = slot_of(n, value);
        if (!isnan(n->slots[slot])) continue;
        n->slots[slot] = value;
        n->items[n->count++] = value;
        n->whole &= value == floor(value);
    }
    qsort(n->items, (size_t)n->count, sizeof *n->items, compare);
}

static int no_memory(const struct loopc_loading *l)
{
    return loopc_error_set(l->message, NULL, "%s: out of memory", l->path);
}

/* Whether the values are hardly classes: nearly as many values as rows. */
static bool is_measure(const struct numbers *n, int64_t rows)
{
    if (n->count > MOST) return true;
    return n->whole ? n->count > 50 && n->count * INT64_C(3) > rows
                    : n->count > 20 && n->count * INT64_C(10) > rows;
}

static int refuse_measure(const struct loopc_loading *l, const struct loopc_incoming *c,
                          int64_t count)
{
    return loopc_error_set(l->message,
                           "`targets` predicts it as a number (--DATA-targets); `label` says which "
                           "other column is the class (--DATA-label)",
                           "%s: column %" PRId64 " ('%.80s') is the label, but it has %s%" PRId64
                           " different values in %" PRId64 " rows, which are no classes",
                           l->path, (int64_t)(c - l->columns) + 1, c->name,
                           count > MOST ? "more than " : "", count > MOST ? MOST : count,
                           l->values.rows);
}

/* Writes the names of some classes: "a, b, c, ...". */
static const char *list_names(char *const *names, int32_t count, char text[300])
{
    size_t used = 0;
    text[0] = 0;
    for (int32_t i = 0; i < count && used < 240; i++) {
        char name[LOOPC_EXCERPT];
        used += (size_t)snprintf(text + used, 300 - used, "%s%s", i ? ", " : "",
                                 loopc_excerpt(name, names[i]));
        if (used >= 240 && i + 1 < count) strcpy(text + used, ", ...");
    }
    return text;
}

static int too_many(const struct loopc_loading *l, const struct loopc_column *column,
                    int32_t wanted)
{
    char names[300], hint[80];
    snprintf(hint, sizeof hint, "say `classes = %" PRId32 "`, and as many outputs of the net",
             column->value_count);
    return loopc_error_set(l->message, hint,
                           "%s: the label '%.80s' has %" PRId32 " classes (%s), but the spec says "
                           "classes = %" PRId32,
                           l->path, column->name, column->value_count,
                           list_names(column->values, column->value_count, names), wanted);
}

static int32_t *make_labels(struct loopc_source *s, const struct loopc_loading *l)
{
    s->labels = malloc((size_t)s->rows * sizeof *s->labels);
    if (!s->labels) no_memory(l);
    return s->labels;
}

static int name_texts(struct loopc_source *s, struct loopc_loading *l, struct loopc_incoming *c,
                      struct loopc_column *column)
{
    const int32_t wanted = s->options.classes;
    if (loopc_take_values(l, c, column)) return LOOPC_FAILED;
    if (!c->like && c->dictionary.count > 50 && c->dictionary.count * INT64_C(2) > s->rows)
        return refuse_measure(l, c, c->dictionary.count);
    if (!c->like && wanted && column->value_count > wanted) return too_many(l, column, wanted);
    s->table.classes = wanted > column->value_count ? wanted : column->value_count;
    if (!make_labels(s, l)) return LOOPC_FAILED;
    struct loopc_walk walk = loopc_walk_begin(&l->values);
    for (int64_t r = 0; r < s->rows; r++) {
        const double value = loopc_walk_get(&walk, r, c->kept);
        s->labels[r] = isnan(value) ? -1 : c->rank[(int32_t)value];
    }
    return LOOPC_OK;
}

/* Where a number is among sorted ones, or -1. */
static int32_t find(const double *sorted, int32_t count, double value)
{
    int32_t low = 0, high = count;
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        if (sorted[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && sorted[low] <= value ? low : -1;
}

static int unknown_class(const struct loopc_loading *l, const struct loopc_incoming *c, int64_t r,
                         double value)
{
    char where[LOOPC_WHERE], names[300], number[32];
    const struct loopc_column *const like = c->like;
    loopc_shortest_number(value, number);
    const bool open = loopc_is_open(l, c) && r == l->values.rows - 1;
    return loopc_error_set(l->message, open ? LOOPC_MAY_BE_CUT : NULL,
                           "%s: the label is %s, but there are the classes %s, as in %.200s",
                           loopc_locate(l, c - l->columns, r, (struct loopc_place){0}, where),
                           number, list_names(like->values, like->value_count, names),
                           l->like->name);
}

/* The label of the last row, if it may be cut: one of `count` sorted numbers. */
static int judge_end(struct loopc_loading *l, const struct loopc_incoming *c, const double *numbers,
                     int32_t count)
{
    const int64_t last = l->values.rows - 1;
    if (!loopc_is_open(l, c)) return LOOPC_OK;
    const double value = loopc_values_get(&l->values, last, c->kept);
    int64_t rows = 0;
    for (int64_t r = 0; r <= last; r++) {
        const double other = loopc_values_get(&l->values, r, c->kept);
        rows += other <= value && other >= value;
    }
    return loopc_judge_end_class(l, c, value, numbers, count, rows);
}

/* Classes of another data set, which may be texts as well: those are no number's. */
static int label_by_like(struct loopc_source *s, struct loopc_loading *l,
                         const struct loopc_incoming *c, struct loopc_column *column)
{
    const struct loopc_column *const like = c->like;
    double *const sorted = calloc((size_t)like->value_count + 1, sizeof *sorted);
    if (!sorted) return no_memory(l);
    bool enough = make_labels(s, l);
    column->values = calloc((size_t)like->value_count + 1, sizeof *column->values);
    for (int32_t i = 0; enough && column->values && i < like->value_count; i++) {
        column->values[column->value_count++] = strdup(like->values[i]);
        enough = column->values[i] != NULL;
        /* Numbers that were given names by a line of counts are 0, 1, 2 ... */
        if (!loopc_number_read(like->values[i], &sorted[i]))
            sorted[i] = like->kind == LOOPC_KIND_NUMBER ? (double)i : (double)INFINITY;
    }
    int st = enough && column->values ? LOOPC_OK : no_memory(l);
    struct loopc_walk walk = loopc_walk_begin(&l->values);
    for (int64_t r = 0; !st && r < s->rows; r++) {
        const double value = loopc_walk_get(&walk, r, c->kept);
        s->labels[r] = isnan(value) ? -1 : find(sorted, like->value_count, value);
        if (s->labels[r] < 0 && !isnan(value)) st = unknown_class(l, c, r, value);
    }
    if (!st) st = judge_end(l, c, sorted, like->value_count);
    free(sorted);
    s->table.classes = loopc_dataset_table(l->like)->classes;
    return st;
}

/* The classes 0 to count - 1, which are called after their numbers. */
static bool count_up(struct numbers *n, int32_t count)
{
    double *const items = realloc(n->items, ((size_t)count + 1) * sizeof *items);
    if (!items) return false;
    n->items = items;
    n->count = count;
    for (int32_t i = 0; i < count; i++)
        items[i] = i;
    return true;
}

/* The number of classes in a spec; labels from 0 are kept. */
static int fit_to_classes(struct numbers *n, const struct loopc_loading *l,
                          const struct loopc_incoming *c, int32_t wanted)
{
    const double least = n->items[0], most = n->items[n->count - 1];
    if (n->whole && least >= 0 && most < wanted)
        return count_up(n, wanted) ? LOOPC_OK : no_memory(l);
    if (n->count <= wanted && (!n->whole || least < 0 || least > 0)) return LOOPC_OK;
    char where[LOOPC_WHERE], hint[80];
    int64_t r = 0;
    double value;
    do {
        value = loopc_values_get(&l->values, r++, c->kept);
    } while (value >= 0 && value < wanted && value == floor(value));
    snprintf(hint, sizeof hint, "say `classes = %.0f`, and as many outputs of the net",
             n->whole && least >= 0 && most < MOST ? most + 1 : n->count);
    return loopc_error_set(
        l->message, hint, "%s: the label is %.10g, but there are the classes 0 to %" PRId32,
        loopc_locate(l, c - l->columns, r - 1, (struct loopc_place){0}, where), value, wanted - 1);
}

static int name_numbers(struct loopc_source *s, const struct loopc_loading *l,
                        const struct numbers *n, struct loopc_column *column)
{
    char *const *const given = l->class_names.items;
    const bool named = l->class_names.count == (size_t)n->count && n->items[0] == 0 &&
                       n->items[n->count - 1] == n->count - 1;
    column->values = calloc((size_t)n->count + 1, sizeof *column->values);
    if (!column->values) return no_memory(l);
    for (int32_t i = 0; i < n->count; i++) {
        char text[32];
        loopc_shortest_number(n->items[i], text);
        column->values[i] = strdup(named ? given[i] : text);
        column->value_count++;
        if (!column->values[i]) return no_memory(l);
    }
    s->table.classes = s->options.classes > n->count ? s->options.classes : n->count;
    return LOOPC_OK;
}

static int label_numbers(struct loopc_source *s, struct loopc_loading *l,
                         const struct loopc_incoming *c, struct numbers *n,
                         struct loopc_column *column)
{
    collect(n, l, c->kept);
    if (is_measure(n, s->rows)) return refuse_measure(l, c, n->count);
    if (judge_end(l, c, n->items, n->count)) return LOOPC_FAILED;
    if (s->options.classes && fit_to_classes(n, l, c, s->options.classes)) return LOOPC_FAILED;
    if (name_numbers(s, l, n, column) || !make_labels(s, l)) return LOOPC_FAILED;
    struct loopc_walk walk = loopc_walk_begin(&l->values);
    for (int64_t r = 0; r < s->rows; r++)
        s->labels[r] = find(n->items, n->count, loopc_walk_get(&walk, r, c->kept));
    return LOOPC_OK;
}

int loopc_name_classes(struct loopc_source *s, struct loopc_loading *l, struct loopc_incoming *c,
                       struct loopc_column *column)
{
    struct numbers n = {0};
    if (c->has_dictionary) return name_texts(s, l, c, column);
    if (c->like) return label_by_like(s, l, c, column);
    const int st = begin_numbers(&n) ? label_numbers(s, l, c, &n, column) : no_memory(l);
    free_numbers(&n);
    return st;
}
