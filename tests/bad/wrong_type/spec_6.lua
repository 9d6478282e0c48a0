-- A doc is a string of the program: C reads one of at most 4095 bytes.
return trainer "bad" {
    loop "Fit" { on_step = node(1, [[ puts("step"); ]]) },
    state = { eta = f32 { 1, option = true, doc = ("long "):rep(900) } },
    doc = ("x"):rep(4095),
}
