-- Part of check: reads a loop's nodes into phases, and the bodies of callbacks.

local ctext = require "gen.c.text"
local check_fields = require "gen.check.fields"
local dsl = require "gen.spec.dsl"
local hooks = require "gen.check.hooks"
local nearest = require "gen.base.nearest"
local other_names = require "gen.spec.other_names"
local sorting = require "gen.base.sorting"
local reader = require "gen.spec.reader"
local vocabulary = require "gen.spec.vocabulary"

local check_loop = {}

local rank = {}
for i, prefix in ipairs(vocabulary.prefixes) do rank[prefix] = i end

-- A body as C text; nil for a text of blanks and comments.
local function read_body(unit, owner, key, value, at)
    if value == nil then return nil end
    if type(value) == "string" then
        local body = reader.code(unit, value, at)
        return not ctext.is_blank(value) and body or nil
    end
    if dsl.kind(value) == "element" then return { element = value, at = dsl.at(value), text = "", lines = 1 } end
    unit.diags:add("wrong_type", at, key, owner.kind == "node" and "body" or key, reader.title(owner), "C text", reader.what(value),
        dsl.kind(value) == "node" and ("nodes are of loops; here it is %s = [[ ... ]], or { order = 5, [[ ... ]] }"):format(key)
            or "write the body as [[ ... ]], or as an element")
    return nil, true
end

local function read_order(unit, node, order)
    if order == nil then
        unit.diags:add("no_order", node.at, node.name, node.name, "node(order, body): order is a whole number from 0, its place in the loop")
        return
    end
    local whole = type(order) == "number" and math.tointeger(order)
    if whole and whole >= 0 then node.order = whole
    else unit.diags:add("bad_order", node.at, node.name, node.name, reader.what(order), " from 0") end
end

-- A hint for node { order = 1, body = [[ ... ]] }.
local function hint_for_body(key, value)
    return (type(value) == "string" or dsl.kind(value) == "element") and key ~= "doc" and "the body has no name: { order = 1, [[ ... ]] }"
end

-- Splits a node's name; returns the diagnostic of an invalid name, and its arguments.
local function name_problem(node)
    local prefix, underscore, phase = node.name:match("^([^_]*)(_?)(.*)$")
    node.prefix, node.phase_name = prefix, phase
    if underscore == "" then return "no_prefix", rank[prefix] and "; a phase is missing behind it" or "" end
    if not rank[prefix] then return "unknown_prefix", prefix, nearest.suggest(prefix, vocabulary.prefixes) end
    if phase == "" then return "no_prefix", "; a phase is missing behind it" end
    if node.name == "on_run" then return "on_run" end
    if phase == "skip" and prefix ~= "on" then return "skip_phase" end
end

local function check_name(unit, node)
    if not reader.name(unit, node.name, "node", node.at) then return false end
    local problem = { name_problem(node) }
    if problem[1] then unit.diags:add(problem[1], node.at, node.name, node.name, table.unpack(problem, 2)) end
    return not problem[1]
end

local function read_node(unit, loop, entry)
    local value = entry.value
    local node = { kind = "node", name = entry.key, loop = loop, at = dsl.at(value), insertions = {},
        full = loop.name .. "." .. entry.key, value = value }
    if not check_name(unit, node) then return nil end
    if value.order == nil and type(value[1]) == "number" then -- node { 1, body }
        unit.diags:add("no_order", node.at, node.name, node.name, "in braces it has its name: node { order = 1, [[ ... ]] }")
        return nil
    end
    reader.keys(unit, node, value, vocabulary.node_keys)
    reader.unknown(unit, node, value, vocabulary.node_keys, nil, 1, value[1] == nil and hint_for_body)
    node.doc = value.doc
    read_order(unit, node, value.order)
    node.body = read_body(unit, node, node.name, value[1], node.at)
    return node.order and node
end

-- Phases in the order of their first nodes; a phase is { name, loop, try = { nodes }, failed, finally, at }.
local function group(nodes, loop)
    local phases, by_name = {}, {}
    for _, node in ipairs(nodes) do
        local phase = by_name[node.phase_name]
        if not phase then
            phase = { kind = "phase", name = node.phase_name, loop = loop, full = loop.name .. "." .. node.phase_name,
                try = {}, at = node.at, nodes = {} }
            by_name[node.phase_name] = phase
            phases[#phases + 1] = phase
        end
        node.phase = phase
        phase.nodes[#phase.nodes + 1] = node
        if rank[node.prefix] <= 3 then phase.try[#phase.try + 1] = node else phase[node.prefix] = node end
    end
    return phases
end

local function check_phase_sequence(unit, phase)
    local last
    for _, node in ipairs(phase.nodes) do
        if last and rank[node.prefix] < rank[last.prefix] and last.order < node.order then
            unit.diags:add("wrong_sequence", last.at, last.name, last.name, last.order, node.name, node.order)
        end
        last = node
    end
end

-- Reports a phase whose nodes are not adjacent, with the node of another phase between them.
local function check_interleaved(unit, nodes)
    local done, current = {}, nil
    for i, node in ipairs(nodes) do
        if node.phase ~= current then
            if done[node.phase] then
                local stranger = nodes[i - 1]
                unit.diags:add("interleaved", stranger.at, stranger.name, stranger.name, stranger.order,
                    stranger.phase_name, node.phase_name)
            end
            done[node.phase], current = true, node.phase
        end
    end
end

local function check_same_order(unit, nodes)
    for i = 2, #nodes do
        if nodes[i].order == nodes[i - 1].order then
            unit.diags:add("same_order", nodes[i].at, nodes[i].name, nodes[i - 1].name, nodes[i].name, nodes[i].order,
                reader.where(unit, nodes[i - 1].at))
        end
    end
end

local function order_of(node) return node.order end

local function in_text(a, b) return dsl.about[a.value].seq < dsl.about[b.value].seq end

-- Sorts nodes into the loop's phases, its run phase and on_skip.
local function arrange(unit, loop, nodes)
    local ordinary, run = {}, {}
    for _, node in ipairs(nodes) do
        loop.by_name[node.name] = node
        if node.name == "on_skip" then loop.on_skip = node
        elseif node.phase_name == "run" then run[#run + 1] = node
        else ordinary[#ordinary + 1] = node end
    end
    sorting.by_number(ordinary, order_of, in_text)
    sorting.by_number(run, order_of, in_text)
    loop.phases, loop.nodes = group(ordinary, loop), ordinary
    loop.run = group(run, loop)[1]
    check_same_order(unit, ordinary)
    check_same_order(unit, run)
    check_interleaved(unit, ordinary)
    for _, phase in ipairs(loop.phases) do check_phase_sequence(unit, phase) end
    if loop.run then check_phase_sequence(unit, loop.run) end
end

local function read_expression(unit, loop, key)
    local value = rawget(loop.value, key)
    if type(value) ~= "string" then return nil end
    local at = reader.key_at(unit, loop, key)
    local empty, statement = ctext.is_blank(value), ctext.mask(value):find(";", 1, true)
    if not empty and not statement then return reader.code(unit, value, at) end
    unit.diags:add("wrong_type", at, key, key, reader.title(loop), "a C expression", empty and "an empty text" or "a statement with ';'",
        vocabulary.find(vocabulary.loop_keys, key)[3])
end

local function read_times(unit, loop, times)
    local whole = type(times) == "number" and math.tointeger(times)
    if whole and whole >= 0 then return whole end
    if type(times) == "string" then return read_expression(unit, loop, "times") end
    unit.diags:add("bad_times", reader.key_at(unit, loop, "times"), "times", loop.name, reader.what(times))
end

-- A hint for `on_step = [[ ... ]]` in a loop, without node().
local function hint_for_key(key, value)
    if rank[key:match("^(%a+)_")] and type(value) ~= "number" then
        return ("a node is written %s = node(order, [[ ... ]])"):format(key)
    end
    return other_names.of("loop", key)
end

local function read_fields(unit, loop)
    loop.fields = {}
    for _, life in ipairs { "state", "site", "result", "batch" } do
        for _, field in ipairs(check_fields.read(unit, loop, life, rawget(loop.value, life))) do
            if life == "result" then field.life, field.result = "site", true end
            loop.fields[#loop.fields + 1] = field
        end
    end
    check_fields.check_twice(unit, loop)
    check_fields.add_counters(unit, loop)
end

local function read_nodes(unit, loop)
    local nodes = {}
    for _, entry in ipairs(dsl.entries(loop.value)) do
        if dsl.kind(entry.value) == "node" and not vocabulary.find(vocabulary.loop_keys, entry.key) then
            local node = read_node(unit, loop, entry)
            nodes[#nodes + 1] = node
            loop.wrong[entry.key] = not node or nil
        end
    end
    arrange(unit, loop, nodes)
    hooks.read(unit, loop)
end

function check_loop.read(unit, value)
    local loop = { kind = "loop", name = dsl.about[value].name, at = dsl.at(value), by_name = {}, wrong = {}, value = value, doc = value.doc }
    reader.name(unit, loop.name, "loop", loop.at)
    reader.keys(unit, loop, value, vocabulary.loop_keys)
    reader.unknown(unit, loop, value, vocabulary.loop_keys, function(_, entry) return dsl.kind(entry) == "node" end, false,
        hint_for_key)
    loop.order = reader.order(unit, loop, value)
    loop.done, loop.skip = read_expression(unit, loop, "done"), read_expression(unit, loop, "skip")
    if rawget(value, "times") ~= nil then loop.times = read_times(unit, loop, value.times) end
    loop.repeats = loop.done ~= nil or rawget(value, "times") ~= nil
    loop.from = read_expression(unit, loop, "from")
    if loop.from and not loop.times then
        unit.diags:add("from_without_times", reader.key_at(unit, loop, "from"), "from", loop.name)
        loop.from = nil
    end
    read_fields(unit, loop)
    read_nodes(unit, loop)
    if loop.on_skip and not loop.skip then unit.diags:add("skip_without_condition", loop.on_skip.at, "on_skip", loop.name) end
    return loop
end

local function is_body(value) return type(value) == "string" or dsl.kind(value) == "element" end

-- Reports a key of loops in a callback, unless its value is a body: a node may have that name.
local function is_key_of_loops(unit, callback, entry, at)
    local value = entry.value
    if is_body(value) or type(value) == "table" and is_body(value[1]) or not vocabulary.find(vocabulary.loop_keys, entry.key) then return false end
    unit.diags:add("unknown_key", at, entry.key, entry.key, reader.title(callback), "",
        "it is a key of loops; a callback attaches its bodies to nodes by their names")
    return true
end

-- The body in { order = 5, [[ ... ]] }, and the order.
local function read_braces(unit, callback, entry, at)
    local title, errors = { kind = "body", name = entry.key, at = at }, unit.diags.errors
    reader.unknown(unit, title, entry.value, vocabulary.listener_keys, nil, 1, entry.value[1] == nil and hint_for_body)
    local body = entry.value[1]
    if body == nil and unit.diags.errors == errors then
        unit.diags:add("wrong_type", at, entry.key, entry.key, reader.title(callback), "a body in its braces", "nothing",
            ("write %s = { order = 5, [[ ... ]] }"):format(entry.key))
    end
    return body, reader.order(unit, title, entry.value, callback.order), body == nil
end

-- One body of a callback: { key, body, order, at }; nodes are found later.
function check_loop.read_listener(unit, callback, entry)
    local value, order, wrong = entry.value, nil, nil
    local at = dsl.at(value, reader.key_at(unit, callback, entry.key))
    if is_key_of_loops(unit, callback, entry, at) then return nil end
    local short = entry.key:match("([%w_]+)$") or entry.key
    if type(value) == "table" and not dsl.kind(value) then value, order, wrong = read_braces(unit, callback, entry, at) end
    if wrong then return nil end
    local body
    body, wrong = read_body(unit, callback, entry.key, value, at)
    if wrong then return nil end
    return { kind = "listener", callback = callback, key = entry.key, short = short, body = body, at = at,
        order = order or callback.order, full = callback.name .. "." .. short, nodes = {} }
end

return check_loop
