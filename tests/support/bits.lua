-- Nets of some and of small size, with all activations, losses and rules: what it prints, and what is in its checkpoints, are the same bits
-- on every processor (tests/program/test_bits.sh, tests/ports/run).
local Fit = loop "Fit" {
    times = 100,
    state = { points = rng {} },
    batch = { x = f32[70 * 20], y = f32[70 * 3], labels = i32[70], open = i32[70], rows = i32 {}, few = i32 {},
        loss = f32[5] },
    on_sample = node(1, [[
        $rows = 70 - (int32_t)$iteration % 35;
        $few = 7 - (int32_t)$iteration % 3;
        for (int i = 0; i < 70 * 20; i++) $x[i] = 4 * loopc_rng_f32($points) - 2;
        for (int i = 0; i < 70 * 3; i++) $y[i] = loopc_rng_f32($points);
        for (int i = 0; i < 70; i++) $labels[i] = ($x[20 * i] > 0) + ($x[20 * i + 1] * $x[20 * i + 2] > 0);
        for (int i = 0; i < 70; i++) $open[i] = $labels[i] % 2;
    ]]),
    on_batch = node(2, [[
        $loss[0] = classes_train($classes, $adam, $x, $labels, $rows, 0.003f);
        $loss[1] = values_train($values, $momentum, $x, $y, $rows, 0.1f);
        $loss[2] = curve_train($curve, $push, $x, $y, $few, 0.05f);
        $loss[3] = many_train($many, $adamw, $x, $labels, $few, 0.01f);
        $loss[4] = gate_train($gate, $sgd, $x, $open, $few, 0.1f);
        for (int i = 0; i < 5 && $iteration % 20 == 19; i++) printf("%a\n", (double)$loss[i]);
    ]]),
    after_run = node(3, [[
        static float w[7303 + 2603 + 156 + 232 + 74];
        const int32_t count = sizeof w / sizeof w[0];
        uint64_t hash = 1;
        if (!classes_get_weights($classes, w, 7303) || !values_get_weights($values, w + 7303, 2603) ||
            !curve_get_weights($curve, w + 9906, 156) || !many_get_weights($many, w + 10062, 232) ||
            !gate_get_weights($gate, w + 10294, 74)) $fail("other sizes");
        for (int32_t i = 0; i < count; i++) {
            uint32_t bits;
            memcpy(&bits, &w[i], sizeof bits);
            hash = (hash ^ bits) * 0x100000001b3u;
        }
        printf("%016llx\n", (unsigned long long)hash);
    ]]),
}
return trainer "bits" { Fit, state = {
    classes = mlp { 20, 100, 50, 3, activation = "tanh", batch = 70 },
    values = mlp { 20, 40, 40, 3, activation = "relu", output = "sigmoid", loss = "cross_entropy", batch = 70 },
    curve = mlp { 5, 17, 3, activation = "tanh", loss = "squared_error", batch = 7 },
    many = mlp { 5, 13, 11, activation = "relu", loss = "cross_entropy", batch = 7 },
    gate = mlp { 5, 9, 2, activation = "sigmoid", loss = "cross_entropy", batch = 7 },
    adam = optimizer { "adam", net = "classes", weight_decay = 0.01 },
    momentum = optimizer { "sgd", momentum = 0.9, net = "values" },
    push = optimizer { "sgd", net = "curve", momentum = 0.9 },
    adamw = optimizer { "adamw", net = "many" },
    sgd = optimizer { "sgd", net = "gate" } } }
