-- option max_steps 10
local Fit = loop "Fit" { before_step = node(1), on_step = node(2), after_step = node(3) }
local Inner = loop "Inner" {
    call_on = { Fit.before_step, Fit.on_step, Fit.after_step },
    before_item = node(1, [[ puts("1"); ]]),
    on_item = node(2, [[ puts("2"); ]]),
    after_item = node(3, [[ puts("3"); ]]),
    finally_item = node(4, [[ puts("4"); ]]),
}
return trainer "bad" { Fit, Inner }
