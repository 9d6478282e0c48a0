/* FANN's own batch training: an epoch is one step on all the data, so that the data are one batch
 * of the task's size. It has squared error only: its derivative stands in for that of the cross-
 * entropy, which costs as much; and no relu: a line cut at 0 and 1 stands in for it. No threads. */
#include "data.h"
#include "task.h"

#include <floatfann.h>
#include <stdlib.h>
#include <string.h>

static struct fann *net;
static struct fann_train_data *batch;

static void start(int threads)
{
    (void)threads;
    unsigned widths[LAYERS + 1];
    for (int l = 0; l <= LAYERS; l++)
        widths[l] = (unsigned)size[l];
    net = fann_create_standard_array(LAYERS + 1, widths);
#ifdef ACTIVATION_relu
    fann_set_activation_function_hidden(net, FANN_LINEAR_PIECE);
    fann_set_activation_function_output(net, FANN_LINEAR);
#else
    fann_set_activation_function_hidden(net, FANN_SIGMOID_SYMMETRIC);
    fann_set_activation_function_output(net, FANN_SIGMOID_SYMMETRIC);
#endif
    fann_set_activation_steepness_hidden(net, 1.0f);
    fann_set_activation_steepness_output(net, 1.0f);
    fann_set_training_algorithm(net, FANN_TRAIN_BATCH);
    fann_set_train_error_function(net, FANN_ERRORFUNC_LINEAR);
    fann_set_learning_rate(net, (float)ETA);
    batch = fann_create_train(BATCH, widths[0], widths[LAYERS]);
}

static float train(const struct data *data, const int32_t *rows)
{
    const size_t inputs = (size_t)size[0], outputs = (size_t)size[LAYERS];
    for (int r = 0; r < BATCH; r++) {
        const size_t row = (size_t)rows[r];
        memcpy(batch->input[r], data->x + row * inputs, inputs * sizeof(float));
        if (data->y) memcpy(batch->output[r], data->y + row * outputs, outputs * sizeof(float));
        for (size_t j = 0; data->labels && j < outputs; j++)
            batch->output[r][j] = (int32_t)j == data->labels[row];
    }
    return fann_train_epoch(net, batch);
}

int main(int argc, char **argv)
{
    return argc == 4 ? timed_steps(argv, start, train) : EXIT_FAILURE;
}
