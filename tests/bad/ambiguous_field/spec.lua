local Fit = loop "Fit" { on_train = node(1), on_test = node(2) }
local Train = loop "Train" { call_on = { Fit.on_train }, state = { loss = f32(0) }, on_batch = node(1) }
local Test = loop "Test" { call_on = { Fit.on_test }, state = { loss = f32(0) }, on_batch = node(1) }
local Report = loop "Report" {
    call_on = { Train.on_batch, Test.on_batch },
    on_line = node(1, [[
        printf("loss %g\n", (double)$loss);
    ]]),
}
return trainer "bad" { Fit, Train, Test, Report }
