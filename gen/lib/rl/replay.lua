-- Part of loopc.rl: replay memory of dqn, td3 and sac: the steps are kept in a ring and drawn again, evenly or by priority.
--
-- Of several environments side by side each step has a row of the ring, so that the step behind row k of the same environment is row
-- k + count. From there n-step returns are computed when a row is drawn: R = r[0] + g r[1] + ... up to n steps, until the episode ends
-- or nothing newer is kept; they are followed by the value of the last observation with the weight $factors[r] = g^m, or 0 where the
-- episode terminated. (Sutton, "Learning to predict by the methods of temporal differences", 1988; Lin, "Self-improving reactive agents
-- based on reinforcement learning, planning and teaching", 1992.)
--
-- The draws of a batch: $x, $taken, $gains (the R), $x_next, $factors, $row_weights.

local common = require "loopc.environment.common"
local environment = require "loopc.rl.environment"

local replay = {}

replay.known = { room = "positive", batch = "positive", start = "count", steps = "positive", discount = "share",
    priority = "share", correction = "share" }

replay.defaults = { room = 50000, batch = 64, start = 1000, steps = 1, discount = 0.99, priority = 0, correction = 0.4 }

local function least_power(n)
    local power = 1
    while power < n do power = 2 * power end
    return power
end

-- Rounds the room to whole rows of all environments.
function replay.prepare(source, p)
    if p.room < p.batch then
        error(("rl.%s: a memory of room = %d rows is smaller than a batch of %d"):format(p.name, p.room, p.batch), 4)
    end
    p.room = (p.room + source.count - 1) // source.count * source.count
    p.leaves = least_power(p.room)
end

function replay.fields(source, p)
    local made = source.environment
    local seen, batch, room = made.observation, p.batch, p.room
    return {
        seen = f32[room][seen] { doc = "observations" }, later = f32[room][seen] { doc = "those behind the step" },
        actions = environment.actions_type(made, room), rewards = f32[room],
        over = bool[room] { doc = "whether the episode terminated" }, cut = bool[room] { doc = "whether it ended in either way" },
        open = made.mask and bool[room][made.actions] { doc = "the choices behind the step" } or nil,
        place = i32 { doc = "the row of the next step" }, filled = i32 { doc = "rows with a step" },
        drawing = rng { doc = "of the draws" }, rows = i32[batch] { doc = "the rows of a batch" },
        x = f32[batch][seen], x_next = f32[batch][seen], taken = environment.actions_type(made, batch),
        gains = f32[batch], factors = f32[batch], row_weights = f32[batch],
        x_open = made.mask and bool[batch][made.actions] or nil,
        discount = f32 { p.discount, option = true, min = 0, max = 1, doc = "the weight of the reward one step later" },
        start = i64 { p.start, doc = "steps before the first update" },
        tree = p.priority > 0 and f64[2 * p.leaves] { doc = "priorities and their sums" } or nil,
        highest = p.priority > 0 and f64 { 1, doc = "the highest priority so far" } or nil,
        errors = p.priority > 0 and f32[batch] { doc = "of the values of a batch" } or nil,
    }
end

local store = [[
    for (int32_t i = 0; i < {count}; i++) {
        const int32_t k = $place + i;
        memcpy($seen[k], $observation[i], sizeof $seen[k]);
        memcpy($later[k], $next[i], sizeof $later[k]);
        {keep_action}
        $rewards[k] = $reward[i] * {reward_scale};
        $over[k] = $terminated[i];
        $cut[k] = $ended[i];
        {keep_priority}
    }
    $place = ($place + {count}) % {room};
    if ($filled < {room}) $filled += {count};
]]

local sample = [[
    {draw}
    for (int32_t r = 0; r < {batch}; r++) {
        int32_t k = $rows[r];
        memcpy($x[r], $seen[k], sizeof $x[r]);
        {take_action}
        float gain = $rewards[k], factor = $discount;
        for (int32_t step = 1; step < {steps}; step++) {
            const int32_t next = (k + {count}) % {room};
            if ($cut[k] || next / {count} == $place / {count}) break;
            k = next;
            gain += factor * $rewards[k];
            factor *= $discount;
        }
        $gains[r] = gain;
        $factors[r] = $over[k] ? 0 : factor;
        memcpy($x_next[r], $later[k], sizeof $x_next[r]);
        {take_open}
    }
]]

local evenly = [[
    loopc_draw_uniform($drawing, $filled, {batch}, $rows);
    for (int32_t r = 0; r < {batch}; r++)
        $row_weights[r] = 1;
]]

local by_priority = [[
    const float correction = {correction}f + (1 - {correction}f) * $Learner.progress;
    loopc_draw_prioritized($drawing, $tree, {leaves}, $filled, correction, {batch}, $rows, $row_weights);
]]

-- The priority of a row is (|error| + 1e-6)^priority.
local weigh = [[
    for (int32_t r = 0; r < {batch}; r++) {
        const double weight = loopc_pow(fabs((double)$errors[r]) + 1e-6, {priority});
        $highest = weight > $highest ? weight : $highest;
        loopc_tree_set($tree, {leaves}, $rows[r], weight);
    }
]]

-- C of the events: store, sample, and `weigh`, which sets the priorities from $errors.
function replay.texts(source, p)
    local made, ordered = source.environment, p.priority > 0
    local values = common.with({ batch = p.batch, room = p.room, leaves = p.leaves, steps = p.steps,
        priority = ("%.9g"):format(p.priority), correction = ("%.9g"):format(p.correction):gsub("^%d+$", "%0.0"),
        reward_scale = ("%.9gf"):format(p.reward_scale or 1):gsub("^(%-?%d+)f$", "%1.0f"),
        draw = ordered and by_priority or evenly,
        keep_action = made.bound and "memcpy($actions[k], $action[i], sizeof $actions[k]);" or "$actions[k] = $action[i];",
        take_action = made.bound and "memcpy($taken[r], $actions[$rows[r]], sizeof $taken[r]);" or "$taken[r] = $actions[$rows[r]];",
        keep_priority = ordered and "loopc_tree_set($tree, {leaves}, k, $highest);" or "",
        take_open = made.mask and "memcpy($x_open[r], $open[k], sizeof $x_open[r]);" or "",
    }, {})
    for key, value in pairs(source.values) do values[key] = values[key] or value end
    local function fill(text) return common.fill(common.fill(text, values), values) end
    local open = made.mask and common.fill([[
        for (int32_t i = 0; i < {count}; i++) {
            bool *const allowed = $open[$place + i];
            for (int32_t a = 0; a < {actions}; a++)
                allowed[a] = true;
            {name}_mask((struct {name} *)(void *)$worlds[i], allowed);
        }
    ]], source.values) or ""
    return { store = open .. fill(store), sample = fill(sample), weigh = ordered and fill(weigh) or nil }
end

return replay
