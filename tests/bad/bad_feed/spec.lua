-- Data sets and nets that cannot go together.
local Fit = loop "Fit" {
    times = 3,
    state = { x = f32[32 * 4], y = f32[32 * 2], labels = i32[32], brief = f32[32 * 3], few = i32[8], doubles = f64[32 * 4],
        zeros = f32[64] },
    on_step = node(1, [[
        loopc_dataset_take($two, 0, 0, 32, $x, $y);             // y is no array of labels
        loopc_dataset_take_targets($two, 0, 0, 32, $x, $labels); // and labels none of targets
        loopc_dataset_take($four, 0, 0, ROWS, $brief, $few);
        loopc_dataset_take($four, 0, 0, 32, $doubles, NULL);
        loopc_dataset_take_targets($one, 0, 0, 32, $x, $y);
        values_train($values, $sgd, $x, $y, 32, 0.1f);           // one target, two outputs
        values_train_from($values, $sgd, $classes, 0, 0, 32, 0.1f);
        values_train($values, $sgd, $x, $zeros, 32, 0.1f);       // zeros are all there is
        classes_net_train_from($classes_net, $adam, $one, 0, 0, 32, 0.1f);
        classes_net_train_from($classes_net, $adam, $many, 0, 0, 32, 0.1f);
    ]]),
}
return trainer "bad" {
    Fit,
    code = "enum { ROWS = 32 };",
    state = {
        two = dataset { option = true, targets = 2 },
        four = dataset { option = true, columns = 4 },
        one = dataset { option = true, targets = 1 },
        classes = dataset { option = true, label = "kind" },
        many = dataset { option = true, classes = 12, columns = 5, label = "last" },
        values = mlp { 4, 2, loss = "squared_error", batch = 32 },
        classes_net = mlp { 4, 3, batch = 32 },
        sgd = optimizer { "sgd", net = "values" },
        adam = optimizer { "adam", net = "classes_net" },
    },
}
