/* IDX, the format of the MNIST files (LeCun, Cortes and Burges, "The MNIST database of handwritten
 * digits"). Everything is big-endian: two bytes 0, a byte for the type of the values, a byte for
 * the number of dimensions, 4 bytes for the size of each dimension, then the values, last dimension
 * fastest. */
#include "data/loading.h"

static const struct {
    unsigned char code;
    struct loopc_element element;
} types[] = {
    {0x08, {LOOPC_UNSIGNED, 1, true}}, {0x09, {LOOPC_SIGNED, 1, true}},
    {0x0b, {LOOPC_SIGNED, 2, true}},   {0x0c, {LOOPC_SIGNED, 4, true}},
    {0x0d, {LOOPC_REAL, 4, true}},     {0x0e, {LOOPC_REAL, 8, true}},
};

bool loopc_is_idx(const unsigned char *first, int64_t count)
{
    return count >= 2 && first[0] == 0 && first[1] == 0;
}

static const struct loopc_element *find_type(int code)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (types[i].code == code) return &types[i].element;
    }
    return NULL;
}

static int bad_header(const struct loopc_loading *l, const char *what)
{
    return loopc_error_set(l->message, NULL, "%s: it begins as an IDX file does, but %s", l->path,
                           what);
}

/* Sizes are read one by one: a file of 4 bytes may say that 255 of them follow. */
static int read_dimensions(struct loopc_loading *l, uint64_t shape[255], int dimensions)
{
    static const struct loopc_element size = {LOOPC_UNSIGNED, 4, true};
    unsigned char bytes[4];
    for (int i = 0; i < dimensions; i++) {
        const int64_t got = loopc_input_read(l->in, bytes, sizeof bytes);
        if (got < 0) return LOOPC_FAILED;
        if (got < 4) return bad_header(l, "ends in its header");
        shape[i] = (uint64_t)loopc_element_value(&size, bytes);
    }
    return LOOPC_OK;
}

int loopc_read_idx(struct loopc_loading *l)
{
    unsigned char magic[4];
    uint64_t shape[255];
    const int64_t got = loopc_input_read(l->in, magic, sizeof magic);
    if (got < 0) return LOOPC_FAILED;
    if (got < 4) return bad_header(l, "ends in its header");
    const struct loopc_element *const element = find_type(magic[2]);
    const int dimensions = magic[3];
    if (!element) return bad_header(l, "there is no such type of values");
    if (dimensions == 0) return bad_header(l, "has no dimensions");
    if (read_dimensions(l, shape, dimensions)) return LOOPC_FAILED;
    l->reading.format = "IDX";
    return loopc_array_read(l, element, shape, dimensions, false);
}
