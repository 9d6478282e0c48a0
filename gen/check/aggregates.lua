-- Part of check: the parameters of the runtime's own field types (rng, dataset, mlp, optimizer).

local check_datasets = require "gen.check.datasets"
local check_heads = require "gen.check.heads"
local check_layers = require "gen.check.layers"
local layers_of = require "gen.tree.layers"
local mlp = require "gen.tree.mlp"
local reader = require "gen.spec.reader"
local replicas = require "gen.tree.replicas"
local nearest = require "gen.base.nearest"
local other_names = require "gen.spec.other_names"
local vocabulary = require "gen.spec.vocabulary"

local check_aggregates = {}

local activations = vocabulary.names(vocabulary.activations)
local outputs = { "softmax", "log_softmax", table.unpack(activations) }
local losses = vocabulary.names(vocabulary.losses)
local inits = { "he", "xavier", "normal", "zero" }
local kinds = {}
for i, rule in ipairs(vocabulary.rules) do kinds[i] = rule[1] end
local he = { relu = true, leaky_relu = true, elu = true, gelu = true, gelu_tanh = true, silu = true, mish = true, hard_swish = true }

local function wrong(unit, field, what, hint)
    field.broken = true
    unit.diags:add("bad_field", field.at, field.name, field.name, what, hint)
end

local kinds_of_words = { output = "activation", ["its rule"] = "rule" } -- in other_names

-- One of a few words; reports any other and takes the default.
local function choice(unit, field, key, value, words, default)
    if value == nil then return default end
    for _, word in ipairs(words) do
        if word == value then return value end
    end
    wrong(unit, field, ("%s is %s%s"):format(key, reader.what(value),
        type(value) == "string" and nearest.suggest(value, words) or ""),
        other_names.hint(kinds_of_words[key] or key, value, key .. " is one of " .. table.concat(words, ", ")))
    return default
end

local function whole(unit, field, key, value, default)
    if value == nil then return default end
    if math.type(value) == "integer" and value >= 1 then return value end
    wrong(unit, field, ("%s is %s"):format(key, reader.what(value)), key .. " is a whole number from 1")
    return default
end

local read = {}

function read.rng() end

read.dataset = check_datasets.read

-- A number between two bounds.
local function number(unit, field, key, low, high, hint)
    local value = field.parameters[key]
    if value == nil or type(value) == "number" and value >= low and value <= high then return end
    wrong(unit, field, ("%s is %s"):format(key, reader.what(value)), hint)
    field.parameters[key] = nil
end

-- The keys that one loss alone takes, and those of several.
local keys_of_losses = { delta = { huber = true }, quantile = { quantile = true }, label_smoothing = { cross_entropy = true },
    targets = { cross_entropy = true }, class_weights = { cross_entropy = true, hinge = true, sigmoid_cross_entropy = true } }

local function read_class_weights(unit, field)
    local weights, count = field.parameters.class_weights, field.parameters.layers[#field.parameters.layers]
    if weights == nil then return end
    local fits = type(weights) == "table" and #weights == count
    for _, weight in ipairs(fits and weights or {}) do fits = fits and type(weight) == "number" and weight >= 0 and weight < math.huge end
    if not fits then
        wrong(unit, field, "class_weights is not a list of a weight for each output", ("%d numbers from 0"):format(count))
        field.parameters.class_weights = nil
    end
end

local function read_loss(unit, field)
    local parameters = field.parameters
    for _, key in ipairs { "delta", "quantile", "label_smoothing", "targets", "class_weights" } do
        if parameters[key] ~= nil and not keys_of_losses[key][parameters.loss] then
            wrong(unit, field, ("%s has no %s"):format(parameters.loss, key), "loopc help net lists what each loss takes")
            parameters[key] = nil
        end
    end
    number(unit, field, "delta", 1e-30, 1e30, "delta is a number above 0")
    number(unit, field, "quantile", 1e-30, 1 - 1e-16, "quantile is between 0 and 1")
    number(unit, field, "label_smoothing", 0, 1 - 1e-16, "label_smoothing is a number from 0 to less than 1")
    parameters.targets = choice(unit, field, "targets", parameters.targets, { "labels", "values" }, nil)
    parameters.reduction = choice(unit, field, "reduction", parameters.reduction, { "rows", "elements", "none" }, nil)
    read_class_weights(unit, field)
    if parameters.targets == "values" and (parameters.label_smoothing or 0) > 0 then
        wrong(unit, field, "label_smoothing is of labels, and the targets are values", "smooth the values themselves")
    end
end

-- The widths of a net of sizes.
local function read_sizes(unit, field, positional)
    local layers = {}
    for i, size in ipairs(positional) do layers[i] = whole(unit, field, "layer " .. i, size, 1) end
    if #layers < 2 then wrong(unit, field, "a net has at least two sizes", "mlp { inputs, hidden..., outputs }") end
    field.parameters.layers = layers
    if field.parameters.activation == "softmax" or field.parameters.activation == "log_softmax" then
        wrong(unit, field, field.parameters.activation .. " is an output, not an activation of hidden layers",
            ('output = "%s"'):format(field.parameters.activation))
        field.parameters.activation = nil
    end
    field.parameters.activation = choice(unit, field, "activation", field.parameters.activation, activations,
        vocabulary.default("mlp", "activation"))
    field.parameters.init = choice(unit, field, "init", field.parameters.init, inits,
        he[field.parameters.activation] and "he" or "xavier")
    field.parameters.sequence = layers_of.of_sizes(layers, field.parameters.activation)
end

-- The layers of a net that are written one by one; each has a distribution of its own unless the net has one.
local function read_layers(unit, field, positional)
    local parameters = field.parameters
    if parameters.activation ~= nil then
        wrong(unit, field, "activation is of nets of sizes", 'dense { 64, "relu" } names that of a layer')
    end
    parameters.init = choice(unit, field, "init", parameters.init, inits, nil)
    check_layers.read(unit, field, positional)
    for _, op in ipairs(parameters.sequence) do
        if op.kind == "dense" then op.init = op.init or parameters.init or (he[op.activation] and "he" or "xavier") end
    end
    parameters.init, parameters.activation = parameters.init or "xavier", "identity"
end

local most_shards = 64 -- runtime/nn/shards.h

-- Refuses shards that are no tree over the rows of a batch, or of a net that has none.
local function check_shards(unit, field)
    local parameters, power = field.parameters, 1
    local shards, batch = parameters.shards, parameters.batch
    if not shards or field.broken then return end
    while power < shards do power = 2 * power end
    if power ~= shards or shards > most_shards then
        wrong(unit, field, ("%d shards are no whole tree"):format(shards), "shards is 1, 2, 4, 8, 16, 32 or 64")
    elseif batch % shards ~= 0 then
        wrong(unit, field, ("%d shards do not divide a batch of %d rows"):format(shards, batch),
            ("batch = %d"):format((batch + shards - 1) // shards * shards))
    elseif parameters.ops and shards > 1 then
        wrong(unit, field, "a net of layers, or with these losses or optimizers, has no shards",
            "those of sizes have: cross_entropy or squared_error, with sgd, adam or adamw")
    end
end

-- Refuses replicas of nets that have none: their kernels are those of plain nets, whose widths are known.
local function check_replicas(unit, field)
    local parameters = field.parameters
    if not parameters.replicas or field.broken then return end
    if parameters.replicas > replicas.most then
        wrong(unit, field, ("there are %d replicas"):format(parameters.replicas), ("replicas is at most %d"):format(replicas.most))
    elseif parameters.ops then
        wrong(unit, field, "a net of layers, or with these losses or optimizers, has no replicas",
            "those of sizes have: cross_entropy or squared_error, with sgd, adam or adamw")
    elseif parameters.inputs_from then
        wrong(unit, field, "replicas have a width that the spec says, and inputs_from leaves it to the data set",
            "mlp { 64, 32, 10, replicas = 16 }: the first size is the number of columns")
    elseif parameters.shards and parameters.shards > 1 then
        wrong(unit, field, "a net has shards or replicas", "drop one of the two")
    elseif unit.options.device then
        unit.diags:add("not_on_device", field.at, field.name, "replicas of '" .. field.name .. "'", "they need a processor with vectors",
            "one net, or several fields of type mlp")
    end
end

local short_names = { absolute = "absolute_error", gaussian = "gaussian_nll" }

local function read_net(unit, field, positional)
    local parameters = field.parameters
    parameters.loss = short_names[parameters.loss] or parameters.loss
    local is_long = check_layers.is_long(field, positional)
    parameters.loss = choice(unit, field, "loss", parameters.loss, losses, vocabulary.default("mlp", "loss"))
    if is_long then read_layers(unit, field, positional) else read_sizes(unit, field, positional) end
    parameters.output = choice(unit, field, "output", parameters.output, outputs,
        vocabulary.output_of_loss[parameters.loss] or "identity")
    parameters.batch = whole(unit, field, "batch", parameters.batch, vocabulary.default("mlp", "batch"))
    parameters.inputs_max = whole(unit, field, "inputs_max", parameters.inputs_max, parameters.layers[1])
    read_loss(unit, field)
    if layers_of.is_deep(parameters) then layers_of.deepen(parameters) elseif is_long then layers_of.flatten(parameters) end
    local what, hint = mlp.wrong(parameters)
    if what and not field.broken then wrong(unit, field, what, hint) end
    parameters.shards = whole(unit, field, "shards", parameters.shards, nil)
    parameters.replicas = whole(unit, field, "replicas", parameters.replicas, nil)
    check_shards(unit, field)
    check_replicas(unit, field)
end

-- A net that begins in another one is read when that is known: see check_aggregates.join.
function read.mlp(unit, field, positional)
    if field.parameters.from == nil then return read_net(unit, field, positional) end
    field.waiting = positional
end

local function read_no_decay(unit, field)
    local list, out = field.parameters.no_decay, {}
    if list == nil then return end
    for _, word in ipairs(type(list) == "table" and list or { list }) do
        out[choice(unit, field, "no_decay", word, { "bias", "norm" }, "bias")] = true
    end
    field.parameters.no_decay = out
end

-- The numbers of an update rule: from 0, or up to less than 1.
local rates = { "momentum", "dampening", "weight_decay", "beta1", "beta2", "epsilon", "alpha", "momentum_decay" }
local below_1 = { beta1 = true, beta2 = true, alpha = true }

local function read_rate(unit, field, key)
    local parameters = field.parameters
    local value = parameters[key]
    if value == nil then return end
    if type(value) ~= "number" or value < 0 or value ~= value then
        wrong(unit, field, ("%s is %s"):format(key, reader.what(value)), key .. " is a number from 0")
    elseif vocabulary.rule_default(parameters.kind, key) == nil then
        wrong(unit, field, ("%s has no %s"):format(parameters.kind, key), "loopc help optimizer lists the parameters of each rule")
    elseif below_1[key] and value >= 1 then
        wrong(unit, field, ("%s is %s"):format(key, reader.what(value)), key .. " is a number from 0 to less than 1")
    end
end

function read.optimizer(unit, field, positional)
    local parameters = field.parameters
    parameters.kind = choice(unit, field, "its rule", positional[1], kinds, "sgd")
    for _, key in ipairs(rates) do read_rate(unit, field, key) end
    if parameters.nesterov and (parameters.kind ~= "sgd" or not (type(parameters.momentum) == "number" and parameters.momentum > 0)) then
        wrong(unit, field, "nesterov looks ahead along a momentum, and it has none", 'optimizer { "sgd", momentum = 0.9, nesterov = true }')
    end
    read_no_decay(unit, field)
    number(unit, field, "clip_norm", 1e-30, 1e30, "clip_norm is a number above 0")
    number(unit, field, "clip_value", 1e-30, 1e30, "clip_value is a number above 0")
    number(unit, field, "ema", 0, 1 - 1e-16, "ema is a number from 0 to less than 1: the share that stays in each step")
    parameters.accumulate = whole(unit, field, "accumulate", parameters.accumulate, nil)
end

function check_aggregates.read(unit, field, positional)
    if #field.dims > 0 then wrong(unit, field, "arrays of " .. field.type .. " are not allowed", "use separate fields") end
    read[field.type](unit, field, positional)
end

-- The field of `type` that `name` means for `owner`: its own, else the trainer's.
local function find(trainer, owner, name, type)
    local names = {}
    for _, place in ipairs { owner, trainer } do
        for _, field in ipairs(place.fields) do
            if field.type == type then
                if field.name == name then return field end
                names[#names + 1] = field.name
            end
        end
    end
    return nil, names
end

local links = { dataset = { { "like", "dataset" }, { "from", "dataset" } }, mlp = { { "inputs_from", "dataset" } },
    optimizer = { { "net", "mlp" } } }

-- Replaces the name in a parameter by the field that it names.
local function link(unit, trainer, owner, field, key, type)
    local name = field.parameters[key]
    if name == nil or name == false and key == "inputs_from" then return end
    local found, names = find(trainer, owner, name, type)
    if found then
        field.parameters[key] = found
        return
    end
    field.parameters[key] = nil
    wrong(unit, field, ("%s names no %s field: %s%s"):format(key, type, tostring(name), nearest.suggest(tostring(name), names)),
        vocabulary.find(vocabulary.aggregates, field.type)[2])
end

-- Reads a net that begins in another one, all of those that begin nowhere else being read.
function check_aggregates.join(unit, trainer, owner, field)
    local function refuse(what, hint) wrong(unit, field, what, hint) end
    local function find_net(name) return find(trainer, owner, name, "mlp") end
    check_heads.join(field, find_net, refuse)
    read_net(unit, field, field.waiting)
    field.waiting = nil
end

-- Replaces the names in the parameters of a field by the fields that they name.
function check_aggregates.link(unit, trainer, owner, field)
    if field.type == "optimizer" and field.parameters.net == nil then
        return wrong(unit, field, "it does not say which net it updates", 'optimizer { "adam", net = "net" }')
    end
    for _, entry in ipairs(links[field.type] or {}) do link(unit, trainer, owner, field, entry[1], entry[2]) end
    local net = field.type == "optimizer" and field.parameters.net
    local was_deep = net and net.parameters.ops
    if net and layers_of.deepens(field.parameters) then layers_of.deepen(net.parameters) end
    if net and not was_deep then check_replicas(unit, net) end
    if not net or net.parameters.replicas or (net.parameters.shards and (was_deep or not net.parameters.ops)) then return end
    net.parameters.shards = net.parameters.shards or unit.options.shards
    check_shards(unit, net)
end

return check_aggregates
