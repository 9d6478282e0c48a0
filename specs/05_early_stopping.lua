-- Early stopping: training ends when validation has not become better for a while, and the best weights come back.
--
-- Forty blurred points are too few for this net: after some time it learns them by heart, and the validation loss rises
-- again. `patience` sees that. It is a callback, so that a trainer has it or has it not: it looks at each validation,
-- keeps a copy of the best weights, and ends the repetition with $stop(). after_run runs after a stop as it does after
-- the last epoch; there it puts the best weights back, in front of (order 5) the last measurement (order 10).
--
--     loopc run 05_early_stopping.lua
--     loopc run 05_early_stopping.lua -- --patience 1000      never stops: watch the validation loss climb
--     loopc run 05_early_stopping.lua -- --seed 2             other points, another end
--
-- Try: take `patience` out of the trainer's list; a minimum of epochs; the accuracy instead of the loss.

local moons = require "lib.moons"

local HIDDEN, TRAIN, VALID = 64, 40, 400
local WEIGHTS = HIDDEN * (2 + 1) + 2 * (HIDDEN + 1)

local Fit = loop "Fit" {
    times = "$epochs",
    state = {
        epochs = i32 { 1000, option = true, doc = "how many epochs at most" },
        points = rng { doc = "the stream of all points" },
        x = f32[TRAIN * 2],
        labels = i32[TRAIN],
        loss = f32 { report = true, doc = "mean loss of the training points, before the step" },
    },
    before_run = node(0, [[
        moons($points, TRAIN, 0.3, $x, $labels);
        moons($points, VALID, 0.3, $Valid.x, $Valid.labels);
    ]]),
    on_learn = node(1, [[ $loss = net_train($net, $adam, $x, $labels, TRAIN, $eta); ]]),
    on_valid = node(2),
    on_report = node(3, [[
        if ($iteration % 25 == 0)
            printf("epoch %4d  train loss %.4f  valid loss %.4f\n", (int)$iteration + 1, $loss, $Valid.loss);
    ]]),
    after_run = node(4),
    finally_run = node(5, [[ printf("the end: valid loss %.4f accuracy %.3f\n", $Valid.loss, $Valid.accuracy); ]]),
}

-- One loop at two places: after each epoch, and once more at the end.
local Valid = loop "Valid" {
    call_on = { Fit.on_valid, Fit.after_run },
    state = {
        x = f32[VALID * 2],
        labels = i32[VALID],
        loss = f32 { report = true, doc = "mean loss of the validation points" },
        accuracy = f32 { report = true, doc = "share of right answers" },
    },
    on_measure = node(1, [[
        net_forward($net, $x, VALID);
        $loss = net_loss($net, $labels, VALID);
        $accuracy = (float)net_correct($net, $labels, VALID) / (float)VALID;
    ]]),
}

local patience = callback "patience" {
    state = {
        patience = i32 { 50, option = true, doc = "epochs without an improvement before the end" },
        best = f32 { math.huge, doc = "the lowest validation loss so far" },
        epoch = i64 { doc = "the epoch that it is of" },
        weights = f32[WEIGHTS] { doc = "its weights" },
    },
    valid = [[
        if ($Valid.loss < $best) {
            $best = $Valid.loss;
            $epoch = $iteration;
            net_get_weights($net, $weights, WEIGHTS);
        }
        if ($iteration - $epoch >= $patience) $stop();
    ]],
    after_run = { order = 5, [[
        if ($best < INFINITY) {
            printf("back to epoch %d\n", (int)$epoch + 1);
            net_set_weights($net, $weights, WEIGHTS);
        }
    ]] },
}

return trainer "early_stopping" {
    doc = "Stops when validation no longer gets better.",
    code = moons.code .. ("\nenum { TRAIN = %d, VALID = %d, WEIGHTS = %d };"):format(TRAIN, VALID, WEIGHTS),
    state = {
        eta = f32 { 0.01, option = true, settable = true, doc = "learning rate" },
        net = mlp { 2, HIDDEN, 2, activation = "tanh", batch = VALID },
        adam = optimizer { "adam", net = "net" },
    },
    Fit, Valid, patience,
}
