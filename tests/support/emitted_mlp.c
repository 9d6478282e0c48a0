/* Drives a net that gen/emit/mlp.lua emitted. tests/gen/test_emit_mlp.lua writes emitted.h (the
 * net, its optimizers `opt` and `plain`, and their description: shape, BATCH, COUNT, TARGETS,
 * RATE, JOB, SHARED, RESIZE, SOFTMAX) and compiles this.
 *
 * The net is filled with NaN first, so that reading anything that was not written shows.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "data/dataset.h"
#include "nn/nn.h"
#include "nn_reference.h"
#include "base/rng.h"

#include "emitted.h"

enum { VALUES = BATCH * REFERENCE_WIDEST };

static struct my_net net;
static struct my_opt opt;
static struct my_plain plain;
static float x[VALUES], y[VALUES], weights[COUNT], moved[COUNT];
static int32_t labels[BATCH];
static double weights64[COUNT], x64[VALUES], y64[VALUES];

static void expect(bool holds, const char *what, double value, double expected)
{
    if (holds) return;
    printf("%s: %.9g, expected %.9g\n", what, value, expected);
    exit(1);
}

static void expect_near(const char *what, double value, double expected)
{
    expect(fabs(value - expected) <= 2e-5 * (1.0 + fabs(expected)), what, value, expected);
}

/* Numbers between -1 and 1 that look random and are always the same. */
static float noise(void)
{
    static uint32_t seed = 1;
    seed = seed * 1664525u + 1013904223u;
    return (float)(seed >> 8) / 8388608.0f - 1.0f;
}

static void fill(float *array, double *twin, int count)
{
    for (int i = 0; i < count; i++) {
        array[i] = noise();
        twin[i] = (double)array[i];
    }
}

static void prepare_targets(void)
{
    const int outputs = shape.sizes[shape.layers];
    fill(y, y64, BATCH * outputs);
    for (int r = 0; r < BATCH; r++)
        labels[r] = (int32_t)(fabsf(noise()) * (float)outputs);
    if (!strcmp(shape.loss, "squared_error")) return;
    for (int i = 0; i < BATCH * outputs; i++) {
        y[i] = labels[i / outputs] == i % outputs ? 1.0f : 0.0f;
        y64[i] = (double)y[i];
    }
}

static void begin(void)
{
    memset(&net, 255, sizeof net);
#ifdef RESIZE
    expect(!net_resize(&net, 0) && !net_resize(&net, RESIZE + 1), "resize", 1, 0);
    expect(net_resize(&net, shape.sizes[0]), "resize", 0, 1);
#endif
    fill(weights, weights64, COUNT);
    expect(!net_set_weights(&net, weights, COUNT - 1), "set_weights", 1, 0);
    expect(net_set_weights(&net, weights, COUNT), "set_weights", 0, 1);
    expect(!net_get_weights(&net, moved, COUNT + 1), "get_weights", 1, 0);
    fill(x, x64, BATCH * shape.sizes[0]);
    prepare_targets();
    net_zero_grad(&net);
}

static void check_outputs(int rows)
{
    double a[REFERENCE_WIDEST];
    const int outputs = shape.sizes[shape.layers];
    const float *const out = net_forward(&net, x, rows);
    for (int r = 0; r < rows; r++) {
        reference_forward(&shape, weights64, x64 + r * shape.sizes[0], a);
        for (int j = 0; j < outputs; j++)
            expect_near("output", out[r * outputs + j], a[j]);
    }
    expect_near("loss", net_loss(&net, TARGETS, rows),
                reference_loss(&shape, weights64, x64, y64, rows));
}

/* A step of plain gradient descent with rate 1 moves each weight by its gradient. */
static void check_gradients(int rows)
{
    net_zero_grad(&net);
    net_backward(&net, rows);
    const float norm = net_grad_norm(&net);
    net_backward(&net, rows);
    expect_near("accumulated norm", net_grad_norm(&net), 2.0 * (double)norm);
    net_scale_grad(&net, 0.5f);
    plain_step(&plain, &net, 1.0f);
    net_get_weights(&net, moved, COUNT);
    for (int i = 0; i < COUNT; i++)
        expect_near("gradient", (double)weights[i] - (double)moved[i],
                    reference_gradient(&shape, weights64, i, x64, y64, rows));
    expect_near("clipped from", net_clip_grad(&net, norm / 4.0f), norm);
    expect_near("clipped to", net_grad_norm(&net), norm / 4.0f);
    net_set_weights(&net, weights, COUNT);
}

/* The product of the outputs with a derivative that is given from outside, for rows whose input i
 * is moved by `step`. */
static double product_at(int i, float step, const float *d, int rows)
{
    double sum = 0;
    const float kept = x[i];
    x[i] += step;
    const float *const out = net_forward_train(&net, x, rows);
    for (int k = 0; k < rows * shape.sizes[shape.layers]; k++)
        sum += (double)out[k] * (double)d[k];
    x[i] = kept;
    return sum;
}

/* The same derivatives by the inputs come without gradients, which stay as they are. */
static void check_passing(const float *d, int rows)
{
    static float by_backward[VALUES];
    const size_t count = (size_t)(rows * shape.sizes[0]);
    net_forward_train(&net, x, rows);
    net_zero_grad(&net);
    net_backward_from(&net, d, rows);
    const float norm = net_grad_norm(&net);
    memcpy(by_backward, net_input_grad(&net, rows), count * sizeof(float));
    const float *const alone = net_input_grad_from(&net, d, rows);
    expect(memcmp(by_backward, alone, count * sizeof(float)) == 0, "derivatives alone", 0, 1);
    expect_near("gradients that stay", net_grad_norm(&net), norm);
}

/* Derivatives from outside go through to the inputs: against central differences, whose median
 * error is small even where one of them is at a kink. */
static void check_outside(int rows)
{
    static float d[VALUES];
    static double twin[VALUES];
    const int inputs = shape.sizes[0];
    int far = 0, count = 0;
    fill(d, twin, rows * shape.sizes[shape.layers]);
    net_forward_train(&net, x, rows);
    net_zero_grad(&net);
    net_backward_from(&net, d, rows);
    const float *const dx = net_input_grad(&net, rows);
    for (int i = 0; i < rows * inputs; i += 1 + rows * inputs / 40, count++) {
        const double right =
            (product_at(i, 0.01f, d, rows) - product_at(i, -0.01f, d, rows)) / 0.02;
        far += fabs((double)dx[i] - right) > 2e-3 * (1.0 + fabs(right));
    }
    expect(10 * far <= count, "derivatives by inputs", far, count);
    check_passing(d, rows);
    expect(net_parameters(&net) == COUNT, "parameters", net_parameters(&net), COUNT);
    net_forward(&net, x, rows);
    net_loss(&net, TARGETS, rows);
}

static void check_classes(int rows)
{
    int32_t classes[BATCH], right = 0;
    net_predict(&net, x, rows, classes);
    for (int r = 0; r < rows; r++) {
        expect(classes[r] == net_argmax(&net, r), "class", classes[r], net_argmax(&net, r));
        right += classes[r] == labels[r];
    }
    expect(net_correct(&net, labels, rows) == right, "correct", 0, right);
}

/* Half of the way from nothing to the weights is half of them. */
static void check_blend(void)
{
    expect(!net_blend(&net, moved, COUNT + 1, 1.0f), "blend", 1, 0);
    memset(moved, 0, sizeof moved);
    net_blend(&net, moved, COUNT, 0.5f);
    for (int i = 0; i < COUNT; i++)
        expect_near("blended", moved[i], 0.5 * (double)weights[i]);
}

/* The outputs of the last layer, where they are the net's; a layer that is none; gradients. */
static void check_spreads(int rows)
{
    const int last = shape.layers - 1, count = rows * shape.sizes[shape.layers];
    const float *const out = net_forward(&net, x, rows);
    double sum = 0, most = 0;
    for (int i = 0; i < count; i++)
        sum += (double)out[i], most = fmax(most, fabs((double)out[i]));
    const struct loopc_spread spread = net_activations(&net, last, rows);
    if (!strcmp(shape.output, "identity")) {
        expect_near("mean of outputs", (double)spread.mean, sum / count);
        expect_near("greatest output", (double)spread.most, most);
    }
    expect(spread.deviation >= 0 && spread.zeros >= 0, "spread", (double)spread.deviation, 0);
    expect(net_activations(&net, shape.layers, rows).most == 0, "no layer", 1, 0);
    net_loss(&net, TARGETS, rows);
    net_zero_grad(&net);
    expect(net_gradients(&net, last).most == 0, "no gradient", 1, 0);
    net_backward(&net, rows);
    expect(net_gradients(&net, last).most > 0, "gradient", 0, 1);
}

#ifdef SOFTMAX
/* Draws and their losses, from the probabilities themselves; a mask leaves the others
 * their proportions. */
static void check_policy(int rows)
{
    const int outputs = shape.sizes[shape.layers];
    const float *const p = net_forward(&net, x, rows);
    float log_p[BATCH], shares[BATCH];
    double likelihood = 0, entropy = 0;
    bool allowed[VALUES];
    for (int i = 0; i < rows * outputs; i++) {
        entropy += (double)p[i] * log((double)p[i]) / rows;
        allowed[i] = i % outputs != 0;
    }
    net_log_p(&net, labels, log_p, rows);
    for (int r = 0; r < rows; r++) {
        expect_near("log p", log_p[r], log((double)p[r * outputs + labels[r]]));
        likelihood -= (double)log_p[r] / rows;
        shares[r] = 1.0f / (float)rows;
    }
    net_zero_delta(&net, rows);
    expect_near("likelihood", net_likelihood(&net, labels, shares, rows), likelihood);
    expect_near("entropy", net_entropy(&net, shares, rows), entropy);
    const double ratio = (double)p[1] / (double)p[outputs - 1];
    net_mask(&net, allowed, rows);
    expect(p[0] == 0.0f, "masked", p[0], 0);
    expect_near("left", (double)p[1] / (double)p[outputs - 1], ratio);
}
#endif

/* train is the same as its parts in sequence, with moments too; and it learns. */
static void check_training(void)
{
    static struct my_net by_parts;
    static struct my_opt steps;
    float first = 0.0f;
    by_parts = net;
    steps = opt;
    for (int step = 0; step < 3; step++) {
        const float loss = net_train(&net, &opt, x, TARGETS, BATCH, RATE);
        if (step == 0) first = loss;
        net_zero_grad(&by_parts);
        net_forward(&by_parts, x, BATCH);
        expect(loss == net_loss(&by_parts, TARGETS, BATCH), "train's loss", loss, 0);
        net_backward(&by_parts, BATCH);
        opt_step(&steps, &by_parts, RATE);
        net_get_weights(&net, weights, COUNT);
        net_get_weights(&by_parts, moved, COUNT);
        expect(!memcmp(weights, moved, sizeof weights), "train's weights", step, step);
    }
    float last = first;
    for (int i = 0; i < 300; i++)
        last = net_train(&net, &opt, x, TARGETS, BATCH, RATE);
    expect(last < first, "last loss below the first", last, first);
    expect(opt.step == 303, "steps", (double)opt.step, 303);
}

/* train_from learns the same as train from the rows that take gives. */
static void check_gathering(void)
{
    static struct my_net gathering, taking;
    static struct my_opt steps, same_steps;
    static float rows[VALUES], targets[VALUES];
    static int32_t classes[BATCH];
    const struct loopc_dataset data = {.x = x,
                                       .y = y,
                                       .labels = labels,
                                       .rows = BATCH,
                                       .columns = shape.sizes[0],
                                       .targets = shape.sizes[shape.layers]};
    const int32_t count = (BATCH + 1) / 2;
    gathering = taking = net;
    steps = same_steps = opt;
    loopc_dataset_take(&data, 7, 0, count, rows, classes);
    loopc_dataset_take_targets(&data, 7, 0, count, NULL, targets);
    const float loss = net_train(&taking, &same_steps, rows, TAKEN, count, RATE);
    const float same = net_train_from(&gathering, &steps, &data, 7, 0, count, RATE);
    expect(loss == same, "gathered loss", same, loss);
    net_get_weights(&taking, weights, COUNT);
    net_get_weights(&gathering, moved, COUNT);
    expect(!memcmp(weights, moved, sizeof weights), "gathered weights", 0, 1);
    const float none = net_train_from(&gathering, &steps, &data, 7, BATCH, count, RATE);
    expect(none != none, "loss of no rows", none, (double)NAN);
}

#ifdef SHARED
/* Any number of threads makes the same net. */
static void check_threads(void)
{
    static struct my_net start, shared;
    static struct my_opt start_opt, shared_opt;
    char message[256];
    start = net;
    start_opt = opt;
    for (int threads = 1; threads <= 4; threads++) {
        shared = start;
        shared_opt = start_opt;
        struct net_batch batch = JOB(&shared, &shared_opt);
        expect(!loopc_team_size(threads, message, sizeof message), "team", threads, threads);
        for (batch.rows = 1; shared_opt.step - start_opt.step < 50;
             batch.rows = batch.rows % BATCH + 1) {
            shared_opt.step++;
            loopc_team_run(net_learn_part, &batch, sizeof(struct net_input));
        }
        net_get_weights(&shared, threads > 1 ? moved : weights, COUNT);
        expect(threads == 1 || !memcmp(weights, moved, sizeof weights), "threads' weights", 0, 1);
    }
    loopc_team_end();
}
#endif

static void check_init(void)
{
    struct loopc_rng rng, twin;
    loopc_rng_seed(&rng, 1, "net");
    twin = rng;
    net_init(&net, &rng);
    net_get_weights(&net, weights, COUNT);
    net_init(&net, &twin);
    net_get_weights(&net, moved, COUNT);
    expect(!memcmp(weights, moved, sizeof weights), "same stream, same weights", 0, 1);
    for (int i = 0; i < COUNT; i++)
        expect(fabsf(weights[i]) < 10.0f, "first weight", weights[i], 0);
}

int main(void)
{
    const int rows[] = {1, (BATCH + 1) / 2, BATCH};
    begin();
    for (int i = 0; i < 3; i++) {
        check_outputs(rows[i]);
        check_gradients(rows[i]);
        check_outside(rows[i]);
        check_classes(rows[i]);
        check_spreads(rows[i]);
#ifdef SOFTMAX
        check_policy(rows[i]);
#endif
    }
    check_blend();
    check_training();
    check_gathering();
#ifdef SHARED
    check_threads();
#endif
    check_init();
    return 0;
}
