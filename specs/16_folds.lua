-- K-fold cross-validation: a loop around a training, which reads its result.
--
-- Each fold is held back once while a net learns from the others. `result` names the field that the end of a training sets; the body
-- behind the place of the loop reads it as $Fit.accuracy. A loop that is inserted on several nodes has a result at each of them,
-- so that an ensemble or a comparison needs no fields of its own to carry them about.
--
--     loopc run 16_folds.lua
--     loopc run 16_folds.lua -- --epochs 5
--     loopc run 16_folds.lua -- --metrics m.jsonl    a line for each training, with its result
--
-- Try: a second training on another node of Folds, with another rate, and the difference of both results.

local moons = require "lib.moons"

local FOLDS, ROWS, BATCH = 5, 200, 20
local HELD = ROWS // FOLDS -- rows of a fold

local Folds = loop "Folds" {
    times = FOLDS,
    state = { points = rng {}, sum = f64 { doc = "of the accuracies" }, squares = f64 { doc = "of the accuracies, too" } },
    before_run = node(0, [[ moons($points, ROWS, 0.25, $x, $labels); ]]),
    on_fold = node(1),
    after_fold = node(2, [[
        printf("fold %d: accuracy %.3f, loss %.4f\n", (int)$iteration + 1, (double)$Fit.accuracy, (double)$Fit.loss);
        $sum += (double)$Fit.accuracy;
        $squares += (double)$Fit.accuracy * (double)$Fit.accuracy;
    ]]),
    after_run = node(3, [[
        const double mean = $sum / (double)FOLDS;
        printf("mean %.3f, deviation %.3f\n", mean, sqrt(fmax($squares / (double)FOLDS - mean * mean, 0)));
    ]]),
}

-- A training from first weights; its end is measured on the fold that was held back.
local Fit = loop "Fit" {
    call_on = { Folds.on_fold },
    times = "$epochs",
    state = { epochs = i64 { 60, option = true, min = 1, doc = "epochs of each training" }, weights = rng {} },
    result = {
        accuracy = f32 { report = true, doc = "share of right answers on the fold held back" },
        loss = f32 { report = true, doc = "mean loss on it" },
    },
    before_run = node(0, [[
        net_init($net, $weights);
        memset($adam, 0, sizeof *$adam);
    ]]),
    on_epoch = node(1),
    after_run = node(2, [[
        const int64_t first = $Folds.iteration * HELD;
        net_forward($net, $x + 2 * first, HELD);
        $accuracy = (float)net_correct($net, $labels + first, HELD) / (float)HELD;
        $loss = net_loss($net, $labels + first, HELD);
    ]]),
}

-- The batches of an epoch: all rows but those of the fold.
local Train = loop "Train" {
    call_on = { Fit.on_epoch },
    times = (ROWS - HELD) // BATCH,
    on_batch = node(1, [[
        const int64_t first = (($Folds.iteration + 1) * HELD + $iteration * BATCH) % ROWS;
        net_train($net, $adam, $x + 2 * first, $labels + first, BATCH, 0.02f);
    ]]),
}

return trainer "folds" {
    doc = "Five-fold cross-validation of a net that tells two half-moons apart.",
    code = moons.code .. ("\nenum { FOLDS = %d, ROWS = %d, BATCH = %d, HELD = %d };"):format(FOLDS, ROWS, BATCH, HELD),
    state = {
        x = f32[ROWS * 2],
        labels = i32[ROWS],
        net = mlp { 2, 16, 2, activation = "tanh", batch = HELD, inputs_from = false },
        adam = optimizer { "adam", net = "net" },
    },
    Folds, Fit, Train,
}
