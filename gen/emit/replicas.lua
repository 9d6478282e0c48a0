-- The C of nets with replicas: structs, and functions that call the kernels of runtime/nn/replica.h.
--
-- In:  nets with `replicas` as gen/tree/mlp.lua describes them, the set of function names that the program uses, the writer.
-- Out: as gen/emit/mlp.lua. Names as in gen/emit/replica_parts.lua; their optimizers are those of gen/emit/replica_steps.lua.

local mlp = require "gen.tree.mlp"
local parts = require "gen.emit.replica_parts"
local replicas = require "gen.tree.replicas"
local net_frame = require "gen.emit.net_frame"
local cwrap = require "gen.c.wrap"

local emit_replicas = {}

-- The structs.

local function member(w, comment, list)
    w:comment { comment }
    for _, line in ipairs(list) do w:line("%s;", line) end
end

local function write_activations(w, net, trained, looks)
    local last = mlp.last(net)
    local lines = { ("LOOPC_ALIGNED float x[%s]"):format(parts.matrix(net.batch, net.layers[1])) }
    for _, layer in ipairs(mlp.layers(net)) do
        local names, z = {}, layer.last and mlp.keeps_z(net)
        if z then names[1] = "z" end
        if not z or looks or not mlp.loss_from_z(net) then names[#names + 1] = "a" end
        if trained then names[#names + 1] = "d" end
        for i, name in ipairs(names) do names[i] = ("%s%d[%s]"):format(name, layer.index, parts.matrix(net.batch, layer.outputs)) end
        lines[#lines + 1] = "LOOPC_ALIGNED float " .. table.concat(names, ", ")
    end
    member(w, "of the group at work, samples x features: inputs, logits z, outputs a of the layers" .. (trained and ", deltas d" or ""),
        lines)
    if looks then
        member(w, "outputs of all replicas, and their means", { ("float out[%s]"):format(mlp.product(net.replicas, net.batch, last.outputs)),
            looks.mean and ("float means[%s]"):format(mlp.product(net.batch, last.outputs)) or nil })
    end
end

local function write_learned(w, net)
    local lines = { ("LOOPC_ALIGNED float losses[%s]"):format(parts.matrix(net.batch, 1)),
        ("LOOPC_ALIGNED float loss[%d]"):format(replicas.groups(net) * replicas.group) }
    if parts.is_labels(net) then table.insert(lines, 1, ("LOOPC_ALIGNED int32_t labels[%s]"):format(parts.matrix(net.batch, 1))) end
    member(w, "of the group at work the " .. (parts.is_labels(net) and "labels and " or "") .. "losses of samples; of each replica the mean loss",
        lines)
end

local function write_gathered(w, net)
    local rows = mlp.product(net.replicas, net.batch)
    member(w, "indices of rows of a data set, " .. (parts.is_labels(net) and "labels " or "") .. "and weights, one replica after the other; "
        .. "weights of the group at work", {
        ("int64_t index[%s]"):format(rows),
        parts.is_labels(net) and ("int32_t rows_labels[%s]"):format(rows) or ("float rows_weights[%s]"):format(rows),
        parts.is_labels(net) and ("float rows_weights[%s]"):format(rows) or nil })
    w:line("LOOPC_ALIGNED float weights[%s];", parts.matrix(net.batch, 1))
end

local function struct(w, net, needed)
    w:open("struct %s {", net.struct)
    w:comment { "weights, outputs x inputs, and biases, 16 replicas side by side" }
    parts.write_weights(w, net, { "" })
    if needed.pass then write_activations(w, net, net.learns, needed.forward and needed) end
    if net.learns then write_learned(w, net) end
    if net.weighs then write_gathered(w, net) end
    net_frame.write_excess(w, net)
    w:close("};")
    w:blank()
end

-- The functions of a net.

local body = {}

local deviation = "0.05f"

function body.init(w, net)
    if net.init == "zero" then w:line("(void)seed;") end
    for _, array in ipairs(mlp.arrays(net)) do
        local init = array.layer.init or net.init
        if array.part == "bias" or init == "zero" then parts.call(w, "memset", "n->" .. array.name, "0", "sizeof n->" .. array.name) end
    end
    if net.init == "zero" then return end
    w:open("for (int32_t m = 0; m < %d; m++) {", net.replicas)
    w:line("struct loopc_rng rng;")
    w:line('loopc_rng_seed(&rng, seed + (uint64_t)m, "%s");', net.name)
    for _, array in ipairs(mlp.arrays(net)) do
        local init = array.layer.init or net.init
        if array.part == "weight" and init ~= "zero" then
            cwrap.line(w, 8, "loopc_replica_init_" .. init, { ("n->%s + loopc_replica_of(m, %s)"):format(array.name, parts.array_room(array)),
                "&rng", array.columns, array.rows, init == "normal" and deviation or nil }, ";")
        end
    end
    w:close("}")
end

body.pass = parts.write_pass

local function finish(w, net)
    local layer = mlp.last(net)
    if not mlp.keeps_z(net) then return end
    parts.call(w, layer.activation == "softmax" and "loopc_replica_softmax" or "loopc_replica_sigmoid", parts.sums_of(net, layer),
        "n->a" .. layer.index, "rows", layer.outputs)
end

function body.forward(w, net)
    local layer = mlp.last(net)
    parts.each_group(w, net, function()
        parts.call(w, parts.kernel(net, "pack"), "(struct loopc_replica_rows){.x = x}", "1", "n->x", "rows", net.layers[1])
        parts.call_pass(w, net)
        finish(w, net)
        parts.call(w, "loopc_replica_unpack", "n->a" .. layer.index, parts.count_of(net), parts.group_at(net, "n->out", layer.outputs),
            "rows", layer.outputs)
    end)
    w:line("return n->out;")
end

function body.mean(w, net)
    w:line("%s_forward(n, x, rows);", net.prefix)
    parts.call(w, "loopc_replica_average", "n->out", "n->means", net.replicas, mlp.product("rows", mlp.last(net).outputs))
    w:line("return n->means;")
end

function body.parameters(w, net)
    w:line("(void)n;")
    w:line("return %s;", mlp.weight_count(net))
end

local function copy(w, net, name)
    w:line("if (replica < 0 || replica >= %d || count != %s) return false;", net.replicas, mlp.weight_count(net))
    local arrays = mlp.arrays(net)
    for i, array in ipairs(arrays) do
        local place = ("n->%s + loopc_replica_of(replica, %s)"):format(array.name, parts.array_room(array))
        parts.call(w, (i < #arrays and "flat = " or "") .. name, place, "flat", array.matrix and array.rows or 1, array.columns)
    end
    w:line("return true;")
end

function body.set_weights(w, net) copy(w, net, "loopc_replica_take") end

function body.get_weights(w, net) copy(w, net, "loopc_replica_put") end

-- The functions of a net that are used, { name = true }; what prepare calls is wanted in any case.
local function close_over(net, used)
    local needed = { init = true, pass = net.learns }
    for i = #replicas.all, 1, -1 do
        local entry = replicas.all[i]
        if used[net.prefix .. "_" .. entry[1]] and not entry.internal or needed[entry[1]] then
            needed[entry[1]] = true
            for _, name in ipairs(entry.needs or {}) do needed[name] = true end
        end
    end
    return needed
end

function emit_replicas.is_narrow(net) return net.replicas ~= nil and mlp.lanes(net) ~= nil end

-- Writes one net; `trained`: whether train or train_from of it is used.
function emit_replicas.write_net(w, net, used, trained, inits, summary)
    net.learns, net.weighs = trained, used[net.prefix .. "_train_from"]
    net.narrow, net.groups = emit_replicas.is_narrow(net), {}
    local needed = close_over(net, used)
    w:public():comment { summary }
    struct(w:public(), net, needed)
    for _, entry in ipairs(replicas.all) do
        if needed[entry[1]] then
            net_frame.write_function(w, net, { result = entry[2], name = net.prefix .. "_" .. entry[1],
                arguments = replicas.arguments(net, entry), doc = replicas.doc(net, entry, inits) }, body[entry[1]])
        end
    end
end

return emit_replicas
