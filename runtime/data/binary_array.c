/* Binary arrays: the numbers of .npy and IDX files. */
#include "data/dataset_formats.h"

#include <inttypes.h>
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

static double real_value(uint64_t bits, int size)
{
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

/* Pictures are bytes, and many. */
static void read_elements(const struct loopc_element *element, const unsigned char *bytes,
                          double *values, size_t count)
{
    const bool plain = element->size == 1 && element->kind == LOOPC_UNSIGNED;
    const size_t width = (size_t)element->size;
    for (size_t i = 0; plain && i < count; i++)
        values[i] = bytes[i];
    for (size_t i = 0; !plain && i < count; i++) {
        values[i] = loopc_element_value(element, bytes + i * width);
    }
}

/* The rows and columns of an array, and how many values that makes. */
static int read_shape(const struct loopc_loading *l, const uint64_t *shape, int dimensions,
                      uint64_t *columns, uint64_t *values)
{
    *columns = 1;
    for (int i = 1; i < dimensions; i++) {
        if (__builtin_mul_overflow(*columns, shape[i], columns) || *columns > INT32_MAX) {
            return loopc_error_set(
                l->message, NULL, "%s: its header says that a row has more than %" PRId32 " values",
                l->in->path, INT32_MAX);
        }
    }
    if (__builtin_mul_overflow(*columns, shape[0], values) || *values > INT64_MAX / 8) {
        return loopc_error_set(l->message, NULL,
                               "%s: its header says that it has %" PRIu64 " rows of %" PRIu64
                               " values, which no file can hold",
                               l->in->path, shape[0], *columns);
    }
    if (*values > 0) return LOOPC_OK;
    return loopc_error_set(
        l->message, NULL, "%s: its header says %" PRIu64 " rows of %" PRIu64 " values: it is empty",
        l->in->path, shape[0], *columns);
}

static int too_short(const struct loopc_loading *l, uint64_t rows)
{
    return loopc_error_set(l->message, "it may not have been copied or downloaded completely",
                           "%s: the file ends after %" PRId64 " of the %" PRIu64
                           " rows that its header says it has",
                           l->in->path, l->rows, rows);
}

static int check_at_end(const struct loopc_loading *l, uint64_t rows)
{
    const int byte = loopc_input_byte(l->in);
    if (byte == LOOPC_INPUT_END) return LOOPC_OK;
    if (byte == LOOPC_INPUT_ERROR) return LOOPC_FAILED;
    return loopc_error_set(l->message, NULL,
                           "%s: the file goes on after the %" PRIu64
                           " rows that its header says it has",
                           l->in->path, rows);
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
    read_elements(element, bytes, values, whole);
    if (loopc_loading_add(l, values, whole)) return LOOPC_FAILED;
    return whole == count ? LOOPC_OK : too_short(l, rows);
}

int loopc_array_read(struct loopc_loading *l, const struct loopc_element *element,
                     const uint64_t *shape, int dimensions)
{
    uint64_t columns, left = 0;
    if (read_shape(l, shape, dimensions, &columns, &left)) return LOOPC_FAILED;
    if (loopc_loading_begin(l, (int64_t)columns, dimensions)) return LOOPC_FAILED;
    while (left > 0) {
        const size_t count = left < 512 ? (size_t)left : 512;
        if (read_values(l, element, count, shape[0])) return LOOPC_FAILED;
        left -= count;
    }
    if (check_at_end(l, shape[0])) return LOOPC_FAILED;
    return loopc_loading_end(l);
}
