-- Part of check: the parameters of the runtime's own field types (rng, dataset, mlp, optimizer).

local check_datasets = require "gen.check.datasets"
local mlp = require "gen.tree.mlp"
local reader = require "gen.spec.reader"
local nearest = require "gen.base.nearest"
local vocabulary = require "gen.spec.vocabulary"

local check_aggregates = {}

local activations = { "identity", "tanh", "relu", "sigmoid", "softmax" }
local losses = { "cross_entropy", "squared_error" }
local inits = { "he", "xavier", "normal", "zero" }
local kinds = {}
for i, rule in ipairs(vocabulary.rules) do kinds[i] = rule[1] end
local output_of_loss = { cross_entropy = "softmax", squared_error = "identity" }

local function wrong(unit, field, what, hint)
    field.broken = true
    unit.diags:add("bad_field", field.at, field.name, field.name, what, hint)
end

-- One of a few words; reports any other and takes the default.
local function choice(unit, field, key, value, words, default)
    if value == nil then return default end
    for _, word in ipairs(words) do
        if word == value then return value end
    end
    wrong(unit, field, ("%s is %s%s"):format(key, reader.what(value),
        type(value) == "string" and nearest.suggest(value, words) or ""), key .. " is one of " .. table.concat(words, ", "))
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

function read.mlp(unit, field, positional)
    local parameters = field.parameters
    local layers = {}
    for i, size in ipairs(positional) do layers[i] = whole(unit, field, "layer " .. i, size, 1) end
    if #layers < 2 then wrong(unit, field, "a net has at least two sizes", "mlp { inputs, hidden..., outputs }") end
    parameters.layers = layers
    parameters.activation = choice(unit, field, "activation", parameters.activation, activations,
        vocabulary.default("mlp", "activation"))
    parameters.loss = choice(unit, field, "loss", parameters.loss, losses, vocabulary.default("mlp", "loss"))
    parameters.output = choice(unit, field, "output", parameters.output, activations, output_of_loss[parameters.loss])
    parameters.init = choice(unit, field, "init", parameters.init, inits, parameters.activation == "relu" and "he" or "xavier")
    parameters.batch = whole(unit, field, "batch", parameters.batch, vocabulary.default("mlp", "batch"))
    parameters.inputs_max = whole(unit, field, "inputs_max", parameters.inputs_max, layers[1])
    if parameters.activation == "softmax" then
        return wrong(unit, field, "softmax is an output, not an activation of hidden layers", 'output = "softmax"')
    end
    local what, hint = mlp.wrong(parameters)
    if what and not field.broken then wrong(unit, field, what, hint) end
end

function read.optimizer(unit, field, positional)
    local parameters = field.parameters
    parameters.kind = choice(unit, field, "its rule", positional[1], kinds, "sgd")
    for _, key in ipairs { "momentum", "weight_decay", "beta1", "beta2", "epsilon" } do
        local value = parameters[key]
        if value ~= nil and (type(value) ~= "number" or value < 0 or value ~= value) then
            wrong(unit, field, ("%s is %s"):format(key, reader.what(value)), key .. " is a number from 0")
        elseif value ~= nil and not vocabulary.rule_default(parameters.kind, key) then
            wrong(unit, field, ("%s has no %s"):format(parameters.kind, key), "loopc help optimizer lists the parameters of each rule")
        end
    end
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

-- Replaces the names in the parameters of a field by the fields that they name.
function check_aggregates.link(unit, trainer, owner, field)
    if field.type == "optimizer" and field.parameters.net == nil then
        return wrong(unit, field, "it does not say which net it updates", 'optimizer { "adam", net = "net" }')
    end
    for _, entry in ipairs(links[field.type] or {}) do link(unit, trainer, owner, field, entry[1], entry[2]) end
end

return check_aggregates
