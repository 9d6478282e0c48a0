-- Part of loopc.rl: what td3 and sac have in common: two critics Q(observation, action), their slow copies, and the derivative of the
-- actor's loss by its actions.
--
-- Both critics learn towards one target, by the squared error; of the slow copies the smaller value counts (clipped double Q-learning,
-- Fujimoto, van Hoof and Meger, "Addressing function approximation error in actor-critic methods", 2018).

local common = require "loopc.environment.common"
local nets = require "loopc.rl.nets"

local critics = {}

function critics.fields(source, p)
    local made = source.environment
    local width, keys = made.observation + made.actions, { activation = p.activation, loss = "squared_error", batch = p.batch }
    local function critic() return nets.make(width, p.hidden, 1, keys) end
    return {
        first = critic(), second = critic(), slow_first = critic(), slow_second = critic(),
        first_rule = optimizer { "adam", net = "first" }, second_rule = optimizer { "adam", net = "second" },
        both = f32[p.batch][width] { doc = "observations and actions, side by side" },
        next_actions = f32[p.batch][made.actions], targets = f32[p.batch], other = f32[p.batch],
        d_values = f32[p.batch] { doc = "derivatives by the values" },
        d_actions = f32[p.batch][made.actions] { doc = "derivatives of the actor's loss by its actions" },
        surprise = f32 { report = true, doc = "half of the mean squared error of the critics" },
        value = f32 { report = true, doc = "mean value of the last batch" },
    }
end

-- C that puts observations and actions, as shares of the bound, side by side.
function critics.join(observations, actions)
    return ([[
        for (int32_t r = 0; r < {batch}; r++) {
            memcpy($both[r], %s[r], {seen} * sizeof(float));
            memcpy($both[r] + {seen}, %s[r], {actions} * sizeof(float));
        }
    ]]):format(observations, actions)
end

-- The value of the next observations: the smaller one of the slow critics.
critics.least = [[
    memcpy($other, {name}_slow_first_forward($slow_first, &$both[0][0], {batch}), sizeof $other);
    const float *const later = {name}_slow_second_forward($slow_second, &$both[0][0], {batch});
    for (int32_t r = 0; r < {batch}; r++)
        $other[r] = fminf($other[r], later[r]);
]]

local function of_critic(critic, first)
    local text = [[
    const float *const CRITIC_values = {name}_CRITIC_forward($CRITIC, &$both[0][0], {batch});
    for (int32_t r = 0; r < {batch}; r++) {
        const float error = CRITIC_values[r] - $targets[r];
        $d_values[r] = error * $row_weights[r] / {batch};
        loss += (double)(error * error) / 2;
        MEAN
    }
    {name}_CRITIC_zero_grad($CRITIC);
    {name}_CRITIC_backward_from($CRITIC, $d_values, {batch});
]]
    text = text:gsub("MEAN", first and "mean += (double)CRITIC_values[r];\n        {keep_error}" or "")
    return (text:gsub("CRITIC", critic))
end

-- The losses of both critics and their gradients.
critics.loss = "double loss = 0, mean = 0;\n" .. of_critic("first", true) .. of_critic("second", false) .. [[
    $surprise = (float)(loss / (2 * {batch}));
    $value = (float)(mean / {batch});
]]

critics.step = [[
    {name}_first_rule_step($first_rule, $first, eta);
    {name}_second_rule_step($second_rule, $second, eta);
]]

critics.blend = [[
    {name}_slow_first_blend_{name}_first($slow_first, $first, $blend);
    {name}_slow_second_blend_{name}_second($slow_second, $second, $blend);
]]

critics.copy = [[
    {name}_slow_first_copy_{name}_first($slow_first, $first);
    {name}_slow_second_copy_{name}_second($slow_second, $second);
]]

-- Fills in the texts of an agent: `texts` may contain values, and texts.
function critics.filler(source, p, texts)
    local values = { name = p.name, batch = p.batch, bound = nil }
    for key, value in pairs(source.values) do values[key] = values[key] or value end
    return function(text) return common.fill(common.fill(common.fill(text, texts), texts), values) end
end

return critics
