-- @NAME@: fits a line to points, to begin with.
--
--   loopc run @NAME@.lua                        builds it and runs it
--   loopc run @NAME@.lua -- --epochs 5 --help   flags after -- go to the program
--   loopc explain @NAME@.lua                    the order in which everything runs
--   loopc gen @NAME@.lua                        the C that it becomes

-- A loop has nodes: <prefix>_<phase> = node(order, body). Prefixes are before, on, after, failed and finally; the order
-- is the place of a node in its loop; a body is C, in which $name is a field (a number is an lvalue, all else a pointer).
local Fit = loop "Fit" {
    times = "$epochs",
    after_epoch = node(2, [[
        printf("y = %.3f x %+.3f, loss %.4f\n", (double)$slope, (double)$offset, (double)$loss);
    ]]),

    -- An event: nothing happens here by itself, but the loop Step below is inserted at it.
    on_epoch = node(1),
}

-- A step of stochastic gradient descent; the fields of `batch` are zero at the start of every iteration.
local Step = loop "Step" {
    call_on = { Fit.on_epoch },
    times = "$points",
    batch = { x = f32(0), y = f32(0), error = f32(0) },

    before_step = node(1, [[
        $x = loopc_rng_f32($noise);
        $y = 3 * $x - 1 + 0.1f * (float)loopc_rng_normal($noise);
    ]]),
    on_step = node(2, [[
        $error = $slope * $x + $offset - $y;
        $slope -= $eta * $error * $x;
        $offset -= $eta * $error;
    ]]),
    after_step = node(3, [[
        $loss += 0.01f * ($error * $error - $loss);
        if (!($loss < 1e6f)) $fail("the loss is %g: the learning rate %g is too high", (double)$loss, (double)$eta);
    ]]),
}

-- Fields of the trainer live as long as the run. `option` makes a flag of one, which `min` and `max` bound; `report` shows it
-- while it runs.
return trainer "@NAME@" {
    Fit, Step,
    doc = "fits a line to noisy points",
    state = {
        epochs = i64 { 20, option = true, min = 0, doc = "passes over the points" },
        points = i64 { 100, option = true, min = 1, doc = "points a pass" },
        eta = f32 { 0.1, option = true, doc = "learning rate" },
        slope = f32(0),
        offset = f32(0),
        loss = f32 { 0, report = true, doc = "running mean of the squared error" },
        noise = rng(),
    },
}
