local Fit = loop "Fit" { on_epoch = node(1) }

return trainer "bad" {
    Fit,
    state = {
        train = dataset { option = true, scale = "minmax", missing = "zero" },
        net = mlp { 4, 8, 3, loss = "MSELoss", activation = "LeakyReLU" },
        other = mlp { 4, 8, 3, loss = "mse" },
        adam = optimizer { "gd", net = "net" },
    },
}
