-- Whether a graph is a valid spec whose meaning LANGUAGE.md settles: for the random generator, which asks what it is allowed to
-- write where, and for the shrinker, which must not turn a mismatch into an error of the spec.

local graph = require "tests.differential.graph"
local place = require "tests.differential.place"

local valid = {}

valid.most_steps = 400

-- Bodies and expressions with their places: a list of
--   { body, owner = "Loop.node" | callback key, places = { { at, callback }... }, in_failed } and, with `loop` and `which`
-- ("done", "times", "skip") in place of body, the expressions of loops. nil: too many steps.
function valid.sites(g)
    local list, by_body = {}, {}
    local function entry(id, make)
        if not by_body[id] then
            by_body[id] = make()
            by_body[id].places = {}
            list[#list + 1] = by_body[id]
        end
        return by_body[id]
    end
    local function visit(at, callback, key)
        local where = { at = at, callback = callback }
        if callback then
            table.insert(entry(key, function() return { holder = key, name = callback.name .. "." .. key.key } end).places, where)
        elseif at.node then
            table.insert(entry(at.node, function() return { holder = at.node, name = place.name(at) } end).places, where)
        else
            local e = entry(at.loop, function() return { loop = at.loop, name = at.loop.name } end)
            table.insert(e.places, where)
        end
    end
    local count = place.each(g, valid.most_steps, visit)
    return count <= valid.most_steps and list or nil
end

local handlers = { failed = true, finally = true }

local function has_run_phase(loop)
    for _, node in ipairs(loop.nodes) do
        if node.phase == "run" then return true end
    end
    return false
end

-- The phases and loops that a body at a place may leave, innermost first: lists of phases "Loop.phase" and of repeating loops' names. Rule 6:
-- nothing outside of a failed or finally part around the body.
function valid.targets(at)
    local phases, loops = {}, {}
    while at do
        local loop, node = at.loop, at.node
        if handlers[node.prefix] then break end
        if node.phase ~= "skip" then phases[#phases + 1] = loop.name .. "." .. node.phase end
        if node.phase ~= "skip" and node.phase ~= "run" then
            if graph.repeats(loop) then loops[#loops + 1] = loop.name end
            if has_run_phase(loop) then phases[#phases + 1] = loop.name .. ".run" end
        end
        at = at.up
    end
    return phases, loops
end

local function contains(list, value)
    for _, entry in ipairs(list) do
        if entry == value then return true end
    end
    return false
end

local allowed = {}

function allowed.fail() return true end

function allowed.recover(_, at) return at.node.prefix == "failed" end

function allowed.cancel(signal, at)
    local phases = valid.targets(at)
    if signal.target then return contains(phases, signal.target) end
    return #phases > 0
end

function allowed.stop(signal, at)
    local _, loops = valid.targets(at)
    if signal.target then return contains(loops, signal.target) end
    return #loops > 0
end

-- Whether a signal is allowed in a body at all these places.
function valid.signal(signal, places)
    for _, where in ipairs(places) do
        if not allowed[signal.kind](signal, where.at) then return false end
    end
    return true
end

-- Whether the value of a field is settled at a place inside of its owner's copy: a batch field outside of
-- the iterations, and the count of iterations before the loop is entered or after it was left, are not.
local function settled(field, at, around)
    if field.scope == "state" or field.scope == "trainer" then return true end
    if not around then return field.scope == "total" end
    while at.loop ~= around.loop do at = at.up end
    if not at.node then return field.scope == "site" end
    if field.scope == "batch" then return at.node.phase ~= "run" and at.node.phase ~= "skip" end
    if field.scope == "iteration" then return at.node.phase ~= "skip" end
    return true
end

-- Whether a reference means one and the same settled field at all these places. `done` says so of the loop's own
-- iteration counter, which its condition may read.
function valid.reference(g, reference, places, done)
    local owner
    for _, where in ipairs(places) do
        local field, around = place.resolve(g, reference, where.at, where.callback)
        if not field or (owner and field.owner ~= owner) then return false end
        local own_iteration = done and field.scope == "iteration" and around and around.loop == where.at.loop
        if not own_iteration and not settled(field, where.at, around) then return false end
        owner = field.owner
    end
    return owner ~= nil
end

local function expression_problem(g, e, places, done)
    if type(e) ~= "table" then return nil end
    if e.name then return not valid.reference(g, e, places, done) and "reference " .. e.name or nil end
    return expression_problem(g, e[2], places, done) or expression_problem(g, e[3], places, done)
end

local function statement_problem(g, statement, places)
    if statement.op == "count" then return expression_problem(g, statement.field, places) end
    for _, field in ipairs(statement.fields or {}) do
        local problem = expression_problem(g, field, places)
        if problem then return problem end
    end
    if statement.op ~= "signal" then return nil end
    if not valid.signal(statement, places) then return "signal " .. statement.kind end
    return expression_problem(g, statement.when, places)
end

local function site_problem(g, site)
    if site.loop then
        return expression_problem(g, site.loop.done, site.places, true) or
            expression_problem(g, site.loop.times, site.places) or expression_problem(g, site.loop.skip, site.places)
    end
    for _, statement in ipairs(site.holder.body or {}) do
        local problem = statement_problem(g, statement, site.places)
        if problem then return site.name .. ": " .. problem end
    end
end

-- A loop needs a node to iterate over, and every place that it names.
local function loop_problem(g, loop, is_root)
    local phases = 0
    for _, node in ipairs(loop.nodes) do
        if node.phase ~= "run" and node.phase ~= "skip" then phases = phases + 1 end
        if node.phase == "skip" and not loop.skip then return loop.name .. ": on_skip without skip" end
    end
    if phases == 0 then return loop.name .. ": no phase" end
    if not is_root and #loop.call_on == 0 then return loop.name .. ": attached nowhere" end
    for _, site in ipairs(is_root and {} or loop.call_on) do
        local target = graph.find_loop(g, site.loop)
        if not target or not graph.find_node(target, site.node) then return loop.name .. ": no " .. site.node end
    end
end

local function callback_problem(g, callback)
    local seen = {}
    if #callback.keys == 0 then return callback.name .. ": no key" end
    for _, key in ipairs(callback.keys) do
        local matches = graph.matches(g, key.key)
        if #matches == 0 then return callback.name .. ": no match" end
        if #matches > 1 and key.key:sub(1, 2) ~= "*." then return callback.name .. ": several matches" end
        for _, match in ipairs(matches) do
            if seen[match.node] then return callback.name .. ": twice on one node" end
            seen[match.node] = true
        end
    end
    for _, entry in ipairs(callback.within or {}) do
        local loop = graph.find_loop(g, entry.loop)
        if not loop or not graph.find_node(loop, entry.node) then return callback.name .. ": within" end
    end
end

-- Every loop and every callback body has a place.
local function all_stand(g, sites)
    local stands = {}
    for _, site in ipairs(sites) do stands[site.loop or site.holder] = true end
    for _, loop in ipairs(g.loops) do
        if not stands[loop] then return loop.name .. ": stands nowhere" end
    end
    for _, callback in ipairs(g.callbacks) do
        for _, key in ipairs(callback.keys) do
            if not stands[key] then return callback.name .. ": stands nowhere" end
        end
    end
end

-- The error of a graph, as text; nil when it is valid.
function valid.problem(g)
    for i, loop in ipairs(g.loops) do
        local problem = loop_problem(g, loop, i == 1)
        if problem then return problem end
    end
    for _, callback in ipairs(g.callbacks) do
        local problem = callback_problem(g, callback)
        if problem then return problem end
    end
    local sites = valid.sites(g)
    if not sites then return "too many steps" end
    local problem = all_stand(g, sites)
    if problem then return problem end
    for _, site in ipairs(sites) do
        problem = site_problem(g, site)
        if problem then return problem end
    end
end

return valid
