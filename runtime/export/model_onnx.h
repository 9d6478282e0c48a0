/* Parts of an ONNX graph, for the files that write one. Nodes have the name of their output. */
#ifndef LOOPC_MODEL_ONNX_H
#define LOOPC_MODEL_ONNX_H

#include "export/model.h"

/* A message on its way out. */
struct buffer {
    char *bytes;
    size_t length, room;
    bool lost; /* there was no memory */
    /* of a graph: the names of its input and its output, and how many of its parts have them */
    const char *outer[2];
    int made[2];
};

struct loopc_onnx_number {
    const char *name;
    float value;
};

/* The name of the output. */
const char *loopc_onnx_output(const struct loopc_model *model);

/* A constant: a vector where columns is 0, a single number where rows is, too. */
void loopc_onnx_tensor(struct buffer *graph, const char *name, const float *values, int64_t rows,
                       int64_t columns);

/* A node that works on inputs, as many as are not NULL; `attribute`, if not NULL, is 1. */
void loopc_onnx_node(struct buffer *graph, const char *operator, const char * output,
                     const char *attribute, const char *const inputs[3]);

/* The same with `count` attributes that are floats. */
void loopc_onnx_float_node(struct buffer *graph, const char *operator, const char * output,
                           const struct loopc_onnx_number *numbers, int count,
                           const char *const inputs[3]);

/* The mean of each row, as a column. */
void loopc_onnx_row_mean(struct buffer *graph, const char *output, const char *input);

#endif
