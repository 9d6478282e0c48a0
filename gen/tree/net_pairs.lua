-- The C functions between two nets of one shape: TO_copy_FROM and TO_blend_FROM, for target networks and slow copies.
--
-- In:  nets as gen/tree/mlp.lua describes them, or mlp fields. Out: declarations; gen/emit/nets.lua writes those that are used.

local layers = require "gen.tree.layers"
local mlp = require "gen.tree.mlp"

local net_pairs = {}

-- { name between the two prefixes, arguments after the nets, what it does }.
net_pairs.all = {
    { "copy", {}, { "Sets all weights, and the running statistics of batch_norm, to those of FROM." } },
    { "blend", { "float share" }, { "Moves them by that share towards those of FROM: w += share * (from - w)." } },
}

function net_pairs.name(to, entry, from) return ("%s_%s_%s"):format(to, entry[1], from) end

-- What is copied, as a list of texts that are the same for nets of one shape.
local function shape(net)
    local out = {}
    for _, array in ipairs(mlp.arrays(net)) do
        local kind = array.op and array.op.kind or "dense"
        out[#out + 1] = ("%s of %s, %s x %s (%s)"):format(array.name, kind, array.rows, array.columns, array.room)
    end
    if net.inputs_from then out[#out + 1] = "inputs from " .. net.inputs_from.full end
    return table.concat(out, "; ")
end

-- Whether two nets have the same shape: a function for many pairs, which describes each net once. Nets with replicas are many nets,
-- and have no such functions.
local function comparison()
    local shapes = {}
    local function of(net)
        shapes[net] = shapes[net] or shape(net)
        return shapes[net]
    end
    return function(one, other) return not one.replicas and not other.replicas and of(one) == of(other) end
end

-- The arrays that are copied: { name in the struct, rows, columns }.
function net_pairs.arrays(net)
    local out = { table.unpack(mlp.arrays(net)) }
    for _, entry in ipairs(layers.of_kind(net, "batch_norm")) do
        for _, name in ipairs { "mean", "variance" } do
            out[#out + 1] = { name = name .. entry.op.index, rows = 1, columns = entry.op.outputs }
        end
    end
    return out
end

-- Every function of two different nets: visit(entry, to, from, name).
function net_pairs.each(nets, prefix_of, visit)
    for _, entry in ipairs(net_pairs.all) do
        for _, to in ipairs(nets) do
            for _, from in ipairs(nets) do
                if to ~= from then visit(entry, to, from, net_pairs.name(prefix_of(to), entry, prefix_of(from))) end
            end
        end
    end
end

local function prefix(net) return net.prefix end

-- The functions that the nets of a trainer offer: { { name, entry, to, from, arguments, doc }, ... }.
function net_pairs.of(nets)
    local out, fit = {}, comparison()
    net_pairs.each(nets, prefix, function(entry, to, from, name)
        if not fit(to, from) then return end
        local doc = {}
        for i, line in ipairs(entry[3]) do doc[i] = line:gsub("FROM", from.name) end
        out[#out + 1] = { name = name, entry = entry, to = to, from = from, doc = doc,
            arguments = { ("struct %s *n"):format(to.struct), ("const struct %s *from"):format(from.struct), table.unpack(entry[2]) } }
    end)
    return out
end

-- A net in a few words: "4-8-2" are its widths.
local function widths(field)
    local sizes = table.concat(field.parameters.layers, "-")
    return field.parameters.ops and sizes .. (", %d layers"):format(#field.parameters.ops) or sizes
end

-- Why there is no function of that name, and a hint: its two mlp fields differ in shape. nil where they do not.
function net_pairs.misfits(fields)
    local out, fit = {}, comparison()
    net_pairs.each(fields, mlp.prefix_of, function(_, to, from, name)
        if fit(to.parameters, from.parameters) then return end
        out[name] = { ("the weights of %s (%s) do not fit %s (%s)"):format(from.full, widths(from), to.full, widths(to)),
            "two nets of one description: local function net() return mlp { ... } end" }
    end)
    return out
end

return net_pairs
