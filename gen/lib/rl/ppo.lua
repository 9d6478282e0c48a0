-- Part of loopc.rl: proximal policy optimization (Schulman, Wolski, Dhariwal, Radford and Klimov, "Proximal policy optimization
-- algorithms", 2017), with generalized advantage estimation.
--
-- A rollout is `steps` steps of all environments. Of each step the advantage says how much better it was than the value net
-- had expected; a few passes over them, `batch` rows at a time in a new order each time, make good steps more probable, but none by more
-- than a factor of 1 + clip. With the ratio r = p(action) / p(action when it was drawn) and the advantage A the loss is the mean
-- of -min(r A, clip(r, 1 - clip, 1 + clip) A) - entropy * H, and for the value net of (V - R)^2 / 2, R = A + V.
--
-- rl.ppo { source, ... }; defaults are those of the paper's table for MuJoCo, unless one says otherwise here:
--     hidden = { 64, 64 }, activation = "tanh"    hidden layers of policy and value net
--     steps = 128, batch = 64, epochs = 10        the rollout (of each environment), rows of an update, passes over a rollout
--     eta = 3e-4, anneal = true                   the learning rate; whether it (and clip, with anneal_clip) falls to 0 over the budget
--     discount = 0.99, decay = 0.95               of returns and of advantages (gamma, lambda)
--     clip = 0.2, value_clip = 0                  0 for value_clip: values move freely. Else V is kept within it of its old value
--     entropy = 0                                 the weight of the entropy H
--     norm = 0.5                                  the most that the gradient's norm of each net may be
--     kl = 0                                      passes end when the mean of r - 1 - log r is above 1.5 times this; 0: never
--     standardize = true                          advantages of a batch are brought to mean 0, deviation 1
--     normalize = false                           observations are brought to mean 0, deviation 1 by running moments
--     reward_scale = 1                            what rewards are multiplied by
--     spread = 0                                  the logarithm of the deviations of continuous actions at the start

local common = require "loopc.environment.common"
local heads = require "loopc.rl.heads"
local nets = require "loopc.rl.nets"

local known = { hidden = "list", activation = "text", steps = "positive", batch = "positive", epochs = "positive", eta = "number", anneal = "switch",
    anneal_clip = "switch", discount = "share", decay = "share", clip = "number", value_clip = "number", entropy = "number", norm = "number",
    kl = "number", standardize = "switch", normalize = "switch", reward_scale = "number", spread = "number" }

local defaults = { hidden = { 64, 64 }, activation = "tanh", steps = 128, batch = 64, epochs = 10, eta = 3e-4, anneal = true,
    anneal_clip = false, discount = 0.99, decay = 0.95, clip = 0.2, value_clip = 0, entropy = 0, norm = 0.5, kl = 0, standardize = true,
    normalize = false, reward_scale = 1, spread = 0 }

local function fields_of(source, p, rows)
    local seen = source.environment.observation
    return {
        value = nets.make(seen, p.hidden, 1, { activation = p.activation, loss = "squared_error", batch = rows }),
        value_rule = optimizer { "adam", net = "value", epsilon = 1e-5 },
        eta = f32 { p.eta, option = true, settable = true, doc = "learning rate" },
        discount = f32 { p.discount, option = true, min = 0, max = 1, doc = "the weight of the reward one step later" },
        decay = f32 { p.decay, doc = "how far advantages look beyond the values" },
        clip = f32 { p.clip, doc = "how much more probable an action may become" },
        value_clip = f32 { p.value_clip, doc = "how far a value may move; 0: any way" },
        share = f32 { p.entropy, doc = "the weight of the entropy" },
        norm = f32 { p.norm, doc = "the most that a gradient's norm may be" },
        limit = f32 { p.kl, doc = "of the divergence of the policy from the one that acted; 0: none" },
        reward_scale = f32 { p.reward_scale },
        order = rng { doc = "of the steps" }, key = u64 { doc = "the order of this pass" },
        observations = f32[p.room][seen] { doc = "step by step, as the nets see them" },
        log_p = f32[p.room] { doc = "log-probabilities of the actions" }, values = f32[p.room] { doc = "of the observations" },
        rewards = f32[p.room], after = f32[p.room] { doc = "values behind the steps" },
        ends = bool[p.room] { doc = "whether an episode ended there" }, advantages = f32[p.room],
        judged = f32[source.episodes][seen], last = f32[source.count][seen],
        rows = i64[p.batch] { doc = "the steps of a batch" }, x = f32[p.batch][seen], before = f32[p.batch], now = f32[p.batch],
        weights = f32[p.batch], gains = f32[p.batch], targets = f32[p.batch], old_values = f32[p.batch], d_values = f32[p.batch],
        entropy = f32 { doc = "of the policy" }, divergence = f32 { report = true, doc = "of the policy from the one that acted" },
        surprise = f32 { report = true, doc = "half of the mean squared error of the values" },
    }
end

-- Where time was up the value behind the step is that of the last observation, which the next step no longer sees.
local store = [[
    const int32_t first = (int32_t)$Source.iteration * {count};
    bool cut = false;
    for (int32_t i = 0; i < {count}; i++) {
        $rewards[first + i] = $reward[i] * $reward_scale;
        $ends[first + i] = $ended[i];
        $after[first + i] = 0;
        cut = cut || $truncated[i];
    }
    if (cut) {
        {see_next}
        const float *const values = {name}_value_forward($value, &$last[0][0], {count});
        for (int32_t i = 0; i < {count}; i++)
            if ($truncated[i]) $after[first + i] = values[i];
    }
]]

local before_learn = [[
    {see_last}
    const float *const values = {name}_value_forward($value, &$last[0][0], {count});
    for (int32_t k = 0; k < {room}; k++)
        if (!$ends[k]) $after[k] = k < {room} - {count} ? $values[k + {count}] : values[k % {count}];
    loopc_advantages($rewards, $values, $after, $ends, {steps}, {count}, $discount, $decay, $advantages);
]]

local sample = [[
    const int64_t first = $Update.iteration * {batch} % {room};
    if (first == 0) $key = loopc_rng_u64($order);
    loopc_shuffled_rows($key, {room}, (uint64_t)first, {batch}, $rows);
    for (int32_t r = 0; r < {batch}; r++) {
        const int64_t k = $rows[r];
        memcpy($x[r], $observations[k], sizeof $x[r]);
        {gather}
        $before[r] = $log_p[k];
        $gains[r] = $advantages[k];
        $old_values[r] = $values[k];
    }
]]

local compute_target = [[
    for (int32_t r = 0; r < {batch}; r++)
        $targets[r] = $gains[r] + $old_values[r];
    {standardize}
]]

-- Where the ratio is beyond its limit the loss has no slope.
local compute_loss = [[
    {look}
    const float clip = $clip{less_clip};
    double divergence = 0, surprise = 0;
    for (int32_t r = 0; r < {batch}; r++) {
        const float ratio = loopc_expf($now[r] - $before[r]), gain = $gains[r];
        const bool far = gain > 0 ? ratio > 1 + clip : ratio < 1 - clip;
        $weights[r] = far ? 0 : ratio * gain / {batch};
        divergence += (double)(ratio - 1 - ($now[r] - $before[r]));
    }
    $divergence = (float)(divergence / {batch});
    {descend}
    const float *const values = {name}_value_forward($value, &$x[0][0], {batch});
    for (int32_t r = 0; r < {batch}; r++) {
        const float error = values[r] - $targets[r], moved = values[r] - $old_values[r];
        const float kept = moved < -$value_clip ? -$value_clip : moved > $value_clip ? $value_clip : moved;
        const float other = $old_values[r] + kept - $targets[r];
        const bool clipped = $value_clip > 0 && other * other > error * error;
        $d_values[r] = clipped && kept != moved ? 0 : error / {batch};
        surprise += (double)(error * error) / 2;
    }
    $surprise = (float)(surprise / {batch});
    {name}_value_zero_grad($value);
    {name}_value_backward_from($value, $d_values, {batch});
]]

local function check(source, p)
    p.room = p.steps * source.count
    if p.batch < 1 or p.steps < 1 or p.room % p.batch ~= 0 then
        error(("rl.ppo: a rollout has steps * count = %d rows, which batch = %d divides without a rest"):format(p.room, p.batch), 4)
    end
end

local function fill_twice(text, texts, values) return common.fill(common.fill(text, texts), values) end

return function(rl)
    return function(given)
        local source = nets.check("rl.ppo", given, known)
        local p = common.with(common.with({}, defaults), given)
        p[1] = nil
        check(source, p)
        local name, most = p.name or "ppo", nets.largest(source.count, p.batch, source.episodes)
        local head = heads.of(source, p, most)
        local moments, see = nets.observer(source, p.normalize)
        local pilot, make_pilot = nets.pilot(source, { name = name, from = "policy", hidden = p.hidden, activation = p.activation,
            outputs = source.environment.actions, normalize = p.normalize })
        local values = common.with({ name = name, room = p.room, batch = p.batch, steps = p.steps }, {})
        for key, value in pairs(source.values) do values[key] = values[key] or value end
        local texts = common.with({
            see_next = see("&$next[0][0]", "{count}", "&$last[0][0]"),
            see_last = see("&$Source.observation[0][0]", "{count}", "&$last[0][0]"),
            standardize = p.standardize and "loopc_standardize($gains, {batch});" or "",
            less_clip = p.anneal_clip and " * (1 - $Learner.progress)" or "",
            less = p.anneal and " * (1 - $Learner.progress)" or "",
        }, head)
        local function text(c) return fill_twice(c, texts, values) end
        return rl.agent { source, name = name, doc = p.doc or "proximal policy optimization", order = p.order,
            rounds = p.steps, updates = p.epochs * p.room // p.batch,
            state = common.with(common.with(fields_of(source, p, most), head.fields), common.with(pilot, moments)),
            on_save_checkpoint = make_pilot,
            act = text("const int32_t first = (int32_t)$Source.iteration * {count};\n"
                .. see("&$observation[0][0]", "{count}", "&$observations[first][0]", true) .. "\n{choose}\n"
                .. "memcpy(&$values[first], {name}_value_forward($value, &$observations[first][0], {count}), {count} * sizeof(float));"),
            store = text(store), before_learn = text(before_learn), sample = text(sample), compute_target = text(compute_target),
            compute_loss = text(compute_loss),
            ["Update.before_step"] = text("{clip}\n{name}_value_clip_grad($value, $norm);"),
            ["Update.step"] = text("const float eta = $eta{less};\n{step}\n{name}_value_rule_step($value_rule, $value, eta);"),
            after_update = p.kl > 0 and "if ($divergence > 1.5f * $limit) $stop(Update);" or nil,
            evaluate = text(see("&$observation[0][0]", "{episodes}", "&$judged[0][0]") .. "\n{best}"),
        }
    end
end
