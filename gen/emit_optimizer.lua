-- The C of optimizers: a struct with the moments, step, and train of the net that it updates.
--
-- In:  optimizers as gen/mlp.lua describes them, the set of function names that the program uses, the writer.
-- Out: their structs and functions, if used. The net's own functions stand before them: see gen/emit_mlp.lua.

local mlp = require "gen.mlp"
local cfit = require "gen.cfit"
local cvalue = require "gen.cvalue"

local emit_optimizer = {}

-- What train calls of the net.
local train_needs = { "zero_grad", "forward", "loss", "backward" }

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

-- What an optimizer offers to bodies: { { name, result, arguments (C declarations), doc }, ... }.
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
    }
end

-- The set of used names, with those that the used functions of the optimizers call.
function emit_optimizer.needs(optimizers, used)
    local all = setmetatable({}, { __index = used })
    for _, optimizer in ipairs(optimizers) do
        if used[train_name(optimizer)] then
            all[step_name(optimizer)] = true
            for _, name in ipairs(train_needs) do all[optimizer.net.prefix .. "_" .. name] = true end
        end
    end
    return all
end

-- Whether one of the optimizers steps this net, which then must have gradients.
function emit_optimizer.steps(net, optimizers, used)
    for _, optimizer in ipairs(optimizers) do
        if optimizer.net == net and used[step_name(optimizer)] then return true end
    end
    return false
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
    local moments = used[step_name(optimizer)] and mlp.moments(optimizer) or {}
    if #moments > 0 then w:comment { title[2] } end
    for _, array in ipairs(#moments > 0 and mlp.arrays(optimizer.net) or {}) do
        local names = {}
        for i, moment in ipairs(moments) do names[i] = ("%s%s[%s]"):format(moment[1], array.name, array.room) end
        w:line("float %s;", table.concat(names, ", "))
    end
    w:close("};")
    w:blank()
end

-- The rates that every call of the kernel takes; writes what they need first.
local function write_rates(w, optimizer, rule)
    local decay = rate(optimizer, "weight_decay", "f32")
    if rule == "sgd" or rule == "momentum" then
        w:line("o->step++;")
        return rule == "sgd" and { "eta", decay } or { "eta", rate(optimizer, "momentum", "f32"), decay }
    end
    cfit.assign(w, 4, "const struct loopc_adam rates", "loopc_adam_rates", {
        "++o->step", "eta", rate(optimizer, "beta1", "f64"), rate(optimizer, "beta2", "f64"),
        rate(optimizer, "epsilon", "f32"), decay,
    })
    return { "&rates" }
end

local body = {}

function body.step(w, optimizer)
    local rule = mlp.rule(optimizer)
    local last = write_rates(w, optimizer, rule)
    for _, array in ipairs(mlp.arrays(optimizer.net)) do
        local args = { "n->" .. array.name, "n->g" .. array.name }
        for _, moment in ipairs(mlp.moments(optimizer)) do args[#args + 1] = "o->" .. moment[1] .. array.name end
        args[#args + 1] = array.count
        table.move(last, 1, #last, #args + 1, args)
        cfit.line(w, 4, "loopc_" .. rule, args, ";")
    end
end

function body.train(w, optimizer)
    local net = optimizer.net
    w:line("%s_zero_grad(n);", net.prefix)
    w:line("%s_forward(n, x, rows);", net.prefix)
    w:line("const float loss = %s_loss(n, %s, rows);", net.prefix, mlp.targets(net) == "labels" and "labels" or "y")
    w:line("%s_backward(n, x, rows);", net.prefix)
    w:line("%s(o, n, eta);", step_name(optimizer))
    w:line("return loss;")
end

local function write_function(w, optimizer, offer, write)
    w:comment(offer.doc)
    cfit.line(w, 0, ("static %s %s"):format(offer.result, offer.name), offer.arguments, "")
    w:open("{")
    write(w, optimizer)
    w:close("}")
    w:blank()
end

-- Writes one optimizer; `trains` says whether it is the one that train of its net means.
function emit_optimizer.emit(w, optimizer, used, trains)
    struct(w, optimizer, used)
    local step, train = table.unpack(emit_optimizer.functions(optimizer))
    if used[step.name] then write_function(w, optimizer, step, body.step) end
    if trains and used[train.name] then write_function(w, optimizer, train, body.train) end
end

return emit_optimizer
