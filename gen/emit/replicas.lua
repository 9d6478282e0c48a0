-- The C of nets with replicas and of their optimizers: structs, and functions that call the kernels of runtime/nn/replica.h.
--
-- In:  nets with `replicas` and optimizers as gen/tree/mlp.lua describes them, the set of function names that the program uses, the
--      writer.
-- Out: as gen/emit/mlp.lua and gen/emit/optimizer.lua. Arrays as in gen/emit/mlp_bodies.lua; g is a group of 16 replicas, and
--      activations are those of the group that is at work. Nets that are narrow (runtime/nn/narrow.h) have inline kernels.

local mlp = require "gen.tree.mlp"
local replicas = require "gen.tree.replicas"
local net_frame = require "gen.emit.net_frame"
local cvalue = require "gen.c.value"
local cwrap = require "gen.c.wrap"
local vocabulary = require "gen.spec.vocabulary"

local emit_replicas = {}

local function call(w, name, ...) cwrap.line(w, 4, name, { ... }, ";") end

local function matrix(rows, columns) return ("LOOPC_REPLICA_MATRIX(%d, %d)"):format(rows, columns) end

local function array_room(array) return matrix(array.matrix and array.rows or 1, array.columns) end

local function many(net) return replicas.groups(net) > 1 end

-- An array of weights of group g.
local function of_group(net, owner, array, letter)
    local name = ("%s->%s%s"):format(owner, letter or "", array.name)
    return many(net) and ("%s + g * %s"):format(name, array_room(array)) or name
end

local function arrays_of(net, layer)
    local out = {}
    for _, array in ipairs(mlp.arrays(net)) do
        if array.layer.index == layer.index then out[array.part] = array end
    end
    return out
end

-- A kernel; those of full batches of a narrow net are inline.
local function kernel(net, name) return (net.inlines and "loopc_lanes_" or "loopc_replica_") .. name end

-- How many replicas group g has.
local function count_of(net)
    return many(net) and ("loopc_lesser(LOOPC_REPLICAS, %d - g * LOOPC_REPLICAS)"):format(net.replicas) or tostring(net.replicas)
end

local function sums_of(net, layer) return ("n->%s%d"):format(layer.last and mlp.keeps_z(net) and "z" or "a", layer.index) end

local function input_of(layer) return layer.index == 0 and "n->x" or ("n->a%d"):format(layer.index - 1) end

local function finish_of(net, layer)
    if layer.last and mlp.keeps_z(net) or layer.activation == "identity" then return "LOOPC_STORE" end
    return "LOOPC_" .. layer.activation:upper()
end

local function gate_of(layer)
    return layer.activation == "identity" and "LOOPC_STORE" or "LOOPC_BACKWARD_" .. layer.activation:upper()
end

local function is_labels(net) return mlp.targets(net) == "labels" end

-- The structs.

local function member(w, comment, list)
    w:comment { comment }
    for _, line in ipairs(list) do w:line("%s;", line) end
end

local function write_weights(w, net, owner_letters)
    local total = replicas.groups(net)
    for _, layer in ipairs(mlp.layers(net)) do
        local names = {}
        for _, part in ipairs { "weight", "bias" } do
            local array = arrays_of(net, layer)[part]
            for _, letter in ipairs(owner_letters) do
                names[#names + 1] = ("%s%s[%s]"):format(letter, array.name, mlp.product(total, array_room(array)))
            end
        end
        w:line("LOOPC_ALIGNED float %s;", table.concat(names, ", "))
    end
end

local function write_activations(w, net, trained, looks)
    local last = mlp.last(net)
    local lines = { ("LOOPC_ALIGNED float x[%s]"):format(matrix(net.batch, net.layers[1])) }
    for _, layer in ipairs(mlp.layers(net)) do
        local names, z = {}, layer.last and mlp.keeps_z(net)
        if z then names[1] = "z" end
        if not z or looks or not mlp.loss_from_z(net) then names[#names + 1] = "a" end
        if trained then names[#names + 1] = "d" end
        for i, name in ipairs(names) do names[i] = ("%s%d[%s]"):format(name, layer.index, matrix(net.batch, layer.outputs)) end
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
    local lines = { ("LOOPC_ALIGNED float losses[%s]"):format(matrix(net.batch, 1)),
        ("LOOPC_ALIGNED float loss[%d]"):format(replicas.groups(net) * replicas.group) }
    if is_labels(net) then table.insert(lines, 1, ("LOOPC_ALIGNED int32_t labels[%s]"):format(matrix(net.batch, 1))) end
    member(w, "of the group at work the " .. (is_labels(net) and "labels and " or "") .. "losses of samples; of each replica the mean loss",
        lines)
end

local function write_gathered(w, net)
    local rows = mlp.product(net.replicas, net.batch)
    member(w, "indices of rows of a data set, " .. (is_labels(net) and "labels " or "") .. "and weights, one replica after the other; "
        .. "weights of the group at work", {
        ("int64_t index[%s]"):format(rows), is_labels(net) and ("int32_t rows_labels[%s]"):format(rows) or ("float rows_weights[%s]"):format(rows),
        is_labels(net) and ("float rows_weights[%s]"):format(rows) or nil })
    w:line("LOOPC_ALIGNED float weights[%s];", matrix(net.batch, 1))
end

local function struct(w, net, needed)
    w:open("struct %s {", net.struct)
    w:comment { "weights, outputs x inputs, and biases, 16 replicas side by side" }
    write_weights(w, net, { "" })
    if needed.pass then write_activations(w, net, net.learns, needed.forward and needed) end
    if net.learns then write_learned(w, net) end
    if net.weighs then write_gathered(w, net) end
    net_frame.write_excess(w, net)
    w:close("};")
    w:blank()
end

-- Rows that replicas have one after the other, `width` values each.
local function given_rows(name, width) return ("(struct loopc_replica_rows){.x = %s, .apart = %s}"):format(name, mlp.product("rows", width)) end

-- The functions of a net.

local body = {}

local deviation = "0.05f"

function body.init(w, net)
    if net.init == "zero" then w:line("(void)seed;") end
    for _, array in ipairs(mlp.arrays(net)) do
        local init = array.layer.init or net.init
        if array.part == "bias" or init == "zero" then call(w, "memset", "n->" .. array.name, "0", "sizeof n->" .. array.name) end
    end
    if net.init == "zero" then return end
    w:open("for (int32_t m = 0; m < %d; m++) {", net.replicas)
    w:line("struct loopc_rng rng;")
    w:line('loopc_rng_seed(&rng, seed + (uint64_t)m, "%s");', net.name)
    for _, array in ipairs(mlp.arrays(net)) do
        local init = array.layer.init or net.init
        if array.part == "weight" and init ~= "zero" then
            cwrap.line(w, 8, "loopc_replica_init_" .. init, { ("n->%s + loopc_replica_of(m, %s)"):format(array.name, array_room(array)),
                "&rng", array.columns, array.rows, init == "normal" and deviation or nil }, ";")
        end
    end
    w:close("}")
end

function body.pass(w, net)
    for _, layer in ipairs(mlp.layers(net)) do
        local arrays = arrays_of(net, layer)
        call(w, kernel(net, "forward"), of_group(net, "n", arrays.weight), of_group(net, "n", arrays.bias), input_of(layer),
            sums_of(net, layer), "rows", layer.inputs, layer.outputs, finish_of(net, layer))
    end
end

local function call_pass(w, net)
    if net.inlines then return body.pass(w, net) end
    call(w, net.prefix .. "_pass", "n", many(net) and "g" or "rows", many(net) and "rows" or nil)
end

local function finish(w, net)
    local layer = mlp.last(net)
    if not mlp.keeps_z(net) then return end
    call(w, layer.activation == "softmax" and "loopc_replica_softmax" or "loopc_replica_sigmoid", sums_of(net, layer), "n->a" .. layer.index,
        "rows", layer.outputs)
end

local function each_group(w, net, write)
    if many(net) then w:open("for (int32_t g = 0; g < %d; g++) {", replicas.groups(net)) end
    write()
    if many(net) then w:close("}") end
end

-- Where the values of group g begin, `width` for each row of a replica.
local function group_at(net, name, width)
    return many(net) and ("%s + g * LOOPC_REPLICAS * %s"):format(name, mlp.product("rows", width)) or name
end

function body.forward(w, net)
    local layer = mlp.last(net)
    each_group(w, net, function()
        call(w, kernel(net, "pack"), "(struct loopc_replica_rows){.x = x}", "1", "n->x", "rows", net.layers[1])
        call_pass(w, net)
        finish(w, net)
        call(w, "loopc_replica_unpack", "n->a" .. layer.index, count_of(net), group_at(net, "n->out", layer.outputs), "rows", layer.outputs)
    end)
    w:line("return n->out;")
end

function body.mean(w, net)
    w:line("%s_forward(n, x, rows);", net.prefix)
    call(w, "loopc_replica_average", "n->out", "n->means", net.replicas, mlp.product("rows", mlp.last(net).outputs))
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
        call(w, (i < #arrays and "flat = " or "") .. name, ("n->%s + loopc_replica_of(replica, %s)"):format(array.name, array_room(array)),
            "flat", array.matrix and array.rows or 1, array.columns)
    end
    w:line("return true;")
end

function body.set_weights(w, net) copy(w, net, "loopc_replica_take") end

function body.get_weights(w, net) copy(w, net, "loopc_replica_put") end

-- Training steps.

local function rate(optimizer, key, type)
    return cvalue.of(type, optimizer[key] or vocabulary.rule_default(optimizer.kind, key))
end

local function keeps(optimizer) return mlp.rule(optimizer) ~= "sgd" end

local fields = { u = "m", m = "m", v = "v" }

local function weights(optimizer, array)
    local parts = { ".w = " .. of_group(optimizer.net, "n", array) }
    for _, moment in ipairs(mlp.moments(optimizer)) do
        parts[#parts + 1] = (".%s = %s"):format(fields[moment[1]], of_group(optimizer.net, "o", array, moment[1]))
    end
    return ("(struct loopc_weights){%s}"):format(table.concat(parts, ", "))
end

-- What a step of a group is given, as C declarations.
local function inputs_of(optimizer)
    local net = optimizer.net
    local list = { ("struct %s *n"):format(net.struct) }
    if keeps(optimizer) then list[#list + 1] = ("struct %s *o"):format(optimizer.struct) end
    if many(net) then list[#list + 1] = "int32_t g" end
    list[#list + 1] = "struct loopc_replica_rows x"
    list[#list + 1] = "struct loopc_replica_rows " .. (is_labels(net) and "labels" or "y")
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
        if layer.activation == "softmax" then call(w, "loopc_replica_softmax", z, a, "rows", layer.outputs) end
        local gate = layer.activation == "softmax" and "LOOPC_STORE" or gate_of(layer)
        call(w, kernel(net, "squared_error"), a, d, "n->losses", "rows", layer.outputs, gate)
        if layer.activation == "softmax" then call(w, "loopc_replica_softmax_backward", a, d, "rows", layer.outputs) end
    elseif net.output == "softmax" then
        call(w, "loopc_replica_cross_entropy", z, "n->labels", d, "n->losses", "rows", layer.outputs)
    else
        call(w, "loopc_replica_binary_cross_entropy", z, d, "n->losses", "rows", layer.outputs)
    end
end

local function write_back(w, optimizer)
    local net, all = optimizer.net, mlp.layers(optimizer.net)
    for i = #all, 1, -1 do
        local layer, below, arrays = all[i], all[i - 1], arrays_of(net, all[i])
        if below then
            local gate = gate_of(below)
            call(w, kernel(net, "backward"), of_group(net, "n", arrays.weight), "n->d" .. layer.index,
                gate == "LOOPC_STORE" and "NULL" or input_of(layer), "n->d" .. below.index, "rows", layer.inputs, layer.outputs, gate)
        end
        call(w, kernel(net, "update"), weights(optimizer, arrays.weight), weights(optimizer, arrays.bias), input_of(layer),
            "n->d" .. layer.index, "rows", layer.inputs, layer.outputs, "rates")
    end
end

local function write_step(w, optimizer)
    local net, count, layer = optimizer.net, count_of(optimizer.net), mlp.last(optimizer.net)
    if net.inlines then w:line("if (rates->common.rule != LOOPC_%s) __builtin_unreachable();", mlp.rule(optimizer):upper()) end
    if many(net) then
        w:line("const int32_t count = %s;", count)
        count = "count"
    end
    call(w, kernel(net, "pack"), "x", count, "n->x", "rows", net.layers[1])
    if is_labels(net) then call(w, kernel(net, "pack"), "labels", count, "n->labels", "rows", "1")
    else call(w, kernel(net, "pack"), "y", count, "n->d" .. layer.index, "rows", layer.outputs) end
    call_pass(w, net)
    write_losses(w, net)
    if net.weighs then
        w:open("if (weights) {")
        cwrap.line(w, 8, "loopc_replica_pack", { given_rows("weights", 1), count, "n->weights", "rows", "1" }, ";")
        cwrap.line(w, 8, "loopc_replica_weigh", { "n->weights", "n->d" .. layer.index, "n->losses", "rows", layer.outputs }, ";")
        w:close("}")
    end
    write_back(w, optimizer)
    call(w, kernel(net, "mean"), "n->losses", many(net) and "n->loss + g * LOOPC_REPLICAS" or "n->loss", "rows")
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
    local eta, decay = many(net) and "eta + g * LOOPC_REPLICAS" or "eta", rate(optimizer, "weight_decay", "f32")
    if rule == "sgd" or rule == "momentum" then
        return cwrap.assign(w, 4, "const struct loopc_replica_rates rates", kernel(net, "sgd"),
            { eta, count_of(net), rate(optimizer, "momentum", "f32"), decay })
    end
    cwrap.assign(w, 4, "const struct loopc_replica_rates rates", "loopc_replica_adam", { "LOOPC_" .. rule:upper(), "o->step", eta,
        count_of(net), rate(optimizer, "beta1", "f64"), rate(optimizer, "beta2", "f64"), rate(optimizer, "epsilon", "f32"), decay })
end

-- The steps of all groups, from rows, targets and weights that are there as C expressions.
local function write_steps(w, optimizer, x, answers, weighed)
    local net = optimizer.net
    local function of(rows) return many(net) and ("loopc_replica_rows_of(%s, g, rows)"):format(rows) or rows end
    w:line("o->step++;")
    each_group(w, net, function()
        write_rates(w, optimizer)
        local arguments = { "n", keeps(optimizer) and "o" or nil }
        if many(net) then arguments[#arguments + 1] = "g" end
        arguments[#arguments + 1] = of(x)
        arguments[#arguments + 1] = of(answers)
        if net.weighs then
            arguments[#arguments + 1] = weighed and ("data->weights ? %s : NULL"):format(group_at(net, "n->rows_weights", 1)) or "NULL"
        end
        table.move({ "rows", "&rates" }, 1, 2, #arguments + 1, arguments)
        call(w, net.prefix .. "_learn", table.unpack(arguments))
    end)
    w:line("return n->loss;")
end

function body.train(w, optimizer)
    local net, labels = optimizer.net, is_labels(optimizer.net)
    write_steps(w, optimizer, given_rows("x", net.layers[1]),
        labels and given_rows("labels", 1) or given_rows("y", mlp.last(net).outputs), false)
end

-- Each replica picks as many rows.
local function write_picking(w, net)
    local labels = is_labels(net)
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
    local labels, outputs = is_labels(net), mlp.last(net).outputs
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

-- Writes one optimizer, and how it trains its net.
function emit_replicas.write_optimizer(w, optimizer, used, trains)
    local moments, letters = mlp.moments(optimizer), {}
    w:public():comment { ("%s: %s on the replicas of %s"):format(optimizer.name, optimizer.kind, optimizer.net.name) }
    w:public():open("struct %s {", optimizer.struct)
    w:public():line("int64_t step; /* steps taken */")
    for i, moment in ipairs(moments) do letters[i] = moment[1] end
    if #moments > 0 then write_weights(w:public(), optimizer.net, letters) end
    w:public():close("};")
    w:public():blank()
    if not trains then return end
    write_learn(w, optimizer)
    for _, offer in ipairs(replicas.of_optimizer(optimizer)) do
        local name = offer.name:match("_(train[_%a]*)$")
        if used[offer.name] then net_frame.write_function(w, optimizer, offer, body[name]) end
    end
end

return emit_replicas
