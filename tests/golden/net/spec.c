/* digits: a trainer, flattened from spec.lua
 * Made by loopc from spec.lua; change that, not this.
 *
 *   Fit (spec.lua:1): epoch, 20 times
 *   Train (spec.lua:2): batch, times ($data->rows + 31) / 32; on Fit.on_epoch
 *   guard (spec.lua:10): callback on Train.after_batch */
#include "loopc.h"

/* Where a run can be saved and resumed: between two iterations of a loop. */
enum { AT_START, AT_Fit, AT_Fit_END, AT_Train };

/* net: 64-64-10, relu, softmax with cross-entropy, up to 32 rows (spec.lua:15) */
struct digits_net {
    /* weights, outputs x inputs, and biases */
    LOOPC_ALIGNED float w0[LOOPC_PANELS(64, 64)], b0[LOOPC_VECTOR(64)];
    LOOPC_ALIGNED float w1[LOOPC_PANELS(10, 64)], b1[LOOPC_VECTOR(10)];
    /* activations, features x samples; z is what the last one is made of */
    LOOPC_ALIGNED float x[LOOPC_PANELS(64, 32)];
    LOOPC_ALIGNED float a0[LOOPC_PANELS(64, 32)];
    LOOPC_ALIGNED float z1[LOOPC_PANELS(10, 32)];
    /* deltas: derivatives of the loss by what the activations are given */
    LOOPC_ALIGNED float d0[LOOPC_PANELS(64, 32)];
    LOOPC_ALIGNED float d1[LOOPC_PANELS(10, 32)];
    /* what each sample adds to the loss */
    LOOPC_ALIGNED float losses[LOOPC_VECTOR(32)];
    /* inputs of the layers, sample-major: samples x features */
    LOOPC_ALIGNED float t0[LOOPC_PANELS(32, 64)];
    LOOPC_ALIGNED float t1[LOOPC_PANELS(32, 64)];
};

/* Draws the weights from He's normal distribution; biases are 0. */
static void net_init(struct digits_net *n, struct loopc_rng *rng)
{
    loopc_init_he(n->w0, rng, 64, 64);
    memset(n->b0, 0, sizeof n->b0);
    loopc_init_he(n->w1, rng, 64, 10);
    memset(n->b1, 0, sizeof n->b1);
}

/* The layers one after the other: what they make of x. */
static void net_pass(struct digits_net *n, int32_t rows)
{
    loopc_dense_forward(n->w0, n->b0, n->x, n->a0, rows, 64, 64, LOOPC_RELU, LOOPC_ONE_THREAD);
    loopc_dense_forward(n->w1, n->b1, n->a0, n->z1, rows, 64, 10, LOOPC_STORE, LOOPC_ONE_THREAD);
}

/* adam: Adam on net */
struct digits_adam {
    int64_t step; /* steps taken */
    /* the moments: running means of the gradient and of its square */
    LOOPC_ALIGNED float mw0[LOOPC_PANELS(64, 64)], vw0[LOOPC_PANELS(64, 64)];
    LOOPC_ALIGNED float mb0[LOOPC_VECTOR(64)], vb0[LOOPC_VECTOR(64)];
    LOOPC_ALIGNED float mw1[LOOPC_PANELS(10, 64)], vw1[LOOPC_PANELS(10, 64)];
    LOOPC_ALIGNED float mb1[LOOPC_VECTOR(10)], vb1[LOOPC_VECTOR(10)];
};

/* All of a training step; returns the mean loss before it. Gradients are used where they are
 * summed and kept nowhere. */
static float net_learn(struct digits_net *n, struct digits_adam *o, struct loopc_rows x,
                       const int32_t *labels, int32_t rows, float eta)
{
    const struct loopc_step_params rates =
        loopc_adam_params(LOOPC_ADAM, o->step, eta, 0.9, 0.999, 1e-08f, 0.0f);

    loopc_pack(x, n->t0, n->x, rows, 32, 64, LOOPC_ONE_THREAD);
    net_pass(n, rows);
    loopc_cross_entropy(n->z1, labels, n->d1, n->losses, rows, 10, LOOPC_ONE_THREAD);
    loopc_dense_backward(n->w1, n->d1, n->a0, n->d0, rows, 64, 10, LOOPC_BACKWARD_RELU,
                         LOOPC_ONE_THREAD);
    loopc_transpose(n->a0, n->t1, rows, 32, 64, LOOPC_ONE_THREAD);
    loopc_dense_update((struct loopc_weights){n->w1, o->mw1, o->vw1},
                       (struct loopc_weights){n->b1, o->mb1, o->vb1}, n->t1, n->d1, rows, 32, 64,
                       10, &rates, LOOPC_ONE_THREAD);
    loopc_dense_update((struct loopc_weights){n->w0, o->mw0, o->vw0},
                       (struct loopc_weights){n->b0, o->mb0, o->vb0}, n->t0, n->d0, rows, 32, 64,
                       64, &rates, LOOPC_ONE_THREAD);
    return loopc_mean(n->losses, rows);
}

/* Learns from one batch; returns its mean loss before that. */
static float net_train(struct digits_net *n, struct digits_adam *o, const float *x,
                       const int32_t *labels, int32_t rows, float eta)
{
    o->step++;
    return net_learn(n, o, (struct loopc_rows){.x = x}, labels, rows, eta);
}

/* All that a run of this trainer knows. */
struct digits {
    struct loopc_run loopc;    /* what the runtime keeps of a run */
    struct loopc_dataset data; /* spec.lua:14 */
    uint64_t seen;             /* spec.lua:14 */
    struct digits_net net;     /* spec.lua:15 */
    struct digits_adam adam;   /* spec.lua:15 */
    struct {
        int64_t iteration; /* iterations completed since entry */
        int64_t total;     /* iterations completed since the program first started */
        int64_t times;     /* iterations to do, since entry */
    } Fit;
    struct {
        int64_t iteration; /* iterations completed since entry */
        int64_t total;     /* iterations completed since the program first started */
        int64_t times;     /* iterations to do, since entry */
        float x[2048];     /* spec.lua:4 */
        int32_t y[32];     /* spec.lua:4 */
        int32_t rows;      /* spec.lua:4 */
        float loss;        /* spec.lua:4 */
    } Train;
};

/* Train.before_batch (spec.lua:5) */
LOOPC_BODY void Train_before_batch(struct digits *s)
{
    s->Train.rows =
        loopc_dataset_take(&s->data, 0, s->Train.iteration * 32, 32, s->Train.x, s->Train.y);
}

/* Train.on_batch (spec.lua:6) */
LOOPC_BODY void Train_on_batch(struct digits *s)
{
    s->Train.loss = net_train(&s->net, &s->adam, s->Train.x, s->Train.y, s->Train.rows, 1e-3f);
}

/* guard.after_batch (spec.lua:11) */
LOOPC_BODY int guard_after_batch(struct digits *s)
{
    if (!isfinite(s->Train.loss))
        return loopc_fail(&s->loopc, "guard.after_batch", "the loss is %g", (double)s->Train.loss);
    return LOOPC_OK;
}

/* Train.finally_batch (spec.lua:8) */
LOOPC_LEAF void Train_finally_batch(struct digits *s)
{
    s->seen += (uint64_t)s->Train.rows;
}

/* The run: every step in the order in which it happens. `st` is what is pending: a failure, or a
 * signal on its way to its target; each phase hands it on when its failed and finally parts are
 * done. */

static int digits_run(void *state)
{
    struct digits *const s = state;
    int st = LOOPC_OK;

    switch (s->loopc.resume_at) { /* AT_START, or where a resumed run was saved */
    case AT_Fit:
        s->loopc.resume_at = AT_START;
        goto Fit_resumed;
    case AT_Train:
        s->loopc.resume_at = AT_START;
        goto Train_resumed;
    case AT_Fit_END:
        s->loopc.resume_at = AT_START;
        if (s->Fit.iteration < 20) goto Fit_resumed;
        goto Fit_ended;
    }

    for (s->Fit.iteration = 0; s->Fit.iteration < 20; s->Fit.iteration++, s->Fit.total++) {
        if ((st = loopc_poll(&s->loopc, AT_Fit))) break;
    Fit_resumed:
        /* Fit.epoch (spec.lua:1) */
        s->Train.times = (int64_t)((s->data.rows + 31) / 32);
        for (s->Train.iteration = 0; s->Train.iteration < s->Train.times;
             s->Train.iteration++, s->Train.total++, loopc_report(&s->loopc, "Train")) {
            if ((st = loopc_poll(&s->loopc, AT_Train))) break;
        Train_resumed:
            /* Train.batch (spec.lua:5), on Fit.on_epoch */
            Train_before_batch(s);
            Train_on_batch(s);
            st = loopc_propagate(&s->loopc, guard_after_batch(s), "guard", "Train.after_batch");
            /* Train.batch finally (spec.lua:8) */
            Train_finally_batch(s);
            if (st) break;
        }
        st = loopc_propagate(&s->loopc, st, "Train", "Fit.on_epoch");
        if (st) break;
    }
Fit_ended:
    if (!st) st = loopc_ended(&s->loopc, AT_Fit_END);
    return st;
}

/* The same run, watched: --timings and --trace run this one. Places are numbered as in their
 * table. */

static int digits_instrumented(void *state)
{
    struct digits *const s = state;
    int st = LOOPC_OK;

    switch (s->loopc.resume_at) { /* AT_START, or where a resumed run was saved */
    case AT_Fit:
        s->loopc.resume_at = AT_START;
        goto Fit_resumed;
    case AT_Train:
        s->loopc.resume_at = AT_START;
        goto Train_resumed;
    case AT_Fit_END:
        s->loopc.resume_at = AT_START;
        if (s->Fit.iteration < 20) goto Fit_resumed;
        goto Fit_ended;
    }

    loopc_enter(&s->loopc, 0);
    for (s->Fit.iteration = 0; s->Fit.iteration < 20; s->Fit.iteration++, s->Fit.total++) {
        if ((st = loopc_poll(&s->loopc, AT_Fit))) break;
    Fit_resumed:
        /* Fit.epoch (spec.lua:1) */
        loopc_enter(&s->loopc, 1);
        loopc_enter(&s->loopc, 2);
        s->Train.times = (int64_t)((s->data.rows + 31) / 32);
        for (s->Train.iteration = 0; s->Train.iteration < s->Train.times;
             s->Train.iteration++, s->Train.total++, loopc_report(&s->loopc, "Train")) {
            if ((st = loopc_poll(&s->loopc, AT_Train))) break;
        Train_resumed:
            /* Train.batch (spec.lua:5), on Fit.on_epoch */
            loopc_enter(&s->loopc, 3);
            loopc_at(&s->loopc, 4);
            Train_before_batch(s);
            loopc_at(&s->loopc, 5);
            Train_on_batch(s);
            loopc_at(&s->loopc, 6);
            st = loopc_propagate(&s->loopc, guard_after_batch(s), "guard", "Train.after_batch");
            /* Train.batch finally (spec.lua:8) */
            loopc_at(&s->loopc, 7);
            Train_finally_batch(s);
            loopc_leave(&s->loopc, 3);
            if (st) break;
        }
        st = loopc_propagate(&s->loopc, st, "Train", "Fit.on_epoch");
        loopc_leave(&s->loopc, 2);
        loopc_leave(&s->loopc, 1);
        if (st) break;
    }
Fit_ended:
    if (!st) st = loopc_ended(&s->loopc, AT_Fit_END);
    if (st) return st;
    loopc_leave(&s->loopc, 0);
    return st;
}

/* What a run that is resumed evaluates again: bounds that nothing but options decides; and
 * whether a loop that had come to its end has more to do. */
static bool digits_reevaluate(void *state, int at)
{
    struct digits *const s = state;

    s->Fit.times = 20;
    switch (at) {
    case AT_Fit_END:
        return s->Fit.iteration < 20;
    default:
        return false;
    }
}

static void digits_defaults(void *state)
{
    struct digits *const s = state;

    s->Fit.times = 20;
}

static int digits_prepare(void *state)
{
    struct digits *const s = state;
    struct loopc_rng net_rng;

    loopc_rng_seed(&net_rng, s->loopc.seed, "net");
    net_init(&s->net, &net_rng);
    return LOOPC_OK;
}

static const struct loopc_dataset_options data_options = {
    .scale = LOOPC_SCALE_MAX, .columns = 64, .required = true};

/* Every field, for the command line, metrics, progress, trace and checkpoints. */
static const struct loopc_field fields[] = {
    {.name = "data",
     .flag = "data",
     .type = LOOPC_DATASET,
     .offset = offsetof(struct digits, data),
     .count = 1,
     .flags = LOOPC_OPTION,
     .dataset = &data_options},
    {.name = "seen", .type = LOOPC_U64, .offset = offsetof(struct digits, seen), .count = 1},
    {.name = "net.layers.0.weight",
     .type = LOOPC_F32,
     .offset = offsetof(struct digits, net.w0),
     .count = 4096,
     .panels = true,
     .rank = 2,
     .dims = {64, 64}},
    {.name = "net.layers.0.bias",
     .type = LOOPC_F32,
     .offset = offsetof(struct digits, net.b0),
     .count = 64},
    {.name = "net.layers.1.weight",
     .type = LOOPC_F32,
     .offset = offsetof(struct digits, net.w1),
     .count = 640,
     .panels = true,
     .rank = 2,
     .dims = {10, 64}},
    {.name = "net.layers.1.bias",
     .type = LOOPC_F32,
     .offset = offsetof(struct digits, net.b1),
     .count = 10},
    {.name = "adam.step",
     .type = LOOPC_I64,
     .offset = offsetof(struct digits, adam.step),
     .count = 1},
    {.name = "adam.layers.0.weight.m",
     .type = LOOPC_F32,
     .offset = offsetof(struct digits, adam.mw0),
     .count = 4096,
     .panels = true,
     .rank = 2,
     .dims = {64, 64}},
    {.name = "adam.layers.0.weight.v",
     .type = LOOPC_F32,
     .offset = offsetof(struct digits, adam.vw0),
     .count = 4096,
     .panels = true,
     .rank = 2,
     .dims = {64, 64}},
    {.name = "adam.layers.0.bias.m",
     .type = LOOPC_F32,
     .offset = offsetof(struct digits, adam.mb0),
     .count = 64},
    {.name = "adam.layers.0.bias.v",
     .type = LOOPC_F32,
     .offset = offsetof(struct digits, adam.vb0),
     .count = 64},
    {.name = "adam.layers.1.weight.m",
     .type = LOOPC_F32,
     .offset = offsetof(struct digits, adam.mw1),
     .count = 640,
     .panels = true,
     .rank = 2,
     .dims = {10, 64}},
    {.name = "adam.layers.1.weight.v",
     .type = LOOPC_F32,
     .offset = offsetof(struct digits, adam.vw1),
     .count = 640,
     .panels = true,
     .rank = 2,
     .dims = {10, 64}},
    {.name = "adam.layers.1.bias.m",
     .type = LOOPC_F32,
     .offset = offsetof(struct digits, adam.mb1),
     .count = 10},
    {.name = "adam.layers.1.bias.v",
     .type = LOOPC_F32,
     .offset = offsetof(struct digits, adam.vb1),
     .count = 10},
    {.name = "Fit.iteration",
     .type = LOOPC_I64,
     .offset = offsetof(struct digits, Fit.iteration),
     .count = 1,
     .flags = LOOPC_COUNTER,
     .doc = "iterations completed since entry"},
    {.name = "Fit.total",
     .type = LOOPC_I64,
     .offset = offsetof(struct digits, Fit.total),
     .count = 1,
     .flags = LOOPC_COUNTER,
     .doc = "iterations completed since the program first started"},
    {.name = "Fit.times",
     .type = LOOPC_I64,
     .offset = offsetof(struct digits, Fit.times),
     .count = 1,
     .flags = LOOPC_COUNTER,
     .doc = "iterations to do, since entry"},
    {.name = "Train.iteration",
     .type = LOOPC_I64,
     .offset = offsetof(struct digits, Train.iteration),
     .count = 1,
     .flags = LOOPC_COUNTER,
     .doc = "iterations completed since entry"},
    {.name = "Train.total",
     .type = LOOPC_I64,
     .offset = offsetof(struct digits, Train.total),
     .count = 1,
     .flags = LOOPC_COUNTER,
     .doc = "iterations completed since the program first started"},
    {.name = "Train.times",
     .type = LOOPC_I64,
     .offset = offsetof(struct digits, Train.times),
     .count = 1,
     .flags = LOOPC_COUNTER,
     .doc = "iterations to do, since entry"},
    {.name = "Train.x",
     .type = LOOPC_F32,
     .offset = offsetof(struct digits, Train.x),
     .count = 2048},
    {.name = "Train.y", .type = LOOPC_I32, .offset = offsetof(struct digits, Train.y), .count = 32},
    {.name = "Train.rows",
     .type = LOOPC_I32,
     .offset = offsetof(struct digits, Train.rows),
     .count = 1},
    {.name = "Train.loss",
     .type = LOOPC_F32,
     .offset = offsetof(struct digits, Train.loss),
     .count = 1,
     .flags = LOOPC_REPORT,
     .report_in = "Train"},
};

/* The nets, and the data sets whose rows they read. */
static const struct loopc_feed net_feeds[] = {
    {.data = "data", .answers = LOOPC_ANSWERS_LABELS, .learns = true},
};
static const struct loopc_net nets[] = {
    {.name = "net",
     .activation = "relu",
     .output = "softmax",
     .loss = "cross_entropy",
     .layers = 2,
     .inputs = 64,
     .outputs = 10,
     .data = "data",
     .feeds = net_feeds,
     .feed_count = 1},
};

/* The places of the run, for --timings and --trace. */
static const struct loopc_trace_point places[] = {
    {"Fit", NULL, -1, 'l'},
    {"Fit.epoch", NULL, 0, 'p'},
    {"Train", "Fit.on_epoch", 1, 'l'},
    {"Train.batch", "Fit.on_epoch", 2, 'p'},
    {"Train.before_batch", "Fit.on_epoch", 3, 's'},
    {"Train.on_batch", "Fit.on_epoch", 3, 's'},
    {"guard.after_batch", "Train.after_batch", 3, 's'},
    {"Train.finally_batch", "Fit.on_epoch", 3, 's'},
};

/* The positions of the run by name, as checkpoints have them. */
static const char *const positions[] = {
    [AT_START] = "start",
    [AT_Fit] = "Fit",
    [AT_Fit_END] = "the end of Fit",
    [AT_Train] = "Train on Fit.on_epoch",
};

static const struct loopc_program program = {
    .name = "digits",
    .size = sizeof(struct digits),
    .fields = fields,
    .field_count = sizeof fields / sizeof fields[0],
    .trace_points = places,
    .trace_point_count = sizeof places / sizeof places[0],
    .resume_points = positions,
    .resume_point_count = sizeof positions / sizeof positions[0],
    .reevaluate = digits_reevaluate,
    .nets = nets,
    .net_count = sizeof nets / sizeof nets[0],
    .threads = true,
    .model = loopc_model_main,
    .defaults = digits_defaults,
    .prepare = digits_prepare,
    .run = digits_run,
    .run_instrumented = digits_instrumented,
};

int main(int argc, char **argv)
{
    return loopc_main(&program, argc, argv);
}
