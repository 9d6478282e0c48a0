-- Nets that begin in others, trained as if they did not, or taken back in the wrong order.
local Fit = loop "Fit" {
    times = 3,
    state = { x = f32[2], y = f32[1] },
    on_step = node(1, [[
        policy_train($policy, $sgd, $x, $y, 1, 0.1f);
        value_train($value, $value_sgd, $x, $y, 1, 0.1f);
        value_backward($value, $policy, 1);
        value_input_grad($value, 1);
    ]]),
    after_step = node(2, [[
        late_forward($late, $policy, 1);
        policy_backward($policy, 1);
        late_backward($late, $policy, 1);
        lost_backward($lost, $other, 1);
    ]]),
}
local function net() return mlp { inputs = 2, dense { 8, "tanh", name = "trunk" }, dense { 1 }, loss = "squared_error" } end
local function head(from) return mlp { from = from, dense { 1 }, loss = "squared_error" } end
return trainer "bad" {
    Fit,
    state = { policy = net(), other = net(), value = head("policy.trunk"), late = head("policy.trunk"), lost = head("other.trunk"),
        sgd = optimizer { "sgd", net = "policy" }, value_sgd = optimizer { "sgd", net = "value" } },
}
