-- Part of loopc.environment: losses. Each is the mean over the samples of the batch, times its weight; they add up in
-- $loss, and their derivatives in the model's outputs.

local common = require "loopc.environment.common"

local parts = {}

-- What is taken from the rewards before they count: baselines[kind] is C that sets `baseline`.
local baselines = {
    none = "",
    mean = "baseline = loopc_statistics_of($rewards_final, $rows).mean;",
    average = [[
        if (!$begun) $average = loopc_statistics_of($rewards_final, $rows).mean;
        $begun = true;
        baseline = $average;
        $average += $decay * (loopc_statistics_of($rewards_final, $rows).mean - $average);
    ]],
}

local advantages = [[
    if ($rows == 0) return;
    float baseline = 0;
    {baseline}
    float scale = 1;
    if ($normalize) {
        float sum = 0;
        for (int32_t i = 0; i < $rows; i++)
            sum += ($rewards_final[i] - baseline) * ($rewards_final[i] - baseline);
        scale = 1 / (sqrtf(sum / (float)$rows) + 1e-6f);
    }
    for (int32_t i = 0; i < $rows; i++)
        $advantages[i] = scale * ($rewards_final[i] - baseline);
]]

local plain = [[
    for (int32_t r = 0; r < $rows * $width; r++)
        ${policy}.weights[r] = $weight * $advantages[r / $width] / (float)$rows;
    $loss += {policy}_net_likelihood(${policy}.net, ${policy}.drawn, ${policy}.weights, $rows * $width);
]]

local ratio = [[
    float sum = 0;
    for (int32_t i = 0; i < $rows; i++)
        for (int32_t k = 0; k < $width; k++) {
            const int32_t r = i * $width + k;
            const float ratio = expf(${policy}.log_p[i][k] - ${policy}.slow_log_p[i][k]), a = $advantages[i];
            const float kept = fminf(fmaxf(ratio, 1 - $clip), 1 + $clip);
            const bool inside = ratio * a <= kept * a;
            ${policy}.weights[r] = inside ? $weight * a * ratio / (float)$rows : 0;
            if (${policy}.drawn[r] >= 0) sum -= inside ? ratio * a : kept * a;
        }
    $loss += $weight * sum / (float)$rows;
    {policy}_net_likelihood(${policy}.net, ${policy}.drawn, ${policy}.weights, $rows * $width);
]]

-- The policy gradient: the mean of -(rewards_final - baseline) log p(sample). baseline: "none", "mean" (of the batch) or
-- "average" (an exponential average over batches, with `decay`); normalize = true divides by the root of the mean square
-- of what is left. ratio = 0.2: measures the model against its slow copy instead (policy { slow = ... }): with
-- q = p / p_slow of a token, the mean of -min(q A, clip(q, 1 - ratio, 1 + ratio) A), summed over the tokens.
function parts.policy_gradient(design, p)
    local kind = baselines[p.baseline or "average"]
    if not kind then error('baseline is "none", "mean" or "average"', 2) end
    local values = { policy = p.policy or "policy", baseline = kind }
    return callback(p.name or "policy_gradient") {
        order = p.order or 20,
        doc = "makes what had a good reward more probable",
        state = {
            weight = f32 { p.weight or 1, settable = true, doc = "what it counts in the loss" },
            normalize = bool { p.normalize == true, doc = "whether advantages are divided by their deviation" },
            decay = f32 { p.decay or 0.1, doc = "how far the average baseline moves in a batch" },
            average = f32 { doc = "the average baseline" },
            begun = bool { doc = "whether there is one" },
            clip = f32 { p.ratio or 0, doc = "how far a ratio to the slow copy counts" },
            advantages = f32[design.room],
        },
        setup = "$begun = false;",
        compute_loss = common.fill(advantages .. (p.ratio and ratio or plain), values),
    }
end

-- C for a loss whose rows all count the same: `call` is the function of the net, `more` its arguments before the weights.
local function even(policy, call, more)
    return common.fill([[
        if ($rows == 0) return;
        for (int32_t r = 0; r < $rows * $width; r++)
            ${policy}.weights[r] = ${policy}.drawn[r] < 0 ? 0 : $weight / (float)$rows;
        $loss += {policy}_net_{call}(${policy}.net, {more}${policy}.weights, $rows * $width);
    ]], { policy = policy, call = call, more = more })
end

-- The likelihood: the mean of -log p(sample), whatever its reward: to learn what data are like.
function parts.likelihood(_, p)
    local policy = p.policy or "policy"
    return callback(p.name or "likelihood") {
        order = p.order or 20,
        doc = "makes the samples of the batch more probable",
        state = { weight = f32 { p.weight or 1, settable = true, doc = "what it counts in the loss" } },
        compute_loss = even(policy, "likelihood", "$" .. policy .. ".drawn, "),
    }
end

-- Entropy: the mean of minus the sum of the entropies of the sample's tokens: keeps the model from settling too early.
function parts.entropy(_, p)
    return callback(p.name or "entropy") {
        order = p.order or 20,
        doc = "keeps the model from settling too early",
        state = { weight = f32 { p.weight or 0.01, settable = true, doc = "what it counts in the loss" } },
        compute_loss = even(p.policy or "policy", "entropy", ""),
    }
end

return parts
