-- The text of `loopc help TOPIC`: functions, keys and defaults, from the tables and headers that the generator
-- and the runtime use themselves.

local header = require "gen.c.header"
local host = require "host"
local net_functions = require "gen.tree.net_functions"
local net_pairs = require "gen.tree.net_pairs"
local vocabulary = require "gen.spec.vocabulary"
local wrap = require "gen.base.wrap"

local topics = {}

-- A line "  name  text", the text broken and indented behind the names.
local function row(out, name, text, width)
    local head = ("  %-" .. width .. "s  "):format(name)
    if #name > width then
        out[#out + 1] = "  " .. name
        head = (" "):rep(width + 4)
    end
    for _, line in ipairs(wrap.words(head, text, width + 4)) do out[#out + 1] = line end
end

local function title(out, text)
    if #out > 0 then out[#out + 1] = "" end
    out[#out + 1] = text
end

local function default_of(entry)
    if entry.default == nil then return "" end
    return (" (default %s)"):format(type(entry.default) == "number" and ("%.14g"):format(entry.default) or tostring(entry.default))
end

-- Rows of keys { name, type, doc, default = ... }.
local function keys(out, head, entries)
    title(out, head)
    for _, entry in ipairs(entries) do row(out, entry[1], ("%s: %s%s"):format(entry[2], entry[3], default_of(entry)), 14) end
end

local function field_keys(out, type)
    local entry = vocabulary.find(vocabulary.aggregates, type)
    title(out, type .. ": " .. entry[2])
    if #entry[3] > 0 then keys(out, "keys, beside those of every field:", entry[3]) end
end

-- Functions that main and the emitted code call.
local not_for_bodies = {}
for name in ("dataset_load dataset_free dataset_set_host dataset_select dataset_narrow dataset_is_part dataset_stored dataset_pick "
    .. "rng_seed network_of walk"):gmatch("%S+") do not_for_bodies["loopc_" .. name] = true end

-- Functions of the runtime that a header declares, but for those that are not for bodies: { name, declaration, doc } each.
function topics.functions(path)
    local out = {}
    for _, entry in ipairs(header.functions(assert(host.script(path)))) do
        if entry.doc and not not_for_bodies[entry.name] then out[#out + 1] = entry end
    end
    return out
end

local function functions(out, head, path)
    title(out, head)
    for _, entry in ipairs(topics.functions(path)) do
        out[#out + 1] = "  " .. entry.declaration
        row(out, "", header.sentence(entry.doc), 2)
    end
end

local capitals = { TARGETS = "TARGETS", INIT = "as init says", BATCH = "batch" }

-- "float G_loss(G, TARGETS, int32_t rows)"
local function offer(out, prefix, name, result, arguments, doc)
    out[#out + 1] = ("  %s%s%s_%s(%s)"):format(result, result:find "%*$" and "" or " ", prefix, name, table.concat(arguments, ", "))
    row(out, "", table.concat(doc, " "):gsub("%f[%u]%u%u+", capitals), 2)
end

local function net_offers(out)
    title(out, "functions for bodies; G is the name of the field, Loop_G of one that a loop has, and TARGETS are const int32_t *labels "
        .. "where the loss takes labels, const float *y where it takes values:")
    for _, entry in ipairs(net_functions.all) do
        if not entry.internal then offer(out, "G", entry[1], entry[2], { "$G", table.unpack(entry[3]) }, entry[4]) end
    end
    for _, entry in ipairs(net_pairs.all) do
        local doc = {}
        for i, line in ipairs(entry[3]) do doc[i] = line:gsub("FROM", "H, another net whose layers have the same sizes") end
        offer(out, "G", entry[1] .. "_H", "void", { "$G", "$H", table.unpack(entry[2]) }, doc)
    end
    title(out, 'with from = "H.trunk" the net begins at a layer of H, on the batch of the last H_forward:')
    row(out, "", "G_forward, G_forward_train and G_predict take $H in the place of x; G_backward and G_backward_from take it after $G, "
        .. "and pass back to H, whose H_backward comes after those of all such nets and adds what they passed. H has H_zero_delta for "
        .. "a batch without a loss of its own. Neither has G_train; predict and export of G have the layers of H in them.", 2)
    out[#out + 1] = "  and with an optimizer G_train, G_train_from: loopc help optimizer"
end

-- What layers, activations and losses there are.
local function net_parts(out)
    title(out, "layers, as mlp { inputs = 64, batch = 32, dense { 128, \"gelu\" }, dropout { 0.2 }, dense { 10 } }, with their keys:")
    for _, layer in ipairs(vocabulary.layers) do
        row(out, layer[2], layer[3], 28)
        for _, key in ipairs(layer[4]) do row(out, "  " .. key[1], ("%s: %s"):format(key[2], key[3]), 28) end
    end
    title(out, "activations, where s(x) is 1 / (1 + exp(-x)); as output of a net softmax and log_softmax, too:")
    for _, entry in ipairs(vocabulary.activations) do row(out, entry[1], entry[2], 14) end
    title(out, "losses of one row, a its outputs; of a batch the sum, by the weights of the rows, divided as reduction says; a label of -1 "
        .. "leaves its row out:")
    for _, entry in ipairs(vocabulary.losses) do row(out, entry[1], entry[2], 22) end
end

local function net(out)
    field_keys(out, "mlp")
    net_parts(out)
    net_offers(out)
end

local function optimizer(out)
    field_keys(out, "optimizer")
    title(out, 'rules, as optimizer { "adam", net = "G" }, how step t = 1, 2, ... moves weights w by their gradient g, with weight_decay w '
        .. "added to g by all but adamw and lion, and their parameters with defaults; moments m and v are 0 at first:")
    for _, rule in ipairs(vocabulary.rules) do
        local parameters = {}
        for i, parameter in ipairs(rule[3]) do
            parameters[i] = ("%s = %s"):format(parameter[1], type(parameter[2]) == "number" and ("%.14g"):format(parameter[2])
                or tostring(parameter[2]))
        end
        row(out, rule[1], rule[2] .. "; " .. table.concat(parameters, ", "), 14)
    end
    title(out, "functions for bodies; O is the name of the optimizer's field, G that of its net's, TARGETS as in loopc help net:")
    local described = { prefix = "O", struct = "O", net = { prefix = "G", struct = "G", loss = "squared_error" } }
    for _, entry in ipairs(net_functions.of_optimizer(described)) do
        local arguments = {}
        for i, argument in ipairs(entry.arguments) do
            arguments[i] = argument:gsub("^struct (%u) %*%l$", "$%1"):gsub("^const float %*y$", "TARGETS")
        end
        local prefix, name = entry.name:match("^(%u)_(.*)$")
        offer(out, prefix, name, entry.result, arguments, entry.doc)
    end
end

local function dataset(out)
    field_keys(out, "dataset")
    functions(out, "functions for bodies, with $G of a field G, whose members are $G->rows, columns, classes, targets, x, labels, y:",
        "runtime/data/dataset.h")
end

local function rng(out)
    field_keys(out, "rng")
    functions(out, "functions for bodies, with $G of a field G:", "runtime/base/rng.h")
    functions(out, "orders of numbers without memory:", "runtime/base/shuffle.h")
end

local function samples(out)
    field_keys(out, "samples")
    functions(out, "functions for bodies:", "runtime/library/environment.h")
end

-- Whether a line of a comment continues the one before: both are of a paragraph at the margin, or the first is a row with a label and the
-- second, further in, more of its text.
local function continues(line, before)
    if line == "" or before == "" then return false end
    local depth = #line:match "^ *"
    return depth == 0 and before:find "^%S" ~= nil or depth > 9 and before:find "^ +%S.-  +%S" ~= nil
end

-- The comments at the heads of the files of loopc.train, their paragraphs as one line each.
local function train(out)
    for _, name in ipairs { "train", "train/rates", "train/finder", "train/stopping", "train/measures", "train/statistics" } do
        if #out > 0 then out[#out + 1] = "" end
        local before = ""
        for line in assert(host.script("gen/lib/" .. name .. ".lua")):gmatch("([^\n]*)\n") do
            if line:sub(1, 2) ~= "--" then break end
            line = line:gsub("^%-%- ?", "")
            if continues(line, before) then out[#out] = out[#out] .. " " .. line:gsub("^ +", "") else out[#out + 1] = line end
            before = line:find "^ *$" and "" or out[#out]
        end
    end
end

local function signals(out)
    title(out, "signals: statements of bodies, each of which ends its body at once")
    for _, entry in ipairs(vocabulary.signals) do row(out, "$" .. entry[1], entry[2], 14) end
end

local function elements(out)
    title(out, "elements: control flow in the place of C text")
    for _, entry in ipairs(vocabulary.elements) do row(out, entry[2], entry[3], 24) end
end

local function flags(out)
    title(out, "flags of every trainer that loopc builds; an option field NAME brings --NAME, and PROG --help shows them all:")
    for name, value, doc in assert(host.script "runtime/main/flags.def"):gmatch '\nFLAG%("([%w-]+)", "([^"]*)", "([^"]*)",' do
        row(out, ("--%s%s"):format(name, value ~= "" and " " .. value or ""), doc, 24)
    end
    keys(out, "keys of fields:", vocabulary.field_keys)
end

-- { name, contents, function(out) } in the order of the overview.
topics.list = {
    { "net", "keys of mlp fields, functions of nets", net },
    { "optimizer", "update rules with their defaults, functions of optimizers", optimizer },
    { "dataset", "keys of data sets, their functions", dataset },
    { "rng", "random numbers and orders", rng },
    { "samples", "fields with a value a sample, and functions of designs", samples },
    { "train", "ready callbacks: schedules, early stopping, measures (require \"loopc.train\")", train },
    { "signals", "$fail, $recover, $cancel, $stop", signals },
    { "elements", "control flow in the place of C text", elements },
    { "flags", "the command line of a trainer", flags },
}

-- The text of a topic, or nil.
function topics.text(name)
    for _, topic in ipairs(topics.list) do
        if topic[1] == name then
            local out = {}
            topic[3](out)
            return wrap.page(table.concat(out, "\n") .. "\n")
        end
    end
end

return topics
