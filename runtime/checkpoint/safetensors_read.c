/* Reading safetensors: the file, its header as JSON, its data. The header is checked by
 * safetensors_header.c. */
#include "checkpoint/safetensors.h"

#include "base/byte_order.h"
#include "base/json_text.h"
#include "checkpoint/safetensors_format.h"
#include "checkpoint/safetensors_header.h"
#include "run/failures.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { CHUNK = 1 << 18, DEPTH = 3 };

/* Reads `bytes` bytes at the offset `at`. A file that ends before is damaged. */
static int read_at(const struct loopc_safetensors *file, void *to, uint64_t bytes, uint64_t at,
                   const struct loopc_message *message)
{
    char *next = to;
    while (bytes > 0) {
        const size_t piece = bytes < SSIZE_MAX ? (size_t)bytes : SSIZE_MAX;
        const ssize_t got = pread(file->fd, next, piece, (off_t)at);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) loopc_error_set(message, NULL, "%s: %s", file->path, strerror(errno));
        if (got == 0) loopc_error_set(message, NULL, "%s: it became shorter", file->path);
        if (got <= 0) return LOOPC_DAMAGED;
        next += got;
        at += (uint64_t)got;
        bytes -= (uint64_t)got;
    }
    return LOOPC_LOADED;
}

/* A pipe must not make us wait, nor a device be taken for a file. */
static int open_file(struct loopc_safetensors *file, const struct loopc_message *message)
{
    struct stat info;
    file->fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file->fd < 0) {
        const bool none = errno == ENOENT || errno == ENOTDIR;
        loopc_error_set(message, NULL, "%s: %s", file->path, strerror(errno));
        return none ? LOOPC_NO_FILE : LOOPC_UNREADABLE;
    }
    if (fstat(file->fd, &info) || !S_ISREG(info.st_mode)) {
        const char *const what = S_ISDIR(info.st_mode) ? "a folder" : "not a regular file";
        loopc_error_set(message, NULL, "%s: it is %s", file->path, what);
        return LOOPC_UNREADABLE;
    }
    file->size = (uint64_t)info.st_size;
    return LOOPC_LOADED;
}

/* The header's length, if there can be a header as long. */
static int read_length(const struct loopc_safetensors *file, uint64_t *length,
                       const struct loopc_message *message)
{
    unsigned char bytes[LOOPC_LENGTH_BYTES];
    *length = 0;
    if (file->size < sizeof bytes) {
        loopc_error_set(message, NULL, "%s: it has %" PRIu64 " bytes, too few for safetensors",
                        file->path, file->size);
        return LOOPC_DAMAGED;
    }
    if (read_at(file, bytes, sizeof bytes, 0, message)) return LOOPC_DAMAGED;
    for (int i = LOOPC_LENGTH_BYTES; i-- > 0;)
        *length = *length << 8 | bytes[i];
    if (*length <= LOOPC_SAFETENSORS_HEADER && *length <= file->size - sizeof bytes) {
        return LOOPC_LOADED;
    }
    loopc_error_set(message, NULL,
                    "%s: a header of %" PRIu64 " bytes cannot be, in a file of %" PRIu64,
                    file->path, *length, file->size);
    return LOOPC_DAMAGED;
}

/* The depth of its objects and arrays. A header needs three; more would only make
 * the parser work for nothing. */
static int depth_of(const char *text, size_t length)
{
    int depth = 0, deepest = 0;
    bool string = false;
    for (size_t i = 0; i < length; i++) {
        if (string && text[i] == '\\') {
            i++;
        } else if (text[i] == '"') {
            string = !string;
        } else if (!string && (text[i] == '{' || text[i] == '[')) {
            if (++depth > deepest) deepest = depth;
        } else if (!string && (text[i] == '}' || text[i] == ']')) {
            depth--;
        }
    }
    return deepest;
}

static int parse(struct loopc_safetensors *file, const char *text, size_t length,
                 const struct loopc_message *message)
{
    json_error_t error;
    if (length == 0 || text[0] != '{') {
        loopc_error_set(message, NULL, "%s: its header is not a JSON object", file->path);
        return LOOPC_DAMAGED;
    }
    if (depth_of(text, length) > DEPTH) {
        loopc_error_set(message, NULL, "%s: its header is not a list of tensors", file->path);
        return LOOPC_DAMAGED;
    }
    file->root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    if (file->root) return LOOPC_LOADED;
    if (!error.text[0] || json_error_code(&error) == json_error_out_of_memory) {
        loopc_error_set(message, NULL, "%s: out of memory", file->path);
        return LOOPC_UNREADABLE;
    }
    loopc_text_clean(error.text);
    loopc_error_set(message, NULL, "%s: its header is not JSON: %s", file->path, error.text);
    return LOOPC_DAMAGED;
}

static int read_header(struct loopc_safetensors *file, const struct loopc_message *message)
{
    uint64_t length;
    int result = read_length(file, &length, message);
    if (result) return result;
    char *text = malloc((size_t)length + 1);
    if (!text) {
        loopc_error_set(message, NULL, "%s: out of memory", file->path);
        return LOOPC_UNREADABLE;
    }
    result = read_at(file, text, length, LOOPC_LENGTH_BYTES, message);
    if (!result) result = parse(file, text, (size_t)length, message);
    const size_t opens = strlen(LOOPC_CHECKSUM_OPENS);
    if (!result && length > opens && !memcmp(text, LOOPC_CHECKSUM_OPENS, opens)) {
        file->checksum_at = LOOPC_LENGTH_BYTES + opens;
    }
    free(text);
    if (!result) result = loopc_header_read(file, LOOPC_LENGTH_BYTES + length, message);
    return result;
}

int loopc_safetensors_open(struct loopc_safetensors *file, const char *path,
                           const struct loopc_message *message)
{
    *file = (struct loopc_safetensors){.path = path, .fd = -1};
    int result = open_file(file, message);
    if (!result) result = read_header(file, message);
    if (result) loopc_safetensors_close(file);
    return result;
}

void loopc_safetensors_close(struct loopc_safetensors *file)
{
    if (file->fd >= 0) close(file->fd);
    file->fd = -1;
    free(file->tensors);
    free(file->metas);
    free(file->dims);
    json_decref(file->root);
    file->tensors = NULL;
    file->metas = NULL;
    file->dims = NULL;
    file->root = NULL;
    file->tensor_count = file->meta_count = 0;
}

/* The checksum's digits, in the first chunk, count as zeros. */
static int sum_up(const struct loopc_safetensors *file, unsigned char *chunk, uLong *crc,
                  const struct loopc_message *message)
{
    *crc = 0;
    for (uint64_t at = 0; at < file->size; at += CHUNK) {
        const uint64_t left = file->size - at;
        const size_t bytes = left < CHUNK ? (size_t)left : CHUNK;
        if (read_at(file, chunk, bytes, at, message)) return LOOPC_DAMAGED;
        if (at == 0) memcpy(chunk + file->checksum_at, LOOPC_CHECKSUM_NONE, LOOPC_CHECKSUM_DIGITS);
        *crc = crc32_z(*crc, chunk, bytes);
    }
    return LOOPC_LOADED;
}

int loopc_safetensors_check(const struct loopc_safetensors *file,
                            const struct loopc_message *message)
{
    char digits[16];
    uLong crc;
    if (!file->has_checksum) return LOOPC_LOADED;
    unsigned char *chunk = malloc(CHUNK);
    if (!chunk) {
        loopc_error_set(message, NULL, "%s: out of memory", file->path);
        return LOOPC_UNREADABLE;
    }
    const int result = sum_up(file, chunk, &crc, message);
    free(chunk);
    if (result) return result;
    snprintf(digits, sizeof digits, "%08lx", crc);
    if (!strcmp(digits, loopc_safetensors_text(file, LOOPC_CHECKSUM_KEY))) return LOOPC_LOADED;
    loopc_error_set(message, NULL, "%s: it is damaged: its checksum is not that of its bytes",
                    file->path);
    return LOOPC_DAMAGED;
}

int loopc_safetensors_get(const struct loopc_safetensors *file, const struct loopc_stored *tensor,
                          void *to, const struct loopc_message *message)
{
    const int result = read_at(file, to, tensor->bytes, tensor->at, message);
    loopc_file_values(to, result ? 0 : (size_t)tensor->bytes, loopc_dtype_size(tensor->dtype),
                      loopc_dtype_is_real(tensor->dtype));
    return result;
}

static int by_name(const void *name, const void *tensor)
{
    return strcmp(name, ((const struct loopc_stored *)tensor)->name);
}

struct loopc_stored *loopc_safetensors_find(const struct loopc_safetensors *file, const char *name)
{
    if (file->tensor_count == 0) return NULL;
    return bsearch(name, file->tensors, (size_t)file->tensor_count, sizeof *file->tensors, by_name);
}

const char *loopc_safetensors_text(const struct loopc_safetensors *file, const char *key)
{
    return json_string_value(json_object_get(json_object_get(file->root, "__metadata__"), key));
}
