-- Epochs of three batches, of which should_stop ends them as soon as it may after --wish steps.
local lightning = require "loopc.lightning"

local fit = lightning.fit_loop { batches = 3, max_epochs = 4, state = { wish = i64 { -1, option = true }, halt = bool { option = true } },
    training_step = [[ if ($global_step + 1 == $wish) $should_stop = true; if ($halt && $global_step == 4) $stop(Fit); ]],
    on_train_end = [[ printf("%d epochs, %d steps\n", (int)$completed, (int)$global_step); ]] }

return trainer "limits" { fit }
