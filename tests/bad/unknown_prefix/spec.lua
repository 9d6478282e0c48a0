local Fit = loop "Fit" {
    befor_step = node(1, [[ puts("before"); ]]),
    during_step = node(2, [[ puts("during"); ]]),
    _step = node(3, [[ puts("step"); ]]),
}
return trainer "bad" { Fit }
