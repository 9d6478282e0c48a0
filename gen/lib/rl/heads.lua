-- Part of loopc.rl: the two kinds of policies of ppo and reinforce: a softmax over choices, and normal distributions of numbers.
--
-- A head gives the fields and the C of: `net`, the policy; `choose`, to draw $action and keep it at row `first` of $actions, with its
-- log-probability; `best`, the action without exploration; `look`, the log-probabilities $now[r] of the batch; `descend`, from
-- $weights[r], the derivative of the loss by -log p of row r: gradients, with the entropy's by $share.

local common = require "loopc.environment.common"
local nets = require "loopc.rl.nets"

local heads = {}

-- Choices: the policy gives each one its probability.
local function softmax(source, p, batch)
    local masked = source.environment.mask
    local function hide(rows, allowed) return masked and ("{name}_policy_mask($policy, &%s, %s);"):format(allowed, rows) or "" end
    return {
        fields = {
            policy = nets.make(source.environment.observation, p.hidden, source.environment.actions,
                { activation = p.activation, batch = batch }),
            actions = i32[p.room] { doc = "the choices, step by step" }, chosen = i32[p.batch],
            choices = masked and bool[p.room][source.environment.actions] { doc = "those that there were" } or nil,
            open = masked and bool[p.batch][source.environment.actions] or nil,
        },
        choose = [[
            const float *const chances = {name}_policy_forward($policy, &$observations[first][0], {count});
            ]] .. hide("{count}", "$allowed[0][0]") .. [[

            for (int32_t i = 0; i < {count}; i++)
                $actions[first + i] = $action[i] = loopc_draw($chance, chances + {actions} * i, {actions}, 1);
            {name}_policy_log_p($policy, &$actions[first], &$log_p[first], {count});
        ]] .. (masked and "memcpy($choices[first], $allowed, sizeof $allowed);" or ""),
        best = [[
            {name}_policy_forward($policy, &$judged[0][0], {episodes});
            ]] .. hide("{episodes}", "$allowed[0][0]") .. [[

            for (int32_t i = 0; i < {episodes}; i++)
                $action[i] = {name}_policy_argmax($policy, i);
        ]],
        gather = "$chosen[r] = $actions[k];" .. (masked and "\nmemcpy($open[r], $choices[k], sizeof $open[r]);" or ""),
        look = [[
            {name}_policy_forward($policy, &$x[0][0], {batch});
            ]] .. hide("{batch}", "$open[0][0]") .. [[

            {name}_policy_log_p($policy, $chosen, $now, {batch});
        ]],
        descend = [[
            {name}_policy_zero_delta($policy, {batch});
            {name}_policy_likelihood($policy, $chosen, $weights, {batch});
            for (int32_t r = 0; r < {batch}; r++)
                $weights[r] = $share / {batch};
            if ($share > 0) $entropy = -{name}_policy_entropy($policy, $weights, {batch}) / $share;
            {name}_policy_zero_grad($policy);
            {name}_policy_backward($policy, {batch});
        ]],
        clip = "{name}_policy_clip_grad($policy, $norm);",
        step = "{name}_policy_rule_step($policy_rule, $policy, eta);",
    }
end

-- Numbers: the policy gives the means; the logarithms of the deviations, one for each number, are the biases of a net without inputs
-- to speak of.
local function normal(source, p, batch)
    local actions = source.environment.actions
    return {
        fields = {
            policy = nets.make(source.environment.observation, p.hidden, actions,
                { activation = p.activation, batch = batch, loss = "squared_error" }),
            spread = mlp { 1, actions, activation = "identity", loss = "squared_error", init = "zero" },
            spread_rule = optimizer { "adam", net = "spread", epsilon = 1e-5 },
            actions = f32[p.room][actions] { doc = "the actions, step by step, before they are kept within bounds" },
            chosen = f32[p.batch][actions],
            pairs = f32[math.max(p.batch, source.count) * actions][2] { doc = "mean and logarithm of the deviation of each number" },
            slopes = f32[p.batch * actions][2] { doc = "derivatives of the loss by them" },
            parts = f32[math.max(p.batch, source.count) * actions],
            d_means = f32[p.batch][actions], d_spread = f32[actions],
        },
        choose = [[
            const float none = 0;
            const float *const means = {name}_policy_forward($policy, &$observations[first][0], {count});
            const float *const logs = {name}_spread_forward($spread, &none, 1);
            for (int32_t i = 0; i < {count}; i++)
                for (int32_t a = 0; a < {actions}; a++) {
                    const int32_t k = {actions} * i + a;
                    $pairs[k][0] = means[k];
                    $pairs[k][1] = logs[a] + $spread_start;
                    $actions[first + i][a] = $action[i][a] = loopc_gaussian_draw($chance, $pairs[k], 1);
                }
            loopc_gaussian_log_p(&$pairs[0][0], &$actions[first][0], $parts, {count} * {actions});
            for (int32_t i = 0; i < {count}; i++) {
                $log_p[first + i] = 0;
                for (int32_t a = 0; a < {actions}; a++)
                    $log_p[first + i] += $parts[{actions} * i + a];
            }
        ]],
        best = [[
            memcpy($action, {name}_policy_forward($policy, &$judged[0][0], {episodes}), sizeof $action);
        ]],
        gather = "memcpy($chosen[r], $actions[k], sizeof $chosen[r]);",
        look = [[
            const float none = 0;
            const float *const means = {name}_policy_forward($policy, &$x[0][0], {batch});
            const float *const logs = {name}_spread_forward($spread, &none, 1);
            for (int32_t k = 0; k < {batch} * {actions}; k++) {
                $pairs[k][0] = means[k];
                $pairs[k][1] = logs[k % {actions}] + $spread_start;
            }
            loopc_gaussian_log_p(&$pairs[0][0], &$chosen[0][0], $parts, {batch} * {actions});
            for (int32_t r = 0; r < {batch}; r++) {
                $now[r] = 0;
                for (int32_t a = 0; a < {actions}; a++)
                    $now[r] += $parts[{actions} * r + a];
            }
        ]],
        descend = [[
            memset($slopes, 0, sizeof $slopes);
            memset($d_spread, 0, sizeof $d_spread);
            for (int32_t k = 0; k < {batch} * {actions}; k++)
                $parts[k] = $weights[k / {actions}];
            loopc_gaussian_likelihood(&$pairs[0][0], &$chosen[0][0], $parts, &$slopes[0][0], {batch} * {actions});
            for (int32_t k = 0; k < {batch} * {actions}; k++)
                $parts[k] = $share / {batch};
            const float less = loopc_gaussian_entropy(&$pairs[0][0], $parts, &$slopes[0][0], {batch} * {actions});
            if ($share > 0) $entropy = -less / $share;
            for (int32_t k = 0; k < {batch} * {actions}; k++) {
                (&$d_means[0][0])[k] = $slopes[k][0];
                $d_spread[k % {actions}] += $slopes[k][1];
            }
            {name}_policy_zero_grad($policy);
            {name}_policy_backward_from($policy, &$d_means[0][0], {batch});
            {name}_spread_zero_grad($spread);
            {name}_spread_backward_from($spread, $d_spread, 1);
        ]],
        clip = "{name}_policy_clip_grad($policy, $norm);\n{name}_spread_clip_grad($spread, $norm);",
        step = "{name}_policy_rule_step($policy_rule, $policy, eta);\n{name}_spread_rule_step($spread_rule, $spread, eta);",
    }
end

-- The head for a source; `p` has hidden, activation, batch and room, `batch` is the most rows of a pass.
function heads.of(source, p, batch)
    local made = source.environment.bound and normal(source, p, batch) or softmax(source, p, batch)
    made.fields = common.with(made.fields, {
        policy_rule = optimizer { "adam", net = "policy", epsilon = 1e-5 },
        chance = rng { doc = "of its choices" },
        spread_start = source.environment.bound and f32 { p.spread, doc = "the logarithm of the deviations at the start" } or nil,
    })
    return made
end

return heads
