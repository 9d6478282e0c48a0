local Fit = loop "Fit" {
    times = 3,
    state = { total = u64(0), loss = f32(0) },
    batch = { loss = f32(0) },
    on_step = node(1, [[ $Fit.total = 0; ]]),
}
local clip = callback "Fit" { on_step = [[ puts("clip"); ]] }
local eta = callback "eta" { on_step = [[ puts("eta"); ]] }
return trainer "bad" { Fit, clip, eta, state = { eta = f32(0) } }
