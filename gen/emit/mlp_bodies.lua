-- The statements of a net's functions: calls of the runtime's kernels (runtime/nn/nn.h), a line a layer.
--
-- In:  the writer, inside the braces of the function; the net, as gen/tree/mlp.lua describes it.
-- Out: body[what](w, net) writes the statements of PREFIX_what; the heads are in gen/emit/mlp.lua,
--      what goes over all arrays in mlp_arrays.lua.
--
-- Letters of arrays, each followed by the layer's number: w, b the weights; a the outputs of the layer, z its
-- pre-activations; d = dLoss/dz; t the inputs of the layer, sample-major; g before w and b their
-- gradients. x is the input of the first layer. Their order in memory: runtime/nn/dense.h.

local deep = require "gen.emit.deep"
local mlp = require "gen.tree.mlp"
local net_frame = require "gen.emit.net_frame"
local cwrap = require "gen.c.wrap"

local body = {}

local function call(w, name, ...)
    cwrap.line(w, 4, name, { ... }, ";")
end

-- One array of a layer, "n->w0"; layers may share those of activations and of the way back.
local function at(letter, layer, net)
    local shared = letter == "a" and net and net.shared and net.shared.places[layer.index]
    if shared then return "n->r" .. shared.place end
    if letter == "d" and net and mlp.alternates(net) and not layer.last then return layer.index % 2 == 0 and "n->d_even" or "n->d_odd" end
    if letter == "t" and net and mlp.alternates(net) and layer.index > 0 then return "n->t" end
    return ("n->%s%d"):format(letter, layer.index)
end

-- The input of the first layer, "x" or "t0". Where threads share steps, each has its own in a struct `input`,
-- which is the net's or a thread's own.
local function given(net, name, input)
    return (net.threads and (input or "n->input.") or "n->") .. name
end

-- The inputs of a layer: the outputs of the layer before it.
local function input_of(net, layer)
    return layer.index == 0 and given(net, "x", "input->") or at("a", { index = layer.index - 1 }, net)
end

-- Where a layer's sums go.
local function sums_of(net, layer)
    return at(layer.last and mlp.keeps_z(net) and "z" or "a", layer, net)
end

body.sums_of = sums_of

-- "LOOPC_TANH" and the like: the epilogue of a layer's sums, where its results are the outputs.
local function finish_of(net, layer)
    local kept = layer.last and mlp.keeps_z(net)
    return (kept or layer.activation == "identity") and "LOOPC_STORE" or "LOOPC_" .. layer.activation:upper()
end

-- The derivative of an activation, as an epilogue.
local function gate_of(layer)
    return layer.activation == "identity" and "LOOPC_STORE" or "LOOPC_BACKWARD_" .. layer.activation:upper()
end

-- A single output means "1" above this; several ignore it. The sums of a sigmoid have the same order as its outputs.
local function threshold(net)
    if net.ops then return "0.0f" end
    return net.output == "sigmoid" and not mlp.keeps_z(net) and "0.5f" or "0.0f"
end

-- The array from which classes are read: the outputs, or the logits, which have the same order.
local function scores(net)
    if net.ops then return deep.logits(net) end
    return sums_of(net, mlp.last(net))
end

-- Writes a barrier, before threads read each other's results; nothing in a body for one thread.
local function meet(w, me)
    if me == "me" then w:line("loopc_barrier(me);") end
end

local alone = "LOOPC_ONE_THREAD"

-- The standard deviation of init = "normal".
local deviation = "0.05f"

function body.init(w, net)
    if net.init == "zero" then w:line("(void)rng;") end
    for _, array in ipairs(mlp.arrays(net)) do
        local to, layer = "n->" .. array.name, array.layer
        if array.part == "bias" or net.init == "zero" then
            call(w, "memset", to, "0", "sizeof " .. to)
        else
            local init = layer.init or net.init
            call(w, "loopc_init_" .. init, to, "rng", layer.inputs, layer.outputs, init == "normal" and deviation or nil)
        end
    end
end

function body.resize(w, net)
    w:line("if (inputs < 1 || inputs > %d) return false;", mlp.layers(net)[1].room)
    w:line("n->inputs = inputs;")
    w:line("return true;")
end

-- The inputs of a layer, sample-major; `input` as for given.
function body.sample_major(net, layer, input)
    return layer.index == 0 and given(net, "t0", input) or at("t", layer, net)
end

-- The deltas of a layer.
function body.deltas_of(net, layer) return at("d", layer, net) end

-- Takes rows of samples into the panels of the first layer; `input` as for given. In a training step of a narrow net,
-- `narrow`, by a kernel that is cut to size.
function body.take(w, net, rows, me, input, narrow)
    local first = mlp.layers(net)[1]
    local t0, x = net.learns and given(net, "t0", input) or "NULL", given(net, "x", input)
    if narrow then return call(w, "loopc_narrow_pack", rows, t0, x, "rows", first.inputs) end
    call(w, "loopc_pack", rows, t0, x, "rows", net.batch, first.inputs, me)
end

function body.pass(w, net)
    local me = net.threads and "me" or alone
    for _, layer in ipairs(mlp.layers(net)) do
        local from, to, finish = input_of(net, layer), sums_of(net, layer), finish_of(net, layer)
        if net.narrow then
            call(w, "loopc_narrow_forward", at("w", layer), at("b", layer), from, to, layer.inputs, layer.outputs, finish)
        else
            call(w, "loopc_dense_forward", at("w", layer), at("b", layer), from, to, "rows", layer.inputs, layer.outputs,
                finish, me)
        end
        meet(w, me)
    end
end

-- Calls pass; `input` is the one that threads are given.
function body.call_pass(w, net, me, input)
    if net.threads then
        call(w, net.prefix .. "_pass", "n", input, "rows", me)
    elseif net.narrow then
        call(w, net.prefix .. "_pass", "n")
    else
        call(w, net.prefix .. "_pass", "n", "rows")
    end
end

-- The logits of the last layer, and the derivative that backward begins with.
local function logits(net) return net.ops and deep.logits(net) or at("z", mlp.last(net)) end

local function delta(net) return net.ops and deep.delta(net) or at("d", mlp.last(net)) end

-- The outputs of the last layer, where only their sums are there; and as rows.
local function put_out(w, net)
    if net.ops then return deep.put_out(w, net) end
    local layer = mlp.last(net)
    local z, a = at("z", layer), at("a", layer)
    if layer.activation == "softmax" then
        call(w, "loopc_softmax", z, a, "rows", layer.outputs, alone)
    elseif mlp.keeps_z(net) then
        call(w, "loopc_activate", z, z, a, "rows", layer.outputs, "LOOPC_SIGMOID", alone)
    end
    call(w, "loopc_unpack", a, "n->out", "rows", layer.outputs)
end

-- What threads share of forward.
local function part(w, net)
    w:line("struct %s *const n = given->n;", net.struct)
    w:line("const int32_t rows = given->rows;")
    w:blank()
    body.take(w, net, "(struct loopc_rows){.x = given->x}", "me")
    meet(w, "me")
    body.call_pass(w, net, "me", "&n->input")
end

function body.forward_part(w, net) net_frame.forward_part(w, net, part) end

function body.forward(w, net)
    if net.threads then
        net_frame.run_forward(w, net)
    else
        body.take(w, net, "(struct loopc_rows){.x = x}", alone)
        body.call_pass(w, net, alone)
    end
    put_out(w, net)
    w:line("return n->out;")
end

-- Plain nets do the same in training and in evaluation.
function body.forward_train(w, net)
    w:line("return %s_forward(n, %s, rows);", net.prefix, net.trunk and "from" or "x")
end

function body.argmax(w, net)
    call(w, "return loopc_class", scores(net), "row", mlp.last(net).outputs, threshold(net))
end

function body.predict(w, net)
    w:line("%s_forward(n, %s, rows);", net.prefix, net.trunk and "from" or "x")
    call(w, "loopc_classes", scores(net), "classes", "rows", mlp.last(net).outputs, threshold(net))
end

function body.correct(w, net)
    call(w, "return loopc_correct", scores(net), "labels", "rows", mlp.last(net).outputs, threshold(net))
end

-- The losses of all rows and dLoss/dz of the last layer; where the targets are values they
-- are in d already; `narrow` as for take; `partial`: the rows are a part of the batch `whole`.
function body.losses(w, net, me, narrow, partial)
    local layer = mlp.last(net)
    local z, a, d = at("z", layer), at("a", layer), at("d", layer)
    local sizes = { "n->losses", "rows", layer.outputs, me }
    local suffix = partial and "_part" or ""
    if partial then table.insert(sizes, 4, "whole") end
    if net.loss == "squared_error" then
        if layer.activation == "softmax" then call(w, "loopc_softmax", z, a, "rows", layer.outputs, me) end
        local gate = layer.activation == "softmax" and "LOOPC_STORE" or gate_of(layer)
        if narrow then
            call(w, "loopc_narrow_squared_error", a, d, "n->losses", "rows", layer.outputs, gate)
        else
            if partial then table.insert(sizes, 4, gate) else sizes[4], sizes[5] = gate, me end
            call(w, "loopc_squared_error" .. suffix, a, d, table.unpack(sizes))
        end
        if layer.activation == "softmax" then
            call(w, "loopc_softmax_backward", a, d, "rows", layer.outputs, me)
        end
    elseif net.output == "softmax" then
        call(w, "loopc_cross_entropy" .. suffix, z, "labels", d, table.unpack(sizes))
    else
        call(w, "loopc_binary_cross_entropy" .. suffix, z, d, table.unpack(sizes))
    end
end

-- Takes the targets, where they are values, into the panels of the derivatives.
function body.take_targets(w, net, rows, me, narrow)
    if mlp.targets(net) == "labels" then return end
    local layer = mlp.last(net)
    if narrow then return call(w, "loopc_narrow_pack", rows, "NULL", at("d", layer), "rows", layer.outputs) end
    call(w, "loopc_pack", rows, "NULL", at("d", layer), "rows", net.batch, layer.outputs, me)
end

function body.loss(w, net)
    body.take_targets(w, net, "(struct loopc_rows){.x = y}", alone)
    body.losses(w, net, alone)
    w:line("return loopc_mean(n->losses, rows);")
end

function body.mask(w, net)
    local layer = mlp.last(net)
    call(w, "loopc_mask", logits(net), "allowed", "rows", layer.outputs)
    put_out(w, net)
end

function body.log_p(w, net)
    local layer = mlp.last(net)
    call(w, "loopc_log_probabilities", logits(net), "actions", "log_p", "rows", layer.outputs)
end

function body.zero_delta(w, net)
    local layer = mlp.last(net)
    call(w, "loopc_zero_delta", delta(net), "rows", layer.outputs)
end

function body.likelihood(w, net)
    local layer = mlp.last(net)
    call(w, "return loopc_likelihood", logits(net), "actions", "weights", delta(net), "rows", layer.outputs)
end

function body.entropy(w, net)
    local layer = mlp.last(net)
    call(w, "return loopc_entropy", logits(net), "weights", delta(net), "rows", layer.outputs)
end

-- The deltas of the layer below.
local function back_through(w, net, layer, below, me)
    local a, d, to = input_of(net, layer), at("d", layer, net), at("d", below, net)
    if net.narrow then
        return call(w, "loopc_narrow_backward", at("w", layer), d, a, to, layer.inputs, layer.outputs, gate_of(below))
    end
    call(w, "loopc_dense_backward", at("w", layer), d, a, to, "rows", layer.inputs, layer.outputs, gate_of(below), me)
end

-- The inputs of a layer, sample-major, as its gradient reads them.
local function lay_down(w, net, layer, me)
    local a, t = input_of(net, layer), at("t", layer, net)
    if net.narrow then return call(w, "loopc_narrow_transpose", a, t, "rows", layer.inputs) end
    call(w, "loopc_transpose", a, t, "rows", net.batch, layer.inputs, me)
    meet(w, me)
end

-- What the arrays of shared activations hold, { [place] = layer's index }: behind a forward pass, or of nothing that is known.
local function held_by(net, fresh)
    local held = {}
    for index, shared in pairs(net.shared and fresh and net.shared.places or {}) do
        held[shared.place] = math.max(held[shared.place] or 0, index)
    end
    return held
end

-- Calculates the activations of a layer again, and those that they are made of, where others have taken their place.
local function calculate_again(w, net, layer, held)
    local shared = net.shared and net.shared.places[layer.index]
    if not shared or held[shared.place] == layer.index then return end
    local layers = mlp.layers(net)
    for i = shared.first, layer.index do
        local again = layers[i + 1]
        call(w, "loopc_dense_forward", at("w", again), at("b", again), input_of(net, again), sums_of(net, again), "rows", again.inputs,
            again.outputs, finish_of(net, again), alone)
        held[net.shared.places[i].place] = i
    end
end

-- The backward pass, last layer first: `use` writes the use of the deltas of a layer; fresh: right behind a forward pass.
function body.back(w, net, me, use, fresh)
    local layers, held = mlp.layers(net), held_by(net, fresh)
    for i = #layers, 1, -1 do
        local layer, below = layers[i], layers[i - 1]
        if below then
            calculate_again(w, net, below, held)
            back_through(w, net, layer, below, me)
            lay_down(w, net, layer, me)
        end
        use(layer)
    end
end

function body.backward(w, net)
    body.back(w, net, alone, function(layer)
        call(w, "loopc_dense_gradient", at("gw", layer), at("gb", layer), body.sample_major(net, layer), at("d", layer, net),
            "rows", net.batch, layer.inputs, layer.outputs, alone)
    end)
end

-- The derivative by the outputs takes the place of that of the loss.
local function take_derivative(w, net)
    local layer = mlp.last(net)
    local a, d = at("a", layer), at("d", layer)
    call(w, "loopc_pack", "(struct loopc_rows){.x = d}", "NULL", d, "rows", net.batch, layer.outputs, alone)
    if layer.activation == "softmax" then
        call(w, "loopc_softmax_backward", a, d, "rows", layer.outputs, alone)
    elseif layer.activation ~= "identity" then
        call(w, "loopc_activate", d, a, d, "rows", layer.outputs, gate_of(layer), alone)
    end
end

function body.backward_from(w, net)
    take_derivative(w, net)
    w:line("%s_backward(n, rows);", net.prefix)
end

function body.input_grad(w, net)
    local first = mlp.layers(net)[1]
    call(w, "loopc_dense_backward", at("w", first), at("d", first, net), "NULL", "n->dx", "rows", first.inputs, first.outputs, "LOOPC_STORE",
        alone)
    call(w, "loopc_unpack", "n->dx", "n->dx_rows", "rows", first.inputs)
    w:line("return n->dx_rows;")
end

function body.input_grad_from(w, net)
    local layers = mlp.layers(net)
    take_derivative(w, net)
    local held = held_by(net, false)
    for i = #layers, 2, -1 do
        calculate_again(w, net, layers[i - 1], held)
        back_through(w, net, layers[i], layers[i - 1], alone)
    end
    body.input_grad(w, net)
end

function body.activations(w, net)
    local list = {}
    for i, layer in ipairs(mlp.layers(net)) do list[i] = { sums_of(net, layer), layer.outputs, "rows" } end
    net_frame.spread(w, list)
end

return body
