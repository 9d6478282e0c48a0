-- Names of layers, and a head that would embed.
local Fit = loop "Fit" { on_fit = node(1, [[ puts("fit"); ]]) }
return trainer "bad" { Fit, state = {
    twice = mlp { inputs = 4, dense { 4, name = "a" }, dropout { 0.1, name = "a" }, dense { 2 } },
    number = mlp { inputs = 4, dense { 4, name = 1 }, dense { 2 } },
    net = mlp { inputs = 4, dense { 4, name = "a" }, dense { 2 } },
    head = mlp { from = "net.a", embedding { 5, 2 }, dense { 2 } },
    size = mlp { from = "net.a", 2 },
} }
