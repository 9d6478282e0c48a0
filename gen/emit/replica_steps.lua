-- The C of optimizers whose nets have replicas: a struct, and steps that call the kernels of runtime/nn/replica.h.
--
-- In:  optimizers as gen/tree/mlp.lua describes them, the set of function names that the program uses, the writer.
-- Out: as gen/emit/optimizer.lua. Names as in gen/emit/replica_parts.lua.

local mlp = require "gen.tree.mlp"
local parts = require "gen.emit.replica_parts"
local replicas = require "gen.tree.replicas"
local net_frame = require "gen.emit.net_frame"
local cvalue = require "gen.c.value"
local cwrap = require "gen.c.wrap"
local vocabulary = require "gen.spec.vocabulary"

local emit_replica_steps = {}

local body = {}

local function gate_of(layer)
    return layer.activation == "identity" and "LOOPC_STORE" or "LOOPC_BACKWARD_" .. layer.activation:upper()
end

local function rate(optimizer, key, type)
    return cvalue.of(type, optimizer[key] or vocabulary.rule_default(optimizer.kind, key))
end

local function keeps(optimizer) return mlp.rule(optimizer) ~= "sgd" end

local fields = { u = "m", m = "m", v = "v" }

local function weights(optimizer, array)
    local members = { ".w = " .. parts.of_group(optimizer.net, "n", array) }
    for _, moment in ipairs(mlp.moments(optimizer)) do
        members[#members + 1] = (".%s = %s"):format(fields[moment[1]], parts.of_group(optimizer.net, "o", array, moment[1]))
    end
    return ("(struct loopc_weights){%s}"):format(table.concat(members, ", "))
end

-- What a step of a group is given, as C declarations.
local function inputs_of(optimizer)
    local net = optimizer.net
    local list = { ("struct %s *n"):format(net.struct) }
    if keeps(optimizer) then list[#list + 1] = ("struct %s *o"):format(optimizer.struct) end
    if parts.many(net) then list[#list + 1] = "int32_t g" end
    list[#list + 1] = "struct loopc_replica_rows x"
    list[#list + 1] = "struct loopc_replica_rows " .. (parts.is_labels(net) and "labels" or "y")
    if net.weighs then list[#list + 1] = "const float *weights" end
    list[#list + 1] = "int32_t rows"
    list[#list + 1] = "const struct loopc_replica_rates *rates"
    return list
end

local function names_of(list)
    local out = {}
    for i, declaration in ipairs(list) do out[i] = declaration:match("[%w_]+$") end
    return out
end

local function write_losses(w, net)
    local layer = mlp.last(net)
    local z, a, d = "n->z" .. layer.index, "n->a" .. layer.index, "n->d" .. layer.index
    if net.loss == "squared_error" then
        if layer.activation == "softmax" then parts.call(w, "loopc_replica_softmax", z, a, "rows", layer.outputs) end
        local gate = layer.activation == "softmax" and "LOOPC_STORE" or gate_of(layer)
        parts.call(w, parts.kernel(net, "squared_error"), a, d, "n->losses", "rows", layer.outputs, gate)
        if layer.activation == "softmax" then parts.call(w, "loopc_replica_softmax_backward", a, d, "rows", layer.outputs) end
    elseif net.output == "softmax" then
        parts.call(w, "loopc_replica_cross_entropy", z, "n->labels", d, "n->losses", "rows", layer.outputs)
    else
        parts.call(w, "loopc_replica_binary_cross_entropy", z, d, "n->losses", "rows", layer.outputs)
    end
end

local function write_back(w, optimizer)
    local net, all = optimizer.net, mlp.layers(optimizer.net)
    for i = #all, 1, -1 do
        local layer, below, arrays = all[i], all[i - 1], parts.arrays_of(net, all[i])
        if below then
            local gate = gate_of(below)
            parts.call(w, parts.kernel(net, "backward"), parts.of_group(net, "n", arrays.weight), "n->d" .. layer.index,
                gate == "LOOPC_STORE" and "NULL" or parts.input_of(layer), "n->d" .. below.index, "rows", layer.inputs, layer.outputs, gate)
        end
        parts.call(w, parts.kernel(net, "update"), weights(optimizer, arrays.weight), weights(optimizer, arrays.bias), parts.input_of(layer),
            "n->d" .. layer.index, "rows", layer.inputs, layer.outputs, "rates")
    end
end

local function write_step(w, optimizer)
    local net, count, layer = optimizer.net, parts.count_of(optimizer.net), mlp.last(optimizer.net)
    if net.inlines then w:line("if (rates->common.rule != LOOPC_%s) __builtin_unreachable();", mlp.rule(optimizer):upper()) end
    if parts.many(net) then
        w:line("const int32_t count = %s;", count)
        count = "count"
    end
    parts.call(w, parts.kernel(net, "pack"), "x", count, "n->x", "rows", net.layers[1])
    if parts.is_labels(net) then parts.call(w, parts.kernel(net, "pack"), "labels", count, "n->labels", "rows", "1")
    else parts.call(w, parts.kernel(net, "pack"), "y", count, "n->d" .. layer.index, "rows", layer.outputs) end
    parts.call_pass(w, net)
    write_losses(w, net)
    if net.weighs then
        w:open("if (weights) {")
        cwrap.line(w, 8, "loopc_replica_pack", { parts.given_rows("weights", 1), count, "n->weights", "rows", "1" }, ";")
        cwrap.line(w, 8, "loopc_replica_weigh", { "n->weights", "n->d" .. layer.index, "n->losses", "rows", layer.outputs }, ";")
        w:close("}")
    end
    write_back(w, optimizer)
    parts.call(w, parts.kernel(net, "mean"), "n->losses", parts.many(net) and "n->loss + g * LOOPC_REPLICAS" or "n->loss", "rows")
end

local function write_head(w, linkage, optimizer, suffix)
    cwrap.line(w, 0, ("static %svoid %s_learn%s"):format(linkage, optimizer.net.prefix, suffix), inputs_of(optimizer), "")
    w:open("{")
end

local function write_learn(w, optimizer)
    local net, names, full = optimizer.net, names_of(inputs_of(optimizer)), {}
    for i, name in ipairs(names) do full[i] = name == "rows" and tostring(net.batch) or name end
    w:comment { "A training step of up to 16 replicas: an optimizer moves the weights as their gradients are summed." }
    write_head(w, net.narrow and "LOOPC_VECTOR_INLINE " or "", optimizer, net.narrow and "_rows" or "")
    net.inlines = net.narrow
    write_step(w, optimizer)
    net.inlines = false
    w:close("}")
    w:blank()
    if not net.narrow then return end
    w:comment { "The same for a partial batch." }
    write_head(w, "LOOPC_SELDOM ", optimizer, "_few")
    write_step(w, optimizer)
    w:close("}")
    w:blank()
    write_head(w, "", optimizer, "")
    w:line("if (rows == %d) /* specialised for full batches: constant trip counts */", net.batch)
    w:line("    %s_learn_rows(%s);", net.prefix, table.concat(full, ", "))
    w:line("else")
    w:line("    %s_learn_few(%s);", net.prefix, table.concat(names, ", "))
    w:close("}")
    w:blank()
end

local function write_rates(w, optimizer)
    local net, rule = optimizer.net, mlp.rule(optimizer)
    local eta, decay = parts.many(net) and "eta + g * LOOPC_REPLICAS" or "eta", rate(optimizer, "weight_decay", "f32")
    if rule == "sgd" or rule == "momentum" then
        return cwrap.assign(w, 4, "const struct loopc_replica_rates rates", parts.kernel(net, "sgd"),
            { eta, parts.count_of(net), rate(optimizer, "momentum", "f32"), decay })
    end
    cwrap.assign(w, 4, "const struct loopc_replica_rates rates", "loopc_replica_adam", { "LOOPC_" .. rule:upper(), "o->step", eta,
        parts.count_of(net), rate(optimizer, "beta1", "f64"), rate(optimizer, "beta2", "f64"), rate(optimizer, "epsilon", "f32"), decay })
end

-- The steps of all groups, from rows, targets and weights that are there as C expressions.
local function write_steps(w, optimizer, x, answers, weighed)
    local net = optimizer.net
    local function of(rows) return parts.many(net) and ("loopc_replica_rows_of(%s, g, rows)"):format(rows) or rows end
    w:line("o->step++;")
    parts.each_group(w, net, function()
        write_rates(w, optimizer)
        local arguments = { "n", keeps(optimizer) and "o" or nil }
        if parts.many(net) then arguments[#arguments + 1] = "g" end
        arguments[#arguments + 1] = of(x)
        arguments[#arguments + 1] = of(answers)
        if net.weighs then
            arguments[#arguments + 1] = weighed and ("data->weights ? %s : NULL"):format(parts.group_at(net, "n->rows_weights", 1)) or "NULL"
        end
        table.move({ "rows", "&rates" }, 1, 2, #arguments + 1, arguments)
        parts.call(w, net.prefix .. "_learn", table.unpack(arguments))
    end)
    w:line("return n->loss;")
end

function body.train(w, optimizer)
    local net, labels = optimizer.net, parts.is_labels(optimizer.net)
    write_steps(w, optimizer, parts.given_rows("x", net.layers[1]),
        labels and parts.given_rows("labels", 1) or parts.given_rows("y", mlp.last(net).outputs), false)
end

-- Each replica picks as many rows.
local function write_picking(w, net)
    local labels = parts.is_labels(net)
    w:open("for (int32_t m = 0; m < %d; m++) {", net.replicas)
    cwrap.line(w, 8, "loopc_dataset_pick", { "data", "keys[m]", "first", "rows", "n->index + m * rows",
        labels and "n->rows_labels + m * rows" or "NULL" }, ";")
    w:line("if (!data->weights) continue;")
    w:line("for (int32_t i = 0; i < rows; i++)")
    w:line("    n->rows_weights[m * rows + i] = data->weights[n->index[m * rows + i]];")
    cwrap.line(w, 8, "loopc_even_weights", { "n->rows_weights + m * rows", labels and "n->rows_labels + m * rows" or "NULL", "rows" }, ";")
    w:close("}")
end

function body.train_from(w, optimizer)
    local net = optimizer.net
    local labels, outputs = parts.is_labels(net), mlp.last(net).outputs
    local answers = labels and "labels" or "y"
    w:line("for (int32_t m = 0; m < %d; m++)", net.replicas)
    w:line("    n->loss[m] = NAN;")
    w:line("if (!data->%s || data->columns != %d) return n->loss;", answers, net.layers[1])
    if not labels then w:line("if (data->targets != %d) return n->loss;", outputs) end
    w:line("rows = loopc_dataset_left(data, first, rows);")
    w:line("if (rows < 1) return n->loss;")
    w:line("struct loopc_replica_rows x = {.x = data->x, .index = n->index};")
    w:line(labels and "struct loopc_replica_rows labels = {.x = n->rows_labels, .apart = rows};"
        or "struct loopc_replica_rows y = {.x = data->y, .index = n->index};")
    w:open("if (loopc_replica_is_stored(keys, %d) && !data->weights) {", net.replicas)
    w:line("x = (struct loopc_replica_rows){.x = data->x + first * %d};", net.layers[1])
    w:line("%s = (struct loopc_replica_rows){.x = data->%s + first%s};", answers, answers,
        not labels and outputs > 1 and " * " .. outputs or "")
    w:close("} else {")
    w.depth = w.depth + 1
    write_picking(w, net)
    w:close("}")
    write_steps(w, optimizer, "x", answers, true)
end

-- Writes one optimizer, and how it trains its net.
function emit_replica_steps.write_optimizer(w, optimizer, used, trains)
    local moments, letters = mlp.moments(optimizer), {}
    w:public():comment { ("%s: %s on the replicas of %s"):format(optimizer.name, optimizer.kind, optimizer.net.name) }
    w:public():open("struct %s {", optimizer.struct)
    w:public():line("int64_t step; /* steps taken */")
    for i, moment in ipairs(moments) do letters[i] = moment[1] end
    if #moments > 0 then parts.write_weights(w:public(), optimizer.net, letters) end
    w:public():close("};")
    w:public():blank()
    if not trains then return end
    write_learn(w, optimizer)
    for _, offer in ipairs(replicas.of_optimizer(optimizer)) do
        local name = offer.name:match("_(train[_%a]*)$")
        if used[offer.name] then net_frame.write_function(w, optimizer, offer, body[name]) end
    end
end

return emit_replica_steps
