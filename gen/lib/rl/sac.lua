-- Part of loopc.rl: soft actor-critic (Haarnoja, Zhou, Abbeel and Levine, "Soft actor-critic: off-policy maximum entropy deep
-- reinforcement learning with a stochastic actor", 2018), with the temperature learned (Haarnoja et al., "Soft actor-critic algorithms and
-- applications", 2018). For numbers.
--
-- The actor gives for each number a mean m and the logarithm of a deviation, log s = -5 + 3.5 (tanh l + 1), from its output l; with z
-- drawn from the normal distribution the action is bound * tanh(u), u = m + s z (squashed Gaussian), and
--     log p = sum of -z^2 / 2 - log s - log(2 pi) / 2 - 2 (log 2 - u - softplus(-2 u)),
-- the last term for tanh (density of the action as a share of the bound). The critics learn towards
-- R + factor (min(Q1', Q2') - t log p), the actor minimizes t log p - min(Q1, Q2), and the temperature t = exp(k) keeps the entropy at
-- `entropy`: k moves by the derivative of -k (log p + entropy).
--
-- rl.sac { source, ... }:
--     hidden = { 64, 64 }, activation = "relu"      hidden layers of actor and critics (the paper: 256 and 256)
--     room = 50000, batch = 256, start = 1000       replay memory; rows of an update; steps by chance before the first update
--     every = 1, updates = 1                        steps of all environments between updates, and how many follow
--     eta = 1e-3, blend = 0.005                     learning rate of nets and temperature (the paper: 3e-4); how far slow copies move
--     discount = 0.99, steps = 1                    n of n-step returns
--     temperature = 1, automatic = true             the temperature at the start, and whether it is learned
--     entropy = -1 for each number                  the entropy that the temperature keeps
--     hold = 0                                      how much of the noise of actions stays from step to step; 0: fresh noise in each
--     priority = 0, correction = 0.4                replay by priority
--     normalize = false, reward_scale = 1

local common = require "loopc.environment.common"
local critics = require "loopc.rl.critics"
local nets = require "loopc.rl.nets"
local replay = require "loopc.rl.replay"

local known = common.with({ hidden = "list", activation = "text", every = "positive", updates = "count", blend = "share", eta = "number",
    temperature = "number", automatic = "switch", entropy = "number", hold = "share", normalize = "switch", reward_scale = "number" }, replay.known)

local defaults = common.with(common.with({}, replay.defaults), { hidden = { 64, 64 }, activation = "relu", batch = 256, every = 1, updates = 1,
    blend = 0.005, eta = 1e-3, temperature = 1, automatic = true, hold = 0, normalize = false, reward_scale = 1 })

local function fields_of(source, p)
    local made, rows = source.environment, nets.largest(source.count, source.episodes, p.batch)
    local rooms = math.max(source.count, p.batch)
    return {
        actor = nets.make(made.observation, p.hidden, 2 * made.actions, { activation = p.activation, loss = "squared_error", batch = rows }),
        actor_rule = optimizer { "adam", net = "actor" },
        heat = p.automatic and mlp { 1, 1, activation = "identity", loss = "squared_error", init = "zero" } or nil,
        heat_rule = p.automatic and optimizer { "adam", net = "heat" } or nil,
        eta = f32 { p.eta, option = true, settable = true, doc = "learning rate" },
        blend = f32 { p.blend, doc = "how far slow copies move towards their nets" },
        start_heat = p.automatic and f32 { math.log(p.temperature), doc = "the logarithm of the temperature at the start" } or nil,
        temperature = f32 { p.temperature, report = true, doc = "the weight of the entropy" },
        wanted = p.automatic and f32 { p.entropy or -made.actions, doc = "the entropy that the temperature keeps" } or nil,
        chance = rng { doc = "of the actions" }, other_chance = rng { doc = "of those in updates" },
        drift = f32[source.count][made.actions] { doc = "the noise of the last actions" },
        z = f32[p.batch][made.actions] { doc = "the noise of the actions of a batch" }, log_p = f32[rooms],
        acts = f32[source.count][made.actions] { doc = "the actor's actions, as shares of the bound" },
        fresh = f32[p.batch][made.actions] { doc = "the same for a batch" },
        deviations = f32[rooms][made.actions] { doc = "of the actor's last actions" },
        slopes = f32[rooms][made.actions] { doc = "derivatives of their logarithms by the outputs" },
        d_actor = f32[p.batch][2 * made.actions], values = f32[p.batch],
        view = f32[math.max(source.count, source.episodes)][made.observation],
        entropy = f32 { report = true, doc = "of the actor" },
    }
end

local act = [[
    {see}
    const float *const out = {name}_actor_forward($actor, &$view[0][0], {count});
    const bool random = $Source.steps < $start;
    for (int32_t i = 0; i < {count}; i++)
        for (int32_t a = 0; a < {actions}; a++)
            $drift[i][a] = {hold}f * $drift[i][a] + {fresh}f * (float)loopc_rng_normal($chance);
    loopc_squash(out, &$drift[0][0], {count}, {actions}, &$acts[0][0], &$deviations[0][0], &$slopes[0][0], $log_p);
    for (int32_t i = 0; i < {count}; i++)
        for (int32_t a = 0; a < {actions}; a++)
            $action[i][a] = {bound}f * (random ? {random} : $acts[i][a]);
]]

-- Fresh actions for observations x, with their log-probabilities.
local function draw(x, to)
    return ([[
        const float *const out = {name}_actor_forward($actor, &%s[0][0], {batch});
        for (int32_t r = 0; r < {batch}; r++)
            for (int32_t a = 0; a < {actions}; a++)
                $z[r][a] = (float)loopc_rng_normal($other_chance);
        loopc_squash(out, &$z[0][0], {batch}, {actions}, &%s[0][0], &$deviations[0][0], &$slopes[0][0], $log_p);
    ]]):format(x, to)
end

local compute_target = draw("$x_next", "$next_actions") .. [[
    {join_next}
    {least}
    for (int32_t r = 0; r < {batch}; r++)
        $targets[r] = $gains[r] + $factors[r] * ($other[r] - $temperature * $log_p[r]);
    for (int32_t r = 0; r < {batch}; r++)
        for (int32_t a = 0; a < {actions}; a++)
            $taken[r][a] /= {bound}f;
    {join_taken}
]]

-- The smaller critic of each row gives the derivative: the other one gets 0 there.
local follow = draw("$x", "$fresh") .. [[
    {join_fresh}
    memcpy($values, {name}_first_forward($first, &$both[0][0], {batch}), sizeof $values);
    const float *const second = {name}_second_forward($second, &$both[0][0], {batch});
    double entropy = 0;
    for (int32_t r = 0; r < {batch}; r++) {
        $d_values[r] = $values[r] < second[r] ? -1.0f / {batch} : 0;
        $other[r] = $values[r] < second[r] ? 0 : -1.0f / {batch};
        entropy -= (double)$log_p[r];
    }
    $entropy = (float)(entropy / {batch});
    const float *const d_first = {name}_first_input_grad_from($first, $d_values, {batch});
    const float *const d_second = {name}_second_input_grad_from($second, $other, {batch});
    for (int32_t r = 0; r < {batch}; r++)
        for (int32_t a = 0; a < {actions}; a++) {
            const int32_t k = ({seen} + {actions}) * r + {seen} + a;
            $d_actions[r][a] = d_first[k] + d_second[k];
        }
    loopc_unsquash(&$z[0][0], &$fresh[0][0], &$deviations[0][0], &$slopes[0][0], &$d_actions[0][0], $temperature / {batch}, {batch},
                   {actions}, &$d_actor[0][0]);
    {name}_actor_zero_grad($actor);
    {name}_actor_backward_from($actor, &$d_actor[0][0], {batch});
    {name}_actor_rule_step($actor_rule, $actor, eta);
    {heat}
]]

local heat = [[
    const float none = 0, d_heat = $entropy - $wanted;
    {name}_heat_forward($heat, &none, 1);
    {name}_heat_zero_grad($heat);
    {name}_heat_backward_from($heat, &d_heat, 1);
    {name}_heat_rule_step($heat_rule, $heat, eta);
    $temperature = loopc_expf({name}_heat_forward($heat, &none, 1)[0] + $start_heat);
]]

local function number(x) return (("%.9g"):format(x):gsub("^%-?%d+$", "%0.0")) end

return function(rl)
    return function(given)
        local source = nets.check("rl.sac", given, known)
        if not source.environment.bound then error("rl.sac is for numbers; for choices there are rl.dqn and rl.ppo", 3) end
        local p = common.with(common.with({ name = "sac" }, defaults), given)
        p[1] = nil
        if p.temperature <= 0 then error("rl.sac: temperature is above 0", 3) end
        replay.prepare(source, p)
        local moments, see = nets.observer(source, p.normalize)
        local memory = replay.texts(source, p)
        local pilot, make_pilot = nets.pilot(source, { name = p.name, from = "actor", hidden = p.hidden, activation = p.activation,
            outputs = 2 * source.environment.actions, squash = true, normalize = p.normalize })
        local text = critics.filler(source, p, {
            see = see("&$observation[0][0]", "{count}", "&$view[0][0]", true), hold = number(p.hold),
            fresh = number(math.sqrt(1 - p.hold * p.hold)),
            random = p.hold > 0 and "fminf(fmaxf($drift[i][a], -1), 1)" or "loopc_between($chance, -1, 1)",
            join_next = critics.join("$x_next", "$next_actions"), join_taken = critics.join("$x", "$taken"),
            join_fresh = critics.join("$x", "$fresh"), least = critics.least, heat = p.automatic and heat or "",
            keep_error = p.priority > 0 and "$errors[r] = error;" or "",
        })
        local function seen(from) return p.normalize and text(see(from, "{batch}", from)) or "" end
        return rl.agent { source, start = p.start, name = p.name, doc = "soft actor-critic", order = p.order,
            rounds = math.max(1, p.every // source.count), updates = ("$Source.steps < $%s.start ? 0 : %d"):format(p.name, p.updates),
            state = common.with(common.with(common.with(fields_of(source, p), critics.fields(source, p)), replay.fields(source, p)),
                common.with(pilot, moments)),
            on_save_checkpoint = make_pilot,
            train = text(critics.copy),
            act = text(act), store = memory.store, sample = memory.sample .. seen("&$x[0][0]") .. seen("&$x_next[0][0]"),
            compute_target = text(compute_target), compute_loss = text(critics.loss),
            ["Update.step"] = text("const float eta = $eta;\n" .. critics.step .. follow),
            after_update = (memory.weigh or "") .. text(critics.blend),
            evaluate = text(see("&$observation[0][0]", "{episodes}", "&$view[0][0]") .. [[

                const float *const out = {name}_actor_forward($actor, &$view[0][0], {episodes});
                for (int32_t i = 0; i < {episodes}; i++)
                    for (int32_t a = 0; a < {actions}; a++)
                        $action[i][a] = {bound}f * loopc_tanhf(out[2 * {actions} * i + a]);
            ]]),
        }
    end
end
