local Fit = loop "Fit" {
    state = {
        a = f32[4] { show = "picture" },
        b = f32 { 0, show = "image" },
        c = f32[10] { show = "image", rows = 3 },
        d = f32[10] { show = "image" },
        e = f32[10] { show = "points" },
        f = f32[4][2] { show = "points", low = 1, high = 1 },
        g = f32[2][2] { show = "image", over = "f" },
        h = f32[4] { rows = 2 },
        i = i32 { 0, show = "text" },
        l = f32[4][2] { show = "graph" },
    },
    batch = { j = f32[4] { show = "line" } },
    on_step = node(1, [[ puts("step"); ]]),
}
return trainer "bad" { Fit }
