local Fit = loop "Fit" { on_batch = node(1, [[ puts("fit"); ]]) }
local Train = loop "Train" { call_on = { Fit.on_batch }, on_batch = node(1, [[ puts("train"); ]]) }
local log = callback "log" {
    batch = [[ puts("log"); ]],
}
return trainer "bad" { Fit, Train, log }
