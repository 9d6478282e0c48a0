-- A net that learns from one data set and is judged by another, which knows nothing of the first.
local Fit = loop "Fit" {
    times = "($train->rows + 7) / 8",
    state = { x = f32[8 * 4], labels = i32[8], rows = i32 {} },
    on_step = node(1, [[
        $rows = loopc_dataset_take($train, 0, $iteration * 8, 8, $x, $labels);
        net_train($net, $adam, $x, $labels, $rows, 0.1f);
    ]]),
    after_run = node(2, [[
        const struct loopc_dataset *const data = $test;
        float x[8 * 4];
        const int32_t rows = loopc_dataset_take(data, 0, 0, 8, x, NULL);
        net_forward($net, x, rows);
    ]]),
}
return trainer "bad" {
    Fit,
    state = {
        train = dataset { option = true, required = true },
        test = dataset { option = true },
        net = mlp { 4, 3, batch = 8 },
        adam = optimizer { "adam", net = "net" },
    },
}
