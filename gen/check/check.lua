-- check: from the values of a spec to the spec tree, with every error that can be found without flattening.
--
-- In:  unit.spec (dsl values), unit.sources. Out: unit.trainer, the tree described in schema.lua: names resolved,
-- defaults filled, nodes sorted into phases, insertions on their nodes in their order.

local attach = require "gen.check.attach"
local check_control = require "gen.check.control"
local check_fields = require "gen.check.fields"
local check_loop = require "gen.check.loop"
local check_edits = require "gen.check.edits"
local hooks = require "gen.check.hooks"
local dsl = require "gen.spec.dsl"
local reader = require "gen.spec.reader"
local spec_tree = require "gen.tree.spec_tree"
local vocabulary = require "gen.spec.vocabulary"

local check = {}

local function is_body(value)
    return type(value) == "string" or dsl.kind(value) == "element" or type(value) == "table" and value[1] ~= nil
end

-- The keys of a callback that are not names of nodes. `batch` holds fields; with a body it names the node on_batch.
local function callback_keys(value)
    local out = {}
    for _, entry in ipairs(vocabulary.callback_keys) do
        if entry[1] ~= "batch" or not is_body(value.batch) then out[#out + 1] = entry end
    end
    return out
end

local function read_callback_fields(unit, callback, value)
    local fields = check_fields.read(unit, callback, "state", value.state)
    local batch = not is_body(value.batch) and value.batch or nil
    for _, field in ipairs(check_fields.read(unit, callback, "batch", batch)) do fields[#fields + 1] = field end
    callback.fields = fields
    check_fields.check_twice(unit, callback)
end

-- Reads the bodies of a callback; returns how many entries mean to be one.
local function read_listeners(unit, callback, value, keys)
    local count = 0
    for _, entry in ipairs(dsl.entries(value)) do
        if not vocabulary.find(keys, entry.key) then
            count = count + 1
            local listener = check_loop.read_listener(unit, callback, entry)
            if listener then callback.listeners[#callback.listeners + 1] = listener end
        end
    end
    return count
end

local function read_callback(unit, value)
    local at, keys = dsl.at(value), callback_keys(value)
    local callback = { kind = "callback", name = dsl.about[value].name, at = at, listeners = {}, value = value }
    reader.name(unit, callback.name, "callback", at)
    reader.keys(unit, callback, value, keys)
    callback.order = reader.order(unit, callback, value)
    read_callback_fields(unit, callback, value)
    local count = read_listeners(unit, callback, value, keys)
    reader.unknown(unit, callback, value, keys, function() return true end)
    hooks.read(unit, callback)
    if count == 0 and #callback.hooks == 0 then unit.diags:add("unused_callback", at, callback.name, callback.name) end
    return callback
end

-- The positional entries of a trainer, { index, value } each. A gap is a name without a value: the entries behind it would be lost.
local function listed(unit, trainer, value)
    local out = {}
    for key in next, value do
        if math.type(key) == "integer" and key >= 1 then out[#out + 1] = { key, value[key] } end
    end
    table.sort(out, function(a, b) return a[1] < b[1] end)
    for i, entry in ipairs(out) do
        if entry[1] ~= i then
            unit.diags:add("wrong_type", trainer.at, nil, ("[%d]"):format(i), reader.title(trainer), "a loop or a callback",
                "nothing", "a name without a value leaves a gap: is it spelt as it is above?")
            break
        end
    end
    return out
end

local function read_member(unit, trainer, index, member)
    local kind = dsl.kind(member)
    if kind == "loop" then return check_loop.read(unit, member), trainer.loops end
    if kind == "callback" then return read_callback(unit, member), trainer.callbacks end
    unit.diags:add("wrong_type", trainer.at, nil, ("[%d]"):format(index), reader.title(trainer), "a loop or a callback",
        reader.what(member), type(member) == "function" and 'is it a loop without its braces? it is made by loop "name" { ... }'
            or "list the loops and callbacks themselves, the root first")
end

-- The loops and callbacks of a trainer, the first loop the root.
local function read_members(unit, trainer, value)
    local seen = {}
    for _, entry in ipairs(listed(unit, trainer, value)) do
        local index, member = entry[1], entry[2]
        local about = dsl.about[member]
        if seen[member] and about then
            unit.diags:add("listed_twice", trainer.at, about.name, reader.title { kind = about.kind, name = about.name })
        else
            local made, list = read_member(unit, trainer, index, member)
            if made then
                made.index = #trainer.members + 1
                trainer.members[made.index] = made
                list[#list + 1] = made
            end
        end
        seen[member] = true
    end
end

-- The functions and tables of a net, optimizer or data set begin with its name, a loop's with `Loop_` before it: `A_b.c` and `A.b_c` may
-- not both be such.
local function check_prefixes(unit, trainer)
    local taken = {}
    for _, field in ipairs(spec_tree.fields(trainer)) do
        local prefix = field.aggregate and field.type ~= "rng" and field.full:gsub("%.", "_")
        local other = taken[prefix]
        if other then
            unit.diags:add("name_taken", field.at, field.name, prefix, "field '" .. other.full .. "'", reader.where(unit, other.at))
        elseif prefix then taken[prefix] = field end
    end
end

-- Loops, callbacks, trainer fields and the trainer share one space of names: `$Name.field` and the members of the state.
local function check_names(unit, trainer)
    local taken = {}
    local function take(name, what, at)
        local other = taken[name]
        if not other then taken[name] = { what = what, at = at }
        elseif what == "loop" and other.what == "loop" then
            unit.diags:add("duplicate_loop", at, name, name, reader.where(unit, other.at))
        else unit.diags:add("name_taken", at, name, name, other.what, reader.where(unit, other.at)) end
    end
    for _, member in ipairs(trainer.members) do take(member.name, member.kind, member.at) end
    for _, field in ipairs(trainer.fields) do take(field.name, "field", field.at) end
end

local function read_list(unit, trainer, value, key)
    local out = {}
    local list = value[key]
    if type(list) == "string" then list = { list } end
    if list ~= nil and type(list) ~= "table" then return out end
    for _, entry in ipairs(list or {}) do
        if type(entry) == "string" then out[#out + 1] = entry
        else
            unit.diags:add("wrong_type", trainer.at, key, key, "trainer '" .. trainer.name .. "'", "strings",
                reader.what(entry), "")
        end
    end
    return out
end

-- Only for a spec without errors: an error may be the reason why a node has no loop.
local function warn_unused(unit, value)
    local unused = dsl.unused_nodes()
    if unit.diags.errors > 0 then return end
    for _, at in ipairs(unused) do unit.diags:add("unused_node", at, "node") end
    for _, info in ipairs(dsl.unlisted(value)) do
        unit.diags:add("unlisted", { file = info.file, line = info.line }, info.name, info.kind, info.name, dsl.about[value].name)
    end
end

-- The trainer's own keys: its name, fields, headers, objects to link, C code.
local function read_trainer(unit, value)
    local trainer = { kind = "trainer", name = dsl.about[value].name, at = dsl.at(value), loops = {}, callbacks = {}, members = {},
        doc = value.doc }
    reader.name(unit, trainer.name, "trainer", trainer.at)
    reader.keys(unit, trainer, value, vocabulary.trainer_keys)
    reader.unknown(unit, trainer, value, vocabulary.trainer_keys, nil, true)
    trainer.fields = check_fields.read(unit, trainer, "state", value.state)
    trainer.include = read_list(unit, trainer, value, "include")
    trainer.link = read_list(unit, trainer, value, "link")
    if type(value.code) == "string" then trainer.code = reader.code(unit, value.code, trainer.at) end
    return trainer
end

-- The checks that need all members.
local function check_whole(unit, trainer, value)
    check_names(unit, trainer)
    check_prefixes(unit, trainer)
    check_fields.check_flags(unit, trainer)
    check_fields.link_aggregates(unit, trainer)
    check_fields.link_shows(unit, trainer)
    check_control.run(unit, trainer, value.control)
    attach.run(unit, trainer)
    warn_unused(unit, value)
end

function check.run(unit)
    local value = unit.spec
    local trainer = read_trainer(unit, value)
    check_edits.run(unit, value)
    read_members(unit, trainer, value)
    local first = trainer.members[1]
    trainer.root = trainer.loops[1]
    if not trainer.root or first ~= trainer.root then
        return unit.diags:add("no_root", trainer.at, trainer.name, trainer.name, first and reader.title(first) or "nothing")
    end
    check_whole(unit, trainer, value)
    unit.trainer = trainer
end

return check
