-- The C of optimizers: a struct with the moments, step, and train of the net that it updates.
--
-- In:  optimizers as gen/mlp.lua describes them, the set of function names that the program uses, the writer.
-- Out: their structs and functions, if used. The net's own functions stand before them: see gen/emit_mlp.lua.

local mlp = require "gen.mlp"
local mlp_bodies = require "gen.emit_mlp_bodies"
local cfit = require "gen.cfit"
local cvalue = require "gen.cvalue"

local emit_optimizer = {}

local rates = { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, momentum = 0.0, weight_decay = 0.0 }

-- A rate as a C constant of type "f32" or "f64".
local function rate(optimizer, key, type)
    return cvalue.of(type, optimizer[key] or rates[key])
end

local function step_name(optimizer)
    return optimizer.prefix .. "_step"
end

local function train_name(optimizer)
    return optimizer.net.prefix .. "_train"
end

local function train_from_name(optimizer)
    return optimizer.net.prefix .. "_train_from"
end

-- What an optimizer offers to bodies: { { name, result, arguments (C declarations), doc }, ... }: step, train,
-- train_from.
function emit_optimizer.functions(optimizer)
    local net = optimizer.net
    local targets = mlp.targets(net) == "labels" and "const int32_t *labels" or "const float *y"
    local self, other = ("struct %s *o"):format(optimizer.struct), ("struct %s *n"):format(net.struct)
    return {
        { name = step_name(optimizer), result = "void", arguments = { self, other, "float eta" },
            doc = { "Moves the weights against their gradients, eta the learning rate." } },
        { name = train_name(optimizer), result = "float",
            arguments = { other, self, "const float *x", targets, "int32_t rows", "float eta" },
            doc = { "Learns from one batch; returns its mean loss before that." } },
        { name = train_from_name(optimizer), result = "float",
            arguments = { other, self, "const struct loopc_dataset *data", "uint64_t key", "int64_t first",
                "int32_t rows", "float eta" },
            doc = { "The same with the rows from first on of a data set, in the order that key gives (0: as stored).",
                "NaN where there is no such row." } },
    }
end

local function trains(optimizer, used)
    return used[train_name(optimizer)] or used[train_from_name(optimizer)]
end

-- The set of used names, with those that the used functions of the optimizers call.
function emit_optimizer.needs(optimizers, used)
    local all = setmetatable({}, { __index = used })
    for _, optimizer in ipairs(optimizers) do
        if trains(optimizer, used) then all[optimizer.net.prefix .. "_pass"] = true end
    end
    return all
end

-- Adds the groups of arrays that the used functions of the net's optimizers work on.
function emit_optimizer.groups(net, optimizers, used, groups)
    for _, optimizer in ipairs(optimizers) do
        if optimizer.net == net and used[step_name(optimizer)] then groups.gradients = true end
        if optimizer.net == net and trains(optimizer, used) then
            for _, group in ipairs { "activations", "delta", "deltas", "losses" } do groups[group] = true end
        end
        if optimizer.net == net and used[train_from_name(optimizer)] then groups.gathered = true end
    end
end

local titles = {
    sgd = { "gradient descent" },
    adam = { "Adam", "the moments: running means of the gradient and of its square" },
    adamw = { "AdamW", "the moments: running means of the gradient and of its square" },
    momentum = { "gradient descent with momentum", "the velocity: a decaying sum of gradients" },
}

local function struct(w, optimizer, used)
    local title = titles[mlp.rule(optimizer)]
    w:comment { ("%s: %s on %s"):format(optimizer.name, title[1], optimizer.net.name) }
    w:open("struct %s {", optimizer.struct)
    w:line("int64_t step; /* steps taken */")
    local moments = (used[step_name(optimizer)] or trains(optimizer, used)) and mlp.moments(optimizer) or {}
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
        return cfit.assign(w, 4, "const struct loopc_rates rates", "loopc_sgd_rates",
            { "eta", rate(optimizer, "momentum", "f32"), decay })
    end
    cfit.assign(w, 4, "const struct loopc_rates rates", "loopc_adam_rates", {
        "LOOPC_" .. rule:upper(), "o->step", "eta", rate(optimizer, "beta1", "f64"), rate(optimizer, "beta2", "f64"),
        rate(optimizer, "epsilon", "f32"), decay,
    })
end

-- An array of weights with what is kept for it, as C: (struct loopc_weights){n->w0, o->mw0, o->vw0}.
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
        cfit.line(w, 4, "loopc_descend", { weights(optimizer, array.name), "n->g" .. array.name, array.rows,
            array.columns, "&rates" }, ";")
    end
end

-- Training steps of fewer multiplications than this are over before other threads have begun.
local worth_threads = 1 << 20

-- Whether a step needs anything that the optimizer keeps.
local function keeps(optimizer)
    return mlp.rule(optimizer) ~= "sgd"
end

local function job_name(optimizer)
    return optimizer.net.prefix .. "_batch"
end

-- What the threads of a training step are given.
local function write_job(w, optimizer)
    local net = optimizer.net
    local labels = mlp.targets(net) == "labels"
    w:comment { ("A batch that %s learns from: what its threads are given."):format(net.name) }
    w:open("struct %s {", job_name(optimizer))
    w:line("struct %s *n;", net.struct)
    if keeps(optimizer) then w:line("struct %s *o;", optimizer.struct) end
    w:line(labels and "struct loopc_rows x;" or "struct loopc_rows x, y;")
    if labels then w:line("const int32_t *labels;") end
    w:line("int32_t rows;")
    w:line("float eta;")
    w:close("};")
    w:blank()
end

local function write_part_body(w, optimizer)
    local net = optimizer.net
    w:line("const struct %s *const batch = job;", job_name(optimizer))
    w:line("struct %s *const n = batch->n;", net.struct)
    if keeps(optimizer) then w:line("struct %s *const o = batch->o;", optimizer.struct) end
    w:line("const int32_t rows = batch->rows;")
    if mlp.targets(net) == "labels" then w:line("const int32_t *const labels = batch->labels;") end
    w:line("const float eta = batch->eta;")
    write_rates(w, optimizer)
    w:blank()
    mlp_bodies.take(w, net, "batch->x", "me")
    mlp_bodies.take_targets(w, net, "batch->y", "me")
    w:line("loopc_meet(me);")
    w:line("%s_pass(n, rows, me);", net.prefix)
    mlp_bodies.losses(w, net, "me")
    w:line("loopc_meet(me);")
    mlp_bodies.back(w, net, "me", function(layer)
        local name = tostring(layer.index)
        cfit.line(w, 4, "loopc_dense_update", { weights(optimizer, "w" .. name), weights(optimizer, "b" .. name),
            "n->t" .. name, "n->d" .. name, "rows", net.batch, layer.inputs, layer.outputs, "&rates", "me" }, ";")
    end)
end

-- The whole step, for one of the threads that share it.
local function write_part(w, optimizer)
    w:comment { "A training step: the share of one thread. Gradients are used where they are summed and kept nowhere." }
    w:line("static void %s_train_part(void *job, struct loopc_part me)", optimizer.net.prefix)
    w:open("{")
    write_part_body(w, optimizer)
    w:close("}")
    w:blank()
end

local function write_run(w, optimizer)
    local net = optimizer.net
    if mlp.work(net) >= worth_threads then
        w:line("loopc_crew_run(%s_train_part, &batch);", net.prefix)
    else
        w:line("%s_train_part(&batch, LOOPC_ALONE);", net.prefix)
    end
    w:line("return loopc_mean(n->losses, rows);")
end

local function write_batch(w, optimizer, x, targets)
    w:line("o->step++;")
    w:line("struct %s batch = {n, %s%s, %s, rows, eta};", job_name(optimizer), keeps(optimizer) and "o, " or "", x, targets)
    write_run(w, optimizer)
end

function body.train(w, optimizer)
    local targets = mlp.targets(optimizer.net) == "labels" and "labels" or "{.x = y}"
    write_batch(w, optimizer, "{.x = x}", targets)
end

function body.train_from(w, optimizer)
    local net = optimizer.net
    local labels = mlp.targets(net) == "labels"
    local first = mlp.layers(net)[1]
    local member = labels and "data->labels" or "data->y"
    w:line("if (!%s || data->columns != %s) return NAN;", member, first.inputs)
    if not labels then w:line("if (data->targets != %d) return NAN;", mlp.last(net).outputs) end
    w:line("rows = loopc_dataset_pick(data, key, first, rows, n->index, %s);", labels and "n->labels" or "NULL")
    w:line("if (rows < 1) return NAN;")
    write_batch(w, optimizer, "{data->x, n->index}", labels and "n->labels" or "{data->y, n->index}")
end

local function write_function(w, optimizer, offer, write)
    w:comment(offer.doc)
    cfit.line(w, 0, ("static %s %s"):format(offer.result, offer.name), offer.arguments, "")
    w:open("{")
    write(w, optimizer)
    w:close("}")
    w:blank()
end

-- Writes one optimizer; `is_first` says whether it is the one that train of its net means.
function emit_optimizer.emit(w, optimizer, used, is_first)
    struct(w, optimizer, used)
    local step, train, train_from = table.unpack(emit_optimizer.functions(optimizer))
    if used[step.name] then write_function(w, optimizer, step, body.step) end
    if not is_first or not trains(optimizer, used) then return end
    write_job(w, optimizer)
    write_part(w, optimizer)
    if used[train.name] then write_function(w, optimizer, train, body.train) end
    if used[train_from.name] then write_function(w, optimizer, train_from, body.train_from) end
end

return emit_optimizer
