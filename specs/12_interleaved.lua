-- Training with a validation pass every so often, and a look at a file: three programs that take turns.
--
-- WEAVE(1, ...) gives a step to each of its elements in turn until one of them has finished. The training is that one; a LOOP
-- validates whenever EVERY batches have gone by, another one looks whether the file --stop-file is there and then ends
-- the training. Each is written as if it were alone.
--
--     loopc run 12_interleaved.lua
--     touch stop; loopc run 12_interleaved.lua -- --stop-file stop
--     loopc run 12_interleaved.lua --step -- --steps 1000
--
-- Try: a POPEN as a fourth element, a program that runs beside the training.

local moons = require "lib.moons"

local ROWS, VALID, EVERY = 16, 400, 100

local Train = REPEAT { "$batches", CALL { name = "train", [[
    moons($points, ROWS, 0.15, $x, $labels);
    $loss = net_train($net, $adam, $x, $labels, ROWS, $eta);
]] }, counter = "batch" }

-- One step when there is nothing to do, three when it is time.
local Validate = LOOP(CHOOSE("$batch >= $next", {
    CALL { name = "wait", [[ /* not yet */ ; ]] },
    SEQ {
        CALL { name = "validate", [[ moons($validation, VALID, 0.15, $valid_x, $valid_labels); net_forward($net, $valid_x, VALID); ]] },
        CALL { name = "judge", [[ $accuracy = (float)net_correct($net, $valid_labels, VALID) / (float)VALID; $next += EVERY; ]] },
        PRINT("batch %5d  loss %.4f  accuracy %.3f\n", "batch", "loss", "accuracy"),
    },
}))

local Watch = LOOP(CALL { name = "watch", [[
    FILE *file = *$stop_file && $batch % 10 == 0 ? fopen($stop_file, "r") : NULL;
    if (file) {
        fclose(file);
        puts("the file is there: the end");
        $cancel();
    }
]] })

local Fit = loop "Fit" {
    on_fit = node(1, WEAVE(1, { Train, Validate, Watch })),
    finally_fit = node(2, [[ printf("%d batches\n", $batch); ]]),
}

return trainer "interleaved" {
    Fit,
    state = {
        eta = f32 { 0.02, option = true, doc = "learning rate" },
        batches = i32 { 500, option = true, doc = "how many batches" },
        stop_file = str { "", option = true, doc = "the training ends when there is such a file" },
        batch = i32(0), next = i32(0),
        points = rng(), validation = rng(),
        x = f32[ROWS * 2], labels = i32[ROWS],
        valid_x = f32[VALID * 2], valid_labels = i32[VALID],
        loss = f32 { report = true, doc = "mean loss of the batch" },
        accuracy = f32 { report = true, doc = "share of right answers" },
        net = mlp { 2, 32, 2, activation = "tanh", batch = VALID, init = "xavier" },
        adam = optimizer { "adam", net = "net" },
    },
    code = moons.code .. ("\nenum { ROWS = %d, VALID = %d, EVERY = %d };"):format(ROWS, VALID, EVERY),
    doc = "Trains, validates and looks at a file, in turns.",
}
