-- The parts of a net and of an optimizer: layers, arrays, sizes and checkpoint entries.
--
-- In:  descriptions, as the checker leaves them:
--      net        { name, prefix, struct, layers = { inputs, hidden..., outputs }, activation, output, loss,
--                   batch, init, inputs_from = nil or anything, inputs_max }
--      optimizer  { name, prefix, struct, kind, momentum, weight_decay, beta1, beta2, epsilon, net = net }
-- Out: tables in the order of the layers. No C is written here; see gen/emit/mlp.lua.

local mlp = {}

-- The outputs that a loss goes with, and the kind of its targets.
local pairings = {
    cross_entropy = { softmax = "labels", sigmoid = "values" },
    squared_error = {
        identity = "values", tanh = "values", relu = "values", sigmoid = "values", softmax = "values",
    },
}

-- The arrays that an optimizer keeps for each array of weights: the letter in their names, and their name in a checkpoint.
local moments = {
    sgd = {},
    momentum = { { "u", "momentum" } },
    adam = { { "m", "m" }, { "v", "v" } },
    adamw = { { "m", "m" }, { "v", "v" } },
}

-- Weights are addressed with 32 bits, and so is a batch.
local most_values = 0x7fffffff

-- The prefix of the C names of a net, an optimizer or a data set.
function mlp.prefix_of(field)
    return field.owner.kind == "trainer" and field.name or field.owner.name .. "_" .. field.name
end

-- A product as C text: factors are numbers or C expressions; ones are left out.
function mlp.product(...)
    local factors = {}
    for _, factor in ipairs { ... } do
        if factor ~= 1 then factors[#factors + 1] = tostring(factor) end
    end
    return #factors > 0 and table.concat(factors, " * ") or "1"
end

-- The targets of the net's loss: "labels" (int32_t, one per row) or "values" (float, one per output); nil when the loss does not go
-- with the output.
function mlp.targets(net)
    return pairings[net.loss][net.output]
end

-- Whether the logits of the last layer are kept: the entropies and the softmax need them.
function mlp.keeps_z(net)
    return net.loss == "cross_entropy" or net.output == "softmax"
end

-- Whether the loss is calculated from the logits, not from the outputs.
function mlp.loss_from_z(net)
    return net.loss == "cross_entropy"
end

-- The number of multiplications and additions of a training step with a full batch: forward and weight gradient for all layers,
-- input gradient for all but the first.
local function work(net)
    local sum = 0
    for i, layer in ipairs(mlp.layers(net)) do sum = sum + layer.room * layer.outputs * (i > 1 and 3 or 2) end
    return sum * net.batch
end

-- A training step with fewer multiplications than this ends before other threads have started.
local worth_threads = 1 << 20

-- Whether the training step of the net is shared by threads.
function mlp.is_shared(net)
    return work(net) >= worth_threads
end

-- The number of rows from which threads speed up a forward pass.
function mlp.rows_worth_threads(net)
    local sum = 0
    for _, layer in ipairs(mlp.layers(net)) do sum = sum + layer.room * layer.outputs end
    return (worth_threads + sum - 1) // sum
end

-- The layers, first to last: { index from 0, inputs (a number, or C text when the data set decides), room (the most
-- inputs), outputs, activation, last }.
function mlp.layers(net)
    local layers = {}
    for i = 1, #net.layers - 1 do
        local open = i == 1 and net.inputs_from
        layers[i] = {
            index = i - 1,
            inputs = open and "n->inputs" or net.layers[i],
            room = open and (net.inputs_max or net.layers[1]) or net.layers[i],
            outputs = net.layers[i + 1],
            last = i == #net.layers - 1,
        }
        layers[i].activation = layers[i].last and net.output or net.activation
    end
    return layers
end

-- The widest of all dimensions that vectors run along: a batch, or the inputs or outputs of a layer.
function mlp.widest(net)
    local widest = net.batch
    for i, layer in ipairs(mlp.layers(net)) do
        widest = math.max(widest, i == 1 and layer.room or 0, layer.outputs)
    end
    return widest
end

-- The number of vector lanes for the widest layer of a net so narrow that a training step stays in registers
-- (runtime/nn/narrow.h); nil for other nets, and where the data set decides.
function mlp.lanes(net)
    local widest = mlp.widest(net)
    if widest > 8 or net.inputs_from then return nil end
    return widest <= 4 and 4 or 8
end

function mlp.last(net)
    local layers = mlp.layers(net)
    return layers[#layers]
end

-- The number of features that a feature-major array has room for. Where the data set decides, any number up to the layer's room has
-- to fit, with the 8 rows between panels that some layouts have (runtime/nn/panel.h).
function mlp.feature_major_room(net, layer)
    return layer.index == 0 and net.inputs_from and (layer.room + 31) // 32 * 32 or layer.room
end

-- The arrays of weights, in the order in which a flat list of them has them: per layer the matrix, row by row, a row an
-- output, then the biases, a matrix of one row. { name in the struct, room (its floats, as C text), rows, columns (in
-- use; a number or C text) }. How they are stored: runtime/nn/panel.h.
function mlp.arrays(net)
    local arrays = {}
    for _, layer in ipairs(mlp.layers(net)) do
        arrays[#arrays + 1] = {
            name = "w" .. layer.index, layer = layer, part = "weight", rows = layer.outputs, columns = layer.inputs,
            room = ("LOOPC_PANELS(%d, %d)"):format(layer.outputs, layer.room),
        }
        arrays[#arrays + 1] = {
            name = "b" .. layer.index, layer = layer, part = "bias", rows = 1, columns = layer.outputs,
            room = ("LOOPC_VECTOR(%d)"):format(layer.outputs),
        }
    end
    return arrays
end

-- The number of weights and biases, as C text.
function mlp.weight_count(net)
    local known, open = 0, nil
    for _, layer in ipairs(mlp.layers(net)) do
        known = known + layer.outputs
        if type(layer.inputs) == "number" then known = known + layer.outputs * layer.inputs
        else open = mlp.product(layer.outputs, layer.inputs) end
    end
    return open and ("%s + %d"):format(open, known) or tostring(known)
end

-- Why the C for this net would be wrong, and a hint; nil when it is right. (Words and signs are the checker's part.)
function mlp.wrong(net)
    if not mlp.targets(net) then
        return ("cross_entropy does not go with %s outputs"):format(net.output),
            'output = "softmax" for one class of several, "sigmoid" for independent yes or no'
    end
    local total, widest = 0, 1
    for _, layer in ipairs(mlp.layers(net)) do
        total = total + (layer.room + 1) * layer.outputs
        widest = math.max(widest, layer.room, layer.outputs)
    end
    if total > most_values or widest * net.batch > most_values then
        return "the net is too large: sizes are counted with 32 bits", "fewer or narrower layers, or a smaller batch"
    end
end

-- The update rule of an optimizer: its kind, but "momentum" for sgd that has some.
function mlp.rule(optimizer)
    return optimizer.kind == "sgd" and (optimizer.momentum or 0) > 0 and "momentum" or optimizer.kind
end

-- The arrays an optimizer keeps for each array of weights: { { letter, name }, ... }.
function mlp.moments(optimizer)
    return moments[mlp.rule(optimizer)]
end

-- One array of a checkpoint; `inputs` is the C text for a width that the data set decides.
local function entry(array, owner, letter, suffix, role, inputs)
    local layer = array.layer
    local width = type(layer.inputs) == "number" and layer.inputs or { lvalue = inputs, most = layer.room }
    return {
        name = ("%s.layers.%d.%s%s"):format(owner.full, layer.index, array.part, suffix),
        lvalue = ("%s.%s%s"):format(owner.lvalue, letter, array.name), type = "LOOPC_F32", role = role,
        panels = array.part == "weight",
        dims = array.part == "weight" and { layer.outputs, width } or { layer.outputs },
    }
end

-- The checkpoint entries of a net: { { name, lvalue, type, role, dims }, ... }. `owner` is { full = the name of its
-- field in full, lvalue = it as a member of the state }; a dimension is a number, or { lvalue, most } when the data set
-- decides. Gradients, which matter between the iterations of one accumulated step, come last, on request.
function mlp.net_entries(net, owner, with_gradients)
    local entries, inputs = {}, owner.lvalue .. ".inputs"
    for _, array in ipairs(mlp.arrays(net)) do
        entries[#entries + 1] = entry(array, owner, "", "", "weight", inputs)
    end
    for _, array in ipairs(with_gradients and mlp.arrays(net) or {}) do
        entries[#entries + 1] = entry(array, owner, "g", ".gradient", "gradient", inputs)
    end
    return entries
end

-- The checkpoint entries of an optimizer, in the same form; `net_owner` is that of its net.
function mlp.optimizer_entries(optimizer, owner, net_owner)
    local step = { name = owner.full .. ".step", lvalue = owner.lvalue .. ".step", type = "LOOPC_I64", role = "count" }
    step.dims = {}
    local entries, inputs = { step }, net_owner.lvalue .. ".inputs"
    for _, array in ipairs(mlp.arrays(optimizer.net)) do
        for _, moment in ipairs(mlp.moments(optimizer)) do
            entries[#entries + 1] = entry(array, owner, moment[1], "." .. moment[2], "moment", inputs)
        end
    end
    return entries
end

return mlp
