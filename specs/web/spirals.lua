-- Spirals in a web page: the net of 10_spirals.lua, built with --target wasm32-wasi (build.sh), trains in the browser.
--
-- An epoch is 20 batches and the answers of the net for every place of the plane, which the page draws.

local spirals = require "lib.spirals"

local ROWS = 64 -- of a batch
local WIDTH = 64 -- places of the picture, each way

local Fit = loop "Fit" {
    times = "INT64_MAX",
    state = {
        eta = f32 { 0.01, doc = "learning rate" },
        turns = f32 { 1.75, doc = "of each arm" },
        noise = f32 { 0.1, doc = "standard deviation of the points" },
        plane = f32[WIDTH * WIDTH] { doc = "which spiral each place is of, -1 to 1, row by row from the top" },
    },
    on_epoch = node(1),
    on_picture = node(2),
}

local Train = loop "Train" {
    call_on = { Fit.on_epoch },
    times = 20,
    state = {
        points = rng { doc = "the stream of the points" },
        x = f32[ROWS * 2],
        labels = i32[ROWS],
        loss = f32 { doc = "of the newest batch" },
    },
    on_batch = node(1, [[
        spirals($points, ROWS, $turns, $noise, $x, $labels);
        $loss = net_train($net, $adam, $x, $labels, ROWS, $eta);
    ]]),
}

local Picture = loop "Picture" {
    call_on = { Fit.on_picture },
    times = "WIDTH",
    state = { places = f32[WIDTH * 2] },
    on_line = node(1, [[
        for (int i = 0; i < WIDTH; i++) {
            $places[2 * i] = (float)(2 * i + 1 - WIDTH) * 6 / WIDTH;
            $places[2 * i + 1] = (float)(WIDTH - 1 - 2 * (int)$iteration) * 6 / WIDTH;
        }
        const float *p = net_forward($net, $places, WIDTH);
        for (int i = 0; i < WIDTH; i++) $plane[(int)$iteration * WIDTH + i] = 2 * p[2 * i + 1] - 1;
    ]]),
}

return trainer "spirals" {
    Fit, Train, Picture,
    code = spirals.code .. ("\nenum { ROWS = %d, WIDTH = %d };"):format(ROWS, WIDTH),
    state = {
        net = mlp { 2, 32, 32, 2, activation = "tanh", batch = ROWS },
        adam = optimizer { "adam", net = "net" },
    },
}
