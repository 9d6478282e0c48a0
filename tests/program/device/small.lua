-- XOR without printing: the sizes of the smallest trainer (tests/program/test_device.sh).
local Fit = loop "Fit" {
    times = 300,
    state = { loss = f32 { report = true } },
    on_batch = node(1, [[ $loss = net_train($net, $sgd, points, answers, 4, 0.1f); ]]),
    after_run = node(2, [[ if ($loss > 0.001f) $fail("it has not learned"); ]]),
    before_run = node(0, [[ net_set_weights($net, start, 9); ]]),
}
return trainer "small" {
    code = [[
        static const float points[] = {-0.5f, -0.5f, -0.5f, 0.5f, 0.5f, -0.5f, 0.5f, 0.5f};
        static const float answers[] = {-0.5f, 0.5f, 0.5f, -0.5f};
        static const float start[] = {1, 1, 1, 1, 0.5f, -0.5f, 1, -1, 0};
    ]],
    state = { net = mlp { 2, 2, 1, activation = "tanh", output = "tanh", loss = "squared_error", batch = 4 },
        sgd = optimizer { "sgd", net = "net" } },
    Fit,
}
