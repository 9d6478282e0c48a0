-- A regression: values are learnt, not classes, and told in the units of the file.
--
-- `targets` names the columns that are to be predicted. A net learns numbers near 0 best, and prices are not: target_scale
-- brings them there, and the outputs of the net are scaled back before they are read; `predict` does that by itself.
--
--     loopc build 19_regression.lua -o prices
--     ./prices --train cars.csv --train-targets price --checkpoint saved
--     ./prices predict --checkpoint saved --data cars.csv             ends with RMSE and R2
--     ./prices export --checkpoint saved --c-header price.h           a C function from weights to prices
--
-- Try: --train-target-scale none, and see how long it takes; two targets, and a net with two outputs.

local BATCH, MOST_INPUTS = 16, 64

local Fit = loop "Fit" {
    times = "$epochs",
    state = {
        epochs = i32 { 100, option = true, min = 1, doc = "how many epochs" },
        loss = f32 { report = true, doc = "loss of the last batch, of scaled targets" },
    },
    before_epoch = node(0, [[ $rate = $eta * (1 - (float)$iteration / (float)$epochs); ]]),
    on_epoch = node(1),
    after_run = node(2),
}

local Train = loop "Train" {
    call_on = { Fit.on_epoch },
    times = "($train->rows + BATCH - 1) / BATCH",
    on_batch = node(1, [[
        const uint64_t key = loopc_shuffle_key($loopc->seed, (uint64_t)$Fit.total);
        $Fit.loss = net_train_from($net, $adam, $train, key, $iteration * BATCH, BATCH, $rate);
    ]]),
}

-- The mean square of the errors, and that of the answers around their mean: their quotient is the unexplained share.
local Valid = loop "Valid" {
    call_on = { Fit.after_run },
    times = "$valid->rows",
    state = { x = f32[MOST_INPUTS], wanted = f32[1], error = f64 {}, sum = f64 {}, squares = f64 {} },
    before_run = node(0, [[ $error = $sum = $squares = 0; ]]),
    on_row = node(1, [[
        loopc_dataset_take_targets($valid, 0, $iteration, 1, $x, $wanted);
        float value = net_forward($net, $x, 1)[0];
        const struct loopc_table *const table = loopc_dataset_table($train);
        loopc_table_restore_targets(table, &value, 1);
        loopc_table_restore_targets(table, $wanted, 1);
        $error += (double)(value - $wanted[0]) * (double)(value - $wanted[0]);
        $sum += (double)$wanted[0];
        $squares += (double)$wanted[0] * (double)$wanted[0];
    ]]),
    after_run = node(2, [[
        const double rows = (double)$valid->rows, spread = $squares - $sum * $sum / rows;
        printf("%s: RMSE %.4g, R2 %.3f\n", loopc_table_target(loopc_dataset_table($train), 0), sqrt($error / rows), 1 - $error / spread);
    ]]),
}

return trainer "regression" {
    doc = "Learns a value from the other columns of a table.",
    code = ("enum { BATCH = %d };"):format(BATCH),
    state = {
        train = dataset {
            option = true, required = true, doc = "the table",
            targets = 1, text = "onehot", missing = "median", scale = "standard", target_scale = "standard",
        },
        valid = dataset { option = true, from = "train", share = 0.2, doc = "rows that are not learnt from" },
        eta = f32 { 0.01, option = true, doc = "learning rate to begin with" },
        rate = f32 {},
        net = mlp { MOST_INPUTS, 32, 1, loss = "squared_error", batch = BATCH, inputs_from = "train", inputs_max = MOST_INPUTS },
        adam = optimizer { "adam", net = "net" },
    },
    Fit, Train, Valid,
}
