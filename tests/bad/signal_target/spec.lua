local Fit = loop "Fit" {
    before_step = node(1, [[ $stop(); ]]),
    on_step = node(2, [[ $cancel(Train.batch); ]]),
    after_step = node(3),
}
local Train = loop "Train" {
    call_on = { Fit.on_step, Fit.after_step },
    times = 3,
    before_run = node(0, [[ $stop(Train); ]]),
    on_batch = node(1, [[
        $cancel(Train.btach);
        $stop(Fit);
    ]]),
}
return trainer "bad" { Fit, Train }
