-- Part of loopc.environment: losses. Each is the mean over the samples of the batch, times its weight; they add up in
-- $loss, and their derivatives in the model's outputs.

local common = require "loopc.environment.common"
local heads = require "loopc.environment.heads"

local parts = {}

-- The C for {policy}, {likelihood} and {entropy} in a loss.
local function values_of(design, p)
    local head, values = heads.of(design), { policy = p.policy or "policy", count = "$rows * $width" }
    values.likelihood = common.fill(head.likelihood, values)
    values.entropy = common.fill(head.entropy, values)
    return values
end

-- The baselines, which are subtracted from the rewards: baselines[kind] is C that sets `baseline`.
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
    $loss += {likelihood};
]]

local ratio = [[
    float sum = 0;
    for (int32_t i = 0; i < $rows; i++)
        for (int32_t k = 0; k < $width; k++) {
            const int32_t r = i * $width + k;
            const float apart = ${policy}.log_p[i][k] - ${policy}.slow_log_p[i][k];
            const float ratio = loopc_expf(apart), a = $advantages[i];
            const float kept = fminf(fmaxf(ratio, 1 - $clip), 1 + $clip);
            const bool inside = ratio * a <= kept * a;
            ${policy}.weights[r] = inside ? $weight * a * ratio / (float)$rows : 0;
            if (${policy}.live[r]) sum -= inside ? ratio * a : kept * a;
        }
    $loss += $weight * sum / (float)$rows;
    {likelihood};
]]

-- The policy gradient: the mean of -(rewards_final - baseline) log p(sample). baseline: "none", "mean" (of the batch) or
-- "average" (an exponential average over batches, with `decay`); normalize = true divides by the root of the mean square
-- of the rest. ratio = 0.2: measures the model against its slow copy instead (policy { slow = ... }): with
-- q = p / p_slow of a token, the mean of -min(q A, clip(q, 1 - ratio, 1 + ratio) A), summed over the tokens.
function parts.policy_gradient(design, p)
    common.check("policy_gradient", p, { policy = "text", weight = "number", normalize = "switch", decay = "share",
        baseline = "text", ratio = "number" })
    local kind = baselines[p.baseline or "average"]
    if not kind then error('policy_gradient: baseline is "none", "mean" or "average"', 0) end
    local values = values_of(design, p)
    values.baseline = kind
    return callback(p.name or "policy_gradient") {
        order = p.order or 20,
        doc = p.doc or "makes samples with a good reward more probable",
        state = {
            weight = f32 { p.weight or 1, settable = true, doc = "its weight in the loss" },
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

-- A loss whose rows all count the same: `which` is that of the head (heads.lua).
local function even(design, p, which, weight, doc)
    common.check(which, p, { policy = "text", weight = "number" })
    local values = values_of(design, p)
    return callback(p.name or which) {
        order = p.order or 20,
        doc = p.doc or doc,
        state = { weight = f32 { p.weight or weight, settable = true, doc = "its weight in the loss" } },
        compute_loss = common.fill([[
            if ($rows == 0) return;
            for (int32_t r = 0; r < $rows * $width; r++)
                ${policy}.weights[r] = ${policy}.live[r] ? $weight / (float)$rows : 0;
            $loss += {]] .. which .. [[};
        ]], values),
    }
end

-- The likelihood: the mean of -log p(sample), whatever its reward: to learn what data are like.
function parts.likelihood(design, p) return even(design, p, "likelihood", 1, "makes the samples of the batch more probable") end

-- Entropy: the mean of minus the sum of the entropies of the sample's tokens: keeps the model from settling too early.
function parts.entropy(design, p) return even(design, p, "entropy", 0.01, "keeps the model from settling too early") end

return parts
