-- Reads the spec tree (its shape: schema.lua) for several passes; adds the fields that loopc itself gives to loops.

local vocabulary = require "gen.spec.vocabulary"

local spec_tree = {}

-- All fields of a trainer: its own, then those of its members, in the order of the trainer's list.
function spec_tree.fields(trainer)
    local out = {}
    for _, owner in ipairs { trainer, table.unpack(trainer.members) } do
        for _, field in ipairs(owner.fields) do out[#out + 1] = field end
    end
    return out
end

-- Those of one type, "mlp" or "dataset" say.
function spec_tree.fields_of_type(trainer, type)
    local out = {}
    for _, field in ipairs(spec_tree.fields(trainer)) do
        if field.type == type then out[#out + 1] = field end
    end
    return out
end

-- Every node of a loop, on_skip and the run phase included, in a fixed order.
function spec_tree.nodes(loop)
    local out = {}
    for _, node in ipairs(loop.nodes) do out[#out + 1] = node end
    for _, node in ipairs(loop.run and loop.run.nodes or {}) do out[#out + 1] = node end
    out[#out + 1] = loop.on_skip
    return out
end

-- The sources of a trainer: every node and listener that has a body.
function spec_tree.sources(trainer)
    local out = {}
    for _, member in ipairs(trainer.members) do
        for _, source in ipairs(member.listeners or spec_tree.nodes(member)) do
            if source.body then out[#out + 1] = source end
        end
    end
    return out
end

-- The checkpoint hooks of a trainer, in the order of its list.
function spec_tree.hooks(trainer)
    local out = {}
    for _, member in ipairs(trainer.members) do
        for _, hook in ipairs(member.hooks or {}) do out[#out + 1] = hook end
    end
    return out
end

-- Every source of a flattened trainer that has `uses`: steps, the expressions of loops, hooks. Those of loops that are there more than
-- once come as often.
function spec_tree.each_source(unit, visit)
    for _, item in ipairs(unit.list) do
        if item.op == "step" then visit(item.source) end
        if item.op == "loop" then
            for _, text in ipairs(spec_tree.expressions(item.instance.loop)) do visit(text) end
        end
    end
    for _, hook in ipairs(spec_tree.hooks(unit.trainer)) do visit(hook) end
end

-- The execution order of two insertions on one node: their order, ties by the trainer's list, then by the callback's keys.
function spec_tree.comes_before(a, b)
    if a.order ~= b.order then return a.order < b.order end
    if a.index ~= b.index then return a.index < b.index end
    return a.key < b.key
end

-- The number of elements of an array with these dimensions; 1 without any.
function spec_tree.element_count(dims)
    local count = 1
    for _, size in ipairs(dims) do count = count * size end
    return count
end

-- The keys of a loop that hold a C expression, in the order in which a run evaluates them.
spec_tree.expression_keys = { "skip", "from", "times", "done" }

-- The texts of a loop's expressions that analyse_fields has read: { body, expression, pieces, uses, ... } each.
function spec_tree.expressions(loop)
    local out = {}
    for _, key in ipairs(spec_tree.expression_keys) do out[#out + 1] = loop.texts and loop.texts[key] end
    return out
end

-- A field that loopc adds to a loop.
local function own_field(loop, name, type, doc)
    return { kind = "field", name = name, full = loop.name .. "." .. name, owner = loop, life = "state", type = type,
        scalar = vocabulary.find(vocabulary.scalars, type), dims = {}, at = loop.at, doc = doc, counter = true, parameters = {} }
end

local counters = {
    { "iteration", "iterations completed since entry" },
    { "total", "iterations completed since the program first started" },
}

-- Whether every repeating loop has a counter of that name.
function spec_tree.is_counter(name) return vocabulary.find(counters, name) ~= nil end

-- The value of `times`, kept beside the counters for the progress line; bodies cannot name it.
local function add_bound(loop, taken)
    local field = own_field(loop, taken.times and "loop_times" or "times", "i64", "iterations to do, since entry")
    field.hidden, field.default = true, math.type(loop.times) == "integer" and loop.times or nil
    loop.times_field = field
    table.insert(loop.fields, #counters + 1, field)
    if not loop.from then return end
    loop.from_field = own_field(loop, taken.from and "loop_from" or "from", "i64", "of the times, how many counted as done at entry")
    loop.from_field.hidden = true
    table.insert(loop.fields, #counters + 2, loop.from_field)
end

-- Gives a repeating loop its counters, in front of its own fields.
function spec_tree.add_counters(loop)
    local taken = {}
    for _, field in ipairs(loop.fields) do taken[field.name] = true end
    for i, counter in ipairs(counters) do table.insert(loop.fields, i, own_field(loop, counter[1], "i64", counter[2])) end
    if loop.times then add_bound(loop, taken) end
end

-- `restarting` of a repeating loop: added when a text names it, so that other loops do not pay for it. Checkpoints leave it out:
-- loading one sets it.
function spec_tree.restarting(loop)
    if not loop.restarting then
        loop.restarting = own_field(loop, "restarting", "bool", "whether the run was resumed and has not completed an iteration since")
        loop.restarting.restarting = true
        table.insert(loop.fields, #counters + 1, loop.restarting)
    end
    return loop.restarting
end

-- Whether the run can be saved inside of bodies of elements, and between any two steps of a program in steps.
function spec_tree.is_resumable(unit)
    if unit.options.step then return not unit.options.lib end
    for _, source in ipairs(unit.sources_used) do
        if source.resumable then return true end
    end
    return false
end

return spec_tree
