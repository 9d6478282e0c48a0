-- Part of check: applies loop:replace { Inner = Other }, which exchanges loops.
--
-- Other takes Inner's place: its place in the trainer's list, its call_on and its order. Insertions on nodes of Inner move to
-- the nodes of the same names; Other must have them. Other declares the parameters (options) that Inner has, with the same
-- types, and takes over their values. A call with an error changes nothing.

local call_on = require "gen.spec.call_on"
local dsl = require "gen.spec.dsl"
local nearest = require "gen.base.nearest"

local check_replace = {}

local function options_of(loop)
    local out = {}
    local state = rawget(loop, "state")
    for _, entry in ipairs(type(state) == "table" and dsl.entries(state) or {}) do
        local field = entry.value
        if dsl.kind(field) == "field" and not dsl.is_type(field) and type(field.parameters) == "table" and field.parameters.option then
            out[#out + 1] = { name = entry.key, field = field }
        end
    end
    return out
end

-- The first difference between the parameters of two loops, or nil.
local function parameters_differ(old, new)
    local state = rawget(new, "state") or {}
    for _, option in ipairs(options_of(old)) do
        local field = state[option.name]
        if dsl.kind(field) ~= "field" then return ("it has no parameter '%s'"):format(option.name) end
        if rawget(field, "type") ~= option.field.type then
            return ("its parameter '%s' is %s, not %s"):format(option.name, tostring(rawget(field, "type")), option.field.type)
        end
    end
    local known = {}
    for _, option in ipairs(options_of(old)) do known[option.name] = true end
    for _, option in ipairs(options_of(new)) do
        if not known[option.name] then return ("it has the parameter '%s', which the other one lacks"):format(option.name) end
    end
end

-- The insertions on nodes of `old`: { member, index, node }.
local function children_of(value, old, by_name)
    local out = {}
    for _, member in ipairs(value) do
        if dsl.kind(member) == "loop" then
            for i, entry in ipairs(call_on.entries(member)) do
                local loop, node = call_on.target(entry, by_name)
                if loop == old then out[#out + 1] = { member = member, index = i, node = node } end
            end
        end
    end
    return out
end

local function plan(unit, value, exchange, name, new)
    local by_name, names = call_on.loops(value)
    local old = by_name[name]
    local function wrong(what, hint) unit.diags:add("bad_replace", exchange.at, name, tostring(name), what, hint or "") end
    if not old then return wrong("the trainer has no such loop" .. nearest.suggest(tostring(name), names)) end
    if dsl.kind(new) ~= "loop" then return wrong("its replacement is not a loop") end
    local new_name = dsl.about[new].name
    if not call_on.is_below(old.value, exchange.loop, by_name, {}) then
        return wrong(("it is not inserted on a node of '%s', nor below one"):format(dsl.about[exchange.loop].name))
    end
    local children = children_of(value, old.value, by_name)
    for _, child in ipairs(children) do
        if dsl.kind(rawget(new, child.node)) ~= "node" then
            return wrong(("'%s' has no node '%s', on which '%s' is inserted"):format(new_name, child.node, dsl.about[child.member].name))
        end
    end
    local why = parameters_differ(old.value, new)
    if why then return wrong(("'%s' cannot take its place: %s"):format(new_name, why), "both declare the same options") end
    return { old = old, new = new, children = children }
end

local function exchange_loops(value, step)
    local old, new = step.old.value, step.new
    new.call_on, new.order = rawget(old, "call_on"), rawget(old, "order")
    for _, option in ipairs(options_of(old)) do
        local field = new.state[option.name]
        if dsl.is_type(field) then new.state[option.name] = option.field
        else field.parameters[1] = option.field.parameters[1] end
    end
    for _, child in ipairs(step.children) do
        local list = call_on.entries(child.member)
        list[child.index] = rawget(new, child.node)
        child.member.call_on = list
    end
    value[step.old.index], dsl.about[old].replaced = new, true
end

function check_replace.carry_out(unit, value, exchange)
    local steps, fits = {}, true
    for _, entry in ipairs(dsl.entries(exchange.with)) do
        local step = plan(unit, value, exchange, entry.key, entry.value)
        steps[#steps + 1], fits = step, fits and step ~= nil
    end
    for _, step in ipairs(fits and steps or {}) do exchange_loops(value, step) end
end

return check_replace
