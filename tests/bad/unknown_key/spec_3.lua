local Fit = loop "Fit" { epochs = 3, on_epoch = node(1) }

return trainer "bad" {
    Fit,
    state = {
        train = dataset { option = true, batch_size = 32, target = "price", sep = ",", test_size = 0.2 },
        net = mlp { 4, 8, 3, dropout = 0.5 },
        adam = optimizer { "adam", net = "net", lr = 0.001, betas = 0.9 },
    },
}
