local Fit = loop "Fit" {
    before_step = node(1),
    on_step = node(2, [[ puts("step"); ]]),
    on_compute_loss = node(3, [[ puts("loss"); ]]),
}
local Train = loop "Train" {
    call_on = { Fit.on_stpe, "Fit.on_setp" },
    on_batch = node(1, [[ puts("batch"); ]]),
}
local log = callback "log" {
    within = { Fit.before_setp },
    on_bacth = [[ puts("log"); ]],
    compute_los = [[ puts("log"); ]],
    ["Fit.batch"] = [[ puts("log"); ]],
    ["*.nothing"] = [[ puts("log"); ]],
}
return trainer "bad" { Fit, Train, log }
