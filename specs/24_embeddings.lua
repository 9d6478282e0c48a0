-- Embeddings: columns of categories in a table, and the ready callbacks of loopc.train.
--
-- A table of bus rides: which line, on which day, how far; to be told is how many minutes it took. A line is a word, and no number
-- says how alike two lines are. `text = "number"` reads words as indices, and an embedding is a table that has a few learned values
-- for each index: lines that behave alike come to have values alike. What goes on is the distance, which batch_norm scales, and
-- the values of line and day.
--
-- The learning rate warms up and falls along a cosine; the training ends when the held-out part has not become better for some
-- epochs, and the best weights come back; R2 and RMSE are those of all rows of a pass. Every ten batches the mean and the deviation
-- of what each layer puts out are reported: `loopc observe` draws the layers as lines of one chart.
--
--     loopc build 24_embeddings.lua -o rides
--     ./rides --train rides.csv --checkpoint saved
--     ./rides predict --checkpoint saved --data new.csv
--     ./rides --train rides.csv --find --metrics find.jsonl        which learning rates are any good; and its picture:
--     loopc plot find.jsonl -o find.svg --across tried --log=tried --only smoothed
--
-- Try: text = "onehot" and no embeddings, inputs = 20; another width; --patience-patience 3.

local train = require "loopc.train"

local LINES, DAYS, BATCH = 12, 7, 32

local function net()
    return mlp { inputs = 3, batch = BATCH, loss = "squared_error",
        embedding { LINES, 3 }, embedding { DAYS, 2 }, batch_norm {}, dense { 24, "gelu" }, dense { 1 } }
end

local Fit = loop "Fit" {
    times = "$epochs",
    state = { epochs = i32 { 80, option = true, min = 1, doc = "how many epochs at most" } },
    on_epoch = node(1),
    on_valid = node(4),
    on_judged = node(5),
    after_run = node(8),
    finally_run = node(9, [[
        printf("%d epochs, the best RMSE %.3f deviations\n", (int)$iteration, $patience.best);
    ]]),
}

local Train = loop "Train" {
    call_on = { Fit.on_epoch },
    times = "($train->rows + BATCH - 1) / BATCH",
    state = { loss = f32 { report = true, doc = "loss of the batch" } },
    before_batch = node(1),
    on_batch = node(2, [[
        const uint64_t key = loopc_shuffle_key($loopc->seed, (uint64_t)$Fit.total);
        $loss = net_train_from($net, $adam, $train, key, $iteration * BATCH, BATCH, $eta);
    ]]),
    after_batch = node(3),
}

local Valid = loop "Valid" {
    call_on = { Fit.on_valid },
    times = "($valid->rows + BATCH - 1) / BATCH",
    state = { rows = i32 {}, x = f32[BATCH * 3], y = f32[BATCH] },
    before_run = node(0),
    on_batch = node(1, [[
        $rows = loopc_dataset_take_targets($valid, 0, $iteration * BATCH, BATCH, $x, $y);
        net_forward($net, $x, $rows);
    ]]),
    after_batch = node(2),
    after_run = node(3),
}

return trainer "rides" {
    doc = "Tells how long a bus ride takes.",
    code = ("enum { BATCH = %d };"):format(BATCH),
    state = {
        train = dataset { option = true, required = true, text = "number", targets = { "minutes" }, target_scale = "standard",
            doc = "rides: line, day, km, minutes" },
        valid = dataset { option = true, from = "train", share = 0.2, doc = "rides to be judged by" },
        peak = f32 { 0.01, option = true, doc = "the largest learning rate" },
        eta = f32 { report = true, doc = "the learning rate" },
        net = net(),
        adam = optimizer { "adam", net = "net" },
    },
    Fit, Train, Valid,
    train.schedule "rate" { at = "Train.before_batch", base = "$peak",
        train.warmup { 20, train.cosine { "$epochs * (($train->rows + BATCH - 1) / BATCH)" } } },
    train.regression "valid_of" { net = "net", begin = "Valid.before_run", at = "Valid.after_batch", finish = "Valid.after_run" },
    train.rate_finder "finder" { before = "Train.before_batch", after = "Train.after_batch", watch = "$loss", stop = "Fit", low = 1e-5 },
    train.statistics "look" { net = "net", layers = 4, at = "Train.after_batch", every = 10, order = 20,
        rows = "(int32_t)fmin(BATCH, (double)($train->rows - $iteration * BATCH))" },
    train.early_stopping "patience" { at = "Fit.on_judged", watch = "$valid_of.rmse", stop = "Fit", net = "net", best = net(),
        unless = "$finder.find" },
}
