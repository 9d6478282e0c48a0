-- Makes a graph smaller while it still differs: tries one edit after the other on a copy, repairs what the edit left
-- dangling, and keeps the copy when it is valid and `differs` says so.

local graph = require "tests.differential.graph"
local interpret = require "tests.differential.interpret"
local valid = require "tests.differential.valid"

local shrink = {}

local function filter(list, keep)
    local out = {}
    for _, entry in ipairs(list) do
        if keep(entry) then out[#out + 1] = entry end
    end
    return out
end

-- Repair ------------------------------------------------------------------------------------------------------------

local function exists(g)
    return function(entry)
        local loop = graph.find_loop(g, entry.loop)
        return loop ~= nil and graph.find_node(loop, entry.node) ~= nil
    end
end

-- Drops loops and callbacks without a place, until all have one.
local function drop_unattached(g)
    repeat
        local before = #g.loops
        for i, loop in ipairs(g.loops) do
            if i > 1 then loop.call_on = filter(loop.call_on, exists(g)) end
        end
        local root = g.loops[1]
        g.loops = filter(g.loops, function(loop) return loop == root or #loop.call_on > 0 end)
    until #g.loops == before
    for _, callback in ipairs(g.callbacks) do
        callback.keys = filter(callback.keys, function(key) return #graph.matches(g, key.key) > 0 end)
        if callback.within then callback.within = filter(callback.within, exists(g)) end
        if callback.within and #callback.within == 0 then callback.within = nil end
    end
    g.callbacks = filter(g.callbacks, function(callback) return #callback.keys > 0 end)
    local here = {}
    for _, list in ipairs { g.loops, g.callbacks } do
        for _, member in ipairs(list) do here[member.name] = true end
    end
    g.entries = filter(g.entries, function(name) return here[name] end)
end

local function mentions_only_valid(g, e, places)
    if type(e) ~= "table" then return true end
    if e.name then return valid.reference(g, e, places) end
    return mentions_only_valid(g, e[2], places) and mentions_only_valid(g, e[3], places)
end

-- Drops the statements, and the fields that they print, which have lost their meaning.
local function drop_meaningless(g)
    for _, site in ipairs(valid.sites(g) or {}) do
        local holder, places = site.holder, site.places
        if holder and holder.body then
            holder.body = filter(holder.body, function(statement)
                if statement.fields then
                    statement.fields = filter(statement.fields, function(field) return valid.reference(g, field, places) end)
                end
                return mentions_only_valid(g, statement.field, places) and mentions_only_valid(g, statement.when, places)
                    and (statement.op ~= "signal" or valid.signal(statement, places))
            end)
        end
    end
end

-- Edits: each a function of the copy to change -----------------------------------------------------------------------

local function remover(path)
    return function(g)
        local list = g
        for i = 1, #path - 1 do list = list[path[i]] end
        local last = path[#path]
        if type(last) == "number" then table.remove(list, last) else list[last] = nil end
    end
end

local function body_edits(add, body, ...)
    local path = { ... }
    for k = #body, 1, -1 do
        local here = table.move(path, 1, #path, 1, {})
        here[#here + 1] = k
        add(remover(here))
        for _, name in ipairs { "when", "fields", "target", "style" } do
            if body[k][name] and (name ~= "fields" or #body[k].fields > 0) then
                local deeper = table.move(here, 1, #here, 1, {})
                deeper[#deeper + 1] = name
                add(remover(deeper))
            end
        end
    end
end

local function loop_edits(add, g, i)
    local loop = g.loops[i]
    for j = #(loop.call_on or {}), 1, -1 do
        if #loop.call_on > 1 then add(remover { "loops", i, "call_on", j }) end
    end
    for j = #loop.nodes, 1, -1 do
        add(remover { "loops", i, "nodes", j })
        if loop.nodes[j].body then
            add(remover { "loops", i, "nodes", j, "body" })
            body_edits(add, loop.nodes[j].body, "loops", i, "nodes", j, "body")
        end
    end
    for _, name in ipairs { "done", "times", "skip", "order" } do
        if loop[name] then add(remover { "loops", i, name }) end
    end
    for _, scope in ipairs { "state", "site", "batch" } do
        if #loop[scope] > 0 then add(remover { "loops", i, scope, 1 }) end
    end
    if loop.times and loop.times ~= 2 then add(function(copy) copy.loops[i].times = 2 end) end
end

local function callback_edits(add, g, i)
    local callback = g.callbacks[i]
    for j = #callback.keys, 1, -1 do
        if #callback.keys > 1 then add(remover { "callbacks", i, "keys", j }) end
        body_edits(add, callback.keys[j].body, "callbacks", i, "keys", j, "body")
        if callback.keys[j].order then add(remover { "callbacks", i, "keys", j, "order" }) end
    end
    for _, name in ipairs { "within", "order" } do
        if callback[name] then add(remover { "callbacks", i, name }) end
    end
    if #callback.state > 0 then add(remover { "callbacks", i, "state", 1 }) end
end

-- All edits of a graph, the ones that take most away first.
local function edits(g)
    local out = {}
    local function add(edit) out[#out + 1] = edit end
    for i = #g.callbacks, 1, -1 do add(remover { "callbacks", i }) end
    for i = #g.loops, 2, -1 do add(remover { "loops", i }) end
    for i = #g.loops, 1, -1 do loop_edits(add, g, i) end
    for i = #g.callbacks, 1, -1 do callback_edits(add, g, i) end
    for i = #g.state, 1, -1 do add(remover { "state", i }) end
    return out
end

local function edited(g, edit, fuel)
    local copy = graph.copy(g)
    edit(copy)
    drop_unattached(copy)
    drop_meaningless(copy)
    if valid.problem(copy) then return nil end
    return copy, interpret.run(copy, fuel)
end

-- Returns the smallest graph found, and the interpreter's result. `differs(graph, expected)` is asked at most
-- `budget` times.
function shrink.run(g, expected, fuel, budget, differs)
    local position = 1
    while budget > 0 do
        local list = edits(g)
        if position > #list then break end
        local copy, answer = edited(g, list[position], fuel)
        local smaller = false
        if answer then
            budget = budget - 1
            smaller = differs(copy, answer)
        end
        if smaller then
            g, expected = copy, answer
        else
            position = position + 1
        end
    end
    return g, expected
end

return shrink
