-- Optimizers of nets of operations: which arrays they move, by which rates, and whether in the products.
--
-- In:  optimizers as gen/tree/mlp.lua describes them. Out: texts of C, for gen/emit/deep_optimizer.lua.

local mlp = require "gen.tree.mlp"
local cvalue = require "gen.c.value"
local cwrap = require "gen.c.wrap"
local vocabulary = require "gen.spec.vocabulary"

local deep_rates = {}

local fast_rules = { sgd = true, adam = true, adamw = true }

local function number(optimizer, key)
    local value = optimizer[key]
    if value == nil then value = vocabulary.rule_default(optimizer.kind, key) end
    return value or 0
end

local function f32(optimizer, key) return cvalue.of("f32", number(optimizer, key) + 0.0) end

local function f64(value) return cvalue.of("f64", value + 0.0) end

-- Whether the rule is one of optim.h.
local function is_fast(optimizer)
    return fast_rules[optimizer.kind] and not optimizer.nesterov and number(optimizer, "dampening") == 0
end

-- Whether weights move in the products.
function deep_rates.is_fused(optimizer)
    return is_fast(optimizer) and not optimizer.clip_norm and not optimizer.clip_value and (optimizer.accumulate or 1) == 1
end

-- The arrays that an optimizer moves: those of frozen layers stay.
local function moved(optimizer)
    local out = {}
    for _, array in ipairs(mlp.arrays(optimizer.net)) do
        if not array.op.freeze then out[#out + 1] = array end
    end
    return out
end

-- Whether the gradients of an array are stored.
local function is_stored(optimizer, array) return array.op.kind ~= "dense" or not deep_rates.is_fused(optimizer) end

function deep_rates.stores(optimizer)
    for _, array in ipairs(moved(optimizer)) do
        if is_stored(optimizer, array) then return true end
    end
    return false
end

local fields = { u = "m", m = "m", v = "v" }

-- An array with what is kept for it: (struct loopc_weights){.w = n->w0, .m = o->mw0}.
local function weights(optimizer, name)
    local parts = { ".w = n->" .. name }
    for _, moment in ipairs(mlp.moments(optimizer)) do
        parts[#parts + 1] = (".%s = o->%s%s"):format(fields[moment[1]], moment[1], name)
    end
    return ("(struct loopc_weights){%s}"):format(table.concat(parts, ", "))
end

-- Rates.

-- The numbers of a rule that products do not know.
local function write_pace_rates(w, optimizer)
    local parts = { ".rule = LOOPC_PACE_" .. optimizer.kind:upper() }
    for _, key in ipairs { "momentum", "dampening", "beta1", "beta2", "epsilon" } do
        local value = number(optimizer, key)
        if value ~= 0 then parts[#parts + 1] = (".%s = %s"):format(key, f64(value)) end
    end
    if optimizer.kind == "rmsprop" then parts[#parts + 1] = ".beta2 = " .. f64(number(optimizer, "alpha")) end
    if number(optimizer, "weight_decay") ~= 0 then parts[#parts + 1] = ".decay = " .. f64(number(optimizer, "weight_decay")) end
    if optimizer.kind == "nadam" then
        parts[#parts + 1] = ".momentum_decay_base = " .. f64(0.96 ^ number(optimizer, "momentum_decay"))
    end
    if optimizer.nesterov then parts[#parts + 1] = ".nesterov = 1" end
    w:line("static const struct loopc_pace_rates %s_rates = {%s};", optimizer.prefix, table.concat(parts, ", "))
end

local function write_rates(w, optimizer)
    if not is_fast(optimizer) then
        return cwrap.assign(w, 4, "const struct loopc_pace rates", "loopc_pace_of", { ("&%s_rates"):format(optimizer.prefix), "o->step",
            "eta", optimizer.kind == "nadam" and "&o->product" or "NULL" })
    end
    local rule = mlp.rule(optimizer)
    if rule == "sgd" or rule == "momentum" then
        return cwrap.assign(w, 4, "const struct loopc_step_params rates", "loopc_sgd_params", { "eta", f32(optimizer, "momentum"),
            f32(optimizer, "weight_decay") })
    end
    cwrap.assign(w, 4, "const struct loopc_step_params rates", "loopc_adam_params", { "LOOPC_" .. rule:upper(), "o->step", "eta",
        f64(number(optimizer, "beta1")), f64(number(optimizer, "beta2")), f32(optimizer, "epsilon"), f32(optimizer, "weight_decay") })
end

-- Whether the weight decay leaves an array alone.
local function is_spared(optimizer, array)
    local spared = optimizer.no_decay or {}
    return number(optimizer, "weight_decay") ~= 0 and (spared.bias and array.part == "bias" or spared.norm and array.group == "norm") or false
end

-- The name of the rates of an array, those that differ being declared when they are first asked for.
local function rates_of(w, optimizer, array, known)
    local scale, spared = array.op.lr_scale or 1, is_spared(optimizer, array)
    if scale == 1 and not spared then return "&rates" end
    local key = ("%.17g %s"):format(scale, tostring(spared))
    if not known[key] then
        known.count = (known.count or 0) + 1
        known[key] = "rates" .. known.count
        cwrap.assign(w, 4, ("const struct %s %s"):format(is_fast(optimizer) and "loopc_step_params" or "loopc_pace", known[key]),
            is_fast(optimizer) and "loopc_scaled_rates" or "loopc_paced", { "rates", cvalue.of("f32", scale + 0.0), spared and "0" or "1" })
    end
    return "&" .. known[key]
end

-- "if (!n->frozen[2]) ", where layers may be frozen while the program runs.
local function unless_frozen(net, array) return net.freezes and ("if (!n->frozen[%d]) "):format(array.op.index) or "" end

deep_rates.is_fast = is_fast
deep_rates.moved = moved
deep_rates.is_stored = is_stored
deep_rates.weights = weights
deep_rates.rates_of = rates_of
deep_rates.write_rates = write_rates
deep_rates.write_pace_rates = write_pace_rates
deep_rates.unless_frozen = unless_frozen

return deep_rates
