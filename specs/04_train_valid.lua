-- Training and validation: two loops that resemble each other, made by one Lua function.
--
-- Lua is the macro language of a spec. `pass` below makes a loop over batches; the use of a batch is an
-- argument, everything else (drawing the points, the running mean of the loss, the count of right answers) is shared.
-- Train and Valid have the same fields, each its own: $loss is the one of the pass around it, elsewhere it is
-- $Train.loss or $Valid.loss.
--
--     loopc run 04_train_valid.lua
--     loopc run 04_train_valid.lua -- --epochs 30 --eta 0.003 --seed 7
--     loopc run 04_train_valid.lua -- --metrics m.jsonl     the reported fields of every batch, as JSON lines
--
-- Try: a third pass, Test, after the run (call_on = { Fit.after_run }); a smaller net; more noise.

local moons = require "lib.moons"

local ROWS = 32 -- of a batch

local Fit = loop "Fit" {
    times = "$epochs",
    state = {
        epochs = i32 { 10, option = true, doc = "how many epochs" },
        confusion = f32[2][2] { show = "image", rows = 2, doc = "answers to the newest valid points: moons down, answers across" },
    },
    draw = [=[
        memset($confusion, 0, sizeof $confusion);
        net_forward($net, $Valid.x, ROWS);
        for (int32_t r = 0; r < ROWS; r++) $confusion[$Valid.labels[r]][net_argmax($net, r)]++;
    ]=],
    on_train = node(1),
    on_valid = node(2),
    on_report = node(3, [[
        printf("epoch %2d  train loss %.4f accuracy %.3f  valid loss %.4f accuracy %.3f\n", (int)$iteration + 1,
               $Train.loss, $Train.accuracy, $Valid.loss, $Valid.accuracy);
    ]]),
}

-- A pass over `batches` batches, after the node `on`; `begin` is C for its start, `use` for each batch: it sets $cost.
local function pass(name, on, batches, begin, use)
    return loop(name) {
        call_on = { on },
        times = batches,
        state = {
            points = rng { doc = "the stream of its points" },
            x = f32[ROWS * 2],
            labels = i32[ROWS],
            loss = f32 { report = true, doc = "mean loss of the pass so far" },
            accuracy = f32 { report = true, doc = "share of right answers so far" },
        },
        batch = { cost = f32 { doc = "mean loss of the batch" } },

        before_run = node(0, begin),
        on_sample = node(1, [[ moons($points, ROWS, 0.15, $x, $labels); ]]),
        on_batch = node(2, use),
        after_batch = node(3, [[
            const float right = (float)net_correct($net, $labels, ROWS) / (float)ROWS, n = (float)$iteration + 1;
            $loss += ($cost - $loss) / n;
            $accuracy += (right - $accuracy) / n;
        ]]),
    }
end

-- Fresh points in every batch.
local Train = pass("Train", Fit.on_train, 50, nil, [[
    $cost = net_train($net, $adam, $x, $labels, ROWS, $eta);
]])

-- The same points in every epoch: its stream begins anew.
local Valid = pass("Valid", Fit.on_valid, 20, [[
    loopc_rng_seed($points, $loopc->seed, "Valid.points");
]], [[
    net_forward($net, $x, ROWS);
    $cost = net_loss($net, $labels, ROWS);
]])

return trainer "train_valid" {
    doc = "Tells two half-moons apart.",
    code = moons.code .. ("\nenum { ROWS = %d };"):format(ROWS),
    state = {
        eta = f32 { 0.01, option = true, settable = true, doc = "learning rate" },
        net = mlp { 2, 16, 2, activation = "tanh", batch = ROWS },
        adam = optimizer { "adam", net = "net" },
    },
    Fit, Train, Valid,
}
