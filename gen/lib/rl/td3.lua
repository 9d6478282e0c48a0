-- Part of loopc.rl: twin delayed deep deterministic policy gradient (Fujimoto, van Hoof and Meger, "Addressing function approximation
-- error in actor-critic methods", 2018). For numbers.
--
-- The actor gives an action, tanh times the bound. The critics learn towards R + factor * the smaller one of Q1', Q2' of the next
-- observation and the slow actor's action with a little noise; every second update the actor follows the derivative of Q1 by its action, and
-- all slow copies move. Nets see actions as shares of the bound.
--
-- rl.td3 { source, ... }:
--     hidden = { 64, 64 }, activation = "relu"      hidden layers of actor and critics (the paper: 400 and 300)
--     room = 50000, batch = 256, start = 1000       replay memory; rows of an update; steps by chance before the first update
--     every = 1, updates = 1                        steps of all environments between updates, and how many follow
--     eta = 1e-3, blend = 0.005                     learning rate; how far slow copies move
--     discount = 0.99, steps = 1                    n of n-step returns
--     noise = 0.1, hold = 0                         deviation of the noise of actions, in bounds; how much of it stays from step to step
--     smooth = 0.2, smooth_limit = 0.5              noise of the target's action, and its limit
--     delay = 2                                     updates of the critics for one of the actor
--     priority = 0, correction = 0.4                replay by priority
--     normalize = false, reward_scale = 1

local common = require "loopc.environment.common"
local critics = require "loopc.rl.critics"
local nets = require "loopc.rl.nets"
local replay = require "loopc.rl.replay"

local known = common.with({ hidden = "list", activation = "text", every = "positive", updates = "count", blend = "share", eta = "number",
    noise = "number", hold = "share", smooth = "number", smooth_limit = "number", delay = "positive", normalize = "switch",
    reward_scale = "number" }, replay.known)

local defaults = common.with(common.with({}, replay.defaults), { hidden = { 64, 64 }, activation = "relu", batch = 256, every = 1, updates = 1,
    blend = 0.005, eta = 1e-3, noise = 0.1, hold = 0, smooth = 0.2, smooth_limit = 0.5, delay = 2, normalize = false, reward_scale = 1 })

local function fields_of(source, p)
    local made = source.environment
    local keys = { activation = p.activation, output = "tanh", loss = "squared_error",
        batch = nets.largest(source.count, source.episodes, p.batch) }
    local function actor() return nets.make(made.observation, p.hidden, made.actions, keys) end
    return {
        actor = actor(), slow_actor = actor(), actor_rule = optimizer { "adam", net = "actor" },
        eta = f32 { p.eta, option = true, settable = true, doc = "learning rate" },
        blend = f32 { p.blend, doc = "how far slow copies move towards their nets" },
        noise = f32 { p.noise, option = true, doc = "deviation of the noise of actions, in bounds" },
        chance = rng { doc = "of the actions" }, smoothing = rng { doc = "of the noise of targets" },
        drift = f32[source.count][made.actions] { doc = "the noise of the last actions, in deviations" },
        done = i64 { doc = "updates so far" },
        view = f32[math.max(source.count, source.episodes)][made.observation],
    }
end

-- Noise of which a share stays from step to step, with the deviation 1.
local act = [[
    {see}
    const float *const best = {name}_actor_forward($actor, &$view[0][0], {count});
    const bool random = $Source.steps < $start;
    for (int32_t i = 0; i < {count}; i++)
        for (int32_t a = 0; a < {actions}; a++) {
            $drift[i][a] = {hold}f * $drift[i][a] + {fresh}f * (float)loopc_rng_normal($chance);
            const float noisy = random ? {random} : best[{actions} * i + a] + $noise * $drift[i][a];
            $action[i][a] = {bound}f * fminf(fmaxf(noisy, -1), 1);
        }
]]

local compute_target = [[
    const float *const best = {name}_slow_actor_forward($slow_actor, &$x_next[0][0], {batch});
    for (int32_t r = 0; r < {batch}; r++)
        for (int32_t a = 0; a < {actions}; a++) {
            const float noise = {smooth}f * (float)loopc_rng_normal($smoothing);
            const float kept = fminf(fmaxf(noise, -{smooth_limit}f), {smooth_limit}f);
            $next_actions[r][a] = fminf(fmaxf(best[{actions} * r + a] + kept, -1), 1);
        }
    {join_next}
    {least}
    for (int32_t r = 0; r < {batch}; r++)
        $targets[r] = $gains[r] + $factors[r] * $other[r];
    for (int32_t r = 0; r < {batch}; r++)
        for (int32_t a = 0; a < {actions}; a++)
            $taken[r][a] /= {bound}f;
    {join_taken}
]]

-- The derivative of -mean Q1(x, actor(x)) by the actor's actions goes on through the actor.
local follow = [[
    if (++$done % {delay} == 0) {
        const float *const actions = {name}_actor_forward($actor, &$x[0][0], {batch});
        for (int32_t r = 0; r < {batch}; r++) {
            memcpy($both[r] + {seen}, actions + {actions} * r, {actions} * sizeof(float));
            $d_values[r] = -1.0f / {batch};
        }
        {name}_first_forward($first, &$both[0][0], {batch});
        const float *const d = {name}_first_input_grad_from($first, $d_values, {batch});
        for (int32_t r = 0; r < {batch}; r++)
            memcpy($d_actions[r], d + ({seen} + {actions}) * r + {seen}, {actions} * sizeof(float));
        {name}_actor_zero_grad($actor);
        {name}_actor_backward_from($actor, &$d_actions[0][0], {batch});
        {name}_actor_rule_step($actor_rule, $actor, eta);
        {name}_slow_actor_blend_{name}_actor($slow_actor, $actor, $blend);
        {blend}
    }
]]

local function number(x) return (("%.9g"):format(x):gsub("^%-?%d+$", "%0.0")) end

return function(rl)
    return function(given)
        local source = nets.check("rl.td3", given, known)
        if not source.environment.bound then error("rl.td3 is for numbers; for choices there are rl.dqn and rl.ppo", 3) end
        local p = common.with(common.with({ name = "td3" }, defaults), given)
        p[1] = nil
        replay.prepare(source, p)
        local moments, see = nets.observer(source, p.normalize)
        local memory = replay.texts(source, p)
        local pilot, make_pilot = nets.pilot(source, { name = p.name, from = "actor", hidden = p.hidden, activation = p.activation,
            outputs = source.environment.actions, squash = true, normalize = p.normalize })
        local text = critics.filler(source, p, {
            see = see("&$observation[0][0]", "{count}", "&$view[0][0]", true), hold = number(p.hold),
            fresh = number(math.sqrt(1 - p.hold * p.hold)), smooth = number(p.smooth), smooth_limit = number(p.smooth_limit),
            random = p.hold > 0 and "$drift[i][a]" or "loopc_between($chance, -1, 1)", delay = p.delay,
            join_next = critics.join("$x_next", "$next_actions"), join_taken = critics.join("$x", "$taken"), least = critics.least,
            blend = critics.blend, keep_error = p.priority > 0 and "$errors[r] = error;" or "",
        })
        local function seen(from) return p.normalize and text(see(from, "{batch}", from)) or "" end
        return rl.agent { source, start = p.start, name = p.name, doc = "twin delayed deep deterministic policy gradient", order = p.order,
            rounds = math.max(1, p.every // source.count), updates = ("$Source.steps < $%s.start ? 0 : %d"):format(p.name, p.updates),
            state = common.with(common.with(common.with(fields_of(source, p), critics.fields(source, p)), replay.fields(source, p)),
                common.with(pilot, moments)),
            on_save_checkpoint = make_pilot,
            train = text("{name}_slow_actor_copy_{name}_actor($slow_actor, $actor);\n" .. critics.copy),
            act = text(act), store = memory.store, sample = memory.sample .. seen("&$x[0][0]") .. seen("&$x_next[0][0]"),
            compute_target = text(compute_target), compute_loss = text(critics.loss),
            ["Update.step"] = text("const float eta = $eta;\n" .. critics.step .. follow),
            after_update = memory.weigh,
            evaluate = text(see("&$observation[0][0]", "{episodes}", "&$view[0][0]") .. [[

                const float *const best = {name}_actor_forward($actor, &$view[0][0], {episodes});
                for (int32_t i = 0; i < {episodes}; i++)
                    for (int32_t a = 0; a < {actions}; a++)
                        $action[i][a] = {bound}f * best[{actions} * i + a];
            ]]),
        }
    end
end
