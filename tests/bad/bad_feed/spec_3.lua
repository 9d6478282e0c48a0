-- Two nets of different widths, of which one is to follow the other.
local Fit = loop "Fit" {
    times = 3,
    on_step = node(1, [[
        slow_blend_net($slow, $net, 0.1f);
    ]]),
}
return trainer "bad" { Fit, state = { net = mlp { 2, 8, 1, loss = "squared_error" }, slow = mlp { 2, 6, 1, loss = "squared_error" } } }
