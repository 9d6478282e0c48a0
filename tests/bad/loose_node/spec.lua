local Fit = loop "Fit" { on_step = node(1, [[ puts("step"); ]]) }
local Train = loop "Train" {
    call_on = { node(1, [[ puts("step"); ]]) },
    on_batch = node(1, [[ puts("batch"); ]]),
}
return trainer "bad" { Fit, Train }
