/* For tests of trained models: a program with a net of 2 inputs, 2 hidden relus and 2 classes, and
 * a checkpoint of it with known weights. */
#ifndef TRAINED_H
#define TRAINED_H

#include "checkpoint/safetensors.h"
#include "files.h"
#include "loopc.h"
#include "run/failures.h"

/* Hidden unit 0 is x0, unit 1 is x1 - 1; class 0 gets unit 0, class 1 twice unit 1. */
static const float trained_weights[2][4] = {{1, 0, 0, 1}, {1, 0, 0, 2}};
static const float trained_biases[2][2] = {{0, -1}, {0, 0}};
static const double trained_mean[2] = {10, 20}, trained_divisor[2] = {2, 4};

struct trained {
    _Alignas(64) struct loopc_run loopc;
    struct loopc_dataset train;
};

static const struct loopc_dataset_options trained_data = {.scale = LOOPC_SCALE_STANDARD};
static const struct loopc_field trained_fields[] = {{.name = "train",
                                                     .flag = "train",
                                                     .type = LOOPC_DATASET,
                                                     .count = 1,
                                                     .offset = offsetof(struct trained, train),
                                                     .flags = LOOPC_OPTION,
                                                     .dataset = &trained_data}};
static const struct loopc_net trained_nets[] = {{.name = "net",
                                                 .activation = "relu",
                                                 .output = "softmax",
                                                 .loss = "cross_entropy",
                                                 .layers = 2,
                                                 .inputs = 2,
                                                 .outputs = 2,
                                                 .data = "train"}};
static const struct loopc_program trained_program = {.name = "trained",
                                                     .size = sizeof(struct trained),
                                                     .fields = trained_fields,
                                                     .field_count = 1,
                                                     .nets = trained_nets,
                                                     .net_count = 1,
                                                     .model = loopc_model_main};

/* Writes the checkpoint; the first `count` of its tensors: 4 are the net, 6 its scale, too. */
static inline void trained_write(const char *path, int count)
{
    static const int64_t matrix[] = {2, 2}, vector[] = {2};
    const struct loopc_tensor tensors[] = {
        {"net.layers.0.weight", LOOPC_DTYPE_F32, 2, matrix, trained_weights[0]},
        {"net.layers.0.bias", LOOPC_DTYPE_F32, 1, vector, trained_biases[0]},
        {"net.layers.1.weight", LOOPC_DTYPE_F32, 2, matrix, trained_weights[1]},
        {"net.layers.1.bias", LOOPC_DTYPE_F32, 1, vector, trained_biases[1]},
        {"loopc.mean:train", LOOPC_DTYPE_F64, 1, vector, trained_mean},
        {"loopc.divisor:train", LOOPC_DTYPE_F64, 1, vector, trained_divisor},
    };
    const struct loopc_contents contents = {.tensors = tensors, .tensor_count = count};
    FILE *const file = fopen(path, "wb");
    if (!file || loopc_safetensors_write(file, &contents) || fclose(file)) abort();
}

#endif
