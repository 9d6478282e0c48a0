/* Fields: sizes, values as text, comparison, names. Reading values is fields_read.c's. */
#include "run/fields.h"

#include "data/dataset.h"
#include "nn/panel.h"
#include "nn/replica.h"
#include "base/rng.h"

#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    size_t size;
} types[] = {
    [LOOPC_F32] = {"f32", sizeof(float)},
    [LOOPC_F64] = {"f64", sizeof(double)},
    [LOOPC_I32] = {"i32", sizeof(int32_t)},
    [LOOPC_I64] = {"i64", sizeof(int64_t)},
    [LOOPC_U32] = {"u32", sizeof(uint32_t)},
    [LOOPC_U64] = {"u64", sizeof(uint64_t)},
    [LOOPC_BOOL] = {"bool", sizeof(bool)},
    [LOOPC_STR] = {"str", sizeof(char *)},
    [LOOPC_RNG] = {"rng", sizeof(struct loopc_rng)},
    [LOOPC_DATASET] = {"dataset", sizeof(struct loopc_dataset)},
    [LOOPC_BYTES] = {"bytes", 1},
};

size_t loopc_field_element(const struct loopc_field *field)
{
    return types[field->type].size;
}

/* Where element i is: its row and column in a matrix that has another order. */
static size_t place_of(const struct loopc_field *field, size_t i)
{
    if (!field->panels && !field->replica) return i;
    const int64_t columns = field->rank == 2 ? field->dims[1] : (int64_t)field->count;
    const int64_t row = (int64_t)i / columns, column = (int64_t)i % columns;
    if (field->panels) return (size_t)loopc_panel_at(field->dims[0], row, column);
    return (size_t)loopc_replica_at(columns, row, column);
}

/* Of a replica what is from its first element to its last one, with elements of others between. */
size_t loopc_field_size(const struct loopc_field *field)
{
    size_t elements = field->count;
    if (field->panels) elements = (size_t)LOOPC_PANELS(field->dims[0], field->dims[1]);
    if (field->replica && field->count > 0) elements = place_of(field, field->count - 1) + 1;
    return types[field->type].size * elements;
}

bool loopc_field_is_value(const struct loopc_field *field)
{
    return field->type <= LOOPC_STR;
}

const char *loopc_type_name(enum loopc_type type)
{
    return types[type].name;
}

static const void *element(const struct loopc_field *field, const void *state, size_t i)
{
    return (const char *)state + field->offset + place_of(field, i) * types[field->type].size;
}

/* The return value of snprintf as the length of the text. */
static size_t written(int wrote, size_t size)
{
    if (wrote < 0 || size == 0) return 0;
    return (size_t)wrote < size ? (size_t)wrote : size - 1;
}

/* A body may have called setlocale: numbers are written without regard to that. */
size_t loopc_number_format(double value, int digits, char *text, size_t size)
{
    const locale_t before = uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));
    const int wrote = snprintf(text, size, "%.*g", digits, value);
    uselocale(before);
    return written(wrote, size);
}

/* A number in the fewest of `least` to `most` digits that read back to the same value. All that
 * have `most` digits do: 9 for a float, 17 for a double (Steele and White 1990). */
static size_t format_real(double value, int least, int most, char *text, size_t size)
{
    const locale_t before = uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));
    char digits[32];
    for (int n = least; n <= most; n++) {
        snprintf(digits, sizeof digits, "%.*g", n, value);
        const double back = most == 9 ? (double)strtof(digits, NULL) : strtod(digits, NULL);
        if (back == value || value != value) break;
    }
    uselocale(before);
    return written(snprintf(text, size, "%s", digits), size);
}

static size_t format_str(const char *value, char *text, size_t size)
{
    if (!value) return written(snprintf(text, size, "none"), size);
    if (size < 3) return written(snprintf(text, size, "%s", ""), size);
    size_t n = 0;
    text[n++] = '"';
    for (; *value && n + 3 < size; value++) {
        if (*value == '"' || *value == '\\') text[n++] = '\\';
        text[n++] = (unsigned char)*value < ' ' ? ' ' : *value;
    }
    text[n++] = '"';
    text[n] = 0;
    return n;
}

size_t loopc_field_format(const struct loopc_field *field, const void *state, size_t i, char *text,
                          size_t size)
{
    const void *p = element(field, state, i);
    switch (field->type) {
    case LOOPC_F32:
        return format_real((double)*(const float *)p, 6, 9, text, size);
    case LOOPC_F64:
        return format_real(*(const double *)p, 15, 17, text, size);
    case LOOPC_I32:
        return written(snprintf(text, size, "%" PRId32, *(const int32_t *)p), size);
    case LOOPC_I64:
        return written(snprintf(text, size, "%" PRId64, *(const int64_t *)p), size);
    case LOOPC_U32:
        return written(snprintf(text, size, "%" PRIu32, *(const uint32_t *)p), size);
    case LOOPC_U64:
        return written(snprintf(text, size, "%" PRIu64, *(const uint64_t *)p), size);
    case LOOPC_BOOL:
        return written(snprintf(text, size, "%s", *(const bool *)p ? "true" : "false"), size);
    case LOOPC_STR:
        return format_str(*(const char *const *)p, text, size);
    case LOOPC_RNG:
    case LOOPC_DATASET:
    case LOOPC_BYTES:
        break;
    }
    return written(snprintf(text, size, "%s", types[field->type].name), size);
}

int64_t loopc_field_integer(const struct loopc_field *field, const void *state, size_t i)
{
    const void *p = element(field, state, i);
    switch (field->type) {
    case LOOPC_I32:
        return *(const int32_t *)p;
    case LOOPC_I64:
        return *(const int64_t *)p;
    case LOOPC_U32:
        return *(const uint32_t *)p;
    case LOOPC_U64:
        return (int64_t) * (const uint64_t *)p;
    case LOOPC_BOOL:
        return *(const bool *)p;
    case LOOPC_F32:
    case LOOPC_F64:
    case LOOPC_STR:
    case LOOPC_RNG:
    case LOOPC_DATASET:
    case LOOPC_BYTES:
        break;
    }
    return 0;
}

size_t loopc_range_format(const struct loopc_field *field, char *text, size_t size)
{
    char low[32] = "", high[32] = "";
    if (field->range && isfinite(field->range->min)) {
        format_real(field->range->min, 15, 17, low, sizeof low);
    }
    if (field->range && isfinite(field->range->max)) {
        format_real(field->range->max, 15, 17, high, sizeof high);
    }
    const int wrote = snprintf(text, size, "%s%s%s%s",
                               *low    ? "from "
                               : *high ? "up "
                                       : "",
                               low, *high ? (*low ? " to " : "to ") : "", high);
    return written(wrote, size);
}

double loopc_field_real(const struct loopc_field *field, const void *state, size_t i)
{
    const void *p = element(field, state, i);
    if (!loopc_field_is_value(field) || field->type == LOOPC_STR) return (double)NAN;
    if (field->type == LOOPC_F32) return (double)*(const float *)p;
    if (field->type == LOOPC_F64) return *(const double *)p;
    if (field->type == LOOPC_U64) return (double)*(const uint64_t *)p;
    return (double)loopc_field_integer(field, state, i);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool loopc_element_changed(const struct loopc_field *field, const void *before, const void *after,
                           size_t i)
{
    const void *a = element(field, before, i);
    const void *b = element(field, after, i);
    if (field->type != LOOPC_STR) return memcmp(a, b, types[field->type].size) != 0;
    return !same_text(*(const char *const *)a, *(const char *const *)b);
}

size_t loopc_field_changes(const struct loopc_field *field, const void *before, const void *after)
{
    const size_t bytes = loopc_field_size(field);
    if (!memcmp(element(field, before, 0), element(field, after, 0), bytes)) return 0;
    if (!loopc_field_is_value(field)) return 1;
    size_t changes = 0;
    for (size_t i = 0; i < field->count; i++) {
        changes += loopc_element_changed(field, before, after, i);
    }
    return changes;
}

const struct loopc_field *loopc_field_find(const struct loopc_field *fields, int count,
                                           const char *name)
{
    for (int i = 0; i < count; i++) {
        if (!strcmp(fields[i].name, name)) return &fields[i];
    }
    return NULL;
}

void loopc_fields_restart(const struct loopc_field *fields, int count, void *state)
{
    for (int i = 0; i < count; i++) {
        if (!(fields[i].flags & LOOPC_RESTARTING)) continue;
        *(bool *)((char *)state + fields[i].offset) = true;
    }
}
