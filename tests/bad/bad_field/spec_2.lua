-- Nets, data sets, optimizers, samples.
return trainer "bad" {
    loop "Fit" { on_step = node(1, [[ puts("step"); ]]) },
    state = {
        a = mlp { 3 },
        b = mlp { 3, 4, activation = "rleu" },
        c = mlp { 3, 0, 4 },
        d = mlp { 3, 4, output = "tanh", loss = "cross_entropy" },
        e = mlp { 3, 4, inputs_from = "tarin" },
        f = optimizer { "adam" },
        g = optimizer { "adma", net = "b" },
        h = optimizer { "sgd", net = "c", momentum = -1 },
        i = dataset { scale = "maxx" },
        j = dataset { like = "k" },
        k = samples { 5 },
        l = rng[3],
        train = dataset { label = "last" },
    },
}
