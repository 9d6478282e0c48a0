-- Ten points with random classes are learned by heart, and the validation gets worse: early stopping with the best weights back; a
-- finder of learning rates.
local train = require "loopc.train"

local function net() return mlp { inputs = 2, batch = 64, dense { 32, "tanh" }, batch_norm {}, dense { 2 } } end

local Fit = loop "Fit" {
    times = "$epochs",
    state = {
        epochs = i32 { 300, option = true }, points = rng {}, x = f32[64][2], labels = i32[64], vx = f32[64][2], vlabels = i32[64],
        loss = f32 { report = true }, valid = f32 { report = true },
    },
    before_run = node(0, [[
        for (int i = 0; i < 64; i++) {
            for (int j = 0; j < 2; j++) $x[i][j] = (float)loopc_rng_normal($points), $vx[i][j] = (float)loopc_rng_normal($points);
            $labels[i] = $x[i][0] + (float)loopc_rng_normal($points) > 0.0f;
            $vlabels[i] = $vx[i][0] + (float)loopc_rng_normal($points) > 0.0f;
        }
    ]]),
    before_step = node(1),
    on_step = node(2, [[ $loss = net_train($net, $adam, &$x[0][0], $labels, 64, $eta); ]]),
    after_step = node(3),
    on_valid = node(4, [[
        net_forward($net, &$vx[0][0], 64);
        $valid = net_loss($net, $vlabels, 64);
    ]]),
    after_run = node(5),
    finally_run = node(6, [[
        net_forward($net, &$vx[0][0], 64);
        printf("%d epochs, best %a, now %a\n", (int)$iteration, $patience.best, (double)net_loss($net, $vlabels, 64));
    ]]),
}

return trainer "fit" {
    state = { eta = f32(0.02), net = net(), adam = optimizer { "adam", net = "net", clip_norm = 1e6 } }, Fit,
    train.early_stopping "patience" { at = "Fit.on_valid", watch = "$valid", stop = "Fit", patience = 20, net = "net", best = net(),
        unless = "$finder.find" },
    train.statistics "look" { net = "net", layers = 3, at = "Fit.after_step", rows = 64, gradients = true },
    train.rate_finder "finder" { before = "Fit.before_step", after = "Fit.after_step", watch = "$loss", stop = "Fit", low = 1e-5, steps = 120 },
}
