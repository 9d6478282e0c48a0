-- loopc.lightning: a fit loop with validation, under the names of PyTorch Lightning.
--
-- fit_loop makes the loops (Fit: epochs, Train: batches, Validate: batches of validation) and asks for the bodies; limits,
-- progress counters and the reason why the training ended come with it. Everything else is a callback on its
-- hooks: `patience` below wants to end the training, which may happen once min_epochs epochs are done. What the library
-- makes is plain loops: `loopc gen` shows them, and gen/lib/lightning.lua is written as any spec is.
--
--     loopc run 13_fit_loop.lua
--     loopc run 13_fit_loop.lua -- --max-epochs 5
--     loopc run 13_fit_loop.lua -- --min-epochs 150                   should_stop has to wait
--     loopc run 13_fit_loop.lua -- --checkpoint saved --max-epochs 5  then continue with more of them:
--     loopc run 13_fit_loop.lua -- --checkpoint saved --max-epochs 50 --resume
--     loopc explain 13_fit_loop.lua                                   the order of everything; the hooks and their listeners
--
-- Try: parts = 2 (a training step for each half of a batch); every = 10 in validation; a learning rate that falls, in
-- on_train_epoch_start; another epoch loop: fit:replace { Train = lightning.epoch_loop { ... } }.

local lightning = require "loopc.lightning"
local moons = require "lib.moons"

local ROWS = 32 -- of a batch

local fit = lightning.fit_loop {
    max_epochs = 200,
    min_epochs = 10,
    batches = 20,
    train_state = {
        points = rng { doc = "the stream of the training points" },
        loss = f32 { report = true, doc = "loss of the batch" },
    },
    training_step = [[
        moons($points, ROWS, 0.15, $x, $labels);
        $loss = net_train($net, $adam, $x, $labels, ROWS, $eta);
    ]],
    validation = {
        batches = 10,
        state = {
            points = rng { doc = "the stream of the validation points: the same in every epoch" },
            loss = f32 { report = true, doc = "mean loss of the pass so far" },
        },
        on_validation_start = [[
            loopc_rng_seed($points, $loopc->seed, "Validate.points");
            $loss = 0;
        ]],
        validation_step = [[
            moons($points, ROWS, 0.15, $x, $labels);
            net_forward($net, $x, ROWS);
            $loss += (net_loss($net, $labels, ROWS) - $loss) / (float)($completed + 1);
        ]],
    },
}

-- No better for so many epochs: that is enough.
local patience = lightning.callback "patience" {
    state = {
        patience = i32 { 8, option = true, doc = "epochs without an improvement before it wants to stop" },
        best = f32 { math.huge, doc = "the lowest validation loss so far" },
        epoch = i64 { doc = "the epoch that it is of" },
    },
    on_validation_end = [[
        if ($Validate.loss < $best) {
            $best = $Validate.loss;
            $epoch = $Fit.completed;
        }
        if ($Fit.completed - $epoch >= $patience) $should_stop = true;
    ]],
    on_train_end = [[
        printf("%d epochs, %d steps; best validation loss %.4f after epoch %d\n", (int)$Fit.completed, (int)$global_step,
               (double)$best, (int)$epoch + 1);
    ]],
}

return trainer "fit_loop" {
    doc = "Tells two half-moons apart, in Lightning's words.",
    code = moons.code .. ("\nenum { ROWS = %d };"):format(ROWS),
    state = {
        eta = f32 { 0.01, option = true, settable = true, doc = "learning rate" },
        x = f32[ROWS * 2],
        labels = i32[ROWS],
        net = mlp { 2, 16, 2, activation = "tanh", batch = ROWS },
        adam = optimizer { "adam", net = "net" },
    },
    fit, patience,
}
