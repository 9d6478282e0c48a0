-- The gradient of an agent beside finite differences of its loss, which is written out here once more, from the fields that the agent keeps.
-- The test puts the agent for AGENT. Each line: the norm of the gradient by all weights of a net, from the agent and from differences.

local rl = require "loopc.rl"

local kind = "AGENT"
local continuous = kind ~= "ppo" and kind ~= "dqn"
local source = rl.source { continuous and rl.pendulum or rl.cartpole, count = 2, episodes = 1 }
local hidden, activation = { 5 }, "tanh"

local agents = {
    ppo = function()
        return rl.ppo { source, hidden = hidden, activation = activation, steps = 8, batch = 16, epochs = 4, eta = 0.05, entropy = 0.1,
            anneal = false, norm = 1000, value_clip = 0.02, clip = 0.05 }
    end,
    normal = function()
        return rl.ppo { source, name = "normal", hidden = hidden, activation = activation, steps = 8, batch = 16, epochs = 4, eta = 0.05,
            entropy = 0.1, anneal = false, norm = 1000, clip = 0.05, reward_scale = 0.1 }
    end,
    dqn = function()
        return rl.dqn { source, hidden = hidden, activation = activation, start = 16, batch = 16, every = 2, eta = 0.02, norm = 1000,
            dueling = true, priority = 0.6, steps = 3, reward_scale = 0.5 }
    end,
    td3 = function()
        return rl.td3 { source, hidden = hidden, activation = activation, start = 16, batch = 16, every = 2, eta = 0.01, delay = 1,
            reward_scale = 0.1 }
    end,
    sac = function()
        return rl.sac { source, hidden = hidden, activation = activation, start = 16, batch = 16, every = 2, eta = 0.01,
            reward_scale = 0.1 }
    end,
}

-- C of a function that gives the loss, `double KIND_loss(state)`, as a block that sets `loss`; the net whose weights it is about.
local softmax_policy = [[
    ppo_policy_forward($ppo.policy, &$ppo.x[0][0], 16);
    float now[16];
    ppo_policy_log_p($ppo.policy, $ppo.chosen, now, 16);
    for (int r = 0; r < 16; r++) {
        const double ratio = exp((double)now[r] - (double)$ppo.before[r]), gain = (double)$ppo.gains[r];
        loss -= fmin(ratio * gain, fmin(fmax(ratio, 0.95), 1.05) * gain) / 16;
    }
    const float *const p = ppo_policy_forward($ppo.policy, &$ppo.x[0][0], 16);
    for (int k = 0; k < 32; k++) loss += 0.1 * (double)p[k] * log((double)p[k]) / 16;
]]

local clipped_value = [[
    const float *const v = ppo_value_forward($ppo.value, &$ppo.x[0][0], 16);
    for (int r = 0; r < 16; r++) {
        const double old = (double)$ppo.old_values[r], target = (double)$ppo.targets[r];
        const double error = (double)v[r] - target, other = old + fmin(fmax((double)v[r] - old, -0.02), 0.02) - target;
        loss += fmax(error * error, other * other) / 2 / 16;
    }
]]

local normal_policy = [[
    const float none = 0;
    const float *const m = normal_policy_forward($normal.policy, &$normal.x[0][0], 16);
    const double s = (double)normal_spread_forward($normal.spread, &none, 1)[0];
    for (int r = 0; r < 16; r++) {
        const double z = ((double)$normal.chosen[r][0] - (double)m[r]) / exp(s), now = -z * z / 2 - s - 0.5 * log(2 * 3.14159265358979);
        const double ratio = exp(now - (double)$normal.before[r]), gain = (double)$normal.gains[r];
        loss -= fmin(ratio * gain, fmin(fmax(ratio, 0.95), 1.05) * gain) / 16;
    }
    loss -= 0.1 * (s + 0.5 * (1 + log(2 * 3.14159265358979)));
]]

local huber = [=[
    const float *const out = dqn_q_forward($dqn.q, &$dqn.x[0][0], 16);
    for (int r = 0; r < 16; r++) {
        const float *const q = out + 3 * r;
        const double value = (double)q[$dqn.taken[r]] + (double)q[2] - ((double)q[0] + (double)q[1]) / 2;
        const double error = fabs(value - (double)$dqn.targets[r]);
        loss += (double)$dqn.row_weights[r] * (error < 1 ? error * error / 2 : error - 0.5) / 16;
    }
]=]

local function critic(name)
    return ([[
        const float *const v = NAME_first_forward($NAME.first, &$NAME.both[0][0], 16);
        for (int r = 0; r < 16; r++) {
            const double error = (double)v[r] - (double)$NAME.targets[r];
            loss += error * error / 2 / 16;
        }
    ]]):gsub("NAME", name)
end

local td3_actor = [[
    float both[16][4];
    const float *const a = td3_actor_forward($td3.actor, &$td3.x[0][0], 16);
    for (int r = 0; r < 16; r++) {
        memcpy(both[r], $td3.x[r], 3 * sizeof(float));
        both[r][3] = a[r];
    }
    const float *const v = td3_first_forward($td3.first, &both[0][0], 16);
    for (int r = 0; r < 16; r++) loss -= (double)v[r] / 16;
]]

local sac_actor = [[
    float both[16][4];
    const float *const out = sac_actor_forward($sac.actor, &$sac.x[0][0], 16);
    for (int r = 0; r < 16; r++) {
        const double s = -5 + 3.5 * (tanh((double)out[2 * r + 1]) + 1), z = (double)$sac.z[r][0], u = (double)out[2 * r] + exp(s) * z;
        memcpy(both[r], $sac.x[r], 3 * sizeof(float));
        both[r][3] = (float)tanh(u);
        loss += $heat * (-z * z / 2 - s - 0.5 * log(2 * 3.14159265358979) - log(1 - tanh(u) * tanh(u))) / 16;
    }
    float first[16];
    memcpy(first, sac_first_forward($sac.first, &both[0][0], 16), sizeof first);
    const float *const second = sac_second_forward($sac.second, &both[0][0], 16);
    for (int r = 0; r < 16; r++) loss -= (double)fminf(first[r], second[r]) / 16;
]]

-- Where a loss has kinks, at the limits of ratios and values, the differences are of neighbours that are close together.
local kinks = kind == "ppo" or kind == "normal"

-- A comparison: for each weight w of NET its loss at w + h and w - h.
local function compare(net, loss)
    return (([[
        {
            float weights[200];
            const int32_t count = PREFIX_parameters(NET);
            PREFIX_get_weights(NET, weights, count);
            double squares = 0;
            for (int32_t k = 0; k < count; k++) {
                const float h = H, kept = weights[k];
                double sides[2];
                for (int side = 0; side < 2; side++) {
                    double loss = 0;
                    weights[k] = side ? kept + h : kept - h;
                    PREFIX_set_weights(NET, weights, count);
                    LOSS
                    sides[side] = loss;
                }
                weights[k] = kept;
                const double slope = (sides[1] - sides[0]) / 2 / (double)h;
                squares += slope * slope;
            }
            PREFIX_set_weights(NET, weights, count);
            printf("%s %.5g %.5g\n", "PREFIX", (double)PREFIX_grad_norm(NET), sqrt(squares));
        }
    ]]):gsub("%f[%w]H%f[%W]", kinks and "0.0005f" or "0.004f"):gsub("LOSS", (loss:gsub("%%", "%%%%")))
        :gsub("PREFIX", (net:gsub("%.", "_"))):gsub("NET", "$" .. net))
end

-- An actor has made its step when its gradient is seen, so its weights from before the step are put back for the comparison.
local function around(name, loss)
    local function named(text) return (text:gsub("NAME", name)) end
    return named [[
        float after[200];
        const int32_t all = NAME_actor_parameters($NAME.actor);
        NAME_actor_get_weights($NAME.actor, after, all);
        NAME_actor_set_weights($NAME.actor, $kept, all);
    ]] .. compare(name .. ".actor", loss) .. named "NAME_actor_set_weights($NAME.actor, after, all);"
end

local before, after = {
    ppo = compare("ppo.policy", softmax_policy) .. compare("ppo.value", clipped_value),
    normal = compare("normal.policy", normal_policy) .. compare("normal.spread", normal_policy),
    dqn = compare("dqn.q", huber), td3 = compare("td3.first", critic "td3"), sac = compare("sac.first", critic "sac"),
}, { td3 = around("td3", td3_actor), sac = around("sac", sac_actor) }

local keep = ("NAME_actor_get_weights($NAME.actor, $kept, NAME_actor_parameters($NAME.actor));"):gsub("NAME", kind)

return rl.learner "gradients" {
    source = source, budget = 160, agent = agents[kind](),
    callback "differences" {
        order = 1,
        state = { kept = f32[200], heat = f64 { 0 } },
        ["Update.before_step"] = before[kind],
        ["Update.step"] = after[kind] and keep .. (kind == "sac" and " $heat = (double)$sac.temperature;" or "") or nil,
        after_update = after[kind],
    },
}
