-- One body at two sites: its target encloses only one of them.
local Fit = loop "Fit" { on_train = node(1), on_test = node(2), after_test = node(3) }
local Train = loop "Train" { call_on = { Fit.on_train }, times = 3, on_batch = node(1) }
local Pass = loop "Pass" {
    call_on = { Train.on_batch, Fit.on_test },
    on_sample = node(1, [[ $stop(Train); ]]),
}
return trainer "bad" { Fit, Train, Pass }
