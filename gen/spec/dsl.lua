-- The words of a spec. Each call makes one value and records its place in the text; the words check only what they need
-- themselves, so that the checker can report several errors at once.
--
-- Values are plain tables that a spec may read, change and copy before it returns; loopc keeps its own data in `about`, keyed
-- by the value: { kind, name, file, line, seq }. `seq` counts calls: the order of the text.

local elements = require "gen.spec.elements"
local sorting = require "gen.base.sorting"
local vocabulary = require "gen.spec.vocabulary"

local dsl = { about = setmetatable({}, { __mode = "k" }) }

local about, sequence = dsl.about, 0

-- The place in the spec's own code that called a word: the chunks of a spec are named "=file", ours "@gen/file".
local function here()
    local level = 2
    while true do
        local info = debug.getinfo(level, "Sl")
        if not info then return "?", 0 end
        if info.what ~= "C" and info.source:sub(1, 1) == "=" then
            return info.source:sub(2), info.currentline
        end
        level = level + 1
    end
end

function dsl.here()
    local file, line = here()
    return { file = file, line = line }
end

local function record(value, kind, name, file, line)
    if not file then file, line = here() end
    sequence = sequence + 1
    about[value] = { kind = kind, name = name, file = file, line = line, seq = sequence }
    return value
end

function elements.record(value, like)
    local info = like and about[like]
    return record(value, "element", value.op, info and info.file, info and info.line)
end

function dsl.kind(value) return about[value] and about[value].kind end

-- The word that made a layer.
function dsl.word(value) return about[value] and about[value].name end

elements.kind = dsl.kind

-- { file, line } of a value made by a word, else `default`.
function dsl.at(value, default)
    local info = type(value) == "table" and about[value]
    return info and { file = info.file, line = info.line } or default
end

-- Entries of a table with string keys, in the order of the text (values made by words), then by name.
function dsl.entries(values)
    local out = {}
    for key, value in next, values do
        if type(key) == "string" then
            local info = type(value) == "table" and about[value]
            out[#out + 1] = { key = key, value = value, seq = info and info.seq or math.huge }
        end
    end
    sorting.by_number(out, function(entry) return entry.seq end, function(a, b) return a.key < b.key end)
    return out
end

local types = setmetatable({}, getmetatable(about))

-- A table of the spec's own, not a value made by a word.
local function is_plain(value) return type(value) == "table" and not about[value] and not types[value] end

local nodes, loops, members = {}, {}, {} -- of this spec, in the order of the text

-- node(order, body) | node { order = n, doc = "...", body }
local function node(order, body, ...)
    if type(order) == "string" and body == nil then order, body = nil, order end
    nodes[#nodes + 1] = record(is_plain(order) and order or { order = order, body, ... }, "node")
    return nodes[#nodes]
end

-- Nodes may be given to a loop when it has been made.
local function late_nodes()
    local out = {}
    for _, loop in ipairs(loops) do
        for _, entry in next, loop do
            if type(entry) == "table" then out[entry] = true end
        end
    end
    return out
end

-- The places of nodes in the spec's own files that belong to no loop. The list is emptied, for the next spec.
function dsl.unused_nodes()
    local out, late, of_spec = {}, late_nodes(), nodes
    nodes, loops = {}, {}
    for _, value in ipairs(of_spec) do
        local info = about[value]
        if not info.loop and not late[value] and info.file:sub(1, 1) ~= "<" then
            out[#out + 1] = { file = info.file, line = info.line }
        end
    end
    return out
end

-- The loops and callbacks of the trainer's file that it does not list; one that another loop has replaced is not meant to be.
function dsl.unlisted(trainer)
    local listed, out = {}, {}
    for _, member in next, trainer do listed[member] = true end
    for _, member in ipairs(members) do
        local info = about[member]
        if not listed[member] and not info.replaced and info.file == about[trainer].file then out[#out + 1] = info end
    end
    return out
end

-- Unknown names of a loop give a placeholder, so that call_on = { Outer.on_stp } can be reported by name.
local loop_keys = {}
for _, entry in ipairs(vocabulary.loop_keys) do loop_keys[entry[1]] = true end

local Loop = { __metatable = false }

-- loop:replace { Inner = Other }, loop:connect { on_step = Inner }: noted for check, which knows the whole trainer
-- (check_edits.lua).
local edits, edit = {}, {}

local function new_edit(verb, usage)
    return function(loop, with)
        if type(with) ~= "table" then error(usage, 2) end
        edits[#edits + 1] = { verb = verb, loop = loop, with = with, at = dsl.here() }
        return loop
    end
end

edit.replace = new_edit("replace", "replace takes loops by name: Outer:replace { Inner = Other }")
edit.connect = new_edit("connect", "connect takes loops by their places: Outer:connect { on_step = Inner }")

function Loop.__index(loop, key)
    if edit[key] then return edit[key] end
    if type(key) ~= "string" or loop_keys[key] then return nil end
    return record({ loop = loop, key = key }, "missing")
end

-- A node used in two loops is two nodes: the second loop gets a copy.
local function own_nodes(loop)
    loops[#loops + 1] = loop
    for _, entry in ipairs(dsl.entries(loop)) do
        local value = entry.value
        if dsl.kind(value) == "node" and not loop_keys[entry.key] then
            if about[value].loop then
                local info = about[value]
                value = record({ order = value.order, doc = value.doc, value[1] }, "node", nil, info.file, info.line)
                rawset(loop, entry.key, value)
            end
            about[value].loop, about[value].name = loop, entry.key
        end
    end
end

-- A table from which a word has made a value already: another value made of it is another table.
local function own_table(body)
    if not about[body] then return body end
    local copy = {}
    for key, value in next, body do copy[key] = value end
    return copy
end

-- word "name" { ... }, for loop, callback and trainer.
local function named(kind, metatable, finish)
    return function(name, ...)
        if select("#", ...) > 0 then error(('%s takes its name alone: %s "name" { ... }'):format(kind, kind), 2) end
        if type(name) ~= "string" then error(('%s takes a name: %s "name" { ... }'):format(kind, kind), 2) end
        local file, line = here()
        return function(body)
            if type(body) ~= "table" or types[body] then error(('%s "%s" takes a table: %s "%s" { ... }'):format(kind, name, kind, name), 2) end
            body = record(own_table(body), kind, name, file, line)
            if kind ~= "trainer" then members[#members + 1] = body end
            if finish then finish(body) end
            return metatable and setmetatable(body, metatable) or body
        end
    end
end

-- f32(0.5) | f32 { 0.5, option = true } | f32[10] | f32[3][4] { ... }: a type, callable, with dimensions by index.
local Type = { __metatable = false }

local function new_type(name, dims)
    local made = setmetatable({ type = name, dims = dims }, Type)
    types[made] = true
    return made
end

function Type.__index(self, size)
    local dims = { table.unpack(rawget(self, "dims")) }
    dims[#dims + 1] = size
    return record(new_type(rawget(self, "type"), dims), "field")
end

function Type.__call(self, parameters, ...)
    if not is_plain(parameters) then parameters = { parameters, ... } end
    local field = { type = rawget(self, "type"), dims = rawget(self, "dims"), parameters = parameters }
    return record(field, "field")
end

-- dense { 64, "gelu" } and the like: a layer of a net.
local function new_layer(name)
    return function(values)
        if not is_plain(values) and dsl.kind(values) ~= "layer" then error(("%s takes a table: %s {}"):format(name, name), 2) end
        return record(own_table(values), "layer", name)
    end
end

-- The environment of a spec: the words, over the sandbox's own functions in `base`.
function dsl.words(base)
    local words = base or {}
    words.node = node
    words.loop = named("loop", Loop, own_nodes)
    words.callback = named("callback")
    edits, nodes, loops, members = {}, {}, {}, {}
    words.trainer = named("trainer", nil, function(trainer) about[trainer].edits = edits end)
    elements.install(words)
    for _, list in ipairs { vocabulary.scalars, vocabulary.aggregates } do
        for _, entry in ipairs(list) do words[entry[1]] = new_type(entry[1], {}) end
    end
    for _, entry in ipairs(vocabulary.layers) do words[entry[1]] = new_layer(entry[1]) end
    return words
end

-- The metatables that stay when a spec has run: those of our own tables. From then on values are data, whatever they
-- answered the spec.
dsl.metatables = { [getmetatable(about)] = true }

-- Whether a value is a bare type (`n = u64`), a field with its default.
function dsl.is_type(value) return types[value] ~= nil end

return dsl
