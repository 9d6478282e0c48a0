-- The statements of the functions of a net of operations: calls of kernels, a line an operation.
--
-- In:  nets with `ops` (gen/tree/layers.lua), the writer.
-- Out: deep.body[what](w, net) in place of gen/emit/mlp_bodies.lua's where they differ. The names of arrays: deep_parts.lua.
--
-- Threads share samples in most operations, and features or outputs in products, batch_norm and sums over samples: between the
-- two kinds they meet.

local layers = require "gen.tree.layers"
local mlp = require "gen.tree.mlp"
local cwrap = require "gen.c.wrap"
local net_frame = require "gen.emit.net_frame"
local deep_heads = require "gen.emit.deep_heads"
local deep_init = require "gen.emit.deep_init"
local parts = require "gen.emit.deep_parts"

local deep = { body = {}, struct = parts.struct, write_objective = parts.write_objective, logits = parts.logits, delta = parts.delta,
    drops = parts.drops }
local body = deep.body

local float, me_of, value, derivative, meeting = parts.float, parts.me_of, parts.value, parts.derivative, parts.meeting
local gate_is_taken, has_gate, sums_derivative = parts.gate_is_taken, parts.has_gate, parts.sums_derivative
local first_weighted, is_tapped = parts.first_weighted, parts.is_tapped

local function call(w, name, ...) cwrap.line(w, 4, name, { ... }, ";") end

-- Forward.

local forward = {}

local function finish_of(op) return op.activation == "identity" and "LOOPC_STORE" or "LOOPC_" .. op.activation:upper() end

local function inputs_of(net, op) return op.input == 0 and net.inputs_from and "n->inputs" or op.inputs end

function forward.dense(w, net, k, op, threads)
    threads:gather()
    call(w, "loopc_dense_forward", "n->w" .. op.index, op.bias and "n->b" .. op.index or "NULL", value(net, op.input), value(net, k), "rows",
        inputs_of(net, op), op.outputs, finish_of(op), me_of(net))
    threads:meet()
end

function forward.activation(w, net, k, op)
    call(w, "loopc_curve", value(net, op.input), value(net, k), net.learns and "n->s" .. k or "NULL", "rows", op.outputs,
        "LOOPC_CURVE_" .. op.activation:upper(), me_of(net))
end

-- In evaluation it drops nothing, and its mask is 1.
function forward.dropout(w, net, k, op)
    call(w, "loopc_dropout", value(net, op.input), value(net, k), "n->s" .. k, "rows", op.outputs, ("n->keys[%d]"):format(op.drop),
        ("n->trains ? %s : 0.0f"):format(float(op.rate)), me_of(net))
end

function forward.layer_norm(w, net, k, op)
    call(w, "loopc_layer_norm", value(net, op.input), "n->w" .. op.index, "n->b" .. op.index, net.learns and "n->h" .. k or "NULL",
        net.learns and "n->i" .. k or "NULL", value(net, k), "rows", op.outputs, float(op.epsilon), me_of(net))
end

local function write_norm(w, op)
    local i = op.index
    w:line("const struct loopc_batch_norm norm%d = {n->w%d, n->b%d, n->mean%d, n->variance%d, %s, %s};", i, i, i, i, i,
        float(op.epsilon), float(op.momentum))
end

function forward.batch_norm(w, net, k, op, threads)
    threads:gather()
    write_norm(w, op)
    local arguments = { ("&norm%d"):format(op.index), value(net, op.input), "n->h" .. k, "n->i" .. k, value(net, k), "rows", op.outputs, me_of(net) }
    w:line("if (n->trains)")
    cwrap.line(w, 8, "    loopc_batch_norm_train", arguments, ";")
    w:line("else")
    cwrap.line(w, 8, "    loopc_batch_norm", arguments, ";")
    threads:meet()
end

local function write_embedding(w, op)
    w:line("const struct loopc_embedding embedding%d = {%d, %d, %d, %d};", op.index, op.inputs, op.column, op.vocabulary, op.width)
end

function forward.embedding(w, net, k, op)
    write_embedding(w, op)
    call(w, "loopc_embed", "&embedding" .. op.index, "n->w" .. op.index, value(net, op.input), value(net, k), "rows", me_of(net))
end

function forward.residual(w, net, k, op)
    call(w, "loopc_add", value(net, op.input), value(net, op.skip), value(net, k), "rows", op.outputs, me_of(net))
end

-- All operations, from x on, or from what a layer of another net has made.
local function pass(w, net)
    local threads = meeting(w, net)
    if not net.trunk then threads:meet() end
    for k, op in ipairs(net.ops) do
        forward[op.kind](w, net, k, op, threads)
        if op.kind ~= "dense" and op.kind ~= "batch_norm" then threads.apart = true end
    end
end

-- Takes rows of samples into x and, where a dense layer comes first, into its sample-major form.
local function take(w, net, rows)
    local t = "NULL"
    for k, op in ipairs(net.ops) do
        if op.kind == "dense" and op.input == 0 and net.learns then t = "n->t" .. k end
    end
    call(w, "loopc_pack", rows, t, "n->x", "rows", net.batch, net.inputs_from and "n->inputs" or net.layers[1], me_of(net))
end

-- What the last activation makes of the logits; with the derivative, for losses that need it.
local function finish(w, net, slope, me)
    local z, outputs = deep.logits(net), net.ops[#net.ops].outputs
    if net.output == "identity" then return end
    if net.output == "softmax" or net.output == "log_softmax" then
        return call(w, "loopc_" .. net.output, z, "n->a", "rows", outputs, me)
    end
    call(w, "loopc_curve", z, "n->a", slope, "rows", outputs, "LOOPC_CURVE_" .. net.output:upper(), me)
end

function deep.put_out(w, net)
    finish(w, net, "NULL", "LOOPC_ONE_THREAD")
    call(w, "loopc_unpack", parts.outputs(net), "n->out", "rows", net.ops[#net.ops].outputs)
end

function body.pass(w, net)
    if not net.trunk then take(w, net, "x") end
    pass(w, net)
end

-- The keys of the dropouts, one each.
function deep.draw_keys(w, net)
    local drops = layers.of_kind(net, "dropout")
    if #drops == 0 then return end
    w:line("for (int i = 0; i < %d; i++)", #drops)
    w:line("    n->keys[i] = loopc_rng_u64(&n->noise);")
end

-- What threads share of forward.
local function part(w, net)
    call(w, net.prefix .. "_pass", "given->n", net.trunk and "given->from" or "(struct loopc_rows){.x = given->x}", "given->rows", "me")
end

function body.forward_part(w, net) net_frame.forward_part(w, net, part) end

-- The outputs for rows; `trains` is whether dropouts drop.
local function run(w, net, trains)
    if layers.has_modes(net) then w:line("n->trains = %s;", tostring(trains)) end
    if trains then deep.draw_keys(w, net) end
    deep_heads.forget(w, net)
    if net.threads then
        net_frame.run_forward(w, net)
    else
        call(w, net.prefix .. "_pass", "n", net.trunk and "from" or "(struct loopc_rows){.x = x}", "rows")
    end
    deep.put_out(w, net)
    w:line("return n->out;")
end

function body.forward(w, net) run(w, net, false) end

function body.forward_train(w, net) run(w, net, true) end

-- Losses.

-- The shares of the rows of a batch; `weights` is C text.
function deep.write_shares(w, net, weights)
    local labels = mlp.targets(net) == "labels"
    call(w, "loopc_shares", ("&%s_objective"):format(net.prefix), weights, labels and "labels" or "NULL", "n->shares", "rows",
        labels and net.ops[#net.ops].outputs or mlp.target_count(net))
end

-- Losses and derivatives of all rows, targets being in their panels.
function deep.losses(w, net, me)
    local outputs, objective, d = net.ops[#net.ops].outputs, ("&%s_objective"):format(net.prefix), deep.delta(net)
    if mlp.targets(net) == "labels" then
        return call(w, "loopc_objective_labels", objective, deep.logits(net), "labels", "n->shares", d, "n->losses", "rows", outputs, me)
    end
    local curved = not parts.takes_logits(net) and net.output ~= "identity"
    if curved then finish(w, net, "n->slope", me) end
    call(w, "loopc_objective_values", objective, curved and "n->a" or deep.logits(net), "n->y", "n->shares", d, "n->losses", "rows",
        outputs, me)
    if curved then deep.gate_outputs(w, net, me) end
end

-- Takes the derivative by what the net puts out back through its last activation; a and slope are there.
function deep.gate_outputs(w, net, me)
    local outputs, d = net.ops[#net.ops].outputs, deep.delta(net)
    if net.output == "softmax" or net.output == "log_softmax" then
        return call(w, ("loopc_%s_backward"):format(net.output), "n->a", d, "rows", outputs, me)
    end
    call(w, "loopc_gate", d, "n->slope", d, "rows", outputs, me)
end

function deep.take_targets(w, net, rows, me)
    if mlp.targets(net) == "labels" then return end
    call(w, "loopc_pack", rows, "NULL", "n->y", "rows", net.batch, mlp.target_count(net), me)
end

function body.loss(w, net)
    deep.write_shares(w, net, "NULL")
    deep.take_targets(w, net, "(struct loopc_rows){.x = y}", "LOOPC_ONE_THREAD")
    deep.losses(w, net, "LOOPC_ONE_THREAD")
    w:line("return loopc_total(n->losses, rows);")
end

-- Backward.

local back = {}

local gates = { relu = "LOOPC_BACKWARD_RELU", tanh = "LOOPC_BACKWARD_TANH", sigmoid = "LOOPC_BACKWARD_SIGMOID" }

-- Whether anything asks for the derivative by what an operation was given.
local function is_wanted(net, op, groups) return groups.input or op.input >= first_weighted(net) end

function back.dense(w, net, k, op, threads, groups)
    local me, from = me_of(net), sums_derivative(net, k)
    if has_gate(op) and not gate_is_taken(net, k) then
        call(w, "loopc_activate", derivative(net, k), value(net, k), from, "rows", op.outputs, gates[op.activation], me)
        threads.apart = true
    end
    threads:gather()
    local below = net.ops[op.input]
    local gate = below and has_gate(below) and gate_is_taken(net, op.input) and gates[below.activation]
    if is_wanted(net, op, groups) then
        call(w, "loopc_dense_backward", "n->w" .. op.index, from, value(net, op.input), derivative(net, op.input), "rows", inputs_of(net, op),
            op.outputs, gate or "LOOPC_STORE", me)
    end
    if op.input ~= 0 or net.trunk then call(w, "loopc_transpose", value(net, op.input), "n->t" .. k, "rows", net.batch, op.inputs, me) end
    if is_wanted(net, op, groups) or op.input ~= 0 then threads:meet() end
end

function back.activation(w, net, k, op, _, groups)
    if not is_wanted(net, op, groups) then return end
    call(w, "loopc_gate", derivative(net, k), "n->s" .. k, derivative(net, op.input), "rows", op.outputs, me_of(net))
end

back.dropout = back.activation

function back.layer_norm(w, net, k, op, _, groups)
    if not is_wanted(net, op, groups) then return end
    call(w, "loopc_layer_norm_backward", derivative(net, k), "n->w" .. op.index, "n->h" .. k, "n->i" .. k, derivative(net, op.input),
        "rows", op.outputs, me_of(net))
end

function back.batch_norm(w, net, k, op, threads, groups)
    if not is_wanted(net, op, groups) then return end
    threads:gather()
    write_norm(w, op)
    call(w, "loopc_batch_norm_backward", ("&norm%d"):format(op.index), derivative(net, k), "n->h" .. k, "n->i" .. k,
        derivative(net, op.input), "rows", op.outputs, "n->trains", me_of(net))
    threads:meet()
end

function back.embedding(w, net, k, op, _, groups)
    if not is_wanted(net, op, groups) then return end
    if op.freeze then write_embedding(w, op) end
    call(w, "loopc_embed_backward", "&embedding" .. op.index, derivative(net, k), derivative(net, op.input), "rows", me_of(net))
end

-- The derivative by the sum is that by the end of the branch, in the same array unless heads add to that.
function back.residual(w, net, k, op, threads)
    if not is_tapped(net, op.input) then return end
    local d = derivative(net, op.input)
    threads:gather()
    if net.threads then w:line("if (me.tid == 0)") end
    cwrap.line(w, net.threads and 8 or 4, (net.threads and "    " or "") .. "memcpy", { d, derivative(net, k), "sizeof " .. d }, ";")
    threads:meet()
end

local shares_samples = { embedding = true, activation = true, dropout = true, layer_norm = true }

-- Sums that branch off value `start` have derivatives of their own: those of the branch are there when its first operation is done.
local function add_skips(w, net, k, op, threads, groups)
    if not is_wanted(net, op, groups) or op.kind == "residual" then return end
    for r = k + 1, #net.ops do
        if net.ops[r].skip == op.input and net.ops[r].kind == "residual" and k == op.input + 1 then
            local d = derivative(net, op.input)
            call(w, "loopc_add", d, derivative(net, r), d, "rows", net.ops[r].outputs, me_of(net))
            threads.apart = true
        end
    end
end

-- The way back, last operation first: `learn(w, k, op, from)` writes what becomes of the derivatives of a layer with weights.
function deep.back(w, net, groups, learn)
    local threads = meeting(w, net)
    threads.apart = true
    for k = #net.ops, 1, -1 do
        local op = net.ops[k]
        if k < first_weighted(net) and not groups.input then break end
        deep_heads.add(w, net, k, threads)
        if op.kind == "layer_norm" or op.kind == "batch_norm" or op.kind == "embedding" then
            threads:gather()
            learn(k, op, derivative(net, k))
        end
        back[op.kind](w, net, k, op, threads, groups)
        if shares_samples[op.kind] then threads.apart = true end
        if op.kind == "dense" then learn(k, op, sums_derivative(net, k)) end
        add_skips(w, net, k, op, threads, groups)
    end
    if groups.input then threads:gather() end
end

-- Adds the gradients of one layer.
function deep.gradient(w, net, k, op, from)
    local i, me = op.index, me_of(net)
    if op.freeze then return end
    if op.kind == "embedding" then
        write_embedding(w, op)
        return call(w, "loopc_embed_gradient", "&embedding" .. i, value(net, op.input), from, "n->gw" .. i, "rows", me)
    end
    if op.kind ~= "dense" then
        return call(w, "loopc_norm_gradient", from, "n->h" .. k, "n->gw" .. i, "n->gb" .. i, "rows", op.outputs, me)
    end
    call(w, "loopc_dense_weights_gradient", "n->gw" .. i, "n->t" .. k, from, "rows", net.batch, inputs_of(net, op), op.outputs, me)
    if op.bias then call(w, "loopc_dense_bias_gradient", "n->gb" .. i, from, "rows", op.outputs, me) end
end

-- The derivative by the outputs takes the place of that of the loss; what the last activation made is made once more, with its
-- slope.
local function take_derivative(w, net)
    local outputs = net.ops[#net.ops].outputs
    finish(w, net, "n->slope", "LOOPC_ONE_THREAD")
    call(w, "loopc_pack", "(struct loopc_rows){.x = d}", "NULL", deep.delta(net), "rows", net.batch, outputs, "LOOPC_ONE_THREAD")
    if net.output ~= "identity" then deep.gate_outputs(w, net, "LOOPC_ONE_THREAD") end
end

function body.backward_from(w, net)
    take_derivative(w, net)
    if net.trunk then return call(w, net.prefix .. "_backward", "n", "from", "rows") end
    call(w, net.prefix .. "_backward", "n", "rows")
end

function body.input_grad(w, net)
    call(w, "loopc_unpack", "n->dx", "n->dx_rows", "rows", net.inputs_from and "n->inputs" or net.layers[1])
    w:line("return n->dx_rows;")
end

function body.input_grad_from(w, net)
    if net.threads then w:line("const struct loopc_thread me = LOOPC_ONE_THREAD;") end
    take_derivative(w, net)
    deep.back(w, net, net.groups, function(_, op)
        if op.kind == "embedding" and not op.freeze then write_embedding(w, op) end
    end)
    body.input_grad(w, net)
end

-- Of a dense layer what its activation makes.
function body.activations(w, net)
    local list = {}
    for k, op in ipairs(net.ops) do
        local next_op = net.ops[k + 1]
        local curved = next_op and next_op.kind == "activation" and next_op.input == k
        if op.index then list[#list + 1] = { value(net, curved and k + 1 or k), op.outputs, "rows" } end
    end
    net_frame.spread(w, list)
end

function body.freeze(w, net)
    w:line("if (layer >= 0 && layer < %d) n->frozen[layer] = true;", parts.weighted(net))
end

function body.thaw(w, net)
    w:line("if (layer >= 0 && layer < %d) n->frozen[layer] = false;", parts.weighted(net))
end

local function gradients(w, net)
    deep.back(w, net, net.groups, function(k, op, from) deep.gradient(w, net, k, op, from) end)
end

-- What threads share of backward.
function body.backward_part(w, net)
    net_frame.backward_part(w, net, function()
        w:line("struct %s *const n = given->n;", net.struct)
        if net.trunk then w:line("const struct %s *const from = given->from;", net.trunk.struct) end
        w:line("const int32_t rows = given->rows;")
        w:blank()
        gradients(w, net)
    end)
end

function body.backward(w, net)
    if net.threads then net_frame.run_backward(w, net) else gradients(w, net) end
    deep_heads.forget(w, net)
    if net.trunk then deep_heads.pass_back(w, net) end
end

body.init = deep_init.write

return deep
