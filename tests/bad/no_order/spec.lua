local Fit = loop "Fit" {
    before_step = node { doc = "the first", [[ puts("before"); ]] },
    on_step = node([[ puts("step"); ]]),
    after_step = node(),
}
return trainer "bad" { Fit }
