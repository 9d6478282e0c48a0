/* Fields: values read from text. */
#include "run/fields.h"

#include "run/failures.h"

#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One value on its way from text to memory. */
union value {
    float f32;
    double f64;
    int32_t i32;
    int64_t i64;
    uint32_t u32;
    uint64_t u64;
    bool boolean;
    const char *str;
};

static const struct {
    const char *kind; /* for messages */
    int64_t min;
    uint64_t max;
} whole[] = {
    [LOOPC_I32] = {"a whole number", INT32_MIN, INT32_MAX},
    [LOOPC_I64] = {"a whole number", INT64_MIN, INT64_MAX},
    [LOOPC_U32] = {"a whole number from 0", 0, UINT32_MAX},
    [LOOPC_U64] = {"a whole number from 0", 0, UINT64_MAX},
};

static int wrong(char *message, size_t size, const char *text, const char *what)
{
    snprintf(message, size, "'%.80s' is not %s", text, what);
    return LOOPC_FAILED;
}

static int out_of_range(enum loopc_type type, char *message, size_t size, const char *text)
{
    if (type == LOOPC_F32 || type == LOOPC_F64) {
        snprintf(message, size, "%.80s is too large for %s", text, loopc_type_name(type));
    } else {
        snprintf(message, size, "%.80s is out of range: %" PRId64 " to %" PRIu64, text,
                 whole[type].min, whole[type].max);
    }
    return LOOPC_FAILED;
}

/* Text that strtoll accepts and we do not: leading blanks, a sign without digits. */
static bool is_whole(const char *text)
{
    if (*text == '-' || *text == '+') text++;
    if (!*text) return false;
    return text[strspn(text, "0123456789")] == 0;
}

/* Gives a whole number as its 64 bits, checked against the range of its type. */
static int read_bits(enum loopc_type type, const char *text, uint64_t *bits, char *message,
                     size_t size)
{
    if (!is_whole(text)) return wrong(message, size, text, whole[type].kind);
    errno = 0;
    if (*text == '-') {
        const int64_t n = strtoll(text, NULL, 10);
        if (errno || n < whole[type].min) return out_of_range(type, message, size, text);
        *bits = (uint64_t)n;
    } else {
        *bits = strtoull(text, NULL, 10);
        if (errno || *bits > whole[type].max) return out_of_range(type, message, size, text);
    }
    return LOOPC_OK;
}

static int read_whole(enum loopc_type type, const char *text, union value *value, char *message,
                      size_t size)
{
    uint64_t bits = 0;
    if (read_bits(type, text, &bits, message, size)) return LOOPC_FAILED;
    if (type == LOOPC_I32) value->i32 = (int32_t)(int64_t)bits;
    if (type == LOOPC_I64) value->i64 = (int64_t)bits;
    if (type == LOOPC_U32) value->u32 = (uint32_t)bits;
    if (type == LOOPC_U64) value->u64 = bits;
    return LOOPC_OK;
}

/* strtod in no locale; a number too small for the type is rounded like any other, no error. */
static int read_real(enum loopc_type type, const char *text, union value *value, char *message,
                     size_t size)
{
    char *end;
    if (!*text || strchr(" \t\n\v\f\r", *text)) return wrong(message, size, text, "a number");
    const locale_t before = uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));
    errno = 0;
    const double n = type == LOOPC_F32 ? (double)strtof(text, &end) : strtod(text, &end);
    const bool overflow = errno == ERANGE && (n > 1 || n < -1);
    uselocale(before);
    if (end == text || *end) return wrong(message, size, text, "a number");
    if (overflow) return out_of_range(type, message, size, text);
    if (type == LOOPC_F32) value->f32 = (float)n;
    if (type == LOOPC_F64) value->f64 = n;
    return LOOPC_OK;
}

static int read_bool(const char *text, union value *value, char *message, size_t size)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!strcmp(text, words[i])) {
            value->boolean = i % 2;
            return LOOPC_OK;
        }
    }
    return wrong(message, size, text, "true or false");
}

static int read_str(const char *text, struct loopc_texts *texts, union value *value, char *message,
                    size_t size)
{
    value->str = loopc_text_keep(texts, text, strlen(text));
    if (value->str) return LOOPC_OK;
    snprintf(message, size, "out of memory");
    return LOOPC_FAILED;
}

static int read_any(enum loopc_type type, const char *text, struct loopc_texts *texts,
                    union value *value, char *message, size_t size)
{
    switch (type) {
    case LOOPC_F32:
    case LOOPC_F64:
        return read_real(type, text, value, message, size);
    case LOOPC_I32:
    case LOOPC_I64:
    case LOOPC_U32:
    case LOOPC_U64:
        return read_whole(type, text, value, message, size);
    case LOOPC_BOOL:
        return read_bool(text, value, message, size);
    case LOOPC_STR:
        return read_str(text, texts, value, message, size);
    case LOOPC_RNG:
    case LOOPC_DATASET:
    case LOOPC_BYTES:
        break;
    }
    snprintf(message, size, "a field of type %s has no value to give", loopc_type_name(type));
    return LOOPC_FAILED;
}

static int read_value(const struct loopc_field *field, const char *text, struct loopc_texts *texts,
                      union value *value, char *message, size_t size)
{
    if (read_any(field->type, text, texts, value, message, size)) return LOOPC_FAILED;
    const struct loopc_field alone = {.type = field->type, .count = 1};
    const double number = field->range ? loopc_field_real(&alone, value, 0) : 0;
    if (!field->range || (number >= field->range->min && number <= field->range->max)) {
        return LOOPC_OK;
    }
    char range[64];
    loopc_range_format(field, range, sizeof range);
    snprintf(message, size, "%.80s is out of range: it goes %s", text, range);
    return LOOPC_FAILED;
}

/* All elements of an array go into `values`, packed; nothing is written before all are read. */
static int read_list(const struct loopc_field *field, char *list, struct loopc_texts *texts,
                     char *values, char *message, size_t size)
{
    const size_t width = loopc_field_element(field);
    size_t n = 0;
    for (char *next = list; next; n++) {
        char *text = strsep(&next, ",");
        union value value = {0};
        if (n >= field->count) continue;
        if (read_value(field, text, texts, &value, message, size)) return LOOPC_FAILED;
        memcpy(values + n * width, &value, width);
    }
    if (n == field->count) return LOOPC_OK;
    snprintf(message, size, "it takes %zu values separated by commas, not %zu", field->count, n);
    return LOOPC_FAILED;
}

static int read_array(const struct loopc_field *field, char *memory, const char *text,
                      struct loopc_texts *texts, char *message, size_t size)
{
    char *list = strdup(text);
    char *values = malloc(loopc_field_size(field));
    int st = LOOPC_FAILED;
    if (list && values) {
        st = read_list(field, list, texts, values, message, size);
        if (st == LOOPC_OK) memcpy(memory, values, loopc_field_size(field));
    } else {
        snprintf(message, size, "out of memory");
    }
    free(values);
    free(list);
    return st;
}

int loopc_field_parse(const struct loopc_field *field, void *state, const char *text,
                      struct loopc_texts *texts, char *message, size_t size)
{
    char *memory = (char *)state + field->offset;
    union value value = {0};
    if (field->count != 1 && loopc_field_is_value(field)) {
        return read_array(field, memory, text, texts, message, size);
    }
    if (read_value(field, text, texts, &value, message, size)) return LOOPC_FAILED;
    memcpy(memory, &value, loopc_field_element(field));
    return LOOPC_OK;
}
