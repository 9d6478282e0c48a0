-- Places: the position of a node in the inlined program, and the meaning of a field's name there.
--
-- A place is { loop, node?, up? }: the copy of the node in the copy of the loop that is inlined at the place `up` (nil for
-- the root). Without `node` it is the loop itself, whose expressions are evaluated there.

local graph = require "tests.differential.graph"

local place = {}

function place.name(at) return graph.full_name(at.loop, at.node) end

-- "Inner.on_x on Outer.on_y", innermost first; `key` is there for the body of a callback's key.
function place.path(at, callback, key)
    local words = {}
    if callback then words[1] = callback.name .. "." .. graph.short_key(key.key) end
    while at do
        words[#words + 1] = place.name(at)
        at = at.up
    end
    return table.concat(words, " on ")
end

-- Whether a callback's copy at this place is one that its `within` leaves.
function place.within(at, callback)
    if not callback.within then return true end
    while at do
        for _, entry in ipairs(callback.within) do
            if entry.loop == at.loop.name and entry.node == graph.node_name(at.node) then return true end
        end
        at = at.up
    end
    return false
end

local function has(list, name)
    for _, field in ipairs(list or {}) do
        if field.name == name then return field end
    end
end

-- The field of that name that a loop or callback has: { owner, scope, name, initial }, or nil.
function place.own_field(owner, name)
    if owner.kind == "loop" and graph.repeats(owner) and (name == "iteration" or name == "total") then
        return { owner = owner, scope = name, name = name, initial = 0 }
    end
    for _, scope in ipairs { "state", "site", "batch" } do
        local field = has(owner[scope], name)
        if field then return { owner = owner, scope = scope, name = name, initial = field.initial } end
    end
end

-- The field that a reference { name, loop? } means in a body of `callback` (or of the node itself) at a place, and the
-- place of its owner's copy around it; nil when there is none.
function place.resolve(g, reference, at, callback)
    if not reference.loop and callback then
        local field = place.own_field(callback, reference.name)
        if field then return field end
    end
    local up = at
    while up do
        local field = (not reference.loop or reference.loop == up.loop.name) and place.own_field(up.loop, reference.name)
        if field then return field, up end
        up = up.up
    end
    if reference.loop then
        local loop = graph.find_loop(g, reference.loop)
        return loop and place.own_field(loop, reference.name)
    end
    local field = has(g.state, reference.name)
    return field and { owner = g, scope = "trainer", name = field.name, initial = field.initial }
end

-- Calls visit(at, callback, key) for every node (callback nil) and every callback's copy of the inlined program, and
-- visit({ loop, up }) for every copy of a loop. Returns how many nodes and copies there are; stops counting past `limit`.
function place.each(g, limit, visit)
    local insertions, count = graph.insertions(g), 0
    local walk_loop

    local function walk_node(at)
        count = count + 1
        visit(at)
        for _, insertion in ipairs(insertions[place.name(at)] or {}) do
            if insertion.loop then
                walk_loop(insertion.loop, at)
            elseif place.within(at, insertion.callback) then
                count = count + 1
                visit(at, insertion.callback, insertion.key)
            end
        end
    end

    function walk_loop(loop, up)
        visit { loop = loop, up = up }
        for _, node in ipairs(loop.nodes) do
            if count > limit then return end
            walk_node { loop = loop, node = node, up = up }
        end
    end

    walk_loop(g.loops[1], nil)
    return count
end

return place
