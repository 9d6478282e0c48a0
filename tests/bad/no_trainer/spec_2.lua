return loop "Fit" { on_step = node(1, [[ puts("step"); ]]) }
