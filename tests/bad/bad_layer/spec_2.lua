local Fit = loop "Fit" { on_fit = node(1, [[ puts("fit"); ]]) }
return trainer "bad" { Fit, state = {
    sizes = mlp { inputs = 4, embedding { 5 }, dense { 2 } },
    behind = mlp { inputs = 4, dense { 4 }, embedding { 5, 2 }, dense { 2 } },
    column = mlp { inputs = 4, embedding { 5, 2, column = 5 }, dense { 2 } },
    twice = mlp { inputs = 4, embedding { 5, 2, column = 2 }, embedding { 5, 2, column = 2 }, dense { 2 } },
    many = mlp { inputs = 1, embedding { 5, 2 }, embedding { 5, 2 }, dense { 2 } },
    large = mlp { inputs = 1, embedding { 10000000, 1000 }, dense { 2 } },
    scale = mlp { inputs = 1, embedding { 5, 2, lr_scale = -1 }, dense { 2 } },
    key = mlp { inputs = 1, embedding { 5, 2, bias = true }, dense { 2 } },
} }
