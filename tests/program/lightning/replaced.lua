-- A fit loop whose epoch loop is exchanged for one that was made without a parent; validation is inserted into the new one. It fails
-- once, in the start hook of epoch --bad-epoch or in batch --bad-batch of it, and is restarted.
local lightning = require "loopc.lightning"

local Attempts = loop "Attempts" { times = 2, on_try = node(1), after_try = node(2, "$stop();") }

local fail = [[ if ($epoch_at == $bad_epoch && %s && !$failed) { $failed = true; $fail("as was wished"); } ]]

local fit, _, validate = lightning.fit_loop {
    call_on = { Attempts.on_try }, max_epochs = 3, batches = 3, training_step = "",
    on_train_epoch_start = [[ $epoch_at = $completed; ]] .. fail:format "$bad_batch < 0",
    validation = { every = 2, batches = 1, validation_step = [[ printf("valid %d.%d\n", (int)$epoch_at, (int)$outer.completed); ]] },
}
local Own = lightning.epoch_loop { name = "Own", batches = "$batches",
    training_step = fail:format "$completed == $bad_batch" .. [[ printf("own %d.%d\n", (int)$epoch_at, (int)$completed); ]] }
fit:replace { Train = Own }
Attempts.failed_try = node(3, lightning.restart(fit, Own, validate) .. "$recover();")

return trainer "replaced" { Attempts, fit, state = { epoch_at = i64(-1), failed = bool {}, batches = i64 { 3, option = true },
    bad_epoch = i64 { -1, option = true }, bad_batch = i64 { -1, option = true } } }
