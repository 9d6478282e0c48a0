-- Part of loopc.rl: deep Q-learning (Mnih et al., "Human-level control through deep reinforcement learning", 2015), with
-- double Q-learning (van Hasselt, Guez and Silver, 2016), a dueling head (Wang et al., 2016), prioritized replay (Schaul et al., 2016)
-- and n-step returns (as Hessel et al., "Rainbow", 2018, put them together). For choices.
--
-- The net gives each choice a value, Q(observation, choice), and learns towards the target R + factor * Q'(next, best choice), Q' a slow
-- copy of it, by Huber's loss (square up to an error of 1, line beyond). The best choice is that of Q with double, else of Q'. With
-- dueling the net gives advantages A and one value V, and Q = V + A - mean of A; here both share all hidden layers.
--
-- rl.dqn { source, ... }:
--     hidden = { 64, 64 }, activation = "relu"      hidden layers
--     room = 50000, batch = 64, start = 1000        replay memory; rows of an update; steps before the first one
--     every = 4, updates = 1                        steps of all environments between updates, and how many follow
--     target_every = 250, blend = 1                 updates after which the slow copy moves to the net, by that share
--     eta = 5e-4, anneal = false, norm = 10         learning rate; whether it falls to 0; the most that the gradient's norm may be
--     discount = 0.99, steps = 1                    n of n-step returns
--     explore = { 1, 0.05, 0.1 }                    the share of actions by chance: from, to, within that share of the budget
--     hold = 1                                      the most steps for which an action by chance is kept: k or more of them with the
--                                                   probability 1 / k (Dabney, Ostrovski and Barreto, "Temporally-extended epsilon-greedy
--                                                   exploration", 2021); 1: each for itself
--     double = true, dueling = false
--     priority = 0, correction = 0.4                replay by priority (alpha; 0: evenly) and its correction (beta, rising to 1)
--     normalize = false                             observations by running mean and deviation
--     reward_scale = 1                              what rewards are multiplied by

local common = require "loopc.environment.common"
local nets = require "loopc.rl.nets"
local replay = require "loopc.rl.replay"

local known = common.with({ hidden = "list", activation = "text", every = "positive", updates = "count", target_every = "positive", blend = "share",
    eta = "number", anneal = "switch", norm = "number", explore = "list", hold = "count", double = "switch", dueling = "switch", normalize = "switch",
    reward_scale = "number" }, replay.known)

local defaults = common.with({ hidden = { 64, 64 }, activation = "relu", every = 4, updates = 1, target_every = 250, blend = 1, eta = 5e-4,
    anneal = false, norm = 10, explore = { 1, 0.05, 0.1 }, hold = 1, double = true, dueling = false, normalize = false,
    reward_scale = 1 }, replay.defaults)

local function fields_of(source, p, rows)
    local made = source.environment
    local outputs, keys = made.actions + (p.dueling and 1 or 0), { activation = p.activation, loss = "squared_error", batch = rows }
    return {
        q = nets.make(made.observation, p.hidden, outputs, keys), slow = nets.make(made.observation, p.hidden, outputs, keys),
        rule = optimizer { "adam", net = "q" },
        eta = f32 { p.eta, option = true, settable = true, doc = "learning rate" },
        norm = f32 { p.norm, doc = "the most that the gradient's norm may be" },
        chance = rng { doc = "of the actions" }, epsilon = f32 { doc = "the share of actions by chance" },
        held = p.hold > 1 and i32[source.count] { doc = "steps for which an action by chance is kept" } or nil,
        done = i64 { doc = "updates so far" },
        view = f32[math.max(source.count, source.episodes)][made.observation],
        best = i32[p.batch] { doc = "the best choices of the next observations" }, targets = f32[p.batch],
        d = f32[p.batch][outputs] { doc = "derivatives of the loss" },
        surprise = f32 { report = true, doc = "mean loss of the last batch" }, value = f32 { report = true, doc = "mean value of the last batch" },
    }
end

-- The choice of largest value in a row of outputs, among the allowed ones of a mask.
local function argmax(made, row, allowed)
    if not made.mask then return ("loopc_argmax(%s, {actions})"):format(row) end
    return ("rl_best(%s, %s, {actions})"):format(row, allowed)
end

local act = [[
    const float from = {from}f, to = {to}f, share = $Learner.progress / {within}f;
    $epsilon = share < 1 ? from + (to - from) * share : to;
    {see}
    const float *const q = {name}_q_forward($q, &$view[0][0], {count});
    for (int32_t i = 0; i < {count}; i++) {
        {stretch}
        const bool random = loopc_rng_f32($chance) < $epsilon;
        $action[i] = random ? {any} : {greedy};
        {begin_stretch}
    }
]]

local compute_target = [[
    {double}
    const float *const later = {name}_slow_forward($slow, &$x_next[0][0], {batch});
    for (int32_t r = 0; r < {batch}; r++) {
        const float *const q = later + {outputs} * r;
        {single}
        $targets[r] = $gains[r] + $factors[r] * ({q_best});
    }
]]

local compute_loss = [[
    const float *const values = {name}_q_forward($q, &$x[0][0], {batch});
    double loss = 0, mean = 0;
    for (int32_t r = 0; r < {batch}; r++) {
        const float *const q = values + {outputs} * r;
        const float value = {q_taken}, error = value - $targets[r], size = fabsf(error);
        const float slope = (error < -1 ? -1 : error > 1 ? 1 : error) * $row_weights[r] / {batch};
        for (int32_t a = 0; a < {actions}; a++)
            $d[r][a] = (a == $taken[r] ? slope : 0){less};
        {d_value}
        {keep_error}
        loss += (double)($row_weights[r] * (size < 1 ? error * error / 2 : size - 0.5f));
        mean += (double)value;
    }
    $surprise = (float)(loss / {batch});
    $value = (float)(mean / {batch});
    {name}_q_zero_grad($q);
    {name}_q_backward_from($q, &$d[0][0], {batch});
]]

local mean_advantage = "rl_mean(q, {actions})"

local function number(x) return (("%.9g"):format(x):gsub("^%-?%d+$", "%0.0")) end

-- Helpers in the trainer's code, where they are needed.
local function code_of(made, p)
    local parts = {}
    if made.mask then
        parts[1] = [[
/* The index of the largest value among those that are allowed, of all if none is. */
static int32_t rl_best(const float *values, const bool *allowed, int32_t n)
{
    int32_t best = -1;
    for (int32_t a = 0; a < n; a++)
        if (allowed[a] && (best < 0 || values[a] > values[best])) best = a;
    return best < 0 ? loopc_argmax(values, n) : best;
}

/* A choice among those that are allowed, each equally likely. */
static int32_t rl_any(struct loopc_rng *chance, const bool *allowed, int32_t n)
{
    int32_t count = 0, chosen = 0;
    for (int32_t a = 0; a < n; a++)
        if (allowed[a] && loopc_rng_below(chance, (uint64_t)++count) == 0) chosen = a;
    return count > 0 ? chosen : (int32_t)loopc_rng_below(chance, (uint64_t)n);
}
]]
    end
    if p.dueling then
        parts[#parts + 1] = [[
static float rl_mean(const float *values, int32_t n)
{
    float sum = 0;
    for (int32_t a = 0; a < n; a++)
        sum += values[a];
    return sum / (float)n;
}
]]
    end
    return table.concat(parts, "\n")
end

local function texts_of(source, p)
    local made = source.environment
    local function q_of(choice)
        return p.dueling and ("q[%s] + q[{actions}] - " .. mean_advantage):format(choice) or ("q[%s]"):format(choice)
    end
    local _, see = nets.observer(source, p.normalize)
    return {
        any = made.mask and "rl_any($chance, $allowed[i], {actions})" or "(int32_t)loopc_rng_below($chance, {actions})",
        greedy = argmax(made, "q + {outputs} * i", "$allowed[i]"),
        see = see("&$observation[0][0]", "{count}", "&$view[0][0]", true),
        double = p.double and ("const float *const now = {name}_q_forward($q, &$x_next[0][0], {batch});\n"
            .. "for (int32_t r = 0; r < {batch}; r++)\n    $best[r] = " .. argmax(made, "now + {outputs} * r", "$x_open[r]") .. ";") or "",
        single = not p.double and "$best[r] = " .. argmax(made, "q", "$x_open[r]") .. ";" or "",
        q_best = q_of("$best[r]"), q_taken = q_of("$taken[r]"),
        less = p.dueling and " - slope / {actions}" or "", d_value = p.dueling and "$d[r][{actions}] = slope;" or "",
        keep_error = p.priority > 0 and "$errors[r] = error;" or "",
        stretch = p.hold > 1 and "if ($length[i] > 0 && $held[i]-- > 0) continue; /* the action of the step before */" or "",
        begin_stretch = p.hold > 1 and ("$held[i] = random ? (int32_t)fminf(1 / (loopc_rng_f32($chance) + 0x1p-24f), %d) - 1 : 0;")
            :format(p.hold) or "",
        from = number(p.explore[1]), to = number(p.explore[2]), within = number(p.explore[3]),
    }
end

local function check(source, p)
    if source.environment.bound then error("rl.dqn is for choices; for numbers there are rl.sac, rl.td3 and rl.ppo", 4) end
    if #p.explore ~= 3 or p.explore[3] <= 0 then error("rl.dqn: explore = { from, to, share of the budget above 0 }", 4) end
end

return function(rl)
    return function(given)
        local source = nets.check("rl.dqn", given, known)
        local p = common.with(common.with({ name = "dqn" }, defaults), given)
        p[1] = nil
        check(source, p)
        replay.prepare(source, p)
        local name, made = p.name, source.environment
        local moments, see = nets.observer(source, p.normalize)
        local pilot, make_pilot = nets.pilot(source, { name = name, from = "q", hidden = p.hidden, activation = p.activation,
            outputs = made.actions + (p.dueling and 1 or 0), dueling = p.dueling, normalize = p.normalize })
        local values = { name = name, batch = p.batch, outputs = made.actions + (p.dueling and 1 or 0) }
        for key, value in pairs(source.values) do values[key] = values[key] or value end
        local texts, memory = texts_of(source, p), replay.texts(source, p)
        local function text(c) return common.fill(common.fill(common.fill(c, texts), values), values) end
        local function seen(from) return p.normalize and text(see(from, "{batch}", from)) or "" end
        return rl.agent { source, start = p.start, name = name, doc = "deep Q-learning", order = p.order, code = code_of(made, p),
            rounds = math.max(1, p.every // source.count), updates = ("$Source.steps < $%s.start ? 0 : %d"):format(name, p.updates),
            state = common.with(common.with(fields_of(source, p, nets.largest(source.count, p.batch, source.episodes)),
                replay.fields(source, p)), common.with(pilot, moments)),
            on_save_checkpoint = make_pilot,
            train = text "{name}_slow_copy_{name}_q($slow, $q);",
            act = text(act), store = memory.store,
            sample = memory.sample .. seen("&$x[0][0]") .. seen("&$x_next[0][0]"),
            compute_target = text(compute_target), compute_loss = text(compute_loss),
            ["Update.before_step"] = text "{name}_q_clip_grad($q, $norm);",
            ["Update.step"] = text("{name}_rule_step($rule, $q, $eta" .. (p.anneal and " * (1 - $Learner.progress)" or "") .. ");"),
            after_update = text((memory.weigh or "") .. ("if (++$done %% %d == 0) %s;"):format(p.target_every,
                p.blend == 1 and "{name}_slow_copy_{name}_q($slow, $q)"
                    or ("{name}_slow_blend_{name}_q($slow, $q, %sf)"):format(number(p.blend)))),
            evaluate = text(see("&$observation[0][0]", "{episodes}", "&$view[0][0]") .. [[

                const float *const q = {name}_q_forward($q, &$view[0][0], {episodes});
                for (int32_t i = 0; i < {episodes}; i++)
                    $action[i] = {greedy};
            ]]),
        }
    end
end
