-- Part of check: nets that begin at a layer of another net, from = "policy.trunk": heads, as the other net is their trunk.
--
-- In:  an mlp field with parameters.from, and a function that finds the field of a net by its name.
-- Out: parameters.trunk, the field of the other net; parameters.tap, the layer of its `sequence` (gen/tree/layers.lua) whose outputs go
--      into this one; parameters.inputs, their number, and parameters.batch. The other net is one of operations from then on. What
--      is impossible is refused, and the net reads one value.

local layers = require "gen.tree.layers"
local nearest = require "gen.base.nearest"
local reader = require "gen.spec.reader"

local check_heads = {}

local form = 'from = "policy.trunk": the layer of policy with name = "trunk"; "policy.0" is its first with weights'

-- Keys of a net that say what its trunk decides, or that its trunk cannot have.
local not_of_heads = { "inputs", "inputs_from", "inputs_max", "shards", "replicas" }

-- Why a net cannot be the trunk of a field, with a hint; nil where it can.
local function unfit(field, trunk)
    local parameters = trunk.parameters
    if trunk == field then return "it would begin at a layer of its own", "a layer of another net" end
    if parameters.from then
        return ("'%s' begins in another net itself"):format(trunk.full), "both may begin at layers of that net"
    elseif parameters.replicas then
        return ("'%s' has replicas, and other nets cannot read those"):format(trunk.full), "drop replicas"
    elseif (parameters.shards or 1) > 1 then
        return ("'%s' is trained in shards, which other nets cannot read"):format(trunk.full), "drop shards"
    end
end

-- The place of a layer in the sequence of a net: by its name, or by its number among those with weights.
local function place_of(parameters, name)
    for i, op in ipairs(parameters.sequence) do
        if op.index and tostring(op.index) == name then return i end
    end
    for _, entry in ipairs(parameters.layer_names or {}) do
        if entry.name == name then return entry.place end
    end
end

local function names_of(parameters)
    local out = {}
    for _, entry in ipairs(parameters.layer_names or {}) do out[#out + 1] = entry.name end
    return out
end

-- Finds trunk and layer; returns nothing where there are none.
local function find(field, find_net, refuse)
    local from = field.parameters.from
    local net, layer = tostring(from):match("^(.+)%.([%w_]+)$")
    if type(from) ~= "string" or not net then return refuse(("from is %s"):format(reader.what(from)), form) end
    local trunk, nets = find_net(net)
    if not trunk then return refuse(("from names no mlp field: %s%s"):format(net, nearest.suggest(net, nets)), form) end
    local what, hint = unfit(field, trunk)
    if what then return refuse(what, hint) end
    if trunk.broken then
        field.broken = true
        return
    end
    local place = place_of(trunk.parameters, layer)
    if not place then
        local names = names_of(trunk.parameters)
        return refuse(("'%s' has no layer '%s'%s"):format(trunk.full, layer, nearest.suggest(layer, names)), ('name = "trunk" in a layer '
            .. "gives it a name%s; numbers count the layers with weights from 0"):format(#names > 0 and ", as there are "
            .. table.concat(names, ", ") or ""))
    elseif place == #trunk.parameters.sequence then
        return refuse(("'%s' is the last layer of '%s', whose activation belongs to its loss"):format(layer, trunk.full),
            "a layer before the last")
    end
    return trunk, place
end

function check_heads.join(field, find_net, refuse)
    local parameters = field.parameters
    for _, key in ipairs(not_of_heads) do
        if parameters[key] ~= nil then
            refuse(("it has from and %s"):format(key), "drop one of the two: a net that begins in another one has its inputs and batches")
            parameters[key] = nil
        end
    end
    local trunk, place = find(field, find_net, refuse)
    parameters.inputs = 1
    if not trunk then return end
    if parameters.batch ~= nil and parameters.batch ~= trunk.parameters.batch then
        refuse(("batch is %s, and that of '%s' is %d"):format(reader.what(parameters.batch), trunk.full, trunk.parameters.batch),
            "drop batch: both read the rows of one batch")
    end
    layers.deepen(trunk.parameters)
    trunk.parameters.heads = true
    parameters.trunk, parameters.tap, parameters.batch = trunk, place, trunk.parameters.batch
    parameters.inputs = trunk.parameters.sequence[place].outputs
end

return check_heads
