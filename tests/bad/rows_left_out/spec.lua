-- A loop that takes full batches only, and always in the order of the file.
local Fit = loop "Fit" {
    times = "$train->rows / ROWS",
    state = { x = f32[32 * 4], labels = i32[32] },
    on_step = node(1, [[
        loopc_dataset_take($train, 0, $iteration * ROWS, ROWS, $x, $labels);
        net_train($net, $adam, $x, $labels, ROWS, 0.1f);
    ]]),
}
return trainer "bad" {
    Fit,
    code = "enum { ROWS = 32 };",
    state = {
        train = dataset { option = true, required = true },
        net = mlp { 4, 3, batch = 32 },
        adam = optimizer { "adam", net = "net" },
    },
}
