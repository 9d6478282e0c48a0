-- A learning rate schedule: warmup in a straight line, then down along a cosine.
--
-- Train only reads $eta. The schedule is a callback that sets it before each step, so that it can be taken out,
-- exchanged, or used elsewhere without a change to the loop. It has the order 1, for other insertions on before_step
-- should find the rate as it will be used.
--
--     loopc run 07_schedule.lua
--     loopc run 07_schedule.lua -- --warmup 0 --floor 0.1 --peak 0.1     a constant rate: how much is lost?
--     loopc run 07_schedule.lua -- --peak 1                              too much: warmup alone does not save it
--     loopc run 07_schedule.lua -- --trace --updates 3                     where $eta changes, step by step
--
-- Try: steps (halve the rate every 100); a rate that falls when the loss does not.

local moons = require "lib.moons"

local ROWS = 16

local Train = loop "Train" {
    times = "$updates",
    state = {
        updates = i32 { 600, option = true, doc = "how many updates of the weights" },
        points = rng { doc = "the stream of all points" },
        x = f32[ROWS * 2],
        labels = i32[ROWS],
        loss = f32 { report = true, doc = "mean loss of the batch" },
        mean = f32 { report = true, doc = "the loss, smoothed" },
    },
    before_step = node(1),
    on_step = node(2, [[
        moons($points, ROWS, 0.15, $x, $labels);
        $loss = net_train($net, $adam, $x, $labels, ROWS, $eta);
        $mean += ($loss - $mean) * ($iteration == 0 ? 1 : 0.03f);
    ]]),
    on_report = node(3, [[
        if (($iteration + 1) % 25 == 0)
            printf("step %4d  loss %.4f  eta %.4f  %.*s\n", (int)$iteration + 1, $mean, $eta,
                   (int)fminf(40 * $eta / $peak + 0.5f, 40), "****************************************");
    ]]),
}

local schedule = callback "schedule" {
    order = 1,
    state = {
        floor = f32 { 0, option = true, doc = "learning rate at the end" },
        warmup = i32 { 50, option = true, doc = "steps up to the peak" },
    },
    before_step = [[
        const float n = (float)$iteration, warmup = (float)$warmup, rest = (float)($updates - $warmup);
        if (n < warmup)
            $eta = $peak * (n + 1) / warmup;
        else
            $eta = $floor + ($peak - $floor) * (1 + loopc_cosine(LOOPC_PI * (n - warmup) / rest)) / 2;
    ]],
}

return trainer "schedule" {
    doc = "A learning rate that rises, then falls along a cosine.",
    code = moons.code .. ("\nenum { ROWS = %d };"):format(ROWS),
    state = {
        peak = f32 { 0.1, option = true, doc = "the largest learning rate" },
        eta = f32 { report = true, doc = "learning rate of the step" },
        net = mlp { 2, 16, 2, activation = "tanh", batch = ROWS },
        adam = optimizer { "adam", net = "net" },
    },
    Train, schedule,
}
