local Fit = loop "Fit" {
    times = -1,
    on_step = node(1, [[ puts("step"); ]]),
}
local Train = loop "Train" {
    call_on = { Fit.on_step },
    times = 2.5,
    on_batch = node(1, [[ puts("batch"); ]]),
}
local Check = loop "Check" {
    call_on = { Fit.on_step },
    times = {},
    on_batch = node(1, [[ puts("batch"); ]]),
}
return trainer "bad" { Fit, Train, Check }
