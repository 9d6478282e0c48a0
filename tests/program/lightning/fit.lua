-- A fit loop that prints its steps; it fails in batch --bad-batch of epoch --bad-epoch, once, or in the same batch of the
-- validation. With --attempts 2 it is restarted.
local lightning = require "loopc.lightning"

local progress = [[
    printf("{loop} total %d %d %d %d current %d %d %d %d\n", (int)${loop}.total_ready, (int)${loop}.total_started,
        (int)${loop}.total_processed, (int)${loop}.total_completed, (int)${loop}.ready, (int)${loop}.started,
        (int)${loop}.processed, (int)${loop}.completed);
]]

local function say(name) return (progress:gsub("{loop}", name)) end

local function step(word, trouble)
    return ([[
        if ($Fit.completed == $bad_epoch && $completed == $bad_batch && $trouble && !$failed_once) {
            $failed_once = true;
            $fail("as was wished");
        }
        printf("%s %%d.%%d%%s\n", (int)$Fit.completed, (int)$completed, $restarting ? " restarting" : "");
        $sum = $sum * 1.01 + (double)$completed;
    ]]):format(word):gsub("%$trouble", trouble)
end

local Attempts = loop "Attempts" { times = "$attempts", on_try = node(1), after_try = node(2, "$stop();"),
    finally_run = node(99, [[ printf("%a\n", $sum); ]]) }

local fit, train, validate = lightning.fit_loop {
    call_on = { Attempts.on_try }, max_epochs = 3, batches = 3,
    training_step = step("batch", "!$in_validation"),
    validation = { batches = 2, validation_step = step("valid", "$in_validation"), state = { loss = f64 { report = true } },
        on_validation_batch_end = "$loss = $sum;" },
    teardown = say "Fit" .. say "Train" .. say "Validate",
}

Attempts.failed_try = node(3, lightning.restart(fit, train, validate) .. "if ($iteration + 1 < $attempts) $recover();")

return trainer "fit" { Attempts, fit, state = {
    attempts = i32 { 1, option = true }, bad_epoch = i64 { -1, option = true }, bad_batch = i64 { 2, option = true },
    in_validation = bool { option = true }, failed_once = bool {}, sum = f64 {} } }
