return trainer "bad" {
    loop "Fit" { times = 3, on_step = node(1, [[ puts("step"); ]]) },
    control = "Fit",
}
