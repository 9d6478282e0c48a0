-- The C of optimizers whose net is a list of operations: their struct, step, and train.
--
-- In:  optimizers as gen/tree/mlp.lua describes them, the set of used names, the writer.
-- Out: as gen/emit/optimizer.lua. Where the rule is one that products know and nothing looks at all gradients together, weights
--      move where their gradients are summed; else gradients are stored, and step moves all weights.

local deep = require "gen.emit.deep"
local deep_rates = require "gen.emit.deep_rates"
local layers = require "gen.tree.layers"
local mlp = require "gen.tree.mlp"
local net_functions = require "gen.tree.net_functions"
local cvalue = require "gen.c.value"
local net_frame = require "gen.emit.net_frame"
local cwrap = require "gen.c.wrap"

local deep_optimizer = { is_fused = deep_rates.is_fused, stores = deep_rates.stores }

local is_fast, moved, is_stored, weights = deep_rates.is_fast, deep_rates.moved, deep_rates.is_stored, deep_rates.weights
local rates_of, write_rates, write_pace_rates = deep_rates.rates_of, deep_rates.write_rates, deep_rates.write_pace_rates
local unless_frozen = deep_rates.unless_frozen

local function call(w, name, ...) cwrap.line(w, 4, name, { ... }, ";") end


-- The struct.

local function struct(w, optimizer)
    w:comment { ("%s: %s on %s"):format(optimizer.name, optimizer.kind, optimizer.net.name) }
    w:open("struct %s {", optimizer.struct)
    w:line("int64_t step; /* steps taken */")
    if optimizer.kind == "nadam" then w:line("double product; /* of the momenta of all steps; 0 before the first */") end
    if (optimizer.accumulate or 1) > 1 then w:line("int64_t held; /* batches whose gradients wait for the step */") end
    local moments = mlp.moments(optimizer)
    if #moments > 0 then w:comment { "the moments" } end
    for _, array in ipairs(#moments > 0 and moved(optimizer) or {}) do
        local names = {}
        for i, moment in ipairs(moments) do names[i] = ("%s%s[%s]"):format(moment[1], array.name, array.room) end
        w:line("LOOPC_ALIGNED float %s;", table.concat(names, ", "))
    end
    if optimizer.ema then
        w:comment { "the average of the weights" }
        for _, array in ipairs(mlp.arrays(optimizer.net)) do w:line("LOOPC_ALIGNED float e%s[%s];", array.name, array.room) end
    end
    w:close("};")
    w:blank()
end

-- Moves the arrays whose gradients are stored, and does what follows a step.
local function write_moves(w, optimizer, known)
    for _, array in ipairs(moved(optimizer)) do
        if is_stored(optimizer, array) then
            local rates = rates_of(w, optimizer, array, known)
            call(w, unless_frozen(optimizer.net, array) .. (is_fast(optimizer) and "loopc_descend" or "loopc_pace"),
                weights(optimizer, array.name), "n->g" .. array.name, array.rows, array.columns, rates)
        end
    end
end

local function write_after(w, optimizer)
    for _, array in ipairs(moved(optimizer)) do
        if array.matrix and array.op.max_norm then
            call(w, "loopc_max_norm", "n->" .. array.name, array.rows, array.columns, cvalue.of("f32", array.op.max_norm + 0.0))
        end
    end
    if not optimizer.ema then return end
    w:line("const float share = o->step > 1 ? %s : 1.0f; /* the average begins with the first weights */",
        cvalue.of("f32", 1.0 - optimizer.ema))
    for _, array in ipairs(mlp.arrays(optimizer.net)) do
        call(w, "loopc_average", "o->e" .. array.name, "n->" .. array.name, array.rows, array.columns, "share")
    end
end

local function each_gradient(w, optimizer, name, ...)
    for _, array in ipairs(moved(optimizer)) do
        call(w, name, "n->g" .. array.name, array.rows, array.columns, ...)
    end
end

local function write_clipping(w, optimizer)
    if optimizer.clip_value then each_gradient(w, optimizer, "loopc_clip_values", cvalue.of("f32", optimizer.clip_value + 0.0)) end
    if not optimizer.clip_norm then return end
    local limit = cvalue.of("f32", optimizer.clip_norm + 0.0)
    w:line("double sum = 0.0;")
    for _, array in ipairs(moved(optimizer)) do
        call(w, "sum += loopc_square_sum", "n->g" .. array.name, array.rows, array.columns)
    end
    w:line("const float norm = (float)sqrt(sum);")
    w:open("if (norm > %s) {", limit)
    for _, array in ipairs(moved(optimizer)) do
        cwrap.line(w, 8, "loopc_scale", { "n->g" .. array.name, array.rows, array.columns, ("%s / norm"):format(limit) }, ";")
    end
    w:close("}")
end

local body = {}

-- All weights from stored gradients.
function body.step(w, optimizer)
    write_clipping(w, optimizer)
    w:line("o->step++;")
    write_rates(w, optimizer)
    local known = {}
    for _, array in ipairs(moved(optimizer)) do
        local rates = rates_of(w, optimizer, array, known)
        call(w, unless_frozen(optimizer.net, array) .. (is_fast(optimizer) and "loopc_descend" or "loopc_pace"),
            weights(optimizer, array.name), "n->g" .. array.name, array.rows, array.columns, rates)
    end
    write_after(w, optimizer)
end

function body.swap(w, optimizer)
    for _, array in ipairs(mlp.arrays(optimizer.net)) do
        call(w, "loopc_swap", "n->" .. array.name, "o->e" .. array.name, array.rows, array.columns)
    end
end

-- Training steps.

local function is_labels(net) return mlp.targets(net) == "labels" end

-- What a step is given, as C declarations.
local function inputs_of(optimizer)
    local net = optimizer.net
    local list = { ("struct %s *n"):format(net.struct), ("struct %s *o"):format(optimizer.struct), "struct loopc_rows x" }
    list[#list + 1] = is_labels(net) and "const int32_t *labels" or "struct loopc_rows y"
    list[#list + 1] = "int32_t rows"
    if deep_optimizer.is_fused(optimizer) then list[#list + 1] = "float eta" end
    return list
end

local function split(declaration) return declaration:match("^(.-)([%w_]+)$") end

local function names_of(list)
    local out = {}
    for i, declaration in ipairs(list) do out[i] = select(2, split(declaration)) end
    return out
end

-- Moves the weights of a dense layer where its gradient is summed.
local function update(w, optimizer, known, k, op, from)
    local net, me = optimizer.net, optimizer.net.threads and "me" or "LOOPC_ONE_THREAD"
    local inputs = op.input == 0 and net.inputs_from and "n->inputs" or op.inputs
    for _, array in ipairs(moved(optimizer)) do
        local guard = unless_frozen(net, array)
        if array.op == op and array.matrix then
            call(w, guard .. "loopc_dense_weights_update", weights(optimizer, array.name), "n->t" .. k, from, "rows", net.batch, inputs,
                op.outputs, rates_of(w, optimizer, array, known), me)
        elseif array.op == op then
            call(w, guard .. "loopc_dense_bias_update", weights(optimizer, array.name), from, "rows", op.outputs,
                rates_of(w, optimizer, array, known), me)
        end
    end
end

-- The statements that threads share; `known` are the rates that they have declared.
local function write_share(w, optimizer, known)
    local net, me = optimizer.net, optimizer.net.threads and "me" or "LOOPC_ONE_THREAD"
    local fused = deep_optimizer.is_fused(optimizer)
    if fused then
        write_rates(w, optimizer)
        for _, array in ipairs(moved(optimizer)) do
            if not is_stored(optimizer, array) then rates_of(w, optimizer, array, known) end
        end
    end
    deep.take_targets(w, net, "y", me)
    local arguments = { "n", "x", "rows" }
    if net.threads then arguments[4] = "me" end
    cwrap.line(w, 4, net.prefix .. "_pass", arguments, ";")
    deep.losses(w, net, me)
    deep.back(w, net, net.groups, function(k, op, from)
        if op.freeze then return end
        if fused and op.kind == "dense" then return update(w, optimizer, known, k, op, from) end
        deep.gradient(w, net, k, op, from)
    end)
end

local function write_shared(w, optimizer)
    local prefix, list = optimizer.net.prefix, inputs_of(optimizer)
    w:comment { ("A batch that %s learns from: what its threads are given."):format(optimizer.net.name) }
    w:open("struct %s_batch {", prefix)
    for _, declaration in ipairs(list) do w:line("%s;", declaration) end
    w:close("};")
    w:blank()
    w:comment { "A training step: the share of one thread." }
    w:line("static void %s_learn_part(void *job, struct loopc_thread me)", prefix)
    w:open("{")
    w:line("const struct %s_batch *const batch = job;", prefix)
    for _, declaration in ipairs(list) do
        local kind, name = split(declaration)
        local is_unused = name == "o" and not deep_optimizer.is_fused(optimizer)
        if not is_unused then w:line(kind:find "%*" and "%sconst %s = batch->%s;" or "const %s%s = batch->%s;", kind, name, name) end
    end
    write_share(w, optimizer, {})
    w:close("}")
    w:blank()
end

-- Gradients that are stored are added to 0, but for those of batches that wait for the same step.
local function write_zero(w, optimizer)
    if not deep_optimizer.stores(optimizer) then return end
    local waits = (optimizer.accumulate or 1) > 1
    if waits then w:open("if (o->held == 0) {") end
    for _, array in ipairs(moved(optimizer)) do
        if is_stored(optimizer, array) then call(w, "memset", "n->g" .. array.name, "0", ("sizeof n->g%s"):format(array.name)) end
    end
    if waits then w:close("}") end
end

-- What follows when the gradients of the batch are there.
local function write_end(w, optimizer, known)
    local count = optimizer.accumulate or 1
    if deep_optimizer.is_fused(optimizer) then
        if optimizer.net.threads and deep_optimizer.stores(optimizer) then write_rates(w, optimizer) end
        write_moves(w, optimizer, known)
        write_after(w, optimizer)
        return w:line("return loopc_total(n->losses, rows);")
    end
    w:line("const float loss = loopc_total(n->losses, rows);")
    if count > 1 then
        w:line("if (++o->held < %d) return loss;", count)
        w:line("o->held = 0;")
        each_gradient(w, optimizer, "loopc_scale", cvalue.of("f32", 1.0 / count))
    end
    w:line("%s(o, n, eta);", net_functions.step_name(optimizer))
    w:line("return loss;")
end

local function write_learn(w, optimizer)
    local net, list = optimizer.net, inputs_of(optimizer)
    if net.threads then write_shared(w, optimizer) end
    local all = { table.unpack(list) }
    if not deep_optimizer.is_fused(optimizer) then all[#all + 1] = "float eta" end
    table.insert(all, 5, "const float *weights")
    w:comment { "All of a training step, from rows with these weights (NULL: 1 each); returns the mean loss before it." }
    cwrap.line(w, 0, ("static float %s_learn"):format(net.prefix), all, "")
    w:open("{")
    if layers.has_modes(net) then w:line("n->trains = true;") end
    deep.draw_keys(w, net)
    deep.write_shares(w, net, "weights")
    if deep_optimizer.is_fused(optimizer) then w:line("o->step++;") end
    write_zero(w, optimizer)
    if net.threads then
        w:line("struct %s_batch batch = {%s};", net.prefix, table.concat(names_of(list), ", "))
        call(w, "loopc_team_run", net.prefix .. "_learn_part", "&batch", "0")
        write_end(w, optimizer, {})
    else
        local known = {}
        write_share(w, optimizer, known)
        write_end(w, optimizer, known)
    end
    w:close("}")
    w:blank()
end

function body.train(w, optimizer)
    local labels = is_labels(optimizer.net)
    cwrap.line(w, 4, ("return %s_learn"):format(optimizer.net.prefix), { "n", "o", "(struct loopc_rows){.x = x}",
        labels and "labels" or "(struct loopc_rows){.x = y}", "NULL", "rows", "eta" }, ";")
end

function body.train_from(w, optimizer)
    local net = optimizer.net
    local labels = is_labels(net)
    w:line("if (!%s || data->columns != %s%s) return NAN;", labels and "data->labels" or "data->y",
        net.inputs_from and "n->inputs" or net.layers[1], net_frame.unreadable(net))
    if not labels then w:line("if (data->targets != %d) return NAN;", mlp.target_count(net)) end
    w:line("rows = loopc_dataset_pick(data, key, first, rows, n->index, %s);", labels and "n->labels" or "NULL")
    w:line("if (rows < 1) return NAN;")
    w:line("for (int32_t i = 0; i < rows && data->weights; i++)")
    w:line("    n->weights[i] = data->weights[n->index[i]];")
    cwrap.line(w, 4, ("return %s_learn"):format(net.prefix), { "n", "o", net_frame.rows_of_data(net, "x"),
        labels and "n->labels" or net_frame.rows_of_data(net, "y"), "data->weights ? n->weights : NULL", "rows", "eta" }, ";")
end

-- Writes one optimizer; as emit_optimizer.emit.
function deep_optimizer.emit(w, optimizer, used, trains)
    struct(w:public(), optimizer)
    local offers = {}
    for _, offer in ipairs(net_functions.of_optimizer(optimizer)) do offers[offer.name] = offer end
    local steps = used[net_functions.step_name(optimizer)]
    if not is_fast(optimizer) and steps then
        write_pace_rates(w, optimizer)
        w:blank()
    end
    if steps then net_frame.write_function(w, optimizer, offers[net_functions.step_name(optimizer)], body.step) end
    if optimizer.ema and used[net_functions.swap_name(optimizer)] then
        net_frame.write_function(w, optimizer, offers[net_functions.swap_name(optimizer)], body.swap)
    end
    if not trains then return end
    write_learn(w, optimizer)
    for _, name in ipairs { "train", "train_from" } do
        local full = net_functions[name .. "_name"](optimizer)
        if used[full] then net_frame.write_function(w, optimizer, offers[full], body[name]) end
    end
end

return deep_optimizer
