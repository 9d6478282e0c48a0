/* Models as NumPy arrays: one .npy file (version 1.0) an array. */
#include "export/model.h"

#include "base/byte_order.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

enum { HEADER = 128 }; /* bytes; a multiple of 64 */

struct array {
    const char *type;      /* "f4", "f8" */
    int64_t rows, columns; /* columns 0: a vector */
    const void *data;
    size_t bytes;
};

/* The magic number, the version, the length of the rest, and the rest: a dictionary, blanks, and a
 * newline. */
static void write_header(const struct array *array, FILE *file)
{
    char text[HEADER - 10];
    char shape[64];
    snprintf(shape, sizeof shape, "(%" PRId64 ",", array->rows);
    if (array->columns) {
        snprintf(shape, sizeof shape, "(%" PRId64 ", %" PRId64, array->rows, array->columns);
    }
    const int length =
        snprintf(text, sizeof text, "{'descr': '<%s', 'fortran_order': False, 'shape': %s), }",
                 array->type, shape);
    fwrite("\x93NUMPY\x01\x00", 1, 8, file);
    fputc(HEADER - 10, file);
    fputc(0, file);
    fprintf(file, "%s%*s\n", text, HEADER - 10 - 1 - length, "");
}

static int write_array(const struct array *array, const char *folder, const char *name,
                       const struct loopc_message *message)
{
    char path[4096];
    const int length = snprintf(path, sizeof path, "%s/%s.npy", folder, name);
    if (length < 0 || (size_t)length >= sizeof path) {
        return loopc_error_set(message, NULL, "%s: its path is too long", name);
    }
    FILE *const file = loopc_model_open(path, message);
    if (!file) return LOOPC_FAILED;
    write_header(array, file);
    const size_t width = (size_t)(array->type[1] - '0');
    for (size_t at = 0; at < array->bytes; at += width) {
        char value[8];
        memcpy(value, (const char *)array->data + at, width);
        loopc_file_values(value, width, width, true);
        fwrite(value, 1, width, file);
    }
    return loopc_model_close(file, path, message);
}

static int write_part(const char *owner, int number, const char *part, const float *values,
                      int64_t rows, int64_t columns, const char *folder,
                      const struct loopc_message *message)
{
    const size_t count = (size_t)rows * (size_t)(columns ? columns : 1);
    const struct array array = {"f4", rows, columns, values, count * sizeof(float)};
    char name[512];
    if (!values) return LOOPC_OK;
    snprintf(name, sizeof name, "%s.layers.%d.%s", owner, number, part);
    return write_array(&array, folder, name, message);
}

static int write_layer(const struct loopc_model *model, int i, const char *folder,
                       const struct loopc_message *message)
{
    const struct loopc_layer *l = &model->layers[i];
    const struct loopc_op *op =
        model->net->ops && i < model->net->op_count ? &model->net->ops[i] : NULL;
    const char *const owner = op && op->net ? op->net : model->net->name;
    const int number = op ? op->layer : i;
    if (!l->weights) return LOOPC_OK;
    if (l->kind == LOOPC_OP_EMBEDDING)
        return write_part(owner, number, "weight", l->weights, l->vocabulary, l->width, folder,
                          message);
    int st = write_part(owner, number, "weight", l->weights, l->outputs,
                        l->kind == LOOPC_OP_DENSE ? l->inputs : 0, folder, message);
    if (!st && !(op && op->has_no_bias))
        st = write_part(owner, number, "bias", l->biases, l->outputs, 0, folder, message);
    if (!st)
        st = write_part(owner, number, "running_mean", l->mean, l->outputs, 0, folder, message);
    if (!st)
        st = write_part(owner, number, "running_var", l->variance, l->outputs, 0, folder, message);
    return st;
}

/* A vector of doubles; nothing for NULL. */
static int write_vector(const struct loopc_model *model, const char *kind, const double *values,
                        int32_t count, const char *folder, const struct loopc_message *message)
{
    const struct array array = {"f8", count, 0, values, (size_t)count * sizeof(double)};
    char name[512];
    if (!values) return LOOPC_OK;
    snprintf(name, sizeof name, "%s.%s", model->net->name, kind);
    return write_array(&array, folder, name, message);
}

int loopc_model_npy(const struct loopc_model *model, const char *folder,
                    const struct loopc_message *message)
{
    if (mkdir(folder, 0777) && errno != EEXIST) {
        return loopc_error_set(message, NULL, "%s: %s", folder, strerror(errno));
    }
    int st = LOOPC_OK;
    for (int i = 0; !st && i < model->layer_count; i++)
        st = write_layer(model, i, folder, message);
    const struct {
        const char *kind;
        const double *values;
        int32_t count;
    } vectors[] = {{"mean", model->x.mean, model->inputs},
                   {"divisor", model->x.divisor, model->inputs},
                   {"fill", model->fill, model->inputs},
                   {"target_mean", model->y.mean, model->outputs},
                   {"target_divisor", model->y.divisor, model->outputs}};
    for (size_t i = 0; !st && i < sizeof vectors / sizeof *vectors; i++)
        st = write_vector(model, vectors[i].kind, vectors[i].values, vectors[i].count, folder,
                          message);
    return st;
}
