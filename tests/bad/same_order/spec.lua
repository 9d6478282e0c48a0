local Fit = loop "Fit" {
    before_run = node(1, [[ puts("begin"); ]]),
    after_run = node(1, [[ puts("end"); ]]),
    before_step = node(1, [[ puts("before"); ]]),
    on_step = node(2, [[ puts("step"); ]]),
    after_step = node(2, [[ puts("after"); ]]),
}
return trainer "bad" { Fit }
