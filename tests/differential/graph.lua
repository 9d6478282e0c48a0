-- The abstract graph: made by the random generator, run by the interpreter and turned into a spec by the writer.
--
--   graph    { name, state, loops, callbacks, entries }   loops[1] is the root; entries: names in the trainer's order
--   loop     { kind = "loop", name, nodes, done?, times?, skip?, call_on, order?, state, site, batch }
--   node     { prefix, phase, order, body?, long? }       named prefix_phase; on_skip is the node of "phase" skip
--   callback { kind = "callback", name, order?, state, keys, within? }
--   key      { key = "K" | "Loop.K" | "*.K", order?, body }
--   call_on, within: lists of { loop = name, node = name }
--   state, site, batch: lists of { name, initial }        every field is an i32
--   body     a list of statements:
--     { op = "count", field }                             field++
--     { op = "print", text, fields }                      a line: the text, then " name=value" for each field
--     { op = "signal", kind, target?, message?, fields?, when?, style? }   kind: fail, recover, cancel, stop
--   field    { name, loop? }                              $name or $loop.name
--   times, done, skip, when: an expression, which is a number, a field, or { op, left, right } with op a C operator
--
-- This module: names, numbered lookups, and the insertions of each node, worked out as LANGUAGE.md section 3 says.

local graph = {}

local DEFAULT_ORDER = 10

function graph.node_name(node) return node.prefix .. "_" .. node.phase end

function graph.full_name(loop, node) return loop.name .. "." .. graph.node_name(node) end

function graph.repeats(loop) return loop.done ~= nil or loop.times ~= nil end

function graph.find_loop(g, name)
    for _, loop in ipairs(g.loops) do
        if loop.name == name then return loop end
    end
end

function graph.find_node(loop, name)
    for _, node in ipairs(loop.nodes) do
        if graph.node_name(node) == name then return node end
    end
end

-- A copy of a tree of tables.
function graph.copy(value)
    if type(value) ~= "table" then return value end
    local out = {}
    for key, entry in pairs(value) do out[key] = graph.copy(entry) end
    return out
end

-- The node K of the loop, or else its on_K.
local function named(loop, K) return graph.find_node(loop, K) or graph.find_node(loop, "on_" .. K) end

-- The nodes that a callback's key names, as a list of { loop, node }. A bare K must belong to one loop only: the caller
-- sees more than one entry.
function graph.matches(g, key)
    local scope, K = key:match("^([%w_*]+)%.(.+)$")
    local out = {}
    for _, loop in ipairs(g.loops) do
        if not scope or scope == "*" or scope == loop.name then
            local node = named(loop, K or key)
            if node then out[#out + 1] = { loop = loop, node = node } end
        end
    end
    return out
end

-- The last part of a key: the name that a callback's body goes by.
function graph.short_key(key) return key:match("([%w_]+)$") end

local function attach(map, loop_name, node_name, insertion)
    local full = loop_name .. "." .. node_name
    map[full] = map[full] or {}
    table.insert(map[full], insertion)
end

local function attach_loop(map, loop, index)
    local seen = {}
    for _, site in ipairs(loop.call_on) do
        local full = site.loop .. "." .. site.node
        if not seen[full] then
            seen[full] = true
            attach(map, site.loop, site.node, { loop = loop, order = loop.order or DEFAULT_ORDER, index = index })
        end
    end
end

local function attach_callback(g, map, callback, index)
    for _, key in ipairs(callback.keys) do
        local order = key.order or callback.order or DEFAULT_ORDER
        for _, match in ipairs(graph.matches(g, key.key)) do
            attach(map, match.loop.name, graph.node_name(match.node),
                { callback = callback, key = key, order = order, index = index })
        end
    end
end

-- "Loop.node" -> list of insertions { loop | callback + key, order, index } in order.
function graph.insertions(g)
    local map, index_of = {}, {}
    for i, name in ipairs(g.entries) do index_of[name] = i end
    for i, loop in ipairs(g.loops) do
        if i > 1 then attach_loop(map, loop, index_of[loop.name]) end
    end
    for _, callback in ipairs(g.callbacks) do attach_callback(g, map, callback, index_of[callback.name]) end
    for _, list in pairs(map) do
        table.sort(list, function(a, b)
            if a.order ~= b.order then return a.order < b.order end
            return a.index < b.index
        end)
    end
    return map
end

return graph
