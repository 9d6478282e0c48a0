/* Binary arrays: the numbers of .npy and IDX files. */
#include "data/loading.h"
#include "data/mapped.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint64_t element_bits(const struct loopc_element *element, const unsigned char *bytes)
{
    const int size = element->size;
    uint64_t bits = 0;
    for (int i = 0; i < size; i++) {
        bits = bits << 8 | bytes[element->big_endian ? i : size - 1 - i];
    }
    return bits;
}

/* Two's complement of `size` bytes. */
static double signed_value(uint64_t bits, int size)
{
    const uint64_t sign = UINT64_C(1) << (8 * size - 1);
    if (!(bits & sign)) return (double)bits;
    return -(double)((sign << 1) - bits);
}

/* IEEE 754 binary16: 1 bit sign, 5 bits exponent, 10 bits fraction. */
static double half_value(uint64_t bits)
{
    const int exponent = (int)(bits >> 10 & 31);
    const double fraction = (double)(bits & 1023);
    double size = exponent == 0    ? ldexp(fraction, -24)
                  : exponent == 31 ? (fraction > 0 ? NAN : INFINITY)
                                   : ldexp(fraction + 1024, exponent - 25);
    return bits >> 15 & 1 ? -size : size;
}

static double real_value(uint64_t bits, int size)
{
    if (size == 2) return half_value(bits);
    const uint32_t low = (uint32_t)bits;
    float f32;
    double f64;
    memcpy(&f32, &low, sizeof f32);
    memcpy(&f64, &bits, sizeof f64);
    return size == 4 ? (double)f32 : f64;
}

double loopc_element_value(const struct loopc_element *element, const unsigned char *bytes)
{
    const uint64_t bits = element_bits(element, bytes);
    if (element->kind == LOOPC_UNSIGNED) return (double)bits;
    if (element->kind == LOOPC_SIGNED) return signed_value(bits, element->size);
    return real_value(bits, element->size);
}

/* f32 as this machine has them. */
static void read_f32(const unsigned char *bytes, double *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        float value;
        memcpy(&value, bytes + i * sizeof value, sizeof value);
        values[i] = (double)value;
    }
}

/* Pictures are bytes, arrays are f32 or f64, and all of these are many. */
void loopc_elements_read(const struct loopc_element *element, const unsigned char *bytes,
                         double *values, size_t count)
{
    const size_t width = (size_t)element->size;
    const bool big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
    const bool native = element->kind == LOOPC_REAL && element->big_endian == big;
    if (width == 1 && element->kind == LOOPC_UNSIGNED) {
        for (size_t i = 0; i < count; i++)
            values[i] = bytes[i];
    } else if (native && width == sizeof(float)) {
        read_f32(bytes, values, count);
    } else if (native && width == sizeof(double)) {
        memcpy(values, bytes, count * width);
    } else {
        for (size_t i = 0; i < count; i++)
            values[i] = loopc_element_value(element, bytes + i * width);
    }
}

/* The rows and columns of an array, and how many values that makes. */
static int read_shape(const struct loopc_loading *l, const uint64_t *shape, int dimensions,
                      uint64_t *columns, uint64_t *values)
{
    *columns = 1;
    for (int i = 1; i < dimensions; i++) {
        if (__builtin_mul_overflow(*columns, shape[i], columns) || *columns > LOOPC_CELLS_MAX) {
            return loopc_error_set(l->message, NULL,
                                   "%s: its header says that a row has more than %d values",
                                   l->path, LOOPC_CELLS_MAX);
        }
    }
    if (__builtin_mul_overflow(*columns, shape[0], values) || *values > INT64_MAX / 8) {
        return loopc_error_set(l->message, NULL,
                               "%s: its header says that it has %" PRIu64 " rows of %" PRIu64
                               " values, which no file can hold",
                               l->path, shape[0], *columns);
    }
    if (*values > 0) return LOOPC_OK;
    return loopc_error_set(
        l->message, NULL, "%s: its header says %" PRIu64 " rows of %" PRIu64 " values: it is empty",
        l->path, shape[0], *columns);
}

int loopc_array_too_short(const struct loopc_loading *l, uint64_t rows)
{
    return loopc_error_set(l->message, "it may not have been copied or downloaded completely",
                           "%s: the file ends after %" PRId64 " of the %" PRIu64
                           " rows that its header says it has",
                           l->path, l->values.rows, rows);
}

int loopc_array_too_long(const struct loopc_loading *l, uint64_t rows)
{
    return loopc_error_set(l->message, NULL,
                           "%s: the file continues after the %" PRIu64
                           " rows that its header says it has",
                           l->path, rows);
}

static int check_at_end(const struct loopc_loading *l, uint64_t rows)
{
    const int byte = loopc_input_byte(l->in);
    if (byte == LOOPC_INPUT_END) return LOOPC_OK;
    return byte == LOOPC_INPUT_ERROR ? LOOPC_FAILED : loopc_array_too_long(l, rows);
}

/* Reads and adds the next `count` values. */
static int read_values(struct loopc_loading *l, const struct loopc_element *element, size_t count,
                       uint64_t rows)
{
    unsigned char bytes[8 * 512];
    double values[512];
    const size_t width = (size_t)element->size;
    const int64_t got = loopc_input_read(l->in, bytes, count * width);
    if (got < 0) return LOOPC_FAILED;
    const size_t whole = (size_t)got / width;
    loopc_elements_read(element, bytes, values, whole);
    if (loopc_loading_add(l, values, whole)) return LOOPC_FAILED;
    return whole == count ? LOOPC_OK : loopc_array_too_short(l, rows);
}

/* All bytes of an array, as far as there are any. The memory grows with the bytes read. */
static unsigned char *read_bytes(struct loopc_loading *l, uint64_t wanted, uint64_t *got)
{
    struct loopc_array bytes = {0};
    while (bytes.count < wanted) {
        const uint64_t left = wanted - bytes.count;
        const size_t step = left < 1 << 20 ? (size_t)left : 1 << 20;
        if (!loopc_array_reserve(&bytes, step, 1)) {
            loopc_loading_no_memory(l);
            break;
        }
        const int64_t count = loopc_input_read(l->in, (char *)bytes.items + bytes.count, step);
        if (count < 0) break;
        bytes.count += (size_t)count;
        if ((size_t)count == step) continue;
        *got = bytes.count;
        return bytes.items;
    }
    *got = bytes.count;
    if (bytes.count == wanted) return bytes.items;
    free(bytes.items);
    return NULL;
}

/* Where column c of a row is among the values, row 0, when the first index runs fastest. */
static uint64_t fortran_place(const uint64_t *shape, int dimensions, uint64_t c)
{
    uint64_t place = 0, stride = 1;
    for (int i = 1; i < dimensions; i++)
        stride *= shape[i - 1];
    for (int i = dimensions; i-- > 1;) {
        place += c % shape[i] * stride;
        c /= shape[i];
        stride /= shape[i - 1];
    }
    return place;
}

static int add_by_columns(struct loopc_loading *l, const struct loopc_element *element,
                          const unsigned char *bytes, const uint64_t *shape, int dimensions)
{
    const size_t size = (size_t)element->size;
    uint64_t *const places = calloc((size_t)l->width + 1, sizeof *places);
    int st = LOOPC_OK;
    if (!places) return loopc_loading_no_memory(l);
    for (int64_t c = 0; c < l->width; c++)
        places[c] = fortran_place(shape, dimensions, (uint64_t)c);
    for (uint64_t r = 0; !st && r < shape[0]; r++) {
        for (int64_t c = 0; !st && c < l->width; c++) {
            const double value = loopc_element_value(element, bytes + (places[c] + r) * size);
            st = loopc_loading_add(l, &value, 1);
        }
    }
    free(places);
    return st;
}

static int read_by_columns(struct loopc_loading *l, const struct loopc_element *element,
                           const uint64_t *shape, int dimensions, uint64_t values)
{
    uint64_t got;
    const uint64_t wanted = values * (uint64_t)element->size;
    unsigned char *const bytes = read_bytes(l, wanted, &got);
    if (!bytes) return LOOPC_FAILED;
    const int st = got < wanted ? loopc_array_too_short(l, shape[0])
                                : add_by_columns(l, element, bytes, shape, dimensions);
    free(bytes);
    return st;
}

static int read_by_rows(struct loopc_loading *l, const struct loopc_element *element,
                        const uint64_t *shape, uint64_t left)
{
    while (left > 0) {
        const size_t count = left < 512 ? (size_t)left : 512;
        if (read_values(l, element, count, shape[0])) return LOOPC_FAILED;
        left -= count;
    }
    return LOOPC_OK;
}

int loopc_array_read(struct loopc_loading *l, const struct loopc_element *element,
                     const uint64_t *shape, int dimensions, bool fortran)
{
    uint64_t columns, values = 0;
    if (read_shape(l, shape, dimensions, &columns, &values)) return LOOPC_FAILED;
    if (loopc_loading_begin(l, (int64_t)columns, NULL, dimensions)) return LOOPC_FAILED;
    const bool by_columns = fortran && dimensions > 1;
    const struct loopc_mapping *const mapping = loopc_ranks_mapping;
    if (mapping && mapping->may(l, by_columns)) return mapping->open(l, element, shape[0]);
    if (by_columns ? read_by_columns(l, element, shape, dimensions, values)
                   : read_by_rows(l, element, shape, values))
        return LOOPC_FAILED;
    if (check_at_end(l, shape[0])) return LOOPC_FAILED;
    return loopc_loading_end(l);
}
