-- Nothing but a comment that is not closed is no empty body.
local Fit = loop "Fit" {
    times = "3 /* times",
    on_step = node(1, [[ /* puts("step"); ]]),
    after_step = node(2, SEQ { CALL [[ /* puts("after"); ]], PRINT("x") }),
}
return trainer "bad" { Fit, callback "log" { on_step = [[ // a comment
    /* puts("log"); ]] } }
