-- Weights of rows that what learns from them does not take.
local Fit = loop "Fit" {
    times = 3,
    state = { x = f32[8 * 2], y = f32[8] },
    on_step = node(1, [[
        const int32_t rows = loopc_dataset_take_targets($train, 0, 0, 8, $x, $y);
        net_train($net, $sgd, $x, $y, rows, 0.1f);
    ]]),
    after_step = node(2, [[ net_train_from($net, $sgd, $train, 0, 0, 8, 0.1f); ]]),
}
return trainer "bad" {
    Fit,
    state = {
        train = dataset { option = true, targets = { "y" }, weight = "w" },
        net = mlp { 2, 1, loss = "squared_error", batch = 8 },
        sgd = optimizer { "sgd", net = "net" },
    },
}
