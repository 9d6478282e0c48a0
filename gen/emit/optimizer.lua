-- The C of optimizers: a struct with the moments, step, and train of the net that it updates.
--
-- In:  optimizers as gen/tree/mlp.lua describes them, the set of function names that the program uses, the writer.
-- Out: their structs and functions, if used. The functions of the net come before them: see gen/emit/mlp.lua.

local mlp = require "gen.tree.mlp"
local net_functions = require "gen.tree.net_functions"
local mlp_bodies = require "gen.emit.mlp_bodies"
local deep_optimizer = require "gen.emit.deep_optimizer"
local net_frame = require "gen.emit.net_frame"
local emit_replica_steps = require "gen.emit.replica_steps"
local sharded = require "gen.emit.sharded"
local cwrap = require "gen.c.wrap"
local cvalue = require "gen.c.value"
local vocabulary = require "gen.spec.vocabulary"

local emit_optimizer = {}

-- A rate as a C constant of type "f32" or "f64".
local function rate(optimizer, key, type)
    return cvalue.of(type, optimizer[key] or vocabulary.rule_default(optimizer.kind, key))
end

local function trains(optimizer, used)
    return used[net_functions.train_name(optimizer)] or used[net_functions.train_from_name(optimizer)]
end

-- Whether no body uses an optimizer: it keeps its count of steps, and nothing else.
function emit_optimizer.is_idle(optimizer, used)
    return not optimizer.net.ops and not used[net_functions.step_name(optimizer)] and not trains(optimizer, used)
end

-- The set of used names, with those that the used functions of the optimizers call.
function emit_optimizer.needs(optimizers, used)
    local all = setmetatable({}, { __index = used })
    for _, optimizer in ipairs(optimizers) do
        if trains(optimizer, used) then all[optimizer.net.prefix .. "_pass"] = true end
        if trains(optimizer, used) and optimizer.net.ops and not deep_optimizer.is_fused(optimizer) then
            all[net_functions.step_name(optimizer)] = true
        end
    end
    return all
end

-- Whether train of the net is used.
function emit_optimizer.is_trained(net, optimizers, used)
    for _, optimizer in ipairs(optimizers) do
        if optimizer.net == net and trains(optimizer, used) then return true end
    end
    return false
end

-- Whether a step has the rows of the next one fetched: where there are so many that they do not stay in a cache by
-- themselves, and not more than the second cache has room for beside the weights. (In floats.)
local function fetches(optimizer, used)
    local net = optimizer.net
    local values = net.batch * mlp.layers(net)[1].room
    if net.shards then return false end
    return used[net_functions.train_from_name(optimizer)] and values >= 16 * 1024 and values <= 64 * 1024
end

-- Adds the groups of arrays that the used functions of the net's optimizers work on.
function emit_optimizer.groups(net, optimizers, used, groups)
    for _, optimizer in ipairs(optimizers) do
        if optimizer.net == net and used[net_functions.step_name(optimizer)] then groups.gradients = true end
        if optimizer.net == net and trains(optimizer, used) then
            for _, group in ipairs { "activations", "delta", "deltas", "losses" } do groups[group] = true end
            if net.shards or net.ops and not deep_optimizer.is_fused(optimizer) then groups.gradients = true end
            if net.shards then net.read_layers = sharded.read_layers(net, used) end
            if net.ops and deep_optimizer.stores(optimizer) then groups.norm_gradients = true end
        end
        if optimizer.net == net and used[net_functions.train_from_name(optimizer)] then
            groups.gathered = true
            net.weighs = true
            net.fetches = not net.ops and fetches(optimizer, used)
        end
    end
end

local titles = {
    sgd = { "gradient descent" },
    adam = { "Adam", "the moments: running means of the gradient and of its square" },
    adamw = { "AdamW", "the moments: running means of the gradient and of its square" },
    momentum = { "gradient descent with momentum", "the velocity: a decaying sum of gradients" },
}

local function struct(w, optimizer)
    local title = titles[mlp.rule(optimizer)]
    w:comment { ("%s: %s on %s"):format(optimizer.name, title[1], optimizer.net.name) }
    w:open("struct %s {", optimizer.struct)
    w:line("int64_t step; /* steps taken */")
    local moments = mlp.moments(optimizer)
    if #moments > 0 then w:comment { title[2] } end
    for _, array in ipairs(#moments > 0 and mlp.arrays(optimizer.net) or {}) do
        local names = {}
        for i, moment in ipairs(moments) do names[i] = ("%s%s[%s]"):format(moment[1], array.name, array.room) end
        w:line("LOOPC_ALIGNED float %s;", table.concat(names, ", "))
    end
    w:close("};")
    w:blank()
end

-- Declares the rates of step o->step.
local function write_rates(w, optimizer)
    local rule = mlp.rule(optimizer)
    local decay = rate(optimizer, "weight_decay", "f32")
    if rule == "sgd" or rule == "momentum" then
        return cwrap.assign(w, 4, "const struct loopc_step_params rates", "loopc_sgd_params",
            { "eta", rate(optimizer, "momentum", "f32"), decay })
    end
    cwrap.assign(w, 4, "const struct loopc_step_params rates", "loopc_adam_params", {
        "LOOPC_" .. rule:upper(), "o->step", "eta", rate(optimizer, "beta1", "f64"), rate(optimizer, "beta2", "f64"),
        rate(optimizer, "epsilon", "f32"), decay,
    })
end

-- An array of weights with its moments, as C: (struct loopc_weights){n->w0, o->mw0, o->vw0}.
local function weights(optimizer, name)
    local parts = { "n->" .. name }
    for i, moment in ipairs(mlp.moments(optimizer)) do parts[i + 1] = ("o->%s%s"):format(moment[1], name) end
    if #parts == 1 then parts = { ".w = n->" .. name } elseif #parts == 2 then parts[3] = "NULL" end
    return ("(struct loopc_weights){%s}"):format(table.concat(parts, ", "))
end

local body = {}

function body.step(w, optimizer)
    w:line("o->step++;")
    write_rates(w, optimizer)
    for _, array in ipairs(mlp.arrays(optimizer.net)) do
        cwrap.line(w, 4, "loopc_descend", { weights(optimizer, array.name), "n->g" .. array.name, array.rows,
            array.columns, "&rates" }, ";")
    end
end

-- Whether a step needs anything that the optimizer keeps.
local function keeps(optimizer)
    return mlp.rule(optimizer) ~= "sgd"
end

-- The parameters of a training step as C declarations: the rows and the optimizer's parameters.
local function inputs_of(optimizer)
    local net = optimizer.net
    local list = { ("struct %s *n"):format(net.struct) }
    if keeps(optimizer) then list[2] = ("struct %s *o"):format(optimizer.struct) end
    list[#list + 1] = "struct loopc_rows x"
    list[#list + 1] = mlp.targets(net) == "labels" and "const int32_t *labels" or "struct loopc_rows y"
    list[#list + 1] = "int32_t rows"
    list[#list + 1] = "float eta"
    if net.fetches then
        list[#list + 1] = "struct loopc_rows next"
        list[#list + 1] = "int32_t next_rows"
    end
    return list
end

-- "int32_t rows" -> "int32_t ", "rows"
local function split(declaration)
    return declaration:match("^(.-)([%w_]+)$")
end

local function names_of(optimizer)
    local names = {}
    for i, declaration in ipairs(inputs_of(optimizer)) do names[i] = select(2, split(declaration)) end
    return names
end

-- The statements of a training step, for one of the threads that share it or for the only one.
local function write_step(w, optimizer, me)
    local net = optimizer.net
    local x, y = "x", "y"
    write_rates(w, optimizer)
    if net.fetches then
        cwrap.line(w, 4, "struct loopc_ahead ahead = loopc_ahead_of", { "next", "next_rows", mlp.layers(net)[1].inputs },
            ";")
    end
    if net.threads then w:line("struct %s_input *const input = loopc_team_workspace(me, &n->input);", net.prefix) end
    w:blank()
    mlp_bodies.take(w, net, x, "LOOPC_ONE_THREAD", "input->", net.narrow)
    mlp_bodies.take_targets(w, net, y, me, net.narrow)
    mlp_bodies.call_pass(w, net, me, "input")
    mlp_bodies.losses(w, net, me, net.narrow)
    if net.weighs then
        cwrap.line(w, 4, "if (n->weighted) loopc_weigh", { "n->weights", "n->d" .. mlp.last(net).index, "n->losses", "rows",
            mlp.last(net).outputs, me }, ";")
    end
    if net.threads then w:line("loopc_barrier(me);") end
    mlp_bodies.back(w, net, me, function(layer)
        local name = tostring(layer.index)
        local first = layer.index == 0 and (net.fetches or net.threads)
        local arguments = { weights(optimizer, "w" .. name), weights(optimizer, "b" .. name),
            mlp_bodies.sample_major(net, layer, "input->"), mlp_bodies.deltas_of(net, layer), "rows" }
        local function add(...) table.move({ ... }, 1, select("#", ...), #arguments + 1, arguments) end
        if net.narrow then
            add(layer.inputs, layer.outputs, "LOOPC_" .. mlp.rule(optimizer):upper(), "&rates")
            return cwrap.line(w, 4, "loopc_narrow_update", arguments, ";")
        end
        add(net.batch, layer.inputs, layer.outputs, "&rates")
        if first then add(net.fetches and "&ahead" or "NULL") end
        add(me)
        cwrap.line(w, 4, first and "loopc_dense_update_first" or "loopc_dense_update", arguments, ";")
    end, true)
end

local about = { "The optimizer is applied to each gradient as it is summed; gradients are not stored." }

-- A step that threads share: the arguments, the share of one thread, and the whole step.
local function write_shared(w, optimizer)
    local prefix = optimizer.net.prefix
    w:comment { ("A training batch of %s: arguments for its threads."):format(optimizer.net.name) }
    w:open("struct %s_batch {", prefix)
    for _, declaration in ipairs(inputs_of(optimizer)) do w:line("%s;", declaration) end
    w:close("};")
    w:blank()
    w:comment { "A training step: the share of one thread. " .. about[1] }
    w:line("static void %s_learn_part(void *job, struct loopc_thread me)", prefix)
    w:open("{")
    w:line("const struct %s_batch *const batch = job;", prefix)
    for _, declaration in ipairs(inputs_of(optimizer)) do
        local kind, name = split(declaration)
        w:line(kind:find "%*" and "%sconst %s = batch->%s;" or "const %s%s = batch->%s;", kind, name, name)
    end
    write_step(w, optimizer, "me")
    w:close("}")
    w:blank()
end

-- A step of a narrow net, which is cut to size where it is called.
local function write_narrow(w, optimizer)
    local net = optimizer.net
    w:comment { "A training step. " .. about[1] }
    cwrap.line(w, 0, ("static LOOPC_VECTOR_INLINE void %s_learn_rows"):format(net.prefix), inputs_of(optimizer), "")
    w:open("{")
    write_step(w, optimizer, "LOOPC_ONE_THREAD")
    w:close("}")
    w:blank()
    w:comment { "The same for a partial batch." }
    cwrap.line(w, 0, ("static LOOPC_SELDOM void %s_learn_few"):format(net.prefix), inputs_of(optimizer), "")
    w:open("{")
    cwrap.line(w, 4, net.prefix .. "_learn_rows", names_of(optimizer), ";")
    w:close("}")
    w:blank()
end

-- The statements of a training step in the function that bodies' calls end in.
local function write_learn_body(w, optimizer)
    local net, names, full = optimizer.net, names_of(optimizer), {}
    if net.threads then
        w:line("struct %s_batch batch = {%s};", net.prefix, table.concat(names, ", "))
        cwrap.line(w, 4, "loopc_team_run", { net.prefix .. "_learn_part", "&batch",
            ("sizeof(struct %s_input)"):format(net.prefix) }, ";")
    elseif net.narrow then
        for i, name in ipairs(names) do full[i] = name == "rows" and tostring(net.batch) or name end
        w:line("if (rows == %d) /* specialised for full batches: constant trip counts */", net.batch)
        w:line("    %s_learn_rows(%s);", net.prefix, table.concat(full, ", "))
        w:line("else")
        w:line("    %s_learn_few(%s);", net.prefix, table.concat(names, ", "))
    else
        write_step(w, optimizer, "LOOPC_ONE_THREAD")
    end
end

-- The step as the functions for bodies call it.
local function write_learn(w, optimizer)
    local net = optimizer.net
    if net.shards then return sharded.write(w, optimizer, { inputs = inputs_of, split = split, rates = write_rates, weights = weights }) end
    if net.threads then write_shared(w, optimizer) elseif net.narrow then write_narrow(w, optimizer) end
    w:comment { "A training step; returns the mean loss before it."
        .. (net.threads and "" or net.narrow and "" or " " .. about[1]) }
    cwrap.line(w, 0, ("static float %s_learn"):format(net.prefix), inputs_of(optimizer), "")
    w:open("{")
    write_learn_body(w, optimizer)
    w:line("return loopc_mean(n->losses, rows);")
    w:close("}")
    w:blank()
end

-- Ends a function for bodies: learns from these rows and targets.
local function write_call(w, optimizer, x, targets, next, next_rows)
    local arguments = { "n" }
    if keeps(optimizer) then arguments[2] = "o" end
    table.move({ x, targets, "rows", "eta" }, 1, 4, #arguments + 1, arguments)
    if optimizer.net.fetches then table.move({ next, next_rows }, 1, 2, #arguments + 1, arguments) end
    w:line("o->step++;")
    cwrap.line(w, 4, ("return %s_learn"):format(optimizer.net.prefix), arguments, ";")
end

function body.train(w, optimizer)
    local labels = mlp.targets(optimizer.net) == "labels"
    if optimizer.net.weighs then w:line("n->weighted = false;") end
    write_call(w, optimizer, "(struct loopc_rows){.x = x}", labels and "labels" or "(struct loopc_rows){.x = y}",
        "(struct loopc_rows){NULL, NULL}", "0")
end

function body.train_from(w, optimizer)
    local net = optimizer.net
    local labels = mlp.targets(net) == "labels"
    local first = mlp.layers(net)[1]
    w:line("if (!%s || data->columns != %s%s) return NAN;", labels and "data->labels" or "data->y", first.inputs, net_frame.unreadable(net))
    if not labels then w:line("if (data->targets != %d) return NAN;", mlp.last(net).outputs) end
    w:line("rows = loopc_dataset_pick(data, key, first, rows, n->index, %s);", labels and "n->labels" or "NULL")
    w:line("if (rows < 1) return NAN;")
    w:line("n->weighted = data->weights != NULL;")
    w:line("for (int32_t i = 0; i < rows && n->weighted; i++)")
    w:line("    n->weights[i] = data->weights[n->index[i]];")
    w:line("if (n->weighted) loopc_even_weights(n->weights, %s, rows);", labels and "n->labels" or "NULL")
    if net.shards then
        w:line("const struct loopc_span mine = loopc_shards_rows(loopc_shards_of(rows, %d, loopc_rank, loopc_ranks));", net.shards)
        w:line("loopc_dataset_need(data, n->index + mine.first, mine.end - mine.first);")
    end
    if net.fetches then
        w:line("const int32_t next = loopc_dataset_pick(data, key, first + rows, %d, n->next, NULL);", net.batch)
    end
    write_call(w, optimizer, net_frame.rows_of_data(net, "x"), labels and "n->labels" or net_frame.rows_of_data(net, "y"),
        "(struct loopc_rows){data->x, n->next}", "next")
end

-- Writes one optimizer; `is_first` says whether it is the one that train of its net means.
function emit_optimizer.emit(w, optimizer, used, is_first)
    if optimizer.net.replicas then return emit_replica_steps.write_optimizer(w, optimizer, used, is_first and trains(optimizer, used)) end
    if optimizer.net.ops then return deep_optimizer.emit(w, optimizer, used, is_first and trains(optimizer, used)) end
    struct(w:public(), optimizer)
    local step, train, train_from = table.unpack(net_functions.of_optimizer(optimizer))
    if used[step.name] then net_frame.write_function(w, optimizer, step, body.step) end
    if not is_first or not trains(optimizer, used) then return end
    write_learn(w, optimizer)
    if used[train.name] then net_frame.write_function(w, optimizer, train, body.train) end
    if used[train_from.name] then net_frame.write_function(w, optimizer, train_from, body.train_from) end
end

return emit_optimizer
