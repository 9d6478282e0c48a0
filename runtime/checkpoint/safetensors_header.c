/* The header of safetensors: from JSON to tensors whose data lie one after the other and fill the
 * file, as the format demands. */
#include "checkpoint/safetensors_header.h"

#include "base/json_text.h"
#include "checkpoint/safetensors_format.h"
#include "run/failures.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* A header on its way in. */
struct reader {
    struct loopc_safetensors *file;
    const struct loopc_message *message;
    uint64_t data_at;
    int64_t *next_dim; /* the free part of file->dims */
    const char *name;  /* of the tensor at hand */
};

static int damaged(const struct reader *reader, const char *what)
{
    char name[128];
    snprintf(name, sizeof name, "%s", reader->name);
    loopc_text_clean(name);
    loopc_error_set(reader->message, NULL, "%s: tensor '%s': %s", reader->file->path, name, what);
    return LOOPC_DAMAGED;
}

static int find_dtype(const char *name, enum loopc_dtype *dtype)
{
    for (int i = 0; name && i < LOOPC_DTYPES; i++) {
        *dtype = (enum loopc_dtype)i;
        if (!strcmp(name, loopc_dtype_name(*dtype))) return LOOPC_OK;
    }
    return LOOPC_FAILED;
}

/* A whole number that is not negative, or -1. */
static int64_t count_of(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= 0 ? json_integer_value(value)
                                                                    : -1;
}

static int read_shape(struct reader *reader, struct loopc_stored *tensor, const json_t *shape)
{
    if (!json_is_array(shape)) return damaged(reader, "it has no shape");
    tensor->rank = (int)json_array_size(shape);
    tensor->dims = reader->next_dim;
    tensor->bytes = loopc_dtype_size(tensor->dtype);
    for (int i = 0; i < tensor->rank; i++) {
        const int64_t dim = count_of(json_array_get(shape, (size_t)i));
        if (dim < 0) return damaged(reader, "its shape is not made of whole numbers");
        *reader->next_dim++ = dim;
        if (__builtin_mul_overflow(tensor->bytes, (uint64_t)dim, &tensor->bytes)) {
            return damaged(reader, "it is larger than any file");
        }
    }
    return LOOPC_LOADED;
}

static int read_offsets(const struct reader *reader, struct loopc_stored *tensor,
                        const json_t *offsets)
{
    const int64_t begin = count_of(json_array_get(offsets, 0));
    const int64_t end = count_of(json_array_get(offsets, 1));
    const uint64_t there = reader->file->size - reader->data_at;
    if (json_array_size(offsets) != 2 || begin < 0 || end < begin) {
        return damaged(reader, "its data_offsets are not a pair of ascending whole numbers");
    }
    if ((uint64_t)end > there) return damaged(reader, "its data end behind the file");
    if ((uint64_t)(end - begin) != tensor->bytes) {
        return damaged(reader, "its data are not as long as its shape says");
    }
    tensor->at = reader->data_at + (uint64_t)begin;
    return LOOPC_LOADED;
}

static int read_tensor(struct reader *reader, const json_t *entry)
{
    struct loopc_stored *tensor = &reader->file->tensors[reader->file->tensor_count++];
    tensor->name = reader->name;
    if (find_dtype(json_string_value(json_object_get(entry, "dtype")), &tensor->dtype)) {
        return damaged(reader, "it has no type that we know");
    }
    const int result = read_shape(reader, tensor, json_object_get(entry, "shape"));
    return result ? result : read_offsets(reader, tensor, json_object_get(entry, "data_offsets"));
}

static int read_metas(struct reader *reader, json_t *metas)
{
    struct loopc_safetensors *file = reader->file;
    const char *key;
    json_t *value;
    reader->name = "__metadata__";
    if (!json_is_object(metas)) return damaged(reader, "it is not an object");
    json_object_foreach(metas, key, value)
    {
        if (!json_is_string(value)) return damaged(reader, "it holds a value that is not a text");
        file->metas[file->meta_count++] = (struct loopc_meta){key, json_string_value(value)};
    }
    file->has_checksum = json_object_get(metas, LOOPC_CHECKSUM_KEY) != NULL;
    if (file->has_checksum && !file->checksum_at) {
        return damaged(reader, "its checksum is not where loopc puts it");
    }
    return LOOPC_LOADED;
}

static int read_members(struct reader *reader)
{
    const char *name;
    json_t *value;
    json_object_foreach(reader->file->root, name, value)
    {
        int result;
        reader->name = name;
        if (!strcmp(name, "__metadata__")) {
            result = read_metas(reader, value);
        } else {
            result = read_tensor(reader, value);
        }
        if (result) return result;
    }
    return LOOPC_LOADED;
}

static int make_room(struct loopc_safetensors *file)
{
    const json_t *metas = json_object_get(file->root, "__metadata__");
    size_t dims = 0;
    const char *name;
    json_t *value;
    json_object_foreach(file->root, name, value)
    {
        dims += json_array_size(json_object_get(value, "shape"));
    }
    file->tensors = calloc(json_object_size(file->root) + 1, sizeof *file->tensors);
    file->metas = calloc(json_object_size(metas) + 1, sizeof *file->metas);
    file->dims = calloc(dims + 1, sizeof *file->dims);
    return file->tensors && file->metas && file->dims ? LOOPC_OK : LOOPC_FAILED;
}

static int by_place(const void *a, const void *b)
{
    const struct loopc_stored *first = a, *second = b;
    if (first->at != second->at) return first->at < second->at ? -1 : 1;
    return (first->bytes > second->bytes) - (first->bytes < second->bytes);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct loopc_stored *)a)->name, ((const struct loopc_stored *)b)->name);
}

/* Each byte of the data belongs to one tensor: no gap, in which something could hide, and no byte
 * that two share. */
static int check_places(struct reader *reader)
{
    const struct loopc_safetensors *file = reader->file;
    uint64_t at = reader->data_at;
    qsort(file->tensors, (size_t)file->tensor_count, sizeof *file->tensors, by_place);
    for (int i = 0; i < file->tensor_count; i++) {
        reader->name = file->tensors[i].name;
        if (file->tensors[i].at != at) {
            return damaged(reader, "its data do not begin where those before end");
        }
        at += file->tensors[i].bytes;
    }
    if (at == file->size) return LOOPC_LOADED;
    loopc_error_set(reader->message, NULL,
                    "%s: its tensors end at byte %" PRIu64 ", the file at %" PRIu64, file->path, at,
                    file->size);
    return LOOPC_DAMAGED;
}

int loopc_header_read(struct loopc_safetensors *file, uint64_t data_at,
                      const struct loopc_message *message)
{
    struct reader reader = {.file = file, .message = message, .data_at = data_at};
    if (make_room(file)) {
        loopc_error_set(message, NULL, "%s: out of memory", file->path);
        return LOOPC_UNREADABLE;
    }
    reader.next_dim = file->dims;
    int result = read_members(&reader);
    if (!result) result = check_places(&reader);
    if (result) return result;
    qsort(file->tensors, (size_t)file->tensor_count, sizeof *file->tensors, by_name);
    return LOOPC_LOADED;
}

const char *loopc_dims_format(const int64_t *dims, int rank, char *text, size_t size)
{
    size_t length = 0;
    if (rank == 0) snprintf(text, size, "a number");
    for (int i = 0; i < rank && length < size; i++) {
        const int wrote =
            snprintf(text + length, size - length, "%s%" PRId64, i ? "x" : "", dims[i]);
        length += wrote < 0 ? 0 : (size_t)wrote;
    }
    return text;
}
