return trainer "a" { state = { w = f32[3], idx = i32[2] },
    loop "L" { on_x = node(1, [[
        $w[0] = 1;
        $w[$idx[0]] = 2;
    ]]) } }
