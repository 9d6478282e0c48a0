-- An ensemble: sixteen nets of one description, whose probabilities are averaged, and how well calibrated they are.
--
-- The nets differ in their first weights and in the order of their batches. Each alone is too sure of itself where points of both
-- classes are mixed; where they disagree their mean is not. The expected calibration error says so: answers are sorted into ten
-- bins by the probability of their class, and in each bin that is compared with the share of right ones (Guo et al., "On calibration
-- of modern neural networks", 2017). With replicas = 16 the nets learn side by side in the lanes of vectors: a step of all sixteen costs
-- little more than a few of one.
--
--     loopc run 26_ensemble.lua
--     loopc run 26_ensemble.lua -- --seed 2 --epochs 400      the longer they learn by heart, the surer they are
--
-- Try: other sizes of MEMBERS; label_smoothing = 0.1; weight_decay = 0.01 with "adamw".

local moons = require "lib.moons"

local MEMBERS, ROWS, BATCH, TEST = 16, 160, 40, 2000

local Fit = loop "Fit" {
    times = "$epochs * (ROWS / BATCH)",
    state = {
        epochs = i32 { 150, option = true, min = 1, doc = "how many epochs" },
        points = rng {}, order = rng {},
        x = f32[ROWS * 2], labels = i32[ROWS],                          -- all rows
        some = f32[MEMBERS * BATCH * 2], answers = i32[MEMBERS * BATCH], -- a batch of each net
        rates = f32[MEMBERS] { 0.01 },
    },
    before_run = node(0, [[ moons($points, ROWS, 0.35, $x, $labels); ]]),
    before_batch = node(1, [[ draw($order, $x, $labels, $some, $answers); ]]),
    on_batch = node(2, [[ net_train($net, $adam, $some, $answers, BATCH, $rates); ]]),
    after_run = node(3),
}

local Test = loop "Test" {
    call_on = { Fit.after_run },
    times = TEST // BATCH,
    state = { x = f32[BATCH * 2], labels = i32[BATCH], alone = f64[31], together = f64[31] },
    before_batch = node(1, [[ moons($Fit.points, BATCH, 0.35, $x, $labels); ]]),
    on_batch = node(2, [[
        judge(net_mean($net, $x, BATCH), $labels, $together);
        const float *const all = net_forward($net, $x, BATCH);
        for (int m = 0; m < MEMBERS; m++) judge(all + m * BATCH * 2, $labels, $alone);
    ]]),
    after_run = node(3, [[
        report("one net", $alone, TEST * MEMBERS);
        report("all nets", $together, TEST);
    ]]),
}

return trainer "ensemble" {
    doc = "Sixteen nets, and what they are worth together.",
    code = moons.code .. ("\nenum { MEMBERS = %d, ROWS = %d, BATCH = %d, TEST = %d, BINS = 10 };"):format(MEMBERS, ROWS, BATCH, TEST) .. [=[

/* A batch of rows for each net, drawn with replacement: each sees others. */
static void draw(struct loopc_rng *order, const float *x, const int32_t *labels, float *some, int32_t *answers)
{
    for (int i = 0; i < MEMBERS * BATCH; i++) {
        const int32_t row = (int32_t)loopc_rng_below(order, ROWS);
        some[2 * i] = x[2 * row], some[2 * i + 1] = x[2 * row + 1];
        answers[i] = labels[row];
    }
}

/* Adds answers to sums: of each bin the answers, the right ones, their probabilities; last the logarithms of those of the labels. */
static void judge(const float *p, const int32_t *labels, double sums[3 * BINS + 1])
{
    for (int i = 0; i < BATCH; i++) {
        const int class = p[2 * i + 1] > p[2 * i];
        const double sure = (double)p[2 * i + class], label = (double)p[2 * i + labels[i]];
        const int bin = sure < 1.0 ? (int)(sure * (double)BINS) : BINS - 1;
        sums[3 * bin]++, sums[3 * bin + 1] += class == labels[i], sums[3 * bin + 2] += sure;
        sums[3 * BINS] -= loopc_ln(label > 1e-30 ? label : 1e-30);
    }
}

static void report(const char *who, const double sums[3 * BINS + 1], int count)
{
    double right = 0, apart = 0;
    for (int b = 0; b < BINS; b++) right += sums[3 * b + 1], apart += fabs(sums[3 * b + 1] - sums[3 * b + 2]);
    printf("%s: accuracy %.3f, loss %.3f, calibration error %.3f\n", who, right / count, sums[3 * BINS] / count, apart / count);
}
]=],
    state = {
        net = mlp { 2, 32, 32, 2, activation = "tanh", batch = BATCH, inputs_from = false, replicas = MEMBERS },
        adam = optimizer { "adam", net = "net" },
    },
    Fit, Test,
}
