-- loopc.rl: reinforcement learning: an agent learns, step by step, what to do in an environment that rewards it.
--
--     local rl = require "loopc.rl"
--     local source = rl.source { rl.cartpole, count = 8 }
--     return rl.learner "cartpole_ppo" { source = source, agent = rl.ppo { source }, budget = 100000 }
--
-- All of it is made of the words that any spec has; loopc knows nothing of it. Nets and optimizers are the language's own.
--
-- The loops, the fields and the events are those of rl/loops.lua; `loopc explain` lists the events, each with the callbacks that hear it.
-- `step` and `before_step` are events of two loops: ["Source.step"], ["Update.step"].
--
-- rl.source { environment, count = 1, episodes = 100 }: count environments side by side; episodes of an evaluation.
--     environments: rl.cartpole, rl.pendulum, rl.mountain_car, rl.mountain_car_continuous, rl.acrobot, rl.bandit { arms = ... },
--     rl.grid_world { map = ... }, and your own, rl.environment "name" { ... } (rl/environment.lua).
-- Agents, each with the defaults of its paper: rl.ppo, rl.reinforce, rl.dqn, rl.td3, rl.sac (rl/ppo.lua and so on), rl.random; your own
-- is rl.agent { source, act = C, evaluate = C, ... }, a callback: rounds says how many steps of the source are between updates, updates how
-- many updates then follow (numbers or C).
-- rl.learner "name" { source = ..., agent = ..., budget = steps, callbacks..., state = ..., code = ... } is the trainer. evaluate = steps
-- from one evaluation during the training to the next (0: none but the last). Its last line on standard output is the mean return of the
-- last evaluation: fresh episodes, without exploration.
--
-- A step fails where an action is no choice that an environment has at all, or where a reward or an observation is no finite number.
--
-- An episode that reaches the limit of its steps is truncated: that is no end to what an agent learns (its value is that of its last
-- observation), while an episode that terminates has the value 0 behind it.

local common = require "loopc.environment.common"
local environment = require "loopc.rl.environment"
local loops = require "loopc.rl.loops"

local rl = { environment = environment.new, events = loops.events }

for _, name in ipairs { "cartpole", "pendulum", "mountain_car", "mountain_car_continuous", "acrobot" } do
    rl[name] = environment.new(name)(require("loopc.rl." .. name))
end

for _, name in ipairs { "bandit", "grid_world" } do
    rl[name] = function(given) return environment.new(name)(require("loopc.rl." .. name)(given or {})) end
end

function rl.source(given)
    local made = type(given) == "table" and given[1]
    if type(made) ~= "table" or not made.is_environment then
        error("rl.source takes an environment: rl.source { rl.cartpole, count = 8 }", 2)
    end
    common.check("rl.source", common.named(given), { count = "positive", episodes = "positive" })
    local count, episodes = given.count or 1, given.episodes or 100
    return { is_source = true, environment = made, count = count, episodes = episodes, values = { name = made.name, count = count,
        seen = made.observation, actions = made.actions, bound = made.bound and ("%.9g"):format(made.bound):gsub("^%d+$", "%0.0"),
        limit = made.limit, episodes = episodes } }
end

local own = { rounds = true, updates = true, code = true, name = true, start = true }

-- An agent: a callback with the number of steps between updates, of updates, and of those before the first update (start).
function rl.agent(given)
    local source = given[1]
    if type(source) ~= "table" or not source.is_source then error("rl.agent takes a source: rl.agent { source, act = C }", 2) end
    for _, key in ipairs { "act", "evaluate" } do
        if not given[key] then error(("rl.agent needs %s = C that sets $action"):format(key), 2) end
    end
    local parts = {}
    for key, value in pairs(given) do
        if type(key) == "string" and not own[key] then parts[key] = value end
    end
    parts.order = parts.order or 2
    local made = { is_agent = true, source = source, callback = callback(given.name or "agent")(parts), rounds = given.rounds or 1,
        updates = given.updates or 0, start = given.start or 0, code = given.code or "" }
    made.loops = loops.make(source, made)
    return made
end

-- Acts by chance: each choice that there is, or each number within its bound, as likely as the others.
local draws = {
    numbers = "for (int32_t a = 0; a < {actions}; a++) $action[i][a] = loopc_between(%s, -{bound}f, {bound}f);",
    choices = "$action[i] = (int32_t)loopc_rng_below(%s, {actions});",
    open_choices = [[
        int32_t open = 0, a = 0;
        for (int32_t k = 0; k < {actions}; k++)
            open += $allowed[i][k];
        for (int64_t k = (int64_t)loopc_rng_below(%s, (uint64_t)open); k > 0 || !$allowed[i][a]; a++)
            k -= $allowed[i][a];
        $action[i] = a;
    ]],
}

function rl.random(given)
    local source = given[1]
    local made, values = source.environment, source.values
    local one = made.bound and draws.numbers or made.mask and draws.open_choices or draws.choices
    local function draw(count, chance)
        return common.fill(("for (int32_t i = 0; i < %d; i++) {\n    %s\n}"):format(count, one:format(chance)), values)
    end
    return rl.agent { source, name = given.name or "random", doc = "acts by chance", rounds = given.rounds,
        state = { chance = rng { doc = "of its actions" }, other = rng { doc = "of those in evaluations" } },
        act = draw(source.count, "$chance"), evaluate = draw(source.episodes, "$other") }
end

for _, name in ipairs { "ppo", "reinforce", "dqn", "td3", "sac" } do rl[name] = require("loopc.rl." .. name)(rl) end

local learner_keys = { source = true, agent = true, budget = true, evaluate = true, state = true }

local function check_learner(name, given)
    local source, agent = given.source, given.agent
    if type(source) ~= "table" or not source.is_source then error("rl.learner needs source = rl.source { ... }", 3) end
    if type(agent) ~= "table" or not agent.is_agent then error("rl.learner needs agent = rl.ppo { source }, or another one", 3) end
    if agent.source ~= source then error("rl.learner: its agent was made for another source", 3) end
    if name == source.environment.name then error(("rl.learner %q: its environment has the same name"):format(name), 3) end
    for _, key in ipairs { "budget", "evaluate" } do
        if given[key] and math.type(given[key]) ~= "integer" then error(("rl.learner: %s is a whole number of steps"):format(key), 3) end
    end
    if not given.budget then error("rl.learner needs budget = how many steps", 3) end
    if agent.start > 0 and given.budget > 0 and given.budget <= agent.start then
        error(("rl.learner: its budget of %d steps ends before the first update, which its agent makes after start = %d"):format(given.budget,
            agent.start), 3)
    end
end

local function text_of(...)
    local parts = {}
    for _, part in ipairs { ... } do
        if part ~= "" then parts[#parts + 1] = part end
    end
    return table.concat(parts, "\n")
end

-- The options are made by the first of both calls, whose place in the spec is theirs.
function rl.learner(name)
    local state, make = loops.options(), trainer(name)
    return function(given)
        check_learner(name, given)
        local members = { table.unpack(given.agent.loops) }
        members[#members + 1] = given.agent.callback
        table.move(given, 1, #given, #members + 1, members)
        for key, value in pairs(given) do
            if type(key) == "string" and not learner_keys[key] then members[key] = value end
        end
        state.budget.parameters[1], state.evaluate.parameters[1] = given.budget, given.evaluate or 0
        members.state = common.with(state, given.state)
        members.code = text_of(environment.code(given.source.environment), given.agent.code, given.code or "")
        return make(members)
    end
end

return rl
