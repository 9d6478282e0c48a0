-- Epochs of five batches that print which they are; limits end the training within one.
local lightning = require "loopc.lightning"

local fit = lightning.fit_loop {
    batches = "$n", max_epochs = 3, state = { n = i64(5), wish = i64 { -1, option = true }, sum = f64 },
    on_train_start = 'puts("train starts");',
    on_train_epoch_start = 'printf("epoch %d starts\\n", (int)$completed);',
    training_step = [[
        printf("%d.%d\n", (int)$Fit.completed, (int)$completed);
        $sum = $sum * 1.01 + (double)($Fit.completed * 10 + $completed);
        if ($global_step + 1 == $wish) $should_stop = true;
    ]],
    on_train_end = [[
        printf("%d %d %d %d of %d, %d %d %d %d batches, sum %a\n", (int)$ready, (int)$started, (int)$processed, (int)$completed,
            (int)$total_completed, (int)$Train.total_ready, (int)$Train.total_started, (int)$Train.total_processed,
            (int)$Train.total_completed, $sum);
    ]],
}

local heard = lightning.callback "heard" { on_train_epoch_start = 'printf("epoch %d is heard\\n", (int)$Fit.completed);' }

return trainer "cut" { fit, heard }
