/* Writing safetensors. The header is in front and holds a checksum of the data, so all that
 * is written is gone through twice: once for the checksum, once for the file. */
#include "checkpoint/safetensors.h"

#include "base/byte_order.h"
#include "base/json_text.h"
#include "checkpoint/safetensors_format.h"
#include "run/failures.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static const struct {
    const char *name;
    size_t size;
} dtypes[LOOPC_DTYPES] = {
    [LOOPC_DTYPE_BOOL] = {"BOOL", 1},       [LOOPC_DTYPE_U8] = {"U8", 1},
    [LOOPC_DTYPE_I8] = {"I8", 1},           [LOOPC_DTYPE_F8_E5M2] = {"F8_E5M2", 1},
    [LOOPC_DTYPE_F8_E4M3] = {"F8_E4M3", 1}, [LOOPC_DTYPE_I16] = {"I16", 2},
    [LOOPC_DTYPE_U16] = {"U16", 2},         [LOOPC_DTYPE_F16] = {"F16", 2},
    [LOOPC_DTYPE_BF16] = {"BF16", 2},       [LOOPC_DTYPE_I32] = {"I32", 4},
    [LOOPC_DTYPE_U32] = {"U32", 4},         [LOOPC_DTYPE_F32] = {"F32", 4},
    [LOOPC_DTYPE_I64] = {"I64", 8},         [LOOPC_DTYPE_U64] = {"U64", 8},
    [LOOPC_DTYPE_F64] = {"F64", 8},
};

const char *loopc_dtype_name(enum loopc_dtype dtype)
{
    return dtypes[dtype].name;
}

size_t loopc_dtype_size(enum loopc_dtype dtype)
{
    return dtypes[dtype].size;
}

bool loopc_dtype_is_real(enum loopc_dtype dtype)
{
    return dtype == LOOPC_DTYPE_F32 || dtype == LOOPC_DTYPE_F64;
}

/* A file on its way out. */
struct writer {
    const struct loopc_tensor **order; /* the tensors in their order in the file */
    int count;
    char *head; /* the length, the header, its blanks */
    size_t head_size;
};

static size_t bytes_of(const struct loopc_tensor *tensor)
{
    size_t bytes = loopc_dtype_size(tensor->dtype);
    for (int i = 0; i < tensor->rank; i++)
        bytes *= (size_t)tensor->dims[i];
    return bytes;
}

/* Behind a header of a multiple of 8 bytes, wide before narrow is aligned. */
static int put_in_order(struct writer *writer, const struct loopc_contents *contents)
{
    writer->order = calloc((size_t)contents->tensor_count + 1, sizeof(void *));
    if (!writer->order) return LOOPC_FAILED;
    for (size_t size = 8; size > 0; size /= 2) {
        for (int i = 0; i < contents->tensor_count; i++) {
            const struct loopc_tensor *tensor = &contents->tensors[i];
            if (loopc_dtype_size(tensor->dtype) != size) continue;
            writer->order[writer->count++] = tensor;
        }
    }
    return LOOPC_OK;
}

static void write_metas(FILE *out, const struct loopc_contents *contents)
{
    fputs(LOOPC_CHECKSUM_OPENS LOOPC_CHECKSUM_NONE "\"", out);
    for (int i = 0; i < contents->meta_count; i++) {
        fputc(',', out);
        loopc_json_string(out, contents->metas[i].key);
        fputc(':', out);
        loopc_json_string(out, contents->metas[i].value);
    }
    fputc('}', out);
}

static void write_entry(FILE *out, const struct loopc_tensor *tensor, size_t begin)
{
    fputc(',', out);
    loopc_json_string(out, tensor->name);
    fprintf(out, ":{\"dtype\":\"%s\",\"shape\":[", loopc_dtype_name(tensor->dtype));
    for (int i = 0; i < tensor->rank; i++)
        fprintf(out, "%s%" PRId64, i ? "," : "", tensor->dims[i]);
    fprintf(out, "],\"data_offsets\":[%zu,%zu]}", begin, begin + bytes_of(tensor));
}

static void write_header(FILE *out, const struct writer *writer,
                         const struct loopc_contents *contents)
{
    size_t begin = 0;
    fputs("12345678", out); /* the length comes here */
    write_metas(out, contents);
    for (int i = 0; i < writer->count; i++) {
        write_entry(out, writer->order[i], begin);
        begin += bytes_of(writer->order[i]);
    }
    fputc('}', out);
    for (long length = ftell(out); length % 8 > 0; length++)
        fputc(' ', out);
}

/* Makes writer->head, but for the length and the checksum. A stream into memory that there is not
 * may end without an error, and short. */
static int make_head(struct writer *writer, const struct loopc_contents *contents)
{
    FILE *out = open_memstream(&writer->head, &writer->head_size);
    if (!out) return LOOPC_FAILED;
    write_header(out, writer, contents);
    const long length = ftell(out);
    const bool failed = ferror(out) != 0;
    if (!fclose(out) && !failed && writer->head && (size_t)length == writer->head_size) {
        return LOOPC_OK;
    }
    errno = ENOMEM;
    return LOOPC_FAILED;
}

static void put_length(struct writer *writer)
{
    const uint64_t length = writer->head_size - LOOPC_LENGTH_BYTES;
    for (int i = 0; i < LOOPC_LENGTH_BYTES; i++)
        writer->head[i] = (char)(length >> 8 * i & 0xff);
}

/* Where bytes of a tensor go, one piece after the other: into a checksum, or a file. Returns
 * false when it took less. */
struct sink {
    uLong crc;
    FILE *out;
};

static bool take(struct sink *sink, const void *bytes, size_t size)
{
    if (sink->out) return fwrite(bytes, 1, size, sink->out) == size;
    sink->crc = crc32_z(sink->crc, bytes, size);
    return true;
}

/* The data as the file has them. */
static bool take_data(struct sink *sink, const struct loopc_tensor *tensor)
{
    const size_t bytes = bytes_of(tensor);
    if (bytes == 0 || LOOPC_AS_IN_FILES) return bytes == 0 || take(sink, tensor->data, bytes);
    char piece[4096];
    for (size_t at = 0, size; at < bytes; at += size) {
        size = bytes - at < sizeof piece ? bytes - at : sizeof piece;
        memcpy(piece, (const char *)tensor->data + at, size);
        loopc_file_values(piece, size, loopc_dtype_size(tensor->dtype),
                          loopc_dtype_is_real(tensor->dtype));
        if (!take(sink, piece, size)) return false;
    }
    return true;
}

static void put_checksum(struct writer *writer)
{
    char digits[16];
    struct sink sink = {0};
    take(&sink, writer->head, writer->head_size);
    for (int i = 0; i < writer->count; i++)
        take_data(&sink, writer->order[i]);
    snprintf(digits, sizeof digits, "%08lx", sink.crc);
    memcpy(writer->head + LOOPC_LENGTH_BYTES + strlen(LOOPC_CHECKSUM_OPENS), digits,
           LOOPC_CHECKSUM_DIGITS);
}

static int write_all(const struct writer *writer, FILE *out)
{
    struct sink sink = {.out = out};
    bool whole = take(&sink, writer->head, writer->head_size);
    for (int i = 0; whole && i < writer->count; i++)
        whole = take_data(&sink, writer->order[i]);
    return !whole || fflush(out) ? LOOPC_FAILED : LOOPC_OK;
}

int loopc_safetensors_write(FILE *out, const struct loopc_contents *contents)
{
    struct writer writer = {0};
    int st = put_in_order(&writer, contents);
    if (!st) st = make_head(&writer, contents);
    if (!st) {
        put_length(&writer);
        put_checksum(&writer);
        st = write_all(&writer, out);
    }
    const int why = errno;
    free(writer.order);
    free(writer.head);
    errno = why;
    return st;
}
