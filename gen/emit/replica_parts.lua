-- Parts of the C of replicas that their nets and optimizers share: arrays of a group, kernels, the forward pass.
--
-- In:  a net with `replicas` as gen/tree/mlp.lua describes it, the writer.
-- Out: C expressions, calls and declarations. Arrays as in gen/emit/mlp_bodies.lua; g is a group of 16 replicas, and activations are those
--      of the group that is at work. Nets that are narrow (runtime/nn/narrow.h) have inline kernels.

local mlp = require "gen.tree.mlp"
local replicas = require "gen.tree.replicas"
local cwrap = require "gen.c.wrap"

local parts = {}

function parts.call(w, name, ...) cwrap.line(w, 4, name, { ... }, ";") end

function parts.matrix(rows, columns) return ("LOOPC_REPLICA_MATRIX(%d, %d)"):format(rows, columns) end

function parts.array_room(array) return parts.matrix(array.matrix and array.rows or 1, array.columns) end

function parts.many(net) return replicas.groups(net) > 1 end

-- An array of weights of group g.
function parts.of_group(net, owner, array, letter)
    local name = ("%s->%s%s"):format(owner, letter or "", array.name)
    return parts.many(net) and ("%s + g * %s"):format(name, parts.array_room(array)) or name
end

function parts.arrays_of(net, layer)
    local out = {}
    for _, array in ipairs(mlp.arrays(net)) do
        if array.layer.index == layer.index then out[array.part] = array end
    end
    return out
end

-- A kernel; those of full batches of a narrow net are inline.
function parts.kernel(net, name) return (net.inlines and "loopc_lanes_" or "loopc_replica_") .. name end

-- How many replicas group g has.
function parts.count_of(net)
    return parts.many(net) and ("loopc_lesser(LOOPC_REPLICAS, %d - g * LOOPC_REPLICAS)"):format(net.replicas) or tostring(net.replicas)
end

function parts.sums_of(net, layer) return ("n->%s%d"):format(layer.last and mlp.keeps_z(net) and "z" or "a", layer.index) end

function parts.input_of(layer) return layer.index == 0 and "n->x" or ("n->a%d"):format(layer.index - 1) end

function parts.finish_of(net, layer)
    if layer.last and mlp.keeps_z(net) or layer.activation == "identity" then return "LOOPC_STORE" end
    return "LOOPC_" .. layer.activation:upper()
end

function parts.is_labels(net) return mlp.targets(net) == "labels" end

function parts.write_weights(w, net, owner_letters)
    local total = replicas.groups(net)
    for _, layer in ipairs(mlp.layers(net)) do
        local names = {}
        for _, part in ipairs { "weight", "bias" } do
            local array = parts.arrays_of(net, layer)[part]
            for _, letter in ipairs(owner_letters) do
                names[#names + 1] = ("%s%s[%s]"):format(letter, array.name, mlp.product(total, parts.array_room(array)))
            end
        end
        w:line("LOOPC_ALIGNED float %s;", table.concat(names, ", "))
    end
end

-- Rows that replicas have one after the other, `width` values each.
function parts.given_rows(name, width)
    return ("(struct loopc_replica_rows){.x = %s, .apart = %s}"):format(name, mlp.product("rows", width))
end

function parts.write_pass(w, net)
    for _, layer in ipairs(mlp.layers(net)) do
        local arrays = parts.arrays_of(net, layer)
        parts.call(w, parts.kernel(net, "forward"), parts.of_group(net, "n", arrays.weight), parts.of_group(net, "n", arrays.bias),
            parts.input_of(layer), parts.sums_of(net, layer), "rows", layer.inputs, layer.outputs, parts.finish_of(net, layer))
    end
end

function parts.call_pass(w, net)
    if net.inlines then return parts.write_pass(w, net) end
    parts.call(w, net.prefix .. "_pass", "n", parts.many(net) and "g" or "rows", parts.many(net) and "rows" or nil)
end

function parts.each_group(w, net, write)
    if parts.many(net) then w:open("for (int32_t g = 0; g < %d; g++) {", replicas.groups(net)) end
    write()
    if parts.many(net) then w:close("}") end
end

-- Where the values of group g begin, `width` for each row of a replica.
function parts.group_at(net, name, width)
    return parts.many(net) and ("%s + g * LOOPC_REPLICAS * %s"):format(name, mlp.product("rows", width)) or name
end

return parts
