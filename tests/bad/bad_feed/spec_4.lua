-- Gradients of a net whose training steps do not store them.
local Fit = loop "Fit" {
    times = 3,
    state = { x = f32[2], y = f32[1], seen = f32 {} },
    on_step = node(1, [[
        net_train($net, $sgd, $x, $y, 1, 0.1f);
        $seen = net_gradients($net, 0).deviation;
    ]]),
}
return trainer "bad" {
    Fit,
    state = { net = mlp { 2, 8, 1, loss = "squared_error" }, sgd = optimizer { "sgd", net = "net" } },
}
