local Fit = loop "Fit" {
    before_step = node(1, [[ puts("before step"); ]]),
    on_jump = node(2, [[ puts("jump"); ]]),
    on_step = node(3, [[ puts("step"); ]]),
}
return trainer "bad" { Fit }
