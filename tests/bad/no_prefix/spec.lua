local Fit = loop "Fit" {
    step = node(1, [[ puts("step"); ]]),
    on = node(2, [[ puts("on"); ]]),
    after_ = node(3, [[ puts("after"); ]]),
}
return trainer "bad" { Fit }
