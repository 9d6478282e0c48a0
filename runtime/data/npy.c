/* NumPy's .npy (NumPy Enhancement Proposal 1, numpy.lib.format): the magic "\x93NUMPY", a byte
 * major and a byte minor version, the length of the header (little-endian, 2 bytes in version 1, 4
 * in 2 and 3), the header, the values. The header is a Python dictionary with the keys descr,
 * fortran_order and shape; version 3 differs from 2 only in that it is UTF-8. */
#include "data/loading.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAGIC = 6, PREAMBLE = 8, HEADER_MAX = 1 << 20, DIMENSIONS = 32, DESCR = 32 };

/* A header while it is read. */
struct header {
    const char *at;
    bool has_descr, has_order, has_shape;
    char descr[DESCR];
    bool fortran;
    uint64_t shape[DIMENSIONS];
    int dimensions;
};

bool loopc_is_npy(const unsigned char *first, int64_t count)
{
    return count >= MAGIC && memcmp(first, "\x93NUMPY", MAGIC) == 0;
}

static int bad_header(const struct loopc_loading *l, const char *hint, const char *what)
{
    return loopc_error_set(l->message, hint, "%s: a .npy file, but %s", l->path, what);
}

static bool take(struct header *h, const char *word)
{
    const size_t length = strlen(word);
    h->at += strspn(h->at, " \t\r\n");
    if (strncmp(h->at, word, length) != 0) return false;
    h->at += length;
    return true;
}

/* A Python string without escapes, shorter than size. */
static bool take_string(struct header *h, char *to, size_t size)
{
    h->at += strspn(h->at, " \t\r\n");
    const char quote[] = {*h->at, 0};
    if (*quote != '\'' && *quote != '"') return false;
    const size_t length = strcspn(h->at + 1, quote);
    if (h->at[1 + length] != *quote || length >= size) return false;
    memcpy(to, h->at + 1, length);
    to[length] = 0;
    h->at += length + 2;
    return true;
}

/* One size of a shape; Python 2 wrote an L behind some. */
static bool take_size(struct header *h)
{
    h->at += strspn(h->at, " \t\r\n");
    uint64_t size = 0;
    if (h->dimensions == DIMENSIONS || *h->at < '0' || *h->at > '9') return false;
    for (; *h->at >= '0' && *h->at <= '9'; h->at++) {
        if (__builtin_mul_overflow(size, 10u, &size)) return false;
        if (__builtin_add_overflow(size, (uint64_t)(*h->at - '0'), &size)) return false;
    }
    if (*h->at == 'L') h->at++;
    h->shape[h->dimensions++] = size;
    return true;
}

static bool take_shape(struct header *h)
{
    if (!take(h, "(")) return false;
    while (!take(h, ")")) {
        if (!take_size(h)) return false;
        if (take(h, ",")) continue;
        return take(h, ")");
    }
    return true;
}

static bool take_order(struct header *h)
{
    h->fortran = take(h, "True");
    return h->fortran || take(h, "False");
}

/* 'key': value. Each key once. */
static bool take_entry(struct header *h)
{
    char key[DESCR];
    if (!take_string(h, key, sizeof key) || !take(h, ":")) return false;
    bool *const seen = !strcmp(key, "descr")           ? &h->has_descr
                       : !strcmp(key, "fortran_order") ? &h->has_order
                       : !strcmp(key, "shape")         ? &h->has_shape
                                                       : NULL;
    if (!seen || *seen) return false;
    *seen = true;
    if (seen == &h->has_descr) return take_string(h, h->descr, sizeof h->descr);
    return seen == &h->has_order ? take_order(h) : take_shape(h);
}

static bool take_dictionary(struct header *h)
{
    if (!take(h, "{")) return false;
    while (!take(h, "}")) {
        if (!take_entry(h)) return false;
        if (take(h, ",")) continue;
        if (!take(h, "}")) return false;
        break;
    }
    take(h, "");
    return *h->at == 0 && h->has_descr && h->has_order && h->has_shape;
}

/* A type such as <f4: byte order, kind, bytes. */
static bool read_descr(const char *descr, struct loopc_element *element)
{
    static const char *const known[] = {"b1", "u1", "u2", "u4", "u8", "i1",
                                        "i2", "i4", "i8", "f2", "f4", "f8"};
    bool found = false;
    if (!strchr("<>|", descr[0]) || strlen(descr) != 3) return false;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        found |= strcmp(descr + 1, known[i]) == 0;
    }
    element->kind = descr[1] == 'f' ? LOOPC_REAL : descr[1] == 'i' ? LOOPC_SIGNED : LOOPC_UNSIGNED;
    element->size = descr[2] - '0';
    element->big_endian = descr[0] == '>';
    return found && (descr[0] != '|' || element->size == 1);
}

static int check_header(const struct loopc_loading *l, const struct header *h,
                        struct loopc_element *element)
{
    if (!read_descr(h->descr, element)) {
        char what[DESCR + 80], excerpt[LOOPC_EXCERPT];
        snprintf(what, sizeof what, "its values are of type '%s'",
                 loopc_excerpt(excerpt, h->descr));
        return bad_header(
            l, "save whole numbers, bool, float16, float32 or float64: a.astype('float32')", what);
    }
    if (h->dimensions > 0) return LOOPC_OK;
    return bad_header(l, NULL, "it holds a single number, not an array");
}

/* Notes the type for people, as NumPy calls it: "float16", "bool, Fortran order". */
static void note_type(struct loopc_loading *l, const struct header *h,
                      const struct loopc_element *element)
{
    static const char *const names[] = {"uint", "int", "float"};
    const bool fortran = h->fortran && h->dimensions > 1;
    l->is_truth = h->descr[1] == 'b';
    if (l->is_truth)
        snprintf(l->reading.type, sizeof l->reading.type, "bool%s",
                 fortran ? " in Fortran order" : "");
    else
        snprintf(l->reading.type, sizeof l->reading.type, "%s%d%s", names[element->kind],
                 8 * element->size, fortran ? " in Fortran order" : "");
}

/* Reads the bytes between magic and header. */
static int read_length(struct loopc_loading *l, size_t *length)
{
    unsigned char preamble[PREAMBLE], bytes[4] = {0};
    int64_t got = loopc_input_read(l->in, preamble, sizeof preamble);
    if (got < 0) return LOOPC_FAILED;
    const int major = got == PREAMBLE ? preamble[MAGIC] : 1;
    const size_t count = major == 1 ? 2 : 4;
    if (major < 1 || major > 3) return bad_header(l, NULL, "its version is not 1, 2 or 3");
    got = loopc_input_read(l->in, bytes, count);
    if (got < 0) return LOOPC_FAILED;
    if (got < (int64_t)count) return bad_header(l, NULL, "it ends in its header");
    *length =
        (size_t)bytes[0] | (size_t)bytes[1] << 8 | (size_t)bytes[2] << 16 | (size_t)bytes[3] << 24;
    return *length <= HEADER_MAX ? LOOPC_OK : bad_header(l, NULL, "its header is too long");
}

static int read_header(struct loopc_loading *l, char *text, size_t length, struct header *h)
{
    const int64_t got = loopc_input_read(l->in, text, length);
    if (got < 0) return LOOPC_FAILED;
    if (got < (int64_t)length) return bad_header(l, NULL, "it ends in its header");
    text[length] = 0;
    h->at = text;
    if (strlen(text) == length && take_dictionary(h)) return LOOPC_OK;
    if (h->has_descr && !h->descr[0]) {
        return bad_header(l, "save a plain array of numbers", "its values are records");
    }
    return bad_header(l, NULL, "its header is damaged");
}

int loopc_read_npy(struct loopc_loading *l)
{
    struct header h = {0};
    struct loopc_element element = {0};
    l->reading.format = l->in->member ? ".npz" : ".npy";
    size_t length = 0;
    if (read_length(l, &length)) return LOOPC_FAILED;
    char *const text = malloc(length + 1);
    if (!text) return bad_header(l, NULL, "there is no memory for its header");
    int st = read_header(l, text, length, &h);
    if (!st) st = check_header(l, &h, &element);
    free(text);
    if (!st) note_type(l, &h, &element);
    return st ? st : loopc_array_read(l, &element, h.shape, h.dimensions, h.fortran);
}
