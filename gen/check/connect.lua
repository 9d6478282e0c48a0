-- Part of check: applies loop:connect { on_step = Inner }, which inserts loops on nodes of another loop.
--
-- The key is a node of the loop; the value is a loop that is not inserted anywhere yet, or a list of them. Connected loops form a
-- tree: each is inserted on one node, never below itself. A call with an error changes nothing. A loop that is not in the
-- trainer's list is added to it.

local call_on = require "gen.spec.call_on"
local dsl = require "gen.spec.dsl"
local nearest = require "gen.base.nearest"

local check_connect = {}

local function nodes_of(loop)
    local names = {}
    for _, entry in ipairs(dsl.entries(loop)) do
        if dsl.kind(entry.value) == "node" then names[#names + 1] = entry.key end
    end
    return names
end

-- Why `child` cannot be inserted on node `place` of `loop`, and a hint; nil when it can.
local function problem(value, loop, place, child)
    local name = dsl.about[loop].name
    if dsl.kind(rawget(loop, place)) ~= "node" then
        local names = nodes_of(loop)
        return ("'%s' has no node '%s'%s"):format(name, place, nearest.suggest(place, names)), "nodes: " .. table.concat(names, ", ")
    end
    local inserted = call_on.entries(child)[1]
    if inserted then
        local by_name = call_on.loops(value)
        local other, node = call_on.target(inserted, by_name)
        return ("it is already inserted on %s.%s"):format(other and dsl.about[other].name or "?", node or "?"),
            "a connected loop has one place; call_on may name several"
    end
    if child == loop then return "it is the same loop", "a loop cannot be inserted into itself" end
    if call_on.is_below(loop, child, (call_on.loops(value)), {}) then
        return ("'%s' is below it"):format(name), "a loop cannot be inserted into itself"
    end
end

-- The insertions of an edit: { place, child }; values that are not loops are reported.
local function plan(unit, edit)
    local out, fits = {}, true
    for _, entry in ipairs(dsl.entries(edit.with)) do
        local children = dsl.kind(entry.value) == nil and type(entry.value) == "table" and entry.value or { entry.value }
        for _, child in ipairs(children) do
            if dsl.kind(child) == "loop" then out[#out + 1] = { place = entry.key, child = child }
            else
                fits = false
                unit.diags:add("bad_connect", edit.at, entry.key, "the value", dsl.about[edit.loop].name .. "." .. entry.key,
                    "it is not a loop", "connect { on_step = Inner }")
            end
        end
    end
    return out, fits
end

local function is_listed(value, loop)
    for _, member in ipairs(value) do
        if member == loop then return true end
    end
    return false
end

function check_connect.carry_out(unit, value, edit)
    local steps, fits = plan(unit, edit)
    for _, step in ipairs(steps) do
        local why, hint = problem(value, edit.loop, step.place, step.child)
        if why then
            unit.diags:add("bad_connect", edit.at, step.place, "loop '" .. dsl.about[step.child].name .. "'",
                dsl.about[edit.loop].name .. "." .. step.place, why, hint)
            fits = false
        end
    end
    for _, step in ipairs(fits and steps or {}) do
        step.child.call_on = { edit.loop[step.place] }
        if not is_listed(value, step.child) then value[#value + 1] = step.child end
    end
end

return check_connect
