/* safetensors: named tensors in a file that anyone can read. Not for emitted code.
 *
 *     8 bytes   length of the header, unsigned, little-endian
 *     header    a JSON object, {"__metadata__":{KEY:TEXT,...},
 *               NAME:{"dtype":"F32","shape":[64,10],"data_offsets":[BEGIN,END]},...}, and blanks
 *     data      of the tensors, little-endian, the last dimension fastest, without a gap; the
 *               offsets count from here
 *
 * The format is that of https://github.com/huggingface/safetensors. A tensor without dimensions is
 * a single number. Equal contents give equal bytes: wide elements first, so
 * that all of them are aligned, otherwise in the order given.
 *
 * Checksum. The first of our metadata is "loopc.crc32": eight hexadecimal digits, the CRC-32 of the
 * whole file with zeros ("00000000") in their place. Every bit of the file takes part, the length
 * and the header too. It is the CRC of zlib, gzip and PNG (RFC 1952, section 8), since it guards
 * against damage, not against enemies; since it finds every error of up to 32 neighbouring bits and
 * all but one in 4e9 of the others, whatever the machine; and since everybody has it, Python's
 * standard library included. Files of other programs lack it.
 */
#ifndef LOOPC_SAFETENSORS_H
#define LOOPC_SAFETENSORS_H

#include "data/input.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Types of elements. We have use for some; files of others may hold all of them. */
enum loopc_dtype {
    LOOPC_DTYPE_BOOL, /* a byte, 0 or 1 */
    LOOPC_DTYPE_U8,
    LOOPC_DTYPE_I8,
    LOOPC_DTYPE_F8_E5M2,
    LOOPC_DTYPE_F8_E4M3,
    LOOPC_DTYPE_I16,
    LOOPC_DTYPE_U16,
    LOOPC_DTYPE_F16,
    LOOPC_DTYPE_BF16,
    LOOPC_DTYPE_I32,
    LOOPC_DTYPE_U32,
    LOOPC_DTYPE_F32,
    LOOPC_DTYPE_I64,
    LOOPC_DTYPE_U64,
    LOOPC_DTYPE_F64,
    LOOPC_DTYPES
};

/* "F32", and the bytes of an element. */
const char *loopc_dtype_name(enum loopc_dtype dtype);
size_t loopc_dtype_size(enum loopc_dtype dtype);

/* F32 or F64: a type of C whose NaNs may have other bits in memory (byte_order.h). */
bool loopc_dtype_is_real(enum loopc_dtype dtype);

/* A text of the metadata. Keys that begin with "loopc." are the runtime's own. */
struct loopc_meta {
    const char *key, *value; /* UTF-8 */
};

/* Writing. */

struct loopc_tensor {
    const char *name; /* UTF-8; no two the same, none "__metadata__" */
    enum loopc_dtype dtype;
    int rank;
    const int64_t *dims; /* rank of them */
    const void *data;    /* their product times the element's bytes */
};

struct loopc_contents {
    const struct loopc_tensor *tensors;
    int tensor_count;
    const struct loopc_meta *metas;
    int meta_count;
};

/* Writes all of a file, the checksum included, and flushes. Returns LOOPC_OK, or LOOPC_FAILED with
 * errno set. Needs no memory to speak of, however large the tensors. */
int loopc_safetensors_write(FILE *out, const struct loopc_contents *contents);

/* Reading. Files may be hostile: whatever the bytes, there is a message and no more memory taken
 * than some thirty times the header, of at most 16 MiB. Data are read when they are asked for. */

enum { LOOPC_SAFETENSORS_HEADER = 16 << 20 };

/* How reading ends. */
enum loopc_load_result {
    LOOPC_LOADED = 0,
    LOOPC_NO_FILE,    /* there is none */
    LOOPC_UNREADABLE, /* it is there and cannot be read: rights, memory */
    LOOPC_DAMAGED,    /* corrupt: truncated or changed since it was written */
    LOOPC_REFUSED,    /* it is whole, and not for this program */
    LOOPC_ELSEWHERE   /* it is for this program, at a place that this version of it does not have */
};

struct loopc_stored {
    const char *name;
    enum loopc_dtype dtype;
    int rank;
    const int64_t *dims;
    uint64_t at, bytes; /* its data in the file */
};

struct loopc_safetensors {
    const char *path;             /* as given; has to stay */
    struct loopc_stored *tensors; /* sorted by name */
    int tensor_count;
    struct loopc_meta *metas; /* in the order of the file */
    int meta_count;
    bool has_checksum;
    int fd;
    uint64_t size;        /* of the file */
    uint64_t checksum_at; /* the place of its digits */
    int64_t *dims;        /* of all tensors */
    struct json_t *root;  /* holds the texts */
};

/* Opens a file and reads its header. Returns an enum loopc_load_result: LOOPC_LOADED, or another
 * with a message ("PATH: why") and nothing to close. */
int loopc_safetensors_open(struct loopc_safetensors *file, const char *path,
                           const struct loopc_message *message);
void loopc_safetensors_close(struct loopc_safetensors *file);

/* Reads all of it and compares the checksum. A file without one is trusted if its header is valid.
 * Returns LOOPC_LOADED, or LOOPC_DAMAGED with a message. */
int loopc_safetensors_check(const struct loopc_safetensors *file,
                            const struct loopc_message *message);

/* Reads the data of a tensor to `to`, tensor->bytes bytes. Returns as loopc_safetensors_check. */
int loopc_safetensors_get(const struct loopc_safetensors *file, const struct loopc_stored *tensor,
                          void *to, const struct loopc_message *message);

/* The tensor of that name, the text of that key; NULL if there is none. */
struct loopc_stored *loopc_safetensors_find(const struct loopc_safetensors *file, const char *name);
const char *loopc_safetensors_text(const struct loopc_safetensors *file, const char *key);

/* "64x10", for messages; "a number" without dimensions. Cut short when size bytes are too few. */
const char *loopc_dims_format(const int64_t *dims, int rank, char *text, size_t size);

#endif
