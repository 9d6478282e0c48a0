local Fit = loop "Fit" {
    state = {
        a = u32(-1), b = i32(2147483648), c = i32(1.5), d = bool(1), e = str(5), f = f32("x"), g = f32(1e39),
        h = i32[2][2] { 1, 2, 3 },
        i = f64 { 1, 2 },
        j = i32(0 / 0), k = str "a\0b", l = str(("x"):rep(4096)),
    },
    on_step = node(1, [[ puts("step"); ]]),
}
return trainer "bad" { Fit }
