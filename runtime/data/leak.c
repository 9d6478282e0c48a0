/* Data sets on their way in: inputs that give the answer away. */
#include "data/source.h"

#include <math.h>
#include <stdlib.h>

enum { FEW = 8 }; /* rows that may agree by chance */

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Whether no two of the values are equal. */
static bool are_distinct(double *values, int32_t count)
{
    qsort(values, (size_t)count, sizeof *values, compare);
    for (int32_t i = 1; i < count; i++) {
        if (values[i] <= values[i - 1]) return false;
    }
    return true;
}

/* Whether all rows of a class have one value of the input, and no two classes the same one. `of`:
 * room for a value of each class. */
static bool tells_class(const struct loopc_source *s, const struct loopc_values *values,
                        int32_t kept, double *of)
{
    struct loopc_walk walk = loopc_walk_begin(values);
    int32_t seen = 0;
    for (int32_t c = 0; c < s->table.classes; c++)
        of[c] = NAN;
    for (int64_t r = 0; r < s->rows; r++) {
        const double value = loopc_walk_get(&walk, r, kept);
        double *const known = &of[s->labels[r]];
        if (isnan(*known)) {
            *known = value;
            seen++;
        }
        if (!(value >= *known && value <= *known)) return false;
    }
    for (int32_t c = 0, n = 0; c < s->table.classes; c++) {
        if (!isnan(of[c])) of[n++] = of[c];
    }
    return seen > 1 && s->rows >= 2 * (int64_t)seen && are_distinct(of, seen);
}

/* Whether the input is the target of column `place` of y, which is not always the same. */
static bool is_target(const struct loopc_source *s, const struct loopc_values *values, int32_t kept,
                      int32_t place)
{
    const int64_t targets = s->table.targets;
    struct loopc_walk walk = loopc_walk_begin(values);
    bool varies = false;
    for (int64_t r = 0; r < s->rows; r++) {
        const double value = loopc_walk_get(&walk, r, kept);
        const double answer = s->answers[r * targets + place];
        if (!(value >= answer && value <= answer)) return false;
        varies |= answer < s->answers[place] || answer > s->answers[place];
    }
    return varies;
}

/* The column of the answer that a feature gives away, or -1. */
static int32_t find_answer(const struct loopc_source *s, const struct loopc_values *values,
                           const struct loopc_feature *f, double *of)
{
    if (s->labels && tells_class(s, values, f->kept, of)) return s->table.label;
    for (int32_t c = 0; s->answers && !f->rank && c < s->table.count; c++) {
        const struct loopc_column *const column = &s->table.columns[c];
        if (column->role == LOOPC_ROLE_TARGET && is_target(s, values, f->kept, column->place))
            return c;
    }
    return -1;
}

void loopc_find_leak(struct loopc_source *s, const struct loopc_values *values)
{
    double *const of = malloc(((size_t)s->table.classes + 1) * sizeof *of);
    s->leak_of = -1;
    for (int32_t i = 0; of && s->rows >= FEW && s->leak_of < 0 && i < s->feature_count; i++) {
        s->leak = s->features[i].column;
        s->leak_of = find_answer(s, values, &s->features[i], of);
    }
    free(of);
}
