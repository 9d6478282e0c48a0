/* digits: a trainer, flattened from spec.lua
 * Made by loopc from spec.lua; change that, not this.
 *
 *   Fit (spec.lua:1): epoch, 20 times
 *   Train (spec.lua:2): batch, times ($data->rows + 31) / 32; on Fit.on_epoch
 *   guard (spec.lua:10): callback on Train.after_batch */
#include "loopc.h"

/* ---- Nets ---------------------------------------------------------------------------- */

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

/* ---- State --------------------------------------------------------------------------- */

/* The whole state of a run. */
struct digits {
    struct loopc_run loopc;    /* the runtime's own */
    struct loopc_dataset data; /* --data (spec.lua:14) */
    uint64_t seen;             /* spec.lua:14 */
    struct digits_net net;     /* spec.lua:15 */
    struct digits_adam adam;   /* spec.lua:15 */
    struct {
        /* iterations completed since entry, since the first start, to do since entry */
        int64_t iteration, total, times;
    } Fit;
    struct {
        /* iterations completed since entry, since the first start, to do since entry */
        int64_t iteration, total, times;
        float x[2048]; /* spec.lua:4 */
        int32_t y[32]; /* spec.lua:4 */
        int32_t rows;  /* spec.lua:4 */
        float loss;    /* spec.lua:4 */
    } Train;
};

/* ---- Bodies -------------------------------------------------------------------------- */

/* Train.before_batch (spec.lua:5) */
static LOOPC_NOINLINE void Train_before_batch(struct digits *s)
{
    s->Train.rows =
        loopc_dataset_take(&s->data, 0, s->Train.iteration * 32, 32, s->Train.x, s->Train.y);
}

/* Train.on_batch (spec.lua:6) */
static LOOPC_NOINLINE void Train_on_batch(struct digits *s)
{
    s->Train.loss = net_train(&s->net, &s->adam, s->Train.x, s->Train.y, s->Train.rows, 1e-3f);
}

/* guard.after_batch (spec.lua:11) */
static LOOPC_NOINLINE int guard_after_batch(struct digits *s)
{
    if (!isfinite(s->Train.loss))
        return loopc_fail(&s->loopc, "guard.after_batch", "the loss is %g", (double)s->Train.loss);
    return LOOPC_OK;
}

/* Train.finally_batch (spec.lua:8) */
static LOOPC_ALWAYS_INLINE void Train_finally_batch(struct digits *s)
{
    s->seen += (uint64_t)s->Train.rows;
}

/* ---- Run ----------------------------------------------------------------------------- */

/* Resume points: where a run can be saved and resumed, between two iterations of a loop. */
enum { AT_START, AT_Fit, AT_Fit_END, AT_Train };

/* Trace points: loops, phases and steps, as --timings and --trace know them. */
#define TRACE_POINTS(POINT)                                                                        \
    POINT(P_Fit, -1, 'l', "Fit", NULL)                                                             \
    POINT(P_Fit_epoch, P_Fit, 'p', "Fit.epoch", NULL)                                              \
    POINT(P_Train, P_Fit_epoch, 'l', "Train", "Fit.on_epoch")                                      \
    POINT(P_Train_batch, P_Train, 'p', "Train.batch", "Fit.on_epoch")                              \
    POINT(P_Train_before_batch, P_Train_batch, 's', "Train.before_batch", "Fit.on_epoch")          \
    POINT(P_Train_on_batch, P_Train_batch, 's', "Train.on_batch", "Fit.on_epoch")                  \
    POINT(P_guard_after_batch, P_Train_batch, 's', "guard.after_batch", "Train.after_batch")       \
    POINT(P_Train_finally_batch, P_Train_batch, 's', "Train.finally_batch", "Fit.on_epoch")
enum { TRACE_POINTS(LOOPC_TRACE_POINT_NAME) };

/* Every step in the order in which it happens. `st` is the pending status: a failure, or a signal
 * that has not reached its target yet. */

static LOOPC_ALWAYS_INLINE int digits_steps(struct digits *s, const bool instrumented)
{
    int st = LOOPC_OK;
    const int at = s->loopc.resume_at; /* AT_START, or where a resumed run was saved */

    s->loopc.resume_at = AT_START;
    switch (at) {
    case AT_Fit:
        goto Fit_resumed;
    case AT_Train:
        goto Train_resumed;
    case AT_Fit_END:
        if (s->Fit.iteration < 20) goto Fit_resumed;
        goto Fit_ended;
    default:
        break;
    }

    if (instrumented) loopc_enter(&s->loopc, P_Fit);
    for (s->Fit.iteration = 0; s->Fit.iteration < 20; s->Fit.iteration++, s->Fit.total++) {
        if ((st = loopc_poll(&s->loopc, AT_Fit)) == LOOPC_MORE) return LOOPC_MORE;
        if (st) break;
    Fit_resumed:
        /* Fit.epoch (spec.lua:1) */
        if (instrumented) loopc_enter(&s->loopc, P_Train);
        s->Train.times = (int64_t)((s->data.rows + 31) / 32);
        for (s->Train.iteration = 0; s->Train.iteration < s->Train.times;) {
            if ((st = loopc_poll(&s->loopc, AT_Train)) == LOOPC_MORE) return LOOPC_MORE;
            if (st) break;
        Train_resumed:
            /* Train.batch (spec.lua:5), on Fit.on_epoch */
            if (instrumented) loopc_at(&s->loopc, P_Train_before_batch);
            Train_before_batch(s);
            if (instrumented) loopc_at(&s->loopc, P_Train_on_batch);
            Train_on_batch(s);
            if (instrumented) loopc_at(&s->loopc, P_guard_after_batch);
            st = loopc_propagate(&s->loopc, guard_after_batch(s), "guard", "Train.after_batch");
            /* Train.batch finally (spec.lua:8) */
            if (instrumented) loopc_at(&s->loopc, P_Train_finally_batch);
            Train_finally_batch(s);
            if (instrumented) loopc_leave(&s->loopc, P_Train_batch);
            if (st) break;
            s->Train.iteration++;
            s->Train.total++;
            loopc_report(&s->loopc, "Train");
        }
        if ((st = loopc_propagate(&s->loopc, st, "Train", "Fit.on_epoch"))) break;
        if (instrumented) loopc_leave(&s->loopc, P_Fit_epoch);
    }
Fit_ended:
    if (!st) st = loopc_ended(&s->loopc, AT_Fit_END);
    return st;
}

static int digits_run(void *state)
{
    return digits_steps(state, false);
}

static int digits_run_instrumented(void *state)
{
    return digits_steps(state, true);
}

/* Called on resume: evaluates anew the bounds of loops that depend on options only; returns
 * whether a finished loop now has iterations left. */
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

/* ---- Tables -------------------------------------------------------------------------- */

static const struct loopc_dataset_options data_options = {
    .scale = LOOPC_SCALE_MAX, .columns = 64, .required = true};

/* Every field, for the command line, metrics, progress, trace and checkpoints. */
static const struct loopc_field fields[] = {
    {LOOPC_FIELD(digits, data, DATASET), .flag = "data", .flags = LOOPC_OPTION,
     .dataset = &data_options},
    {LOOPC_FIELD(digits, seen, U64)},
    {LOOPC_MATRIX("net.layers.0.weight", digits, net.w0, 64, 64)},
    {LOOPC_NAMED("net.layers.0.bias", digits, net.b0, F32, 64)},
    {LOOPC_MATRIX("net.layers.1.weight", digits, net.w1, 10, 64)},
    {LOOPC_NAMED("net.layers.1.bias", digits, net.b1, F32, 10)},
    {LOOPC_FIELD(digits, adam.step, I64)},
    {LOOPC_MATRIX("adam.layers.0.weight.m", digits, adam.mw0, 64, 64)},
    {LOOPC_MATRIX("adam.layers.0.weight.v", digits, adam.vw0, 64, 64)},
    {LOOPC_NAMED("adam.layers.0.bias.m", digits, adam.mb0, F32, 64)},
    {LOOPC_NAMED("adam.layers.0.bias.v", digits, adam.vb0, F32, 64)},
    {LOOPC_MATRIX("adam.layers.1.weight.m", digits, adam.mw1, 10, 64)},
    {LOOPC_MATRIX("adam.layers.1.weight.v", digits, adam.vw1, 10, 64)},
    {LOOPC_NAMED("adam.layers.1.bias.m", digits, adam.mb1, F32, 10)},
    {LOOPC_NAMED("adam.layers.1.bias.v", digits, adam.vb1, F32, 10)},
    {LOOPC_FIELD(digits, Fit.iteration, I64), .flags = LOOPC_COUNTER},
    {LOOPC_FIELD(digits, Fit.total, I64), .flags = LOOPC_COUNTER},
    {LOOPC_FIELD(digits, Fit.times, I64), .flags = LOOPC_COUNTER},
    {LOOPC_FIELD(digits, Train.iteration, I64), .flags = LOOPC_COUNTER},
    {LOOPC_FIELD(digits, Train.total, I64), .flags = LOOPC_COUNTER},
    {LOOPC_FIELD(digits, Train.times, I64), .flags = LOOPC_COUNTER},
    {LOOPC_ARRAY(digits, Train.x, F32, 2048)},
    {LOOPC_ARRAY(digits, Train.y, I32, 32)},
    {LOOPC_FIELD(digits, Train.rows, I32)},
    {LOOPC_FIELD(digits, Train.loss, F32), .flags = LOOPC_REPORT, .report_in = "Train"},
};

/* The nets, and the data sets whose rows they read. */
static const struct loopc_feed net_feeds[] = {
    {.data = "data", .answers = LOOPC_ANSWERS_LABELS, .learns = true, .unweighed = "net_train"},
};
static const struct loopc_net nets[] = {
    {"net", "relu", "softmax", "cross_entropy", .layers = 2, .inputs = 64, .outputs = 10,
     .data = "data", LOOPC_TABLE(feeds, feed_count, net_feeds)},
};

static const struct loopc_trace_point trace_points[] = {TRACE_POINTS(LOOPC_TRACE_POINT)};

/* The resume points by name, as checkpoints have them. */
static const char *const resume_points[] = {
    [AT_START] = "start",
    [AT_Fit] = "Fit",
    [AT_Fit_END] = "the end of Fit",
    [AT_Train] = "Train on Fit.on_epoch",
};

static const struct loopc_program program = {
    .name = "digits",
    .size = sizeof(struct digits),
    LOOPC_TABLE(fields, field_count, fields),
    LOOPC_TABLE(trace_points, trace_point_count, trace_points),
    LOOPC_TABLE(resume_points, resume_point_count, resume_points),
    .reevaluate = digits_reevaluate,
    LOOPC_TABLE(nets, net_count, nets),
    .threads = true,
    .model = loopc_model_main,
    .prepare = digits_prepare,
    .defaults = digits_defaults,
    .run = digits_run,
    .run_instrumented = digits_run_instrumented,
};

int main(int argc, char **argv)
{
    return loopc_main(&program, argc, argv);
}
