/* Models: the trained nets of a checkpoint. Not for emitted code.
 *
 *     PROG export --npy DIR          the arrays as DIR/net.layers.0.weight.npy ...
 *     PROG export --c-header FILE    constant arrays and a predict function in plain C11
 *     PROG export --onnx FILE        ONNX, opset 13
 *     PROG predict --data FILE       the outputs for each row, as CSV on standard output
 *
 * and for export --input-names and --output-names,
 * with --resume FILE, or --checkpoint DIR and --resume latest (the default) or best, and --net NAME
 * where a program has several. The run's data sets are not needed: their tables and scales are in
 * the checkpoint (table.h), names, classes, filling, scale. predict treats a file as training did,
 * and exported models take the inputs that it would be given before they are scaled:
 *
 *     missing (NaN) -> its fill -> (x - mean) / divisor -> net -> targets in the units of the file
 *
 * Where the means are so large that a float loses the digits that the net needs (seconds since
 * 1970, map coordinates), exports have them in two floats, high and low, and take inputs as doubles
 * (C) or in two floats as well (ONNX). Any safetensors file that has NET.layers.0.weight (outputs x
 * inputs), NET.layers.0.bias (outputs) ... as F32 is a model.
 */
#ifndef LOOPC_MODEL_H
#define LOOPC_MODEL_H

#include "data/dataset.h"
#include "data/input.h"
#include "data/table.h"
#include "run/program.h"
#include "checkpoint/safetensors.h"

/* An operation, with its weights. Those of a net without operations are its dense layers, each with
 * its activation, one after the other; the last of a net with some is its output. */
struct loopc_layer {
    enum loopc_op_kind kind;
    int input, skip; /* values, as in struct loopc_op: this makes the value after its own number */
    int32_t inputs, outputs;
    float *weights;         /* of dense: outputs x inputs; of norms the gains; a table: see below */
    float *biases;          /* zeros where it has none */
    float *mean, *variance; /* of batch_norm: running */
    float epsilon;
    const char *activation; /* as in a spec: "relu" */
    /* of an embedding: its column, the rows and columns of its table; see nn/embedding.h */
    int32_t column, vocabulary, width;
};

/* x becomes (x - mean) / divisor, 0 where divisor is 0. */
struct loopc_model_scale {
    double *mean, *divisor; /* or NULL: nothing is done */
};

struct loopc_model {
    const struct loopc_program *program;
    const struct loopc_net *net;
    struct loopc_layer *layers;
    int layer_count;
    int32_t inputs, outputs, widest;
    struct loopc_model_scale x, y; /* of inputs; of outputs, to be undone */
    double *fill;             /* an input that is NaN becomes that; NaN: nothing does; or NULL */
    struct loopc_dataset fit; /* the training data without its rows: table, fill, scale */
    const struct loopc_table *table; /* of fit; NULL: the checkpoint knows nothing of it */
    /* "a,b,c": a name for each column, or one for all of them; NULL: those of the data */
    const char *input_names, *output_names;
};

/* Takes a net out of an open file, or with `average` the averages of its weights that net->average
 * keeps. Returns LOOPC_OK, or LOOPC_FAILED with a message; free it either way. */
int loopc_model_load(struct loopc_model *model, const struct loopc_program *program,
                     const struct loopc_net *net, const struct loopc_safetensors *file,
                     bool average, const struct loopc_message *message);
void loopc_model_free(struct loopc_model *model);

/* The net in which a net begins, whose operations are the first of its own; NULL: in none. */
const struct loopc_net *loopc_model_trunk(const struct loopc_program *program,
                                          const struct loopc_net *net);

/* Reads the table, fill and scales of the data that feeds the model. Part of
 * loopc_model_load. */
int loopc_model_load_fit(struct loopc_model *model, const struct loopc_safetensors *file,
                         const struct loopc_message *message);

/* The factor and what is added, which batch_norm comes down to for one feature. */
void loopc_model_fold(const struct loopc_layer *layer, int32_t feature, float *factor,
                      float *shift);

/* The width of a value: 0 is what goes in. */
int32_t loopc_model_width(const struct loopc_model *model, int value);

bool loopc_model_is(const struct loopc_model *model, const char *output);

/* Whether its outputs are scores of classes. */
bool loopc_model_has_classes(const struct loopc_model *model);

/* Names, cut to size bytes: those given to the model, else those in the checkpoint, else the number
 * of the class, "x3" and "output_3". Each returns text. */
enum { LOOPC_MODEL_NAME = 256 };
const char *loopc_model_class(const struct loopc_model *model, int32_t i, char *text, size_t size);
const char *loopc_model_input(const struct loopc_model *model, int32_t i, char *text, size_t size);
const char *loopc_model_output(const struct loopc_model *model, int32_t i, char *text, size_t size);

/* The name of all columns together: the one of `names`, or `absent` where each has its own. */
const char *loopc_model_tensor(const char *names, const char *absent);

/* Whether the names given to the model fit its columns: LOOPC_OK, or LOOPC_FAILED with a message.
 * loopc_model_check_onnx: whether ONNX can have them, too; names of its tensors differ from those
 * inside of the graph. */
int loopc_model_check_names(const struct loopc_model *model, const struct loopc_message *message);
int loopc_model_check_onnx(const struct loopc_model *model, const struct loopc_message *message);

/* The factor of a column after its mean is subtracted: f32, as in exported models. */
float loopc_model_factor(const struct loopc_model *model, int32_t column);

/* Whether inputs need two floats: means or fills are more than 16 times their divisor. */
bool loopc_model_is_delicate(const struct loopc_model *model);

/* A double in two floats, high and low: the nearest float, and that of the rest. */
float loopc_high(double value);
float loopc_low(double value);

/* Writers. They return LOOPC_OK, or LOOPC_FAILED with a message. */
int loopc_model_npy(const struct loopc_model *model, const char *folder,
                    const struct loopc_message *message);
int loopc_model_header(const struct loopc_model *model, const char *path,
                       const struct loopc_message *message);
int loopc_model_onnx(const struct loopc_model *model, const char *path,
                     const struct loopc_message *message);

/* Writes the outputs for each row of a data set to `out`, as exact as in training: the same bits.
 * Where the file has the answers, how right they were goes to standard error, and as a line of JSON
 * to the file `metrics`, unless that is NULL. `written`: key, value, ... of loopc_dataset_option,
 * ended by NULL, or NULL: how the file is written, if otherwise than the spec says. */
int loopc_model_predict(const struct loopc_model *model, const char *data,
                        const char *const *written, FILE *out, const char *metrics,
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
