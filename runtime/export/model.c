/* Models: from a checkpoint to layers. */
#include "export/model.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_VALUES = 0x7fffffff };

/* A model on its way in. */
struct source {
    struct loopc_model *model;
    const struct loopc_safetensors *file;
    const struct loopc_message *message;
    const char *net;     /* whose weights these are */
    const char *average; /* the optimizer whose averages are taken for the weights, or NULL */
};

static int bad(const struct source *s, const char *name, const char *what)
{
    return loopc_error_set(s->message, NULL, "%s: %s %s", s->file->path, name, what);
}

/* The tensor of layer i, checked: `rank` dimensions of at least 1, their product addressable. */
static const struct loopc_stored *find(const struct source *s, int i, const char *part, int rank)
{
    char name[512];
    const bool averaged = s->average && (!strcmp(part, "weight") || !strcmp(part, "bias"));
    snprintf(name, sizeof name, "%s.layers.%d.%s%s", averaged ? s->average : s->net, i, part,
             averaged ? ".average" : "");
    const struct loopc_stored *t = loopc_safetensors_find(s->file, name);
    const char *what = NULL;
    if (!t) {
        what = "is not in it";
    } else if (t->dtype != LOOPC_DTYPE_F32 || t->rank != rank) {
        what = rank == 2 ? "is not a matrix of F32" : "is not a vector of F32";
    } else if (t->bytes == 0 || t->bytes / sizeof(float) > MOST_VALUES) {
        what = "has no size that a layer can have";
    }
    if (!what) return t;
    bad(s, name, what);
    return NULL;
}

static void *get(const struct source *s, const struct loopc_stored *tensor)
{
    void *const data = malloc((size_t)tensor->bytes);
    if (!data) {
        bad(s, tensor->name, "needs more memory than there is");
        return NULL;
    }
    if (!loopc_safetensors_get(s->file, tensor, data, s->message)) return data;
    free(data);
    return NULL;
}

/* A vector of so many values; NULL, with a message, where it is another. */
static float *get_vector(const struct source *s, int i, const char *part, int32_t count)
{
    const struct loopc_stored *tensor = find(s, i, part, 1);
    if (!tensor) return NULL;
    if (tensor->dims[0] == count) return get(s, tensor);
    bad(s, tensor->name, "does not fit its weights");
    return NULL;
}

static int load_dense(const struct source *s, struct loopc_layer *layer, int i, bool has_bias)
{
    const struct loopc_stored *weight = find(s, i, "weight", 2);
    if (!weight) return LOOPC_FAILED;
    const int32_t width = loopc_model_width(s->model, layer->input);
    layer->outputs = (int32_t)weight->dims[0];
    layer->inputs = (int32_t)weight->dims[1];
    if (layer->input > 0 && layer->inputs != width) {
        return bad(s, weight->name, "does not fit the layer before it");
    }
    layer->weights = get(s, weight);
    layer->biases = has_bias ? get_vector(s, i, "bias", layer->outputs)
                             : calloc((size_t)layer->outputs, sizeof *layer->biases);
    return layer->weights && layer->biases ? LOOPC_OK : LOOPC_FAILED;
}

/* A norm has the width of what it reads; what goes into the net is as wide as the first weights
 * say.
 */
static int load_norm(const struct source *s, struct loopc_layer *layer, int i)
{
    const struct loopc_stored *weight = find(s, i, "weight", 1);
    if (!weight) return LOOPC_FAILED;
    layer->inputs = layer->outputs = (int32_t)weight->dims[0];
    if (layer->input > 0 && layer->inputs != loopc_model_width(s->model, layer->input)) {
        return bad(s, weight->name, "does not fit the layer before it");
    }
    layer->weights = get(s, weight);
    layer->biases = get_vector(s, i, "bias", layer->outputs);
    if (layer->kind == LOOPC_OP_BATCH_NORM) {
        layer->mean = get_vector(s, i, "running_mean", layer->outputs);
        layer->variance = get_vector(s, i, "running_var", layer->outputs);
        if (!layer->mean || !layer->variance) return LOOPC_FAILED;
    }
    return layer->weights && layer->biases ? LOOPC_OK : LOOPC_FAILED;
}

static int load_embedding(const struct source *s, struct loopc_layer *layer, int i)
{
    const struct loopc_stored *weight = find(s, i, "weight", 2);
    if (!weight) return LOOPC_FAILED;
    layer->inputs = loopc_model_width(s->model, layer->input);
    layer->vocabulary = (int32_t)weight->dims[0];
    layer->width = (int32_t)weight->dims[1];
    layer->outputs = layer->inputs - 1 + layer->width;
    layer->weights = get(s, weight);
    return layer->weights ? LOOPC_OK : LOOPC_FAILED;
}

/* Where the weights of an operation are: in the fields of the net, or of the one that it begins in.
 */
static struct source source_of(const struct source *s, const struct loopc_op *op)
{
    struct source of = *s;
    const struct loopc_net *trunk = loopc_model_trunk(s->model->program, s->model->net);
    if (!op->net || !trunk) return of;
    of.net = trunk->name;
    of.average = s->average ? trunk->average : NULL;
    return of;
}

static int load_op(const struct source *whole, int i)
{
    const struct loopc_op *op = &whole->model->net->ops[i];
    const struct source of = source_of(whole, op), *const s = &of;
    struct loopc_layer *layer = &s->model->layers[i];
    layer->kind = op->kind;
    layer->input = op->input;
    layer->skip = op->skip;
    layer->epsilon = op->epsilon;
    layer->activation = op->activation ? op->activation : "identity";
    layer->column = op->column;
    if (op->kind == LOOPC_OP_EMBEDDING) return load_embedding(s, layer, op->layer);
    if (op->kind == LOOPC_OP_DENSE) return load_dense(s, layer, op->layer, !op->has_no_bias);
    if (op->kind == LOOPC_OP_LAYER_NORM || op->kind == LOOPC_OP_BATCH_NORM)
        return load_norm(s, layer, op->layer);
    layer->inputs = layer->outputs = loopc_model_width(s->model, op->input);
    return LOOPC_OK;
}

/* The last activation is an operation of its own, after all others. */
static int load_output(const struct source *s, int i)
{
    struct loopc_layer *layer = &s->model->layers[i];
    layer->kind = LOOPC_OP_ACTIVATION;
    layer->input = i;
    layer->activation = s->model->net->output;
    layer->inputs = layer->outputs = loopc_model_width(s->model, i);
    return LOOPC_OK;
}

static int load_layer(const struct source *s, int i)
{
    const struct loopc_net *net = s->model->net;
    struct loopc_layer *layer = &s->model->layers[i];
    if (net->ops) return i < net->op_count ? load_op(s, i) : load_output(s, i);
    layer->input = i;
    layer->activation = i + 1 < net->layers ? net->activation : net->output;
    return load_dense(s, layer, i, true);
}

/* What goes in is as wide as what the first layer with weights takes: those before it keep it. */
static int32_t first_width(const struct loopc_model *model)
{
    for (int i = 0; i < model->layer_count; i++) {
        if (model->layers[i].weights) return model->layers[i].inputs;
    }
    return 0;
}

static int load_layers(const struct source *s)
{
    struct loopc_model *model = s->model;
    const int count = model->net->ops ? model->net->op_count + 1 : model->net->layers;
    model->layers = calloc((size_t)count, sizeof *model->layers);
    if (!model->layers) return bad(s, model->net->name, "needs more memory than there is");
    model->inputs = model->net->inputs;
    for (; model->layer_count < count; model->layer_count++) {
        if (load_layer(s, model->layer_count)) {
            model->layer_count++;
            return LOOPC_FAILED;
        }
        const struct loopc_layer *layer = &model->layers[model->layer_count];
        if (layer->inputs > model->widest) model->widest = layer->inputs;
        if (layer->outputs > model->widest) model->widest = layer->outputs;
    }
    model->inputs = first_width(model);
    model->outputs = model->layers[count - 1].outputs;
    return LOOPC_OK;
}

const struct loopc_net *loopc_model_trunk(const struct loopc_program *program,
                                          const struct loopc_net *net)
{
    for (int i = 0; i < program->net_count && net->op_count > 0; i++) {
        const char *const name = net->ops[0].net;
        if (name && !strcmp(program->nets[i].name, name)) return &program->nets[i];
    }
    return NULL;
}

int32_t loopc_model_width(const struct loopc_model *model, int value)
{
    return value > 0 ? model->layers[value - 1].outputs : model->inputs;
}

void loopc_model_fold(const struct loopc_layer *layer, int32_t feature, float *factor, float *shift)
{
    const double spread = sqrt((double)layer->variance[feature] + (double)layer->epsilon);
    const double scale = (double)layer->weights[feature] / spread;
    *factor = (float)scale;
    *shift = (float)((double)layer->biases[feature] - (double)layer->mean[feature] * scale);
}

int loopc_model_load(struct loopc_model *model, const struct loopc_program *program,
                     const struct loopc_net *net, const struct loopc_safetensors *file,
                     bool average, const struct loopc_message *message)
{
    const struct source s = {model, file, message, net->name, average ? net->average : NULL};
    *model = (struct loopc_model){.program = program, .net = net};
    return load_layers(&s) ? LOOPC_FAILED : loopc_model_load_fit(model, file, message);
}

void loopc_model_free(struct loopc_model *model)
{
    for (int i = 0; i < model->layer_count; i++) {
        free(model->layers[i].weights);
        free(model->layers[i].biases);
        free(model->layers[i].mean);
        free(model->layers[i].variance);
    }
    free(model->layers);
    free(model->x.mean);
    free(model->x.divisor);
    free(model->y.mean);
    free(model->y.divisor);
    free(model->fill);
    loopc_dataset_free(&model->fit);
    *model = (struct loopc_model){0};
}

bool loopc_model_is(const struct loopc_model *model, const char *output)
{
    return !strcmp(model->net->output, output);
}

float loopc_model_factor(const struct loopc_model *model, int32_t column)
{
    const double divisor = model->x.divisor[column];
    return fpclassify(divisor) == FP_ZERO ? 0.0f : (float)(1 / divisor);
}

/* The temporary name of a file until it is complete: a full disk leaves the old file or none. A
 * device or a pipe is written to directly, and so is the target of a link. Returns false for
 * these. */
static bool temporary_name(const char *path, char *name, size_t size)
{
    struct stat about;
    if (!lstat(path, &about) && !S_ISREG(about.st_mode)) return false;
    const int length = snprintf(name, size, "%s.writing", path);
    return length > 0 && (size_t)length < size;
}

FILE *loopc_model_open(const char *path, const struct loopc_message *message)
{
    char name[4096];
    FILE *const file = fopen(temporary_name(path, name, sizeof name) ? name : path, "wbe");
    if (!file) loopc_error_set(message, NULL, "%s: %s", path, strerror(errno));
    return file;
}

int loopc_model_close(FILE *file, const char *path, const struct loopc_message *message)
{
    char name[4096];
    const bool renames = temporary_name(path, name, sizeof name);
    errno = 0;
    bool lost = ferror(file) != 0;
    lost |= fclose(file) != 0;
    if (!lost && renames) lost = rename(name, path) != 0;
    if (!lost) return LOOPC_OK;
    loopc_error_set(message, NULL, "cannot write %s%s%s", path, errno ? ": " : "",
                    errno ? strerror(errno) : "");
    if (renames) remove(name);
    return LOOPC_FAILED;
}
