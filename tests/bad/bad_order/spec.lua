local Fit = loop "Fit" {
    before_step = node(-1, [[ puts("before"); ]]),
    on_step = node(1.5, [[ puts("step"); ]]),
    after_step = node("3", [[ puts("after"); ]]),
}
local Inner = loop "Inner" {
    call_on = { Fit.on_step },
    order = -3,
    on_item = node(0 / 0, [[ puts("item"); ]]),
}
local log = callback "log" {
    order = "first",
    on_step = { order = 0.5, [[ puts("log"); ]] },
}
return trainer "bad" { Fit, Inner, log }
