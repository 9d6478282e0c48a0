local Fit = loop "Fit" {
    state = { eta = f32 { 1, option = true }, verbose = bool { false, option = true } },
    on_step = node(1, [[ puts("step"); ]]),
}
local clip = callback "clip" {
    state = {
        eta = f32 { 1, option = true },
        help = bool { false, option = true },
        seed = f32 { 1, option = true },
        resume = str { option = true },
        save_every = i32 { 1, option = true },
        no_verbose = bool { false, option = true },
    },
    on_step = [[ puts("clip"); ]],
}
return trainer "bad" { Fit, clip }
