-- The layers of nets that are more than dense layers with the fast activations, as operations on values.
--
-- In:  parameters of an mlp field, with `sequence`, a list of operations as they were written:
--      dense       { kind, input, inputs, outputs, index, bias, freeze, init, activation, lr_scale, max_norm }
--      dropout     { kind, input, inputs, outputs, rate }
--      layer_norm, batch_norm   { kind, input, inputs, outputs, index, epsilon, momentum, freeze, lr_scale }
--      embedding   { kind, input, inputs, outputs, index, vocabulary, width, column (of its input, from 0), source (of the net's),
--                    freeze, lr_scale }
--      residual    { kind, input, skip, inputs, outputs }
--      `index` counts the layers that have weights, from 0; `input` and `skip` are values: 0 is what goes into the net, k what
--      operation k makes. The activation of the last layer is the output of the net.
-- Out: parameters.ops, the same with activations that are operations of their own unless they are fast:
--      activation  { kind, input, inputs, outputs, activation }
--      A net without ops is a plain one: see gen/tree/mlp.lua.
--      parameters.places: the value of each layer of `sequence`, after its activation.

local layers = {}

-- Activations that are finished where the sums of a dense layer end.
local fast = { relu = true, tanh = true, sigmoid = true, identity = true }

function layers.is_fast(activation) return fast[activation] == true end

-- The operations of a net of sizes.
function layers.of_sizes(sizes, activation)
    local out = {}
    for i = 1, #sizes - 1 do
        out[i] = { kind = "dense", input = i - 1, index = i - 1, inputs = sizes[i], outputs = sizes[i + 1], bias = true, freeze = false,
            lr_scale = 1, activation = i < #sizes - 1 and activation or "identity" }
    end
    return out
end

local plain_losses = { cross_entropy = true, squared_error = true }

-- Whether a dense layer is one that plain nets have.
local function is_plain(op)
    return op.kind == "dense" and op.bias and not op.freeze and op.lr_scale == 1 and not op.max_norm and fast[op.activation]
end

-- Whether a net needs operations.
function layers.is_deep(parameters)
    if parameters.from then return true end
    for i, op in ipairs(parameters.sequence) do
        if not is_plain(op) or i < #parameters.sequence and op.activation ~= parameters.sequence[1].activation then return true end
    end
    local smooths = (parameters.label_smoothing or 0) > 0
    return not (fast[parameters.output] or parameters.output == "softmax") or not plain_losses[parameters.loss] or smooths
        or parameters.class_weights ~= nil or parameters.targets == "values" or (parameters.reduction or "rows") ~= "rows"
end

local deep_rules = { nadam = true, radam = true, rmsprop = true, adagrad = true, lion = true }

-- Whether an optimizer needs the operations of its net.
function layers.deepens(parameters)
    return deep_rules[parameters.kind] or parameters.nesterov or (parameters.dampening or 0) ~= 0 or parameters.no_decay ~= nil
        or parameters.clip_norm ~= nil or parameters.clip_value ~= nil or parameters.ema ~= nil or (parameters.accumulate or 1) > 1
end

-- A net of layers that is a plain one, too: the activation of its hidden layers, and the distribution of each.
function layers.flatten(parameters)
    if #parameters.sequence > 1 then parameters.activation = parameters.sequence[1].activation end
    parameters.inits = {}
    for i, op in ipairs(parameters.sequence) do parameters.inits[i] = op.init end
end

local function copy(op)
    local out = {}
    for key, value in pairs(op) do out[key] = value end
    return out
end

-- Gives a net its operations.
function layers.deepen(parameters)
    local ops, moved, drops = {}, { [0] = 0 }, 0
    for i, op in ipairs(parameters.sequence) do
        local one = copy(op)
        one.input, one.skip = moved[op.input], op.skip and moved[op.skip]
        if one.kind == "dense" then one.init = one.init or parameters.init end
        if one.kind == "dropout" then one.drop, drops = drops, drops + 1 end
        ops[#ops + 1] = one
        if op.kind == "dense" and not fast[op.activation] then
            one.activation = "identity"
            ops[#ops + 1] = { kind = "activation", input = #ops, inputs = op.outputs, outputs = op.outputs, activation = op.activation }
        end
        moved[i] = #ops
    end
    parameters.ops, parameters.places = ops, moved
end

-- The operations that read value k.
function layers.readers(ops, k)
    local out = {}
    for i, op in ipairs(ops) do
        if op.input == k or op.skip == k then out[#out + 1] = i end
    end
    return out
end

-- Whether training and evaluation differ.
function layers.has_modes(net)
    for _, op in ipairs(net.ops or {}) do
        if op.kind == "dropout" or op.kind == "batch_norm" then return true end
    end
    return false
end

-- The operations of a kind.
function layers.of_kind(net, kind)
    local out = {}
    for k, op in ipairs(net.ops or {}) do
        if op.kind == kind then out[#out + 1] = { k = k, op = op } end
    end
    return out
end

return layers
