-- Bodies of callbacks: no nodes, and no braces without a body.
local Fit = loop "Fit" { on_step = node(1, [[ puts("step"); ]]), after_step = node(2), on_last = node(3) }
local log = callback "log" {
    on_step = node(1, [[ puts("log"); ]]),
    after_step = {},
    on_last = { order = 3 },
}
return trainer "bad" { Fit, log }
