-- The parts of a net and of an optimizer: layers, arrays, sizes and checkpoint entries.
--
-- In:  descriptions, as the checker leaves them:
--      net        { name, prefix, struct, layers = { inputs, hidden..., outputs }, activation, output, loss,
--                   batch, init, inputs_from = nil or anything, inputs_max }
--      optimizer  { name, prefix, struct, kind, momentum, weight_decay, beta1, beta2, epsilon, net = net }
-- Out: tables in the order of the layers. No C is written here; see gen/emit/mlp.lua.

local vocabulary = require "gen.spec.vocabulary"

local mlp = {}

-- The arrays that an optimizer keeps for each array of weights: the letter in their names, and their name in a checkpoint.
local moments = {
    sgd = {},
    momentum = { { "u", "momentum" } },
    adam = { { "m", "m" }, { "v", "v" } },
    adamw = { { "m", "m" }, { "v", "v" } },
    nadam = { { "m", "m" }, { "v", "v" } },
    radam = { { "m", "m" }, { "v", "v" } },
    rmsprop = { { "v", "v" } },
    rmsprop_momentum = { { "m", "momentum" }, { "v", "v" } },
    adagrad = { { "v", "v" } },
    lion = { { "m", "m" } },
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
    local takes = vocabulary.find(vocabulary.losses, net.loss)[3]
    if type(takes) == "string" then return takes end
    local kind = takes[net.output]
    return kind == "labels" and net.targets or kind
end

-- How many targets a row has, where they are values.
function mlp.target_count(net)
    local outputs = net.layers[#net.layers]
    return net.loss == "gaussian_nll" and outputs // 2 or outputs
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
-- input gradient for all but the first of a net that reads rows.
local function work(net)
    local sum = 0
    for i, layer in ipairs(mlp.layers(net)) do sum = sum + layer.room * layer.outputs * ((i > 1 or net.trunk) and 3 or 2) end
    return sum * net.batch
end

-- A training step with fewer multiplications than this ends before other threads have started.
local worth_threads = 1 << 20

-- Whether the training step of the net is shared by threads.
function mlp.is_shared(net)
    return work(net) >= worth_threads
end

-- The most values of a row that goes into the net.
function mlp.input_room(net) return net.inputs_from and net.inputs_max or net.layers[1] end

-- The number of rows from which threads speed up a forward pass.
function mlp.rows_worth_threads(net)
    local sum = 0
    for _, layer in ipairs(mlp.layers(net)) do sum = sum + layer.room * layer.outputs end
    return (worth_threads + sum - 1) // sum
end

-- The dense layers of a net of operations; the last one is any that makes what the net puts out.
local function deep_layers(net)
    local layers = {}
    for k, op in ipairs(net.ops) do
        if op.kind == "dense" then
            local open = #layers == 0 and net.inputs_from
            layers[#layers + 1] = { index = op.index, inputs = open and "n->inputs" or op.inputs, op = op, k = k,
                room = open and (net.inputs_max or op.inputs) or op.inputs, outputs = op.outputs, activation = "identity" }
        end
    end
    return layers
end

-- The layers, first to last: { index from 0, inputs (a number, or C text when the data set decides), room (the most
-- inputs), outputs, activation, last }.
function mlp.layers(net)
    if net.ops then return deep_layers(net) end
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
        layers[i].init = net.inits and net.inits[i]
    end
    return layers
end

-- Whether the layers of a net share the arrays of the way back: on a device, where more than one of them is hidden.
function mlp.alternates(net) return net.is_plain and not net.ops and not net.replicas and #net.layers > 3 end

-- Where the hidden activations of a net on a device are, if those of some layers are calculated again on the way back (--remat): of each
-- `every` layers the last one keeps its own, the others share the arrays r0, r1, ... with those at their place among other layers.
-- Returns { [layer's index] = { place, every } } and the floats of each r, nil when that saves nothing; `saved`: the floats saved.
function mlp.shared_activations(net)
    local layers, best = mlp.layers(net), nil
    for every = 2, #layers - 2 do
        local places, rooms, saved = {}, {}, 0
        for i = 0, #layers - 2 do
            local place = i % every
            if place < every - 1 then
                places[i] = { place = place, first = i - place }
                rooms[place] = math.max(rooms[place] or 0, layers[i + 1].outputs)
                saved = saved + layers[i + 1].outputs * net.batch
            end
        end
        for place = 0, every - 2 do saved = saved - (rooms[place] or 0) * net.batch end
        if saved > 0 and (not best or saved > best.saved) then best = { places = places, rooms = rooms, saved = saved } end
    end
    return best
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
    if net.ops then return nil end
    local widest = mlp.widest(net)
    if widest > 8 or net.inputs_from then return nil end
    return widest <= 4 and 4 or 8
end

function mlp.last(net)
    if net.ops then return { outputs = net.ops[#net.ops].outputs, last = true, activation = net.output } end
    local layers = mlp.layers(net)
    return layers[#layers]
end

-- The number of features that a feature-major array has room for. Where the data set decides, any number up to the layer's room has
-- to fit, with the 8 rows between panels that some layouts have (runtime/nn/panel.h).
function mlp.feature_major_room(net, layer)
    return layer.index == 0 and net.inputs_from and (layer.room + 31) // 32 * 32 or layer.room
end

local function vector_of(op, letter, part, group)
    return { name = letter .. op.index, layer = op, part = part, rows = 1, columns = op.outputs, group = group, op = op,
        room = ("LOOPC_VECTOR(%d)"):format(op.outputs) }
end

-- The arrays of a net of operations: of norms, the gains stand for the weights.
local function deep_arrays(net)
    local arrays, dense = {}, {}
    for _, layer in ipairs(mlp.layers(net)) do dense[layer.op] = layer end
    for _, op in ipairs(net.ops) do
        local layer = dense[op]
        if layer then
            arrays[#arrays + 1] = { name = "w" .. op.index, layer = layer, part = "weight", matrix = true, rows = op.outputs,
                columns = layer.inputs, group = "weight", op = op, room = ("LOOPC_PANELS(%d, %d)"):format(op.outputs, layer.room) }
            if op.bias then arrays[#arrays + 1] = vector_of(op, "b", "bias", "bias") end
        elseif op.kind == "embedding" then
            arrays[#arrays + 1] = { name = "w" .. op.index, part = "weight", matrix = true, rows = op.vocabulary, columns = op.width,
                layer = { index = op.index, outputs = op.vocabulary, inputs = op.width, room = op.width }, group = "embedding", op = op,
                room = ("LOOPC_PANELS(%d, %d)"):format(op.vocabulary, op.width) }
        elseif op.index then
            arrays[#arrays + 1] = vector_of(op, "w", "weight", "norm")
            arrays[#arrays + 1] = vector_of(op, "b", "bias", "norm")
        end
    end
    return arrays
end

-- The arrays of weights, in the order in which a flat list of them has them: per layer the matrix, row by row, a row an
-- output, then the biases, a matrix of one row. { name in the struct, room (its floats, as C text), rows, columns (in
-- use; a number or C text) }. How they are stored: runtime/nn/panel.h.
function mlp.arrays(net)
    if net.ops then return deep_arrays(net) end
    local arrays = {}
    for _, layer in ipairs(mlp.layers(net)) do
        arrays[#arrays + 1] = {
            name = "w" .. layer.index, layer = layer, part = "weight", matrix = true, rows = layer.outputs, columns = layer.inputs,
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
    for _, array in ipairs(mlp.arrays(net)) do
        if type(array.columns) == "number" then known = known + array.rows * array.columns
        else open = mlp.product(array.rows, array.columns) end
    end
    return open and ("%s + %d"):format(open, known) or tostring(known)
end

-- The outputs that a loss goes with, as text.
local function outputs_for(loss)
    local names = {}
    for name in pairs(vocabulary.find(vocabulary.losses, loss)[3]) do names[#names + 1] = name end
    table.sort(names)
    return table.concat(names, ", ")
end

-- Why the C for this net would be wrong, and a hint; nil when it is right. (Words and signs are the checker's part.)
function mlp.wrong(net)
    if not mlp.targets(net) then
        return ("%s does not go with %s outputs"):format(net.loss, net.output), net.loss == "cross_entropy"
            and 'output = "softmax" for one class of several, "sigmoid" for independent yes or no'
            or ("it goes with %s"):format(outputs_for(net.loss))
    end
    local outputs = net.layers[#net.layers]
    if net.loss == "gaussian_nll" and outputs % 2 == 1 then
        return ("gaussian_nll takes a mean and a log-variance for each target, and there are %d outputs"):format(outputs),
            "twice as many outputs as targets"
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
    if optimizer.kind == "rmsprop" and (optimizer.momentum or 0) > 0 then return "rmsprop_momentum" end
    return optimizer.kind == "sgd" and (optimizer.momentum or 0) > 0 and "momentum" or optimizer.kind
end

-- The arrays an optimizer keeps for each array of weights: { { letter, name }, ... }; an idle one, which no body uses, keeps none.
function mlp.moments(optimizer)
    return optimizer.idle and moments.sgd or moments[mlp.rule(optimizer)]
end

-- One array of a checkpoint; `inputs` is the C text for a width that the data set decides.
local function entry(array, owner, letter, suffix, role, inputs)
    local layer = array.layer
    local width = type(layer.inputs) == "number" and layer.inputs or { lvalue = inputs, most = layer.room }
    return {
        name = ("%s.layers.%d.%s%s"):format(owner.full, layer.index, array.part, suffix),
        lvalue = ("%s.%s%s"):format(owner.lvalue, letter, array.name), type = "LOOPC_F32", role = role,
        panels = array.matrix,
        dims = array.matrix and { layer.outputs, width } or { layer.outputs },
    }
end

-- What a net of operations keeps beside its weights: running statistics, the stream of its dropouts, what is frozen.
local function deep_entries(net, owner, entries)
    local drops, weighted = false, 0
    local function add(name, member, type, dims)
        entries[#entries + 1] = { name = owner.full .. "." .. name, lvalue = owner.lvalue .. "." .. member, type = type, dims = dims }
    end
    for _, op in ipairs(net.ops) do
        weighted, drops = weighted + (op.index and 1 or 0), drops or op.kind == "dropout"
        if op.kind == "batch_norm" then
            add(("layers.%d.running_mean"):format(op.index), "mean" .. op.index, "LOOPC_F32", { op.outputs })
            add(("layers.%d.running_var"):format(op.index), "variance" .. op.index, "LOOPC_F32", { op.outputs })
        end
    end
    if drops then add("dropout", "noise.s", "LOOPC_U64", { 4 }) end
    if net.is_frozen then add("frozen", "frozen", "LOOPC_BOOL", { weighted }) end
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
    if net.ops then deep_entries(net, owner, entries) end
    return entries
end

-- The checkpoint entries of an optimizer, in the same form; `net_owner` is that of its net.
function mlp.optimizer_entries(optimizer, owner, net_owner)
    local step = { name = owner.full .. ".step", lvalue = owner.lvalue .. ".step", type = "LOOPC_I64", role = "count" }
    step.dims = {}
    local entries, inputs = { step }, net_owner.lvalue .. ".inputs"
    local function count(name, type)
        entries[#entries + 1] = { name = owner.full .. "." .. name, lvalue = owner.lvalue .. "." .. name, type = type, dims = {} }
    end
    if optimizer.kind == "nadam" then count("product", "LOOPC_F64") end
    if (optimizer.accumulate or 1) > 1 then count("held", "LOOPC_I64") end
    for _, array in ipairs(optimizer.ema and mlp.arrays(optimizer.net) or {}) do
        entries[#entries + 1] = entry(array, owner, "e", ".average", "average", inputs)
    end
    for _, array in ipairs(mlp.arrays(optimizer.net)) do
        for _, moment in ipairs(array.op and array.op.freeze and {} or mlp.moments(optimizer)) do
            entries[#entries + 1] = entry(array, owner, moment[1], "." .. moment[2], "moment", inputs)
        end
    end
    return entries
end

return mlp
