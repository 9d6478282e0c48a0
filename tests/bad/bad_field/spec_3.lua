-- What the names of the control channel mean.
local Fit = loop "Fit" { times = 3, on_step = node(1), state = { loss = f32[2] } }
return trainer "bad" {
    Fit,
    loop "Once" { call_on = { Fit.on_step }, on_end = node(1, [[ puts("end"); ]]) },
    control = { batch = "Once", target = "goal", eta = "Fit.loss", loss = "Fit.lss", samples = 0 },
    state = { goal = f32(3) },
}
