/* Models: what a trainer has learned, taken out of a checkpoint. Not for emitted code.
 *
 *     PROG export --npy DIR          the arrays as DIR/net.layers.0.weight.npy ...
 *     PROG export --c-header FILE    constant arrays and a predict function in plain C11
 *     PROG export --onnx FILE        ONNX, opset 13
 *     PROG predict --data FILE       what the net makes of each row, as CSV on standard output
 *
 * with --resume FILE, or --checkpoint DIR and --resume latest (the default) or best, and --net NAME
 * where a program has several. The run's data sets are not needed: the sizes are those of the file,
 * and so is the scale, if a net says where its inputs come from (inputs_from). Any safetensors file
 * that has NET.layers.0.weight (outputs x inputs), NET.layers.0.bias (outputs) ... as F32 is a
 * model.
 */
#ifndef LOOPC_MODEL_H
#define LOOPC_MODEL_H

#include "data/input.h"
#include "run/program.h"
#include "checkpoint/safetensors.h"

struct loopc_layer {
    int32_t inputs, outputs;
    float *weights; /* outputs x inputs */
    float *biases;
    const char *activation; /* as in a spec: "relu" */
};

struct loopc_model {
    const struct loopc_program *program;
    const struct loopc_net *net;
    struct loopc_layer *layers; /* net->layers of them */
    int32_t inputs, outputs, widest;
    double *mean, *divisor; /* x becomes (x - mean) / divisor, 0 where divisor is 0; or NULL */
};

/* Takes a net out of an open file. Returns LOOPC_OK, or LOOPC_FAILED with a message; free it either
 * way. */
int loopc_model_load(struct loopc_model *model, const struct loopc_program *program,
                     const struct loopc_net *net, const struct loopc_safetensors *file,
                     const struct loopc_message *message);
void loopc_model_free(struct loopc_model *model);

bool loopc_model_is(const struct loopc_model *model, const char *output);

/* What a column is multiplied by, once its mean is taken away: f32, as exported models have it. */
float loopc_model_factor(const struct loopc_model *model, int32_t column);

/* Writers. They return LOOPC_OK, or LOOPC_FAILED with a message. */
int loopc_model_npy(const struct loopc_model *model, const char *folder,
                    const struct loopc_message *message);
int loopc_model_header(const struct loopc_model *model, const char *path,
                       const struct loopc_message *message);
int loopc_model_onnx(const struct loopc_model *model, const char *path,
                     const struct loopc_message *message);

/* Writes the outputs for each row of a data set to `out`. As exact as in training: the same
 * bits. */
int loopc_model_predict(const struct loopc_model *model, const char *data, FILE *out,
                        const struct loopc_message *message);

/* Closes a file that was written. As the writers. */
int loopc_model_close(FILE *file, const char *path, const struct loopc_message *message);
FILE *loopc_model_open(const char *path, const struct loopc_message *message);

/* A model that calculates, `most` rows at a time. NULL without memory; the model must stay. */
struct loopc_forward;
struct loopc_forward *loopc_forward_new(const struct loopc_model *model, int32_t most);
void loopc_forward_free(struct loopc_forward *forward);

/* The outputs for rows of scaled inputs, rows <= most, a row each; valid until the next call. */
const float *loopc_forward_run(struct loopc_forward *forward, const float *x, int32_t rows);

#endif
