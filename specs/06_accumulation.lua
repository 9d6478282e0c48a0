-- Gradient accumulation: a batch larger than memory would allow, taken in parts.
--
-- An update of the weights is a loop around smaller parts. The net keeps its gradients until they are cleared:
-- net_backward adds to them. So Update clears them, Part adds one part after the other, and the mean of all is stepped
-- along: the same update as with one large batch, but for the last digits of float sums.
--
--     loopc run 06_accumulation.lua                                   8 parts of 32 rows
--     loopc run 06_accumulation.lua -- --parts 1 --rows 256           one part of 256: the same losses
--     loopc run 06_accumulation.lua -- --parts 256 --rows 1           and again, row by row
--     loopc run 06_accumulation.lua -- --clip 0.1                     smaller steps where the gradient is steep
--
-- Try: a learning rate 8 times as large for --parts 1 --rows 32; is it as good?

local moons = require "lib.moons"

local ROOM = 256 -- rows that one part may have

local Update = loop "Update" {
    times = "$updates",
    state = {
        updates = i32 { 100, option = true, doc = "how many updates of the weights" },
        clip = f32 { 0, option = true, doc = "the largest norm of a gradient; 0: any" },
        loss = f32 { report = true, doc = "mean loss of all parts of the last update" },
    },
    before_update = node(1, [[
        net_zero_grad($net);
        $loss = 0;
    ]]),
    on_update = node(2),
    after_update = node(3, [[
        net_scale_grad($net, 1 / (float)$parts);
        if ($clip > 0) net_clip_grad($net, $clip);
        adam_step($adam, $net, $eta);
    ]]),
    on_report = node(4, [[
        if (($iteration + 1) % 10 == 0) printf("update %3d  loss %.4f\n", (int)$iteration + 1, $loss);
    ]]),
}

local Part = loop "Part" {
    call_on = { Update.on_update },
    times = "$parts",
    state = {
        points = rng { doc = "the stream of all points" },
        x = f32[ROOM * 2],
        labels = i32[ROOM],
    },
    on_sample = node(1, [[ moons($points, $rows, 0.15, $x, $labels); ]]),
    on_batch = node(2, [[
        net_forward($net, $x, $rows);
        $Update.loss += net_loss($net, $labels, $rows) / (float)$parts;
        net_backward($net, $rows);
    ]]),
}

return trainer "accumulation" {
    doc = "One update of the weights from several small batches.",
    code = moons.code .. ("\nenum { ROOM = %d };"):format(ROOM),
    state = {
        rows = i32 { 32, option = true, min = 1, max = ROOM, doc = "rows of a part" },
        parts = i32 { 8, option = true, min = 1, doc = "parts of an update" },
        eta = f32 { 0.02, option = true, settable = true, doc = "learning rate" },
        net = mlp { 2, 16, 2, activation = "tanh", batch = ROOM },
        adam = optimizer { "adam", net = "net" },
    },
    Update, Part,
}
