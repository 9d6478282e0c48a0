local Fit = loop "Fit" { on_step = node(1, [[ puts("step"); ]]) }
local Other = loop "Other" { on_step = node(1, [[ puts("other"); ]]) }
local Train = loop "Train" {
    call_on = { Fit.on_step, Other.on_step },
    on_batch = node(1, [[ puts("batch"); ]]),
}
return trainer "bad" { Fit, Train }
