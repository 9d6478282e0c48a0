local Fit = loop "Fit" { on_step = node(1, [[ puts("step"); ]]) }
local Train = loop "Train" {
    call_on = { Fit.on_step, "Fit.on_step" },
    on_batch = node(1, [[ puts("batch"); ]]),
}
local log = callback "log" {
    within = { Fit.on_step, Fit.on_step },
    on_batch = [[ puts("log"); ]],
}
return trainer "bad" { Fit, Train, log }
