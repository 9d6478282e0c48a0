local Fit = loop "Fit" {
    times = "$stop()",
    before_step = node(1, [[ $recover(); ]]),
    on_step = node(2, [[ puts("step"); ]]),
    after_step = node(3),
    failed_step = node(4, [[ $cancel(); ]]),
    finally_step = node(5, [[ if (1) $stop(); ]]),
}
local Inner = loop "Inner" {
    call_on = { Fit.after_step, Fit.finally_step },
    on_item = node(1, [[ if (2) $stop(Fit); ]]),
}
return trainer "bad" { Fit, Inner }
