local Fit = loop "Fit" {
    on_step = node(1, [[ puts("first"); ]]),
    on_step = node(2, [[ puts("second"); ]]),
}
return trainer "bad" { Fit }
