local Fit = loop "Fit" {
    state = { eta = f32 { 0.5, const = true }, table = i32[3] { 1, 2, 3, const = true }, n = i32(0) },
    on_step = node(1, [[
        $eta /* the rate */ = 1;
        $table[$n] += 2;
        ++$eta;
        ($eta)--;
        if ($eta == 1) $n = $table[0];
    ]]),
}
return trainer "bad" { Fit }
