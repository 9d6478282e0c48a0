-- Batches of parts, with validation behind each second batch, all hooks, and a callback that hears them.
local lightning = require "loopc.lightning"

local function say(name) return ('printf("%s\\n");'):format(name) end

local fit = lightning.fit_loop {
    max_epochs = 1, batches = 3, parts = 2, training_step = [[ printf("part %d\n", (int)$completed); ]],
    on_train_start = say "train_start", on_train_epoch_start = say "epoch_start", on_train_batch_start = say "batch_start",
    on_train_batch_end = say "batch_end", on_train_epoch_end = say "epoch_end", on_train_end = say "train_end",
    teardown = say "teardown",
    validation = { batches = 1, every = 2, validation_step = say "valid", on_validation_start = say "validation_start",
        on_validation_batch_start = say "validation_batch_start", on_validation_batch_end = say "validation_batch_end",
        on_validation_end = say "validation_end" },
}

local heard = lightning.callback "heard" {
    on_train_start = say "+train_start", on_train_batch_end = say "+batch_end", on_validation_end = say "+validation_end",
    part = say "+part", teardown = say "+teardown",
}

return trainer "parts" { fit, heard }
