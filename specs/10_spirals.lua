-- The demo: a net learns to tell two spirals apart, and shows its answer for every point of the plane.
--
-- All of loopc in one file: data made from streams of random numbers, training and validation from one Lua function, a
-- learning rate that falls, a loop that is skipped until the end, and a picture in the terminal, which is a loop, too.
--
--     loopc run 10_spirals.lua
--     loopc run 10_spirals.lua -- --live              a picture after every epoch: watch the net learn
--     loopc run 10_spirals.lua -- --turns 3           harder: --epochs 300 helps
--     loopc run 10_spirals.lua -- --timings           where the time goes
--     NO_COLOR=1 loopc run 10_spirals.lua             in plain characters
--
-- Try: relu for tanh (corners!); layers of eight; --noise 0.5.

local picture = require "lib.picture"
local spirals = require "lib.spirals"

local ROWS = 64 -- of a batch
local WIDTH, DOTS = 64, 300 -- pixels of the picture, each way; points in it

local Fit = loop "Fit" {
    times = "$epochs",
    state = {
        epochs = i32 { 100, option = true, doc = "how many epochs" },
        plane = f32[64 * 64] { show = "image", rows = 64, low = -6, high = 6, over = "batch", doc = "which spiral each place is of" },
        batch = f32[64][3] { show = "points", doc = "the points of the newest batch" },
    },
    draw = [[
        float places[2 * WIDTH * 2];
        for (int line = 0; line < WIDTH; line += 2) {
            for (int i = 0; i < 2 * WIDTH; i++) {
                places[2 * i] = picture_place(i % WIDTH, WIDTH, 6);
                places[2 * i + 1] = -picture_place(line + i / WIDTH, WIDTH, 6);
            }
            const float *p = net_forward($net, places, 2 * WIDTH);
            for (int i = 0; i < 2 * WIDTH; i++)
                $plane[line * WIDTH + i] = 2 * p[2 * i + 1] - 1;
        }
        for (int i = 0; i < ROWS; i++) {
            memcpy($batch[i], $Train.x + 2 * i, 2 * sizeof(float));
            $batch[i][2] = (float)$Train.labels[i];
        }
    ]],
    before_epoch = node(1, [[ $eta = $peak * (1 - (float)$iteration / (float)$epochs); ]]),
    on_epoch = node(2),
    after_epoch = node(3),
    on_picture = node(4),
    after_run = node(5, [[ printf("accuracy %.4f on fresh points\n", $Valid.accuracy); ]]),
}

-- A pass over `batches` batches, after the node `on`; `use` is C for one batch: it sets $cost.
local function pass(name, on, batches, use)
    return loop(name) {
        call_on = { on },
        times = batches,
        state = {
            points = rng { doc = "the stream of its points" },
            x = f32[ROWS * 2],
            labels = i32[ROWS],
            loss = f32 { report = true, doc = "mean loss of the pass so far" },
            accuracy = f32 { doc = "share of right answers so far" },
        },
        batch = { cost = f32 { doc = "mean loss of the batch" } },
        on_sample = node(1, [[ spirals($points, ROWS, $turns, $noise, $x, $labels); ]]),
        on_batch = node(2, use),
        after_batch = node(3, [[
            const float right = (float)net_correct($net, $labels, ROWS) / (float)ROWS, n = (float)$iteration + 1;
            $loss += ($cost - $loss) / n;
            $accuracy += (right - $accuracy) / n;
        ]]),
    }
end

local Train = pass("Train", Fit.on_epoch, 100, [[ $cost = net_train($net, $adam, $x, $labels, ROWS, $eta); ]])

local Valid = pass("Valid", Fit.after_epoch, 50, [[
    net_forward($net, $x, ROWS);
    $cost = net_loss($net, $labels, ROWS);
]])

-- The output of the net at each pixel, two rows of pixels an iteration, with some points as dots. With --live each
-- picture is drawn over the one before; without, all but the last are skipped.
local Picture = loop "Picture" {
    call_on = { Fit.on_picture },
    skip = "!$live && $Fit.iteration + 1 < $epochs",
    times = WIDTH // 2,
    state = {
        live = bool { option = true, doc = "a picture after every epoch" },
        points = rng { doc = "the stream of the dots" },
        x = f32[DOTS * 2],
        labels = i32[DOTS],
        dots = f32[WIDTH * WIDTH] { doc = "0, or -1 or 2 for a dot of spiral 0 or 1" },
    },
    before_run = node(0, [[
        if ($total > 0)
            picture_up(WIDTH / 2);
        else
            spirals($points, DOTS, $turns, $noise, $x, $labels);
        for (int i = 0; i < DOTS; i++) {
            const int column = picture_pixel($x[2 * i], WIDTH, 6), row = picture_pixel(-$x[2 * i + 1], WIDTH, 6);
            $dots[row * WIDTH + column] = $labels[i] ? 2 : -1;
        }
    ]]),
    on_line = node(1, [[
        const float *dots = $dots + 2 * WIDTH * $iteration;
        float places[2 * WIDTH * 2], pixels[2 * WIDTH];
        for (int i = 0; i < 2 * WIDTH; i++) {
            places[2 * i] = picture_place(i % WIDTH, WIDTH, 6);
            places[2 * i + 1] = -picture_place(2 * (int)$iteration + i / WIDTH, WIDTH, 6);
        }
        const float *p = net_forward($net, places, 2 * WIDTH);
        for (int i = 0; i < 2 * WIDTH; i++)
            pixels[i] = dots[i] != 0 ? dots[i] : p[2 * i + 1];
        picture_line(pixels, pixels + WIDTH, WIDTH);
    ]]),
    after_run = node(2, [[ fflush(stdout); ]]),
}

return trainer "spirals" {
    doc = "Tells two spirals apart, and draws what it has learned.",
    include = picture.include,
    code = picture.code .. "\n" .. spirals.code .. ("\nenum { ROWS = %d, WIDTH = %d, DOTS = %d };"):format(ROWS, WIDTH, DOTS),
    state = {
        turns = f32 { 2, option = true, doc = "how often a spiral winds around" },
        noise = f32 { 0.1, option = true, doc = "deviation of the points from their spiral" },
        peak = f32 { 0.02, option = true, doc = "the learning rate to begin with" },
        eta = f32 { doc = "learning rate of the epoch" },
        net = mlp { 2, 32, 32, 2, activation = "tanh", batch = 2 * WIDTH },
        adam = optimizer { "adam", net = "net" },
    },
    Fit, Train, Valid, Picture,
}
