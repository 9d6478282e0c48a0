-- Nets of operations: the names of their arrays, their struct, and what their loss is.
--
-- In:  nets with `ops` (gen/tree/layers.lua), the writer. Out: texts of C, for gen/emit/deep.lua and deep_optimizer.lua.
--
-- Names in the struct, k the number of an operation: v what it puts out, d the derivative of the loss by that, e the same before
-- a fast activation; s the slope of an activation or the mask of a dropout, h and i what a norm needs on its way back, t what a
-- dense layer was given, sample-major; f what heads, nets that begin at v, pass back. a is what the last activation makes of the
-- last v. x is what goes into the net. All but t are feature-major. Weights and biases are w and b of the layer's index, g before
-- them their gradients.

local layers = require "gen.tree.layers"
local mlp = require "gen.tree.mlp"
local cvalue = require "gen.c.value"

local parts = {}

local function float(value) return cvalue.of("f32", value) end

-- The part of a function's work that this thread does.
local function me_of(net) return net.threads and "me" or "LOOPC_ONE_THREAD" end

local function value(net, k)
    if k > 0 then return "n->v" .. k end
    return net.trunk and "from->v" .. net.tap or "n->x"
end

-- Whether heads pass derivatives by value k back.
local function is_tapped(net, k) return net.taps ~= nil and net.taps[k] == true end

-- What the net puts out before its last activation, what after, and the derivative that backward begins with.
function parts.logits(net) return value(net, #net.ops) end

function parts.outputs(net) return net.output == "identity" and value(net, #net.ops) or "n->a" end

function parts.delta(net) return "n->d" .. #net.ops end

-- The array of derivatives by value k: that of the sum where a branch ends.
local function derivative(net, k)
    local readers = layers.readers(net.ops, k)
    local one = net.ops[readers[1]]
    local is_shared = #readers == 1 and one.kind == "residual" and one.input == k and not is_tapped(net, k)
    if is_shared then return derivative(net, readers[1]) end
    return k == 0 and "n->dx" or "n->d" .. k
end

-- A dense layer with a fast activation leaves its gate to the only product that reads it.
local function gate_is_taken(net, k)
    local readers = layers.readers(net.ops, k)
    return #readers == 1 and net.ops[readers[1]].kind == "dense" and not is_tapped(net, k)
end

local function has_gate(op) return op.kind == "dense" and op.activation ~= "identity" end

-- Where the derivative by the sums of dense layer k is.
local function sums_derivative(net, k)
    return has_gate(net.ops[k]) and not gate_is_taken(net, k) and "n->e" .. k or derivative(net, k)
end

-- The first operation with weights: before it there is nothing to learn.
local function first_weighted(net)
    for k, op in ipairs(net.ops) do
        if op.index then return k end
    end
end

-- Losses that are calculated from the logits themselves.
local from_logits = { cross_entropy = true, sigmoid_cross_entropy = true, hinge = true, poisson = true, gaussian_nll = true }

function parts.takes_logits(net) return from_logits[net.loss] == true end

-- The struct.

local function panels(rows, columns) return ("LOOPC_PANELS(%d, %d)"):format(rows, columns) end

local function member(w, name, room) w:line("LOOPC_ALIGNED float %s[%s];", name, room) end

-- `apart`: those of dense layers are left out.
local function write_weights(w, net, prefix, apart)
    for _, array in ipairs(mlp.arrays(net)) do
        if not (apart and array.op.kind == "dense") then member(w, prefix .. array.name, array.room) end
    end
end

local function write_statistics(w, net)
    for _, entry in ipairs(layers.of_kind(net, "batch_norm")) do
        local room = ("LOOPC_VECTOR(%d)"):format(entry.op.outputs)
        w:line("LOOPC_ALIGNED float mean%d[%s], variance%d[%s]; /* running */", entry.op.index, room, entry.op.index, room)
    end
end

local function feature_room(net)
    local room = mlp.input_room(net)
    return net.inputs_from and (room + 31) // 32 * 32 or room
end

local function write_values(w, net, groups)
    if not net.trunk then member(w, "x", panels(feature_room(net), net.batch)) end
    for k, op in ipairs(net.ops) do
        member(w, "v" .. k, panels(op.outputs, net.batch))
        if net.learns and (op.kind == "activation" or op.kind == "dropout") then member(w, "s" .. k, panels(op.outputs, net.batch)) end
        if not net.learns and op.kind == "dropout" then member(w, "s" .. k, panels(op.outputs, net.batch)) end
        if op.kind == "batch_norm" or op.kind == "layer_norm" and net.learns then
            member(w, "h" .. k, panels(op.outputs, net.batch))
            member(w, "i" .. k, ("LOOPC_VECTOR(%d)"):format(op.kind == "layer_norm" and net.batch or op.outputs))
        end
        if net.learns and op.kind == "dense" then
            member(w, "t" .. k, panels(net.batch, op.input == 0 and feature_room(net) or op.inputs))
        end
    end
    local outputs = net.ops[#net.ops].outputs
    if net.output ~= "identity" and (groups.outputs or groups.delta and not parts.takes_logits(net)) then
        member(w, "a", panels(outputs, net.batch))
    end
    if groups.outputs then w:line("float out[%s]; /* a row a sample */", mlp.product(net.batch, outputs)) end
end

-- The sum of the derivatives that heads have passed back since the last forward, if any has.
local function write_tap(w, k, room)
    w:line("LOOPC_ALIGNED float f%d[%s]; /* the sum of what heads pass back */", k, room)
    w:line("bool passed%d;", k)
end

local function write_inner(w, net, groups)
    if not net.learns then return end
    if groups.input then
        member(w, "dx", panels(feature_room(net), net.batch))
        if not net.trunk then w:line("float dx_rows[%s];", mlp.product(net.batch, mlp.input_room(net))) end
    end
    for k, op in ipairs(net.ops) do
        if k < #net.ops and derivative(net, k) == "n->d" .. k and (k >= first_weighted(net) or groups.input) then
            member(w, "d" .. k, panels(op.outputs, net.batch))
        end
        if has_gate(op) and not gate_is_taken(net, k) then member(w, "e" .. k, panels(op.outputs, net.batch)) end
        if is_tapped(net, k) then write_tap(w, k, panels(op.outputs, net.batch)) end
    end
end

local function write_derivatives(w, net, groups)
    local outputs = net.ops[#net.ops].outputs
    member(w, "d" .. #net.ops, panels(outputs, net.batch))
    if net.output ~= "identity" and (groups.gates or groups.losses and not parts.takes_logits(net)) then
        member(w, "slope", panels(outputs, net.batch))
    end
    if not groups.losses then return write_inner(w, net, groups) end
    if mlp.targets(net) == "values" then member(w, "y", panels(mlp.target_count(net), net.batch)) end
    w:line("LOOPC_ALIGNED float losses[LOOPC_VECTOR(%d)], shares[LOOPC_VECTOR(%d)];", net.batch, net.batch)
    write_inner(w, net, groups)
end
function parts.struct(w, net, groups)
    w:open("struct %s {", net.struct)
    if net.inputs_from then w:line("int32_t inputs;") end
    w:comment { "weights, outputs x inputs, and biases; gains and biases of norms; tables" }
    write_weights(w, net, "")
    write_statistics(w, net)
    local drops = layers.of_kind(net, "dropout")
    if #drops > 0 then w:line("struct loopc_rng noise; /* what the keys of dropouts are drawn from */") end
    if #drops > 0 then w:line("uint64_t keys[%d];", #drops) end
    if layers.has_modes(net) then w:line("bool trains; /* the last forward was one of training */") end
    if groups.activations then
        w:comment { "what goes in, what each operation makes of it, and what it needs on the way back" }
        write_values(w, net, groups)
    end
    if groups.delta then
        w:comment { "derivatives of the loss, what each sample adds to it, and its share" }
        write_derivatives(w, net, groups)
    end
    if groups.gradients or groups.norm_gradients then
        w:comment { "gradients: derivatives of the loss by weights and biases" }
        write_weights(w, net, "g", not groups.gradients)
    end
    if groups.freezes then w:line("bool frozen[%d]; /* layers that freeze has stopped */", parts.weighted(net)) end
end

-- Whether there are dropouts.
function parts.drops(net) return #layers.of_kind(net, "dropout") > 0 end

-- The number of layers that have weights.
function parts.weighted(net)
    local count = 0
    for _, op in ipairs(net.ops) do count = count + (op.index and 1 or 0) end
    return count
end

-- What the loss is, for the kernels.

local kinds = { cross_entropy = "CROSS_ENTROPY", squared_error = "SQUARED", absolute_error = "ABSOLUTE", huber = "HUBER",
    quantile = "QUANTILE", sigmoid_cross_entropy = "SIGMOID_ENTROPY", gaussian_nll = "GAUSSIAN", poisson = "POISSON", hinge = "HINGE" }

local reductions = { elements = "LOOPC_BY_ELEMENTS", none = "LOOPC_NOT_REDUCED" }

local function kind_of(net)
    if net.loss ~= "cross_entropy" or mlp.targets(net) == "labels" then return kinds[net.loss] end
    return net.output == "sigmoid" and "SIGMOID_ENTROPY" or "SOFT_ENTROPY"
end

function parts.write_objective(w, net)
    local fields = { ".kind = LOOPC_" .. kind_of(net) }
    if net.loss == "huber" then fields[#fields + 1] = ".parameter = " .. float(net.delta or 1) end
    if net.loss == "quantile" then fields[#fields + 1] = ".parameter = " .. float(net.quantile or 0.5) end
    if (net.label_smoothing or 0) > 0 then fields[#fields + 1] = ".smoothing = " .. float(net.label_smoothing) end
    if net.class_weights then
        local numbers = {}
        for i, weight in ipairs(net.class_weights) do numbers[i] = float(weight) end
        w:line("static const float %s_class_weights[%d] = {%s};", net.prefix, #numbers, table.concat(numbers, ", "))
        fields[#fields + 1] = (".class_weights = %s_class_weights"):format(net.prefix)
    end
    if reductions[net.reduction] then fields[#fields + 1] = ".reduction = " .. reductions[net.reduction] end
    w:line("static const struct loopc_objective %s_objective = {%s};", net.prefix, table.concat(fields, ", "))
    w:blank()
end

-- Threads that share a pass: `apart` once they may have written samples of which others are to read features.

local Meeting = {}
Meeting.__index = Meeting

local function meeting(w, net) return setmetatable({ w = w, net = net, apart = false }, Meeting) end

function Meeting:meet()
    if self.net.threads then self.w:line("loopc_barrier(me);") end
    self.apart = false
end

-- Before work that shares something else than samples.
function Meeting:gather()
    if self.apart then self:meet() end
end

parts.float = float
parts.me_of = me_of
parts.value = value
parts.derivative = derivative
parts.gate_is_taken = gate_is_taken
parts.has_gate = has_gate
parts.is_tapped = is_tapped
parts.sums_derivative = sums_derivative
parts.first_weighted = first_weighted
parts.meeting = meeting

return parts
