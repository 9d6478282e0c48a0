/* Models as ONNX: the message ModelProto of onnx.proto (https://github.com/onnx/onnx), written by
 * hand.
 *
 * A protocol buffer is a sequence of fields, each a key (number * 8 + wire type) and a value: a
 * varint (0), four bytes (5), or a length and as many bytes (2), which may be a message again.
 * Inner messages are made first, since their length comes before them.
 */
#include "export/model_deep.h"
#include "base/version.h"

#include "base/byte_order.h"
#include "base/json_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { VARINT = 0, BYTES = 2, FIXED = 5 };

/* The numbers of onnx.proto that are used here. */
enum { MODEL_IR = 1, MODEL_PRODUCER = 2, MODEL_VERSION = 3, MODEL_GRAPH = 7, MODEL_OPSET = 8 };
enum { MODEL_METADATA = 14, ENTRY_KEY = 1, ENTRY_VALUE = 2 };
enum { GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_TENSOR = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };
enum { NODE_INPUT = 1, NODE_OUTPUT = 2, NODE_NAME = 3, NODE_OPERATOR = 4, NODE_ATTRIBUTE = 5 };
enum { ATTRIBUTE_NAME = 1, ATTRIBUTE_F = 2, ATTRIBUTE_I = 3, ATTRIBUTE_INTS = 8 };
enum {
    ATTRIBUTE_TYPE = 20,
    ATTRIBUTE_FLOAT_TYPE = 1,
    ATTRIBUTE_INT_TYPE = 2,
    ATTRIBUTE_INTS_TYPE = 7
};
enum { TENSOR_DIMS = 1, TENSOR_TYPE = 2, TENSOR_NAME = 8, TENSOR_RAW = 9, TENSOR_FLOAT = 1 };
enum { IR_VERSION = 8, OPSET = 13 };

static void put(struct buffer *b, const void *bytes, size_t length)
{
    if (b->lost) return;
    if (b->room - b->length < length) {
        const size_t room = (b->length + length) * 2;
        char *const more = realloc(b->bytes, room);
        b->lost = !more;
        if (!more) return;
        b->bytes = more;
        b->room = room;
    }
    memcpy(b->bytes + b->length, bytes, length);
    b->length += length;
}

static void put_varint(struct buffer *b, uint64_t value)
{
    do {
        const unsigned char byte = (unsigned char)((value & 127) | (value > 127 ? 128 : 0));
        put(b, &byte, 1);
    } while (value >>= 7);
}

static void put_number(struct buffer *b, unsigned field, int64_t value)
{
    put_varint(b, field * 8 + VARINT);
    put_varint(b, (uint64_t)value);
}

static void put_bytes(struct buffer *b, unsigned field, const void *bytes, size_t length)
{
    put_varint(b, field * 8 + BYTES);
    put_varint(b, length);
    put(b, bytes, length);
}

static void put_text(struct buffer *b, unsigned field, const char *text)
{
    put_bytes(b, field, text, strlen(text));
}

/* Puts a message into another one, and frees it. */
static void put_message(struct buffer *b, unsigned field, struct buffer *inner)
{
    if (inner->lost) b->lost = true;
    if (inner->length) put_bytes(b, field, inner->bytes, inner->length);
    free(inner->bytes);
    *inner = (struct buffer){0};
}

static void note_name(struct buffer *graph, const char *name)
{
    for (int i = 0; i < 2; i++) {
        if (graph->outer[i] && !strcmp(graph->outer[i], name)) graph->made[i]++;
    }
}

void loopc_onnx_tensor(struct buffer *graph, const char *name, const float *values, int64_t rows,
                       int64_t columns)
{
    struct buffer tensor = {0};
    note_name(graph, name);
    if (rows) put_number(&tensor, TENSOR_DIMS, rows);
    if (columns) put_number(&tensor, TENSOR_DIMS, columns);
    put_number(&tensor, TENSOR_TYPE, TENSOR_FLOAT);
    put_text(&tensor, TENSOR_NAME, name);
    const size_t size =
        (size_t)(rows ? rows : 1) * (size_t)(columns ? columns : 1) * sizeof *values;
    put_bytes(&tensor, TENSOR_RAW, values, size);
    if (tensor.length >= size) {
        loopc_file_values(tensor.bytes + tensor.length - size, size, sizeof *values, true);
    }
    put_message(graph, GRAPH_TENSOR, &tensor);
}

static void put_attribute(struct buffer *node, const char *name, int64_t value)
{
    struct buffer attribute = {0};
    put_text(&attribute, ATTRIBUTE_NAME, name);
    put_number(&attribute, ATTRIBUTE_I, value);
    put_number(&attribute, ATTRIBUTE_TYPE, ATTRIBUTE_INT_TYPE);
    put_message(node, NODE_ATTRIBUTE, &attribute);
}

/* A node that works on inputs, as many as are not NULL. */
static void begin_node(struct buffer *graph, struct buffer *node, const char *operator,
                       const char * output, const char *const inputs[3])
{
    note_name(graph, output);
    for (int i = 0; i < 3 && inputs[i]; i++)
        put_text(node, NODE_INPUT, inputs[i]);
    put_text(node, NODE_OUTPUT, output);
    put_text(node, NODE_NAME, output);
    put_text(node, NODE_OPERATOR, operator);
}

/* `attribute`, if not NULL, is 1. */
void loopc_onnx_node(struct buffer *graph, const char *operator, const char * output,
                     const char *attribute, const char *const inputs[3])
{
    struct buffer node = {0};
    begin_node(graph, &node, operator, output, inputs);
    if (attribute) put_attribute(&node, attribute, 1);
    put_message(graph, GRAPH_NODE, &node);
}

void loopc_onnx_float_node(struct buffer *graph, const char *operator, const char * output,
                           const struct loopc_onnx_number *numbers, int count,
                           const char *const inputs[3])
{
    struct buffer node = {0};
    begin_node(graph, &node, operator, output, inputs);
    for (int i = 0; i < count; i++) {
        struct buffer attribute = {0};
        put_text(&attribute, ATTRIBUTE_NAME, numbers[i].name);
        put_varint(&attribute, ATTRIBUTE_F * 8 + FIXED);
        put(&attribute, &numbers[i].value, sizeof numbers[i].value);
        put_number(&attribute, ATTRIBUTE_TYPE, ATTRIBUTE_FLOAT_TYPE);
        put_message(&node, NODE_ATTRIBUTE, &attribute);
    }
    put_message(graph, GRAPH_NODE, &node);
}

void loopc_onnx_row_mean(struct buffer *graph, const char *output, const char *input)
{
    struct buffer node = {0}, axes = {0};
    begin_node(graph, &node, "ReduceMean", output, (const char *const[3]){input});
    put_text(&axes, ATTRIBUTE_NAME, "axes");
    put_number(&axes, ATTRIBUTE_INTS, 1);
    put_number(&axes, ATTRIBUTE_TYPE, ATTRIBUTE_INTS_TYPE);
    put_message(&node, NODE_ATTRIBUTE, &axes);
    put_attribute(&node, "keepdims", 1);
    put_message(graph, GRAPH_NODE, &node);
}

/* An input or output of any number of rows: ValueInfoProto{name = 1, type = 2}, a
 * TypeProto{tensor_type = 1}, of {elem_type = 1, shape = 2}, of dim = 1, {dim_value = 1, dim_param
 * = 2}. */
static void put_value(struct buffer *graph, unsigned field, const char *name, int32_t columns)
{
    struct buffer value = {0}, type = {0}, tensor = {0}, shape = {0}, dim = {0};
    put_text(&dim, 2, "rows");
    put_message(&shape, 1, &dim);
    put_number(&dim, 1, columns);
    put_message(&shape, 1, &dim);
    put_number(&tensor, 1, TENSOR_FLOAT);
    put_message(&tensor, 2, &shape);
    put_message(&type, 1, &tensor);
    put_text(&value, 1, name);
    put_message(&value, 2, &type);
    put_message(graph, field, &value);
}

typedef float half(double value);

static float factor_of(double divisor)
{
    return fabs(divisor) > 0 ? (float)(1 / divisor) : 0.0f;
}

/* A vector of `part` of each value. */
static void put_vector(struct buffer *graph, const char *name, const double *values, int32_t count,
                       half *part)
{
    float *const floats = malloc((size_t)count * sizeof *floats);
    if (!floats) {
        graph->lost = true;
        return;
    }
    for (int32_t i = 0; i < count; i++)
        floats[i] = part(values[i]);
    loopc_onnx_tensor(graph, name, floats, count, 0);
    free(floats);
}

static float zero(double value)
{
    (void)value;
    return 0.0f;
}

/* A missing value, NaN, becomes its fill; without one it stays NaN. `name` becomes that of
 * the result. */
static void put_fill(struct buffer *graph, const struct loopc_model *model, bool low,
                     char name[LOOPC_MODEL_NAME])
{
    const char *fill = low ? "fill_low" : "fill";
    const char *filled = low ? "filled_low" : "filled";
    put_vector(graph, fill, model->fill, model->inputs, low ? loopc_low : loopc_high);
    if (!low) loopc_onnx_node(graph, "IsNaN", "missing", NULL, (const char *const[3]){name});
    loopc_onnx_node(graph, "Where", filled, NULL, (const char *const[3]){"missing", fill, name});
    snprintf(name, LOOPC_MODEL_NAME, "%s", filled);
}

static const char *input_of(const struct loopc_model *model)
{
    return loopc_model_tensor(model->input_names, "x");
}

const char *loopc_onnx_output(const struct loopc_model *model)
{
    return loopc_model_tensor(model->output_names, "y");
}

/* Inputs that need more digits than a float has come in two floats, x and x_low, and so do their
 * means. x_low may be left out: it is 0 then, as an input with an initializer is. */
static void put_inputs(struct buffer *graph, const struct loopc_model *model,
                       char from[LOOPC_MODEL_NAME], char low[LOOPC_MODEL_NAME])
{
    const bool delicate = loopc_model_is_delicate(model);
    if (model->fill) put_fill(graph, model, false, from);
    if (delicate) put_vector(graph, low, model->x.mean, model->inputs, zero);
    if (delicate && model->fill) put_fill(graph, model, true, low);
    if (!model->x.mean) return;
    put_vector(graph, "mean", model->x.mean, model->inputs, loopc_high);
    put_vector(graph, "factor", model->x.divisor, model->inputs, factor_of);
    loopc_onnx_node(graph, "Sub", "moved", NULL, (const char *const[3]){from, "mean"});
    if (delicate) {
        put_vector(graph, "mean_low", model->x.mean, model->inputs, loopc_low);
        loopc_onnx_node(graph, "Sub", "moved_low", NULL, (const char *const[3]){"mean_low", low});
        loopc_onnx_node(graph, "Sub", "moved_all", NULL,
                        (const char *const[3]){"moved", "moved_low"});
    }
    loopc_onnx_node(graph, "Mul", "scaled", NULL,
                    (const char *const[3]){delicate ? "moved_all" : "moved", "factor"});
    snprintf(from, LOOPC_MODEL_NAME, "scaled");
}

/* Brings outputs back to the units of the file. */
static void put_target_scale(struct buffer *graph, const struct loopc_model *model)
{
    put_vector(graph, "target_divisor", model->y.divisor, model->outputs, loopc_high);
    put_vector(graph, "target_mean", model->y.mean, model->outputs, loopc_high);
    loopc_onnx_node(graph, "Mul", "stretched", NULL,
                    (const char *const[3]){"net", "target_divisor"});
    loopc_onnx_node(graph, "Add", loopc_onnx_output(model), NULL,
                    (const char *const[3]){"stretched", "target_mean"});
}

/* "relu" is Relu, "softmax" Softmax ...; the identity is Identity. */
static void put_activation(struct buffer *graph, const struct loopc_layer *layer, const char *from,
                           const char *to)
{
    char operator[32];
    snprintf(operator, sizeof operator, "%s", layer->activation);
    operator[0] =(char)(operator[0] - 'a' + 'A');
    loopc_onnx_node(graph, operator, to, !strcmp(operator, "Softmax") ? "axis" : NULL,
                    (const char *const[3]){from});
}

static void put_layer(struct buffer *graph, const struct loopc_model *model, int i,
                      const char *from)
{
    const struct loopc_layer *layer = &model->layers[i];
    char w[32], b[32], z[32], a[32];
    snprintf(w, sizeof w, "layers.%d.weight", i);
    snprintf(b, sizeof b, "layers.%d.bias", i);
    snprintf(z, sizeof z, "z%d", i);
    snprintf(a, sizeof a, "a%d", i);
    loopc_onnx_tensor(graph, w, layer->weights, layer->outputs, layer->inputs);
    loopc_onnx_tensor(graph, b, layer->biases, layer->outputs, 0);
    loopc_onnx_node(graph, "Gemm", z, "transB", (const char *const[3]){from, w, b});
    const bool ends = i + 1 == model->layer_count;
    put_activation(graph, layer, z, !ends ? a : model->y.mean ? "net" : loopc_onnx_output(model));
}

/* Returns whether the names of its tensors are those of its input and its output alone. */
static bool put_graph(struct buffer *whole, const struct loopc_model *model)
{
    struct buffer graph = {.outer = {input_of(model), loopc_onnx_output(model)}};
    char from[LOOPC_MODEL_NAME], low[LOOPC_MODEL_NAME];
    snprintf(from, sizeof from, "%s", input_of(model));
    snprintf(low, sizeof low, "%.200s_low", from);
    put_value(&graph, GRAPH_INPUT, from, model->inputs);
    put_text(&graph, GRAPH_NAME, model->net->name);
    if (loopc_model_is_delicate(model)) put_value(&graph, GRAPH_INPUT, low, model->inputs);
    put_inputs(&graph, model, from, low);
    if (model->net->ops) model->net->deep->onnx(&graph, model, from);
    for (int i = 0; !model->net->ops && i < model->layer_count; i++) {
        put_layer(&graph, model, i, from);
        snprintf(from, sizeof from, "a%d", i);
    }
    if (model->y.mean) put_target_scale(&graph, model);
    put_value(&graph, GRAPH_OUTPUT, loopc_onnx_output(model), model->outputs);
    const bool distinct = graph.made[0] == 0 && graph.made[1] == 1;
    put_message(whole, MODEL_GRAPH, &graph);
    return distinct;
}

int loopc_model_check_onnx(const struct loopc_model *model, const struct loopc_message *message)
{
    struct buffer trial = {0};
    const bool distinct = put_graph(&trial, model);
    free(trial.bytes);
    if (distinct) return LOOPC_OK;
    return loopc_error_set(message, "another name for --input-names or --output-names",
                           "'%s' and '%s' cannot name the input and the output: a part of the net "
                           "has that name",
                           input_of(model), loopc_onnx_output(model));
}

typedef const char *namer(const struct loopc_model *model, int32_t i, char *text, size_t size);

/* A list of names as JSON, in the metadata of the model. */
static void put_names(struct buffer *whole, const struct loopc_model *model, const char *key,
                      int32_t count, namer *name)
{
    char *text = NULL;
    size_t length = 0;
    char one[LOOPC_MODEL_NAME];
    struct buffer entry = {0};
    FILE *const out = open_memstream(&text, &length);
    if (!out) {
        whole->lost = true;
        return;
    }
    for (int32_t i = 0; i < count; i++) {
        fputs(i == 0 ? "[" : ", ", out);
        loopc_json_string(out, name(model, i, one, sizeof one));
    }
    fputs("]", out);
    if (fclose(out) || !text) whole->lost = true;
    put_text(&entry, ENTRY_KEY, key);
    put_text(&entry, ENTRY_VALUE, text ? text : "");
    put_message(whole, MODEL_METADATA, &entry);
    free(text);
}

/* The meaning of the columns of x and y, as far as it is known. */
static void put_metadata(struct buffer *whole, const struct loopc_model *model)
{
    if (!model->table && !model->input_names && !model->output_names) return;
    put_names(whole, model, "inputs", model->inputs, loopc_model_input);
    if (loopc_model_has_classes(model))
        put_names(whole, model, "classes", model->outputs, loopc_model_class);
    else
        put_names(whole, model, "targets", model->outputs, loopc_model_output);
}

int loopc_model_onnx(const struct loopc_model *model, const char *path,
                     const struct loopc_message *message)
{
    struct buffer whole = {0}, opset = {0};
    put_number(&whole, MODEL_IR, IR_VERSION);
    put_text(&whole, MODEL_PRODUCER, "loopc");
    put_text(&whole, MODEL_VERSION, LOOPC_VERSION);
    put_graph(&whole, model);
    put_text(&opset, 1, "");
    put_number(&opset, 2, OPSET);
    put_message(&whole, MODEL_OPSET, &opset);
    put_metadata(&whole, model);
    int st = whole.lost ? loopc_error_set(message, NULL, "%s: out of memory", path) : LOOPC_OK;
    FILE *const file = st ? NULL : loopc_model_open(path, message);
    if (file) fwrite(whole.bytes, 1, whole.length, file);
    st = file ? loopc_model_close(file, path, message) : LOOPC_FAILED;
    free(whole.bytes);
    return st;
}
