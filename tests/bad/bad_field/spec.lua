local Fit = loop "Fit" {
    state = {
        a = 5,
        b = node(1),
        c = f32[0],
        d = f32["x"],
        e = f32[1 << 30][1 << 30],
        f = i32[4] { 0, report = true },
        u64(0),
        g = rng { option = true },
        h = f32 { 1, option = true, const = true },
    },
    batch = { n = i32 { 0, option = true } },
    on_step = node(1, [[ puts("step"); ]]),
}
return trainer "bad" { Fit }
