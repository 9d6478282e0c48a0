local Fit = loop "Fit" {
    on_run = node(1, [[ puts("run"); ]]),
    on_step = node(2, [[ puts("step"); ]]),
}
return trainer "bad" { Fit }
