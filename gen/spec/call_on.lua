-- Reads the call_on lists of unchecked spec values, for connect and replace.

local dsl = require "gen.spec.dsl"

local call_on = {}

-- The loops of a trainer: { value, index } by name, and their names.
function call_on.loops(value)
    local by_name, names = {}, {}
    for i, member in ipairs(value) do
        if dsl.kind(member) == "loop" then
            local name = dsl.about[member].name
            by_name[name] = by_name[name] or { value = member, index = i }
            names[#names + 1] = name
        end
    end
    return by_name, names
end

-- The loop and the name of the node that an entry of call_on refers to.
function call_on.target(entry, by_name)
    if type(entry) == "string" then
        local loop, node = entry:match("^([^.]+)%.([^.]+)$")
        return loop and by_name[loop] and by_name[loop].value, node
    end
    local about = type(entry) == "table" and dsl.about[entry]
    if not about then return nil end
    if about.kind == "missing" then return entry.loop, entry.key end
    return about.loop, about.name
end

function call_on.entries(loop)
    local list = rawget(loop, "call_on")
    if list == nil then return {} end
    return dsl.kind(list) and { list } or type(list) == "table" and list or {}
end

-- Whether `inner` is inserted on a node of `outer`, directly or through other loops.
function call_on.is_below(inner, outer, by_name, seen)
    if seen[inner] then return false end
    seen[inner] = true
    for _, entry in ipairs(call_on.entries(inner)) do
        local loop = call_on.target(entry, by_name)
        if loop and (loop == outer or call_on.is_below(loop, outer, by_name, seen)) then return true end
    end
    return false
end

return call_on
