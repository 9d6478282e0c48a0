-- What the words of a spec mean, from the tables that the checker and `loopc help` use.

local net_functions = require "gen.tree.net_functions"
local spec_tree = require "gen.tree.spec_tree"
local topics = require "gen.cli.topics"
local vocabulary = require "gen.spec.vocabulary"

local documentation = {}

-- The words of a spec outside of tables: { name, form, text }.
local words = {
    { "loop", 'loop "NAME" { ... }', "phases, run once or repeated; its nodes are named before_, on_, after_, failed_ or finally_ and "
        .. "their phase" },
    { "callback", 'callback "NAME" { node = [[ C ]] }', "bodies that attach to nodes by name" },
    { "trainer", 'return trainer "NAME" { Root, ... }', "the value that a spec returns: the root loop first" },
    { "node", "node(order, [[ C ]])", "a node of a loop: its order and its body" },
}

function documentation.words()
    local out = { table.unpack(words) }
    for _, entry in ipairs(vocabulary.scalars) do out[#out + 1] = { entry[1], entry[1] .. "(default), " .. entry[1] .. "[size]", entry[4] } end
    for _, entry in ipairs(vocabulary.aggregates) do out[#out + 1] = { entry[1], entry[1] .. " { ... }", entry[2] } end
    for _, entry in ipairs(vocabulary.elements) do out[#out + 1] = { entry[1], entry[2], entry[3] } end
    for _, entry in ipairs(vocabulary.layers) do out[#out + 1] = { entry[1], entry[2], entry[3] } end
    return out
end

function documentation.word(name)
    for _, entry in ipairs(documentation.words()) do
        if entry[1] == name then return entry end
    end
end

local of_heads = { loop = "loop_keys", callback = "callback_keys", trainer = "trainer_keys", node = "node_keys" }

-- The keys that a table takes, { name, type, text } each; nil where any name may be one.
function documentation.keys(frame)
    if not frame.head then return frame.under == "control" and vocabulary.control_keys or nil end
    if of_heads[frame.head] then return vocabulary[of_heads[frame.head]] end
    local layer = vocabulary.find(vocabulary.layers, frame.head)
    if layer then return layer[4] end
    local aggregate = vocabulary.find(vocabulary.aggregates, frame.head)
    if not aggregate and not vocabulary.find(vocabulary.scalars, frame.head) then return nil end
    local out = { table.unpack(aggregate and aggregate[3] or {}) }
    for _, entry in ipairs(vocabulary.field_keys) do out[#out + 1] = entry end
    return out
end

-- The values that a key takes by name: { name, text } each, or nil.
function documentation.values(frame)
    local key = frame.key
    if frame.head == "optimizer" and not key then return vocabulary.rules end
    if frame.head == "dense" and not key or key == "activation" then return vocabulary.activations end
    if frame.head ~= "mlp" then return nil end
    if key == "output" then return vocabulary.activations end
    if key == "loss" then return vocabulary.losses end
    if key == "init" then return { { "he", "" }, { "xavier", "" }, { "normal", "" }, { "zero", "" } } end
    if key == "reduction" then return { { "rows", "" }, { "elements", "" }, { "none", "" } } end
end

local headers = { "runtime/base/rng.h", "runtime/base/shuffle.h", "runtime/data/dataset.h", "runtime/library/environment.h" }
-- Of the header of a run, what bodies print with.
local printing = { loopc_note = true, loopc_print_row = true }
local of_runtime

-- The functions of the runtime for bodies: { name, declaration, doc } each.
local function runtime_functions()
    if of_runtime then return of_runtime end
    of_runtime = {}
    for _, path in ipairs(headers) do
        for _, entry in ipairs(topics.functions(path)) do of_runtime[#of_runtime + 1] = entry end
    end
    for _, entry in ipairs(topics.functions "runtime/run/program.h") do
        if printing[entry.name] then of_runtime[#of_runtime + 1] = entry end
    end
    return of_runtime
end

local function add_offers(out, offers)
    for _, entry in ipairs(offers) do
        local result = entry.result .. (entry.result:find "%*$" and "" or " ")
        out[#out + 1] = { name = entry.name, declaration = ("%s%s(%s)"):format(result, entry.name, table.concat(entry.arguments, ", ")),
            doc = table.concat(entry.doc, " ") }
    end
end

-- All functions that bodies of a unit may call.
function documentation.functions(unit)
    local out = {}
    for _, field in ipairs(unit and unit.trainer and spec_tree.fields(unit.trainer) or {}) do
        if field.net then add_offers(out, net_functions.of_net(field.net)) end
        if field.optimizer then add_offers(out, net_functions.of_optimizer(field.optimizer)) end
    end
    for _, entry in ipairs(runtime_functions()) do out[#out + 1] = entry end
    return out
end

return documentation
