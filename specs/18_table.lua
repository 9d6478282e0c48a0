-- A table as people have it: names in a header, words among the numbers, cells that are empty, a column that only says which
-- row it is.
--
-- `dataset` gives each column its role, by name; flags change it without a rebuild (--train-label, --train-ignore ...). Words
-- become columns of 0 and 1, missing values the median, all columns are scaled; all of that is computed from the
-- rows that are learnt from: `valid`, a fifth of them, drawn by --seed and with its share of each class, and a --test file are
-- treated in the same way, and so are the files of `predict`, in any order of columns.
--
-- Any table will do whose class has a name; for one about flowers:
--
--     loopc build 18_table.lua -o flowers
--     ./flowers data --train flowers.csv --train-label kind            the table as it was read
--     ./flowers --train flowers.csv --train-label kind --checkpoint saved
--     ./flowers predict --checkpoint saved --data new.csv              a class for each row, by its name
--
-- Try: --train-missing drop; --train-text number; --train-ignore colour; a whole new spec by `loopc init NAME --data FILE`.

local BATCH, MOST_INPUTS, MOST_CLASSES = 16, 64, 8

local Fit = loop "Fit" {
    times = "$epochs",
    state = {
        epochs = i32 { 60, option = true, min = 1, doc = "how many epochs" },
        loss = f32 { report = true, doc = "loss of the last batch" },
    },
    on_epoch = node(1),
    after_run = node(2),
}

-- train_from gathers a batch from the data set itself; the last one of an epoch may be shorter. The key is an order of the rows,
-- another one in each epoch.
local Train = loop "Train" {
    call_on = { Fit.on_epoch },
    times = "($train->rows + BATCH - 1) / BATCH",
    on_batch = node(1, [[
        const uint64_t key = loopc_shuffle_key($loopc->seed, (uint64_t)$Fit.total);
        $Fit.loss = net_train_from($net, $adam, $train, key, $iteration * BATCH, BATCH, $eta);
    ]]),
}

-- The rows of `valid` one by one: wrong answers are printed with the names of the classes.
local Valid = loop "Valid" {
    call_on = { Fit.after_run },
    times = "$valid->rows",
    state = { x = f32[MOST_INPUTS], label = i32[1], right = i64 {} },
    before_run = node(0, [[ $right = 0; ]]),
    on_row = node(1, [[
        loopc_dataset_take($valid, 0, $iteration, 1, $x, $label);
        net_forward($net, $x, 1);
        const int32_t class = net_argmax($net, 0);
        const char *const taken = loopc_dataset_class($valid, class); // NULL: an output that no class has
        if (class == $label[0])
            $right++;
        else
            printf("%s taken for %s\n", loopc_dataset_class($valid, $label[0]), taken ? taken : "a class that is not there");
    ]]),
    after_run = node(2, [[ printf("%d of %d right\n", (int)$right, (int)$valid->rows); ]]),
}

return trainer "table" {
    doc = "Learns a class from the other columns of a table.",
    code = ("enum { BATCH = %d };"):format(BATCH),
    state = {
        train = dataset {
            option = true, required = true, doc = "the table",
            label = "last", text = "onehot", missing = "median", scale = "standard",
        },
        valid = dataset { option = true, from = "train", share = 0.2, doc = "rows that are not learnt from" },
        eta = f32 { 0.005, option = true, doc = "learning rate" },
        net = mlp { MOST_INPUTS, 32, MOST_CLASSES, batch = BATCH, inputs_from = "train", inputs_max = MOST_INPUTS },
        adam = optimizer { "adam", net = "net" },
    },
    Fit, Train, Valid,
}
