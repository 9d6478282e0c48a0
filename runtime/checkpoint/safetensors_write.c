/* Writing safetensors. The header is in front and holds a checksum of the data, so all that
 * is written is gone through twice: once for the checksum, once for the file. */
#include "checkpoint/safetensors.h"

#include "base/json_text.h"
#include "checkpoint/safetensors_format.h"
#include "run/failures.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "data are written as they are in memory, and safetensors are little-endian"
#endif

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
    memcpy(writer->head, &length, sizeof length);
}

static void put_checksum(struct writer *writer)
{
    char digits[16];
    uLong crc = crc32_z(0, (const Bytef *)writer->head, writer->head_size);
    for (int i = 0; i < writer->count; i++) {
        const size_t bytes = bytes_of(writer->order[i]);
        if (bytes) crc = crc32_z(crc, writer->order[i]->data, bytes);
    }
    snprintf(digits, sizeof digits, "%08lx", crc);
    memcpy(writer->head + LOOPC_LENGTH_BYTES + strlen(LOOPC_CHECKSUM_OPENS), digits,
           LOOPC_CHECKSUM_DIGITS);
}

static int write_all(const struct writer *writer, FILE *out)
{
    size_t lost = writer->head_size - fwrite(writer->head, 1, writer->head_size, out);
    for (int i = 0; !lost && i < writer->count; i++) {
        const size_t bytes = bytes_of(writer->order[i]);
        if (bytes) lost = bytes - fwrite(writer->order[i]->data, 1, bytes, out);
    }
    return lost || fflush(out) ? LOOPC_FAILED : LOOPC_OK;
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
