-- The gradient of a model against finite differences of its losses, for designs whose policy has the hidden layer HIDDEN and
-- learns by plain descent: the change of the weights in a step is the gradient. The losses: `kind` with baseline "none" and
-- weight 1, and entropy with weight 0.1.
--
--     differences(design, weights, actions, "plain" | "ratio" | "likelihood")

-- C for the loss of the token that row r is, whose log-probability is log_p[r].
local losses = {
    plain = "loss[side] -= a * log_p;",
    likelihood = "loss[side] -= log_p;",
    ratio = [[
        const double slow = (double)$policy.slow_log_p[r / $width][r % $width];
        const double ratio = exp(log_p - slow), kept = fmin(fmax(ratio, 0.8), 1.2);
        loss[side] -= fmin(ratio * a, kept * a);
        $clipped += ratio * a > kept * a;
    ]],
}

-- C for the net's outputs p and its log-probabilities, and for minus the entropy of a row.
local function softmax(design)
    return [[
        const float *p = policy_net_forward($policy.net, $policy.x, rows);
    ]] .. (design.allowed and "policy_net_mask($policy.net, $policy.allowed, rows);" or "") .. [[
        policy_net_log_p($policy.net, $policy.drawn, $policy.weights, rows);
    ]], [[
        for (int32_t j = 0; j < ACTIONS; j++)
            if (p[r * ACTIONS + j] > 0) order -= (double)p[r * ACTIONS + j] * log((double)p[r * ACTIONS + j]);
    ]]
end

local normal = [[
    const float *p = policy_net_forward($policy.net, $policy.x, rows);
    loopc_gaussian_log_p(p, $policy.drawn, $policy.weights, rows);
]]

local normal_entropy = "order = (double)p[2 * r + 1] + 0.5 + 0.5 * log(2 * acos(-1.0));"

local body = [[
    const int32_t rows = $rows * $width;
    policy_net_get_weights($policy.net, $after, WEIGHTS);
    double worst = 0, largest = 0;
    for (int32_t w = 0; w < WEIGHTS; w++) {
        const float step = 2e-3f, before = $flat[w];
        double loss[2] = {0, 0};
        for (int32_t side = 0; side < 2; side++) {
            $flat[w] = before + (side ? step : -step);
            policy_net_set_weights($policy.net, $flat, WEIGHTS);
            LOOK
            for (int32_t r = 0; r < rows; r++) {
                if (!$policy.live[r]) continue;
                const double log_p = (double)$policy.weights[r], a = (double)$rewards_final[r / $width];
                double order = 0;
                ENTROPY
                (void)a;
                loss[side] -= 0.1 * order;
                LOSS
            }
        }
        $flat[w] = before;
        const double difference = (loss[1] - loss[0]) / (2 * (double)step) / $rows;
        const double gradient = ((double)before - (double)$after[w]) / (double)$policy.eta;
        worst = fmax(worst, fabs(difference - gradient));
        largest = fmax(largest, fabs(difference));
    }
    policy_net_set_weights($policy.net, $after, WEIGHTS);
    if (largest < 1e-3 || worst > 2e-3 * largest + 1e-3) $fail("the gradient is %g off, of %g", worst, largest);
    puts("gradient agrees");
]]

return function(design, weights, actions, kind)
    local look, entropy = normal, normal_entropy
    if not design.vector then look, entropy = softmax(design) end
    local words = { WEIGHTS = weights, ACTIONS = actions, LOOK = look, ENTROPY = entropy, LOSS = losses[kind] }
    local function fill(text) return (text:gsub("%u%u+", words)) end
    return callback "differences" {
        order = 5,
        state = { flat = f32[weights], after = f32[weights], clipped = i64(0) },
        before_step = fill "policy_net_get_weights($policy.net, $flat, WEIGHTS);",
        step = fill(fill(body)),
        after_train = kind == "ratio" and [[ if ($clipped == 0) $fail("no ratio was clipped"); ]] or nil,
    }
end
