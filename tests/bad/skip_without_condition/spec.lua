local Fit = loop "Fit" {
    on_skip = node(1, [[ puts("skip"); ]]),
    on_step = node(2, [[ puts("step"); ]]),
}
return trainer "bad" { Fit }
