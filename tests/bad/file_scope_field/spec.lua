return trainer "bad" {
    loop "Fit" { on_step = node(1, [[ $eta = 1; ]]) },
    state = { eta = f32(0) },
    code = [[
static float twice(void) { return 2 * $eta; }
static void stop(void) { $stop(); }
]],
}
