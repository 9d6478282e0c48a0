local Fit = loop "Fit" {
    finally_step = node(1, [[ puts("finally"); ]]),
    on_step = node(2, [[ puts("step"); ]]),
    before_step = node(3, [[ puts("before"); ]]),
    after_run = node(1, [[ puts("end"); ]]),
    before_run = node(2, [[ puts("begin"); ]]),
}
return trainer "bad" { Fit }
