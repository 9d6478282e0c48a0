-- Batches that are not, a target that is no whole number or that nothing repeats by, samples that are none.
return trainer "bad" {
    loop "Fit" { times = 3, on_step = node(1, [[ puts("step"); ]]) },
    control = { batch = "Fitt", target = "goal", samples = "share" },
    state = { goal = i64(3), share = f32(0.5) },
}
