-- Part of check: the layers of a net that are written one by one.
--
-- In:  the positional values of an mlp field, and its parameters.
-- Out: parameters.sequence, the layers in the order of their work, as gen/tree/layers.lua describes them; parameters.layers, the widths
--      that data sets and other nets see. What is impossible is refused at the layer that is.

local dsl = require "gen.spec.dsl"
local nearest = require "gen.base.nearest"
local reader = require "gen.spec.reader"
local vocabulary = require "gen.spec.vocabulary"

local check_layers = {}

local Reading = {}
Reading.__index = Reading

local inits = { he = true, xavier = true, normal = true, zero = true }

function Reading:refuse(layer, what, hint)
    self.field.broken = true
    local word = dsl.word(layer)
    self.unit.diags:add("bad_layer", dsl.at(layer, self.field.at), word, word or "layer", what, hint)
end

-- A number of a layer, between two bounds that are no values of it themselves.
function Reading:number(layer, key, value, default, low, high, hint)
    if value == nil then return default end
    if type(value) == "number" and value > low and value < high then return value end
    self:refuse(layer, ("%s is %s"):format(key, reader.what(value)), hint)
    return default
end

function Reading:flag(layer, key, default)
    local value = layer[key]
    if value == nil then return default end
    if type(value) ~= "boolean" then self:refuse(layer, ("%s is %s"):format(key, reader.what(value)), key .. " is true or false") end
    return value == true
end

-- The layer that was read last, for nets that begin there.
function Reading:take_name(layer)
    local name = layer.name
    if name == nil then return end
    if type(name) ~= "string" or not name:match("^[%a_][%w_]*$") then
        return self:refuse(layer, ("its name is %s"):format(reader.what(name)), 'a name is a word: name = "trunk"')
    end
    for _, entry in ipairs(self.names) do
        if entry.name == name then
            return self:refuse(layer, ("another layer of %s has the name '%s'"):format(self.field.name, name), "each layer has its own name")
        end
    end
    self.names[#self.names + 1] = { name = name, place = #self.ops }
end

-- Adds what a layer does to the list.
function Reading:add(op)
    op.input, op.inputs = #self.ops, self.width
    op.outputs = op.outputs or self.width
    if op.weighted then
        op.index = self.weighted
        self.weighted = self.weighted + 1
    end
    self.ops[#self.ops + 1], self.width = op, op.outputs
    return op
end

local read = {}

function Reading:activation(layer, name)
    if vocabulary.find(vocabulary.activations, name) then return name end
    local names = vocabulary.names(vocabulary.activations)
    local softmax = name == "softmax" or name == "log_softmax"
    self:refuse(layer, softmax and name .. " is an output, not an activation of layers"
        or ("its activation is %s%s"):format(reader.what(name), type(name) == "string" and nearest.suggest(name, names) or ""),
        softmax and ('output = "%s" of the net'):format(name) or "an activation is one of " .. table.concat(names, ", "))
    return "identity"
end

function read.dense(self, layer)
    local width, name = layer[1], layer[2] == nil and "identity" or self:activation(layer, layer[2])
    if math.type(width) ~= "integer" or width < 1 then
        self:refuse(layer, ("its width is %s"):format(reader.what(width)), 'dense { 64, "relu" }: a width from 1, and an activation')
        width = 1
    end
    if layer.init ~= nil and not inits[layer.init] then
        self:refuse(layer, ("init is %s"):format(reader.what(layer.init)), "init is one of he, xavier, normal, zero")
    end
    self.dense = true
    local op = self:add { kind = "dense", weighted = true, outputs = width, bias = self:flag(layer, "bias", true),
        freeze = self:flag(layer, "freeze", false), init = layer.init, activation = name, layer = layer,
        lr_scale = self:number(layer, "lr_scale", layer.lr_scale, 1, -math.huge, math.huge, "lr_scale is a number from 0"),
        max_norm = self:number(layer, "max_norm", layer.max_norm, nil, 0, math.huge, "max_norm is a number above 0") }
    if op.lr_scale < 0 then self:refuse(layer, "lr_scale is " .. op.lr_scale, "lr_scale is a number from 0") end
    if op.freeze and op.init == "zero" then
        self:refuse(layer, "it is frozen and all its weights are 0, which they stay", "another init, or freeze = false")
    end
end

function read.dropout(self, layer)
    local rate = layer[1]
    if type(rate) ~= "number" or not (rate >= 0 and rate < 1) then
        return self:refuse(layer, ("its rate is %s"):format(reader.what(rate)),
            "dropout { 0.2 }: a rate from 0 to less than 1, the share of inputs that become 0")
    end
    self:add { kind = "dropout", rate = rate }
end

local function norm(self, layer, kind)
    if layer[1] ~= nil then self:refuse(layer, "it takes no width", kind .. " {} has the width of the layer before it") end
    return self:add { kind = kind, weighted = true, freeze = self:flag(layer, "freeze", false), lr_scale = 1,
        epsilon = self:number(layer, "epsilon", layer.epsilon, 1e-5, 0, math.huge, "epsilon is a number above 0"),
        momentum = self:number(layer, "momentum", layer.momentum, 0.1, 0, 1.0000001, "momentum is a number above 0, up to 1") }
end

-- The column that an embedding takes, counted from 1 among the inputs.
function Reading:column(layer)
    local column = layer.column
    if column == nil then
        column = 1
        while self.taken[column] do column = column + 1 end
    end
    if math.type(column) ~= "integer" or column < 1 or column > self.inputs then
        self:refuse(layer, ("its column is %s, and the net has %d input%s"):format(layer.column == nil and "missing" or reader.what(column),
            self.inputs, self.inputs == 1 and "" or "s"), "column counts the inputs from 1; each embedding takes one")
        return nil
    elseif self.taken[column] then
        self:refuse(layer, ("column %d has an embedding already"):format(column), "each embedding takes another column")
        return nil
    end
    return column
end

local function is_size(value) return math.type(value) == "integer" and value >= 1 and value < 1 << 24 end

function read.embedding(self, layer)
    if not (is_size(layer[1]) and is_size(layer[2])) then
        return self:refuse(layer, ("it takes two sizes, not %s and %s"):format(reader.what(layer[1]), reader.what(layer[2])),
            "embedding { 10, 4 }: ten categories, four values for each")
    end
    if layer[1] * layer[2] > 0x7fffffff then
        return self:refuse(layer, "its table is too large: sizes are counted with 32 bits", "fewer categories, or fewer values for each")
    end
    if self.field.parameters.from then
        return self:refuse(layer, "this net reads what a layer makes, not columns", "it belongs into the net that from names")
    end
    if #self.ops > self.embeddings then
        return self:refuse(layer, "it is behind other layers", "embeddings come first: they read what goes into the net")
    end
    local column = self:column(layer)
    if not column then return end
    local place = column
    for other in pairs(self.taken) do place = place - (other < column and 1 or 0) end
    self.taken[column], self.embeddings = true, self.embeddings + 1
    local scale = self:number(layer, "lr_scale", layer.lr_scale, 1, -1e-300, math.huge, "lr_scale is a number from 0")
    self:add { kind = "embedding", weighted = true, outputs = self.width - 1 + layer[2], vocabulary = layer[1], width = layer[2],
        column = place - 1, source = column - 1, freeze = self:flag(layer, "freeze", false), lr_scale = scale, layer = layer }
end

function read.layer_norm(self, layer) norm(self, layer, "layer_norm") end

function read.batch_norm(self, layer)
    norm(self, layer, "batch_norm")
    if self.batch < 2 then
        self:refuse(layer, "batches have one row, which is its own mean", "batch = 32 of the net: the most rows of a batch")
    end
end

function read.residual(self, layer)
    local start, width = #self.ops, self.width
    self:list(layer)
    if #self.ops == start then return self:refuse(layer, "there are no layers in it", "residual { dense { 64 }, ... }") end
    if self.width ~= width then
        self:refuse(layer, ("its layers make %d values of %d"):format(self.width, width),
            ("the last layer in it has the width of what goes in: %d"):format(width))
        self.width = width
    end
    self:add { kind = "residual", skip = start }
end

-- Unknown keys of a layer; only layers with weights can be frozen.
function Reading:check_keys(layer, word)
    local entry = vocabulary.find(vocabulary.layers, word)
    for _, pair in ipairs(dsl.entries(layer)) do
        local key = pair.key
        if key == "freeze" and not vocabulary.find(entry[4], key) then
            self:refuse(layer, "it has no weights that could be frozen", "freeze = true stands in dense, in embedding and in the norms")
        elseif key ~= "name" and not vocabulary.find(entry[4], key) then
            self:refuse(layer, ("it has no key '%s'%s"):format(key, nearest.suggest(key, vocabulary.names(entry[4]))),
                #entry[4] > 0 and word .. " takes " .. table.concat(vocabulary.names(entry[4]), ", ") or entry[2])
        end
    end
end

function Reading:list(layers)
    for i = 1, #layers do
        local layer = layers[i]
        if dsl.kind(layer) ~= "layer" then
            self.field.broken = true
            self.unit.diags:add("bad_layer", self.field.at, self.field.name, self.field.name, ("entry %d is %s"):format(i,
                reader.what(layer)), "a net of layers is mlp { inputs = n, dense { 64, \"relu\" }, dense { 10 } }")
        else
            local word = dsl.word(layer)
            self:check_keys(layer, word)
            read[word](self, layer)
            self:take_name(layer)
        end
    end
end

-- Whether an mlp field is a list of layers.
function check_layers.is_long(field, positional)
    if field.parameters.inputs ~= nil or field.parameters.from ~= nil then return true end
    for _, value in ipairs(positional) do
        if dsl.kind(value) == "layer" then return true end
    end
    return false
end

-- The activation of the last layer is the output of the net, which losses know.
local function take_output(self)
    local last = self.ops[#self.ops]
    if not last or last.kind ~= "dense" or last.activation == "identity" then return end
    local output = self.field.parameters.output
    if output ~= nil and output ~= last.activation then
        self:refuse(last.layer, ("the last layer ends in %s, and the output of the net is %s"):format(last.activation, tostring(output)),
            "drop one of the two")
    end
    self.field.parameters.output, last.activation = last.activation, "identity"
end

-- The widths of what every dense layer makes, inputs first.
local function widths(inputs, ops)
    local out = { inputs }
    for _, op in ipairs(ops) do
        if op.kind == "dense" then out[#out + 1] = op.outputs end
    end
    if #ops > 0 and out[#out] ~= ops[#ops].outputs then out[#out + 1] = ops[#ops].outputs end
    return out
end

function check_layers.read(unit, field, positional)
    local parameters = field.parameters
    local inputs = parameters.inputs
    if math.type(inputs) ~= "integer" or inputs < 1 then
        field.broken = true
        unit.diags:add("bad_layer", field.at, field.name, field.name, ("inputs is %s"):format(reader.what(inputs)),
            "inputs = 64: how many values a row has that goes in")
        inputs = 1
    end
    local self = setmetatable({ unit = unit, field = field, ops = {}, width = inputs, inputs = inputs, weighted = 0, taken = {}, embeddings = 0,
        names = {}, batch = math.type(parameters.batch) == "integer" and parameters.batch or 1 }, Reading)
    self:list(positional)
    local first = self.ops[1]
    if parameters.inputs_from and first and first.kind ~= "dense" and not field.broken then
        self:refuse(positional[1], "it comes first, and the data set decides how wide that is", "with inputs_from the first layer is dense")
    end
    if not self.dense and not field.broken then
        field.broken = true
        unit.diags:add("bad_layer", field.at, field.name, field.name, "it has no dense layer", "dense { 10 } is one")
    end
    take_output(self)
    parameters.sequence, parameters.layers, parameters.layer_names = self.ops, widths(inputs, self.ops), self.names
    if #parameters.layers < 2 then parameters.layers[2] = inputs end
end

return check_layers
