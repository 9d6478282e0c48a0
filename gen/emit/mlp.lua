-- The C of nets: a plain struct, and the functions that bodies call, a line a layer.
--
-- In:  nets and optimizers as gen/tree/mlp.lua describes them, the set of function names that the program uses
--      ({ net_forward = true, ... }), the writer.
-- Out: for each net its struct and those of its functions that are used, or needed by a used one; likewise for each
--      optimizer. Nothing unused is written, arrays included: a net that is never trained has no gradients.

local mlp = require "gen.tree.mlp"
local net_functions = require "gen.tree.net_functions"
local cwrap = require "gen.c.wrap"
local mlp_arrays = require "gen.emit.mlp_arrays"
local body = require "gen.emit.mlp_bodies"
local net_frame = require "gen.emit.net_frame"
local deep = require "gen.emit.deep"
local emit_optimizer = require "gen.emit.optimizer"
local emit_replicas = require "gen.emit.replicas"

local emit_mlp = {}

-- Adds the functions that its members call to the set; a later function may call an earlier one, so one pass backwards finds all.
local function close_over(net, used)
    local needed = {}
    for i = #net_functions.all, 1, -1 do
        local entry = net_functions.all[i]
        if net_functions.offered(net, entry) and (used[net.prefix .. "_" .. entry[1]] or needed[entry[1]]) then
            needed[entry[1]] = true
            for _, name in ipairs(net.ops and entry.needs_deep or entry.needs or {}) do needed[name] = true end
        end
    end
    return needed
end

local function groups_of(needed)
    local groups = {}
    for _, entry in ipairs(net_functions.all) do
        for _, group in ipairs(needed[entry[1]] and entry.groups or {}) do groups[group] = true end
    end
    return groups
end

local function members(w, comment, list)
    w:comment { comment }
    for _, line in ipairs(list) do w:line("%s", line) end
end

-- One line a layer: its arrays of these letters; room(letter, layer) is how many floats each takes.
local function arrays(net, letters, room)
    local lines = {}
    for _, layer in ipairs(mlp.layers(net)) do
        local names = {}
        for _, letter in ipairs(letters(layer)) do
            names[#names + 1] = ("%s%d[%s]"):format(letter, layer.index, room(letter, layer))
        end
        if #names > 0 then lines[#lines + 1] = ("LOOPC_ALIGNED float %s;"):format(table.concat(names, ", ")) end
    end
    return lines
end

local function weights_room(letter, layer)
    return letter:find "w$" and ("LOOPC_PANELS(%d, %d)"):format(layer.outputs, layer.room)
        or ("LOOPC_VECTOR(%d)"):format(layer.outputs)
end

-- The input of the first layer, feature-major.
local function x_of(net)
    return ("LOOPC_ALIGNED float x[LOOPC_PANELS(%d, %d)];"):format(mlp.feature_major_room(net, mlp.layers(net)[1]), net.batch)
end

local function lying_room(net)
    return function(_, layer) return ("LOOPC_PANELS(%d, %d)"):format(net.batch, layer.room) end
end

-- The workspace of each thread of a shared step.
local function write_input(w, net)
    local function t0(layer) return layer.index == 0 and { "t" } or {} end
    w:comment { ("Rows as the first layer of %s reads them: feature-major (features x samples) in x, sample-major in t0."):format(net.name),
        "Each thread makes its own copy: packing is faster than sharing between caches." }
    w:open("struct %s_input {", net.prefix)
    w:line("%s", x_of(net))
    w:line("%s", arrays(net, t0, lying_room(net))[1])
    w:close("};")
    w:blank()
end

local function write_activations(w, net, groups)
    local function feature_major(_, layer) return ("LOOPC_PANELS(%d, %d)"):format(layer.outputs, net.batch) end
    local z = mlp.keeps_z(net)
    if net.threads then w:line("struct %s_input input; /* of the first thread, or the only one */", net.prefix) end
    members(w, "activations, features x samples" .. (z and "; z: logits, the last layer before its activation" or ""),
        not net.threads and { x_of(net) } or {})
    local lines = arrays(net, function(layer)
        if net.shared and net.shared.places[layer.index] then return {} end
        if not (layer.last and z) then return { "a" } end
        return (groups.outputs or not mlp.loss_from_z(net)) and { "z", "a" } or { "z" }
    end, feature_major)
    for _, line in ipairs(lines) do w:line("%s", line) end
    if net.shared then
        w:comment { "activations that layers share: they are calculated again on the way back" }
        for place = 0, #net.shared.rooms do w:line("LOOPC_ALIGNED float r%d[LOOPC_PANELS(%d, %d)];", place, net.shared.rooms[place], net.batch) end
    end
    if groups.outputs then
        w:line("float out[%s]; /* outputs, sample-major */", mlp.product(net.batch, mlp.last(net).outputs))
    end
end

-- Deltas on a device: hidden layers alternate between two arrays, as each is read for the last time when that of the layer below it
-- has been written.
local function two_deltas(net)
    local rooms, lines = {}, {}
    for _, layer in ipairs(mlp.layers(net)) do
        if not layer.last then rooms[layer.index % 2] = math.max(rooms[layer.index % 2] or 0, layer.outputs) end
    end
    for place = 0, #rooms do lines[#lines + 1] = ("LOOPC_ALIGNED float d%s[LOOPC_PANELS(%d, %d)];"):format(place == 0 and "_even" or "_odd",
        rooms[place], net.batch) end
    return lines
end

local function write_deltas(w, net, groups)
    local function feature_major(_, layer) return ("LOOPC_PANELS(%d, %d)"):format(layer.outputs, net.batch) end
    local alternate = mlp.alternates(net)
    members(w, alternate and "deltas: dLoss/dz of the last layer, and of every second one below it" or "deltas: dLoss/dz of each layer",
        arrays(net, function(layer) return (layer.last or groups.deltas and not alternate) and { "d" } or {} end, feature_major))
    for _, line in ipairs(alternate and groups.deltas and two_deltas(net) or {}) do w:line("%s", line) end
    if groups.losses then
        members(w, "the loss of each sample",
            { ("LOOPC_ALIGNED float losses[LOOPC_VECTOR(%d)];"):format(net.batch) })
    end
end

local function write_lying(w, net)
    local alone = mlp.alternates(net)
    local function t(layer) return (layer.index > 0 and not alone or layer.index == 0 and not net.threads) and { "t" } or {} end
    local lines = arrays(net, t, lying_room(net))
    if alone then
        local widest = 0
        for _, layer in ipairs(mlp.layers(net)) do widest = math.max(widest, layer.index > 0 and layer.room or 0) end
        lines[#lines + 1] = ("LOOPC_ALIGNED float t[LOOPC_PANELS(%d, %d)];"):format(net.batch, widest)
    end
    if #lines > 0 then members(w, "inputs of the layers, samples x features", lines) end
end

-- What all nets have: the batch that is taken from a data set, and a limit.
local function write_rest(w, net, groups)
    if groups.gathered then
        members(w, "indices of the rows of the batch in their data set, and their labels", { ("int64_t index[%d];"):format(net.batch),
            mlp.targets(net) == "labels" and ("int32_t labels[%d];"):format(net.batch) or nil })
        local weights = { ("LOOPC_ALIGNED float weights[LOOPC_VECTOR(%d)];"):format(net.batch) }
        if not net.ops then table.insert(weights, 1, "bool weighted;") end
        members(w, "the weights of these rows, if the data set has weights", weights)
        if net.fetches then members(w, "indices of the rows of the next batch", { ("int64_t next[%d];"):format(net.batch) }) end
    end
    net_frame.write_excess(w, net)
    if groups.limits then
        members(w, "a limit that clip_grad has refused, until its body fails; else 0", { "float refused;" })
    end
    w:close("};")
    w:blank()
end

local function struct(w, net, groups)
    if net.ops then
        w:comment { emit_mlp.summary(net) }
        deep.struct(w, net, groups)
        write_rest(w, net, groups)
        return
    end
    if net.threads then write_input(w, net) end
    w:comment { emit_mlp.summary(net) }
    w:open("struct %s {", net.struct)
    if net.inputs_from then w:line("int32_t inputs;") end
    members(w, "weights, outputs x inputs, and biases", arrays(net, function() return { "w", "b" } end, weights_room))
    if groups.activations then write_activations(w, net, groups) end
    if groups.delta then write_deltas(w, net, groups) end
    if net.learns then write_lying(w, net) end
    if groups.input then
        local first = mlp.layers(net)[1]
        members(w, "derivatives by the inputs, and the same a row a sample", {
            ("LOOPC_ALIGNED float dx[LOOPC_PANELS(%d, %d)];"):format(mlp.feature_major_room(net, first), net.batch),
            ("float dx_rows[%s];"):format(mlp.product(net.batch, first.room)) })
    end
    if groups.gradients then
        members(w, "gradients: dLoss/dw and dLoss/db",
            arrays(net, function() return { "gw", "gb" } end, weights_room))
    end
    write_rest(w, net, groups)
end

local losses = { cross_entropy = "cross-entropy", squared_error = "squared error" }

-- A net of operations in a line: "net: 64, dense 128, gelu, dropout, dense 10, softmax with cross-entropy, up to 32 rows".
local function deep_summary(net)
    local words = {}
    for i, op in ipairs(net.ops) do
        words[i] = op.kind == "activation" and op.activation or op.kind == "dense" and "dense " .. op.outputs or op.kind
        if op.kind == "dense" and op.activation ~= "identity" then words[i] = words[i] .. ", " .. op.activation end
    end
    local inputs = net.trunk and ("%d of %s"):format(net.layers[1], net.trunk.name) or net.layers[1]
    return ("%s: %s, %s, %s with %s, up to %d rows%s"):format(net.name, inputs, table.concat(words, ", "), net.output,
        losses[net.loss] or net.loss, net.batch, net.source and " (" .. net.source .. ")" or "")
end

-- The net in a line: "net: 64-64-10, relu, softmax with cross-entropy, up to 32 rows".
function emit_mlp.summary(net)
    if net.ops then return deep_summary(net) end
    local sizes = table.concat(net.layers, "-", 2)
    local inputs = net.inputs_from and ("up to %d"):format(mlp.layers(net)[1].room) or net.layers[1]
    local hidden = #net.layers > 2 and net.activation .. ", " or ""
    if net.replicas then hidden = ("%d times, "):format(net.replicas) .. hidden end
    return ("%s: %s-%s, %s%s with %s, up to %d rows%s"):format(net.name, inputs, sizes, hidden, net.output,
        losses[net.loss], net.batch, net.source and " (" .. net.source .. ")" or "")
end

-- The head of a function; its result stands alone where not even the first argument fits behind it.
local function write_head(w, result, name, arguments)
    if #result + #name + #arguments[1] + 2 > 100 then
        w:line("%s", (result:gsub("%s+$", "")))
        result = ""
    end
    cwrap.line(w, 0, result .. name, arguments, "")
end

local function write_function(w, net, entry)
    if entry[1] == "forward" and net.threads and not net.ops then body.forward_part(w, net) end
    if entry[1] == "backward" and net.threads and net.ops then deep.body.backward_part(w, net) end
    w:comment(net_functions.doc(net, entry))
    local result = entry[2] .. (entry[2]:find "%*$" and "" or " ")
    local linkage = entry.internal and net.narrow and "static LOOPC_VECTOR_INLINE" or "static"
    write_head(w, ("%s %s"):format(linkage, result), net.prefix .. "_" .. entry[1], net_functions.arguments(net, entry))
    w:open("{")
    net_frame.guard(w, net, net.prefix .. "_" .. entry[1], entry[2])
    local write = net.ops and deep.body[entry[1]] or body[entry[1]] or mlp_arrays[entry[1]]
    write(w, net)
    w:close("}")
    w:blank()
    if entry[1] == "pass" and net.ops and net.threads and net.looks then deep.body.forward_part(w, net) end
end

-- The statements, inside a function that has the state `s` and returns a status, that make a net ready: the width of
-- its data set if it follows one, first weights from a stream of its own. `lvalue` is the net, `data` its data set or
-- nil. Long lines are left to clang-format.
function emit_mlp.prepare(net, lvalue, data, data_name)
    local lines = {}
    local function refuse(condition, format, value)
        lines[#lines + 1] = ('if (%s) return loopc_fail(&s->loopc, "%s", "%s", (int)%s);'):format(condition, net.name,
            format, value)
    end
    if data then
        local columns = data .. ".columns"
        local width = ("%s.rows ? %s : %d"):format(data, columns, net.layers[1])
        refuse(("!%s_resize(&%s, %s)"):format(net.prefix, lvalue, width),
            ("the rows of %s have %%d columns, there is room for 1 to %d"):format(data_name, mlp.layers(net)[1].room),
            columns)
    end
    table.insert(lines, 1, ("struct loopc_rng %s_rng;"):format(net.prefix))
    if net.replicas then return { false, ("%s_init(&%s, s->loopc.seed);"):format(net.prefix, lvalue) } end
    lines[#lines + 1] = ('loopc_rng_seed(&%s_rng, s->loopc.seed, "%s");'):format(net.prefix, net.name)
    lines[#lines + 1] = ("%s_init(&%s, &%s_rng);"):format(net.prefix, lvalue, net.prefix)
    if deep.drops(net) then
        lines[#lines + 1] = ('loopc_rng_seed(&%s.noise, s->loopc.seed, "%s.dropout");'):format(lvalue, net.name)
    end
    return lines
end

emit_mlp.is_trained, emit_mlp.is_idle = emit_optimizer.is_trained, emit_optimizer.is_idle

-- How many lanes a net needs whose training steps stay in registers; nil for others.
local function lanes_of(net, optimizers, used)
    if net.is_plain or net.replicas or net.shards or mlp.is_shared(net) or not emit_optimizer.is_trained(net, optimizers, used) then return nil end
    return mlp.lanes(net)
end

-- The functions of a net that the program uses, { name = true }, and the groups of arrays. What prepare calls is
-- wanted in any case.
local function wanted(net, optimizers, used)
    local needed = close_over(net, used)
    needed.init = true
    needed.resize = net.inputs_from and true
    local groups = groups_of(needed)
    if groups.delta or groups.outputs or net.heads then groups.activations = true end
    if net.trunk and needed.backward then groups.input = true end
    emit_optimizer.groups(net, optimizers, used, groups)
    net.learns = groups.deltas and (net.ops ~= nil or groups.gradients or emit_optimizer.is_trained(net, optimizers, used))
    net.threads = mlp.is_shared(net) and (emit_optimizer.is_trained(net, optimizers, used) or net.ops and needed.backward)
    net.narrow = lanes_of(net, optimizers, used) ~= nil
    -- Statistics look at all activations.
    net.shared = net.remat and mlp.alternates(net) and net.learns and not needed.activations and mlp.shared_activations(net) or nil
    net.groups, net.freezes = groups, groups.freezes
    net.looks = needed.forward or needed.forward_train
    return needed, groups
end

-- How many lanes the narrow nets among these need (runtime/nn/narrow.h); nil when there are none.
function emit_mlp.narrow_lanes(nets, optimizers, used)
    local most
    for _, net in ipairs(nets) do
        local lanes = lanes_of(net, optimizers, used)
        if lanes then most = math.max(most or 0, lanes) end
    end
    return most
end

-- Whether there are nets with replicas, and whether a narrow one is among them.
function emit_mlp.replicated(nets)
    local some, narrow = false, false
    for _, net in ipairs(nets) do
        some, narrow = some or net.replicas ~= nil, narrow or emit_replicas.is_narrow(net)
    end
    return some, narrow
end

local function emit_net(w, net, optimizers, used)
    local needed, groups = wanted(net, optimizers, used)
    struct(w:public(), net, groups)
    if net.ops and (needed.loss or emit_optimizer.is_trained(net, optimizers, used)) then deep.write_objective(w, net) end
    for _, entry in ipairs(net_functions.all) do
        if needed[entry[1]] then write_function(w, net, entry) end
    end
end

-- Writes all nets, then all optimizers. Of several optimizers of one net, train means the first.
function emit_mlp.emit(w, nets, optimizers, used)
    used = emit_optimizer.needs(optimizers, used)
    for _, net in ipairs(nets) do
        if net.replicas then
            emit_replicas.write_net(w, net, used, emit_optimizer.is_trained(net, optimizers, used), net_functions.inits, emit_mlp.summary(net))
        else
            emit_net(w, net, optimizers, used)
        end
    end
    local trained = {}
    for _, optimizer in ipairs(optimizers) do
        emit_optimizer.emit(w, optimizer, used, not trained[optimizer.net])
        trained[optimizer.net] = true
    end
end

return emit_mlp
